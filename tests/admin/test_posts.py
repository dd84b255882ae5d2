import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from forum.models import ImportedMessage, Post
from tests.support import world

LIST = reverse("admin:forum_post_changelist")
NEW = reverse("admin:forum_post_add")


def page(post):
    return reverse("admin:forum_post_change", args=[post.pk])


def button(post, verb):
    return reverse("admin:forum_post_do", args=[post.pk, verb])


def select(posts, action):
    return {"action": action, "_selected_action": [post.pk for post in posts]}


def errors(response):
    return response.context["adminform"].form.errors


# --- New posts ---


def test_a_post_added_in_the_admin_is_a_reply_like_any_other(admin, topic, olive, send, said):
    heard = said(lambda: send(admin, NEW, topic=topic.pk, body="From the *office*."))

    post = Post.objects.get(number=2)
    topic.refresh_from_db()
    assert heard == [("created", 2)]
    assert post.author == olive
    assert "From the <em>office</em>." in post.html
    assert (post.change, topic.change, topic.last_number, topic.last_author) == (2, 2, 2, olive)


def test_the_owner_may_post_for_somebody_else(admin, topic, grace, send):
    send(admin, NEW, topic=topic.pk, author=grace.pk, body="By letter.")

    assert Post.objects.get(number=2).author == grace


