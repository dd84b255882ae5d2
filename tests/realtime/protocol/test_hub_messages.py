"""Messages between hubs arrive unchanged, and invalid ones do a hub no harm."""

import json
import logging

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.protocol import groups
from realtime.protocol.delivery import Audience, Change, Delivery
from realtime.protocol.hub_messages import (
    AnnouncementsChanged,
    BadHubMessage,
    Echo,
    Fence,
    Gossip,
    decode,
    encode,
    group_of,
)
from realtime.protocol.viewers import Viewers, Writing

pytestmark = pytest.mark.once

DELIVERY = Delivery(
    Change(12, "k3f9", 42), Audience("list.latest", ("list.category.5",), 5), '{"umlaut":"ä"}', 7
)
ADA, GRACE = ("ada", "Ada Lovelace", ""), ("grace", "", "0" * 32)
GOSSIP = Gossip(
    "one hub",
    {12: Writing({3: "Ada Lovelace"}, ("list.latest",)), 13: Writing({}, ())},
    Viewers({3: ADA, 4: GRACE}, 236),
    {12: Viewers({4: GRACE, 3: ADA}, 2), 15: Viewers({}, 0)},
)
MESSAGES = [
    DELIVERY,
    Delivery(Change(12, "", 0), Audience("everyone"), ""),
    Delivery(Change(12, "", 1), Audience("everyone"), "", 7, author=3),
    Delivery(Change(12, "", 1), Audience("topic.12"), "", joined=977),
    Fence(topic=12, sender="one hub"),
    Fence(user=3, number=8),
    Fence(everybody=True, number=9, sender="one hub"),
    AnnouncementsChanged(),
    GOSSIP,
    Gossip("one hub", {12: Writing({3: "Ada"}, ())}),
    Gossip("one hub", {}, Viewers({}, 0)),
    Echo(),
]


def through_the_layer(message):
    return msgpack.unpackb(msgpack.packb(encode(message)), strict_map_key=True)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_arrives_as_it_was_sent(message):
    assert decode(through_the_layer(message)) == message


def test_the_faces_of_a_topic_arrive_in_their_order():
    assert list(decode(through_the_layer(GOSSIP)).topics[12].members) == [4, 3]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_fields_of_a_newer_release_are_ignored(message):
    assert (
        decode({**encode(message), "colour": "blue", "type_of_wood": [1, {"a": None}]}) == message
    )


@pytest.mark.parametrize("message", MESSAGES[:9], ids=lambda message: type(message).__name__)
def test_a_message_that_lacks_something_or_has_it_of_another_type_is_refused(message):
    wire = encode(message)
    for name in wire:
        for spoilt in ([{"a": 1}], b"bytes", -0.5):
            if (name, type(message)) == ("type", AnnouncementsChanged) or name != "type":
                with pytest.raises(BadHubMessage):
                    decode({**wire, name: spoilt})


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        "deliver",
        {},
        {"type": None},
        {"type": ["deliver"]},
        {"type": "deliver"},
        {"type": "from the future", "topic": 12},
        {**encode(DELIVERY), "topic": True},
        {**encode(DELIVERY), "topic": "12"},
        {**encode(DELIVERY), "skip": ["list.latest", 5]},
        {"type": "fence", "everybody": False, "sender": ""},
        {**encode(GOSSIP), "members": [[3, "ada"]]},
        {**encode(GOSSIP), "topics": [[12, [3, 99], 0]]},
        {**encode(GOSSIP), "topics": [[12, [[3]], 0]]},
        {**encode(GOSSIP), "writing": [[12, [[3]], []]]},
        {**encode(GOSSIP), "writing": [[12, [[3, "Ada"]], [None]]]},
    ],
)
def test_invalid_messages_are_refused(wire):
    with pytest.raises(BadHubMessage):
        decode(wire)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = sorted({name for message in MESSAGES for name in encode(message)})


@given(st.sampled_from(MESSAGES), st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4))
def test_any_input_is_a_message_or_refused(message, spoilt):
    try:
        decoded = decode({**encode(message), **spoilt})
    except BadHubMessage:
        return
    assert decode(through_the_layer(decoded)) == decoded


def test_each_message_has_its_group():
    assert group_of(DELIVERY) == groups.LATEST
    assert group_of(Fence(user=3)) == groups.FENCE
    assert group_of(GOSSIP) == group_of(AnnouncementsChanged()) == groups.HUBS


@pytest.mark.django_db(transaction=True)
async def test_a_message_that_cannot_be_decoded_is_logged_once_and_the_next_one_arrives(
    visit, topic, hub, caplog
):
    page = await visit()
    await page.watch_topic(topic)
    event = {"type": "post_update", "topic": topic.pk, "epoch": topic.epoch, "change": 2}
    good = Delivery(
        Change(topic.pk, topic.epoch, 2), Audience(groups.of_topic(topic.pk)), json.dumps(event)
    )

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await hub.dispatch({"type": "from the future"})
        await hub.dispatch({"type": "deliver", "text": 5})
        await hub.dispatch(encode(good))

    assert (await page.receive("post_update"))["change"] == 2
    lines = [
        record.getMessage() for record in caplog.records if "not understood" in record.getMessage()
    ]
    assert lines == [
        (
            "A message of another process was not understood: A message must have a type that this"
            " release knows."
        ),
        "A message of another process was not understood: topic must be of type int.",
    ]
