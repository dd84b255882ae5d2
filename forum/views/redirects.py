from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request, address):
    """`address` if it leads to a page of this site, else the front page."""
    is_ours = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if is_ours else "/"
