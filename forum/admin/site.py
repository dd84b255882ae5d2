"""The admin site: its name, and what it leaves out."""

from functools import wraps

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from forum import __version__
from forum.views import errors

from .unsent import fields_of

site = admin.site
site.site_header = site.site_title = settings.SITE_NAME
site.index_title = _("Forum administration")


def without_shortcut(get_urls):
    """Without Django's redirect to any object: it checks no permission, and URLs contain titles."""
    return lambda: [url for url in get_urls() if getattr(url, "name", None) != "view_on_site"]


def with_version(each_context):
    return lambda request: each_context(request) | {"version": __version__}


def returning_texts(admin_view):
    """Show the sign-in form with what was typed; Django would redirect there and lose the text."""

    def for_staff(view, cacheable=False):
        for_signed_in = admin_view(view, cacheable)

        @wraps(for_signed_in)
        def guarded(request, *args, **kwargs):
            if request.method == "POST" and not request.user.is_authenticated:
                return errors.signed_out_of_admin(request, fields_of(request))
            return for_signed_in(request, *args, **kwargs)

        return guarded

    return for_staff


site.get_urls = without_shortcut(site.get_urls)  # type: ignore[method-assign]  # allauth and others use this site object
site.each_context = with_version(site.each_context)  # type: ignore[method-assign]  # as above
site.admin_view = returning_texts(site.admin_view)  # type: ignore[method-assign]  # as above
