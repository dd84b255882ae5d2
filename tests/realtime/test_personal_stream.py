"""A member's own data reaches all their open pages, numbered and caught up, and no others."""

import json

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forum.models import PersonalChange, Reading, User, personal_changes
from forum.models.epochs import new_epoch
from forum.signals import personal_changed
from realtime.catchup import personal_changes as catch_up
from realtime.models import Revocation
from realtime.protocol import groups
from realtime.publishing import publisher
from tests.realtime.sockets import do, until
from tests.support import world
from tests.support.change_queue import REORDERING, ChangeQueue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quiet():
    """Nothing is published: as if all was saved by another process, and there were no Redis."""
    personal_changed.disconnect(publisher.on_personal_change, dispatch_uid="realtime.personal")
    yield
    publisher.connect()


@pytest.fixture
def readings_of():
    """Records that the readings of several members have changed, in one transaction."""

    @transaction.atomic
    def record(members, topic):
        keys = {member.pk: topic.pk for member in members}
        return PersonalChange.objects.record_for_all("reading", keys)

    return record


def head_of(member):
    return catch_up.head_of(member.pk)


def seen(member, topic, number):
    Reading.objects.record_seen(member, topic.pk, number)


async def watch(page, member, since=None):
    head = await do(head_of, member)
    since = head.change if since is None else since
    await page.send(type="watch", member=member.pk, epoch=head.epoch, change=since)
    return await page.receive(lambda f: f["type"] in ("changes", "reload", "gone"))


# --- Live ---


async def test_what_is_read_on_one_page_shows_on_all_others_of_the_member(visit, topic, ada):
    pages = [await visit(ada), await visit(ada)]
    for page in pages:
        assert (await watch(page, ada))["events"] == []

    await pages[0].send(type="seen", topic=topic.pk, number=1)

    head = {"member": ada.pk, "epoch": ada.personal_epoch, "change": 1}
    for page in pages:
        assert await page.receive("personal_update") == {
            "type": "personal_update", **head, "kind": "reading", "key": str(topic.pk), "data": 1,
        }  # fmt: skip


async def test_nobody_else_hears_of_it(visit, topic, ada, grace):
    own, others, guest = await visit(ada), await visit(grace), await visit()
    await watch(own, ada)
    for page in (others, guest):
        await page.watch_news(0)
        assert await watch(page, ada) == {"type": "gone", "member": ada.pk}
    await watch(others, grace)

    await do(seen, ada, topic, 1)
    await own.receive("personal_update")

    assert "personal_update" not in {f["type"] for f in others.collect() + guest.collect()}


async def test_a_mark_that_stays_where_it_was_is_no_change(topic, ada, visit):
    await do(topic.reply, ada, "Two")
    await do(seen, ada, topic, 2)
    before = await do(head_of, ada)

    await do(seen, ada, topic, 1)
    await do(seen, ada, topic, 2)

    assert await do(head_of, ada) == before


async def test_an_ended_session_gets_nothing_even_if_the_fence_was_lost(visit, topic, ada, hub):
    page = await visit(ada)
    await watch(page, ada)
    [connection] = hub.pages
    await do(Session.objects.filter(session_key=connection.session_key).delete)
    await do(Revocation.objects.bump)

    await do(seen, ada, topic, 1)

    assert await page.closed() == 4001
    assert "personal_update" not in {frame["type"] for frame in page.collect()}


async def test_a_change_for_several_members_reaches_each_with_a_number_of_their_own(
    visit, topic, ada, grace, readings_of
):
    await do(seen, grace, topic, 1)
    pages = {member: await visit(member) for member in (ada, grace)}
    held = {member: (await watch(page, member))["change"] for member, page in pages.items()}
    assert list(held.values()) == [0, 1]

    await do(readings_of, [ada, grace], topic)

    for member, page in pages.items():
        change = held[member] + 1
        # a copy of what the page already holds may arrive late
        await page.receive(lambda f, n=change: f["type"] == "personal_update" and f["change"] == n)


# --- Catching up ---


