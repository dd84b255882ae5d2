"""After a restored backup, open pages reload and end like fresh ones."""

from io import StringIO

import pytest
from django.core.management import call_command

from forum.models import Topic
from tests.realtime.sockets import do

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]


@pytest.fixture
async def restored(hub, topic, ada, tmp_path, timing):
    """A function that restores the forum to one post, after there were four, and sweeps."""
    timing.sweep_every = 3600
    await do(call_command, "backup", str(tmp_path / "copy"), stdout=StringIO(), stderr=StringIO())
    for n in range(3):
        await do(topic.reply, ada, f"Later {n}")

    async def restore():
        await hub.sweep.once()
        await do(
            call_command,
            "restore",
            str(tmp_path / "copy"),
            yes=True,
            stdout=StringIO(),
            stderr=StringIO(),
        )
        await hub.sweep.once()
        return await do(Topic.objects.get)

    return restore


async def test_a_page_on_the_topic_reloads(visit, topic, restored):
    page = await visit()
    await page.watch_topic(topic)

    now = await restored()

    heartbeat = await page.receive("heartbeat")
    assert heartbeat["topics"] == {str(topic.pk): [now.epoch, now.change]}
    assert (await page.watch_topic(topic))["type"] == "reload"


async def test_a_list_shows_the_restored_row(visit, topic, restored):
    page = await visit()
    await page.watch_list("latest", rows=f"{topic.pk}:{topic.change}")

    now = await restored()

    assert await page.receive(lambda frame: frame.get("epoch") == now.epoch and frame.get("row"))


async def test_posts_after_a_restore_are_news(visit, topic, ada, restored):
    page = await visit()
    news = await page.watch_news(0)

    now = await restored()
    await do(now.reply, ada, "Still here?")

    assert (await page.update("created"))["post"]["id"] > news["newest"]
