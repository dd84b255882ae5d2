"""Idempotent form submissions: recognises a repetition of an earlier one."""

import hashlib
import json
import re

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from forum.models.posts import LINE_END, new_token

TOKEN = re.compile(r"[0-9a-f]{32}\Z")
EXPIRED = _("This form has expired. Please send it again.")


def is_token(text):
    return bool(TOKEN.match(text))


def as_typed(text):
    """Without line ends at the end, and with "\\n" for the others: browsers count one character and
    send two.
    """
    return LINE_END.sub("\n", text).rstrip()


class TokenField(forms.CharField):
    """Marks one form, so that sending it twice posts once."""

    def __init__(self):
        super().__init__(
            widget=forms.HiddenInput,
            initial=new_token,
            validators=[RegexValidator(TOKEN)],
            error_messages={"required": EXPIRED, "invalid": EXPIRED},
        )

    def bound_data(self, data, initial):
        """A form that comes back for want of a good token brings a new one."""
        return data if is_token(data or "") else initial


def digest(form, target):
    """Identifies what `form` was sent with and where to.

    A token alone does not: people go back to a form that was sent, and write something else in it.
    Taken from what was sent, not from what is stored, which may be edited, renamed or moved before
    the same form is sent again.
    """
    sent = {
        name: as_typed(form.data.get(form.add_prefix(name), ""))
        for name in form.fields
        if name != "token"
    }
    return hashlib.sha256(json.dumps([target, sent], sort_keys=True).encode()).hexdigest()
