"""However long, wide or piled up a text is, the page stays as wide as its window and the text in
its own box.
"""

import pytest
from django.contrib.admin.models import LogEntry

from forum.models import Topic, User
from tests.support import world

pytestmark = pytest.mark.once

# few fonts have all of them, and no line can end inside
PILED = "H" + "".join(map(chr, range(0x300, 0x360)))
TITLES = ["W" * 200, "字" * 200, "\ufdfd" * 40, PILED + " piled", "שלום \u202eturned \u2067round"]


@pytest.fixture
def forum(transactional_db):
    """As imports may have brought it, and forms before they refused some of it."""
    ada, category = world.member("w" * 30), world.category("W" * 60, description="\ufdfd" * 20)
    User.objects.filter(pk=ada.pk).update(name="W" * 60, about=PILED + "\ufdfd" * 20)
    for title in TITLES:
        topic = world.topic(
            ada, category, body=f"{'W' * 300}\n\n{PILED}\n\n{title}\n\n`{PILED}`\n\n> {title}"
        )
        Topic.objects.filter(pk=topic.pk).update(title=title)
    return ada, category


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_text_makes_a_page_wider_than_its_window(forum, visit, width):
    ada, category = forum
    person = visit(ada, viewport={"width": width, "height": 844})
    places = [
        "/",
        category,
        ada,
        f"{ada.get_absolute_url()}topics/",
        "/profile/",
        "/t/new/",
        *Topic.objects.all(),
    ]

    for place in places:
        page = person.opens(place)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place


def test_no_text_pushes_the_other_columns_of_the_admin_s_lists_out_of_sight(
    forum, visit, transactional_db
):
    olive = world.owner()
    LogEntry.objects.log_actions(olive.pk, Topic.objects.all(), 2, f"Moved to {'W' * 200}.")
    person = visit(olive, viewport={"width": 1280, "height": 844})

    for place in ("forum/topic", "forum/post", "forum/user", "forum/category", "admin/logentry"):
        page = person.opens(f"/admin/{place}/")
        widest = page.evaluate(
            "Math.max(...[...document.querySelectorAll('#result_list td, th')].map(c =>"
            " c.offsetWidth))"
        )
        assert widest < 500, place


def test_what_is_drawn_outside_its_lines_stays_in_its_box(forum, visit):
    ada, _category = forum
    page = visit().opens(Topic.objects.get(title=TITLES[3]))

    for part in (".topic__title", ".post__body", ".post__author"):
        assert page.locator(part).first.evaluate("box => getComputedStyle(box).overflowY") == "clip"
