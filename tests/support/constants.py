"""Writes static/js/constants.js, the numbers that server and scripts both need: python -m
tests.support.constants
"""

import os
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "static/js/constants.js"
HEAD = """// @ts-check
// The numbers that the server needs, too. Change them in Python, and write this file by
// python -m tests.support.constants

"""


def script():
    lines = [
        f"// {meaning}\nexport const {name} = {value};\n"
        for name, (value, meaning) in numbers().items()
    ]
    return HEAD + "\n".join(lines)


def numbers():
    """{name: (value, what it is)}"""
    from forum.models.posts import PAGE_SIZE
    from forum.views import readings
    from realtime.http import long_poll
    from realtime.hub import heartbeat
    from realtime.presence import typing
    from realtime.protocol import close_codes, limits

    return {
        "POSTS_ON_PAGE": (PAGE_SIZE, "of a topic"),
        "MOST_READINGS": (readings.MOST, "topics in one question"),
        "COME_BACK": (close_codes.COME_BACK, "close code: ask for everything anew, soon"),
        "ALL_COME_BACK": (
            [close_codes.RESTART, close_codes.TRY_LATER],
            "close codes: the same, at a moment of one's own",
        ),
        "HEARTBEAT": (heartbeat.EVERY, "seconds, at most, between two"),
        "LONGEST_WAIT": (
            long_poll.LONGEST,
            "seconds of a long poll; proxies often give up after 30",
        ),
        "WRITING_LASTS": (int(typing.LIFE), "seconds, unless somebody goes on"),
        "TOPICS_ON_SOCKET": (limits.TOPICS, "that it may watch"),
        "MESSAGES_A_SECOND": (limits.MESSAGES.per_second, "over a socket, and"),
        "MESSAGES_AT_ONCE": (limits.MESSAGES.at_once, "after a pause"),
    }


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    SCRIPT.write_text(script())
