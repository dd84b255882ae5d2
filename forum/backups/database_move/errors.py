class MoveError(Exception):
    """The move failed; str() tells the owner what went wrong and what to do."""
