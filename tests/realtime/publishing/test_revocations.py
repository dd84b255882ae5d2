"""Pages whose reader may see less than before ask again at once, and get no later events."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client

from forum.models import Topic, User
from realtime.models import Revocation
from realtime.protocol import groups
from realtime.publishing.revocations import MANY
from tests.realtime.sockets import do, session_of, until
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def secret(lounge, iris):
    return await do(world.topic, iris, lounge, "Secret plans")


async def watch_all(page, topic):
    assert (await page.watch_topic(topic))["type"] == "changes"
    await page.watch_list("latest")
    await page.watch_news(0)


async def test_nobody_may_watch_what_they_may_not_see(visit, secret, lounge, ada):
    for page in (await visit(), await visit(ada)):
        assert (await page.watch_topic(secret, since=0)) == {"type": "gone", "topic": secret.pk}
        assert (await page.watch_list(f"category:{lounge.pk}"))["type"] == "gone"
        assert (await page.watch_list("latest", rows=f"{secret.pk}:0")) == {
            "type": "rows", "list": "latest", "rows": [], "gone": [secret.pk], "top": [],
        }  # fmt: skip
        assert (await page.watch_news(0))["count"] == 0


async def test_readers_who_may_see_a_topic_may_watch_it(visit, secret, lounge, iris, olive):
    for page in (await visit(iris), await visit(olive)):
        assert len((await page.watch_topic(secret, since=0))["events"]) == 1
        assert [event["topic"] for event in (await page.watch_list("latest"))["rows"]] == [
            secret.pk
        ]


async def test_writable_is_sent_again_when_it_changes(visit, topic, help_category, ada, olive):
    chosen = await do(world.group, "Chosen")
    member, owner, guest = await visit(ada), await visit(olive), await visit()
    assert [(await page.watch_topic(topic))["writable"] for page in (member, owner, guest)] == [
        True,
        True,
        False,
    ]

    await do(help_category.posters.set, [chosen])

    assert await member.closed() == 4001
    assert [
        (await (await visit(user)).watch_topic(topic))["writable"] for user in (ada, olive)
    ] == [False, True]

    await do(ada.groups.add, chosen)

    assert (await (await visit(ada)).watch_topic(topic))["writable"]


async def test_a_topic_moved_out_of_sight_is_gone_for_guests_and_stays_for_insiders(
    visit, topic, lounge, iris, ada
):
    guest, insider = await visit(), await visit(iris)
    await watch_all(guest, topic)
    await watch_all(insider, topic)

    await do(topic.move, lounge)
    await do(topic.reply, iris, "Among ourselves")

    assert await guest.receive("again")
    assert (await guest.watch_topic(topic))["type"] == "gone"
    assert (await insider.receive("again"))["topic"] == topic.pk
    assert [e["change"] for e in (await insider.watch_topic(topic, since=1))["events"]] == [2, 3]
    assert (await insider.receive(lambda f: f.get("row") and f["change"] == 3))["row"]
    await do(topic.move, await do(world.category, "Public again"))
    await guest.receive(lambda f: f.get("row"))
    sent = [f for f in guest.frames if f["type"] == "post_update" and f["change"] in (2, 3)]
    assert [(f["kind"], f["row"]) for f in sent] == [("moved", None)]
    assert "Among" not in str(guest.frames)
    assert "Lounge" not in str(guest.frames)


REVOKED = {
    "left the group": lambda iris, lounge: iris.groups.clear(),
    "was taken out of the group": lambda iris, lounge: Group.objects.get(
        name="Insiders"
    ).user_set.remove(iris),
    "category got other readers": lambda iris, lounge: lounge.readers.set(
        [Group.objects.create(name="Others")]
    ),
    "category went inside a private one": lambda iris, lounge: put_inside(lounge),
    "was deactivated": lambda iris, lounge: deactivate(iris),
    "was deactivated in bulk": lambda iris, lounge: User.objects.filter(pk=iris.pk).update(
        is_active=False
    ),
    "was deactivated with many others": lambda iris, lounge: deactivate_many(),
    "was deactivated and activated again": lambda iris, lounge: suspend_for_a_moment(iris),
    "signed out everywhere": lambda iris, lounge: iris.sign_out_everywhere(),
    "changed the password": lambda iris, lounge: (iris.set_password("another one"), iris.save()),
    "signed out elsewhere": lambda iris, lounge: UserSession.objects.get(user=iris).end(),
}


def put_inside(category):
    category.parent = world.category("Cellar", readers=["Keepers"])
    category.save()


def suspend_for_a_moment(user):
    for value in (False, True):
        User.objects.filter(pk=user.pk).update(is_active=value)


def deactivate(user):
    user.is_active = False
    user.save()


def deactivate_many():
    """More than the fence is raised for one by one."""
    User.objects.bulk_create(
        User(username=f"member{n}", email=f"member{n}@example.org") for n in range(MANY)
    )
    assert User.objects.filter(is_superuser=False).update(is_active=False) > MANY


@pytest.mark.parametrize("how", REVOKED)
async def test_a_member_who_loses_the_right_is_disconnected_and_gets_no_more_events(
    visit, hub, secret, lounge, iris, olive, how
):
    loser, keeper = await visit(iris), await visit(olive)
    if "signed out" in how or "password" in how:
        await do(make_user_session, iris)
    await watch_all(loser, secret)
    await watch_all(keeper, secret)

    def revoke_and_write():
        with transaction.atomic():
            REVOKED[how](iris, lounge)
        secret.reply(olive, "Not for everybody")

    await do(revoke_and_write)

    assert await loser.closed() == 4001
    assert "Not for everybody" not in str(loser.frames)
    assert len([page for page in hub.pages if page.user_id == iris.pk]) == 0


def make_user_session(user):
    from django.contrib.sessions.models import Session

    key = Session.objects.order_by("-expire_date").first().session_key
    UserSession.objects.update_or_create(user=user, session_key=key, defaults={"ip": "127.0.0.1"})


async def test_after_a_sign_out_the_page_reconnects_as_a_guest(hub, visit, secret, iris):
    page = await visit(iris)
    cookie = await do(session_of, iris)
    await watch_all(page, secret)

    client = Client()
    client.cookies["sessionid"] = cookie
    await do(client.post, "/accounts/logout/")

    assert await page.closed() == 4001
    again = type(page)(session=cookie)
    await again.wire.connect()
    assert (await again.watch_topic(secret))["type"] == "gone"
    await again.leave()


async def test_signing_in_and_reading_raise_no_fence(visit, hub, iris, secret, topic, ada):
    page = await visit(iris)
    await watch_all(page, secret)

    await do(session_of, iris)
    await do(topic.reply, ada, "Hello")

    await page.receive(lambda f: f.get("title") == topic.title)
    assert page.code is None


async def test_the_fence_is_raised_only_after_commit(visit, hub, secret, iris):
    page = await visit(iris)
    await watch_all(page, secret)

    def change_of_mind():
        with transaction.atomic():
            iris.groups.clear()
            transaction.set_rollback(True)

    await do(change_of_mind)
    await do(secret.reply, iris, "Still in")

    assert (await page.update("created"))["topic"] == secret.pk
    assert page.code is None


async def test_a_page_that_asks_during_a_fence_gets_no_outdated_answer(
    visit, hub, topic, lounge, monkeypatch
):
    from realtime.catchup import changes

    page = await visit()
    real = changes.topic_changes_and_category

    def overtaken(*arguments):
        answer = real(*arguments)
        monkeypatch.setattr(changes, "topic_changes_and_category", real)
        topic.move(lounge)
        return answer

    monkeypatch.setattr(changes, "topic_changes_and_category", overtaken)
    await page.send(type="watch", topic=topic.pk, epoch=topic.epoch, change=0)

    assert (await page.receive("again"))["topic"] == topic.pk
    assert (await page.watch_topic(topic))["type"] == "gone"
    assert [frame["type"] for frame in page.frames] == ["again", "gone"]
    await until(lambda: groups.of_topic(topic.pk) not in hub.routes.members)
    assert topic.pk not in hub.sweep.heads


async def test_a_right_revoked_without_a_signal_is_lost_within_one_sweep(
    visit, hub, secret, iris, olive
):
    page, keeper = await visit(iris), await visit(olive)
    await watch_all(page, secret)
    await watch_all(keeper, secret)

    await do(get_user_model()._base_manager.filter(pk=iris.pk).update, is_active=False)
    hub.sweep.run_soon()

    assert await page.closed() == 4001
    await do(secret.reply, olive, "On we go")
    assert await keeper.update("created")


async def test_nothing_saved_after_a_revocation_is_delivered_even_if_the_fence_is_lost(
    visit, hub, secret, iris, olive
):
    page, keeper = await visit(iris), await visit(olive)
    await watch_all(page, secret)
    await watch_all(keeper, secret)

    def take_the_right():
        with transaction.atomic():
            # without a signal, so no fence is published
            iris.groups.through.objects.filter(user=iris).delete()
            Revocation.objects.bump()

    await do(take_the_right)
    await do(secret.reply, olive, "Not for everybody")

    assert await page.closed() == 4001
    assert await keeper.update("created")
    assert "Not for everybody" not in str(page.collect())


async def test_nothing_saved_after_a_move_is_delivered_even_if_the_fence_is_lost(
    visit, topic, lounge, iris
):
    guest = await visit()
    await guest.watch_topic(topic)

    await do(Topic.objects.filter(pk=topic.pk).update, category=lounge)
    await do(lambda: Topic.objects.get(pk=topic.pk).reply(iris, "Among ourselves"))

    assert await guest.receive("again")
    assert "Among" not in str(guest.frames)


async def test_a_revocation_that_is_rolled_back_is_not_counted(secret, iris):
    def change_of_mind():
        with transaction.atomic():
            iris.groups.clear()
            transaction.set_rollback(True)

    before = await do(Revocation.objects.current)
    await do(change_of_mind)
    kept = await do(Revocation.objects.current)
    await do(iris.groups.clear)

    assert (kept, await do(Revocation.objects.current)) == (before, before + 1)


@pytest.mark.parametrize("role", ["readers", "posters"])
async def test_groups_changed_without_a_signal_take_effect_within_one_sweep(
    role, visit, hub, topic, help_category, ada
):
    page = await visit()
    await watch_all(page, topic)

    others = await do(Group.objects.create, name="Others")
    members = getattr(help_category, role).through.objects
    await do(members.create, category_id=help_category.pk, group_id=others.pk)
    hub.sweep.run_soon()

    assert await page.closed() == 4001
