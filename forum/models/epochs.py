"""Epochs: while one stays the same, the change numbers that it goes with can be compared."""

import secrets


def new_epoch():
    """A random text, for numbers that begin anew, as after a restored backup."""
    return secrets.token_hex(4)
