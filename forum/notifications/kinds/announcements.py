from django.utils.translation import gettext_lazy

from .base import Kind


def text(group):
    return group.latest.data.get("text", "")


KIND = Kind(
    "announcement",
    gettext_lazy("Announcements"),
    text,
    merges=lambda topic, post, by_id: "",
    push=False,
    mail="off",
)
