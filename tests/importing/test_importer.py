import multiprocessing
import os
from datetime import UTC, datetime

import pytest

from forum import markdown
from forum.importing import converter, importer, mbox, writer
from forum.models import ImportedAuthor, Post, TakenName, Topic, User
from forum.usernames.rules import validate_username
from tests.importing import mails
from tests.importing.mails import mail

pytestmark = [pytest.mark.django_db, pytest.mark.servers, pytest.mark.store]


@pytest.fixture
def bring(tmp_path, help_category):
    """A function that imports mails as one archive and returns the report."""

    def bring(*sent, category=help_category):
        run = importer.Importer(category, converter.Workers(0))
        run.run(mails.write(tmp_path / "archive", *sent))
        return run.report

    return bring


def letter(number, answers=None, body=None, **headers):
    headers.setdefault("date", f"Mon, 29 Apr 2019 10:{number:02}:00 +0000")
    if answers:
        headers["in_reply_to"] = f"<{answers}@example.org>"
        headers.setdefault("subject", "Re: Kites")
    headers.setdefault("message_id", f"<{number}@example.org>")
    return mail(body or f"Letter {number}.", **headers)


def forum():
    """Everything an import writes, without ids, tokens and epochs."""
    return {
        "topics": list(
            Topic.objects.order_by("pk").values_list(
                "title",
                "slug",
                "author__username",
                "created_at",
                "last_number",
                "last_author__username",
                "bumped_at",
                "change",
            )
        ),
        "posts": list(
            Post.objects.order_by("topic", "number").values_list(
                "topic__title",
                "number",
                "change",
                "author__username",
                "body",
                "html",
                "created_at",
                "reply_to__topic__title",
                "reply_to__number",
                "replies_count",
            )
        ),
        "members": sorted(User.objects.values_list("username", "name", "posts_count")),
    }


def correspondence():
    """Some letters of three people: two topics, a reply that names nothing, one without a date, one
    twice.
    """
    people = ["Ines Moreau <ines@example.org>", "Ada <ada@example.org>", "grace@example.org"]
    letters = [
        letter(1, **{"from": people[0]}),
        letter(2, subject="Strings", **{"from": people[1]}),
    ]
    for number in range(3, 30):
        parent = 1 + (number * 7) % (number - 1)
        letters.append(letter(number, parent, **{"from": people[number % 3]}))
    letters.insert(20, letter(40, subject="Re: Strings", date=None, **{"from": people[2]}))
    letters.insert(25, letters[5])
    return letters


def test_a_mail_becomes_a_post_with_its_date_and_author(bring):
    report = bring(letter(1, body="Does it *fly*?"))

    post = Post.objects.select_related("topic", "author").get()
    assert (report.added, report.topics, report.authors) == (1, 1, 1)
    assert (post.topic.title, post.number, post.created_at) == (
        "Kites",
        1,
        datetime(2019, 4, 29, 10, 1, tzinfo=UTC),
    )
    assert (post.body, post.html) == ("Does it \\*fly\\*?", markdown.render("Does it \\*fly\\*?"))
    assert (post.author.username, post.author.name) == ("Ines-Moreau", "Ines Moreau")


def test_topics_keep_their_counters_and_numbers(bring):
    bring(*correspondence())

    for topic in Topic.objects.all():
        posts = list(topic.posts.order_by("number"))
        changes = {post.change for post in posts}
        answers = [post for post in posts if post.reply_to_id]
        assert [post.number for post in posts] == list(range(1, len(posts) + 1))
        assert (len(changes), max(changes)) == (len(posts), topic.change)
        assert (topic.last_number, topic.change) == (len(posts), len(posts) + len(answers))
        for post in posts:
            assert post.replies_count == len([one for one in answers if one.reply_to == post])
        assert (topic.last_author_id, topic.bumped_at) == (
            posts[-1].author_id,
            max(post.created_at for post in posts),
        )
    for member in User.objects.all():
        assert member.posts_count == member.posts.count()


def test_bringing_the_same_archive_again_adds_nothing(bring):
    bring(*correspondence())
    before = forum()

    report = bring(*correspondence())

    assert (report.added, report.topics, report.authors, report.duplicates) == (0, 0, 0, 31)
    assert forum() == before


@pytest.mark.parametrize("cuts", [(10,), (1, 21), (4, 5, 6, 29)])
def test_several_files_one_after_the_other_give_what_one_file_gives(bring, help_category, cuts):
    letters = correspondence()
    bring(*letters)
    at_once = forum()
    _forget_everything()

    for first, end in zip((0, *cuts), (*cuts, None), strict=True):
        bring(*letters[first:end])

    assert forum() == at_once


def test_it_does_not_matter_how_many_mails_are_written_at_once(bring, monkeypatch):
    bring(*correspondence())
    at_once = forum()
    _forget_everything()
    monkeypatch.setattr(importer, "BATCH", 3)

    bring(*correspondence())

    assert forum() == at_once


