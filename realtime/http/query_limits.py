"""What comes in the query of a request to the feed, bounded before anybody takes it apart."""

from django.core.exceptions import TooManyFieldsSent

from realtime.protocol.messages import BadMessage

# bytes; five times `watch` with 4,000 characters, each of them written as three
LONGEST = 64 * 1024


def fields_of(request):
    """`request.GET`. Raises BadMessage."""
    if len(request.META["QUERY_STRING"]) > LONGEST:
        raise BadMessage("This address is too long.")
    try:
        return request.GET
    except TooManyFieldsSent as error:
        raise BadMessage("This address asks too many things.") from error
