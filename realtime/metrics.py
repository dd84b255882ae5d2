"""Metrics of the live part, for /metrics."""

import asyncio

from forum.observability.metrics import Counter, Gauge, Histogram

EVERY = 5.0  # seconds between two measurements of the send buffers
CHUNK = 200  # pages in a row before other tasks get a turn
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

SOCKETS = Gauge("parley_sockets", "Open pages with a socket.", multiprocess_mode="livesum")
WAITING_FRAMES = Gauge(
    "parley_waiting_frames", "Frames waiting in send buffers.", multiprocess_mode="livesum"
)
WAITING_BYTES = Gauge(
    "parley_waiting_bytes", "Bytes waiting in send buffers.", multiprocess_mode="livesum"
)
DELIVERIES = Counter("parley_deliveries", "Events sent to pages, counted per page.")
CATCH_UPS = Counter("parley_catch_ups", "Requests of pages for what they missed.", ["by"])
LOOKED_UP = Counter(
    "parley_looked_up", "Answers to pages that needed a query; the others were shared."
)
SWEEPS = Histogram("parley_sweep_seconds", "Duration of sweeps.", buckets=SECONDS)
FOUND = Counter(
    "parley_sweep_found", "Events delivered by the sweep, because no message had brought them."
)
FENCES = Counter("parley_fences", "Fences raised: pages had to ask again what they may see.")
UNPUBLISHED = Counter("parley_unpublished", "Messages that Redis did not accept.")


async def run(hub):
    while True:
        await measure(hub)
        await asyncio.sleep(EVERY)


async def measure(hub):
    frames = size = 0
    for number, page in enumerate(list(hub.pages), 1):
        waiting_frames, waiting_bytes = page.send_buffer.backlog()
        frames, size = frames + waiting_frames, size + waiting_bytes
        if number % CHUNK == 0:
            await asyncio.sleep(0)
    SOCKETS.set(len(hub.pages))
    WAITING_FRAMES.set(frames)
    WAITING_BYTES.set(size)
