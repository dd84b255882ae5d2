"""Placeholder members for the authors of an archive, without email address or password."""

import re
import unicodedata

from django.contrib.auth.hashers import make_password

from forum.models import ImportedAuthor, TakenName, User
from forum.text.letters import LETTERS
from forum.text.short_text import cleaned, one_line
from forum.usernames.confusables import skeletons
from forum.usernames.rules import MAX_LENGTH, MIN_LENGTH

SEPARATORS = re.compile(rf"[^{LETTERS}.-]+|_+")
TRIES = 20  # candidate names per query
NAME_LENGTH = User._meta.get_field("name").max_length


def get_or_create(drafts):
    """({address hash: id of the placeholder member}, number of new members)."""
    # The first name used with an address is kept.
    hashes = {draft.address_hash: draft for draft in reversed(drafts)}
    found = dict(
        ImportedAuthor.objects.filter(address_hash__in=hashes).values_list(
            "address_hash", "user_id"
        )
    )
    missing = [draft for hash, draft in hashes.items() if hash not in found][::-1]
    users = User.objects.bulk_create(_members(missing))
    TakenName.objects.claim_for_placeholders(users)
    authors = [
        ImportedAuthor(address_hash=draft.address_hash, user=user)
        for draft, user in zip(missing, users, strict=True)
    ]
    ImportedAuthor.objects.bulk_create(authors)
    return found | {author.address_hash: author.user_id for author in authors}, len(users)


def _members(drafts):
    taken = set()
    for draft in drafts:
        username = _free(_username(draft.author), taken)
        taken |= skeletons(username)
        name = cleaned(one_line(draft.author), bidi=False)[:NAME_LENGTH].rstrip()
        yield User(
            username=username,
            name=name if name != username else "",
            password=make_password(None),
            is_placeholder=True,
            date_joined=draft.date,
        )


def _username(name):
    """The name with dashes in place of characters that usernames can't contain."""
    name = SEPARATORS.sub("-", unicodedata.normalize("NFKC", cleaned(name, bidi=False)))
    return re.sub(r"-{2,}", "-", name).strip(".-")[:MAX_LENGTH].rstrip(".-") or "member"


def _free(username, taken):
    """The name, with the first number appended that makes it unique and not confusable."""
    first, free = 1, None
    while not free:
        names = [_numbered(username, number) for number in range(first, first + TRIES)]
        keys = {name: skeletons(name) for name in names if len(name) >= MIN_LENGTH}
        used = TakenName.objects.filter(key__in=set().union(*keys.values())).values_list(
            "key", flat=True
        )
        used = taken.union(used)
        free = next((name for name, looking in keys.items() if not looking & used), None)
        first += TRIES
    return free


def _numbered(username, number):
    if number == 1:
        return username
    return f"{username[: MAX_LENGTH - len(str(number)) - 1].rstrip('.-')}-{number}"
