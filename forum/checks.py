"""System checks for settings that cannot work in production. Each error says what to do."""

from django.conf import settings
from django.core.checks import Error, register
from django.http.request import validate_host

from forum.site_url import site_url


@register()
def connections_go_back_to_the_pool(app_configs, **kwargs):
    errors = []
    for name, database in settings.DATABASES.items():
        if "sqlite3" not in database["ENGINE"] and database.get("CONN_MAX_AGE", 0) != 0:
            errors.append(
                Error(
                    f"The database {name!r} keeps a connection for each thread (CONN_MAX_AGE),"
                    " which leaks them here.",
                    hint=(
                        "Take conn_max_age out of DATABASE_URL; the pool keeps them (DATABASE_POOL"
                        " says how many)."
                    ),
                    id="forum.E001",
                )
            )
    return errors


@register()
def the_site_answers_to_its_own_name(app_configs, **kwargs):
    _url, host = site_url(settings.SITE_URL)
    if settings.DEBUG or validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"SITE_URL leads to {host!r}, which is not in ALLOWED_HOSTS: links in mails would lead"
            " to a refusal.",
            hint=f"Add {host!r} to ALLOWED_HOSTS, or leave ALLOWED_HOSTS out.",
            id="forum.E002",
        )
    ]
