"""Rules for usernames and display names: readable, and not to be mistaken for somebody else's."""

import re
from functools import cache
from unicodedata import category, normalize

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.text import letters
from forum.text.short_text import BLANK, validate_label
from forum.usernames.confusables import skeleton

MIN_LENGTH, MAX_LENGTH = 3, 30
MAX_TYPED = 4 * MAX_LENGTH  # a decomposed letter with its marks has up to four characters
JOINERS = re.compile(f"[{letters.JOINERS}]")
# The inside of a character class, also used to find mentions.
CHARACTERS = rf"{letters.LETTERS}.\-"
SHAPE = re.compile(rf"[{CHARACTERS}]+\Z")
ENDS_IN_SEPARATOR = re.compile(r"[_.-]|.*[_.-]\Z")
TWO_SEPARATORS = re.compile(r"[_.-]{2}")
SCRIPTS_WRITTEN_TOGETHER = ({"HAN", "HIRAGANA", "KATAKANA"}, {"HAN", "HANGUL"}, {"HAN", "BOPOMOFO"})
SHARED = frozenset("0123456789_.-ー")
SHARED_AND_JOINERS = SHARED | set(letters.JOINERS)
OF_NO_SCRIPT = {"COMMON", "INHERITED", "Unknown"}

RESERVED_WORDS = """
    abuse account accounts admin administrator administrators all anonymous api assets auth banned
    bot categories category channel contact deleted edit email everybody everyone feed groups
    guest guests health help here hostmaster info legal live login logout mail me media members
    metrics mod moderation moderator moderators mods new news nobody noreply none null official
    owner owners parley password policy post postmaster posts preview privacy profile robot root
    search security settings signin signout signup site staff static superuser support sysadmin
    system team terms theme topic topics undefined unknown user users webmaster www you
""".split()  # noqa: SIM905

TAKEN = _("This name, or one that looks like it, is already taken. Please choose another.")


def normal(name):
    return normalize("NFKC", name)


def folded(name):
    """A form for lookups that ignores case and joiners; "" if the name is too long."""
    if len(name) > MAX_TYPED:
        return ""
    return JOINERS.sub("", normal(name)).casefold()


def validate_username(name):
    """Raise ValidationError unless `name` is well-formed; doesn't check whether it is free."""
    name = normal(name) if len(name) <= MAX_TYPED else name
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH or not all(
        _is_allowed(name, n) for n in range(len(name))
    ):
        raise ValidationError(_("Use 3 to 30 letters, digits, dots, dashes or underscores."))
    validate_label(name)
    if ENDS_IN_SEPARATOR.match(name) or category(name[0]).startswith("M"):
        raise ValidationError(_("Begin and end the name with a letter or a digit."))
    if TWO_SEPARATORS.search(name):
        raise ValidationError(_("Use only one dot, dash or underscore in a row."))
    if not _of_one_script(name):
        raise ValidationError(
            _("Use letters from one alphabet: letters from different alphabets can look the same.")
        )


username_validators = [validate_username]


def is_reserved(name):
    """Whether a name could be mistaken for staff or for a part of the forum."""
    key = skeleton(name).replace("_", "")
    return key in _reserved() or key == skeleton(settings.SITE_NAME).replace("_", "")


@cache
def _reserved():
    return frozenset(map(skeleton, RESERVED_WORDS))


def _script_of(character):
    # Imported on first use, because it loads a large table.
    from confusable_homoglyphs.categories import alias

    return alias(character)


def _is_allowed(name, position):
    """Whether it is a letter, digit or separator, or a mark of one script (Hindi vowel signs)."""
    character = name[position]
    if BLANK.match(character):
        return False
    if character in letters.JOINERS:
        return letters.joins(name, position)
    if category(character).startswith("M"):
        return _script_of(character) not in OF_NO_SCRIPT
    if category(character) == "Ll" and character.upper() == character:
        return False  # phonetic small capitals, which look like capitals
    return character in SHARED or (
        SHAPE.match(character) and _script_of(character) not in OF_NO_SCRIPT
    )


def _of_one_script(name):
    scripts = {_script_of(character) for character in name if character not in SHARED_AND_JOINERS}
    return len(scripts) < 2 or any(scripts <= together for together in SCRIPTS_WRITTEN_TOGETHER)
