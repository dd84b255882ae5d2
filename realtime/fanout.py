"""The loop that everything else is for: one event to all pages of a group.

With a server of ours (server.py) it writes the finished frame to each socket itself and touches nothing else of a page:
what is not touched need not be fetched from memory, thousands of times. All others hear it in the usual way.
"""

import asyncio
from os import write

from .frames import frame_of

CHUNK = 200  # pages told before others get a turn


async def tell(hub, group, text):
    """Tells every page in `group`, as it stands when its turn comes: some may have left, or wait for an answer."""
    frame, members = frame_of(text), hub.members.get(group, {})
    seen, waiting = hub.rewirings, list(members.items())
    while waiting:
        for page, socket in waiting[:CHUNK]:
            if socket is None:
                page.hear(group, text)
            else:
                put(socket, frame, page)
        del waiting[:CHUNK]
        if waiting:
            await asyncio.sleep(0)
        if seen != hub.rewirings:
            seen, waiting = hub.rewirings, [(page, members[page]) for page, _socket in waiting if page in members]


def put(socket, frame, page):
    try:
        sent = write(socket, frame)
    except OSError:  # it takes no more now, or has gone: the transport finds out
        sent = 0
    if sent != len(frame):
        page.outlet.keep(frame[sent:])
