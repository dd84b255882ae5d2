"""Every address in urls.py, filled in with existing objects."""

import re

from django.urls import URLPattern, get_resolver

from forum.models import Tag, Upload
from forum.notifications.mailing import unsubscribing
from forum.notifications.models import Notice
from forum.search import standing
from tests.support import world

PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


def addresses(values):
    """All addresses, with `values` {parameter: value} filled in; KeyError if one is missing."""
    for route in routes(get_resolver()):
        yield "/" + plain(PART.sub(lambda part: str(values[part[1] or part[2]]), route))


def routes(resolver, prefix=""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from routes(entry, route)


def plain(route):
    """The route without regular expression syntax."""
    return re.sub(r"[\^$]|\\Z|\(\?:|\\", "", route)


def values_for(topic, member, category, session=""):
    """A value for each parameter; addresses exist as far as possible."""
    post = topic.posts.first()
    return {
        "category_id": category.pk,
        "topic_id": topic.pk,
        "slug": topic.slug,
        "number": 1,
        "post_id": post.pk,
        "member_id": member.pk,
        "username": member.username,
        "announcement_id": 1,
        "search_id": standing.save(member, "tea").pk,
        "signed": unsubscribing.signer().sign(f"{member.pk}.all"),
        "notice_id": notice_of(member, post).pk,
        "key": "key",
        "uidb36": "1",
        "pk": post.pk,
        "name": "hide",
        "tag_slug": tag_of(topic).slug,
        "upload_name": upload_of(topic, member).name,
        "variant": "640",
        "id": member.pk,
        "object_id": post.pk,
        "app_label": "forum",
        "url": "nowhere",
    }


def upload_of(topic, member):
    """A picture that a post of the topic shows. Its member needn't be the author."""
    upload = Upload.objects.filter(member=member).first() or world.ready_picture(member)
    topic.posts.first().uses.get_or_create(upload=upload)
    return upload


def tag_of(topic):
    """A tag that the topic has."""
    tag = Tag.objects.first() or world.tag()
    topic.tag([tag])
    return tag


def notice_of(member, post):
    return Notice.objects.create(
        member=member,
        kind="post",
        event=f"post:{post.pk}",
        merge="post",
        topic=post.topic,
        post=post,
    )
