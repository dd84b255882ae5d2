"""For any arrangement of categories, groups and members: the queries say what the rule says in
plain Python.
"""

from django.contrib.auth.models import AnonymousUser
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from forum.models import Category, Post, Topic
from realtime.access import permissions
from tests.support import world

GROUPS = ("red", "green", "blue")
SOME = st.sets(st.sampled_from(GROUPS), max_size=2)
PLACES = st.lists(st.tuples(st.none() | st.integers(0, 2), SOME, SOME), min_size=1, max_size=6)


class TestPermissions(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(
        places=PLACES,
        mine=SOME,
        kind=st.sampled_from(["guest", "member", "gone", "owner", "gone owner"]),
    )
    def test_what_is_visible_and_writable_follows_the_rule(self, places, mine, kind):
        made = build(places)
        user = person(kind, mine)

        readable = {
            c.pk
            for c, above in made
            if kind == "owner" or may(c, "readers", user) and may(above, "readers", user)
        }
        writable = set()
        if kind in ("member", "owner"):
            writable = {
                c.pk
                for c, _ in made
                if c.pk in readable and (kind == "owner" or may(c, "posters", user))
            }
        public = {
            c.pk for c, above in made if not groups(c, "readers") and not groups(above, "readers")
        }

        assert keys(Category.objects.visible_to(user)) == readable
        assert keys(Category.objects.writable_by(user)) == writable
        assert (
            keys(Category.objects.public())
            == public
            == keys(Category.objects.visible_to(AnonymousUser()))
        )
        assert keys(Category.objects.private()) == {c.pk for c, _ in made} - public
        assert set(Topic.objects.visible_to(user).values_list("category", flat=True)) == readable
        assert (
            set(Post.objects.visible_to(user).values_list("topic__category", flat=True)) == readable
        )
        for topic in Topic.objects.all():
            assert topic.takes_replies_from(user) == (topic.category_id in writable)
        known, held = permissions.of_categories(), permissions.of_members([user.pk]).get(user.pk)
        assert {pk for pk in readable if permissions.may_write(known, held, pk)} == writable


def build(places):
    """The categories with the one above each (or None), each with a topic."""
    author, tops, made = world.member("author"), [], []
    for n, (parent, readers, posters) in enumerate(places):
        above = tops[parent] if parent is not None and parent < len(tops) else None
        category = world.category(f"Place {n}", readers, posters, parent=above)
        if above is None:
            tops.append(category)
        made.append((category, above))
        world.topic(author, category)
    return made


def person(kind, mine):
    if kind == "guest":
        return AnonymousUser()
    user = world.member("someone", is_superuser="owner" in kind, is_active="gone" not in kind)
    user.groups.set([world.group(name) for name in mine])
    return user


def may(category, role, user):
    wanted = groups(category, role)
    if not wanted:
        return True
    return user.is_authenticated and bool(wanted & set(user.groups.values_list("name", flat=True)))


def groups(category, role):
    return set(getattr(category, role).values_list("name", flat=True)) if category else set()


def keys(rows):
    return set(rows.values_list("pk", flat=True))
