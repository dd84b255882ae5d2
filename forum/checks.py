"""System checks for settings that cannot work in production. Each hint explains the fix."""

from django.conf import settings
from django.core.checks import Error, register
from django.http.request import validate_host

from forum.mail import reply_addresses
from forum.models.reactions import KNOWN
from forum.notifications.push import keys
from forum.site_url import site_url


@register()
def check_connections_are_pooled(app_configs, **kwargs):
    errors = []
    for name, database in settings.DATABASES.items():
        if "sqlite3" not in database["ENGINE"] and database.get("CONN_MAX_AGE", 0) != 0:
            errors.append(
                Error(
                    f"The database {name!r} keeps one connection per thread (CONN_MAX_AGE), which"
                    " leaks connections under ASGI.",
                    hint=(
                        "Remove conn_max_age from DATABASE_URL: connections are pooled, and"
                        " DATABASE_POOL sets the size of the pool."
                    ),
                    id="forum.E001",
                )
            )
    return errors


@register()
def check_site_url_is_allowed(app_configs, **kwargs):
    _url, host = site_url(settings.SITE_URL)
    if settings.DEBUG or validate_host(host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"The host of SITE_URL, {host!r}, is not in ALLOWED_HOSTS: links in emails would be"
            " refused.",
            hint=f"Add {host!r} to ALLOWED_HOSTS, or don't set ALLOWED_HOSTS.",
            id="forum.E002",
        )
    ]


@register()
def check_files_are_sent_from_one_place(app_configs, **kwargs):
    if not (settings.UPLOADS_BUCKET and settings.UPLOADS_ACCEL):
        return []
    return [
        Error(
            "UPLOADS_ACCEL has nginx send files from UPLOADS_ROOT, but they are in UPLOADS_BUCKET.",
            hint="Remove UPLOADS_ACCEL: the forum sends what is in a bucket.",
            id="forum.E007",
        )
    ]


YEAR = 365 * 24 * 60  # minutes


@register()
def check_minutes(app_configs, **kwargs):
    return [
        Error(
            f"{name} is {getattr(settings, name)}, less than 0 or more than a year.",
            hint=f"Set {name} to minutes between 0 (off) and {YEAR}.",
            id="forum.E003",
        )
        for name in ("EDIT_GRACE_MINUTES", "EDIT_WINDOW_MINUTES", "NOTIFICATION_MAIL_DELAY_MINUTES")
        if not 0 <= getattr(settings, name) <= YEAR
    ]


@register()
def check_reply_address(app_configs, **kwargs):
    if not settings.REPLY_ADDRESS or reply_addresses.is_valid(settings.REPLY_ADDRESS):
        return []
    longest = reply_addresses.MAX_LOCAL - reply_addresses.MAX_PART
    return [
        Error(
            f"REPLY_ADDRESS, {settings.REPLY_ADDRESS!r}, is not an address with one {{}} before"
            " the “@”, or is too long.",
            hint=(
                "Set REPLY_ADDRESS to something like forum+{}@example.org, with at most"
                f" {longest} characters besides {{}} before the “@”, or to nothing."
            ),
            id="forum.E004",
        )
    ]


LEVELS = ("muted", "normal", "tracking", "watching")


@register()
def check_levels(app_configs, **kwargs):
    return [
        Error(
            f"{name} is {getattr(settings, name)!r}, which is no level.",
            hint=f"Set {name} to one of {', '.join(LEVELS)}.",
            id="forum.E005",
        )
        for name in ("OWN_TOPICS_LEVEL", "REPLIED_TOPICS_LEVEL")
        if getattr(settings, name).lower() not in LEVELS
    ]


@register()
def check_reactions(app_configs, **kwargs):
    return [
        Error(
            f"REACTIONS has {name!r}, which the forum does not know, or has it twice.",
            hint=f"Set REACTIONS to some of {', '.join(KNOWN)}, or to nothing for no reactions.",
            id="forum.E007",
        )
        for at, name in enumerate(settings.REACTIONS)
        if name not in KNOWN or name in settings.REACTIONS[:at]
    ]


@register()
def check_vapid_key(app_configs, **kwargs):
    try:
        keys.public()
    except ValueError as error:
        return [
            Error(
                f"VAPID_PRIVATE_KEY is no key for push notifications. {error}",
                hint=(
                    "Make one with `manage.py vapid_keys`, or set VAPID_PRIVATE_KEY to nothing for"
                    " a forum without push notifications."
                ),
                id="forum.E006",
            )
        ]
    return []
