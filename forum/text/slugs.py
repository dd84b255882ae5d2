"""Slugs of topics and categories, in any script."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forum.text.letters import MARKS, cut

OTHER = re.compile(rf"[^\w{MARKS}\s-]")
BLANKS = re.compile(r"[-\s]+")
SLUG = re.compile(rf"[\w{MARKS}-]+\Z")


def validate_slug(slug):
    if not SLUG.match(slug):
        raise ValidationError(
            _("Use letters, digits, dashes and underscores only."), code="invalid"
        )


def slug_of(text, length):
    """A slug of at most `length` characters; "" if the text contains no word."""
    words = OTHER.sub("", unicodedata.normalize("NFKC", text).lower())
    return cut(BLANKS.sub("-", words).strip("-_"), length).strip("-_")