async def test_a_page_that_comes_back_gets_what_it_missed(visit, topic, ada, help_category):
    since = (await do(head_of, ada)).change
    others = [await do(world.topic, ada, help_category, f"Topic {n}") for n in range(3)]
    for one in [topic, *others, topic]:
        await do(seen, ada, one, 1)

    answer = await watch(await visit(ada), ada, since)

    assert [(e["key"], e["data"]) for e in answer["events"]] == [
        (str(one.pk), 1) for one in [topic, *others]
    ]
    assert (answer["since"], answer["change"], answer["more"]) == (since, since + 4, False)


def test_many_changes_come_in_parts_in_order(ada, topic, monkeypatch):
    monkeypatch.setattr(catch_up, "LIMIT", 3)
    for key in range(8):
        with transaction.atomic():
            PersonalChange.objects.record(ada.pk, "reading", key)
    numbers, since, more = [], 0, True
    while more:
        answer = catch_up.answer(ada, ada.pk, ada.personal_epoch, since)
        numbers += [event["change"] for event in answer["events"]]
        since, more = answer["change"], answer["more"]

    assert numbers == [*range(1, 9)]
    assert since == 8


@pytest.mark.parametrize("change", [0, 601, 10**15])
def test_a_page_too_far_behind_or_ahead_reloads(ada, change):
    User.objects.filter(pk=ada.pk).update(personal_change=personal_changes.REACH + 100)

    answer = catch_up.answer(ada, ada.pk, ada.personal_epoch, change)

    assert answer == {
        "type": "reload", "member": ada.pk, "epoch": ada.personal_epoch, "change": 600,
    }  # fmt: skip


def test_after_a_restored_backup_the_numbers_begin_anew(ada):
    User.objects.filter(pk=ada.pk).update(personal_epoch=new_epoch())

    assert catch_up.answer(ada, ada.pk, ada.personal_epoch, 0)["type"] == "reload"


def test_the_feed_over_http_gives_the_same_to_its_member_alone(
    client, signed_in, ada, grace, topic
):
    seen(ada, topic, 1)
    address = f"/members/{ada.pk}/changes?epoch={ada.personal_epoch}&since=0"
    expected = catch_up.answer(ada, ada.pk, ada.personal_epoch, 0)

    assert client.get(address).status_code == 404
    assert signed_in(grace).get(address).json() == {"type": "gone", "member": ada.pk}
    response = signed_in(ada).get(address)
    assert response.json() == expected
    assert response["Cache-Control"] == "no-store"
    assert client.get(f"/members/{ada.pk}/changes?epoch=&since=-1").status_code == 400


def test_a_topic_that_the_member_may_not_see_any_more_is_gone(ada, topic):
    seen(ada, topic, 1)
    topic.category.readers.add(world.group("Insiders"))

    [event] = catch_up.answer(ada, ada.pk, ada.personal_epoch, 0)["events"]

    assert event["data"] is None


# --- The sweep and the heartbeat ---


async def test_the_sweep_delivers_what_the_layer_lost(visit, topic, ada, quiet, hub, timing):
    timing.sweep_every = 3600
    pages = [await visit(ada), await visit(ada)]
    for page in pages:
        await watch(page, ada)
    await do(seen, ada, topic, 1)

    await hub.sweep.once()
    for page in pages:
        assert (await page.receive("personal_update"))["change"] == 1
    await hub.sweep.once()

    for page in pages:
        assert [f["type"] for f in page.collect()].count("personal_update") == 1


async def test_the_sweep_sends_only_a_head_if_much_was_missed(
    visit, topic, ada, quiet, hub, timing, monkeypatch
):
    timing.sweep_every = 3600
    monkeypatch.setattr(catch_up, "LIMIT", 2)
    page = await visit(ada)
    await watch(page, ada)

    def record():
        for key in range(5):
            with transaction.atomic():
                PersonalChange.objects.record(ada.pk, "reading", key)

    await do(record)
    await hub.sweep.once()

    beat = await page.receive("heartbeat")
    assert beat["members"] == {str(ada.pk): [ada.personal_epoch, 5]}


