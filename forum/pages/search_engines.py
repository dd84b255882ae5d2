"""What a page tells search engines and programs that show links to it.

Only guests' pages have it: search engines are guests.
"""

import json
import re
from html import unescape

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from forum import markdown

DESCRIBED = 5000  # characters of each text
SCHEMA = "https://schema.org"
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that no text ends the script
NOT_INDEXED = SafeString('<meta name="robots" content="noindex">')
PICTURE = re.compile(r'<img class="picture__image" src="(/uploads/[^"]+)"')


def head(title, path, description="", kind="website", feed="", picture=""):
    """The canonical address, what a link to the page shows, and the address of its feed."""
    parts = [format_html('<link rel="canonical" href="{}">', absolute(path))]
    if description:
        parts.append(format_html('<meta name="description" content="{}">', description))
    if feed:
        link = '<link rel="alternate" type="application/atom+xml" title="{}" href="{}">'
        parts.append(format_html(link, title, feed))
    properties = {
        "site_name": settings.SITE_NAME,
        "type": kind,
        "title": title,
        "description": description,
        "url": absolute(path),
        "image": picture and absolute(picture),
    }
    for name, value in properties.items():
        if value:
            parts.append(format_html('<meta property="og:{}" content="{}">', name, value))
    return SafeString("\n".join(parts))


def of_list(category, tag, is_first):
    """For latest topics, or those of a category or with a tag.

    What other pages than the first show changes all the time, so they are not to be found.
    """
    if not is_first:
        return NOT_INDEXED
    of = category or tag
    if not of:
        return head(settings.SITE_NAME, "/", feed=reverse("latest_feed"))
    feed = (
        reverse("category_feed", args=[of.pk]) if category else reverse("tag_feed", args=[of.slug])
    )
    return head(of.name, of.get_absolute_url(), of.description, feed=feed)


def of_tags(is_first):
    """For the overview of tags."""
    return head(_("Tags"), reverse("tags")) if is_first else NOT_INDEXED


def of_member(member, is_first):
    if not is_first:
        return NOT_INDEXED
    feed = reverse("member_feed", args=[member.username])
    return head(member.display_name, member.get_absolute_url(), kind="profile", feed=feed)


def of_topic(topic, page, first):
    """For one page of a topic. `first` is its first post, for the first page; None if nobody may
    read it.
    """
    path = topic.get_absolute_url() + (f"?page={page.number}" if page.number > 1 else "")
    feed = reverse("topic_feed", args=[topic.pk])
    data = [trail(topic)]
    if not first:
        return head(topic.title, path, kind="article", feed=feed) + script(data)
    picture = PICTURE.search(first.html)
    shown = head(
        topic.title,
        path,
        markdown.excerpt(first.html),
        "article",
        feed,
        unescape(picture[1]) if picture else "",
    )
    return shown + script([*data, question(topic, first) or discussion(topic, first)])


def discussion(topic, first):
    """schema.org/DiscussionForumPosting."""
    return {
        "@type": "DiscussionForumPosting",
        "headline": topic.title,
        "mainEntityOfPage": absolute(topic.get_absolute_url()),
        **described(first),
        "url": absolute(topic.get_absolute_url()),
        **keywords(topic),
        "datePublished": first.created_at.isoformat(),
        "interactionStatistic": [
            counted("CommentAction", topic.replies),
            counted("LikeAction", first.reactions.get("thumbs-up", 0)),
        ],
    }


def counted(action, count):
    return {
        "@type": "InteractionCounter",
        "interactionType": f"{SCHEMA}/{action}",
        "userInteractionCount": count,
    }


def question(topic, first):
    """A question with its accepted answer: schema.org/QAPage. None if it has none to show."""
    if not first.shows_answer:
        return None
    return {
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": topic.title,
            **rated(first),
            **keywords(topic),
            "answerCount": topic.replies,
            "acceptedAnswer": {"@type": "Answer", **rated(first.answer)},
        },
    }


def keywords(topic):
    return {"keywords": [tag.name for tag in topic.tags]} if topic.tag_list else {}


def described(post):
    return {
        "text": markdown.excerpt(post.html, DESCRIBED),
        "url": absolute(post.get_absolute_url()),
        "author": {
            "@type": "Person",
            "name": post.author.display_name,
            "url": absolute(post.author.get_absolute_url()),
        },
    }


def rated(post):
    return {
        **described(post),
        "dateCreated": post.created_at.isoformat(),
        "upvoteCount": post.reactions.get("thumbs-up", 0),
    }


def trail(topic):
    """schema.org/BreadcrumbList: the forum, the category, the topic."""
    steps = [
        (settings.SITE_NAME, "/"),
        (topic.category.name, topic.category.get_absolute_url()),
        (topic.title, topic.get_absolute_url()),
    ]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
            for place, (name, path) in enumerate(steps, 1)
        ],
    }


def script(data):
    text = json.dumps({"@context": SCHEMA, "@graph": data}, ensure_ascii=False)
    return mark_safe(f'\n<script type="application/ld+json">{text.translate(ESCAPES)}</script>')  # noqa: S308 - escaped


def absolute(path):
    return settings.SITE_URL + path
