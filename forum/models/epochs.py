"""Epochs: change numbers are comparable only while their epoch stays the same."""

import secrets


def new_epoch():
    """A random word, for numbers that start again, for example after restoring a backup."""
    return secrets.token_hex(4)
