"""`manage.py runserver` speaks WebSocket: it is daphne's.

Only here, as an app it would be imported with Twisted by every process of a real site, which runs
on another server.
"""

from daphne.management.commands.runserver import Command

__all__ = ["Command"]
