"""The Markdown parser: built once, stateless, shared by all threads."""

from markdown_it import MarkdownIt

from forum.markdown import (
    addresses,
    autolinks,
    budget,
    directions,
    emoji,
    folding,
    footnotes,
    headings,
    links,
    mentions,
    pictures,
    sections,
    spoilers,
    strikethrough,
    tables,
)
from forum.markdown.renderer import Renderer

OPTIONS = {
    "html": False,
    "breaks": True,
    # linkify-it takes seconds for 32,000 characters of "http://a"; autolinks.py is linear.
    "linkify": False,
    "tasklists": True,
    "xhtmlOut": False,
    # Never reached: budget.py has a smaller limit.
    "maxNesting": 100,
}


class Parser(MarkdownIt):
    """CommonMark with GitHub's extensions; links.py decides which URLs are allowed."""

    def normalizeLink(self, url):
        return url if links.is_plain(url) else super().normalizeLink(addresses.with_ascii_host(url))

    def normalizeLinkText(self, url):
        return url if links.is_plain(url) else super().normalizeLinkText(url)

    def validateLink(self, url):
        return links.is_allowed(url)


def build():
    md = Parser("commonmark", OPTIONS, renderer_cls=Renderer)
    md.enable(["table", "strikethrough"])
    md.disable(["html_block", "html_inline"])
    for part in (
        tables,
        autolinks,
        mentions,
        emoji,
        pictures,
        strikethrough,
        links,
        headings,
        directions,
        folding,
        spoilers,
        sections,
        footnotes,
        budget,
    ):
        part.plug_into(md)
    return md


parser = build()
