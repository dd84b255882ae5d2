"""The pages of notifications show a member's own, lead to what happened, and mark what was seen."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from forum.mail.bounces import record_bounce
from forum.models import Attention, CategoryLevel, Level, MemberLevel, TopicLevel
from forum.notifications import groups, preferences
from forum.notifications.kinds import BY_NAME
from forum.notifications.models import Notice, Preferences
from tests.support import world


@pytest.fixture
def mentioned(topic, ada, grace, told):
    post = topic.reply(ada, "@grace")
    told(grace)
    return post


def listed(client, query=""):
    answer = client.get(reverse("notifications") + query)
    return [group.text for group in answer.context["groups"]]


def test_a_notice_leads_to_its_post_and_is_seen_then(signed_in, grace, mentioned):
    client = signed_in(grace)
    page = client.get("/notifications/").content.decode()
    [notice] = Notice.objects.filter(member=grace)
    assert f'href="/notifications/{notice.pk}/"' in page
    assert "(unread)" in page
    assert '<span class="bell__count" id="unread">1</span>' in page

    assert client.get(f"/notifications/{notice.pk}/").url == f"/p/{mentioned.pk}/"
    assert groups.unread(grace) == 0
    assert '<span class="bell__count" id="unread" hidden></span>' in (
        client.get("/notifications/").content.decode()
    )


def test_a_notice_that_another_tab_marks_meanwhile_still_leads_to_its_post(
    signed_in, grace, mentioned, monkeypatch
):
    client, of = signed_in(grace), groups.of
    [notice] = Notice.objects.filter(member=grace)

    def slowly(notice, user):
        Notice.objects.filter(seen_at=None).update(seen_at=timezone.now())
        return of(notice, user)

    monkeypatch.setattr(groups, "of", slowly)

    assert client.get(f"/notifications/{notice.pk}/").url == f"/p/{mentioned.pk}/"


def test_notices_of_others_are_missing(signed_in, iris, mentioned):
    [notice] = Notice.objects.filter(post=mentioned, kind="mention")
    client = signed_in(iris)

    assert listed(client) == []
    assert client.get(f"/notifications/{notice.pk}/").status_code == 404
    client.post("/notifications/seen/")
    notice.refresh_from_db()
    assert notice.seen_at is None


@pytest.mark.parametrize(
    "path", ["", "menu/", "count/", "1/", "?kind=mention", "?show=unread&before=5"]
)
def test_guests_are_led_to_sign_in(client, db, path):
    assert client.get(f"/notifications/{path}").url.startswith("/accounts/login/")


def test_a_notice_about_what_was_hidden_is_missing(signed_in, grace, mo, mentioned):
    [notice] = Notice.objects.filter(member=grace)
    mentioned.hide(mo)

    assert signed_in(grace).get(f"/notifications/{notice.pk}/").status_code == 404


def test_all_are_marked_as_seen_up_to_the_newest_that_was_shown(
    signed_in, grace, ada, topic, mentioned, told
):
    client = signed_in(grace)
    newest = client.get("/notifications/").context["newest"]
    topic.reply(ada, "@grace, once more")
    told(grace)
    client.post("/notifications/seen/", {"newest": newest})

    assert listed(client, "?show=unread") == ["Ada Lovelace mentioned you in “Tea or coffee?”"]
    assert len(listed(client)) == 2


MARK = re.compile(r">(Mark [^<]*)</button></form>")


def test_a_page_marks_what_its_button_says(
    signed_in, grace, ada, topic, told, monkeypatch, other_topics
):
    monkeypatch.setattr(groups.shown_to, "__defaults__", (None, None, False, 2))
    client = signed_in(grace)
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    for one in other_topics:
        topic.reply(ada, f"News of {one}")  # shown as one
        one.reply(ada, "@grace")
    told(grace)

    page = press(client, "?kind=mention", "Mark all of this kind as read")
    assert page.request["QUERY_STRING"] == "kind=mention"
    assert unread_kinds(grace) == ["post"]
    press(client, "?kind=post", "Mark all of this kind as read")
    assert unread_kinds(grace) == []


@pytest.fixture
def other_topics(ada, help_category, told):
    topics = [world.topic(ada, help_category, f"Topic {n}") for n in range(4)]
    told(ada)
    for one in topics:
        one.refresh_from_db()
    return topics


def test_an_older_page_marks_no_newer_ones(signed_in, grace, ada, told, monkeypatch, other_topics):
    monkeypatch.setattr(groups.shown_to, "__defaults__", (None, None, False, 2))
    client = signed_in(grace)
    for one in other_topics:
        one.reply(ada, "@grace")
    told(grace)
    older = f"before={client.get('/notifications/').context['more']}"

    press(client, f"?kind=mention&{older}", "Mark these and earlier ones of this kind as read")
    unread = Notice.objects.unseen().filter(member=grace).values_list("topic__title", flat=True)
    assert sorted(unread) == ["Topic 2", "Topic 3"]
    page = press(client, f"?show=unread&before={10**17}", "Mark these and earlier ones as read")
    assert page.request["QUERY_STRING"] == "show=unread"
    assert unread_kinds(grace) == []


def press(client, query, label):
    """Send the form as it stands on the page."""
    page = client.get(f"/notifications/{query}").text
    [said] = MARK.findall(page)
    assert said == label
    form = page[page.index('action="/notifications/seen/"') : page.index(said)]
    return client.post("/notifications/seen/", dict(FIELD.findall(form)), follow=True)


FIELD = re.compile(r'<input type="hidden" name="(newest|kind|show)" value="(\w+)">')


def unread_kinds(member):
    return sorted({one.kind for one in Notice.objects.unseen().filter(member=member)})


@pytest.mark.parametrize("odd", [{"kind": "no"}, {"newest": "x"}, {"newest": "-1"}])
def test_odd_marks_are_refused(signed_in, grace, mentioned, odd):
    assert signed_in(grace).post("/notifications/seen/", odd).status_code == 404
    assert groups.unread(grace) == 1


def test_notices_are_listed_by_kind_and_in_pages(signed_in, grace, ada, topic, told, monkeypatch):
    monkeypatch.setattr(groups.shown_to, "__defaults__", (None, None, False, 2))
    for n in range(3):
        topic.reply(ada, f"@grace {n}")
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    topic.reply(ada, "And")
    told(grace)
    client = signed_in(grace)

    assert listed(client, "?kind=post") == ["Ada Lovelace posted in “Tea or coffee?”"]
    answer = client.get("/notifications/?kind=mention")
    assert len(answer.context["groups"]) == 2
    assert len(listed(client, f"?kind=mention&before={answer.context['more']}")) == 1


def test_what_is_not_on_pages_is_not_marked_by_them(signed_in, grace, mo, mentioned):
    Notice.objects.filter(member=grace).update(on_page=False)
    client = signed_in(grace)
    client.post("/notifications/seen/")
    assert Notice.objects.unseen().filter(member=grace).exists()

    Notice.objects.filter(member=grace).update(on_page=True)
    mentioned.hide(mo)
    client.post("/notifications/seen/")
    mentioned.restore()
    assert groups.unread(grace) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Nothing yet."),
        ("?show=unread", "Nothing unread."),
        ("?kind=quote", "Nothing of this kind."),
        ("?kind=quote&before=1", "Nothing more."),
    ],
)
def test_an_empty_list_says_of_what_there_is_nothing(signed_in, grace, query, words):
    assert words in signed_in(grace).get(f"/notifications/{query}").text


@pytest.mark.parametrize("query", ["?kind=no", "?before=x", "?before=-1", "?before=9" + "9" * 30])
def test_odd_addresses_are_missing(signed_in, grace, query):
    assert signed_in(grace).get(f"/notifications/{query}").status_code == 404


@pytest.mark.store
def test_a_list_asks_the_same_however_long_it_is(
    signed_in, grace, ada, topic, told, django_assert_max_num_queries
):
    client = signed_in(grace)
    topic.reply(ada, "@grace")
    told(grace)
    with django_assert_max_num_queries(8):
        client.get("/notifications/")
    for n in range(12):
        world.member(f"writer{n}")
        topic.reply(world.member(f"other{n}"), "@grace")
    told(grace)
    with django_assert_max_num_queries(8):
        client.get("/notifications/")


# --- Settings ---


def test_what_is_chosen_is_kept_and_only_what_differs_is_stored(signed_in, grace, push_key):
    client = signed_in(grace)
    form = client.get("/settings/notifications/").context["form"]
    chosen = {
        name: value for name in form.fields if (value := form[name].value()) not in (False, None)
    }
    chosen |= {"mention-mail": "off", "post-push": "on", "own_topics": "1"}
    del chosen["reply-page"]
    assert client.post("/settings/notifications/", chosen).status_code == 302

    stored = Preferences.objects.get(pk=grace.pk)
    assert stored.ways == {
        "mention": {"mail": "off"},
        "reply": {"page": False},
        "post": {"push": True},
    }
    assert stored.own_topics == Level.NORMAL
    assert preferences.ways(stored, BY_NAME["reply"]).page is False


def test_what_is_not_wanted_on_pages_is_not_shown_nor_counted(signed_in, topic, ada, grace, told):
    Preferences.objects.create(member=grace, ways={"mention": {"page": False}})
    topic.reply(ada, "@grace")

    assert told(grace) == []
    assert groups.unread(grace) == 0


def test_times_of_emails_are_chosen(signed_in, grace):
    client = signed_in(grace)
    page = client.get("/settings/notifications/")
    chosen = {
        name: page.context["form"][name].value() or "" for name in page.context["form"].fields
    }
    times = {"quiet_from": "22:00", "quiet_to": "07:30", "paused_until": "2026-12-24"}
    chosen |= times | {"time_zone": "America/Argentina/Ushuaia"}
    assert client.post("/settings/notifications/", chosen).status_code == 302

    page = client.get("/settings/notifications/").content.decode()
    for value in times.values():
        assert f'value="{value}"' in page
    assert '<option value="America/Argentina/Ushuaia" selected>Argentina/Ushuaia</option>' in page
    assert "Language" not in page  # there is only one

    for odd in ({"quiet_to": ""}, {"time_zone": "No/Where"}, {"paused_until": "tomorrow"}):
        answer = client.post("/settings/notifications/", chosen | odd)
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == list(odd)


def test_who_gets_no_more_emails_learns_it_and_starts_them_again(signed_in, grace):
    client = signed_in(grace)
    assert "came back" not in client.get("/settings/notifications/").content.decode()
    for _ in range(3):
        record_bounce(grace.email)
    assert "grace@example.org came back" in client.get("/settings/notifications/").content.decode()

    answer = client.post("/settings/notifications/again/", follow=True)
    assert "Emails are sent again." in answer.content.decode()
    assert "came back" not in answer.content.decode()


def test_odd_settings_are_refused(signed_in, grace):
    answer = signed_in(grace).post("/settings/notifications/", {"own_topics": "9"})

    assert answer.status_code == 422
    assert not Preferences.objects.exists()


# --- Levels ---


def test_a_level_is_chosen_on_a_page_of_its_own(signed_in, grace, topic):
    client, path = signed_in(grace), reverse("topic_level", args=[topic.pk])
    assert "Follow" in client.get(topic.get_absolute_url()).content.decode()
    assert client.post(path, {"level": "3"}).url == topic.get_absolute_url()
    assert "Watching" in client.get(topic.get_absolute_url()).content.decode()
    assert 'value="3" aria-pressed="true"' in client.get(path).content.decode()

    client.post(path, {"level": "usual"})
    assert TopicLevel.objects.chosen_by(grace, topic) is None
    assert topic.title not in client.get("/following/").content.decode()


def test_pages_show_the_level_that_counts(signed_in, grace, help_category, topic):
    inner = world.category("Inside", parent=help_category)
    client = signed_in(grace)
    CategoryLevel.objects.choose(grace, help_category, Level.MUTED)
    labels = [f"/c/{inner.pk}/level/?label", f"/t/{topic.pk}/level/?label"]

    for path in (help_category.get_absolute_url(), inner.get_absolute_url(), *labels):
        assert "Muted" in client.get(path, headers={"X-Requested-With": "part"}).text, path
    TopicLevel.objects.choose(grace, topic, Level.TRACKING)
    assert "Tracking" in client.get(topic.get_absolute_url()).text
    assert "Muted" not in signed_in(world.member("other")).get(inner.get_absolute_url()).text


@pytest.mark.parametrize("level", ["", "4", "-1", "x", "33"])
def test_odd_levels_are_missing(signed_in, grace, topic, level):
    path = reverse("topic_level", args=[topic.pk])

    assert signed_in(grace).post(path, {"level": level}).status_code == 404


def test_levels_of_what_one_may_not_see_are_missing(signed_in, grace, iris, lounge):
    topic = world.topic(iris, lounge)
    client = signed_in(grace)

    for path in (f"/t/{topic.pk}/level/", f"/c/{lounge.pk}/level/", "/u/nobody/level/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"level": "3"}).status_code == 404


def test_what_one_follows_is_listed_as_far_as_one_may_see_it(
    signed_in, grace, ada, iris, topic, help_category, lounge
):
    client = signed_in(grace)
    assert "Nothing yet" in client.get("/following/").content.decode()
    secret = world.topic(iris, lounge, "Secret")
    for one in (topic, secret):
        TopicLevel.objects.choose(grace, one, Level.WATCHING)
    for one in (help_category, lounge):
        CategoryLevel.objects.choose(grace, one, Level.MUTED)
    MemberLevel.objects.choose(grace, ada, Attention.IGNORED)
    page = client.get("/following/").content.decode()

    for name in ("Tea or coffee?", "Help", "Ada Lovelace", "Watching", "Muted", "Ignored"):
        assert f">{name}</a>" in page, name
    assert "Secret" not in page
    assert "Lounge" not in page


@pytest.mark.store
def test_all_that_one_follows_is_listed_on_as_many_pages_as_it_takes(
    signed_in, grace, ada, topic, help_category, django_assert_num_queries
):
    client = signed_in(grace)
    topics = [topic, *(world.topic(ada, help_category, f"Topic {n}") for n in range(50))]
    others = [ada, *(world.member(f"other{n}") for n in range(50))]
    for one in topics:
        TopicLevel.objects.choose(grace, one, Level.WATCHING)
    for one in others:
        MemberLevel.objects.choose(grace, one, Attention.FOLLOWED)
    TopicLevel.objects.choose(ada, topics[1], Level.MUTED)

    assert followed(client, "topics") == [str(one) for one in reversed(topics)]
    assert followed(client, "members") == [one.username for one in reversed(others)]
    first = client.get("/following/").text
    assert "More topics" in first
    assert ">Tea or coffee?</a>" not in first
    with django_assert_num_queries(8):
        client.get("/following/")
    TopicLevel.objects.filter(member=grace, topic=topic).delete()
    assert "More topics" not in client.get("/following/").text  # there are no more than these


def followed(client, what):
    """What stands on all pages, in their order."""
    page, names = client.get("/following/"), []
    while True:
        names += [str(getattr(one, ABOUT[what])) for one in page.context[what]]
        more = page.context[f"more_{what}"]
        if not more:
            return names
        assert f'href="?of={what}&amp;before={more}"' in page.text
        page = client.get(f"/following/?of={what}&before={more}")


ABOUT = {"topics": "topic", "members": "other"}


@pytest.mark.parametrize("query", ["?of=no", "?of=categories", "?of=topics&before=x", "?before=-1"])
def test_odd_pages_of_what_one_follows_are_missing(signed_in, grace, query):
    assert signed_in(grace).get(f"/following/{query}").status_code == 404


def test_a_page_behind_the_last_one_says_so(signed_in, grace):
    assert "Nothing more." in signed_in(grace).get("/following/?of=topics&before=1").text


def test_members_are_followed_on_their_page_but_not_by_themselves(signed_in, grace, ada):
    client = signed_in(grace)
    assert "/u/ada/level/" in client.get("/u/ada/").content.decode()
    client.post("/u/ada/level/", {"level": "3"})

    assert MemberLevel.objects.get().level == Attention.FOLLOWED
    assert client.get("/u/grace/level/").status_code == 404
