"""Shows pictures of the forum's own; turns others into links, so that pages load nothing from
other sites.
"""

from markdown_it.token import Token

from forum.markdown import uploads


def plug_into(md):
    md.core.ruler.push("pictures", replace_pictures)
    md.add_render_rule("picture", uploads.show)


def replace_pictures(state):
    for token in state.tokens:
        if any(child.type in ("image", "link_open") for child in token.children or ()):
            token.children = list(_replaced(token.children, state))


def _replaced(children, state):
    links = 0
    for child in children:
        if child.type == "image":
            yield from _picture(child, state, inside_link=links > 0)
        else:
            if child.type == "link_open":
                uploads.note(str(child.attrs["href"]), state.env)
            links += child.nesting if child.type in ("link_open", "link_close") else 0
            yield child


def _picture(picture, state, inside_link):
    address = str(picture.attrs["src"])
    alt = state.md.renderer.renderInlineAsText(picture.children, state.md.options, state.env)
    title = {name: picture.attrs[name] for name in ("title",) if name in picture.attrs}
    if name := uploads.note(address, state.env):
        meta = {"name": name, "inside_link": inside_link}
        return [Token("picture", "img", 0, content=alt.strip(), attrs=title, meta=meta)]
    text = Token("text", "", 0, content=alt.strip() or address)
    if inside_link or not address:
        return [text]
    return [
        Token("link_open", "a", 1, attrs={"href": address} | title),
        text,
        Token("link_close", "a", -1),
    ]
