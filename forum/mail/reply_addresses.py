"""The addresses that members answer notification mails to: each names a member, a topic and a post.

They are signed with SECRET_KEY and a random key of the member, and valid until that key is deleted
(ReplyKey.objects.revoke, which a suspension calls). Mail servers change the case of letters and
accept 64 characters before the "@", so an address has digits and lower-case letters only, and at
most MAX_PART of them stand for "{}".
"""

import re
from base64 import b32encode

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from .models import ReplyKey

MAX_LOCAL = 64  # characters before the "@": RFC 5321, 4.5.3.1.1
MAX_PART = 46  # three ids of up to 14 decimal digits, the signature, and what separates them
SIGNATURE = 16  # characters of base32: 80 bits
# The line that mails ask to write above, in any language.
MARKER = re.compile(r"##- .{1,100} -##")
PART = re.compile(
    rf"([0-9a-z]{{1,9}})-([0-9a-z]{{1,9}})-([0-9a-z]{{1,9}})-([a-z2-7]{{{SIGNATURE}}})"
)
VALID = re.compile(r"[\w.+=-]*\{\}[\w.+=-]*@[\w-]+(?:\.[\w-]+)*", re.A)


def is_valid(setting):
    """Whether a value of settings.REPLY_ADDRESS makes addresses that mail servers accept."""
    local = setting.partition("@")[0].replace("{}", "")
    return bool(VALID.fullmatch(setting)) and len(local) + MAX_PART <= MAX_LOCAL


def address_for(member_id, topic_id, post_id):
    """The address for answers of this member to this post; "" without settings.REPLY_ADDRESS."""
    if not settings.REPLY_ADDRESS:
        return ""
    ids = "-".join(map(int_to_base36, (member_id, topic_id, post_id)))
    key = ReplyKey.objects.of(member_id)
    return settings.REPLY_ADDRESS.replace("{}", f"{ids}-{signature(ids, key, settings.SECRET_KEY)}")


def read(address):
    """(member id, topic id, post id) of a valid address of ours, in any case; None of any other."""
    match = parsed(address)
    if not match:
        return None
    ids, signed = match[0].rpartition("-")[0], match[4]
    member_id, topic_id, post_id = map(base36_to_int, match.groups()[:3])
    keys = ReplyKey.objects.filter(member=member_id).values_list("key", flat=True)
    is_signed = any(
        constant_time_compare(signed, signature(ids, key, secret))
        for key in keys
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
    return (member_id, topic_id, post_id) if is_signed else None


def marker():
    """The line above which members write their answers."""
    return f"##- {_('Write your answer above this line')} -##"


def is_reply_address(address):
    """Whether it looks like one of ours, valid or not any more."""
    return parsed(address) is not None


def parsed(address):
    before, _braces, after = settings.REPLY_ADDRESS.lower().partition("{}")
    address = address.lower()
    if not (after and address.startswith(before) and address.endswith(after)):
        return None
    return PART.fullmatch(address[len(before) : -len(after)])


def signature(ids, key, secret):
    mac = salted_hmac("forum.mail.reply_addresses", f"{ids}-{key}", secret, algorithm="sha256")
    return b32encode(mac.digest()).decode().lower()[:SIGNATURE]
