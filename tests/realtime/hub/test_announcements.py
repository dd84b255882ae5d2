"""Announcements reach every open page and later ones, even if messages get lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Announcement
from realtime import redis_layer
from realtime.hub import announcements
from realtime.protocol import groups
from realtime.protocol.hub_messages import AnnouncementsChanged, encode
from tests.realtime.sockets import do

pytestmark = pytest.mark.django_db(transaction=True)


def announcing(*texts):
    """Fits a frame that says exactly this is announced, the newest first."""

    def fits(frame):
        if frame["type"] != "announcements" or len(frame["current"]) != len(texts):
            return False
        return all(text in said["html"] for text, said in zip(texts, frame["current"], strict=True))

    return fits


async def test_every_open_page_hears_what_is_announced_and_that_it_ended(visit, iris):
    pages = [await visit(), await visit(iris)]
    for page in pages:
        await page.watch_news(0)

    first = await do(Announcement.objects.announce, "Back at six.")
    for page in pages:
        await page.hear(announcing("Back at six."))
    await do(Announcement.objects.announce, "Or at seven.")
    await do(first.end)

    for page in pages:
        await page.hear(announcing("Or at seven."))


async def test_a_page_that_comes_later_hears_it_too(visit):
    await do(Announcement.objects.announce, "Back at six.")
    first = await visit()
    await first.watch_news(0)
    await first.hear(announcing("Back at six."))

    later = await visit()
    await later.watch_news(0)

    await later.hear(announcing("Back at six."))


async def test_what_nobody_was_told_of_is_found(visit, monkeypatch):
    monkeypatch.setattr(announcements, "EVERY", 0.05)
    made = await do(Announcement.objects.announce, "Back at six.")
    page = await visit()
    await page.watch_news(0)
    await page.hear(announcing("Back at six."))

    await do(
        lambda: Announcement.objects.filter(pk=made.pk).update(
            until=timezone.now() - timedelta(hours=1)
        )
    )

    await page.hear(announcing())


@pytest.mark.redis
async def test_a_command_reaches_pages_through_redis(redis, visit, monkeypatch):
    monkeypatch.setattr(announcements, "EVERY", 3600)
    page = await visit()
    await page.watch_news(0)
    await page.hear(announcing())

    await do(
        lambda: Announcement.objects.bulk_create([Announcement(text="Six.", html="<p>Six.</p>")])
    )
    assert await do(redis_layer.send_to_groups, [(groups.HUBS, encode(AnnouncementsChanged()))])

    await page.hear(announcing("Six."))
