"""Generates static/js/constants.js, the constants that server and scripts share.

Run it with `python -m tests.support.constants`.
"""

import os
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "static/js/constants.js"
HEAD = """// @ts-check
// Constants that the server needs, too. Change them in Python, then generate this file with
// python -m tests.support.constants

"""


def script():
    lines = [
        f"// {meaning}\nexport const {name} = {value};\n"
        for name, (value, meaning) in numbers().items()
    ]
    return HEAD + "\n".join(lines)


def numbers():
    """{name: (value, meaning)}"""
    from forum.models.posts import PAGE_SIZE
    from forum.views import readings
    from realtime.http import long_poll
    from realtime.protocol import close_codes, limits
    from realtime.timing import Timing

    return {
        "POSTS_ON_PAGE": (PAGE_SIZE, "posts on one page of a topic"),
        "MOST_READINGS": (readings.MAX_TOPICS, "topics in one request for readings"),
        "RESYNC": (close_codes.RESYNC, "close code: reconnect soon and watch everything again"),
        "RESTARTING": (
            [close_codes.RESTART, close_codes.TRY_LATER],
            "close codes: the same, at a random moment, as all pages reconnect",
        ),
        "HEARTBEAT": (int(Timing.heartbeat_every), "seconds between two heartbeats, at most"),
        "LONGEST_WAIT": (
            long_poll.LONGEST,
            "seconds of a long poll; proxies often give up after 30",
        ),
        "WRITING_LASTS": (
            int(Timing.writing_lasts),
            "seconds that a writing mark lasts unless renewed",
        ),
        "TOPICS_ON_SOCKET": (limits.TOPICS, "topics that one socket may watch"),
        "MESSAGES_A_SECOND": (limits.MESSAGES.per_second, "rate limit of a socket, on average"),
        "MESSAGES_AT_ONCE": (limits.MESSAGES.at_once, "rate limit of a socket, in one burst"),
    }


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    SCRIPT.write_text(script())
