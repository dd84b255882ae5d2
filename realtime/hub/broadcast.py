"""The hot loop of the engine: sends one event to all pages of a group.

Memory that is not touched need not be fetched, thousands of times. So the hub keeps each page's
`fast_path` beside it, and the loop touches nothing else of a page: with our own server
(uvicorn_protocol.py) it writes the finished frame to the socket, with any other it runs the
server's `send`. A page without a free fast path delivers by its own methods.
"""

import asyncio
import types
from os import write

from realtime.protocol.frames import frame_of

CHUNK = 200  # pages in a row before other tasks get a turn


async def send_to_group(hub, group, text):
    """Sends to every page in `group`, as it is when its turn comes: some may have left, or hold
    events meanwhile.
    """
    frame, message = frame_of(text), {"type": "websocket.send", "text": text}
    members = hub.members.get(group, {})
    seen, waiting = hub.routing_version, list(members.items())
    while waiting:
        for page, fast_path in waiting[:CHUNK]:
            if fast_path is None:
                page.deliver(group, text)
            elif type(fast_path) is int:
                write_frame(fast_path, frame, page)
            else:
                run_send(fast_path, message, page)
        del waiting[:CHUNK]
        if waiting:
            await asyncio.sleep(0)
        if seen != hub.routing_version:
            seen, waiting = (
                hub.routing_version,
                [(page, members[page]) for page, _fast_path in waiting if page in members],
            )


def write_frame(socket, frame, page):
    try:
        sent = write(socket, frame)
    except OSError:  # it takes no more now, or has gone: the transport finds out
        sent = 0
    if sent != len(frame):
        page.send_buffer.keep(frame[sent:])


def run_send(send, message, page):
    """Runs a server's `send` by hand, to its end or up to where it would wait; then its send buffer
    waits for it.
    """
    step = send(message)
    try:
        future = step.send(None)
    except StopIteration:
        return
    except AttributeError:  # a server with awaitables of its own
        page.send_buffer.wait_for(step)
    except Exception:  # noqa: BLE001 - a socket that is gone, its disconnect follows; or a code refused
        page.send_buffer.refused(message)
    else:
        page.send_buffer.wait_for(_resume(step, future))


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
