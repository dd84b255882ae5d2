import pytest
from django.urls import reverse

from tests import world


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


@pytest.mark.parametrize("topics", ["", "x", "1,,2", "-1", "٣", "9" * 19, "1\x01", ",".join("1" * 201)])
def test_what_makes_no_sense_is_refused(signed_in, ada, topics):
    assert readings(signed_in(ada), topics).status_code == 400
