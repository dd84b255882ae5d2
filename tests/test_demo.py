from django.db.models import F

from forum import demo
from forum.models import Post, Topic, User


def test_in_the_demo_ids_rise_with_time_and_members_are_older_than_their_posts(db):
    demo.fill()

    for rows in (Post, Topic):
        assert list(rows.objects.order_by("pk")) == list(rows.objects.order_by("created_at", "pk"))
    assert not Post.objects.filter(created_at__lt=F("author__date_joined")).exists()
    assert User.objects.get(username=demo.MEMBER).posts_count > 1
