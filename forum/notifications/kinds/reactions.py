from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, who


def text(group):
    return _("%(who)s reacted to your post in “%(title)s”") % {
        "who": who(group),
        "title": group.title_in_sentence,
    }


KIND = Kind(
    "reaction",
    gettext_lazy("Somebody reacts to your post"),
    text,
    push=False,
    mail="off",
    is_read_with_post=False,
)
