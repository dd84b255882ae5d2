"""Pictures that members want beside their names: checked, and stored to be prepared."""

from django.utils.translation import gettext as _

from forum.images import headers
from forum.images.errors import Refused
from forum.images.texts import TEXTS
from forum.models import Upload

from .uploads import NotStored, check_rate, check_size, stored_or_refused


def stored(member, file):
    """The Upload of a picture that came with the form. Raises NotStored."""
    if file is None:
        raise NotStored(_("Choose a picture first."))
    check_size(file)
    check_rate(member, "avatar")
    content = file.read()
    try:
        header = headers.read(content)
    except Refused as refused:
        raise NotStored(str(TEXTS[refused.reason])) from refused
    with stored_or_refused():
        upload = Upload.objects.store_avatar(member, content, header.kind, header.shown_size)
    if upload.state == Upload.State.REFUSED:  # sent again
        raise NotStored(upload.refusal)
    return upload


def refusal(member):
    """Why the picture that the member has chosen last can't be shown, or ""."""
    return member.wanted_avatar.refusal if member.wanted_avatar else ""
