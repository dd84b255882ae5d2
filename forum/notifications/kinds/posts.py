from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .base import Kind, by_topic, who


def text(group):
    if group.count == 1:
        return _("%(who)s posted in “%(title)s”") % {
            "who": who(group),
            "title": group.title_in_sentence,
        }
    return ngettext(
        "%(n)d new post in “%(title)s”", "%(n)d new posts in “%(title)s”", group.count
    ) % {"n": group.count, "title": group.title_in_sentence}


KIND = Kind(
    "post",
    gettext_lazy("New posts in what you watch"),
    text,
    merges=by_topic,
    push=False,
    mail="digest",
    rank=2,
)
