from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from forum.forms import unsent

from . import errors


# who has signed in in another tab has another token by now; nothing is saved, only shown in a form
@csrf_exempt
@require_POST
def create(request):
    """Back to the form with what was sent while signed out."""
    waiting = unsent.unpacked(request.POST.get("unsent", "")) if errors.is_ours(request) else None
    if not waiting:
        return errors.csrf(request)
    if not request.user.is_authenticated:
        return errors.signed_out(request, waiting)
    unsent.keep(request, waiting)
    return redirect(waiting["path"])
