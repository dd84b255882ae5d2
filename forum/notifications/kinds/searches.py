"""Posts that a saved search has found; told by the app that searches (forum.signals.telling)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.text.directions import isolated

from .base import Kind


def text(group):
    name = isolated(group.latest.data.get("name", ""))
    if group.count == 1:
        return _("Your search “%(name)s” found a post in “%(title)s”") % {
            "name": name,
            "title": group.title_in_sentence,
        }
    return ngettext(
        "Your search “%(name)s” found %(n)d post in “%(title)s”",
        "Your search “%(name)s” found %(n)d posts in “%(title)s”",
        group.count,
    ) % {"name": name, "n": group.count, "title": group.title_in_sentence}


KIND = Kind(
    "search",
    gettext_lazy("Your saved searches find a post"),
    text,
    merges=lambda notice: f"{notice.topic_id}:{notice.data['search']}",
)
