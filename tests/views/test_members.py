import re

import pytest
from django.test import Client
from django.urls import reverse

from forum.models import Attention, MemberLevel, Topic, User
from tests.support import world
from tests.support.concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    """A function: the text of somebody's page as a guest, or as `reader`, sees it."""

    def look(member, name="member", reader=None, **query):
        if reader:
            client.force_login(reader, backend="forum.accounts.backends.MemberBackend")
        return client.get(reverse(name, args=[member.username]), query).text

    return look


def test_a_member_page_says_who_somebody_is(page, ada, topic):
    ada.about = "I write.\nMostly <b>notes</b>."
    ada.save()
    text = page(ada)

    assert "Ada Lovelace" in text
    assert "@ada" in text
    assert "1 post" in text
    assert "I write.<br>Mostly &lt;b&gt;notes&lt;/b&gt;." in text


def test_a_member_page_lists_what_somebody_wrote_newest_first(page, ada, topic):
    topic.reply(ada, "Coffee, **always** coffee.")
    text = page(ada)

    assert text.index("Coffee, always coffee.") < text.index("I wonder.")
    assert topic.title in text
    assert topic.category.name in text


def test_what_a_reader_may_not_see_is_not_on_the_page(page, ada, iris, grace, lounge, topic):
    secret = Topic.start(iris, lounge, "Between us", "A quiet word.")
    hidden = topic.reply(iris, "Said too much.")
    hidden.hide(iris)

    for name in ("member", "member_topics"):
        text = page(iris, name, reader=grace)
        assert not any(words in text for words in ("Between us", "A quiet word.", "Said too much."))
    assert "A quiet word." in page(iris, reader=iris)
    assert secret.title in page(iris, "member_topics", reader=iris)


def test_somebody_elses_posts_are_not_on_the_page(page, ada, grace, topic):
    topic.reply(grace, "By Grace.")

    assert "By Grace." not in page(ada)


def test_old_posts_are_a_page_further_and_none_is_missing_or_there_twice(page, ada, help_category):
    topic = world.topic(ada, help_category, replies=50)
    seen, before = [], ""
    while True:
        text = page(ada, **({"before": before} if before else {}))
        seen += [int(n) for n in re.findall(r"Reply number (\d+)\.", text)]
        found = re.search(r'href="\?before=(\d+)"', text)
        if not found:
            break
        before = found[1]

    assert seen == list(range(51, 1, -1))
    assert topic.last_number == 51


@pytest.mark.parametrize("place", ["member", "member_topics"])
def test_what_somebody_wrote_leads_up_and_down(client, ada, help_category, place):
    for n in range(45):
        world.topic(ada, help_category, f"Topic {n}")
    start, kind = reverse(place, args=["ada"]), "posts" if place == "member" else "topics"
    first = client.get(start)
    second = client.get(start, {"before": first.context["older"]})
    third = client.get(start, {"before": second.context["older"]})
    assert (first.context["newer"], third.context["older"], len(third.context[kind])) == ("", "", 5)

    up = client.get(start, {"after": third.context["newer"]})
    assert up.context[kind] == second.context[kind]
    assert up.context["older"] == second.context["older"]
    top = client.get(start, {"after": up.context["newer"]})
    assert (top.context[kind], top.context["newer"]) == (first.context[kind], "")


@pytest.mark.parametrize("key", ["before", "after"])
@pytest.mark.parametrize("asked", ["x", "-1", "1" * 30, "١"])
def test_a_senseless_page_is_not_there(client, ada, key, asked):
    assert client.get(ada.get_absolute_url(), {key: asked}).status_code == 404


@pytest.mark.parametrize("name", ["member", "member_topics"])
def test_however_much_somebody_wrote_the_page_asks_as_many_questions(
    client, ada, help_category, django_assert_max_num_queries, name
):
    for n in range(3):
        world.topic(ada, help_category, title=f"Topic {n}", replies=n)
    with django_assert_max_num_queries(10) as few:
        client.get(reverse(name, args=["ada"]))

    for n in range(15):
        world.topic(ada, world.category(f"Category {n}"), title=f"Other topic {n}", replies=2)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(reverse(name, args=["ada"]))


@pytest.mark.parametrize("name", ["member", "member_topics"])
def test_a_name_in_another_case_leads_to_the_one_true_page(client, ada, name):
    assert client.get(reverse(name, args=["ADA"])).url == reverse(name, args=["ada"])


@pytest.mark.parametrize("name", ["member", "member_topics"])
@pytest.mark.parametrize("typed", ["ada", "ADA"])
def test_a_former_name_leads_to_the_renamed_member(client, ada, name, typed):
    ada.username = "countess"
    ada.save()

    assert client.get(reverse(name, args=[typed])).url == reverse(name, args=["countess"])
    assert (
        client.get(reverse(name, args=[typed]), {"before": 5}).url
        == reverse(name, args=["countess"]) + "?before=5"
    )


@pytest.mark.parametrize("name", ["nobody", "4da", "аdа", "a" * 1900, "%00"])
def test_unknown_names_and_look_alikes_are_not_there(client, ada, name):
    assert client.get(reverse("member", args=[name])).status_code == 404


