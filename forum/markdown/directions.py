"""Marks each block with dir="auto", and each list as a whole."""

LISTS = ("bullet_list", "ordered_list")
BLOCKS = {"paragraph_open", "heading_open", "th_open", "td_open"}


def plug_into(md):
    md.core.ruler.after("block", "directions", mark)


def mark(state):
    lists = 0
    for token in state.tokens:
        is_list = token.type.startswith(LISTS)
        if not lists and (token.type in BLOCKS or is_list):
            token.attrSet("dir", "auto")
        if is_list:
            lists += token.nesting
