"""The help with writing is there for everybody, and each composer leads to it."""

import re

import pytest
from django.urls import reverse

from forum import markdown
from tests.support import world


def test_guests_and_members_can_read_it(client, ada):
    assert "/drafts/" not in client.get("/writing/").text

    client.force_login(ada)

    assert "/drafts/" in client.get("/writing/").text


@pytest.mark.parametrize("page", ["topic", "reply", "new_topic", "edit_post"])
def test_composers_lead_to_it(client, ada, page):
    topic = world.topic(ada, world.category("Help"))
    client.force_login(ada)
    arguments = {"topic": [topic.pk], "reply": [topic.pk], "edit_post": [topic.posts.get().pk]}

    shown = client.get(reverse(page, args=arguments.get(page)), follow=True)

    assert 'href="/writing/"' in shown.text


def test_the_examples_are_what_the_forum_makes_of_them(client, db):
    page = client.get("/writing/").text
    examples = dict(re.findall(r"<tr><td><code>([^<]*)</code></td><td>(<.*?>|😄)</td></tr>", page))

    for source in ("**bold**", "_italic_", "~~struck out~~", "`code`", ":smile:"):
        assert examples[source] in markdown.render(source), source
