"""Renders tokens whose HTML differs from markdown-it's defaults."""

from django.utils.translation import gettext as _
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML

from forum.markdown import code, polls


class Renderer(RendererHTML):
    def fence(self, tokens, idx, options, env):
        if env["polls"] is not None and polls.is_poll(tokens[idx]):
            return polls.rendered(tokens[idx].content, env["polls"])
        language, html = code.highlight(tokens[idx].content, tokens[idx].info, env["budget"])
        return _code_block(html, f' class="language-{language}"' if language else "")

    def code_block(self, tokens, idx, options, env):
        return _code_block(escapeHtml(tokens[idx].content))

    def list_item_open(self, tokens, idx, options, env):
        opening = self.renderToken(tokens, idx, options, env)
        if "checked" not in tokens[idx].meta:
            return opening
        return opening + _checkbox(tokens[idx].meta["checked"])


def _code_block(html, attributes=""):
    return f'<pre dir="ltr" tabindex="0"><code{attributes}>{html}</code></pre>\n'


def _checkbox(checked):
    label = escapeHtml(_("done") if checked else _("not done"))
    state = ' checked=""' if checked else ""
    return f'<input type="checkbox" disabled=""{state} aria-label="{label}"> '
