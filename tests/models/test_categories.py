import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from forum.models import Category, Post, Topic
from tests.support import world


def names(categories):
    return sorted(category.name for category in categories)


@pytest.fixture
def places(db):
    """Help, a private Lounge with a Bar inside that says nothing about readers, and News that only
    Writers write.
    """
    lounge = world.lounge()
    world.category("Bar", parent=lounge)
    world.category("Help")
    world.category("News", posters=["Writers"])


def test_who_may_read_what(places, ada, iris, mo, olive):
    public, everything = ["Help", "News"], ["Bar", "Help", "Lounge", "News"]

    assert names(Category.objects.visible_to(AnonymousUser())) == public
    assert names(Category.objects.visible_to(ada)) == public
    assert names(Category.objects.visible_to(mo)) == public
    assert names(Category.objects.visible_to(iris)) == everything
    assert names(Category.objects.visible_to(olive)) == everything


def test_who_may_write_where(places, ada, iris, olive):
    assert names(Category.objects.writable_by(AnonymousUser())) == []
    assert names(Category.objects.writable_by(ada)) == ["Help"]
    assert names(Category.objects.writable_by(iris)) == ["Bar", "Help", "Lounge"]
    assert names(Category.objects.writable_by(olive)) == ["Bar", "Help", "Lounge", "News"]


def test_writers_who_may_not_read_may_not_write(db, ada):
    hall = world.category("Hall", readers=["Insiders"], posters=["Writers"])
    ada.groups.add(world.group("Writers"))
    assert not Category.objects.writable_by(ada).exists()

    ada.groups.add(world.group("Insiders"))
    assert Category.objects.writable_by(ada).get() == hall


def test_a_public_category_inside_a_private_one_is_private(places):
    assert names(Category.objects.public()) == ["Help", "News"]
    assert names(Category.objects.private()) == ["Bar", "Lounge"]


def test_a_reader_of_the_inner_one_alone_sees_neither(db, ada):
    outer = world.category("Outer", readers=["Insiders"])
    world.category("Inner", parent=outer, readers=["Writers"])
    ada.groups.add(world.group("Writers"))

    assert not Category.objects.visible_to(ada).exists()


def test_two_groups_of_one_reader_show_a_category_once(db, iris):
    world.category("Both", readers=["Insiders", "Writers"])
    iris.groups.add(world.group("Writers"))

    assert Category.objects.visible_to(iris).count() == 1


def test_topics_and_posts_are_as_visible_as_their_category(places, ada, iris):
    topic = world.topic(iris, Category.objects.get(name="Bar"))

    for rows in (Topic.objects, Post.objects):
        assert not rows.visible_to(ada).exists()
        assert not rows.visible_to(AnonymousUser()).exists()
        assert rows.visible_to(iris).count() == 1
    topic.move(Category.objects.get(name="Help"))
    assert Post.objects.visible_to(AnonymousUser()).count() == 1


def test_a_deactivated_owner_sees_what_guests_see(places, olive):
    olive.is_active = False

    assert names(Category.objects.visible_to(olive)) == ["Help", "News"]
    assert not Category.objects.writable_by(olive).exists()


def test_categories_nest_one_level_whoever_saves_them(db):
    outer = world.category("Outer", readers=["Insiders"])
    inner = world.category("Inner", parent=outer)

    with pytest.raises(ValidationError):
        world.category("Innermost", parent=inner)
    outer.parent = world.category("Around")
    with pytest.raises(ValidationError):
        outer.save()
    inner.parent = inner
    with pytest.raises(ValidationError):
        inner.save()


def test_a_group_that_guards_a_category_can_not_be_deleted(places, ada):
    for guard in ("Insiders", "Writers"):
        with pytest.raises(ProtectedError), transaction.atomic():
            world.group(guard).delete()
    assert names(Category.objects.visible_to(ada)) == ["Help", "News"]

    world.group("Nobody's").delete()


def test_names_that_read_alike_get_addresses_of_their_own(db):
    slugs = [world.category(name).slug for name in ("Off topic", "Off-topic", "Off, topic!", "!?")]

    assert slugs == ["off-topic", "off-topic-2", "off-topic-3", "category"]


def test_a_colour_is_six_hex_digits(db):
    category = world.category("Help", color="#12345g")
    with pytest.raises(ValidationError):
        category.full_clean()
    category.color = "#1234ef"
    category.full_clean()
