"""Which addresses may be requested: those of public hosts over HTTPS, on its usual port.

A host is resolved once, and the connection goes to the address that was checked, so that a second
answer of its name server changes nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass
from threading import BoundedSemaphore, Thread
from urllib.parse import urlsplit

from django.conf import settings

PORTS = {"https": 443, "http": 80}
LONGEST = 2000  # characters of an address
LOOKUPS = BoundedSemaphore(32)  # at once, as each may hang for as long as a name server likes
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: networks without IPv4
SPECIAL = [ipaddress.IPv4Network(one) for one in ("192.0.0.0/24", "192.88.99.0/24")]
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


class Forbidden(ValueError):
    """The address must not be requested."""


class Unreachable(OSError):
    """Nothing answers there, or not in time."""


@dataclass(frozen=True)
class Target:
    """A parsed address. is_trusted: settings.OUTBOUND_HOSTS lists it."""

    scheme: str
    host: str
    port: int
    path: str
    is_trusted: bool

    @property
    def origin(self):
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self):
        host = in_brackets(self.host)
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(address):
    """The Target of an address. Raises Forbidden; asks no name server."""
    if len(address) > LONGEST or not address.isascii() or not address.isprintable():
        raise Forbidden("It is too long, or has characters that no address has.")
    if " " in address or "\\" in address:  # programs disagree about what these mean
        raise Forbidden("It has characters that no address has.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Forbidden("It is no valid address.") from error
    if parts.scheme not in PORTS or not host or "@" in parts.netloc:
        raise Forbidden("It is not an https:// address.")
    port = PORTS[parts.scheme] if port is None else port
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    is_trusted = f"{in_brackets(host)}:{port}" in settings.OUTBOUND_HOSTS
    if not is_trusted and (parts.scheme, port) != ("https", PORTS["https"]):
        raise Forbidden("It is not an https:// address on the usual port.")
    return Target(parts.scheme, host, port, path, is_trusted)


def in_brackets(host):
    return f"[{host}]" if ":" in host else host


def resolve(target, seconds):
    """The arguments of `socket` and `connect` for each IP address of a Target's host.

    Raises Forbidden if any of them is not public, Unreachable if there are none in time.
    """
    found = []
    for family, kind, protocol, _name, address in look_up(target, seconds):
        if not target.is_trusted and not is_public(address[0]):
            raise Forbidden(f"{target.host} is not on the public internet.")
        found.append(((family, kind, protocol), address))
    return found


def look_up(target, seconds):
    """What getaddrinfo answers, in a thread, as it has no time limit of its own."""
    answers: list = []
    slots = LOOKUPS

    def ask():
        try:
            answers.append(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.append(error)
        finally:
            slots.release()

    if not slots.acquire(timeout=seconds):
        raise Unreachable("Too many name servers don't answer.")
    thread = Thread(target=ask, name="look-up", daemon=True)
    thread.start()
    thread.join(seconds)
    match answers:
        case [list() as found]:
            return found
        case [error]:
            raise Unreachable(f"{target.host} has no address: {error}")
        case _:
            raise Unreachable(f"The name server of {target.host} does not answer.")


def is_public(text):
    """Whether an IP address is one of the public internet, for a single host."""
    if "%" in text:  # of one network interface
        return False
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if inner := address.ipv4_mapped or of_nat64(address):
            return is_public(str(inner))
        if address.sixtofour or address.teredo or address not in GLOBAL_UNICAST:
            return False
    elif any(address in network for network in SPECIAL):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


def of_nat64(address):
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None
