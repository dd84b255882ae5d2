from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, who


def text(group):
    return _("%(who)s mentioned you in “%(title)s”") % {
        "who": who(group),
        "title": group.title_in_sentence,
    }


KIND = Kind("mention", gettext_lazy("Somebody mentions you"), text, rank=3)
