from django.contrib.auth.models import AnonymousUser
from django.db import connection

from forum.models import Post
from forum.pages import topics, validators

BY_NUMBER = {
    "postgresql": "Index Cond: ((topic_id = forum_topic.id) AND (number >= 4981)",
    "sqlite": "(topic_id=? AND number>? AND number<?)",
}


def test_a_page_of_a_topic_is_found_without_reading_the_others(topic, ada):
    posts = [
        Post(topic=topic, author=ada, number=number, change=number, body="Tea.", html="Tea.")
        for number in range(2, 5001)
    ]
    Post.objects.bulk_create(posts)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE forum_post")

    for find, reader in ((validators.page_values, AnonymousUser()), (topics.shown, ada)):
        plan = find(reader, topic.pk, 4981, 5000).explain()
        assert BY_NUMBER[connection.vendor] in plan, plan
