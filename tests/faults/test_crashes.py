"""A server that is killed at any moment loses nothing acknowledged, and posts nothing twice."""

import random
import sqlite3
import threading
import time
import uuid

import pytest
from django.db import connection
from django.db.models import Count

from forum.models import Post, Topic
from tests.faults.conftest import ROUNDS
from tests.faults.members import Member
from tests.support import world


def test_no_acknowledged_post_is_lost_or_duplicated_when_the_server_is_killed(server):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    member = Member(ada, server.address).prepare()
    sent, acknowledged = {}, {}

    for _round in range(ROUNDS):
        killer = threading.Timer(chance.uniform(0.05, 0.6), server.kill)
        killer.start()
        while killer.is_alive():
            token = uuid.uuid4().hex
            sent[token] = f"Post {len(sent)}"
            acknowledged[token] = member.replies(topic, sent[token], token)
        killer.join()
        server.start()
        # as people do when no answer came
        for token in [token for token in sent if not acknowledged[token]]:
            acknowledged[token] = member.replies(topic, sent[token], token)

    stored = dict(Post.objects.filter(token__in=sent).values_list("token", "number"))
    assert set(stored) == {token for token, address in acknowledged.items() if address}
    assert all(
        address.endswith(f"#post-{stored[token]}")
        for token, address in acknowledged.items()
        if address
    )
    assert (
        not Post.objects.values("author", "token").annotate(n=Count("pk")).filter(n__gt=1).exists()
    )
    counters_agree(topic)
    if connection.vendor == "sqlite":
        with sqlite3.connect(connection.settings_dict["NAME"]) as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_one_form_sent_many_times_at_once_creates_one_post(server):
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    member = Member(ada, server.address).prepare()
    for many in random.Random(1).choices(range(2, 51), k=ROUNDS):
        token, answers = uuid.uuid4().hex, []
        barrier = threading.Barrier(many)

        def send(token=token, answers=answers, barrier=barrier):
            barrier.wait(10)
            answers.append(member.replies(topic, "Only once, please.", token))

        threads = [threading.Thread(target=send) for _ in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert Post.objects.filter(token=token).count() == 1
        assert len(answers) == many
        assert len(set(answers)) == 1
    counters_agree(topic)


@pytest.mark.once
def test_an_open_page_is_current_after_its_server_was_killed_and_started(server, reader):
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"), replies=3)
    reader.opens_live(topic)

    server.kill()
    topic.reply(ada, "Saved while no server ran.")
    topic.posts.get(number=2).hide(ada)
    topic.rename("Renamed while no server ran")
    server.start()

    reader.ends_like_a_fresh_page(topic)


@pytest.mark.once
def test_a_server_that_was_frozen_brings_its_pages_up_to_date(server, reader):
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"), replies=3)
    page = reader.opens_live(topic)

    server.freeze()
    topic.reply(ada, "Saved while the server slept.")
    time.sleep(1)  # asleep for a while, not a wait for anything
    server.thaw()

    topic.refresh_from_db()
    page.locator(f"live-topic[data-change='{topic.change}']").wait_for(timeout=30_000)


def counters_agree(topic):
    topic = Topic.objects.get(pk=topic.pk)
    numbers = list(topic.posts.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, topic.last_number + 1))
    changes = list(topic.posts.values_list("change", flat=True))
    assert len(set(changes)) == len(changes)
    assert max(changes) <= topic.change
    assert (
        topic.author.posts_count == topic.posts.filter(author=topic.author, hidden_at=None).count()
    )
