"""Writes down what members may have to be told, in the transaction in which it happens."""

from .models import Event
from .telling import RECOUNTED, tell

POSTS = ("created", "edited", "restored", "hidden")
HEADERS = ("renamed", "moved", "closed", "opened")
RESHOWN = ("hidden", "restored", "moved")  # notices that were told before may disappear or return


def expect(sender, kind, topic, post, by, former, **_kwargs):
    """Receives every change; writes the Event that a worker tells as soon as it is committed."""
    if kind not in POSTS + HEADERS:
        return
    if kind in RESHOWN:
        Event.objects.create(kind=RECOUNTED, topic_id=topic.pk, post=post)
        tell.after_commit()
    if kind == "hidden" and by and by.pk == post.author_id:
        return
    if kind in HEADERS and (by is None or by.pk == topic.author_id):
        return
    data = {}
    if kind == "renamed":
        data["before"] = former.title
    if kind == "hidden":
        data["reason"] = post.hidden_reason
    Event.objects.create(kind=kind, topic_id=topic.pk, post=post, by=by, data=data)
    tell.after_commit()


def expect_announcement(sender, instance, created, **_kwargs):
    if created:
        Event.objects.create(kind="announced", data={"announcement": instance.pk})
        tell.after_commit()
