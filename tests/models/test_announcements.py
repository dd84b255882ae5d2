from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from forum.models import Announcement, Edition
from forum.signals import announced

pytestmark = pytest.mark.django_db
SOON = timedelta(hours=1)


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """A function that does something and gives how often it was told that something is
    announced.
    """

    def listen(do):
        heard = []

        def hear(**kwargs):
            heard.append(True)

        announced.connect(hear)
        with django_capture_on_commit_callbacks(execute=True):
            do()
        announced.disconnect(hear)
        return len(heard)

    return listen


def test_what_is_announced_stands_until_its_time_is_over(olive):
    one = Announcement.objects.announce("Until then.", timezone.now() + SOON, olive)
    other = Announcement.objects.announce("Until I say so.")
    assert list(Announcement.objects.current()) == [other, one]

    Announcement.objects.filter(pk=one.pk).update(until=timezone.now() - SOON)
    other.end()

    assert not Announcement.objects.current().exists()
    one.refresh_from_db()
    assert not one.is_current
    assert not other.is_current


def test_announcing_changing_and_ending_are_told_and_make_pages_new(told):
    words = {Edition.objects.current()}

    def announce():
        Announcement.objects.announce("Hello.")
        words.add(Edition.objects.current())

    def change():
        Announcement.objects.get().save()
        words.add(Edition.objects.current())

    def end():
        Announcement.objects.get().end()
        words.add(Edition.objects.current())

    assert [told(do) for do in (announce, change, end)] == [1, 1, 1]
    assert len(words) == 4


def test_an_announcement_is_markdown_and_safe():
    html = Announcement.objects.announce("See [the rules](/t/1/) <script>alert(1)</script>").html

    assert '<a href="/t/1/">the rules</a>' in html
    assert "<script" not in html


@pytest.mark.parametrize(("text", "hours"), [("", 1), ("x" * 301, 1), ("Too late.", -1)])
def test_what_cannot_be_announced_is_refused(text, hours):
    with pytest.raises(ValidationError):
        Announcement.objects.announce(text, timezone.now() + hours * SOON)

    assert not Announcement.objects.exists()


def test_an_announcement_of_several_lines_becomes_one():
    assert Announcement.objects.announce(" Back\r\n at *six*.\n").text == "Back at *six*."


@pytest.mark.parametrize("text", ["", "  ", "\n", "[a]: /t/1/"])
def test_an_announcement_says_something(text):
    with pytest.raises(ValidationError):
        Announcement.objects.announce(text)
