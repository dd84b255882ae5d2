from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def show(request):
    """What a text can look like, and what helps while writing it; composers link to it."""
    return render(request, "site/writing_help.html")
