"""The codes that sockets are closed with: docs/realtime.md says what a page is to do."""

TOO_FAST = 1008
TOO_BIG = 1009
RESTART = 1012  # sent by the servers themselves
TRY_LATER = 1013
COME_BACK = 4001  # at once; who may see what has changed, or the page did not read
