from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, by_topic, who


def text(group):
    return _("%(who)s quoted you in “%(title)s”") % {
        "who": who(group),
        "title": group.title_in_sentence,
    }


KIND = Kind("quote", gettext_lazy("Somebody quotes you"), text, merges=by_topic, rank=4)
