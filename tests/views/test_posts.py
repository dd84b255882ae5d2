import itertools
import re
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from forum.cache import rate_limits
from forum.forms import unsent
from forum.models import Post, Topic, User
from realtime.catchup.changes import post_update
from tests.support import world
from tests.support.concurrency import at_once


def words(text="Tea, please.", **changed):
    return {"body": text, "token": world.token(), **changed}


def replies(topic):
    return reverse("create_reply", args=[topic.pk])


@pytest.fixture
def post(topic):
    return topic.posts.get()


def update(client, post, body, version, **more):
    return client.post(
        reverse("update_post", args=[post.pk]),
        {"body": body, "version": version, "reason": "", **more},
    )


# --- Replying ---


def test_a_reply_leads_to_where_it_stands(signed_in, grace, ada, help_category):
    topic = world.topic(ada, help_category, replies=19)

    answer = signed_in(grace).post(replies(topic), words())

    assert answer.url == f"{topic.get_absolute_url()}?page=2#post-21"
    assert topic.posts.get(number=21).author == grace


def test_the_form_sent_again_leads_to_the_same_post(signed_in, grace, topic):
    sent = words()
    first = signed_in(grace).post(replies(topic), sent)
    topic.reply(grace, "Something else.")

    again = signed_in(grace).post(replies(topic), sent)

    assert first.url == again.url
    assert topic.posts.count() == 3


@pytest.mark.parametrize(
    "text", ["Coffee, please.", "Tea, please", "tea, please.", " Tea, please.", "Tea,\nplease."]
)
def test_another_text_in_a_form_that_was_sent_is_another_post(signed_in, grace, topic, text):
    sent = words("Tea, please.")
    first = signed_in(grace).post(replies(topic), sent)

    changed = [signed_in(grace).post(replies(topic), sent | {"body": text}) for _ in range(2)]

    assert {answer.url for answer in changed} == {f"{topic.get_absolute_url()}#post-3"}
    assert topic.posts.get(number=3).body == text
    assert signed_in(grace).post(replies(topic), sent).url == first.url
    assert topic.posts.count() == 3


@pytest.mark.parametrize("body", ["Tea,\r\nplease.", "Tea,\rplease.\r", "Tea,\nplease. \n\n"])
def test_line_ends_make_no_other_text(signed_in, grace, topic, body):
    sent = words("Tea,\nplease.")
    signed_in(grace).post(replies(topic), sent)

    assert (
        signed_in(grace).post(replies(topic), sent | {"body": body}).url
        == f"{topic.get_absolute_url()}#post-2"
    )
    assert topic.posts.count() == 2


def test_a_form_sent_again_leads_to_its_post_whatever_became_of_it(signed_in, grace, mo, topic):
    sent = words()
    signed_in(grace).post(replies(topic), sent)
    post = topic.posts.get(number=2)
    post.edit(mo, "Coffee, please.")
    post.hide(mo)
    topic.rename("Tea!")
    topic.move(world.category("Drinks"))
    topic.close()

    topic.refresh_from_db()
    assert signed_in(grace).post(replies(topic), sent).url == f"{topic.get_absolute_url()}#post-2"
    assert topic.posts.count() == 2


def test_what_a_post_was_edited_to_is_not_what_its_form_had_sent(signed_in, grace, topic):
    sent = words("Tea, please.")
    signed_in(grace).post(replies(topic), sent)
    topic.posts.get(number=2).edit(grace, "Coffee, please.")

    signed_in(grace).post(replies(topic), sent | {"body": "Coffee, please."})

    assert [post.body for post in topic.posts.filter(author=grace)] == ["Coffee, please."] * 2


def test_a_form_of_one_topic_sent_to_another_posts_there_as_well(
    signed_in, grace, ada, help_category
):
    one, other = world.topic(ada, help_category), world.topic(ada, help_category)
    sent = words(title="Another topic", category=help_category.pk)
    places = (replies(one), replies(other), reverse("create_topic"))

    first, second = (
        [signed_in(grace).post(to, sent).url.split("#")[0] for to in places] for _ in range(2)
    )

    assert first == second
    assert first[:2] == [one.get_absolute_url(), other.get_absolute_url()]
    assert Post.objects.filter(author=grace).count() == 3


