"""The hot loop of the engine: sends one event to all pages of a group.

Reading thousands of page objects would cost as many cache misses. So the hub stores each page's
`fast_path` in the group's dict, and the loop reads nothing else of a page: with our own server
(uvicorn_protocol.py) it writes the encoded frame to the socket, with any other it runs the server's
`send`. A page that has no fast path at the moment gets the event through `page.deliver`.
"""

import asyncio
import types
from os import write

from realtime.protocol.frames import frame_of

CHUNK = 200  # pages in a row before other tasks get a turn


async def send_to_group(routes, group, text):
    """Sends `text` to the pages in `group`.

    Yields to other tasks after each CHUNK; pages that leave or begin to hold events meanwhile are
    treated by their new state.
    """
    frame, message = frame_of(text), {"type": "websocket.send", "text": text}
    members = routes.members.get(group, {})
    seen, waiting = routes.version, list(members.items())
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
        if seen != routes.version:
            seen, waiting = (
                routes.version,
                [(page, members[page]) for page, _fast_path in waiting if page in members],
            )


def write_frame(socket, frame, page):
    try:
        sent = write(socket, frame)
    except OSError:  # its buffer is full, or it is closed: the transport finds out which
        sent = 0
    if sent != len(frame):
        page.send_buffer.keep(frame[sent:])


def run_send(send, message, page):
    """Runs a server's `send` without a task; if it has to wait, the page's send buffer goes on."""
    step = send(message)
    try:
        future = step.send(None)
    except StopIteration:
        return
    except AttributeError:  # the server's `send` is not a coroutine
        page.send_buffer.wait_for(step)
    except Exception:  # noqa: BLE001 - the socket is closed, its disconnect follows; or it refuses the close code
        page.send_buffer.refused(message)
    else:
        page.send_buffer.wait_for(_resume(step, future))


@types.coroutine
def _resume(coroutine, future):
    """Continues a coroutine that `run_send` ran up to `future`."""
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
