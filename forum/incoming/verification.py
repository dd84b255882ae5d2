"""Whether the mail server has verified the sender (RFC 8601).

Only its own Authentication-Results count, named by settings.MAIL_AUTHSERV_ID. A mail can bring
forged ones along: the mail server must remove those that bear its name, as RFC 8601 demands.
"""

import re

from django.conf import settings

QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')  # may hold what the sender chose
COMMENT = re.compile(r"\([^()]*\)")
PROPERTY = re.compile(r"([a-z]+\.[a-z]+)\s*=\s*([^\s;]+)")


def is_verified(values, senders):
    """Whether one of these headers says that the domain of the only sender is genuine."""
    if not settings.MAIL_AUTHSERV_ID or len(senders) != 1:
        return False
    domain = senders[0].rpartition("@")[2]
    found = [result for value in values for result in results(value)]
    if any((method, result) == ("dmarc", "fail") for method, result, _properties in found):
        return False
    return any(
        result == "pass" and vouches(method, properties, domain)
        for method, result, properties in found
    )


def results(value):
    """(method, result, {property: value}) of each result, if the header is the mail server's."""
    value = COMMENT.sub(" ", COMMENT.sub(" ", QUOTED.sub('""', value))).lower()
    server, *parts = value.split(";")
    if server.split()[:1] != [settings.MAIL_AUTHSERV_ID.lower()]:
        return
    for part in parts:
        method, equals, rest = part.strip().partition("=")
        if equals and rest.split():
            yield method.strip(), rest.split()[0], dict(PROPERTY.findall(rest))


def vouches(method, properties, domain):
    if method == "dmarc":
        return properties.get("header.from", domain) == domain
    if method == "dkim":
        signer = properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
        return "." in signer and (domain == signer or domain.endswith(f".{signer}"))
    if method == "spf":
        return properties.get("smtp.mailfrom", "").rpartition("@")[2] == domain
    return False