def test_a_form_sent_again_uses_up_no_rate(signed_in, grace, topic, settings):
    settings.RATES = {**settings.RATES, "post": "2/day", "edit": "1/day"}
    sent = words()

    assert {signed_in(grace).post(replies(topic), sent).status_code for _ in range(5)} == {302}
    assert signed_in(grace).post(replies(topic), words("More tea.")).status_code == 302
    post = topic.posts.get(number=2)
    assert {update(signed_in(grace), post, "Coffee.", 1).status_code for _ in range(3)} == {302}


def test_a_page_may_ask_whether_its_form_was_saved(signed_in, client, grace, topic, post):
    def asks(address, fields):
        answer = client.post(address, fields, headers={"X-Requested-With": "check"})
        return answer.status_code, answer.headers.get("Location")

    sent, edit = words(), {"body": "Coffee.", "version": 1, "reason": "taste"}
    address = reverse(
        "update_post", args=[signed_in(grace).post(replies(topic), words("Mine.")) and post.pk + 1]
    )

    assert (
        asks(replies(topic), sent)
        == asks(reverse("create_topic"), sent)
        == asks(address, edit)
        == (204, None)
    )
    assert (topic.posts.count(), topic.posts.get(number=2).body) == (2, "Mine.")
    client.post(replies(topic), sent)
    client.post(address, edit)
    assert asks(replies(topic), sent) == (201, f"{topic.get_absolute_url()}#post-3")
    assert asks(address, edit) == (201, f"{topic.get_absolute_url()}#post-2")
    assert (
        asks(replies(topic), sent | {"body": "Else."})
        == asks(address, edit | {"body": "Else."})
        == (204, None)
    )


def test_a_script_is_told_where_a_post_stands(signed_in, grace, topic):
    topic.rename("Чай или кофе?")

    answer = signed_in(grace).post(replies(topic), words(), headers={"X-Requested-With": "fetch"})

    assert (answer.status_code, answer["Location"]) == (
        201,
        f"/t/{topic.pk}-%D1%87%D0%B0%D0%B9-%D0%B8%D0%BB%D0%B8-%D0%BA%D0%BE%D1%84%D0%B5/#post-2",
    )


def test_a_script_is_told_of_its_post_what_open_pages_are_told(signed_in, grace, topic):
    def sent(path, fields, purpose="fetch"):
        return signed_in(grace).post(path, fields, headers={"X-Requested-With": purpose}).json()

    form = words("Tea, please.")
    update = sent(replies(topic), form)
    post = topic.posts.get(number=2)

    assert (update["type"], update["kind"], update["change"]) == ("post_update", "created", 2)
    assert (update["post"]["id"], update["post"]["number"]) == (post.pk, 2)
    assert "Tea, please." in update["post"]["html"]
    assert f'data-change="{post.change}"' in update["post"]["html"]
    assert update["header"].startswith("<header")
    assert sent(replies(topic), form, "check")["post"] == update["post"]

    edit = {"body": "Coffee.", "version": 1, "reason": ""}
    edited = sent(reverse("update_post", args=[post.pk]), edit)
    assert (edited["kind"], edited["change"], "Coffee." in edited["post"]["html"]) == (
        "edited",
        3,
        True,
    )
    assert sent(replies(topic), form)["change"] == 3


def test_a_script_with_a_socket_is_told_only_the_number_of_the_change(signed_in, grace, topic):
    headers = {"X-Requested-With": "fetch", "Prefer": "return=minimal"}

    answer = signed_in(grace).post(replies(topic), words(), headers=headers).json()

    post = topic.posts.get(number=2)
    heads = {str(topic.pk): [topic.epoch, post.change]}
    assert answer == {"type": "heartbeat", "topics": heads}


