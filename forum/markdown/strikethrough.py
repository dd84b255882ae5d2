"""~~strikethrough~~ with two tildes; three or more are text, as in GitHub's Markdown."""


def plug_into(md):
    md.inline.ruler.before("strikethrough", "many_tildes", many_tildes)


def many_tildes(state, silent):
    if state.src[state.pos] != "~":
        return False
    length = state.scanDelims(state.pos, True).length
    if length < 3:
        return False
    if not silent:
        state.pending += "~" * length
    state.pos += length
    return True
