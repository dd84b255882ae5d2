"""daphne's `runserver`, which supports WebSocket.

Not an installed app, because then every process of a production site, which doesn't use daphne,
would import Twisted.
"""

from daphne.management.commands.runserver import Command

__all__ = ["Command"]
