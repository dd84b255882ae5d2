"""The emails: one for each notice, or one for many."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.mail.reply_addresses import address_for, marker
from forum.notifications import kinds, preferences
from forum.notifications.groups import Group
from forum.pages import portable

from . import headers, unsubscribing


def single(notice, recipient, first_post=None):
    """An email about one notice, loaded with topic, category, author and post.

    first_post: the id of the topic's first one.
    """
    kind, post = kinds.BY_NAME[notice.kind], shown_post(notice)
    group = Group(notice, count=1, people=1, first_post=notice.post_id)
    member = recipient.member.pk
    is_list = preferences.comes_as_list(recipient.preferences, notice)
    what = unsubscribing.LIST if is_list else unsubscribing.of_kind(kind)
    stop = unsubscribing.address(member, what)
    context = {
        "text": group.text,
        "group": group,
        "post": post,
        "html": portable.html(post) if post else "",
        "plain": portable.plain(post) if post else "",
        "stop": stop,
        "stop_label": kinds.lists.KIND.label if is_list else kind.label,
    }
    extra = {**headers.AUTOMATIC, **headers.unsubscribing(stop)}
    if notice.topic:
        extra |= headers.of_category(notice.topic.category) | headers.thread(notice, first_post)
        context["mute"] = unsubscribing.address(member, unsubscribing.of_topic(notice.topic_id))
    returns = return_address(post, recipient)
    can_reply = post and returns and post.topic.takes_replies_from(recipient.member)
    context["reply_address"] = returns if can_reply else ""
    context["marker"] = marker()
    author = post.author.display_name if post else ""
    return written("notice", subject(group, post), recipient, context, extra, returns, author)


def return_address(post, recipient):
    """Where mail servers report that an email can't be delivered; "" for the site's own address."""
    return address_for(recipient.member.pk, post.topic_id, post.pk) if post else ""


def shown_post(notice):
    """The post whose text the email has, if any."""
    return notice.post if notice.post and not notice.post.is_hidden else None


def subject(group, post):
    """All posts of a topic have the same, so that mail programs show them as one thread."""
    if not post:
        return group.text
    return group.title if post.number == 1 else f"Re: {group.title}"


def several(groups, recipient):
    """One email about many notices, which are due at once."""
    count = sum(group.count for group in groups)
    title = ngettext("%(n)d notification", "%(n)d notifications", count) % {"n": count}
    return listed(title, title, groups, 0, recipient, unsubscribing.ALL, _("all emails"))


def digest(groups, more, recipient):
    """An email about what a member hasn't seen since the last digest.

    groups: what it shows. more: the number of others.
    """
    title = _("What you missed at %(site)s") % {"site": settings.SITE_NAME}
    others = len(groups) - 1 + more
    subject = groups[0].text
    if others:
        text = ngettext("%(first)s, and %(n)d more", "%(first)s, and %(n)d more", others)
        subject = text % {"first": subject, "n": others}
    return listed(title, subject, groups, more, recipient, unsubscribing.DIGEST, _("the digest"))


def listed(title, subject, groups, more, recipient, what, stop_label):
    stop = unsubscribing.address(recipient.member.pk, what)
    context = {
        "text": title,
        "groups": groups,
        "more": more,
        "all_url": f"{settings.SITE_URL}{reverse('notifications')}",
        "stop": stop,
        "stop_label": stop_label,
    }
    extra = {**headers.AUTOMATIC, **headers.unsubscribing(stop)}
    post = next((group.latest.post for group in groups if group.latest.post), None)
    returns = return_address(post, recipient)
    return written("notices", subject, recipient, context, extra, returns)


def written(template, subject, recipient, context, extra, returns, author=""):
    sender = headers.sender(author)
    context |= {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "settings_url": f"{settings.SITE_URL}{reverse('notification_settings')}",
        "recipient": recipient.member,
    }
    message = EmailMultiAlternatives(
        headers.one_line(subject)[:200],
        render_to_string(f"notifications/mail/{template}.txt", context).strip() + "\n",
        returns or sender,  # the envelope's
        [recipient.address],
        reply_to=[context["reply_address"]] if context.get("reply_address") else None,
        headers={"From": sender, **extra},
    )
    html = render_to_string(f"notifications/mail/{template}.html", context)
    message.attach_alternative(html, "text/html")
    return message
