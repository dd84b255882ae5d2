"""What an address names, by prepared queries: most of a short answer's time went into their SQL."""

from django.http import Http404


def found_or_404(query, reader, pk):
    """The one instance that the `Prepared` query finds. Raises Http404 if there is none."""
    for found in query.instances(reader, pk):
        return found
    raise Http404
