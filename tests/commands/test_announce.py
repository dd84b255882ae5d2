from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from forum.models import Announcement

pytestmark = pytest.mark.django_db


def say(*arguments):
    out = StringIO()
    call_command("announce", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("until", "length"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("3d", timedelta(days=3))],
)
def test_an_announcement_ends_after_the_time_that_is_named(until, length):
    say("We are back soon.", "--until", until)

    made = Announcement.objects.get()
    assert abs(made.until - made.created_at - length) < timedelta(minutes=1)


def test_an_announcement_ends_at_the_moment_that_is_named():
    say("A new year!", "--until", "2099-01-01T18:00")

    assert Announcement.objects.get().until == datetime(2099, 1, 1, 18, tzinfo=UTC)


def test_what_is_announced_can_be_listed_and_ended():
    say("Welcome.")
    number = str(Announcement.objects.get().pk)
    assert f"{number}  Welcome." in say("--list")

    say("--end", number)

    assert "There are no announcements." in say("--list")
    with pytest.raises(CommandError, match="--list"):
        say("--end", number)


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["Hello.", "--until", "soon"], "2h"),
        (["Hello.", "--until", "2026-13-01T00:00"], "2h"),
        (["Hello.", "--until", "2020-01-01T00:00"], "past"),
        (["x" * 301], "300"),
        ([], "required"),
        (["Hello.", "--list"], "not allowed"),
        (["--list", "--until", "2h"], "--until"),
        (["--end", "1", "--until", "2h"], "--until"),
    ],
)
def test_what_makes_no_sense_is_refused_with_advice(arguments, advice):
    with pytest.raises(CommandError, match=advice):
        say(*arguments)

    assert not Announcement.objects.exists()
