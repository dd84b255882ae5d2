from django.conf import settings
from django.core.checks import Error, register

from .imap import BadUrl, parsed


@register()
def check_mailbox(app_configs, **kwargs):
    if not settings.IMAP_URL:
        return []
    try:
        parsed(settings.IMAP_URL)
    except BadUrl as error:
        return [
            Error(
                f"IMAP_URL can't be used: {error}.",
                hint=(
                    "Set IMAP_URL to something like imaps://user:password@mail.example.org/INBOX,"
                    " with special characters of the password as %XX, or to nothing."
                ),
                id="incoming.E001",
            )
        ]
    return []
