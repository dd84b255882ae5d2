from django.utils.translation import gettext_lazy

from forum.text.directions import isolated

from .base import Kind


def text(group):
    return isolated(group.latest.data.get("text", ""))


KIND = Kind(
    "announcement",
    gettext_lazy("Announcements"),
    text,
    merges=lambda notice: notice.data["announcement"],
    push=False,
    mail="off",
)
