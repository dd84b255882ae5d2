"""Where a request comes from, as far as the proxies are believed."""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied


def address_of(request):
    try:
        return get_adapter().get_client_ip(request)
    except (ImproperlyConfigured, PermissionDenied):  # TRUSTED_PROXIES does not fit, see the panel; or no address
        return request.META.get("REMOTE_ADDR", "")
