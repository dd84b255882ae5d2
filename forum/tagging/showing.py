"""Goes through the topics of a tag that was renamed or merged, and shows in each what it is now.

Each topic is a transaction and takes a change number, so open pages follow. `Tag.shown_to` says how
far it has come: a worker that is killed, or a second one, does no more than a batch again, which
changes nothing.
"""

import logging

from django.db import transaction

from forum.db.outages import is_outage
from forum.jobs import every, job
from forum.jobs.running import stopping
from forum.jobs.workers import run_soon
from forum.models import Tag, TagLevel, Topic, TopicTag

logger = logging.getLogger(__name__)
BATCH = 100  # topics


def on_changed(tag, **kwargs):
    show.after_commit()


@every(seconds=30)
def sweep():
    """Finds tags without a hint: of killed workers, or that have failed."""
    if waiting().exists():
        run_soon(show)


def waiting():
    return Tag.objects.filter(shown_to__isnull=False).order_by("pk")


@job
def show():
    failed = set()
    while not stopping.is_set() and (tag := waiting().exclude(pk__in=failed).first()):
        try:
            show_some(tag)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("Tag %s could not be shown in its topics.", tag.pk)
            failed.add(tag.pk)  # the sweep tries again


def show_some(tag):
    """Show a tag in its next topics; at the end a merged one is deleted."""
    if tag.merged_into_id and not tag.shown_to:
        move_levels(tag)
    rows = TopicTag.objects.filter(tag=tag, topic__gt=tag.shown_to).order_by("topic")
    topics = list(rows.values_list("topic", flat=True)[:BATCH])
    for pk in topics:
        show_in(pk)
    last = topics[-1] if topics else None
    mine = Tag.objects.filter(pk=tag.pk, shown_to=tag.shown_to)  # or it was renamed meanwhile
    if topics or not tag.merged_into_id:
        mine.update(shown_to=last)
    elif not TopicTag.objects.filter(tag=tag).exists():
        mine.delete()
    else:
        mine.update(shown_to=0)


def show_in(topic_id):
    with transaction.atomic():
        topic = Topic.objects.locked(topic_id)
        topic.store_tags(list(topic.tagged.values_list("tag", flat=True)))


def move_levels(tag):
    """Members who follow a merged tag follow the other one, unless they have chosen for that."""
    chosen = TagLevel.objects.filter(tag=tag.merged_into_id).values("member")
    TagLevel.objects.filter(tag=tag).exclude(member__in=chosen).update(tag=tag.merged_into_id)
