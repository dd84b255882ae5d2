"""Why a picture is refused. The worker sends the reason's name; `texts` has the words."""

UNKNOWN = "unknown"
DAMAGED = "damaged"
PIXELS = "pixels"
FRAMES = "frames"
COSTLY = "costly"
REASONS = (UNKNOWN, DAMAGED, PIXELS, FRAMES, COSTLY)


class Refused(Exception):
    """`reason` is one of REASONS."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
