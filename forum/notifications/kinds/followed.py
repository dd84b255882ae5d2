from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, who


def text(group):
    return _("%(who)s, whom you follow, posted in “%(title)s”") % {
        "who": who(group),
        "title": group.title_in_sentence,
    }


KIND = Kind(
    "followed",
    gettext_lazy("Posts of members you follow"),
    text,
    merges=lambda notice: f"{notice.topic_id}:{notice.by_id}",
    push=False,
    mail="digest",
    rank=1,
)
