"""Headers by which mail programs show a topic as a thread, and mailboxes recognise a list."""

import re
from email.header import Header
from email.utils import parseaddr, quote

from django.conf import settings

from forum.mail.messages import site_host

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Nobody wrote these by hand, so no machine should answer (RFC 3834; the last one is for Exchange).
AUTOMATIC = {
    "Auto-Submitted": "auto-generated",
    "Precedence": "list",
    "X-Auto-Response-Suppress": "All",
}


def one_line(text):
    """The text without line breaks and control characters, which headers can't hold."""
    return " ".join(CONTROL.sub(" ", text).split())


def phrase(text):
    """A name in front of an address in angle brackets; ASCII, on one line."""
    text = one_line(text)
    return f'"{quote(text)}"' if text.isascii() else Header(text, "utf-8").encode(linesep="")


def sender(name=""):
    """“Ada via Parley”, at the site's own address."""
    usual, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    shown = f"{name} via {settings.SITE_NAME}" if name else usual or settings.SITE_NAME
    return f"{phrase(shown)} <{address}>"


def unsubscribing(address):
    return {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def of_category(category):
    return {
        "List-Id": f"{phrase(category.name)} <category-{category.pk}.{site_host()}>",
        "List-Archive": f"<{settings.SITE_URL}{category.get_absolute_url()}>",
    }


def thread(notice, first_post):
    """The notice's own Message-ID, and those of the topic's first post and the answered one.

    Each recipient's emails have ids of their own, which those who were sent no earlier email share
    as well: programs join what names the same id. first_post: id, or None.
    """
    post, to = notice.post, notice.member_id
    if post is None or notice.kind == "hidden":
        own, answered = f"<notice-{notice.pk}@{site_host()}>", None
    else:
        own, answered = post_id(post.pk, to), post.reply_to_id
    above = [pk for pk in (first_post, answered) if pk and (post is None or pk != post.pk)]
    above = list(dict.fromkeys(above))
    if not above:
        return {"Message-ID": own}
    return {
        "Message-ID": own,
        "In-Reply-To": post_id(above[-1], to),
        "References": " ".join(post_id(pk, to) for pk in above),
    }


def post_id(post, member):
    return f"<post-{post}.{member}@{site_host()}>"
