import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db.models import ProtectedError
from django.urls import reverse

from forum.models import Post, Topic
from tests.support import world
from tests.support.events import heard


@pytest.fixture
def post(topic, ada):
    return topic.reply(ada, "Tea.")


def make_wiki(client, post, editors="everybody"):
    return client.post(reverse("wiki", args=[post.pk]), {"editors": editors})


def edit(client, post, body="Coffee.", version=1, **more):
    fields = {"body": body, "version": version, **more}
    return client.post(reverse("update_post", args=[post.pk]), fields)


@pytest.fixture
def people(ada, grace, iris, mo, olive):
    """Ada is the author, Iris an insider, Zoe deactivated."""
    zoe = world.member("zoe")
    zoe.groups.add(world.group("Insiders"))
    zoe.is_active = False
    zoe.save()
    return {"ada": ada, "grace": grace, "iris": iris, "mo": mo, "olive": olive, "zoe": zoe}


@pytest.mark.parametrize(
    ("wiki", "place", "editors"),
    [
        ("none", "open", "ada mo olive"),
        ("everybody", "open", "ada grace iris mo olive"),
        ("Insiders", "open", "ada iris mo olive"),
        ("everybody", "closed", "mo olive"),
        ("Insiders", "closed", "mo olive"),
        ("everybody", "hidden", "mo olive"),
        ("everybody", "for insiders", "iris mo olive"),
        ("Insiders", "for insiders", "iris mo olive"),
    ],
)
def test_who_may_edit(post, people, wiki, place, editors):
    if wiki != "none":
        post.make_wiki(None if wiki == "everybody" else world.group(wiki))
    if place == "closed":
        post.topic.close()
    elif place == "hidden":
        post.hide(people["mo"])
    elif place == "for insiders":
        post.topic.category.posters.add(world.group("Insiders"))
    stored = Post.objects.get(pk=post.pk)

    may = [name for name, user in people.items() if stored.can_be_edited_by(user)]

    assert " ".join(sorted(may)) == editors


def test_a_member_edits_a_wiki(signed_in, grace, post):
    post.make_wiki()

    page = signed_in(grace).get(reverse("edit_post", args=[post.pk]))
    assert page.status_code == 200
    assert edit(signed_in(grace), post, reason="better").status_code == 302

    post.refresh_from_db()
    assert (post.body, post.author.username, post.edited_by) == ("Coffee.", "ada", grace)
    history = signed_in(grace).get(reverse("history", args=[post.pk])).context["versions"]
    assert [(v.editor.username, v.reason) for v in history] == [("grace", "better"), ("ada", "")]


def test_of_two_members_the_second_is_told(signed_in, grace, iris, post):
    post.make_wiki()
    edit(signed_in(grace), post, "Coffee.")

    answer = edit(signed_in(iris), post, "Milk.")

    assert answer.status_code == 409
    assert "Coffee." in answer.text
    assert "Milk." in answer.text


def test_edits_of_a_wiki_are_limited(signed_in, grace, post, settings):
    settings.RATES = {**settings.RATES, "edit": "1/hour"}
    post.make_wiki()

    assert edit(signed_in(grace), post).status_code == 302
    answer = edit(signed_in(grace), post, "Milk.", version=2)
    assert (answer.status_code, "Milk." in answer.text) == (422, True)


def test_one_who_is_in_another_group_is_told_and_keeps_the_text(signed_in, grace, post):
    post.make_wiki(world.group("Insiders"))

    page = signed_in(grace).get(reverse("edit_post", args=[post.pk]))
    assert (page.status_code, "Only members of Insiders" in page.text) == (403, True)
    answer = edit(signed_in(grace), post, "What I typed.")
    assert (answer.status_code, "What I typed." in answer.text) == (403, True)
    post.refresh_from_db()
    assert post.body == "Tea."