@pytest.mark.timeout(300)
def test_several_processes_do_the_same_as_one(bring, tmp_path, help_category, monkeypatch):
    bring(*correspondence())
    alone = forum()
    _forget_everything()
    monkeypatch.setattr(importer, "BATCH", 4)
    workers = converter.Workers(2)

    importer.Importer(help_category, workers).run(
        mails.write(tmp_path / "archive", *correspondence())
    )
    workers.close()

    assert forum() == alone


def _forget_everything():
    for model in (Post, Topic, ImportedAuthor):
        model.objects.all().delete()
    TakenName.objects.filter(user__is_placeholder=True).delete()
    User.objects.filter(is_placeholder=True).delete()


def test_a_subject_and_a_name_lose_what_nobody_could_see_or_read(bring):
    bring(
        letter(
            1,
            subject="Ki\u200btes" + "\u0300\u0301" * 48,
            **{"from": '"Ines \u202eMoreau\u3164" <ines@example.org>'},
        )
    )

    post = Post.objects.get()
    post.topic.full_clean()
    assert len(post.topic.title) < 12
    assert (post.author.username, post.author.name) == ("Ines-Moreau", "Ines Moreau")


def test_a_topic_goes_on_where_it_was_also_after_members_wrote_in_it(bring, ada):
    bring(letter(1))
    topic = Topic.objects.get()
    topic.reply(ada, "I have found this old letter.")

    bring(letter(2, answers=1))

    topic.refresh_from_db()
    assert list(topic.posts.order_by("number").values_list("number", "change")) == [
        (1, 4),
        (2, 2),
        (3, 3),
    ]
    assert (topic.last_number, topic.change) == (3, 4)
    assert topic.bumped_at == topic.posts.get(number=2).created_at


def test_two_imports_at_once_write_a_message_once(help_category):
    drafts = converter.convert_all([mails.raw(letter(number)) for number in (1, 2)])

    counts = [
        writer.write(help_category, drafts[:1]).posts,
        writer.write(help_category, drafts).posts,
    ]

    assert counts == [1, 1]
    assert Post.objects.count() == 2


@pytest.mark.parametrize("broken", ["<>", "<1@localhost>", "<@>", "x"])
def test_two_mails_with_one_broken_id_are_two_posts(bring, broken):
    sent = [
        letter(1, message_id=broken),
        letter(2, message_id=broken, subject="Strings"),
        letter(1, message_id=broken, body="Up."),
    ]

    first, again = bring(*sent), bring(*sent)

    assert sorted(Post.objects.values_list("body", flat=True)) == ["Letter 1.", "Letter 2.", "Up."]
    assert (first.added, first.problems["id"] >= 2, again.added, again.duplicates) == (
        3,
        True,
        0,
        3,
    )
    assert Topic.objects.count() == 3


def test_a_mail_that_came_on_two_ways_is_one_post(bring):
    footer = (
        "\n\n_______________________________________________\nKites mailing"
        " list\nkites@lists.example.org\n"
    )

    report = bring(
        letter(1),
        letter(
            1,
            body=f"Letter 1.{footer}",
            subject="[Kites] Kites",
            list_id="<kites.lists.example.org>",
        ),
    )

    assert (report.added, report.duplicates) == (1, 1)


def test_a_mail_of_two_lists_is_a_post_in_the_category_of_each(bring, lounge):
    bring(letter(1), letter(2, answers=1))

    report = bring(letter(1), letter(2, answers=1), category=lounge)

    assert (report.added, report.duplicates) == (2, 0)
    assert Post.objects.filter(topic__category=lounge).count() == 2
    assert bring(letter(1), category=lounge).added == 0


@pytest.mark.parametrize(
    "answered",
    [
        "<ines@example.org>",
        "nobody@elsewhere.example",
        "<nobody@elsewhere.example>",
        "Message from Nobody <nobody@elsewhere.example> of Monday",
        '"Nobody" <nobody@elsewhere.example>',
        "<nobody@elsewhere.example> <ines@example.org>",
    ],
)
def test_an_address_in_in_reply_to_does_not_join_topics(bring, answered):
    strangers = [
        letter(n, subject=f"On {n}", in_reply_to=answered, **{"from": "ada@x.org"}) for n in (2, 3)
    ]

    bring(letter(1), *strangers)
    bring(letter(4, subject="On 4", in_reply_to=answered))

    assert Topic.objects.count() == 4


def test_an_id_in_in_reply_to_joins_whenever_its_message_comes(bring):
    bring(letter(2, answers=1, subject="Sooner"))
    bring(letter(1), letter(3, answers=1, subject="Later"))

    assert Topic.objects.get().last_number == 3


