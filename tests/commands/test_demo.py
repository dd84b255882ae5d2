import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from forum import demo
from forum.models import Announcement, Category, Post, Topic, User

pytestmark = pytest.mark.thorough


def test_the_demo_is_made_once_and_never_doubled(db, settings, capsys):
    settings.DEBUG = True
    call_command("demo", "--if-new")
    made = [model.objects.count() for model in (User, Category, Topic, Post, Announcement)]

    call_command("demo", "--if-new")
    with pytest.raises(CommandError, match="new, empty database"):
        call_command("demo")

    assert all(made)
    assert made == [model.objects.count() for model in (User, Category, Topic, Post, Announcement)]
    assert demo.PASSWORD in capsys.readouterr().out


def test_a_demo_that_fails_half_way_leaves_nothing(db, monkeypatch):
    monkeypatch.setattr("forum.demo.content.announcement", lambda: "x" * 400)

    with pytest.raises(ValidationError, match="300"):
        demo.fill()

    assert not User.objects.exists()


def test_a_real_site_gets_no_demo(db, settings):
    settings.DEBUG = False

    call_command("demo", "--if-new")
    with pytest.raises(CommandError):
        call_command("demo")

    assert not User.objects.exists()
