"""Avatars: a member's picture, or initials on a colour of their own."""

import re

from django.urls import reverse
from django.utils.html import format_html

from forum.text.letters import JOINERS, MARKS

LETTER = re.compile(rf"[^\W_][{MARKS}{JOINERS}]*")
WORD = re.compile(rf"(?:{LETTER.pattern})+")
# With skin tone, variation selector and joined emoji; a flag is a pair of regional indicators.
EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[\u00a9-\U0001faff](?:[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|\u200d.)*)"
)
HUES = 12  # as in css/avatars.css


SIDES = {"small": 26, "medium": 32, "large": 44, "huge": 64}  # pixels, as in css/tokens.css


def avatar(user, size="medium"):
    """The member's picture over initials on a colour of their own. Sizes: those of SIDES.

    The initials are seen until the picture is there, and if it is gone. Hidden from screen readers,
    so put the name beside it.
    """
    return format_html(
        '<span class="avatar avatar--{} avatar--hue-{}" aria-hidden="true">{}{}</span>',
        size,
        user.pk * 5 % HUES,
        initials(user.display_name),
        picture(user.avatar, SIDES[size]) if user.avatar else "",
    )


def picture(name, side):
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="" loading="lazy" decoding="async">',
        reverse("upload", args=[name])
        if side > SIDES["large"]
        else reverse("upload_variant", args=[name, "96"]),
        side,
        side,
    )


def initials(name):
    """First letters of the first and last word, two letters of a single word, or an emoji."""
    words = [LETTER.findall(word) for word in WORD.findall(name)]
    if not words:
        return (EMOJI.search(name) or "?")[0]
    shown = words[0][:1] + words[-1][:1] if len(words) > 1 else words[0][:2]
    return "".join(LETTER.findall("".join(shown).upper())[:2])
