"""Finds what an address names, by prepared queries: composing them took most of a short request."""

from django.http import Http404


def found_or_404(query, reader, pk):
    """The one instance that the `Prepared` query finds. Raises Http404 if there is none."""
    for found in query.instances(reader, pk):
        return found
    raise Http404
