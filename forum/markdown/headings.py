"""Shifts headings to begin at h3, below the page's own h1 and h2, without gaps between levels."""


def plug_into(md):
    md.core.ruler.after("block", "headings", demote)


def demote(state):
    above = []  # the levels, as written, of the enclosing headings
    for token in state.tokens:
        if token.type == "heading_open":
            written = int(token.tag[1])
            while above and above[-1] >= written:
                above.pop()
            above.append(written)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(2 + len(above), 6)}"