def test_references_say_that_an_id_is_one(bring):
    bring(letter(2, answers=1, subject="Sooner"))
    bring(letter(3, references="<1@example.org>"))
    bring(letter(4, answers=1, subject="Later"))

    assert Topic.objects.get().last_number == 3


def test_a_quote_leads_to_the_answered_post_also_beside_an_address(bring):
    bring(
        letter(1),
        letter(
            2,
            in_reply_to="Ines <ines@example.org>",
            references="<1@example.org>",
            body=f"Yes.\n\n{OLD}",
        ),
    )

    assert "[#1](" in Post.objects.get(number=2).body


def test_an_archive_ends_in_as_many_empty_lines_as_it_likes(bring):
    bring(letter(1, message_id=None) + b"\n\n\n")

    assert bring(letter(1, message_id=None)).added == 0


# --- Authors ---


def test_people_of_one_family_are_two_members(bring):
    bring(
        letter(1, **{"from": "Doe, John <john@example.org>"}),
        letter(2, **{"from": "Doe, Jane <jane@example.org>"}),
    )

    assert sorted(User.objects.values_list("name", flat=True)) == ["Doe, Jane", "Doe, John"]


def test_people_without_addresses_are_told_apart_by_their_names(bring):
    bring(
        letter(1, **{"from": "Ada"}), letter(2, **{"from": "Grace"}), letter(3, **{"from": "Ada"})
    )

    assert sorted(User.objects.values_list("username", "posts_count")) == [("Ada", 2), ("Grace", 1)]


def test_placeholders_have_no_address_and_nobody_can_sign_in_as_them(bring):
    bring(letter(1))

    member = User.objects.get()
    assert (
        member.is_placeholder,
        member.is_active,
        member.email,
        member.has_usable_password(),
    ) == (
        True,
        True,
        "",
        False,
    )
    assert "ines" not in ImportedAuthor.objects.get().address_hash


def test_one_address_is_one_member_under_whatever_name(bring):
    bring(letter(1), letter(2, **{"from": "I. M. <INES@example.org>"}))

    assert User.objects.get().posts_count == 2


def test_two_addresses_of_one_name_are_two_members(bring):
    bring(letter(1), letter(2, **{"from": "Ines Moreau <moreau@example.org>"}))

    assert sorted(User.objects.values_list("username", flat=True)) == [
        "Ines-Moreau",
        "Ines-Moreau-2",
    ]


def test_no_placeholder_looks_like_a_member(bring, ada):
    bring(letter(1, **{"from": "Аda <x@example.org>"}))  # with a Cyrillic А

    assert User.objects.get(is_placeholder=True).username == "Аda-2"


@pytest.mark.parametrize(
    "name",
    [
        "X",
        "李",
        "..",
        "Żółć Gęślą Jaźń von und zu Sehr Langenau",
        "a@b",
        '"Moreau, Ines" (R&D)',
        "-_-",
    ],
)
def test_any_name_becomes_one_that_members_may_have(bring, name):
    bring(
        letter(
            1,
            **{
                "from": (
                    f'"{name}" <x@example.org>' if '"' not in name else f"{name} <x@example.org>"
                )
            },
        )
    )

    validate_username(User.objects.get().username)


# --- What goes wrong ---


def test_a_message_that_cannot_be_read_does_not_stop_the_others(bring, monkeypatch):
    def parse(raw, parse=converter.messages.parse):
        if b"Letter 2" in raw.content:
            raise RecursionError("too deep")
        return parse(raw)

    monkeypatch.setattr(converter.messages, "parse", parse)

    report = bring(letter(1), letter(2), letter(3))

    assert (report.added, report.failed, report.failures[0].reason) == (
        2,
        1,
        "RecursionError: too deep",
    )


def test_a_message_that_the_database_refuses_does_not_stop_the_others(bring, monkeypatch):
    def post(topic, author_id, draft, post=writer._post):
        written = post(topic, author_id, draft)
        if "Letter 2" in draft.body:
            written.number = None
        return written

    monkeypatch.setattr(writer, "_post", post)

    report = bring(letter(1), letter(2), letter(3))

    assert (report.added, report.failed) == (2, 1)
    assert Topic.objects.count() == 2


def test_a_message_that_takes_too_long_costs_no_other_one(bring, settings, monkeypatch):
    def parse(raw, parse=converter.messages.parse):
        while b"Letter 2" in raw.content:
            pass
        return parse(raw)

    settings.IMPORT_CPU_SECONDS = 0.5
    monkeypatch.setattr(converter.messages, "parse", parse)

    report = bring(letter(1), letter(2), letter(3, answers=2))

    assert (report.added, report.failed, report.failures[0].reason) == (
        2,
        1,
        "it took more than 0.5 seconds of CPU time",
    )