def test_moderators_make_wikis_and_end_them(
    signed_in, mo, post, django_capture_on_commit_callbacks
):
    with heard() as news, django_capture_on_commit_callbacks(execute=True):
        for editors in ("everybody", str(world.group("Insiders").pk), "author"):
            assert make_wiki(signed_in(mo), post, editors)["Location"].endswith("#post-2")
            make_wiki(signed_in(mo), post, editors)

    assert [kind for kind, _change, _number in news] == ["wiki"] * 3
    assert [e.change_message for e in LogEntry.objects.order_by("pk")] == [
        "Made a wiki for everybody.",
        "Made a wiki for Insiders.",
        "No longer a wiki.",
    ]
    post.refresh_from_db()
    assert (post.is_wiki, post.wiki_group, post.version) == (False, None, 1)


def test_the_form_shows_who_may_edit_now(signed_in, mo, post):
    def chosen():
        return signed_in(mo).get(reverse("wiki", args=[post.pk])).context["form"]["editors"].value()

    insiders = world.group("Insiders")
    assert chosen() == "author"
    post.make_wiki()
    assert chosen() == "everybody"
    post.make_wiki(insiders)
    assert chosen() == str(insiders.pk)


@pytest.mark.parametrize("editors", ["", "x", "0", "9" * 30, "-1"])
def test_a_group_that_is_none_is_refused(signed_in, mo, post, editors):
    assert make_wiki(signed_in(mo), post, editors).status_code == 422


def test_nobody_else_makes_a_wiki(visitor, ada, grace, iris, post):
    for who in (None, ada, grace, iris):
        assert make_wiki(visitor(who), post).status_code == 403
        menu = visitor(who).get(reverse("post_menu", args=[post.pk])).text
        assert "/wiki/" not in menu
    post.refresh_from_db()
    assert not post.is_wiki


def test_a_post_out_of_sight_is_not_found(signed_in, mo, iris, lounge):
    secret = world.topic(iris, lounge).posts.get()

    assert make_wiki(signed_in(mo), secret).status_code == 404


def test_edits_of_members_are_no_moderation(signed_in, grace, mo, post):
    post.make_wiki()
    edit(signed_in(grace), post)
    assert not LogEntry.objects.exists()

    edit(signed_in(mo), post, "Milk.", version=2)
    assert LogEntry.objects.get().user == mo


def test_a_wiki_is_marked_and_offers_an_edit_to_all_who_may_write(client, post):
    def shown():
        return client.get(post.topic.get_absolute_url()).text

    assert "data-wiki" not in shown()
    post.make_wiki()
    assert "data-wiki" in shown()
    assert ">Wiki<" in shown()
    post.make_wiki(world.group("Insiders"))
    assert "data-wiki" not in shown()
    assert ">Wiki<" in shown()


def test_the_menu_offers_an_edit_to_those_who_may(signed_in, grace, iris, post):
    post.make_wiki(world.group("Insiders"))

    def is_offered(who):
        menu = signed_in(who).get(reverse("post_menu", args=[post.pk])).text
        return reverse("edit_post", args=[post.pk]) in menu

    assert (is_offered(iris), is_offered(grace)) == (True, False)


def test_a_group_that_edits_a_wiki_can_not_be_deleted(post):
    post.make_wiki(world.group("Insiders"))

    with pytest.raises(ProtectedError):
        Group.objects.get(name="Insiders").delete()


def test_a_wiki_is_no_other_topic_and_bumps_none(post, grace):
    before = Topic.objects.get(pk=post.topic_id)

    post.make_wiki()
    post.edit(grace, "Coffee.")

    after = Topic.objects.get(pk=post.topic_id)
    assert (after.bumped_at, after.change) == (before.bumped_at, before.change + 2)


def test_owners_see_in_the_admin_who_may_edit(signed_in, olive, post):
    post.make_wiki(world.group("Insiders"))

    page = signed_in(olive).get(reverse("admin:forum_post_change", args=[post.pk])).text

    assert "Members of Insiders" in page
    assert f'href="{reverse("wiki", args=[post.pk])}"' in page
