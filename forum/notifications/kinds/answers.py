from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, who


def text(group):
    return _("%(who)s accepted your answer to “%(title)s”") % {
        "who": who(group),
        "title": group.title_in_sentence,
    }


KIND = Kind(
    "accepted",
    gettext_lazy("Your post is accepted as the answer"),
    text,
    is_read_with_post=False,
)