def test_a_placeholder_says_that_nobody_signs_in_as_it(page, db):
    member = User.objects.create(username="old-timer", name="Old Timer", is_placeholder=True)

    assert "author of imported posts" in page(member)


def test_somebody_who_wrote_nothing_has_a_page(page, grace):
    assert "No posts you can see." in page(grace)
    assert "No topics you can see." in page(grace, "member_topics")


# --- Profile ---


def test_a_profile_is_changed_by_its_owner(client, ada, signed_in):
    response = signed_in(ada).post(
        reverse("profile"), {"name": "  Countess\u00a0 of  Love\ufe0f ", "about": "New."}
    )

    ada.refresh_from_db()
    assert response.url == ada.get_absolute_url()
    assert (ada.name, ada.about) == ("Countess of Love", "New.")


def test_a_member_may_become_invisible_and_visible_again(ada, signed_in):
    for choice in ({"hides_presence": "on"}, {}):
        signed_in(ada).post(reverse("profile"), {"name": ada.name, "about": "", **choice})
        ada.refresh_from_db()
        assert ada.hides_presence == bool(choice)


def test_guests_have_no_profile(client):
    assert client.get(reverse("profile")).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["Ada Love1ace", "ada", "Moderator", "Gra\u202ece", "x" * 61])
def test_a_refused_profile_keeps_what_was_typed_and_changes_nothing(ada, grace, signed_in, name):
    response = signed_in(grace).post(
        reverse("profile"), {"name": name, "about": "Typed for an hour."}
    )

    grace.refresh_from_db()
    assert response.status_code == 422
    assert "name" in response.context["form"].errors
    assert "Typed for an hour." in response.text
    assert name in response.text
    assert (grace.name, grace.about) == ("Grace Hopper", "")
    assert response.context["user"].display_name == "Grace Hopper"


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_of_four_who_take_one_display_name_at_once_three_get_their_form_back():
    clients = [Client() for _ in range(4)]
    for n, client in enumerate(clients):
        client.force_login(
            world.member(f"member-{n}x"), backend="forum.accounts.backends.MemberBackend"
        )

    def take(client):
        return client.post(reverse("profile"), {"name": "Sam Smith", "about": "Typed for an hour."})

    answers = at_once(*[lambda client=client: take(client) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [302, 422, 422, 422]
    assert all(
        "Typed for an hour." in answer.text for answer in answers if answer.status_code == 422
    )
    assert User.objects.filter(name="Sam Smith").count() == 1


def test_a_name_taken_while_the_profile_was_checked_is_refused_in_the_form(
    ada, grace, signed_in, monkeypatch
):
    check = User.validate_unique

    def somebody_is_quicker(self, *args, **kwargs):
        monkeypatch.setattr(User, "validate_unique", check)
        check(self, *args, **kwargs)
        ada.name = "Countess"
        ada.save()

    monkeypatch.setattr(User, "validate_unique", somebody_is_quicker)
    response = signed_in(grace).post(
        reverse("profile"), {"name": "Countess", "about": "Typed for an hour."}
    )

    assert response.status_code == 422
    assert "name" in response.context["form"].errors
    assert "Typed for an hour." in response.text


def test_somebody_may_stay_as_they_are(ada, signed_in):
    response = signed_in(ada).post(reverse("profile"), {"name": ada.name, "about": ""})

    assert response.status_code == 302


def test_nobody_changes_more_than_the_form_offers(ada, signed_in):
    signed_in(ada).post(
        reverse("profile"), {"name": "", "about": "", "username": "root", "is_superuser": "on"}
    )

    ada.refresh_from_db()
    assert (ada.username, ada.is_superuser) == ("ada", False)


def test_the_profile_leads_to_address_password_and_sessions(ada, signed_in):
    text = signed_in(ada).get(reverse("profile")).text

    for name in ("account_email", "account_change_password", "usersessions_list"):
        assert f'href="{reverse(name)}"' in text


def test_a_stylesheet_shows_a_member_their_own_links(client):
    response = client.get(reverse("member_stylesheet", args=[7]))

    assert '.post[data-author="7"] .post__own' in response.text
    assert response["Content-Type"] == "text/css"
    assert "immutable" in response["Cache-Control"]


def test_a_stylesheet_folds_the_posts_of_whom_its_member_ignores(signed_in, ada, grace, iris):
    def address(page):
        return re.search(rf'href="(/u/{grace.pk}.css[^"]*)"', page.text)[1]

    client = signed_in(grace)
    before = address(client.get("/"))
    MemberLevel.objects.choose(grace, ada, Attention.IGNORED)
    MemberLevel.objects.choose(grace, iris, Attention.MUTED)
    now = address(client.get("/"))

    assert now != before
    folding = f'.post:is([data-author="{ada.pk}"]):not(:target,:focus-within) :is(.post__body'
    assert folding in client.get(now).text
    assert ".post__body" not in signed_in(iris).get(now).text


@pytest.mark.parametrize(
    "address", ["/u/1.css", "/u/99999999.css", "/u/1.css?one=of&as=many&as=one=likes"]
)
def test_the_stylesheets_of_members_fill_no_shared_cache(client, address):
    """Anybody can ask for endlessly many of them, and would push out the pages that others ask
    for.
    """
    kept = client.get(address).headers["Cache-Control"]

    assert "private" in kept
    assert "immutable" in kept