def test_a_script_is_told_nothing_of_a_topic_that_was_moved_out_of_sight(
    grace, topic, lounge, post
):
    topic.reply(grace, "Tea.")
    topic.move(lounge)

    assert post_update(grace, post.pk) == ""


def test_what_a_script_sends_for_one_member_is_not_posted_by_another(signed_in, grace, ada, topic):
    def sent(member, **more):
        headers = {"X-Requested-With": "fetch", "X-Member": str(member.pk), **more}
        return signed_in(grace).post(replies(topic), words(), headers=headers)

    refused = sent(ada)
    assert (refused.status_code, topic.posts.count()) == (403, 1)
    assert f'data-user="{grace.pk}"' in refused.text
    assert sent(grace).status_code == 201


def test_who_posts_too_often_is_told_when_to_send_it_again(signed_in, grace, topic, settings):
    settings.RATES = {**settings.RATES, "post": "1/hour"}
    signed_in(grace).post(replies(topic), words())

    refused = signed_in(grace).post(replies(topic), words("More."))

    assert (refused.status_code, int(refused["Retry-After"]) > 0) == (422, True)


def test_a_form_sent_again_says_nothing_of_a_topic_that_is_private_now(
    signed_in, grace, topic, lounge
):
    sent = words()
    signed_in(grace).post(replies(topic), sent)
    topic.rename("The secret plan")
    topic.move(lounge)

    assert signed_in(grace).post(replies(topic), sent).status_code == 404


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "Please write something"),
        ("x" * 32_001, "at most 32000"),
        ("> " * 60 + "deep", "too much formatting"),
    ],
)
def test_a_reply_that_is_refused_comes_back_with_its_text(signed_in, grace, topic, body, sentence):
    answer = signed_in(grace).post(replies(topic), words(body))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert body.replace(">", "&gt;") in page
    assert topic.posts.count() == 1


def test_a_reply_without_a_mark_comes_back_with_a_new_one(signed_in, grace, topic):
    for token in ("", "x", "\0", "A" * 32):
        page = signed_in(grace).post(replies(topic), words(token=token)).content.decode()
        assert "Tea, please." in page
        fresh = re.search(r'name="token" value="([0-9a-f]{32})"', page)[1]

    assert signed_in(grace).post(replies(topic), words(token=fresh)).status_code == 302


def test_a_closed_topic_takes_no_reply_but_gives_the_text_back(signed_in, grace, mo, topic):
    topic.close()

    answer = signed_in(grace).post(replies(topic), words())
    assert answer.status_code == 403
    assert "Tea, please." in answer.content.decode()
    assert "closed" in answer.content.decode()
    assert topic.posts.count() == 1

    assert signed_in(mo).post(replies(topic), words()).status_code == 302


def test_a_read_only_category_takes_no_reply_but_gives_the_text_back(signed_in, grace, topic):
    topic.category.posters.add(world.group("Writers"))

    answer = signed_in(grace).post(replies(topic), words())

    assert answer.status_code == 403
    assert "Tea, please." in answer.content.decode()
    assert "not post in it" in answer.content.decode()
    assert topic.posts.count() == 1


def test_whoever_is_not_signed_in_any_more_gets_the_text_back(client, topic, post):
    sent = words()
    for address, fields in (
        (replies(topic), sent),
        (reverse("update_post", args=[post.pk]), sent | {"version": 1, "reason": "spelling"}),
    ):
        answer = client.post(address, fields)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Tea, please." in page
        packed = unsent.unpack(re.search(r'name="unsent" value="([^"]+)"', page)[1])
        assert packed == {
            "path": address,
            "fields": {name: str(value) for name, value in fields.items()},
        }
    assert (topic.posts.count(), Post.objects.get(pk=post.pk).version) == (1, 1)


