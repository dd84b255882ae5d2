"""Writes down what members may have to be told, in the transaction in which it happens."""

from django.utils import timezone

from . import accepting, moderated, reacting
from .models import Event
from .telling import RECOUNTED, tell

POSTS = ("created", "edited", "restored", "hidden")
RESHOWN = ("hidden", "restored", "moved")  # notices that were told before may disappear or return


def expect(sender, kind, topic, post, by, former, **_kwargs):
    """Receives every change; writes the Event that a worker tells as soon as it is committed."""
    if kind == reacting.KIND:
        reacting.expect(post)
    if kind == accepting.ACCEPTED:
        accepting.expect(post, by)
        tell.after_commit()
    if kind in RESHOWN:
        Event.objects.create(kind=RECOUNTED, topic_id=topic.pk, post=post)
        tell.after_commit()
    if kind in moderated.STATES:
        expect_header(kind, topic, by, former)
    elif kind == "hidden" and by and by.pk == post.author_id:
        return
    elif kind in POSTS:
        data = {"reason": post.hidden_reason} if kind == "hidden" else {}
        Event.objects.create(kind=kind, topic_id=topic.pk, post=post, by=by, data=data)
        tell.after_commit()


def expect_header(kind, topic, by, former):
    """One Event waits for each state of a topic: what it was before the first change counts.

    A worker that has begun with the former one finds that it has lost it.
    """
    waiting = Event.objects.filter(topic=topic.pk, kind__in=moderated.same(kind))
    now = timezone.now()
    if not waiting.update(kind=kind, by=by, due_at=now, attempts=0, given_up_at=None, error=""):
        before = getattr(former, moderated.STATES[kind])
        Event.objects.create(kind=kind, topic_id=topic.pk, by=by, data={"before": before})
    tell.after_commit()


def expect_announcement(sender, instance, created, **_kwargs):
    if created:
        Event.objects.create(kind="announced", data={"announcement": instance.pk})
        tell.after_commit()
