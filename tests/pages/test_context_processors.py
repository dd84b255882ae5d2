import re

from django.contrib.auth.models import AnonymousUser

from forum.pages.context_processors import Sidebar
from tests.support import world


def names(sidebar):
    """Each category by its name, with ">" before those that stand inside another."""
    shown = re.findall(r'(<ul|<span dir="auto">([^<]*)|</ul>)', sidebar.html())
    depth, found = -1, []
    for tag, name in shown:
        depth += {"<ul": 1, "</ul>": -1}.get(tag, 0)
        if name:
            found.append(">" * depth + name)
    return found


def test_the_sidebar_holds_what_its_reader_may_see(iris, ada, lounge, help_category):
    world.category("Bar", parent=lounge)
    world.category("Install", parent=help_category)
    world.category("First", position=0)
    help_category.position = 1
    help_category.save()
    lounge.position = 2
    lounge.save()

    assert names(Sidebar(ada)) == names(Sidebar(AnonymousUser())) == ["First", "Help", ">Install"]
    assert names(Sidebar(iris)) == ["First", "Help", ">Install", "Lounge", ">Bar"]


def test_the_newest_post_is_the_newest_that_its_reader_may_see(iris, topic, lounge):
    secret = world.topic(iris, lounge)

    assert Sidebar(AnonymousUser()).newest_post == topic.posts.get().pk
    assert Sidebar(iris).newest_post == secret.posts.get().pk


def test_an_empty_forum_has_an_empty_sidebar(db):
    assert (names(Sidebar(AnonymousUser())), Sidebar(AnonymousUser()).newest_post) == ([], 0)


def test_a_page_that_shows_no_sidebar_asks_nothing_for_it(rf):
    from forum.pages.context_processors import site

    request = rf.get("/")
    request.user = AnonymousUser()
    assert site(request)["theme"] == ""  # no `db` here: a query would fail