def test_more_fields_than_a_reply_has_change_nothing_more(signed_in, grace, ada, topic, lounge):
    sent = words(
        author=ada.pk,
        number=9,
        change=9,
        topic=99,
        hidden_at="2026-01-01",
        html="<b>x</b>",
        created_at="2000-01-01",
    )
    signed_in(grace).post(replies(topic), sent)

    post = topic.posts.get(number=2)
    assert (post.author, post.change, post.hidden_at, post.created_at.year > 2020) == (
        grace,
        2,
        None,
        True,
    )
    assert "<b>" not in post.html


def test_replying_too_fast_is_refused_with_the_text_intact(signed_in, grace, topic, settings):
    settings.RATES = {**settings.RATES, "post": "2/day"}
    statuses = [signed_in(grace).post(replies(topic), words(f"Text {n}")) for n in range(3)]

    assert [answer.status_code for answer in statuses] == [302, 302, 422]
    assert "Text 2" in statuses[2].content.decode()
    assert topic.posts.count() == 3


# --- Quoting ---


def test_a_quote_stands_in_the_form(signed_in, grace, topic, post):
    page = signed_in(grace).get(reverse("reply", args=[topic.pk]), {"quote": 1}).content.decode()

    assert "&gt; I wonder." in page
    assert post.get_absolute_url() in page


@pytest.mark.parametrize("number", ["0", "2", "x", "٣", "9" * 30, "-1"])
def test_what_is_not_there_can_not_be_quoted(signed_in, grace, topic, number):
    assert (
        signed_in(grace).get(reverse("reply", args=[topic.pk]), {"quote": number}).status_code
        == 404
    )


def test_the_reply_page_of_a_closed_topic_says_so(signed_in, grace, topic):
    topic.close()

    assert "closed" in signed_in(grace).get(reverse("reply", args=[topic.pk])).content.decode()


# --- Editing ---


def test_an_edit_leads_back_to_the_post(signed_in, ada, post):
    answer = update(signed_in(ada), post, "I know!", 1, reason="found out")

    post.refresh_from_db()
    assert (post.body, post.edit_reason, post.edited_by) == ("I know!", "found out", ada)
    assert answer.url == f"{post.topic.get_absolute_url()}#post-1"


def test_the_second_editor_is_told_and_sees_both_texts(signed_in, ada, mo, post):
    post.edit(mo, "What Mo wrote.")

    answer = update(signed_in(ada), post, "What Ada wrote.", 1, reason="because")

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What Mo wrote." in page
    assert "What Ada wrote." in page
    assert 'value="because"' in page
    assert Post.objects.get(pk=post.pk).body == "What Mo wrote."

    version = re.search(r'name="version" value="(\d+)"', page)[1]
    assert update(signed_in(ada), post, "What both wrote.", version).status_code == 302
    post.refresh_from_db()
    assert (post.body, post.version) == ("What both wrote.", 3)
    assert [r.body for r in post.revisions.all()] == ["I wonder.", "What Mo wrote."]


