"""Redis dead or hung: reading, posting and signing in go on, and rate limits still apply."""

import json

import pytest

from tests.browser.people import session_cookie
from tests.faults.visitors import Visitor
from tests.support import world
from tests.support.server import Server

pytestmark = pytest.mark.once


@pytest.fixture
def address(redis_server, transactional_db, collected):
    server = Server("uvicorn", REDIS_URL=redis_server.address, STATIC_ROOT=collected).start()
    yield server.address
    server.stop()


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_reading_posting_and_signing_in_go_on(redis_server, address, fault):
    ada = world.member("ada")
    topic = world.topic(ada, world.category("Help"))
    member = Visitor(address, session_cookie(ada, address)["value"]).fetches_form("/profile/")
    guest = Visitor(address).fetches_form("/accounts/login/")

    getattr(redis_server, fault)()
    posted = [member.replies(topic.pk, f"Post {number}").status for number in range(3)]
    read = [visitor.gets(topic.get_absolute_url()).status for visitor in (member, guest)]
    wrong = guest.signs_in("ada", "not her password")
    right = guest.signs_in("ada", world.PASSWORD)
    health = json.loads(member.gets("/health/ready").text)

    assert posted == [302] * 3
    assert read == [200, 200]
    assert wrong.status == 200
    assert right.status == 302
    assert health["status"] == "degraded"
    assert "REDIS_URL" in health["checks"]["redis"]


def test_guessing_passwords_is_still_limited(redis_server, address):
    world.member("ada")
    guest = Visitor(address).fetches_form("/accounts/login/")
    redis_server.kill()

    answers = [guest.signs_in("ada", f"guess {number}") for number in range(12)]

    assert any("Too many failed attempts" in answer.text for answer in answers)
