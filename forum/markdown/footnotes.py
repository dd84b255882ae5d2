"""Footnotes: `[^1]` in the text, and `[^1]: …` in a line of its own below.

Their rules are those of mdit-py-plugins. Its notes inside of a sentence (`^[…]`) are left out: they
search for their end once for each beginning.
"""

import hashlib
import re

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

LABEL = re.compile(r"\[\^[^\s\[\]]{1,40}\]")
PREFIX = "fn"  # of all ids: nothing else of a page begins so
LINK = re.compile(
    r'<sup class="footnote-ref">.*?</sup>|<a [^>]* class="footnote-back"[^>]*>.*?</a>'
)


def plug_into(md):
    footnote_plugin(md, inline=False)
    md.inline.ruler.at("footnote_ref", reference)
    md.add_render_rule("footnote_ref", show_reference)
    md.add_render_rule("footnote_block_open", show_list)
    md.add_render_rule("footnote_anchor", show_way_back)


def reference(state, silent):
    """The plugin's rule, for labels that end soon: it reads up to the next blank."""
    return bool(LABEL.match(state.src, state.pos)) and footnote_ref(state, silent)


def mark_of(source):
    """What tells this text's ids from those of the other posts on the page."""
    return hashlib.sha256(source.encode()).hexdigest()[:10]


def show_reference(renderer, tokens, index, options, env):
    note, name = names_of(tokens[index], env)
    number = tokens[index].meta["id"] + 1
    label = escapeHtml(_("Footnote %(number)s") % {"number": number})
    link = f'<a href="#{note}" id="{name}" aria-label="{label}">{number}</a>'
    return f'<sup class="footnote-ref">{link}</sup>'


def show_way_back(renderer, tokens, index, options, env):
    _note, name = names_of(tokens[index], env)
    label = escapeHtml(_("Back to the text"))
    return f' <a href="#{name}" class="footnote-back" aria-label="{label}">↩\ufe0e</a>'


def show_list(renderer, tokens, index, options, env):
    return f'<section class="footnotes" aria-label="{escapeHtml(_("Footnotes"))}">\n<ol>\n'


def names_of(token, env):
    """The ids of a note, as the plugin makes them, and of one place that refers to it."""
    number, place = token.meta["id"] + 1, token.meta["subId"]
    ending = f"-{env['docId']}-{number}"
    return f"{PREFIX}{ending}", f"{PREFIX}ref{ending}" + (f"-{place}" if place else "")


def without_links(html):
    """Rendered HTML without the numbers that lead to notes, and the links back from there."""
    return LINK.sub("", html) if 'class="footnote' in html else html
