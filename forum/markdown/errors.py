"""Errors for texts that cannot be rendered, with messages that explain to the author what to do."""

from django.utils.translation import gettext as _

MAX_LENGTH = 32_000


class MarkdownError(ValueError):
    """A text that is refused; str() is a sentence for its author."""


class TooLong(MarkdownError):
    """More than MAX_LENGTH characters."""

    def __str__(self):
        return _(
            "This text is longer than %(limit)s characters. Please shorten it or split it into"
            " several posts."
        ) % {"limit": f"{MAX_LENGTH:,}"}


class TooComplex(MarkdownError):
    """Too expensive for the server to render or for a browser to lay out."""

    def __str__(self):
        return _(
            "This text has too much formatting for one post. Please use fewer links, lists or"
            " tables, put logs and code between ``` lines, or split it into several posts."
        )
