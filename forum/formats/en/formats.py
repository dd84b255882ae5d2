"""Date formats of the server; js/times.js localises dates on pages for the reader."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i T"  # with the time zone, which is the site's, not the reader's
DATETIME_FORMAT = "j M Y, H:i T"
SHORT_DATE_FORMAT, SHORT_DATETIME_FORMAT = DATE_FORMAT, DATETIME_FORMAT