def test_the_form_for_a_new_post_sent_twice_makes_one_post(admin, topic, fill):
    form = {**fill(admin, NEW), "topic": topic.pk, "body": "Once."}

    first, second = admin.post(NEW, form), admin.post(NEW, form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert topic.posts.count() == 2


def test_the_form_for_a_new_post_sent_again_with_another_text_makes_another_post(
    admin, topic, fill
):
    address = reverse("admin:forum_post_add")
    form = {**fill(admin, address), "topic": topic.pk, "body": "Posted here."}

    for text in ("Posted here.", "Posted there.", "Posted there."):
        admin.post(address, form | {"body": text})

    assert [post.body for post in topic.posts.order_by("number")[1:]] == [
        "Posted here.",
        "Posted there.",
    ]


def test_the_form_knows_the_topic_from_its_address(admin, topic, fill):
    assert fill(admin, f"{NEW}?topic={topic.pk}")["topic"] == str(topic.pk)


# --- Edits ---


def test_saving_here_and_saving_on_the_site_leave_the_same(
    admin, ada, help_category, olive, send, said
):
    here, there = world.topic(ada, help_category), world.topic(ada, help_category)

    def in_the_admin():
        send(admin, NEW, topic=here.pk, body="A **reply**.")
        send(admin, page(here.posts.get(number=2)), body="A *better* reply.", reason="Tone")
        admin.post(button(here.posts.get(number=2), "hide"))

    def on_the_site():
        reply = there.reply(olive, "A **reply**.")
        reply.edit(olive, "A *better* reply.", "Tone", reply.version)
        reply.hide(olive)

    assert said(in_the_admin) == said(on_the_site) == [("created", 2), ("edited", 2), ("hidden", 2)]
    assert what_was_left(here) == what_was_left(there)


def what_was_left(topic):
    topic.refresh_from_db()
    facts = (
        "number",
        "author",
        "body",
        "html",
        "version",
        "edited_by",
        "edit_reason",
        "hidden_by",
        "change",
    )
    texts = "version", "body", "reason", "editor"
    revisions = topic.posts.get(number=2).revisions.values_list(*texts)
    counters = topic.change, topic.header_change, topic.last_number, topic.last_author
    return list(topic.posts.order_by("number").values_list(*facts)), list(revisions), counters


def test_an_edit_in_the_admin_is_an_edit_like_any_other(admin, topic, olive, send, said):
    post = topic.posts.get()

    heard = said(lambda: send(admin, page(post), body="I know now.", reason="Found out"))

    post.refresh_from_db()
    assert heard == [("edited", 1)]
    assert (post.body, post.version, post.change) == ("I know now.", 2, 2)
    assert "I know now." in post.html
    assert (post.edited_by, post.edit_reason) == (olive, "Found out")
    assert [revision.body for revision in post.revisions.all()] == ["I wonder."]


def test_saving_without_a_change_changes_nothing(admin, topic, send, said):
    post = topic.posts.get()
    post.edit(post.author, "Two\nlines")

    heard = said(lambda: send(admin, page(post), body="Two\r\nlines"))

    post.refresh_from_db()
    assert (heard, post.version) == ([], 2)


def test_the_second_of_two_editors_is_told_and_keeps_the_text(admin, topic, ada, fill):
    post = topic.posts.get()
    form = {**fill(admin, page(post)), "body": "Olive's words", "reason": "Mine"}
    post.edit(ada, "Ada's words")

    response = admin.post(page(post), form)

    post.refresh_from_db()
    html = response.content.decode()
    assert post.body == "Ada's words"
    assert "This has been changed" in str(errors(response))
    assert "Olive&#x27;s words</textarea>" in html
    assert "Ada&#x27;s words</pre>" in html
    assert 'value="Mine"' in html


def test_who_saves_again_after_being_told_means_it(admin, topic, ada, fill):
    post = topic.posts.get()
    form = {**fill(admin, page(post)), "body": "Olive's words"}
    post.edit(ada, "Ada's words")
    told = admin.post(page(post), form).context["adminform"].form

    admin.post(page(post), {**form, "version": told["version"].value()})

    post.refresh_from_db()
    assert post.body == "Olive's words"
    assert [revision.body for revision in post.revisions.all()] == ["I wonder.", "Ada's words"]


def test_the_same_edit_sent_twice_is_one_edit(admin, topic, fill):
    post = topic.posts.get()
    form = {**fill(admin, page(post)), "body": "Better."}

    answers = [admin.post(page(post), form).status_code for _twice in range(2)]

    post.refresh_from_db()
    assert (answers, post.version) == ([302, 302], 2)


@pytest.mark.parametrize(
    "body", ["x" * 32_001, "> " * 400 + "deep", "", "[seen]: https://example.org"]
)
def test_a_text_that_is_refused_comes_back_with_the_reason(body, admin, topic, send):
    post = topic.posts.get()

    response = send(admin, page(post), body=body)

    assert response.status_code == 200
    assert errors(response)["body"]
    assert response.context["adminform"].form["body"].value() == body


def test_a_post_stays_in_its_topic_and_with_its_author(admin, topic, grace, send):
    post = topic.posts.get()

    send(admin, page(post), body="Changed.", author=grace.pk, topic=999, number=7)

    post.refresh_from_db()
    assert (post.body, post.topic, post.author.username, post.number) == (
        "Changed.",
        topic,
        "ada",
        1,
    )


def test_the_page_shows_how_the_post_reads_and_read(admin, topic, ada):
    post = topic.posts.get()
    post.edit(ada, "**Bold** now.")

    html = admin.get(page(post)).content.decode()

    assert "<strong>Bold</strong> now." in html
    assert "I wonder." in html


# --- Hiding ---


def test_the_page_leads_to_the_post_that_this_one_answers(admin, topic, ada):
    first = topic.posts.get()
    answer = topic.reply(ada, "Milk.", reply_to=first)

    assert f'<a href="{page(first)}">post 1 in' in admin.get(page(answer)).text
    assert "Reply to" not in admin.get(page(first)).text


def test_posts_are_hidden_from_the_list_and_counted(admin, topic, olive, said):
    first, second = topic.posts.get(), topic.reply(olive, "Spam")
    second.hide(olive)

    heard = said(lambda: admin.post(LIST, select([first, second], "hide")))

    first.refresh_from_db()
    assert heard == [("hidden", 1)]
    assert (first.is_hidden, first.hidden_by, first.change) == (True, olive, 4)
    assert [str(m) for m in admin.get(LIST).context["messages"]] == [
        "Hide: 1 changed, 1 unchanged."
    ]


def test_posts_are_restored_from_the_list(admin, topic, olive, said):
    post = topic.posts.get()
    post.hide(olive)

    heard = said(lambda: admin.post(LIST, select([post], "restore")))

    post.refresh_from_db()
    assert (heard, post.is_hidden) == ([("restored", 1)], False)


def test_a_post_is_hidden_and_restored_by_the_buttons_of_its_page(admin, topic, said):
    post = topic.posts.get()
    html = admin.get(page(post)).content.decode()
    assert button(post, "hide") in html
    assert button(post, "restore") not in html

    assert said(lambda: admin.post(button(post, "hide"))) == [("hidden", 1)]
    assert button(post, "restore") in admin.get(page(post)).content.decode()
    assert said(lambda: admin.post(button(post, "restore"))) == [("restored", 1)]


def test_the_buttons_want_a_form_to_be_sent(admin, topic):
    post = topic.posts.get()

    assert admin.get(button(post, "hide")).status_code == 405
    assert admin.post(button(post, "purge")).status_code == 404


def test_the_log_tells_who_did_what(admin, topic, olive, send):
    post = topic.posts.get()
    admin.post(button(post, "hide"))
    admin.post(LIST, select([post], "restore"))
    send(admin, page(post), body="Better.")
    send(admin, NEW, topic=topic.pk, body="More.")

    entries = LogEntry.objects.order_by("pk")

    assert {entry.user for entry in entries} == {olive}
    assert [entry.get_change_message() for entry in entries] == [
        "Hidden.",
        "Restored.",
        "Changed Text.",
        "Added.",
    ]


def test_a_post_is_named_by_its_number_and_topic(admin, olive, ada, help_category, topic, send):
    other = world.topic(ada, help_category, "Milk?", replies=1)
    for post, name in [
        (topic.posts.get(), "post 1 in Tea or coffee?"),
        (other.posts.get(number=2), "post 2 in Milk?"),
    ]:
        post.edit(olive, "Better.")
        ImportedMessage.objects.create(
            message_id=f"<{post.pk}@example.org>", post=post, category=help_category
        )
        send(admin, page(post), body="Best.")

        pages = [
            "forum_revision_changelist",
            "forum_importedmessage_changelist",
            "admin_logentry_changelist",
        ]
        for address in [page(post), *(reverse(f"admin:{one}") for one in pages)]:
            assert name in admin.get(address).text, address
        assert f"version 1 of {name}" in admin.get(page(post)).text
