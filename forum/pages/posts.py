"""Posts as pages show them, with templates/posts/_post.html."""

from datetime import UTC
from operator import attrgetter

from django.urls import reverse

from forum.pages.answers import box
from forum.pages.avatars import avatar
from forum.pages.moments import moment
from forum.pages.polls import text_of
from forum.pages.reactions import chips
from forum.pages.skeletons import Skeletons


def iso(when):
    return when.astimezone(UTC).isoformat()


def answered_address(post):
    answered = post.reply_to
    if answered.page == post.page:
        return f"#post-{answered.number}"
    return reverse("number", args=[post.topic_id, answered.number])


SKELETONS = Skeletons(
    "posts/_post.html",
    "post",
    {
        name: attrgetter(name)
        for name in ("pk", "number", "change", "version", "author_id", "topic_id")
    }
    | {
        "text": text_of,
        "avatar": lambda post: avatar(post.author, "large"),
        "author_name": attrgetter("author.display_name"),
        "author_address": lambda post: post.author.get_absolute_url(),
        "written": lambda post: moment(post.created_at),
        "editor_id": lambda post: post.edited_by_id or post.author_id,
        "news_until": lambda post: iso(post.edit_is_news_until),
        "answered_address": answered_address,
        "answered_author": attrgetter("reply_to.author.username"),
        "reaction_chips": chips,
        "answer_box": box,
        "editable_until": lambda post: iso(post.edit_window_ends_at),
    },
)
