"""Which quotes of a mail are folded, and which one gets the link to the post that is quoted."""

from forum.importing.quoting import Quote, Words

WIDTH = 80  # characters that count as a line
BELOW = 3  # lines of old mail below the new text that are shown
ANSWERED = 12  # lines of a quote that is answered below it


def fold(blocks, link=""):
    """Marks the long quotes among the blocks of a mail, unless it is nothing but quotes."""
    if not any(isinstance(block, Words) for block in blocks):
        return
    for block in blocks:
        if isinstance(block, Quote) and block is blocks[-1]:
            block.is_folded = size(block) > BELOW
        elif isinstance(block, Quote):
            _fold_answered(block)
    if link:
        _link([block for block in blocks if isinstance(block, Quote)], link)


def _fold_answered(quote):
    """If the quoted person's own words are few, what that person quotes is folded instead of
    them.
    """
    own = sum(size(block) for block in quote.blocks if isinstance(block, Words))
    if size(quote) <= ANSWERED:
        return
    if not 0 < own <= ANSWERED:
        quote.is_folded = True
        return
    for block in quote.blocks:
        if isinstance(block, Quote):
            block.is_folded = size(block) > BELOW


def _link(quotes, link):
    """Of several people's quotes nobody knows which one is meant."""
    sourced = [quote for quote in quotes if quote.source]
    candidates = sourced or [quote for quote in quotes if quote.is_folded]
    if len(candidates) == 1:
        candidates[0].link = link


def size(block):
    """How many lines it takes."""
    if isinstance(block, Words):
        return sum(1 + len(line) // WIDTH for line in block.lines if line.strip())
    return sum(map(size, block.blocks))
