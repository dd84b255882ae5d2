"""Ends the pushes to a browser in which somebody signs out."""

from .models import Device


def on_signed_out(sender, request, user, **_kwargs):
    """Called before the session ends. Sessions that end otherwise are noticed when sending."""
    if user and request.session.session_key:
        Device.objects.filter(session_key=request.session.session_key).delete()
