"""A small demo forum with some weeks of history that shows Parley's features."""

from .content import MEMBER, MODERATOR, OWNER
from .filling import PASSWORD, fill

__all__ = ["MEMBER", "MODERATOR", "OWNER", "PASSWORD", "fill"]
