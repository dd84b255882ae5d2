"""The index of search has what the posts have, whoever is killed while they change them."""

import random

import pytest

from forum.search import engines, reindexing
from tests.support import world
from tests.support.scale import FULL
from tests.support.server import Server

from .restless import Restless

KILLS = 500 if FULL else 15
pytestmark = pytest.mark.timeout(3600 if FULL else 300)


@pytest.fixture
def restless(transactional_db, collected):
    restless = Restless(Server("uvicorn", STATIC_ROOT=collected).settings())
    yield restless
    restless.stop()


def test_the_index_is_exact_after_members_were_killed_while_they_changed_posts(restless):
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    ada, category = world.member("ada"), world.category("Help")
    for name in ("Ideas", "Tea"):
        world.category(name)
    for n in range(3):
        world.topic(ada, category, title=f"Topic {n}", replies=3)

    for kill in range(KILLS):
        restless.dies(seed + kill)

    assert list(reindexing.differences()) == []
    assert engines.inconsistencies() == ""
