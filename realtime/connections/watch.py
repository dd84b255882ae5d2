"""Answers `watch` messages.

A page joins its groups first, and their events are held until it has been sent the answer, so it
misses nothing in between.
"""

from forum.pages import readership
from realtime import database
from realtime.access import permissions
from realtime.catchup import changes, personal_changes
from realtime.protocol import groups, limits
from realtime.protocol.messages import BadMessage
from realtime.protocol.topic_head import Head


async def watch_topic(page, message):
    topic = message.topic
    group = groups.of_topic(topic)
    if group not in page.joined and len(page.topics) >= limits.TOPICS:
        raise BadMessage(f"One page may watch {limits.TOPICS} topics.")
    held = await page.hold([group])
    found = await page.hub.change_cache.changes(page, topic, message.epoch, message.change)
    if not found or not page.holds(held):
        return
    answer, category = found
    if answer["type"] == "gone":
        page.drop_topic(topic)
    else:
        page.hub.track(topic, Head(answer["epoch"], answer["change"], category))
    if answer["type"] == "changes":
        answer = {
            **answer,
            "writable": permissions.may_write(
                page.hub.fences.categories or (), page.rights, category
            ),
        }
    await page.send(answer)
    page.release(held)


async def watch_list(page, message):
    name = message.name
    names = await ask(page, (), changes.groups_of_list, name)
    if names is None:
        await page.send({"type": "gone", "list": name})
        return
    held = await page.hold(names)
    await page.send(await ask(page, held, changes.list_answer, name, tuple(message.rows.items())))
    page.release(held)


async def watch_news(page, message):
    held = await page.hold(await ask(page, (), changes.groups_of_news))
    newest = await ask(page, held, changes.newest_post)
    count = 0
    if message.since is not None and message.since < newest:
        shown = message.topic, message.list_name
        count = await database.ask(changes.count_since, page.user, message.since, *shown)
    reader = readership.mark(page.user, await ask(page, held, changes.categories_of))
    await page.send({"type": "news", "count": count, "newest": newest, "reader": reader})
    page.release(held)


async def watch_member(page, message):
    member = message.member
    if page.user_id != member:
        await page.send({"type": "gone", "member": member})
        return
    held = await page.hold([groups.of_member(member)])
    answer = await database.ask(
        personal_changes.answer, page.user, member, message.epoch, message.change
    )
    if not page.holds(held):
        return
    if answer["type"] != "gone":
        page.hub.track_member(member, personal_changes.Head(answer["epoch"], answer["change"]))
    await page.send(answer)
    page.release(held)


async def ask(page, held, query, *arguments):
    """Runs a query whose result is the same for all readers with the same rights."""
    return await page.hub.shared_queries.ask(
        tuple(held), query, page.user, *arguments, visibility_key=page.visibility_key
    )
