class MoveError(Exception):
    """What went wrong and what to do, as sentences for the owner of the forum."""
