"""Decides which quotes of a mail are folded, and which one links to the quoted post."""

from forum.importing.quoting import Quote, Words

WIDTH = 80  # characters that count as a line
BELOW = 3  # lines of a quote at the end of the mail that are shown
ANSWERED = 12  # lines of a quote with an answer below it that are shown


def fold(blocks, link=""):
    """Mark the long quotes among the blocks of a mail, unless it consists of quotes only."""
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
    """Fold a long quote; if its own text is short, fold only the quotes inside it."""
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
    """Set the link if it is clear which quote it belongs to: with several sources it isn't."""
    sourced = [quote for quote in quotes if quote.source]
    candidates = sourced or [quote for quote in quotes if quote.is_folded]
    if len(candidates) == 1:
        candidates[0].link = link


def size(block):
    """The number of lines it takes."""
    if isinstance(block, Words):
        return sum(1 + len(line) // WIDTH for line in block.lines if line.strip())
    return sum(map(size, block.blocks))
