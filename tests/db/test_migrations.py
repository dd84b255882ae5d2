"""After `migrate`, processes of the former release go on writing (docs/releasing.md)."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db


@pytest.fixture
def former():
    """A function: a model as it was before the columns that this test is about."""
    graph = MigrationExecutor(connection).loader
    return graph.project_state([("forum", "0018_personal_stream")]).apps.get_model


def test_former_code_adds_members_posts_and_revisions_without_the_new_columns(former, topic, ada):
    writer = former("forum", "User").objects.create(username="zoe")
    post = former("forum", "Post").objects.create(
        topic_id=topic.pk, author_id=writer.pk, number=2, change=2, body="Tea.", html="Tea."
    )
    former("forum", "Revision").objects.create(
        post_id=post.pk, editor_id=writer.pk, version=1, written_at=post.created_at
    )

    written = topic.posts.get(number=2)
    assert (written.first_version, written.replies_count, written.is_wiki) == (1, 0, False)
    assert written.author.reviews_replies
    assert not written.revisions.get().is_hidden
