from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from forum.models import Announcement

LIST = reverse("admin:forum_announcement_changelist")
NEW = reverse("admin:forum_announcement_add")


def page(announcement, name="change", *args):
    return reverse(f"admin:forum_announcement_{name}", args=[announcement.pk, *args])


def test_the_owner_announces(admin, olive, send):
    until = timezone.now() + timedelta(days=1)

    send(
        admin, NEW, text="Back at *six*.", until_0=f"{until:%Y-%m-%d}", until_1=f"{until:%H:%M:%S}"
    )

    made = Announcement.objects.get()
    assert made.made_by == olive
    assert made.is_current
    assert "<em>six</em>" in made.html


def test_the_form_has_room_for_a_sentence_and_says_how_long_it_may_be(admin):
    form = admin.get(NEW).text

    assert "<textarea" in form
    assert "at most 300 characters" in form


def test_too_long_a_text_is_not_cut_off_but_comes_back(admin, send):
    text = "long " * 70

    answer = send(admin, NEW, text=text.strip())

    assert "at most 300 characters (it has 349)" in answer.text
    assert text.strip() in answer.text
    assert "maxlength" not in answer.text.partition("<textarea")[2].partition(">")[0]


def test_a_moment_that_is_past_is_refused(admin, send):
    response = send(admin, NEW, text="Back at six.", until_0="2020-01-01", until_1="18:00:00")

    assert response.context["adminform"].form.errors["until"]


def test_one_press_ends_an_announcement(admin, olive):
    made = Announcement.objects.announce("Hello.", made_by=olive)

    admin.post(page(made, "do", "end"))

    made.refresh_from_db()
    assert not made.is_current
    assert "Ended." in admin.get(page(made, "history")).text


def test_staff_who_own_nothing_do_not_announce(staff, signed_in, olive):
    made = Announcement.objects.announce("Hello.", made_by=olive)
    client = signed_in(staff)

    assert client.get(NEW).status_code == 403
    client.post(page(made, "do", "end"))
    made.refresh_from_db()
    assert made.is_current


def test_a_form_sent_twice_announces_once_and_another_text_once_more(admin, send, fill):
    form = {**fill(admin, NEW), "text": "Back at six."}

    for text in ("Back at six.", "Back at six.", "Back at seven.", "Back at six."):
        assert admin.post(NEW, form | {"text": text}).status_code == 302

    assert sorted(Announcement.objects.values_list("text", flat=True)) == [
        "Back at seven.",
        "Back at six.",
    ]


def test_a_corrected_announcement_keeps_who_made_it_and_shows_the_new_text(admin, ada, send):
    made = Announcement.objects.announce("Back at *six*.", made_by=ada)

    send(admin, page(made), text="Back at *seven*.")

    made.refresh_from_db()
    assert made.made_by == ada
    assert "<em>seven</em>" in made.html


def test_the_list_tells_what_is_shown_from_what_is_over(admin, olive):
    Announcement.objects.announce("Hello.", made_by=olive)
    Announcement.objects.announce("Goodbye.", made_by=olive).end()

    rows = (
        admin.get(LIST).text.partition('id="result_list"')[2].partition("<tbody>")[2].split("</tr>")
    )
    over, shown = rows[:2]
    assert "Goodbye." in over
    assert "over</td>" in over
    assert "Hello." in shown
    assert 'badge--on">shown' in shown
