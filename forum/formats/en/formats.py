"""How dates are written wherever the server writes them; js/times.js turns those on pages into the
reader's own.
"""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i T"  # with the zone, since it is the site's and not the reader's
DATETIME_FORMAT = "j M Y, H:i T"
SHORT_DATE_FORMAT, SHORT_DATETIME_FORMAT = DATE_FORMAT, DATETIME_FORMAT
