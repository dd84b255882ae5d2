"""The connection panel at /live/: how pages are connected, and what is wrong. For staff only."""

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from realtime.diagnostics import checks


@require_safe
@never_cache
def show(request):
    return render(request, "live/show.html", {"findings": findings_for(request)})


@require_safe
@never_cache
def check(request):
    """GET /live/check: {"status": "ok" or "warn", "checks": [{"name", "state", "message"}]}."""
    findings = findings_for(request)
    status = "warn" if any(finding.state == "warn" for finding in findings) else "ok"
    return JsonResponse({"status": status, "checks": [finding._asdict() for finding in findings]})


def findings_for(request):
    if not request.user.is_staff:
        raise Http404
    return checks.run(request)
