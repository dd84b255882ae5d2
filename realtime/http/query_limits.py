"""Bounds the query string of a request to the feed before it is parsed."""

from django.core.exceptions import TooManyFieldsSent

from realtime.protocol.messages import BadMessage

# bytes: five times `watch` with 4,000 characters, each percent-encoded as three
LONGEST = 64 * 1024


def fields_of(request):
    """`request.GET`. Raises BadMessage if the query is too long or has too many fields."""
    if len(request.META["QUERY_STRING"]) > LONGEST:
        raise BadMessage("This address is too long.")
    try:
        return request.GET
    except TooManyFieldsSent as error:
        raise BadMessage("This address has too many fields.") from error
