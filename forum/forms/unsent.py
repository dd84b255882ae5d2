"""Forms sent while signed out: carried through sign-in, then kept in the session until sent.

Nothing is stored before sign-in, or guests could fill the database.
"""

from django import forms
from django.contrib import messages
from django.core import signing
from django.utils.translation import gettext as _

KEY = SALT = "unsent"
MAX_FIELDS = 64_000  # characters in all fields: twice the longest post
MAX_PACKED = 500_000  # characters; we never produce more
MAX_AGE = 24 * 3600  # seconds between the refusal and signing in


def pack(path, fields):
    """Signed text for a hidden field; "" if it would be too long. `fields` is {name: value}."""
    if sum(map(len, fields.values())) > MAX_FIELDS:
        return ""
    return signing.dumps({"path": path, "fields": fields}, salt=SALT, compress=True)


def unpack(text):
    """{"path": …, "fields": {name: value}} as it was packed; None if invalid or expired."""
    if not text or len(text) > MAX_PACKED:
        return None
    try:
        return signing.loads(text, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None


def keep(request, unsent):
    """Keep `unsent` in the session, until its form is sent or another one is kept."""
    request.session[KEY] = unsent
    messages.warning(
        request, _("You're signed in again. This is what you wrote; it hasn't been sent yet.")
    )


def kept_for(request, path):
    """The form kept for `path`, as {"path", "fields"}, or None."""
    kept = request.session.get(KEY)
    return kept if kept and kept["path"].partition("?")[0] == path else None


def initial(request, path, form_class):
    """Initial values for an unbound form that posts to `path`; {} if nothing is kept for it."""
    kept = kept_for(request, path)
    if not kept:
        return {}
    fields, values = form_class.base_fields, kept["fields"]
    unticked = {
        name: False for name, field in fields.items() if isinstance(field, forms.BooleanField)
    }
    return unticked | {name: value for name, value in values.items() if name in fields}


def kept_for_sibling(request):
    """The fields kept for a form of the same topic or post as this page; {} if there are none."""
    kept = request.session.get(KEY)
    return kept["fields"] if kept and parent(kept["path"]) == parent(request.path) else {}


def parent(path):
    return path.rstrip("/").rpartition("/")[0]


def forget(request):
    """Drop what is kept for the form of this request, once it is saved."""
    if kept_for(request, request.path):
        del request.session[KEY]
