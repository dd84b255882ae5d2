import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from forum.cache import rate_limits
from tests.support import world


def readings(client, topics):
    return client.get(reverse("readings"), {"topics": topics})


def test_a_member_learns_how_far_they_have_read(signed_in, grace, ada, topic):
    other = world.topic(ada, topic.category, replies=3)
    member = signed_in(grace)
    member.get(other.get_absolute_url())

    answer = readings(member, f"{topic.pk},{other.pk},404")

    assert answer.json() == {str(topic.pk): 0, str(other.pk): 4}
    assert "no-store" in answer["Cache-Control"]


def test_what_a_member_may_not_see_is_not_there(signed_in, ada, iris, lounge):
    secret = world.topic(iris, lounge)
    secret.readings.create(user=ada, number=1)

    assert readings(signed_in(ada), secret.pk).json() == {}
    assert readings(signed_in(iris), secret.pk).json() == {str(secret.pk): 0}


def test_a_guest_has_read_nothing(client, topic):
    assert readings(client, topic.pk).status_code == 302


@pytest.mark.parametrize(
    "topics", ["", "x", "1,,2", "-1", "٣", "9" * 19, "1\x01", ",".join("1" * 201)]
)
def test_what_makes_no_sense_is_refused(signed_in, ada, topics):
    assert readings(signed_in(ada), topics).status_code == 400


def says_seen(client, topic, number):
    return client.post(reverse("seen", args=[topic.pk]), {"number": number})


def test_pages_with_scripts_say_themselves_what_was_seen(signed_in, grace, ada, help_category):
    topic = world.topic(ada, help_category, replies=9)
    member = signed_in(grace)

    for name in ("Upgrade-Insecure-Requests", "X-Requested-With"):
        assert (
            f"/t/{topic.pk}/seen/?number=10&amp;mark="
            in member.get(topic.get_absolute_url(), headers={name: "1"}).text
        )
    assert readings(member, topic.pk).json() == {str(topic.pk): 0}

    for number, read in [(4, 4), (2, 4), (11, 4), (10, 10)]:
        assert says_seen(member, topic, number).status_code == 204
        assert readings(member, topic.pk).json() == {str(topic.pk): read}


def test_without_scripts_a_picture_says_it_for_its_reader_alone(
    signed_in, grace, ada, help_category
):
    topic = world.topic(ada, help_category, replies=9)
    member = signed_in(grace)
    page = member.get(topic.get_absolute_url(), headers={"Upgrade-Insecure-Requests": "1"}).text
    picture = html.unescape(re.search(r'<noscript><img src="([^"]+)"', page)[1])

    forged = [
        picture.split("&")[0],
        picture.replace("number=10", "number=9"),
        picture.replace("mark=", "mark=0"),
    ]
    assert [member.get(address).status_code for address in forged] == [400, 400, 400]
    assert signed_in(ada).get(picture).status_code == 400
    member = signed_in(grace)
    assert readings(member, topic.pk).json() == {str(topic.pk): 0}
    assert member.get(picture).status_code == 204
    assert readings(member, topic.pk).json() == {str(topic.pk): 10}


@pytest.mark.parametrize("number", ["", "x", "-1", "٣", "9" * 19, "1.5"])
def test_what_is_no_number_was_not_seen(signed_in, grace, topic, number):
    assert says_seen(signed_in(grace), topic, number).status_code == 400


def test_nobody_has_seen_what_they_may_not_see(signed_in, ada, iris, lounge):
    secret = world.topic(iris, lounge)

    assert says_seen(signed_in(ada), secret, 1).status_code == 204
    assert not secret.readings.exists()
    assert says_seen(Client(), secret, 1).status_code == 403


def test_what_was_seen_has_a_rate_of_its_own(signed_in, grace, topic, settings):
    settings.RATES = {**settings.RATES, "reading": "1/day", "write": "1/day"}
    rate_limits.reset()
    member = signed_in(grace)

    answers = [says_seen(member, topic, 1).status_code for _ in range(2)]

    assert answers == [204, 429]
