from django.utils.http import url_has_allowed_host_and_scheme


def local_or_home(request, address):
    """`address` if it is on this site, else "/": prevents open redirects."""
    is_local = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if is_local else "/"
