"""Forms sent while signed out: carried through the sign-in form, then kept in the session until
sent.

Nothing is stored before somebody has signed in, or guests could fill the database with it.
"""

from django import forms
from django.contrib import messages
from django.core import signing
from django.utils.translation import gettext as _

KEY = SALT = "unsent"
LONGEST = 64_000  # characters of all fields: twice the longest post
PACKED = 500_000  # characters; no longer text comes from us
GOOD_FOR = 24 * 3600  # seconds between being refused and signing in


def packed(path, fields):
    """Text for a hidden field; "" when it would be too long. `fields` is {name: value}."""
    if sum(map(len, fields.values())) > LONGEST:
        return ""
    return signing.dumps({"path": path, "fields": fields}, salt=SALT, compress=True)


def unpacked(text):
    """{"path": …, "fields": {name: value}} as it was packed, or None."""
    if not text or len(text) > PACKED:
        return None
    try:
        return signing.loads(text, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None


def keep(request, unsent):
    """Until the form is sent, or something else is kept."""
    request.session[KEY] = unsent
    messages.warning(
        request, _("You're signed in again. This is what you wrote; it hasn't been sent yet.")
    )


def kept_for(request, path):
    """What waits for a form that sends to `path`, or None."""
    kept = request.session.get(KEY)
    return kept if kept and kept["path"].partition("?")[0] == path else None


def initial(request, path, form_class):
    """Values for an unbound form that sends to `path`; {} where nothing waits for it."""
    kept = kept_for(request, path)
    if not kept:
        return {}
    fields, values = form_class.base_fields, kept["fields"]
    unticked = {
        name: False for name, field in fields.items() if isinstance(field, forms.BooleanField)
    }
    return unticked | {name: value for name, value in values.items() if name in fields}


def beside(request):
    """The fields that wait for a form of the same topic or post as the page asked for; {} where
    there are none.
    """
    kept = request.session.get(KEY)
    return kept["fields"] if kept and parent(kept["path"]) == parent(request.path) else {}


def parent(path):
    return path.rstrip("/").rpartition("/")[0]


def forget(request):
    """Call it when the form of this request was saved."""
    if kept_for(request, request.path):
        del request.session[KEY]
