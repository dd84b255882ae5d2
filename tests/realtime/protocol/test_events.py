"""Every kind of change reaches the pages that show its topic, its lists, and every other page."""

import pytest

from forum.models import Post
from forum.signals import KINDS
from realtime.publishing import publisher
from tests.realtime.sockets import do
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


def acts(topic, ada, mo, other_category):
    post = topic.posts.get(number=1)
    return {
        "created": lambda: topic.reply(ada, "Milk"),
        "edited": lambda: post.edit(ada, "Something else"),
        "hidden": lambda: post.hide(mo),
        "restored": lambda: (post.hide(mo), post.restore()),
        "answered": lambda: topic.reply(ada, "Milk", reply_to=post),
        "solved": lambda: hide_answer(topic, ada, mo),
        "accepted": lambda: topic.reply(ada, "Milk").accept(),
        "pictures": lambda: show_picture(topic),
        "wiki": post.make_wiki,
        "renamed": lambda: topic.rename("Cocoa"),
        "closed": topic.close,
        "opened": lambda: (topic.close(), topic.open()),
        "pinned": topic.pin,
        "unpinned": lambda: (topic.pin(), topic.unpin()),
        "moved": lambda: topic.move(other_category),
        "tagged": lambda: topic.tag([world.tag()]),
    }


def hide_answer(topic, ada, mo):
    """Which its question shows since before anybody was told of it."""
    answer = topic.reply(ada, "Milk")
    topic.posts.filter(pk=answer.pk).update(is_answer=True)
    topic.posts.filter(number=1).update(answer=answer)
    answer.hide(mo)


def show_picture(topic):
    """Whose post has had it since before it was ready."""
    post = topic.posts.get(number=1)
    upload = world.picture(post.author)
    Post.objects.filter(pk=post.pk).update(body=f"![Me]({upload.get_absolute_url()})")
    post.uses.create(upload=upload)
    Post.objects.get(pk=post.pk).show_new_pictures()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in publisher.JOINED])
async def test_every_kind_of_change_reaches_every_kind_of_page(visit, topic, ada, mo, kind):
    other = await do(world.category, "Elsewhere")
    shown, listed, category, elsewhere = await visit(), await visit(), await visit(), await visit()
    await shown.watch_topic(topic)
    await listed.watch_list("latest")
    await category.watch_list(f"category:{topic.category_id}")
    await elsewhere.watch_news(0)
    before = topic.change

    act = (await do(acts, topic, ada, mo, other))[kind]
    await do(act)
    await do(topic.refresh_from_db)

    if kind == "moved":  # pages that show it have to ask again
        await shown.receive("again")
        on_topic = (await shown.watch_topic(topic, since=before))["events"][-1]
    else:
        on_topic = await shown.update(kind)
    on_list, on_category = await listed.update(kind), await category.update(kind)
    on_others = await elsewhere.update(kind)
    for event in (on_topic, on_list, on_category, on_others):
        assert (event["topic"], event["epoch"], event["change"]) == (
            topic.pk,
            topic.epoch,
            topic.change,
        )
        assert event["last"] == topic.last_number
    assert topic.change > before
    assert ("post" in on_topic) == ("post" in on_others) == (kind in KINDS[:11])
    assert f'data-topic="{topic.pk}"' in on_list["row"]
    assert on_list["kind"] == kind
    assert on_category["row"] is None if kind == "moved" else on_category["row"] == on_list["row"]
    assert on_others["title"] == topic.title
    assert "html" not in str(on_others)
    assert "row" not in on_others
    assert "header" not in on_others


@pytest.fixture
def moved_pages(visit):
    async def watch(*lists):
        pages = [await visit() for _ in lists]
        for page, name in zip(pages, lists, strict=True):
            await page.watch_list(name)
        return pages

    return watch


async def test_a_hidden_text_is_in_no_frame(visit, topic, ada, mo):
    shown, elsewhere = await visit(), await visit()
    await shown.watch_topic(topic)
    await elsewhere.watch_news(0)
    post = await do(topic.reply, ada, "A secret word")
    await shown.update("created")

    await do(post.hide, mo)

    assert "secret" not in str(await shown.update("hidden"))
    assert "secret" not in str(await elsewhere.update("hidden"))


