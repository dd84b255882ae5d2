"""Valid and invalid WebSocket frames as bytes, after the cases of the Autobahn test suite.

OPEN: cases after which the socket is still open and answers. CLOSED: cases that close it, by close
code.
"""

TEXT, BINARY, CLOSE, PING, PONG, CONTINUED = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0
ENDED = None  # the connection ends without a code, as the page has given none


def frame(kind, data=b"", last=True, reserved=0, masked=True, mask=b"\x01\x80\xfe\x55"):
    """A frame as a page sends it. `data` may be text."""
    data = data.encode() if isinstance(data, str) else data
    size = len(data)
    length = (
        bytes([size])
        if size < 126
        else b"\x7e" + size.to_bytes(2)
        if size < 65536
        else b"\x7f" + size.to_bytes(8)
    )
    head = bytes([last << 7 | reserved << 4 | kind, masked << 7 | length[0]]) + length[1:]
    return head + (
        mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(data)) if masked else data
    )


def in_parts(kind, *parts, between=b""):
    frames = [
        frame(CONTINUED if place else kind, part, last=place == len(parts) - 1)
        for place, part in enumerate(parts)
    ]
    return between.join(frames)


def closing(code, reason=b""):
    return frame(CLOSE, code.to_bytes(2) + reason)


def bytewise(data):
    return [data[place : place + 1] for place in range(len(data))]


def spoken(text):
    """A message that wants nothing."""
    return f'{{"type":"pong","x":"{text}"}}'


def padded(size):
    return spoken("x" * (size - len(spoken(""))))


SAID = spoken("κόσμε 𝄞 é").encode()
CUTS = range(1, len(SAID))  # also in the middle of a character
NO_UTF8 = {
    "a lone continuation": b"\x80",
    "bytes that never occur": b"\xfe\xff",
    "an overlong slash": b"\xc0\xaf",
    "a longer overlong slash": b"\xe0\x80\xaf",
    "an overlong null": b"\xc0\x80",
    "a surrogate": b"\xed\xa0\x80",
    "a pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "above the last character": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
    "a character cut off": "€".encode()[:2],
    "wrong in the middle": "κόσμε".encode() + b"\xed\xa0\x80" + b"edited",
    "Latin-1": "é".encode("latin1"),
}

OPEN = {
    "a text": frame(TEXT, SAID),
    "an empty text": frame(TEXT),
    "an empty message in three parts": in_parts(TEXT, b"", b"", b""),
    "bytes": frame(BINARY, SAID),
    "bytes that are no text": frame(BINARY, b"\xff\xfe\x00"),
    **{
        f"a text of {size} bytes": frame(TEXT, padded(size))
        for size in (125, 126, 127, 128, 4095, 4096)
    },
    "a mask of nulls": frame(TEXT, SAID, mask=bytes(4)),
    "a ping": frame(PING),
    "a ping of 125 bytes": frame(PING, b"\xfe" * 125),
    "ten pings at once": frame(PING, "again") * 10,
    "a pong that nobody asked for": frame(PONG, "here"),
    "a text in two parts": in_parts(TEXT, SAID[:5], SAID[5:]),
    "a text in parts of one byte": in_parts(TEXT, *bytewise(SAID)),
    **{
        f"a text cut after {cut} bytes": in_parts(TEXT, SAID[:cut], SAID[cut:])
        for cut in CUTS
        if SAID[cut] > 0x7F
    },
    "a ping between parts": in_parts(TEXT, SAID[:5], SAID[5:], between=frame(PING, "now")),
    "pings and pongs between many parts": in_parts(
        TEXT, *bytewise(SAID), between=frame(PING) + frame(PONG)
    ),
    "the last character there is": frame(TEXT, spoken("\U0010ffff")),
    "what is no character and well-formed": frame(TEXT, spoken("\ufffe\uffff\ufdd0")),
    "a null": frame(TEXT, spoken("\x00")),
}

CLOSED = {
    1002: {
        **{f"the reserved bits {bits}": frame(TEXT, SAID, reserved=bits) for bits in range(1, 8)},
        "a reserved bit of a ping": frame(PING, reserved=4),
        "a reserved bit of the close": frame(CLOSE, reserved=2),
        **{
            f"the reserved kind {kind}": frame(kind) for kind in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
        },
        "a reserved kind with data": frame(3, SAID),
        "a reserved kind between parts": in_parts(TEXT, SAID[:5], SAID[5:], between=frame(15)),
        "no mask": frame(TEXT, SAID, masked=False),
        "a ping without a mask": frame(PING, masked=False),
        "a ping of 126 bytes": frame(PING, b"x" * 126),
        "a pong of 126 bytes": frame(PONG, b"x" * 126),
        "a ping in two parts": in_parts(PING, b"a", b"b"),
        "a pong in two parts": in_parts(PONG, b"a", b"b"),
        "the end of nothing": frame(CONTINUED, SAID),
        "a part of nothing": frame(CONTINUED, SAID, last=False),
        "more after the end": frame(TEXT, SAID) + frame(CONTINUED, SAID),
        "a text within a text": frame(TEXT, SAID[:5], last=False) + frame(TEXT, SAID),
        "bytes within a text": frame(TEXT, SAID[:5], last=False) + frame(BINARY, SAID),
        "a close within a text": frame(TEXT, SAID[:5], last=False) + closing(1000),
        "a close with one byte": frame(CLOSE, b"\x03"),
        "a close in two parts": in_parts(CLOSE, b"\x03", b"\xe8"),
        "a close with a reason too long": closing(1000, b"x" * 124),
        **{
            f"a close with {code}": closing(code)
            for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
        },
    },
    1007: {
        **{f"{name} in a text": frame(TEXT, data) for name, data in NO_UTF8.items()},
        **{
            f"{name} in the second part": in_parts(TEXT, b'{"', data)
            for name, data in NO_UTF8.items()
        },
        **{
            f"{name} in parts of one byte": in_parts(TEXT, *bytewise(b"x" + data))
            for name, data in NO_UTF8.items()
        },
        **{f"{name} as a reason to close": closing(1000, data) for name, data in NO_UTF8.items()},
    },
    1009: {
        "a text of 4097 bytes": frame(TEXT, padded(4097)),
        "bytes of 4097": frame(BINARY, b"x" * 4097),
        "a text of 4097 bytes in parts": in_parts(TEXT, *[b"x" * 241] * 17),
        "a text of 65537 bytes": frame(TEXT, b"x" * 65537),
        "a text of 65537 bytes in parts": in_parts(TEXT, b"x" * 65536, b"x"),
        "what says that it is endless": b"\x81\xff" + b"\x7f" + b"\xff" * 7 + bytes(4),
    },
    ENDED: {"a close without a code": frame(CLOSE)},
    **{
        code: {f"a close with {code}": closing(code, "as said ✓".encode())}
        for code in (1000, 1001, 1003, 1008, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
    },
}
for code in (1002, 1007, 1009):
    CLOSED[code][f"a close with {code}"] = closing(code, b"x" * 123)
