"""Made-up mails and archives."""

import gzip
from pathlib import Path

from forum.importing.mbox import RawMessage

SEPARATOR = b"From ines@example.org Mon Apr 29 08:00:00 2019"
DEFAULTS = {
    "From": "Ines Moreau <ines@example.org>",
    "Date": "Mon, 29 Apr 2019 10:00:00 +0200",
    "Subject": "Kites",
    "Message-ID": "<kites-1@example.org>",
}


def mail(body="Hello.\n", **headers):
    """The bytes of a mail. Headers are named `message_id=…`; None leaves one out."""
    given = {
        name.replace("_", "-").title().replace("-Id", "-ID"): value
        for name, value in headers.items()
    }
    lines = [f"{name}: {value}" for name, value in (DEFAULTS | given).items() if value is not None]
    body = body if isinstance(body, bytes) else body.encode()
    return "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n\n" + body


def raw(content, separator=SEPARATOR):
    return RawMessage(separator, content, False, 0)


def archive(*mails):
    """The bytes of an mbox with these mails."""
    return b"".join(SEPARATOR + b"\n" + quoted(mail) + b"\n" for mail in mails)


def quoted(mail):
    return b"\n".join(
        b">" + line if line.lstrip(b">").startswith(b"From ") else line
        for line in mail.split(b"\n")
    )


def write(path, *mails, compressed=False):
    data = archive(*mails)
    Path(path).write_bytes(gzip.compress(data, mtime=0) if compressed else data)
    return path


def multipart(*parts, kind="mixed"):
    """(headers, body) for a mail of several (content type, text) parts."""
    lines = []
    for content_type, text in parts:
        lines += ["--part", f"Content-Type: {content_type}", "", text]
    return {"content_type": f'multipart/{kind}; boundary="part"'}, "\n".join(
        [*lines, "--part--", ""]
    )
