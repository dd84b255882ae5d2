"""What members upload: checked, stored, and as Markdown."""

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from forum import markdown
from forum.cache import rate_limits
from forum.forms.limits import rate_limit_message
from forum.images import headers
from forum.images.errors import UNKNOWN, Refused
from forum.images.texts import TEXTS
from forum.models import Category, Upload
from forum.models.uploads import FILE, QuotaExceeded
from forum.text.short_text import cleaned, one_line

logger = logging.getLogger(__name__)
MAX_FILES = 10  # of one form
NAME_LENGTH = 100


class NotStored(Exception):
    """str() is a message for the member. `wait`: seconds until they may try again; `status`: what
    is answered.
    """

    def __init__(self, message, wait=0, status=422):
        super().__init__(message)
        self.wait, self.status = wait, status


def stored(member, file):
    """The Upload of a file that came with a form. Raises NotStored."""
    check_size(file)
    check_rate(member, "upload")
    if not Category.objects.writable_by(member).exists():
        raise NotStored(_("You can't post anywhere here, so nothing could show the file."))
    content, name = file.read(), name_of(file)
    kind, size = kind_of(content, name)
    with stored_or_refused():
        upload = Upload.objects.store(member, content, kind, name, size)
    if upload.state == Upload.State.REFUSED:  # sent again
        raise NotStored(upload.refusal)
    return upload


def check_size(file):
    if file.size > settings.UPLOAD_MAX_BYTES:
        raise NotStored(
            _("A file may have at most %(size)s.")
            % {"size": filesizeformat(settings.UPLOAD_MAX_BYTES)}
        )


def check_rate(member, name):
    if wait := not member.is_moderator and rate_limits.seconds_to_wait(name, member.pk):
        raise NotStored(rate_limit_message(wait), wait, status=429)


@contextmanager
def stored_or_refused():
    """Raises NotStored for what storing a file raises."""
    try:
        yield
    except QuotaExceeded as error:
        raise NotStored(
            _("You have stored as much as you may, %(size)s. What no post shows goes after a day.")
            % {"size": filesizeformat(settings.UPLOAD_QUOTA_BYTES)}
        ) from error
    except OSError as error:
        logger.error("A file could not be stored: %s", error)
        raise NotStored(
            _("Files can't be stored at the moment. Please try again in a minute."),
            wait=60,
            status=503,
        ) from error


def name_of(file):
    return cleaned(one_line(file.name or ""))[-NAME_LENGTH:].strip() or _("file")


def kind_of(content, name):
    """(kind, size) by the content; only for what is no picture the end of its name counts."""
    try:
        header = headers.read(content)
    except Refused as refused:
        ending = name.rpartition(".")[2].lower()
        if content and refused.reason == UNKNOWN and ending in settings.UPLOAD_FILES:
            return FILE, (None, None)
        if refused.reason == UNKNOWN:
            raise NotStored(
                _("Only pictures (JPEG, PNG, WebP, AVIF, GIF) and these files: %(kinds)s.")
                % {"kinds": ", ".join(settings.UPLOAD_FILES)}
            ) from refused
        raise NotStored(str(TEXTS[refused.reason])) from refused
    return header.kind, header.shown_size


def markdown_of(upload, alt=""):
    address = upload.get_absolute_url()
    if upload.is_picture:
        return "!" + markdown.link(alt, address)
    return markdown.link(upload.filename, address)


@dataclass
class Attached:
    """Files that came along with a form without scripts."""

    fields: dict
    """The form's values, with the files at the end of its text."""
    names: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def attached(request):
    """The Attached if files came along, otherwise None.

    Then nothing is posted yet: the form is shown again, so that the pictures can be described.
    """
    files = request.FILES.getlist("files")
    if not files:
        return None
    result, lines = Attached(request.POST.dict()), []
    for file in files[:MAX_FILES]:
        try:
            upload = stored(request.user, file)
        except NotStored as error:
            result.problems.append(f"{name_of(file)}: {error}")
        else:
            result.names.append(name_of(file))
            lines.append(markdown_of(upload, _("Description")))
    if files[MAX_FILES:]:
        result.problems.append(_("At most %(n)d files at once.") % {"n": MAX_FILES})
    body = result.fields.get("body", "").rstrip()
    result.fields["body"] = "\n\n".join(filter(None, [body, *lines]))
    return result
