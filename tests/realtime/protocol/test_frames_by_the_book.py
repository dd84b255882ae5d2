"""Every kind of frame on real servers: invalid ones get their close code, and only their page."""

import json
import random

import pytest

from tests.realtime.book import (
    BINARY,
    CLOSED,
    CONTINUED,
    OPEN,
    PING,
    PONG,
    TEXT,
    frame,
    in_parts,
    spoken,
)
from tests.realtime.raw import RawPage
from tests.support.scale import FULL
from tests.support.server import Server

FRAMES, MESSAGES = 100_000 if FULL else 10_000, 10_000
BURST = 20  # messages that a page may send at once
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600 if FULL else 120),
    pytest.mark.servers,
    pytest.mark.once,
]
ERRORS = '"level": "error"', '"level": "critical"', "Traceback"
# its own log line for text that it closes with 1007
BY_UVICORN = "Invalid UTF-8 sequence received from client."
NEWS = frame(TEXT, '{"type":"watch","news":"now"}')


@pytest.fixture(scope="module", params=["uvicorn", "plain uvicorn", "daphne"])
def server(request, django_db_setup, django_db_blocker, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "log"
    with django_db_blocker.unblock(), log.open("w") as file:
        server = Server(request.param, log=file).start()
    server.log_file = log
    yield server
    server.stop()


@pytest.fixture
def others(server, transactional_db):
    """Another page, which must still get answers in the end; and the log must have no errors."""
    with RawPage(server) as page:
        assert is_answered(page)
        yield page
        assert is_answered(page)
    errors = [line for line in server.log_file.read_text().splitlines() if is_error(line)]
    assert errors == []


def is_error(line):
    return any(mark in line for mark in ERRORS) and BY_UVICORN not in line


def is_answered(page):
    page.send(NEWS)
    while heard := page.next_frame():
        if heard[0] == TEXT and b'"news"' in heard[1]:
            return True
    return False


def test_the_autobahn_cases_end_with_their_close_codes(server, others):
    """Some 160 cases, each on a socket of its own. On daphne only the other page is checked."""
    wrong = {}
    for code, cases in {"open": OPEN, **CLOSED}.items():
        for name, case in cases.items():
            ended = outcome(server, case, code)
            if ended != code:
                wrong[name] = ended

    assert server.kind == "daphne" or wrong == {}


def outcome(server, case, expected):
    with RawPage(server) as page:
        page.send(case)
        try:
            return "open" if expected == "open" and is_answered(page) else page.ends()
        except TimeoutError:
            return "nothing came"


def test_a_pong_has_the_data_of_its_ping(server, others):
    brought = [b"", b"\x00\xff\xfe", b"x" * 125, *[str(number).encode() for number in range(10)]]
    with RawPage(server) as page:
        page.send(b"".join(frame(PING, data) for data in brought))

        assert [next_pong(page) for _ in brought] == brought


def next_pong(page):
    while (heard := page.next_frame()) and heard[0] != PONG:
        pass
    return heard and heard[1]


def test_no_random_frames_end_the_server(server, others):
    """100,000 frames, 10,000 in the short form: each socket sends valid ones, then a random one."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance, sent = random.Random(seed), 0
    while sent < FRAMES:
        frames = [right(chance) for _ in range(chance.randrange(BURST))] + [any_bytes(chance)]
        sent += len(frames)
        with RawPage(server) as page:
            page.send(b"".join(frames))
            page.stop_sending()  # so it ends although it may wait for the rest of a frame
            page.ends()


def right(chance):
    data = chance.randbytes(chance.choice([0, 1, 20, 125]))
    text = "".join(chance.choices("aé€𝄞\x00", k=30))
    return chance.choice(
        [
            lambda: frame(PING, data),
            lambda: frame(PONG, data),
            lambda: frame(BINARY, data),
            lambda: frame(TEXT, spoken(text)),
            lambda: in_parts(
                TEXT, spoken(text).encode()[:31], spoken(text).encode()[31:], between=frame(PING)
            ),
        ]
    )()


def any_bytes(chance):
    """Any flags, opcode and length, masked or not, with as many bytes as declared or others."""
    kind = chance.choice([chance.randrange(16), TEXT, CONTINUED])
    made = frame(kind, chance.randbytes(chance.choice([0, 1, 2, 20, 125, 126, 5000])),
    chance.random() < 0.7,
                 chance.choice([0, 0, 0, chance.randrange(8)]), chance.random() < 0.8)  # fmt: skip
    return chance.choice(
        [made, made[: chance.randrange(len(made) + 1)], chance.randbytes(len(made))]
    )


def test_no_malformed_json_ends_a_server_or_page(server, others):
    """10,000 messages, as many on a socket as it may say at once; each is refused."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    for _ in range(MESSAGES // BURST):
        with RawPage(server) as page:
            page.send(b"".join(frame(TEXT, json.dumps(misshapen(chance))) for _ in range(BURST)))
            refused = 0
            while refused < BURST and (heard := page.next_frame()) and heard[0] == TEXT:
                refused += b'"error"' in heard[1]
            assert refused == BURST, seed


def misshapen(chance):
    """Any JSON, or a message with one thing in it that can't be."""
    if chance.random() < 0.3:
        return anything(chance)
    message = chance.choice(
        [
            {"type": "watch", "topic": 1, "epoch": "", "change": 0},
            {"type": "watch", "list": "latest", "rows": "1:1"},
            {"type": "watch", "news": 1},
            {"type": "unwatch", "topic": 1},
            {"type": "seen", "topic": 1, "number": 1},
            {"type": "typing", "topic": 1},
        ]
    )
    # which may be any short text
    name = chance.choice([name for name in message if name != "epoch"])
    return {
        **message,
        name: chance.choice(
            [None, True, -1, 1.5, 2**53, "x", "１", [], [1], {}, {"a": 1}, "1" * 20]
        ),
    }


def anything(chance, deep=3):
    leaves = [
        None,
        True,
        chance.random(),
        chance.randrange(-(2**70), 2**70),
        "",
        "watch",
        "\x00",
        "\ud800",
    ]
    if not deep:
        return chance.choice(leaves)
    inner = [anything(chance, deep - 1) for _ in range(chance.randrange(3))]
    return chance.choice(
        [*leaves, inner, {f"name {number}": value for number, value in enumerate(inner)}]
    )
