"""WebSocket close codes. How a page reacts to each: docs/realtime.md, "Close codes"."""

TOO_FAST = 1008
TOO_BIG = 1009
RESTART = 1012  # sent by the servers themselves
TRY_LATER = 1013
RESYNC = 4001  # reconnect at once: permissions have changed, or the page did not read
