from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.forms import unsent

from . import errors


# Signing in in another tab has replaced the token. Nothing is saved, only shown in a form.
@csrf_exempt
@require_POST
def create(request):
    """Redirect to the form, filled with what was sent while signed out."""
    waiting = (
        unsent.unpack(request.POST.get("unsent", "")) if errors.is_same_origin(request) else None
    )
    if not waiting:
        return errors.csrf(request)
    if not request.user.is_authenticated:
        return errors.signed_out(request, waiting)
    unsent.keep(request, waiting)
    return redirect(waiting["path"])
