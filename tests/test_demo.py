import re
from collections import Counter

import pytest
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from forum import demo, markdown
from forum.demo import content
from forum.models import Announcement, Category, Post, Reading, Revision, Topic, User
from forum.models.posts import PAGE_SIZE

pytestmark = [pytest.mark.thorough, pytest.mark.once]


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """The demo forum, made once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        demo.fill()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def forum(filled, db):
    pass


def person(username):
    return User.objects.get(username=username)


# --- It reads like people ---


def test_no_sentence_stands_twice(forum):
    said = Counter(sentence for text in texts() for sentence in sentences(text))

    assert len(said) > 600
    assert sorted(sentence for sentence, times in said.items() if times > 1) == []


def texts():
    yield from (own_words(body) for body in Post.objects.values_list("body", flat=True))
    for rows, field in [
        (Topic, "title"),
        (Category, "description"),
        (User, "about"),
        (Announcement, "text"),
    ]:
        yield from rows.objects.exclude(**{field: ""}).values_list(field, flat=True)


def own_words(body):
    """Without code, and what is quoted."""
    return re.sub(r"^(`{3}.*?^`{3}|>.*?$)", "", body, flags=re.MULTILINE | re.DOTALL)


def sentences(text):
    for sentence in re.split(r"(?<=[.!?])[\s*_”’)]+|(?<=[。？！।؟])|\n", text):
        words = re.sub(r"[^\w]+", " ", sentence).strip().casefold()
        if re.search(r"[^\W\d]", words):  # no mere number of a list
            yield words


def test_two_sentences_that_differ_only_in_dress_count_as_one():
    assert list(sentences("Yes, *indeed*!\nYes indeed. 是的。是的？")) == [
        "yes indeed",
        "yes indeed",
        "是的",
        "是的",
    ]
    assert own_words("Mine.\n\n> Yours.\n>\n> His.\n\n```c\nint a;\n```\nMine, too.").split() == [
        "Mine.",
        "Mine,",
        "too.",
    ]


def test_many_people_write_and_some_only_read(forum):
    silent = User.objects.filter(posts_count=0)

    assert User.objects.filter(posts_count__gt=2).count() >= 15
    assert silent.count() >= 3
    assert not Post.objects.filter(author__in=silent).exists()


def test_everything_would_have_passed_the_forms(forum):
    for model in (User, Category, Topic, Post):
        for row in model.objects.all():
            row.full_clean(exclude=["password"])


def test_everybody_wrote_where_they_may(forum):
    for post in Post.objects.select_related("author", "topic"):
        assert post.topic.is_writable_by(post.author)


# --- It shows everything ---


def test_the_categories_have_depth_and_all_are_used(forum):
    assert (
        Category.objects.filter(parent=None)
        .annotate(inside=Count("children"))
        .filter(inside__gte=2)
        .count()
        >= 3
    )
    assert not Category.objects.filter(topics=None, children=None).exists()
    assert Topic.objects.count() >= 24


@pytest.mark.parametrize(
    "html",
    [
        "<table", "<blockquote", 'type="checkbox"', 'class="mention"', "<ol", "<h3", "<del|<strong",
        "<em", "<code", "<img",
        'href="/t/', 'href="/p/', "language-python", "language-sql", "language-cpp", "language-c",
        "language-rust",
        "language-bash", "language-yaml", "language-json", "language-diff",
        "[\u0600-\u06ff]{3}", "[\u0590-\u05ff]{3}", "[\u3040-\u30ff]{3}", "[\u4e00-\u9fff]{5}",
        "[\u0900-\u097f]{2}",
    ],
)  # fmt: skip
def test_the_posts_show_what_can_be_written(forum, html):
    assert any(re.search(html, post) for post in Post.objects.values_list("html", flat=True))


def test_quotes_lead_to_the_post_they_quote(forum):
    quoting = [post for post in Post.objects.all() if post.body.startswith("> [@")]

    for post in quoting:
        name, target = re.match(r"> \[@(\w+)\]\(/p/(\d+)/\):", post.body).groups()
        quoted = Post.objects.get(pk=target)
        assert (quoted.author.username, quoted.topic) == (name, post.topic)
        words = re.search(r"^>\n> (.+)$", post.body, re.MULTILINE)[1]
        assert words in quoted.body
    assert len(quoting) > 8


def test_one_topic_is_long_and_all_its_posts_differ(forum):
    longest = Topic.objects.order_by("-last_number").first()

    assert longest.last_number > 2 * PAGE_SIZE
    assert longest.posts.values("author").distinct().count() > 10
    assert longest.posts.values("body").distinct().count() == longest.last_number


def test_the_committee_room_is_for_its_group(forum):
    private = Category.objects.private().get()

    assert private.topics.count() >= 2
    assert private in Category.objects.visible_to(person(demo.MODERATOR))
    assert private not in Category.objects.visible_to(person(demo.MEMBER))
    assert not private.topics.exclude(posts__author__groups__in=private.readers.all()).exists()


def test_there_are_an_owner_a_moderator_and_a_member(forum):
    owner, moderator, member = map(person, (demo.OWNER, demo.MODERATOR, demo.MEMBER))

    assert owner.is_superuser
    assert moderator.is_moderator
    assert not moderator.is_superuser
    assert not member.is_moderator
    assert set(Category.objects.visible_to(member)) > set(Category.objects.writable_by(member))
    assert all(one.check_password(demo.PASSWORD) for one in (owner, moderator, member))


def test_topics_are_closed_and_pinned_and_posts_hidden_and_edited(forum):
    hidden = Post.objects.get(hidden_at__isnull=False)

    assert Topic.objects.filter(closed_at__isnull=False).exists()
    assert Topic.objects.pinned().count() >= 2
    assert hidden.hidden_reason
    assert hidden.hidden_by != hidden.author
    assert Post.objects.filter(version__gt=2).exists()
    assert not Post.objects.filter(version__gt=1, edit_reason="").exists()


def test_an_announcement_leads_to_its_topic(forum, client):
    announcement = Announcement.objects.current().get()

    page = client.get(re.search(r"\((/t/.+?)\)", announcement.text)[1])

    assert page.status_code == 200


def test_all_links_of_the_forum_lead_somewhere(forum, signed_in):
    reader = signed_in(person(demo.OWNER))
    links = {
        link
        for html in Post.objects.values_list("html", flat=True)
        for link in re.findall('href="(/[^"]*)"', html)
    }

    assert {reader.get(link, follow=True).status_code for link in links} == {200}
    assert not Post.objects.filter(body__contains="](#").exists()


def test_the_member_has_read_some_and_has_some_to_read(forum):
    member = person(demo.MEMBER)
    visible = Topic.objects.visible_to(member)
    read = dict(Reading.objects.filter(user=member).values_list("topic", "number"))

    assert set(read) < set(visible.values_list("pk", flat=True))
    assert any(read.get(topic.pk) == topic.last_number for topic in visible)
    assert any(0 < read.get(topic.pk, 0) < topic.last_number for topic in visible)


# --- It is true to the rules ---


def test_numbers_and_counts_hold(forum):
    for topic in Topic.objects.all():
        posts = list(topic.posts.order_by("number"))
        shown = [post for post in posts if not post.is_hidden]
        changes = (
            sum(post.version + post.is_hidden for post in posts)
            + sum(1 + post.is_hidden for post in posts if post.reply_to)  # of what they answer
            + sum(sum(post.reactions.values()) for post in posts)
            + topic.ballots.count()
            + 2 * bool(topic.answer_number)  # of the question and the answer
            + topic.is_pinned
            + (not topic.is_open)
        )
        assert [post.number for post in posts] == list(range(1, topic.last_number + 1))
        assert topic.change == changes
        assert len({post.change for post in posts}) == len(posts)
        assert topic.last_author == shown[-1].author
        assert topic.bumped_at == shown[-1].created_at
    for user in User.objects.all():
        assert user.posts_count == user.posts.filter(hidden_at=None).count()


def test_there_is_a_solved_topic_whose_question_shows_the_answer(forum):
    solved = Topic.objects.exclude(answer_number=None)

    assert solved
    for topic in solved:
        assert topic.category.takes_answers
        assert topic.posts.get(number=1).answer == topic.posts.get(number=topic.answer_number)


def test_there_is_a_poll_in_which_members_have_voted(forum):
    [topic] = Topic.objects.filter(has_poll=True)

    assert topic.posts.get(number=1).poll["voters"] == topic.ballots.count() > 2


def test_posts_are_rendered_as_if_sent_by_a_form(forum):
    for post in Post.objects.all():
        polls = [] if post.is_first else None
        find = User.objects.by_username
        html = markdown.render(post.body, find=find, pictures=post._pictures, polls=polls)
        assert post.html == html


def test_edits_keep_their_former_texts_in_order_of_time(forum):
    for post in Post.objects.filter(version__gt=1):
        former = list(post.revisions.order_by("version"))
        times = [*(revision.written_at for revision in former), post.edited_at]
        assert [revision.version for revision in former] == list(range(1, post.version))
        assert len({post.body, *(revision.body for revision in former)}) == post.version
        assert times[0] == post.created_at
        assert times == sorted(times)
    told = [post.edits for topic in content.topics() for post in topic.posts if post.edits]
    assert Revision.objects.count() == sum(map(len, told))
    waited = Post.objects.filter(version__gt=1).values_list(
        F("edited_at") - F("created_at"), flat=True
    )
    assert sorted(waited) == sorted(edits[-1].after for edits in told)


def test_all_has_happened_over_weeks_in_order_and_to_people_who_were_there(forum):
    now = timezone.now()

    for rows in (Post, Topic):
        assert list(rows.objects.order_by("pk")) == list(rows.objects.order_by("created_at", "pk"))
    assert not Post.objects.filter(
        Q(created_at__gt=now) | Q(edited_at__gt=now) | Q(hidden_at__gt=now)
    ).exists()
    assert not Topic.objects.filter(Q(closed_at__gt=now) | Q(pinned_at__gt=now)).exists()
    assert not Post.objects.filter(created_at__lt=F("author__date_joined")).exists()
    weeks = {
        (now - written).days // 7 for written in Post.objects.values_list("created_at", flat=True)
    }
    assert set(range(7)) <= weeks


def test_mentions_are_of_members(forum):
    for post in Post.objects.exclude(body__startswith=">"):
        for name in re.findall(r"(?<!\[)@(\w+)", own_words(post.body)):
            assert f'class="mention" href="/u/{name}/"' in post.html
