"""What was done with a member's own topics and posts."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forum.text.directions import isolated

from .base import Kind, by_topic


def moved(group):
    return _("“%(title)s” was moved to %(category)s") % {
        "title": group.title_in_sentence,
        "category": isolated(group.latest.topic.category.name),
    }


def renamed(group):
    return _("“%(before)s” is now called “%(title)s”") % {
        "before": isolated(group.latest.data.get("before", "")),
        "title": isolated(group.latest.data.get("after", group.title)),
    }


def closed(group):
    return _("“%(title)s” was closed") % {"title": group.title_in_sentence}


def opened(group):
    return _("“%(title)s” was reopened") % {"title": group.title_in_sentence}


def hidden(group):
    reason = group.latest.data.get("reason")
    if not reason:
        return _("Your post in “%(title)s” was hidden") % {"title": group.title_in_sentence}
    return _("Your post in “%(title)s” was hidden: %(reason)s") % {
        "title": group.title_in_sentence,
        "reason": isolated(reason),
    }


KINDS = [
    Kind("moved", gettext_lazy("Your topic is moved"), moved, by_topic, push=False),
    Kind("renamed", gettext_lazy("Your topic is renamed"), renamed, by_topic, push=False),
    Kind("closed", gettext_lazy("Your topic is closed"), closed, by_topic, push=False),
    Kind("opened", gettext_lazy("Your topic is reopened"), opened, by_topic, push=False),
    Kind("hidden", gettext_lazy("Your post is hidden"), hidden, is_read_with_post=False),
]