async def test_a_move_between_public_categories_removes_the_row_only_from_lists_without_the_topic(
    visit, ada, moved_pages
):
    above = await do(world.category, "Above")
    one, two = (
        await do(world.category, "One", parent=above),
        await do(world.category, "Two", parent=above),
    )
    topic = await do(world.topic, ada, one)
    latest, parent, left, entered = await moved_pages(
        "latest", f"category:{above.pk}", f"category:{one.pk}", f"category:{two.pk}"
    )

    await do(topic.move, two)
    for page in (latest, parent, entered):
        assert (await page.update("moved"))["row"]
    await do(topic.reply, ada, "Now here")

    for page in (latest, parent, entered):
        assert (await page.update("created"))["row"]
    assert (await left.update("moved"))["row"] is None
    assert len(left.collect()) == 2


@pytest.fixture
def late():
    """Signals are held back, and published by late()."""
    saved = []

    def keep(sender, kind, topic, post, moved_from, former, **kwargs):
        saved.append((kind, topic, post.pk if post else None, moved_from, former))

    async def publish():
        while saved:
            messages = await do(publisher.messages, *saved.pop(0))
            await do(publisher.publish, messages)

    publisher.changed.disconnect(publisher.on_change, dispatch_uid="realtime")
    publisher.changed.connect(keep)
    yield publish
    publisher.changed.disconnect(keep)
    publisher.connect()


async def test_a_reply_published_after_its_topic_was_moved_reveals_nothing(
    visit, topic, ada, lounge, late
):
    page = await visit()
    await page.watch_topic(topic)

    await do(lambda: (topic.reply(ada, "Wait"), topic.move(lounge)))
    await late()

    assert await page.receive("again")
    assert (await page.watch_topic(topic))["type"] == "gone"
    assert "Lounge" not in str(page.frames)


async def test_events_have_the_number_of_their_own_change(visit, topic, ada, late):
    """Two replies published late, when both are saved: neither may get the number of the other."""
    page = await visit()
    await page.watch_topic(topic)

    await do(lambda: (topic.reply(ada, "First"), topic.reply(ada, "Second")))
    await late()

    first, second = await page.update(), await page.update()
    assert [first["change"], second["change"]] == [2, 3]
    assert [first["post"]["number"], second["post"]["number"]] == [2, 3]


async def test_changes_rolled_back_are_never_published(visit, topic, ada):
    from django.db import transaction

    page = await visit()
    await page.watch_topic(topic)

    def fail():
        with transaction.atomic():
            topic.reply(ada, "Never said")
            raise KeyError

    with pytest.raises(KeyError):
        await do(fail)
    await do(topic.refresh_from_db)
    await do(topic.reply, ada, "Said")

    assert "Never" not in str(await page.update("created"))
    assert len(page.frames) == 2


async def test_posts_saved_in_many_threads_arrive_once_each(visit, topic, ada):
    from forum.models import Topic
    from tests.support.concurrency import at_once

    page = await visit()
    await page.watch_topic(topic)

    await do(
        at_once, *[lambda: Topic.objects.get(pk=topic.pk).reply(ada, "Me too") for _ in range(8)]
    )

    numbers = {(await page.update("created"))["change"] for _ in range(8)}
    assert numbers == set(range(2, 10))


async def test_pages_elsewhere_get_private_topics_only_if_their_reader_may_see_them(
    visit, lounge, iris, ada, topic
):
    insider, outsider = await visit(iris), await visit(ada)
    for page in (insider, outsider):
        await page.watch_news(0)
        await page.watch_list("latest")

    secret = await do(world.topic, iris, lounge, "Secret plans")
    await do(topic.reply, ada, "Nothing to hide")

    assert (await insider.receive(lambda f: f.get("row") and f["topic"] == secret.pk))["row"]
    await insider.receive(lambda f: f.get("title") == "Secret plans" or f.get("topic") == topic.pk)
    await outsider.receive(lambda f: f.get("title") == topic.title)
    assert {frame.get("topic") for frame in outsider.frames if frame["type"] == "post_update"} == {
        topic.pk
    }
    assert "Secret" not in str(outsider.frames)