def test_the_same_edit_may_be_sent_twice(signed_in, ada, post):
    answers = [update(signed_in(ada), post, "I know!", 1) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Post.objects.get(pk=post.pk).version == 2


@pytest.mark.parametrize(
    "sent",
    [
        {"body": ""},
        {"body": "x" * 32_001},
        {"reason": "x" * 201},
        {"version": ""},
        {"version": "x"},
        {"version": "0"},
        {"version": "9" * 5000},
    ],
)
def test_an_edit_that_is_refused_comes_back_with_its_text(signed_in, ada, post, sent):
    answer = signed_in(ada).post(
        reverse("update_post", args=[post.pk]),
        {"body": "I know!", "version": 1, "reason": "hm"} | sent,
    )

    assert answer.status_code == 422
    assert sent.get("body", "I know!") in answer.content.decode()
    assert Post.objects.get(pk=post.pk).version == 1


def test_an_edit_sent_again_succeeds_though_somebody_edited_the_post_since(
    signed_in, ada, mo, post
):
    update(signed_in(ada), post, "I know!", 1)
    for text in ("What Mo wrote.", "What Mo wrote next."):
        post.edit(mo, text)

        assert update(signed_in(ada), post, "I know!", 1).status_code == 302
        # it was Ada's edit, not Mo's
        assert update(signed_in(mo), post, "I know!", 1).status_code == 409
        assert update(signed_in(ada), post, "I know.", 1).status_code == 409
        assert update(signed_in(ada), post, "I know!", 2).status_code == 409
        post.refresh_from_db()
        assert post.body == text


def test_an_edit_is_known_again_however_its_reason_was_spaced(signed_in, ada, mo, post):
    for _ in range(2):
        answer = update(signed_in(ada), post, "I know!", 1, reason="  found \t out ")
        post.edit(mo, "What Mo wrote.")

    assert answer.status_code == 302


def test_the_edit_form_of_a_script_is_the_part_of_its_page(signed_in, ada, post):
    address = reverse("edit_post", args=[post.pk])
    page = signed_in(ada).get(address).content.decode()
    part = signed_in(ada).get(address, headers={"X-Requested-With": "part"}).content.decode()

    assert "<body" in page
    assert "<body" not in part
    assert f'action="{reverse("update_post", args=[post.pk])}"' in part
    assert 'id="id_body"' not in part  # which the reply form has


def test_a_form_from_an_earlier_version_is_shown_the_current_text_and_who_wrote_it(
    signed_in, ada, mo, post
):
    address = reverse("edit_post", args=[post.pk])
    post.edit(mo, "What <Mo> wrote.")
    current, outdated, odd = (
        signed_in(ada).get(address, {"version": version}).content.decode()
        for version in ("2", "1", "x" * 99)
    )

    assert "has edited this post" not in current
    for page in (outdated, odd):
        assert "<bdi>mo</bdi> has edited this post" in page
        assert "What &lt;Mo&gt; wrote.</pre>" in page
        assert 'name="version" value="2"' in page


def test_a_version_that_never_was_is_a_conflict(signed_in, ada, post):
    answer = update(signed_in(ada), post, "I know!", 10**30)

    assert answer.status_code == 409
    assert "I know!" in answer.content.decode()


def test_an_edit_changes_nothing_but_the_text(signed_in, ada, grace, post):
    update(
        signed_in(ada),
        post,
        "I know!",
        1,
        author=grace.pk,
        number=9,
        hidden_at="2026-01-01",
        topic=9,
        edited_by=grace.pk,
    )

    post.refresh_from_db()
    assert (post.author, post.number, post.hidden_at, post.edited_by) == (ada, 1, None, ada)


def test_who_may_edit_what_others_wrote(signed_in, ada, grace, mo, post):
    def statuses(who):
        return (
            signed_in(who).get(reverse("edit_post", args=[post.pk])).status_code,
            update(
                signed_in(who), post, f"By {who}.", Post.objects.get(pk=post.pk).version
            ).status_code,
        )

    assert [statuses(who) for who in (ada, grace, mo)] == [(200, 302), (403, 403), (200, 302)]
    post.topic.close()
    assert [statuses(who) for who in (ada, mo)] == [(403, 403), (200, 302)]


def test_editing_too_fast_is_refused_with_the_text_intact(signed_in, ada, post, settings):
    settings.RATES = {**settings.RATES, "edit": "1/day"}
    update(signed_in(ada), post, "I know!", 1)
    answer = update(signed_in(ada), post, "I know it now!", 2)

    assert answer.status_code == 422
    assert "I know it now!" in answer.content.decode()


# --- Preview and menu ---


def test_a_preview_shows_what_would_be_posted(signed_in, grace, ada):
    answer = signed_in(grace).post(reverse("preview"), {"body": "*Tea* @ada <script>x</script>"})

    assert "<em>Tea</em>" in answer.content.decode()
    assert "<script" not in answer.content.decode()


def test_a_preview_that_can_not_be_posted_says_why(signed_in, grace, client):
    assert signed_in(grace).post(reverse("preview"), {"body": "x" * 32_001}).status_code == 422
    client.logout()
    assert client.post(reverse("preview"), {"body": "x"}).status_code == 403


def test_previews_are_limited_and_say_for_how_long(signed_in, grace, settings):
    settings.RATES = {**settings.RATES, "preview": "1/hour"}

    answers = [signed_in(grace).post(reverse("preview"), {"body": "x"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert 0 < int(answers[1]["Retry-After"]) <= 3600


def test_a_menu_offers_what_its_reader_may_do(signed_in, client, ada, grace, mo, post):
    def offers(client):
        page = client.get(
            reverse("post_menu", args=[post.pk]), headers={"X-Requested-With": "part"}
        ).content.decode()
        assert "<html" not in page
        names = ("edit_post", "hide_post", "restore_post")
        return [name for name in names if reverse(name, args=[post.pk]) in page]

    assert offers(client) == []
    assert offers(signed_in(grace)) == []
    assert offers(signed_in(ada)) == ["edit_post", "hide_post"]
    post.hide(mo)
    assert offers(signed_in(ada)) == []
    assert offers(signed_in(mo)) == ["edit_post", "restore_post"]
    assert "<html" in client.get(reverse("post_menu", args=[post.pk])).content.decode()


# --- At once ---


@pytest.mark.store
@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["reply", "topic", "all of them"])
def test_one_form_sent_by_eight_at_once_makes_one_post(ada, grace, help_category, form):
    one, other = world.topic(ada, help_category), world.topic(ada, help_category)
    sent = words(title="Another topic", category=help_category.pk)
    places = {
        "reply": [replies(one)],
        "topic": [reverse("create_topic")],
        "all of them": [replies(one), replies(other), reverse("create_topic")],
    }[form]

    for _ in range(3):
        sent["token"] = world.token()
        before = Post.objects.count()
        to = itertools.cycle(places)
        answers = at_once(*[partial(client_of(grace).post, next(to), sent) for _ in range(8)])

        assert Post.objects.count() == before + len(places)
        assert {answer.status_code for answer in answers} == {302}
        made = Post.objects.filter(token=sent["token"]).select_related("topic")
        assert {answer.url.split("#")[0] for answer in answers} == {
            post.topic.get_absolute_url() for post in made
        }
    assert Topic.objects.filter(last_number=0).count() == 0
    assert User.objects.get(pk=grace.pk).posts_count == grace.posts.count() == 3 * len(places)


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["reply", "topic"])
def test_copies_of_one_form_use_up_no_allowance(grace, topic, settings, form):
    settings.RATES = {**settings.RATES, "post": "2/day", "topic": "2/day"}
    rate_limits.reset()
    place = replies(topic) if form == "reply" else reverse("create_topic")

    def send(token, body, copies=6):
        sent = words(title=body, category=topic.category_id) | {"token": token, "body": body}
        return {
            answer.status_code
            for answer in at_once(*[partial(client_of(grace).post, place, sent)] * copies)
        }

    tokens = [world.token() for _ in range(3)]
    assert send(tokens[0], "Tea.") == {302}
    assert send(tokens[1], "Coffee.") == {302}
    assert send(tokens[2], "Milk.") == {422}
    assert send(tokens[1], "Milk.") == {422}
    assert send(tokens[0], "Tea.") == {302}
    assert Post.objects.filter(author=grace).count() == 2


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_several_texts_with_one_token_sent_at_once_are_a_post_each(ada, grace, help_category):
    topic, sent = world.topic(ada, help_category), words()
    texts = ["Tea.", "Coffee.", "Milk."] * 3

    answers = at_once(
        *[partial(client_of(grace).post, replies(topic), sent | {"body": text}) for text in texts]
    )

    assert sorted(topic.posts.filter(author=grace).values_list("body", flat=True)) == [
        "Coffee.",
        "Milk.",
        "Tea.",
    ]
    assert [answers[n].url == answers[n + 3].url == answers[n + 6].url for n in range(3)] == [
        True
    ] * 3


def client_of(user):
    client = Client()
    client.force_login(user, backend="forum.accounts.backends.MemberBackend")
    return client
