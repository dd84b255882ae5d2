"""A post lies inside a page that has its own h1 and h2, so its headings begin at h3 and leave out no level."""


def plug_into(md):
    md.core.ruler.after("block", "headings", demote)


def demote(state):
    above = []  # levels, as written, of the headings that this one stands under
    for token in state.tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while above and above[-1] >= written:
                above.pop()
            above.append(written)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(2 + len(above), 6)}"
