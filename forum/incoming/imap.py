"""The mailbox of settings.IMAP_URL: lists, reads and marks mails, within time and size limits."""

import imaplib
import re
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from forum.outbound.deadlines import Deadline

TIMEOUT = 10  # seconds for each answer
DEADLINE = 60  # seconds for a whole session
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
LOCAL = ("localhost", "127.0.0.1", "::1")
HEADERS_BYTES = 100_000  # of a mail that is too long


class BadUrl(ValueError):
    """The URL can't be used; str() says why."""


class Failed(Exception):
    """The server refused a command; str() says which and how."""


@dataclass(frozen=True)
class Url:
    is_encrypted: bool
    host: str
    port: int
    user: str
    password: str
    folder: str


def parsed(url):
    """The Url in text like imaps://user:password@host:993/INBOX. Raises BadUrl."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadUrl("it is not a valid URL") from error
    if parts.scheme not in ("imap", "imaps"):
        raise BadUrl("it begins with neither imaps:// nor imap://")
    if not (parts.hostname and parts.username and parts.password):
        raise BadUrl("the host, the user or the password is missing")
    is_encrypted = parts.scheme == "imaps"
    return Url(
        is_encrypted,
        parts.hostname,
        port or (993 if is_encrypted else 143),
        unquote(parts.username),
        unquote(parts.password),
        unquote(parts.path.strip("/")) or "INBOX",
    )


@contextmanager
def opened(url):
    """A Mailbox, for at most DEADLINE seconds. Raises OSError, imaplib's errors, or Failed."""
    context = ssl.create_default_context()
    client: imaplib.IMAP4
    if url.is_encrypted:
        client = imaplib.IMAP4_SSL(url.host, url.port, ssl_context=context, timeout=TIMEOUT)
    else:
        client = imaplib.IMAP4(url.host, url.port, timeout=TIMEOUT)
    deadline = Deadline(client.socket(), DEADLINE)
    try:
        if not url.is_encrypted:
            encrypt(client, url, context)
        sign_in(client, url)
        done(client.select(quoted(url.folder)), "SELECT")
        yield Mailbox(client)
        with suppress(OSError, imaplib.IMAP4.error):  # what was done is done
            client.logout()
    finally:
        deadline.cancel()
        with suppress(OSError):  # closed already
            client.shutdown()


def encrypt(client, url, context):
    if "STARTTLS" in client.capabilities:
        client.starttls(context)
    elif url.host not in LOCAL:
        raise Failed("The server offers no encryption, so the password was not sent.")


def sign_in(client, url):
    if "AUTH=PLAIN" in client.capabilities:  # takes any characters
        client.authenticate("PLAIN", lambda _: f"\0{url.user}\0{url.password}".encode())
    else:
        client.login(url.user, url.password)


def quoted(folder):
    return '"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))


def done(answer, command):
    """What the server answered. Raises Failed."""
    status, data = answer
    if status != "OK":
        raise Failed(f"{command}: {data!r:.200}")
    return data


class Mailbox:
    """Mails that were not taken yet are those without the flag \\Seen, oldest first."""

    def __init__(self, client):
        self.client = client

    def untaken(self):
        """The unique ids of mails that were not taken yet."""
        (found, *_rest) = done(self.client.uid("SEARCH", "UNSEEN", "UNDELETED"), "SEARCH")
        return (found or b"").split()

    def fetch(self, uid, limit):
        """(the raw mail, whether it was longer than `limit`, so that these are its headers)."""
        sizes = done(self.client.uid("FETCH", uid, "(RFC822.SIZE)"), "FETCH")
        size = next((SIZE.search(line) for line in sizes if isinstance(line, bytes)), None)
        is_cut = size is None or int(size[1]) > limit
        part = f"(BODY.PEEK[HEADER]<0.{HEADERS_BYTES}>)" if is_cut else "(BODY.PEEK[])"
        data = done(self.client.uid("FETCH", uid, part), "FETCH")
        raw = next((item[1] for item in data if isinstance(item, tuple)), None)
        if raw is None:
            raise Failed(f"FETCH: no mail {uid!r}")
        return raw, is_cut

    def mark_taken(self, uid):
        done(self.client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"), "STORE")
