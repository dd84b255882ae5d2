"""Idempotent form submissions: recognises when a form is sent again."""

import hashlib
import json
import re

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from forum.models.posts import LINE_END, new_token

TOKEN = re.compile(r"\A[0-9a-f]{32}\Z")
EXPIRED = _("This form has expired. Please send it again.")


def is_token(text):
    return bool(TOKEN.match(text))


def as_typed(text):
    """The text with "\\n" for "\\r\\n", which browsers send but count once, and right-stripped."""
    return LINE_END.sub("\n", text).rstrip()


class TokenField(forms.CharField):
    """A random token in each rendered form, so that sending it twice posts once."""

    def __init__(self):
        super().__init__(
            widget=forms.HiddenInput,
            initial=new_token,
            validators=[RegexValidator(TOKEN)],
            error_messages={"required": EXPIRED, "invalid": EXPIRED},
        )

    def bound_data(self, data, initial):
        """Give a form without a valid token a new one when it is shown again."""
        return data if is_token(data or "") else initial


def digest(form, target):
    """A SHA-256 of what `form` was sent with and where to.

    The token alone does not identify a submission: people navigate back to a form and send
    something else. The digest covers the submitted data, not the stored data, which may be edited,
    renamed or moved before the same form is sent again. Fields that are empty don't count, so a
    form from before an update that added a field to it is still recognised.
    """
    texts = {
        name: as_typed(form.data.get(form.add_prefix(name), ""))
        for name in form.fields
        if name != "token"
    }
    sent = {name: text for name, text in texts.items() if text}
    return hashlib.sha256(json.dumps([target, sent], sort_keys=True).encode()).hexdigest()