async def test_a_member_who_has_left_is_not_asked_about(visit, ada, hub):
    page = await visit(ada)
    await watch(page, ada)
    assert set(hub.sweep.personal_heads) == {ada.pk}

    await page.leave()

    await until(lambda: not hub.sweep.personal_heads)
    assert groups.of_member(ada.pk) not in hub.routes.members


async def test_one_group_of_the_layer_serves_all_members(in_memory, visit, ada, grace, hub):
    from channels.layers import get_channel_layer

    for member in (ada, grace):
        await watch(await visit(member), member)

    assert groups.PERSONAL in get_channel_layer().groups
    assert not [name for name in get_channel_layer().groups if groups.is_of_member(name)]


# --- Recording ---


def test_a_change_gets_its_number_in_its_own_transaction(ada):
    with pytest.raises(transaction.TransactionManagementError):
        PersonalChange.objects.record(ada.pk, "reading", 1)
    with transaction.atomic():
        PersonalChange.objects.record(ada.pk, "reading", 1)
        transaction.set_rollback(True)

    assert head_of(ada).change == 0
    assert not PersonalChange.objects.exists()


def test_only_the_latest_change_of_a_thing_is_kept_and_only_so_many(ada, monkeypatch):
    monkeypatch.setattr(personal_changes, "REACH", 10)
    monkeypatch.setattr(personal_changes, "PRUNE_EVERY", 5)
    with transaction.atomic():
        for number in range(40):
            PersonalChange.objects.record(ada.pk, "reading", number // 2)

    kept = list(PersonalChange.objects.values_list("key", "change"))
    assert kept == [(str(n // 2), n + 1) for n in range(31, 40, 2)]


def test_a_stale_copy_of_the_member_takes_no_number_back(ada, topic):
    stale = User.objects.get(pk=ada.pk)
    seen(ada, topic, 1)

    stale.about = "Mathematician"
    stale.save()

    assert head_of(ada).change == 1


# --- Whatever happens to frames ---


class Page:
    """Shows what a member has read, as its queue gives it."""

    def __init__(self, member):
        self.member, self.read = member, {}
        head = catch_up.head_of(member.pk)
        self.queue = ChangeQueue(head.epoch, 0, self.apply)
        self.queue.ask()
        self.catch_up()

    def apply(self, event):
        self.read[event["key"]] = event["data"]

    def catch_up(self):
        while self.queue.is_asking:
            self.queue.answered(
                catch_up.answer(self.member, self.member.pk, self.queue.epoch, self.queue.have)
            )


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5)), min_size=1, max_size=12),
    st.lists(st.sampled_from(["comes", "comes", "lost", "twice", "late"]), min_size=12),
    st.randoms(),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.thorough
def test_a_page_converges_whatever_happens_to_its_frames(
    transactional_db, quiet, readings, fates, random
):
    count = User.objects.count()
    member = world.member(f"reader{count}")
    category = world.category(f"Place {count}")
    topics = [world.topic(member, category, f"Topic {n}", replies=5) for n in range(3)]
    page, frames = Page(member), []

    def listen(sender, kind, keys, heads, **kwargs):
        deliveries = publisher.personal_deliveries(kind, keys, heads)
        frames.extend(json.loads(delivery.text) for delivery in deliveries)

    personal_changed.connect(listen)
    try:
        for which, number in readings:
            seen(member, topics[which], number)
    finally:
        personal_changed.disconnect(listen)
    late = []
    for frame, fate in zip(frames, fates, strict=False):
        if fate == "late":
            late.append(frame)
        elif fate != "lost":
            for _ in range(2 if fate == "twice" else 1):
                page.queue.receive(frame)
    random.shuffle(late)
    for frame in late:
        page.queue.receive(frame)
    page.queue.compare(catch_up.head_of(member.pk))
    page.queue.wait(REORDERING)
    page.catch_up()

    assert page.read == Page(member).read
    assert page.queue.have == catch_up.head_of(member.pk).change
    stored = Reading.objects.filter(user=member).values_list("topic", "number")
    assert page.read == {str(topic): number for topic, number in stored}
