"""Copies the members, topics and posts of our forum at SOURCE_URL to machina's empty DATABASE_URL.

Runs in machina's own environment. Prints JSON: {"pages": {name: [path, …]}, "queries": {"guest":
{name: n}, …}, "cookies": […], "form": path}, with our names of pages.
"""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.machina.settings"
django.setup()

import psycopg  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

USERS = """COPY (SELECT id, password, is_superuser, username, '', '', email, is_staff, is_active,
    date_joined FROM forum_user) TO STDOUT"""
INTO_USERS = """COPY auth_user (id, password, is_superuser, username, first_name, last_name, email,
    is_staff, is_active, date_joined) FROM STDIN"""
TOPICS = """COPY (SELECT t.id, category_id, t.author_id, title, slug, 0, 0, true, last_number, 0,
    bumped_at, t.created_at, bumped_at, a.id, z.id FROM forum_topic t
    JOIN forum_post a ON a.topic_id = t.id AND a.number = 1
    JOIN forum_post z ON z.topic_id = t.id AND z.number = last_number) TO STDOUT"""
INTO_TOPICS = """COPY forum_conversation_topic (id, forum_id, poster_id, subject, slug, type,
    status, approved, posts_count, views_count, last_post_on, created, updated, first_post_id,
    last_post_id) FROM STDIN"""
POSTS = """COPY (SELECT p.id, topic_id, p.author_id, title, body, html, true, true, 0, p.created_at,
    p.created_at FROM forum_post p JOIN forum_topic t ON t.id = topic_id) TO STDOUT"""
INTO_POSTS = """COPY forum_conversation_post (id, topic_id, poster_id, subject, content,
    _content_rendered, approved, enable_signature, updates_count, created, updated) FROM STDIN"""


def main():
    from machina.apps.forum.models import Forum

    call_command("migrate", verbosity=0)
    with (
        psycopg.connect(os.environ["SOURCE_URL"]) as ours,
        psycopg.connect(os.environ["DATABASE_URL"]) as theirs,
    ):
        make_forums(ours)
        for source, goal in ((USERS, INTO_USERS), (TOPICS, INTO_TOPICS), (POSTS, INTO_POSTS)):
            carry(ours, source, theirs, goal)
    finish()
    for forum in Forum.objects.all():
        forum.update_trackers()
    permit_guests()
    pages, form = addresses()
    readers = list(people().filter(username__startswith="reader").order_by("pk"))
    counts = {"guest": queries(pages), "member": queries(pages, readers[0])}
    counts["member"]["reply"] = counted(
        form, readers[0], {"subject": "Re: A discussion", "content": "A reply."}
    )
    json.dump(
        {"pages": pages, "queries": counts, "cookies": [cookie(r) for r in readers], "form": form},
        sys.stdout,
    )


def people():
    from django.contrib.auth import get_user_model

    return get_user_model().objects


def make_forums(ours):
    from machina.apps.forum.models import Forum

    for number, name in ours.execute("SELECT id, name FROM forum_category ORDER BY id").fetchall():
        # machina doesn't accept an id on creation.
        forum = Forum.objects.create(name=name, type=Forum.FORUM_POST)
        Forum.objects.filter(pk=forum.pk).update(id=number)


def carry(ours, source, theirs, goal):
    with ours.cursor().copy(source) as read, theirs.cursor().copy(goal) as write:
        for block in read:
            write.write(block)


def finish():
    """Create profiles with counters, set sequences, and analyse the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO forum_member_forumprofile (user_id, posts_count) "
            "SELECT poster_id, count(*) FROM forum_conversation_post GROUP BY poster_id"
        )
        for table in (
            "auth_user",
            "forum_forum",
            "forum_conversation_topic",
            "forum_conversation_post",
        ):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        cursor.execute("VACUUM ANALYZE")


def permit_guests():
    from machina.apps.forum_permission.models import ForumPermission, UserForumPermission

    for name in ("can_see_forum", "can_read_forum"):
        permission = ForumPermission.objects.get(codename=name)
        UserForumPermission.objects.create(
            permission=permission, anonymous_user=True, has_perm=True
        )


def addresses():
    from django.urls import reverse
    from machina.apps.forum_conversation.models import Topic

    def of(topic):
        return reverse(
            "forum_conversation:topic",
            args=[topic.forum.slug, topic.forum_id, topic.slug, topic.pk],
        )

    ada = people().get(username="ada")
    busy, short, *_others, long = (
        Topic.objects.filter(poster=ada).order_by("posts_count").select_related("forum")
    )
    last, forum = long.posts_count // 20, long.forum
    post = long.posts.order_by("created")[long.posts_count // 2 - 1]
    form = reverse(
        "forum_conversation:post_create", args=[forum.slug, forum.pk, busy.slug, busy.pk]
    )
    return {
        "latest": [reverse("forum:index")],
        "category": [reverse("forum:forum", args=[forum.slug, forum.pk])],
        "topic": [of(short)],
        "topic, first of many pages": [of(long)],
        "topic, last of many pages": [f"{of(long)}?page={last}"],
        "topic, pages in turn": [f"{of(long)}?page={page}" for page in range(2, last)],
        "permalink": [f"{of(long)}?post={post.pk}"],
        "member page": [reverse("forum_member:user_posts", args=[ada.pk])],
    }, form


def cookie(user):
    from django.test import Client

    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"


def queries(pages, user=None):
    return {name: counted(paths[0], user) for name, paths in pages.items()}


def counted(path, user, fields=None):
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "127.0.0.1"})
    if user:
        client.force_login(user)
    for _once_more in range(2):
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, fields) if fields else client.get(path)
    if answer.status_code != (302 if fields else 200):
        raise SystemExit(f"machina responded with {answer.status_code} to {path}")
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT")) for query in captured)


if __name__ == "__main__":
    main()
