"""Announcements reach every open page and later ones, even if messages get lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forum.models import Announcement
from realtime import redis_layer
from realtime.protocol import groups
from realtime.protocol.hub_messages import AnnouncementsChanged, encode
from tests.realtime.sockets import do

pytestmark = pytest.mark.django_db(transaction=True)


def announcing(*texts):
    """A predicate for frames with exactly these announcements, newest first."""

    def fits(frame):
        if frame["type"] != "announcements" or len(frame["current"]) != len(texts):
            return False
        return all(text in one["html"] for text, one in zip(texts, frame["current"], strict=True))

    return fits


async def test_every_open_page_gets_an_announcement_and_its_end(visit, iris):
    pages = [await visit(), await visit(iris)]
    for page in pages:
        await page.watch_news(0)

    first = await do(Announcement.objects.announce, "Back at six.")
    for page in pages:
        await page.receive(announcing("Back at six."))
    await do(Announcement.objects.announce, "Or at seven.")
    await do(first.end)

    for page in pages:
        await page.receive(announcing("Or at seven."))


async def test_a_page_that_connects_later_gets_it_too(visit):
    await do(Announcement.objects.announce, "Back at six.")
    first = await visit()
    await first.watch_news(0)
    await first.receive(announcing("Back at six."))

    later = await visit()
    await later.watch_news(0)

    await later.receive(announcing("Back at six."))


async def test_changes_that_were_never_published_are_found(visit, timing):
    timing.announcements_every = 0.05
    made = await do(Announcement.objects.announce, "Back at six.")
    page = await visit()
    await page.watch_news(0)
    await page.receive(announcing("Back at six."))

    await do(
        lambda: Announcement.objects.filter(pk=made.pk).update(
            until=timezone.now() - timedelta(hours=1)
        )
    )

    await page.receive(announcing())


@pytest.mark.servers
async def test_a_command_reaches_pages_through_redis(redis, visit, timing):
    timing.announcements_every = 3600
    page = await visit()
    await page.watch_news(0)
    await page.receive(announcing())

    await do(
        lambda: Announcement.objects.bulk_create([Announcement(text="Six.", html="<p>Six.</p>")])
    )
    assert await do(redis_layer.send_to_groups, [(groups.HUBS, encode(AnnouncementsChanged()))])

    await page.receive(announcing("Six."))
