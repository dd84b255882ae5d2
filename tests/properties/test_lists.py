"""However topics tie in their activity and however many are pinned: page after page shows each
exactly once.
"""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from django.contrib.auth.models import AnonymousUser
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from forum.db.prepared import Prepared
from forum.models import Topic
from forum.pages import topic_lists
from forum.pages.topic_lists import TopicList
from tests.support import world

START = datetime(2026, 11, 21, tzinfo=UTC)


class TestLists(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        topics=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=25),
        size=st.integers(1, 5),
    )
    def test_every_topic_stands_in_the_list_once(self, topics, size):
        author, place = world.member("ada"), world.category()
        for moment, pinned in topics:
            topic = Topic(
                author=author,
                category=place,
                title="A title",
                bumped_at=START + timedelta(microseconds=moment),
            )
            topic.pinned_at = START if pinned else None
            topic.save()

        everywhere = topic_lists.EVERYWHERE
        rest = Prepared(everywhere.unpinned)  # its SQL holds the size
        with patch.object(topic_lists, "SIZE", size), patch.object(everywhere, "_rest", rest):
            seen = walk(TopicList(AnonymousUser()))

        wanted = sorted(
            Topic.objects.all(),
            key=lambda t: (t.is_pinned, t.bumped_at if not t.is_pinned else START, t.pk),
        )
        assert [topic.pk for topic in seen] == [topic.pk for topic in reversed(wanted)]


def walk(topic_list):
    seen, before = [], None
    while before != "":
        topics, before = topic_list.page(before)
        seen += topics
    return seen
