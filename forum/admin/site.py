"""The admin as a whole: its name, and what it leaves out."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

site = admin.site
site.site_header = site.site_title = settings.SITE_NAME
site.index_title = _("Forum administration")


def without_shortcut(get_urls):
    """Django's redirect to any page asks for no permission, and a topic's address tells its title."""
    return lambda: [url for url in get_urls() if getattr(url, "name", None) != "view_on_site"]


site.get_urls = without_shortcut(site.get_urls)
