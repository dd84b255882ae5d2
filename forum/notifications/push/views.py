"""The devices of a member, and the service worker that shows what is pushed to them."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.views.decorators import (
    csrf_by_origin,
    for_members,
    post_or_redirect,
    retry_on_integrity_error,
)
from forum.views.limits import limited

from . import keys
from .forms import DeviceForm
from .models import Device
from .names import name_of

PAGE = "notification_settings"
SERVICE_WORKER = settings.BASE_DIR / "static" / "js" / "service_worker.js"


@post_or_redirect(PAGE)
@csrf_by_origin
@for_members
@limited("device")
@retry_on_integrity_error
def create(request):
    """Push to this browser from now on. For scripts: 204, or 422 with the reason as text."""
    if not keys.public():
        raise Http404
    form = DeviceForm(request.POST)
    if not form.is_valid():
        return refusal(form)
    Device.objects.add(
        request.user,
        session_key=request.session.session_key,
        host=form.target.host,
        name=name_of(request.headers.get("User-Agent", "")),
        **form.cleaned_data,
    )
    return HttpResponse(status=204)


def refusal(form):
    reasons = [str(error) for errors in form.errors.values() for error in errors]
    return HttpResponse("\n".join(reasons), "text/plain; charset=utf-8", status=422)


@post_or_redirect(PAGE)
@csrf_by_origin
@for_members
@limited("device")
@retry_on_integrity_error
def renew(request):
    """The browser has another subscription, in place of the one at the endpoint `old`, if it knows
    that. Answers as the others do.
    """
    form = DeviceForm(request.POST)
    if not form.is_valid():
        return refusal(form)
    if not Device.objects.renew(
        request.user,
        request.POST.get("old", ""),
        session_key=request.session.session_key,
        host=form.target.host,
        **form.cleaned_data,
    ):
        raise Http404
    return HttpResponse(status=204)


@require_safe
@never_cache
def key(_request):
    """For the service worker, which has no page that says it."""
    return HttpResponse(keys.public(), "text/plain; charset=utf-8")


@post_or_redirect(PAGE)
@csrf_by_origin
@for_members
def keep(request):
    """A page shows itself in this browser: after a new sign-in its session is another one.

    404 if the member has ended the pushes to it.
    """
    endpoint = request.POST.get("endpoint", "")
    if not Device.objects.keep(request.user, endpoint, request.session.session_key):
        raise Http404
    return HttpResponse(status=204)


@post_or_redirect(PAGE)
@csrf_by_origin
@for_members
def forget(request):
    """Somebody else has signed in: this browser's endpoint, which only it knows, ends."""
    Device.objects.filter(endpoint=request.POST.get("endpoint", "")).delete()
    return HttpResponse(status=204)


@post_or_redirect(PAGE)
@for_members
def destroy(request):
    device = get_object_or_404(Device, member=request.user, pk=requested(request))
    device.delete()
    messages.success(request, _("Nothing is sent to %s any more.") % device.name)
    return redirect(PAGE)


def requested(request):
    wanted = request.POST.get("device", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise Http404
    return int(wanted)


def listed(request):
    """The member's devices for the settings, this one first, as dicts."""
    if not keys.public():
        return []
    own = request.session.session_key
    devices = Device.objects.live().filter(member=request.user).order_by("-used_at", "-pk")
    rows = [{"device": one, "is_this": one.session_key == own} for one in devices]
    return sorted(rows, key=lambda row: not row["is_this"])


@require_safe
@never_cache
def service_worker(request):
    """At the root of the site, since a worker is for the pages below its own address."""
    response = HttpResponse(SERVICE_WORKER.read_bytes(), "text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    return response
