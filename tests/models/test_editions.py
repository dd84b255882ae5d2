"""The edition is another one after each change of what stands around posts, and after nothing
else.
"""

import pytest

from forum.models import Edition
from tests.support import world


def rename(member, **names):
    for name, value in names.items():
        setattr(member, name, value)
    member.save()


@pytest.fixture
def rises(topic):
    """A function that says whether an act changed the edition."""

    def rises(act):
        before = Edition.objects.current()
        act()
        return Edition.objects.current() != before

    return rises


def test_categories_and_their_groups_raise_it(rises, help_category):
    assert rises(lambda: world.category("Another"))
    assert rises(lambda: help_category.save())
    assert rises(lambda: help_category.readers.add(world.group("Insiders")))
    assert rises(lambda: help_category.readers.clear())
    assert rises(lambda: world.category("Passing").delete())


def test_posts_sign_ups_sign_ins_and_names_do_not(rises, ada, topic):
    assert not rises(lambda: topic.reply(ada, "More."))
    assert not rises(lambda: topic.posts.first().hide(ada))
    assert not rises(lambda: world.member("grace"))
    assert not rises(lambda: ada.save())
    assert not rises(lambda: rename(ada, name="The Countess"))
    assert not rises(lambda: rename(ada, username="countess"))
    assert not rises(lambda: ada.save(update_fields=["last_login"]))


def test_it_never_repeats_even_if_its_row_was_lost(rises, db):
    Edition.objects.all().delete()

    assert rises(lambda: world.category("First"))
