from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, by_topic, who


def text(group):
    return _("%(who)s replied to you in “%(title)s”") % {
        "who": who(group),
        "title": group.title_in_sentence,
    }


KIND = Kind("reply", gettext_lazy("Somebody replies to you"), text, merges=by_topic, rank=5)
