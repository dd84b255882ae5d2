"""Turns images into links, so that pages load nothing from other sites."""

from markdown_it.token import Token


def plug_into(md):
    md.core.ruler.push("pictures", replace_pictures)


def replace_pictures(state):
    for token in state.tokens:
        if any(child.type == "image" for child in token.children or ()):
            token.children = list(_replaced(token.children, state))


def _replaced(children, state):
    links = 0
    for child in children:
        if child.type == "image":
            yield from _link(child, state, inside_link=links > 0)
        else:
            links += child.nesting if child.type in ("link_open", "link_close") else 0
            yield child


def _link(picture, state, inside_link):
    address = str(picture.attrs["src"])
    alt = state.md.renderer.renderInlineAsText(picture.children, state.md.options, state.env)
    text = Token("text", "", 0, content=alt.strip() or address)
    if inside_link or not address:
        return [text]
    attributes = {name: picture.attrs[name] for name in ("title",) if name in picture.attrs}
    return [
        Token("link_open", "a", 1, attrs={"href": address} | attributes),
        text,
        Token("link_close", "a", -1),
    ]
