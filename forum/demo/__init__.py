"""A small forum to look around in, with some weeks of history that show what Parley can do."""

from .content import MEMBER, MODERATOR, OWNER
from .filling import PASSWORD, fill

__all__ = ["MEMBER", "MODERATOR", "OWNER", "PASSWORD", "fill"]
