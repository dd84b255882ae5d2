"""Moments read as the reader's own calendar has them, whatever zone they are in."""

from datetime import timedelta

import pytest

from tests.support import world

pytestmark = pytest.mark.once

# zone, now and then in UTC, what the page says
MOMENTS = [
    # within the hour minutes, also across midnight (00:20 in Berlin, 23:50 the day before)
    ("Europe/Berlin", "2026-06-09T22:20", "2026-06-09T21:50", "30 min ago"),
    ("Europe/Berlin", "2026-06-09T22:20", "2026-06-09T22:19:40", "now"),
    # an hour later it is yesterday's
    ("Europe/Berlin", "2026-06-09T22:55", "2026-06-09T21:50", "yesterday"),
    # 23 hours ago and yesterday; 47 hours ago and the day before
    ("Europe/Berlin", "2026-06-10T18:00", "2026-06-09T19:00", "yesterday"),
    ("Europe/Berlin", "2026-06-10T06:00", "2026-06-08T07:00", "2 days ago"),
    # 20 hours ago and still today
    ("Europe/Berlin", "2026-06-10T21:00", "2026-06-10T01:00", "20 hr ago"),
    # the same moments elsewhere: in Tokyo and on Kiritimati the day has turned, in Los Angeles it
    # has not
    ("Asia/Tokyo", "2026-06-09T16:00", "2026-06-09T14:00", "yesterday"),
    ("Pacific/Kiritimati", "2026-06-09T11:00", "2026-06-09T09:30", "yesterday"),
    ("America/Los_Angeles", "2026-06-09T16:00", "2026-06-09T14:00", "2 hr ago"),
    ("America/Los_Angeles", "2026-06-09T08:00", "2026-06-09T06:30", "yesterday"),
    # a day of 23 hours and one of 25: midnight to midnight is one day
    ("Europe/Berlin", "2026-03-29T22:10", "2026-03-28T23:10", "yesterday"),
    ("Europe/Berlin", "2026-03-30T21:50", "2026-03-28T22:50", "2 days ago"),
    ("Europe/Berlin", "2026-10-25T23:10", "2026-10-24T22:10", "yesterday"),
    ("Europe/Berlin", "2026-10-25T22:30", "2026-10-24T22:10", "24 hr ago"),
    ("America/Los_Angeles", "2026-11-02T08:30", "2026-11-01T07:10", "yesterday"),
    # a week ago it is a date, by the reader's calendar and year
    ("Asia/Tokyo", "2026-06-09T16:00", "2026-06-03T15:30", "6 days ago"),
    ("Asia/Tokyo", "2026-06-09T16:00", "2026-06-02T15:30", "3 Jun"),
    ("Asia/Tokyo", "2026-01-20T16:00", "2025-12-31T15:30", "1 Jan"),
    ("America/Los_Angeles", "2026-01-20T16:00", "2026-01-01T07:30", "31 Dec 2025"),
]
SHOW = """moments => {
  const times = moments.map(moment => Object.assign(document.createElement("time"), {dateTime:
  moment}));
  for (const time of times) time.dataset.moment = "moment";
  document.getElementById("main").replaceChildren(...times);
}"""


@pytest.mark.parametrize("zone", sorted({zone for zone, *_rest in MOMENTS}))
def test_moments_follow_the_readers_calendar(zone, visit):
    page = visit(timezone_id=zone, locale="en-GB").page
    for _zone, now, then, words in [moment for moment in MOMENTS if moment[0] == zone]:
        page.clock.install(time=f"{now}Z")
        page.goto("/accounts/login/")
        page.evaluate(SHOW, [f"{then}Z"])
        page.clock.run_for(21_000)

        assert page.locator("#main time").inner_text() == words, (now, then)


def test_lists_posts_and_members_write_moments_in_one_way(visit, transactional_db):
    topic = world.topic(world.member("ada"), world.category())
    page = visit(timezone_id="Asia/Tokyo", locale="en-GB").page
    page.clock.install(time=topic.bumped_at + timedelta(hours=2))
    for path in ("/", topic.get_absolute_url(), "/u/ada/"):
        page.goto(path)
        page.locator("time[title]").first.wait_for()
        said = page.locator("time[data-moment=moment]").all_inner_texts()
        assert set(said) <= {"2 hr ago", "yesterday"}, path
    assert page.locator(".member time").get_attribute("title").endswith("GMT+9")
