"""Pages of notices, and the preferences, for their member alone."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.db.optional_writes import optional_write
from forum.mail import bounces
from forum.views.decorators import (
    for_members,
    post_or_redirect,
    retry_on_integrity_error,
)
from forum.views.replies import is_part

from . import groups, kinds, seeing
from .forms import PreferencesForm
from .models import Notice, Preferences
from .push import keys
from .push.views import listed
from .storing import KEY

LARGEST = 2**63 - 1


@never_cache
@require_safe
@for_members
def index(request):
    """The member's notices: all, unread ones, or those of a `kind`; scripts get the list alone."""
    kind, unseen = filters(request.GET)
    before = requested_id(request)
    listed, more = groups.shown_to(request.user, before, kind, unseen)
    context = {
        "groups": listed,
        "more": more,
        "kind": kind,
        "unseen": unseen,
        "is_older": bool(before),
        "kinds": kinds.ALL,
        "newest": listed[0].latest.pk if listed else 0,
    }
    part = "notifications/_list.html" if is_part(request) else "notifications/index.html"
    return render(request, part, context)


@never_cache
@require_safe
@for_members
def menu(request):
    """The latest notices, for the menu under the bell."""
    listed, _more = groups.shown_to(request.user, size=groups.IN_MENU)
    newest = listed[0].latest.pk if listed else 0
    return render(request, "notifications/_menu.html", {"groups": listed, "newest": newest})


@never_cache
@require_safe
@for_members
def count(request):
    """JSON: what the bell shows, as in the personal stream."""
    return JsonResponse(groups.state(request.user, [KEY])[KEY])


@never_cache
@require_safe
@for_members
def show(request, notice_id):
    """Lead to what a notice is about, which marks it and those shown with it as seen."""
    notice = get_object_or_404(Notice, member=request.user, pk=notice_id)
    group = groups.of(notice, request.user)
    if group is None:
        notice.refresh_from_db()  # another request may have marked it meanwhile
        group = groups.of(notice, request.user)
    if group is None:
        raise Http404
    if not group.is_seen:
        with optional_write("which notices members have seen"), transaction.atomic(savepoint=False):
            shown = Notice.objects.visible_to(request.user).filter(merge=notice.merge)
            seeing.mark(shown, request.user.pk)
    return redirect(group.place or "notifications")


@post_or_redirect("notifications")
@for_members
def mark_seen(request):
    """Mark all notices as seen that pass the page's filters, up to the newest that it showed."""
    kind, unseen = filters(request.POST)
    newest = requested_id(request, "newest") or LARGEST
    with transaction.atomic():
        shown = Notice.objects.visible_to(request.user).filter(pk__lte=newest)
        seeing.mark(shown.filter(kind=kind) if kind else shown, request.user.pk)
    kept = {"kind": kind} if kind else {"show": "unread"} if unseen else None
    return redirect(reverse("notifications", query=kept))


@never_cache
@for_members
@retry_on_integrity_error  # two that save the first preferences at once
def settings(request):
    preferences = Preferences.objects.filter(pk=request.user.pk).first()
    form = PreferencesForm(
        request.POST or None, instance=preferences or Preferences(member=request.user)
    )
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("notification_settings")
    context = {
        "form": form,
        "is_stopped": bounces.stopped([request.user.email.lower()]),
        "push_key": keys.public(),
        "devices": listed(request),
    }
    return render(
        request, "notifications/settings.html", context, status=422 if form.errors else 200
    )


def filters(sent):
    """(kind, whether only unseen ones) of a query or form; "" for all kinds. Raises Http404."""
    kind = sent.get("kind", "")
    if kind and kind not in kinds.BY_NAME:
        raise Http404
    return kind, sent.get("show") == "unread"


def requested_id(request, name="before"):
    """The id in `name` of the query or form, or None. Raises Http404 for anything else."""
    wanted = (request.POST or request.GET).get(name, "")
    if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        raise Http404
    return int(wanted) if wanted else None
