"""Every post, for members who use the forum as a mailing list; by email alone."""

from django.utils.translation import gettext_lazy

from . import posts, topics
from .base import Kind, by_topic


def text(group):
    return (topics if group.latest.number == 1 else posts).text(group)


KIND = Kind(
    "list",
    gettext_lazy("Every post"),
    text,
    merges=by_topic,
    page=False,
    push=False,
    mail="single",
    rank=-1,
)
