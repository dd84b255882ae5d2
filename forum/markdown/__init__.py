"""Renders Markdown to sanitised HTML."""

from forum.markdown.blanks import is_blank
from forum.markdown.errors import MAX_LENGTH, MarkdownError, TooComplex, TooLong
from forum.markdown.excerpts import excerpt, plain_text, with_words
from forum.markdown.literal import link
from forum.markdown.quotes import quote
from forum.markdown.render import mentioned, render

__all__ = [
    "MAX_LENGTH",
    "MarkdownError",
    "TooComplex",
    "TooLong",
    "excerpt",
    "is_blank",
    "link",
    "mentioned",
    "plain_text",
    "quote",
    "render",
    "with_words",
]
