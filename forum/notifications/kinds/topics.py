from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .base import Kind, by_topic, who


def text(group):
    return _("%(who)s began “%(title)s”") % {"who": who(group), "title": group.title_in_sentence}


KIND = Kind(
    "topic",
    gettext_lazy("New topics in what you watch"),
    text,
    merges=by_topic,
    push=False,
    mail="digest",
    rank=2,
)
