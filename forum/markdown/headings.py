"""A post lies inside a page that has its own h1 and h2, so its headings begin at h3."""

DEMOTED = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}


def plug_into(md):
    md.core.ruler.after("block", "headings", demote)


def demote(state):
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = DEMOTED[token.tag]
