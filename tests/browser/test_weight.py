"""The first view of a topic stays as light as bench/weight.py says, whoever adds something to
it. Ids begin at 1, so that it weighs the same after other tests.
"""

import random

import pytest

from bench.weight import first_view, text
from tests.support import world

pytestmark = pytest.mark.once

MOST_BYTES, MOST_REQUESTS = 60_000, 10


def test_the_first_view_of_a_topic_stays_within_its_budget(site, visit, django_db_reset_sequences):
    chance = random.Random(2026)
    members = [world.member(name) for name in ("ada", "grace", "mary")]
    for name in ("Announcements", "Show & tell", "Ideas", "Off topic"):
        world.category(name)
    topic = world.topic(
        members[0], world.category("Help"), "Messages above 100 per second", text(chance)
    )
    for n in range(19):
        topic.reply(members[n % 3], text(chance))

    responses = first_view(visit().page, site.address, topic.get_absolute_url())

    assert len(responses) <= MOST_REQUESTS, responses
    assert sum(size for _name, size in responses) <= MOST_BYTES, responses
