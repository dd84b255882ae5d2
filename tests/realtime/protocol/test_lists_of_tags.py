"""Pages that show the list of a tag get its topics, as far as their readers may see them."""

import pytest

from forum.models import Topic
from realtime.protocol import groups
from realtime.protocol.loaders import topic as loaded
from tests.realtime.sockets import do
from tests.support import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tea(db):
    return world.tag("tea")


async def test_a_topic_comes_with_the_tag_and_leaves_without_it(visit, topic, ada, tea):
    page, other = await visit(), await visit()
    await page.watch_list(f"tag:{tea.pk}")
    await other.watch_list("latest")

    await do(topic.tag, [tea])
    came = await page.update("tagged")
    await do(topic.reply, ada, "Milk?")
    stays = await page.update("created")
    await do(topic.tag, [])
    left = await page.update("tagged")

    assert [bool(event["row"]) for event in (came, stays, left)] == [True, True, False]
    assert came["lists"] == ["latest", f"category:{topic.category_id}", f"tag:{tea.pk}"]
    assert all([(await other.update())["row"] for _ in range(3)])


async def test_private_topics_are_told_to_their_readers_alone(visit, ada, iris, lounge, topic, tea):
    insider, outsider = await visit(iris), await visit(ada)
    secret = await do(world.topic, iris, lounge, "Secret plans", tagged=[tea])
    await do(topic.tag, [tea])
    for page in (insider, outsider):
        await page.watch_list(f"tag:{tea.pk}")

    await do(secret.rename, "Secret plans, again")
    await do(topic.move, lounge)

    assert (await insider.update("renamed"))["row"]
    assert (await insider.receive(lambda f: f.get("kind") == "moved" and f["row"]))["row"]
    assert (await outsider.update("moved"))["row"] is None
    assert "Secret" not in str(outsider.frames)


async def test_a_topic_that_becomes_public_comes_to_everybody(
    visit, ada, iris, lounge, help_category, tea
):
    secret = await do(world.topic, iris, lounge, "Plans", tagged=[tea])
    page = await visit(ada)
    await page.watch_list(f"tag:{tea.pk}")

    await do(secret.move, help_category)

    assert (await page.update("moved"))["row"]


async def test_catching_up_finds_what_was_tagged_meanwhile(visit, topic, tea, ada, help_category):
    gone = await do(world.topic, ada, help_category, tagged=[tea])
    page = await visit()
    await do(gone.tag, [])
    await do(topic.tag, [tea])

    answer = await page.watch_list(f"tag:{tea.pk}", rows=f"{gone.pk}:1")

    assert [event["topic"] for event in answer["rows"]] == [topic.pk]
    assert (answer["gone"], answer["top"]) == ([gone.pk], [topic.pk])


async def test_a_tag_that_a_reader_may_not_know_has_no_list(visit, ada, iris, lounge):
    plans = await do(world.tag, "plans", categories=[lounge])
    outsider, insider = await visit(ada), await visit(iris)

    assert (await outsider.watch_list(f"tag:{plans.pk}"))["type"] == "gone"
    assert (await insider.watch_list(f"tag:{plans.pk}"))["type"] == "rows"


def test_the_groups_of_a_topic_are_those_that_its_pages_join(iris, ada, lounge, topic, tea):
    from forum.pages.topic_lists import TopicList

    secret = world.topic(iris, lounge, tagged=[tea])
    topic.tag([tea])

    of = {one.pk: groups.lists_with(loaded(one.pk)) for one in Topic.objects.all()}
    joined = {user: groups.for_list(TopicList(user, tag=tea)) for user in (ada, iris)}

    assert set(of[topic.pk]) & set(joined[ada]) == {f"list.tag.{tea.pk}"}
    assert not set(of[secret.pk]) & set(joined[ada])
    assert set(of[secret.pk]) & set(joined[iris]) == {f"list.tag.{tea.pk}.{lounge.pk}"}
