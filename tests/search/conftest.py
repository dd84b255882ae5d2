import pytest
from django.contrib.auth.models import AnonymousUser

from forum.models import Post
from forum.search.results import answer


@pytest.fixture
def ids_for(db):
    """The ids of the posts that a query finds, best first."""

    def find(typed, user=None, order="best"):
        return answer(typed, user or AnonymousUser(), order).posts

    return find


@pytest.fixture
def found(ids_for):
    """The texts of the posts that a query finds, best first."""

    def find(typed, user=None, order="best"):
        texts = dict(Post.objects.values_list("pk", "body"))
        return [texts[pk] for pk in ids_for(typed, user, order)]

    return find


@pytest.fixture
def says(db, ada, help_category):
    """Posts texts, each in a topic of its own, and returns the last post."""
    from forum.models import Topic

    def post(*texts, title="About nothing"):
        return [Topic.start(ada, help_category, title, text) for text in texts][-1].posts.get()

    return post
