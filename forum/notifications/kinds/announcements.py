from django.utils.translation import gettext_lazy

from .base import Kind


def text(group):
    return group.latest.data.get("text", "")


KIND = Kind(
    "announcement",
    gettext_lazy("Announcements"),
    text,
    merges=lambda notice: notice.data["announcement"],
    push=False,
    mail="off",
)
