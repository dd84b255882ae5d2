"""Receives uploads, and serves them to those who may read a post that shows them."""

import base64
import logging

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from forum.forms.uploads import NotStored, markdown_of, stored
from forum.models import Upload
from forum.models.uploads import CONTENT_TYPES, FILE, LARGE
from forum.views.decorators import for_members, post_or_redirect

# A shared cache asks again after a second, since a post may be hidden, and a category closed.
PUBLIC = "public, max-age=31536000, s-maxage=1, immutable"
PRIVATE = "private, no-store"
HEADERS = {
    # the style is the browser's own, for a page that shows nothing but a picture
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
logger = logging.getLogger(__name__)
WAITING = "waiting"
# A transparent pixel; the page has its size, and the styles its colour.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@post_or_redirect("latest")
@for_members
def create(request):
    """Store one file, for scripts; without scripts files come with the forms of posts."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({}, status=400)
    try:
        upload = stored(request.user, file)
    except NotStored as error:
        response = JsonResponse(
            {"error": str(error), "again": error.status == 503}, status=error.status
        )
        if error.wait:
            response["Retry-After"] = str(error.wait)
        return response
    return JsonResponse(
        {"markdown": markdown_of(upload), "isPicture": upload.is_picture}, status=201
    )


@require_safe
def show(request, upload_name, variant=""):
    """A file, in one of its variants: "" or the width of a thumbnail."""
    upload = get_object_or_404(Upload.objects.visible_to(request.user), name=upload_name)
    if upload.is_picture and upload.state == Upload.State.WAITING:
        return with_headers(HttpResponse(PIXEL, content_type="image/gif"), PRIVATE)
    if not upload.is_ready:
        raise Http404
    if variant == WAITING:
        return with_headers(redirect(upload), PRIVATE)
    stored_as = variant or (LARGE if upload.is_picture else FILE)
    if stored_as not in upload.variants:
        raise Http404
    content = content_of(upload, stored_as)
    if content is None:
        return unavailable()
    response = with_headers(content, PUBLIC if is_public(upload) else PRIVATE)
    if not upload.is_picture:
        response["Content-Disposition"] = content_disposition_header(True, upload.filename)
    return response


def unavailable():
    words = _("Pictures and files can't be read at the moment. Please try again in a minute.")
    response = HttpResponse(words, content_type="text/plain; charset=utf-8", status=503)
    response["Retry-After"] = "60"
    return with_headers(response, PRIVATE)


def is_public(upload):
    return Upload.objects.visible_to(AnonymousUser()).filter(pk=upload.pk).exists()


def content_of(upload, variant):
    """The answer with a file, or None if the storage is out of order."""
    kind = CONTENT_TYPES.get(upload.kind, "application/octet-stream")
    if settings.UPLOADS_ACCEL:
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = settings.UPLOADS_ACCEL + upload.path(variant)
        return response
    try:
        with upload.open(variant) as file:
            return HttpResponse(file.read(), content_type=kind)
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError as error:
        logger.error("Upload %s could not be read: %s", upload.pk, error)
        return None


def with_headers(response, caching):
    for name, value in {**HEADERS, "Cache-Control": caching}.items():
        response[name] = value
    return response