def test_endless_references_end_nothing(bring):
    references = " ".join(f"<{n}@x>" for n in range(300_000))

    report = bring(letter(1), letter(2, references=f"{references} <1@example.org>"), letter(3))

    assert (report.added, report.topics) == (3, 2)


class Lethal(mbox.RawMessage):
    """A message that ends the process it is handed to."""

    def __reduce__(self):
        return os._exit, (1,)


@pytest.mark.timeout(300)
def test_a_message_that_kills_its_process_does_not_stop_the_others():
    raws = [mails.raw(letter(number)) for number in (1, 2, 3)]
    raws[1] = Lethal(mails.SEPARATOR, raws[1].content, False, 0)
    batches = [importer.Batch(raws, set(), 0), importer.Batch(raws[:1], set(), 0)]
    workers = converter.Workers(1)

    results = [result for _batch, results in workers.convert(batches) for result in results]
    workers.close()

    assert [type(result).__name__ for result in results] == ["Draft", "Failure", "Draft", "Draft"]
    assert not multiprocessing.active_children()


def test_problems_are_counted(bring):
    report = bring(
        letter(1, date="never"), letter(2, date="soon", message_id=None), mail("x", message_id=None)
    )

    assert report.problems == {"date": 2, "id": 2}
    assert report.added == 3


def test_what_is_too_complicated_to_render_is_shown_as_it_came(bring):
    report = bring(
        letter(1, body="\n\n".join(f"> {n} <https://a.example/{n}>\n\nyes" for n in range(700)))
    )

    assert report.problems == {"markup": 1}
    assert Post.objects.get().html.startswith("<pre")


def test_what_came_before_a_damage_is_imported(tmp_path, help_category):
    path = mails.write(
        tmp_path / "a",
        *[letter(n, body=os.urandom(20_000).hex()) for n in range(1, 50)],
        compressed=True,
    )
    path.write_bytes(path.read_bytes()[:-300_000])
    run = importer.Importer(help_category, converter.Workers(0))

    with pytest.raises(mbox.ArchiveError, match="damaged"):
        run.run(path)

    assert 5 < run.report.added == Post.objects.count() < 49


# --- Old mails below new ones ---

OLD = "\n".join(f"> Line {n}." for n in range(40))


def test_a_folded_quote_is_whole_and_leads_to_the_post_it_quotes(bring):
    bring(letter(1), letter(2, answers=1, body=f"Yes.\n\nOn 1 May, Ada wrote:\n{OLD}"))

    topic, post = Topic.objects.get(), Post.objects.get(number=2)
    assert f"> [!quote]- On 1 May, Ada wrote: [#1](/t/{topic.pk}/1/)\n" in post.body
    assert f'Ada wrote: <a href="/t/{topic.pk}/1/">#1</a></p>\n<details>' in post.html
    assert "Line 39" in post.html
    assert post.html == markdown.render(post.body)


def test_it_does_so_when_the_quoted_post_came_with_an_earlier_archive(bring):
    bring(letter(1), letter(2, answers=1))
    bring(letter(3, answers=2, body=f"Yes.\n\n{OLD}"))

    assert (
        f"> [!quote]- [#2](/t/{Topic.objects.get().pk}/2/)\n>\n> Line 0."
        in Post.objects.get(number=3).body
    )


def test_a_letter_answers_the_nearest_one_that_it_names_in_its_topic(bring):
    bring(letter(1), letter(2, answers=1), letter(3, references="<1@example.org> <2@example.org>"))
    bring(letter(4, answers=1), letter(5, references="<2@example.org> <99@example.org>"))

    answers = Post.objects.order_by("number").values_list("reply_to__number", "replies_count")
    assert list(answers) == [(None, 2), (1, 1), (2, 0), (1, 0), (None, 0)]


@pytest.mark.parametrize("quote", [OLD, f"On 1 May, Ada wrote:\n{OLD}"])
def test_a_quote_of_what_is_not_in_the_topic_leads_nowhere(bring, quote):
    bring(letter(1), letter(3, answers=99, body=f"No.\n\n{quote}"))

    post = Post.objects.get(body__contains="Line 39")
    assert "](" not in post.body
    assert "<a" not in post.html
    assert post.html == markdown.render(post.body)


# --- Permissions ---


def test_a_reply_on_a_private_list_never_gets_into_a_public_topic(bring, lounge, help_category):
    bring(letter(1), category=help_category)

    bring(letter(2, answers=1), letter(3, subject="Re: Kites"), category=lounge)

    assert set(Topic.objects.get(category=help_category).posts.values_list("body", flat=True)) == {
        "Letter 1."
    }
    assert Post.objects.filter(topic__category=lounge).count() == 2


def test_imported_text_mentions_nobody(bring, ada):
    bring(letter(1, body="@ada look here"))

    assert markdown.mentioned(Post.objects.get().body, User.objects.by_username).members == set()
