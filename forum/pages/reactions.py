"""The buttons below a post, with which members react to it."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import mark_safe

from forum.cache.lru import LRUCache

ADDRESS = "/p/reactions/"  # of no post, in the cached buttons
cache = LRUCache(2**20)


def chips(post):
    """Rendered once for the same numbers; most posts have none."""
    shown = post.shown_reactions
    key = (translation.get_language(), *((sign.name, count) for sign, count in shown))
    html = cache.get_or_set(key, lambda: _chips(shown))
    return mark_safe(html.replace(ADDRESS, reverse("reactions", args=[post.pk])))  # noqa: S308 - our own template's


def _chips(shown):
    context = {"reactions": shown, "address": ADDRESS}
    return render_to_string("reactions/_chips.html", context).strip()
