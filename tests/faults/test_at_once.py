"""Thousands of simultaneous submissions: one form creates one post, and no edit is lost."""

import random
import uuid

import pytest
from django.db import IntegrityError, OperationalError
from psycopg_pool import PoolTimeout

from forum.models import Post, Revision, Topic
from forum.models.posts import EditConflict
from tests.support.concurrency import Crowd
from tests.support.scale import FULL

from .test_crashes import counters_agree

FORMS, PAIRS = (10_000, 1_000) if FULL else (500, 50)
MOST = 50  # that send one form
pytestmark = pytest.mark.timeout(1800 if FULL else 300)


def test_each_of_thousands_of_forms_makes_one_post_however_many_send_it(topic, ada):
    """10,000 forms, 500 in the short form, each sent by 2 to 50 requests at once, most by few."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)

    with Crowd(MOST) as crowd:
        for _ in range(FORMS):
            many = min(MOST, 1 + int(chance.paretovariate(1.5)))
            token = uuid.uuid4().hex
            answers = crowd.at_once(*[lambda token=token: led_to(topic, ada, token)] * max(2, many))
            assert len(set(answers)) == 1, seed

    assert topic.posts.exclude(number=1).count() == FORMS
    counters_agree(topic)


def led_to(topic, author, token):
    """The post that this form leads to: one that it creates, or has created.

    Fifty need a connection of a process that has sixteen. After a timeout they send again.
    """
    while True:
        try:
            return post_of(topic, author, token)
        except OperationalError as error:
            if not isinstance(error.__cause__, PoolTimeout):
                raise


def post_of(topic, author, token):
    try:
        return Topic.objects.get(pk=topic.pk).reply(author, "Only once, please.", token).pk
    except IntegrityError:
        return Post.objects.submitted(author, token, "").get().pk


def test_of_thousands_of_pairs_of_edits_one_wins_and_the_other_conflicts(topic, ada, mo):
    """1,000 pairs of edits of one version at once, 50 in the short form."""
    post, written = topic.posts.get(), [topic.posts.get().body]

    with Crowd(2) as crowd:
        for version in range(1, PAIRS + 1):
            mine, theirs = f"Mine {version}.", f"Theirs {version}."
            shown = crowd.at_once(
                lambda mine=mine, version=version: text_after_conflict(post, ada, mine, version),
                lambda theirs=theirs, version=version: text_after_conflict(
                    post, mo, theirs, version
                ),
            )
            post.refresh_from_db()
            assert post.version == version + 1
            assert shown == ([None, mine] if post.body == mine else [theirs, None])
            written.append(post.body)

    assert [
        *Revision.objects.order_by("version").values_list("body", flat=True),
        post.body,
    ] == written
    assert Topic.objects.get(pk=topic.pk).change == PAIRS + 1


def text_after_conflict(post, editor, text, version):
    """The text that an editor is shown after a conflict; None if their own was saved."""
    try:
        Post.objects.get(pk=post.pk).edit(editor, text, version=version)
    except EditConflict as conflict:
        return conflict.post.body
    return None
