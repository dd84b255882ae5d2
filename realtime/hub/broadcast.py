"""The loop that everything else is for: one event to all pages of a group.

What is not touched need not be fetched from memory, thousands of times. So the hub keeps each page's `way` beside it
and touches nothing else of a page: with a server of ours (uvicorn_protocol.py) it writes the finished frame to the socket itself,
with any other it runs the server's `send`. A page whose way is not free is told by its own methods.
"""

import asyncio
import types
from os import write

from realtime.protocol.frames import frame_of

CHUNK = 200  # pages told before others get a turn


async def tell(hub, group, text):
    """Tells every page in `group`, as it stands when its turn comes: some may have left, or wait for an answer."""
    frame, message = frame_of(text), {"type": "websocket.send", "text": text}
    members = hub.members.get(group, {})
    seen, waiting = hub.rewirings, list(members.items())
    while waiting:
        for page, way in waiting[:CHUNK]:
            if way is None:
                page.hear(group, text)
            elif type(way) is int:
                put(way, frame, page)
            else:
                hand(way, message, page)
        del waiting[:CHUNK]
        if waiting:
            await asyncio.sleep(0)
        if seen != hub.rewirings:
            seen, waiting = hub.rewirings, [(page, members[page]) for page, _way in waiting if page in members]


def put(socket, frame, page):
    try:
        sent = write(socket, frame)
    except OSError:  # it takes no more now, or has gone: the transport finds out
        sent = 0
    if sent != len(frame):
        page.outlet.keep(frame[sent:])


def hand(send, message, page):
    """Runs a server's `send` by hand, to its end or up to where it would wait; then its outlet waits for it."""
    step = send(message)
    try:
        future = step.send(None)
    except StopIteration:
        return
    except AttributeError:  # a server with awaitables of its own
        page.outlet.wait_for(step)
    except Exception:  # noqa: BLE001 - a socket that is gone, its disconnect follows; or a code refused
        page.outlet.refused(message)
    else:
        page.outlet.wait_for(_resume(step, future))


@types.coroutine
def _resume(coroutine, future):
    """Goes on with a coroutine that was run by hand up to `future`."""
    while True:
        try:
            result = yield future
        except BaseException as error:  # noqa: BLE001 - cancellation included: it belongs to the coroutine
            step = lambda error=error: coroutine.throw(error)  # noqa: E731
        else:
            step = lambda result=result: coroutine.send(result)  # noqa: E731
        try:
            future = step()
        except StopIteration:
            return
