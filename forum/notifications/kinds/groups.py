from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, who


def text(group):
    return _("%(who)s mentioned @%(group)s in “%(title)s”") % {
        "who": who(group),
        "group": group.latest.data.get("group", ""),
        "title": group.title_in_sentence,
    }


KIND = Kind("group", gettext_lazy("Somebody mentions a group you're in"), text, rank=3)
