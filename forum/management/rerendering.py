"""Renders all posts again after an update that changed the Markdown rules."""

from django.db import transaction

from forum import markdown
from forum.models import Announcement, Edition, Post, Topic, Upload, mentionable
from forum.models.epochs import new_epoch
from forum.signals import stored_in_bulk

BATCH = 200  # posts per transaction


def render_all():
    """Render all posts and announcements again; returns {"changed": n, "total": n}.

    Skips posts that are edited at the same time, or that the new rules refuse. Open pages of
    changed topics reload.
    """
    counts, last = {"changed": 0, "total": 0}, 0
    while posts := list(Post.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        counts["total"] += len(posts)
        counts["changed"] += _render_posts(posts)
        last = posts[-1].pk
    for announcement in Announcement.objects.current():
        announcement.save(update_fields=["html"])
    Edition.objects.bump()
    return counts


def _render_posts(posts):
    rendered = [(post, html) for post in posts if (html := _html_of(post)) != post.html]
    topics = {post.topic_id for post, _html in rendered}
    with transaction.atomic():
        # First, as everybody who saves posts does, or the two could wait for each other.
        locked = Topic.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=topics)
        list(locked.order_by("pk").only("pk"))
        ids = [post.pk for post, html in rendered if _store(post, html)]
        changed = list(Post.objects.select_related("topic").filter(pk__in=ids))
        for topic_id in sorted({post.topic_id for post in changed}):
            Topic.objects.filter(pk=topic_id).update(epoch=new_epoch())
        stored_in_bulk.send(Post, posts=changed)
    return len(changed)


def _html_of(post):
    try:
        polls = [] if post.poll else None
        return markdown.render(post.body, mentionable, pictures_of(post), polls)
    except markdown.MarkdownError:
        return post.html


def pictures_of(post):
    """The uploads that the post shows already, for markdown.render."""
    shown = Upload.objects.filter(uses__post=post, uses__is_shown=True)
    return lambda names: {one.name: one.picture for one in shown.filter(name__in=names)}


def _store(post, html):
    return Post.objects.filter(pk=post.pk, version=post.version).update(html=html)
