class MoveError(Exception):
    """The move failed; its text explains to the owner what went wrong and what to do."""
