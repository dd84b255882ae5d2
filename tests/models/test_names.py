"""A name that somebody has, or had as a username, leads to them and to nobody else, whoever asks
when.
"""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from forum.importing import authors
from forum.models import TakenName, User
from tests.support import world
from tests.support.concurrency import at_once

pytestmark = pytest.mark.django_db


def rename(member, username):
    member.username = username
    member.full_clean()
    member.save()


@pytest.mark.parametrize("typed", ["ada", "ADA", "Ada"])
def test_a_former_username_leads_to_the_renamed_member(ada, typed):
    rename(ada, "countess")

    assert User.objects.named(typed) == ada
    assert User.objects.named("countess") == ada


def test_every_former_username_leads_to_its_member_also_those_that_look_alike(ada):
    for username in ("ada-l", "ada.l", "ada", "ADA.L"):
        rename(ada, username)

    assert {User.objects.named(name) for name in ("ada", "ada-l", "ada.l", "ADA.l")} == {ada}
    with pytest.raises(User.DoesNotExist):
        User.objects.named("ada_l")


@pytest.mark.parametrize("wanted", ["ada", "4da".replace("4", "A"), "аԁа"])
@pytest.mark.parametrize("field", ["username", "name"])
def test_nobody_else_gets_a_former_username(ada, grace, wanted, field):
    rename(ada, "countess")
    setattr(grace, field, wanted)

    with pytest.raises(ValidationError) as refused:
        grace.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        grace.save()

    assert list(refused.value.message_dict) == [field]


def test_a_renamed_member_may_take_an_earlier_name_again(ada):
    rename(ada, "countess")

    rename(ada, "ada")

    assert User.objects.named("countess") == ada


def test_the_username_of_a_member_who_is_gone_stays_reserved():
    user = User.objects.create_user("zora")
    user.delete()

    with pytest.raises(User.DoesNotExist):
        User.objects.named("zora")
    with pytest.raises(ValidationError):
        User(username="Z0RA", password="x").full_clean()


def test_a_display_name_is_free_again_once_it_is_changed(ada, grace):
    ada.name = "Countess"
    ada.save()
    grace.name = "Ada Lovelace"

    grace.full_clean()
    grace.save()


def test_a_display_name_is_taken_in_the_database(ada, grace):
    for name in ("Ada Lovelace", "ADA LOVE1ACE", "ada"):
        grace.name = name
        with pytest.raises(IntegrityError), transaction.atomic():
            grace.save()


def test_a_display_name_never_releases_the_username_it_is_like(ada):
    ada.name = "Ada"
    ada.save()
    ada.name = ""
    ada.save()

    with pytest.raises(ValidationError):
        User.objects.refuse_taken("ada")


def test_capitals_of_another_script_are_taken_for_the_letters_they_look_like():
    world.member("ΝΙΝΑ")  # Greek; its small letters look like viva

    with pytest.raises(ValidationError):
        User(username="nina", password="x").full_clean()


def test_a_stale_copy_that_is_saved_keeps_names_and_their_keys_together(ada, grace):
    stale = User.objects.get(pk=ada.pk)
    ada.name = "Countess"
    ada.save()

    stale.save(update_fields=["name"])  # which shows the old name again
    grace.name = "Countess"
    grace.save()
    grace.name = "Ada Lovelace"

    with pytest.raises(IntegrityError), transaction.atomic():
        grace.save()


@pytest.mark.django_db(transaction=True)
def test_of_four_who_take_one_display_name_at_once_one_gets_it():
    members = [world.member(f"member-{n}x") for n in range(4)]

    def take(member):
        member.name = "Sam Smith"
        try:
            member.save(update_fields=["name"])
        except IntegrityError:
            return False
        return True

    assert sorted(at_once(*[lambda member=member: take(member) for member in members])) == [
        False,
        False,
        False,
        True,
    ]
    assert User.objects.filter(name="Sam Smith").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_display_name_and_a_username_taken_at_once_go_to_one(ada):
    def show():
        ada.name = "Zora"
        ada.save()

    def sign_up():
        world.member("zora")

    def tried(act):
        try:
            act()
        except IntegrityError:
            return False
        return True

    assert sorted(at_once(lambda: tried(show), lambda: tried(sign_up))) == [False, True]
    assert TakenName.objects.filter(key="zora").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_deactivate_each_other_at_once_leave_one():
    first, second = world.owner("olive"), world.owner("oscar")

    def deactivate(pk):
        with transaction.atomic():
            member = User.objects.get(pk=pk)
            member.is_active = False
            try:
                member.keep_an_owner()
            except ValidationError:
                return False
            member.save(update_fields=["is_active"])
            return True

    assert sorted(at_once(lambda: deactivate(first.pk), lambda: deactivate(second.pk))) == [
        False,
        True,
    ]


def test_mentions_know_former_usernames_and_tell_the_member_s_id(ada):
    rename(ada, "countess")

    assert User.objects.by_username({"ada", "countess", "nobody"}) == {
        "ada": (ada.pk, "countess"),
        "countess": (ada.pk, "countess"),
    }


def test_nobody_is_mentioned_by_a_look_alike(ada):
    assert User.objects.by_username({"4da", "аda"}) == {}


class Draft:
    date = datetime(2019, 4, 1, tzinfo=UTC)

    def __init__(self, author):
        self.author = self.address_hash = author


def test_an_import_numbers_names_that_members_have_or_had(ada):
    rename(ada, "countess")

    members, count = authors.get_or_create([Draft("Ada"), Draft("Countess!")])

    assert count == 2
    assert sorted(
        User.objects.filter(pk__in=members.values()).values_list("username", flat=True)
    ) == [
        "Ada-2",
        "Countess-2",
    ]
    assert User.objects.named("ada") == ada


def test_the_names_of_imported_authors_are_taken_from_then_on(db):
    authors.get_or_create([Draft("Ines Moreau")])

    for name in ("Ines-Moreau", "Ines Moreau"):
        with pytest.raises(ValidationError):
            User.objects.refuse_taken(name)


def test_namesakes_in_an_archive_share_their_display_name(ada):
    ada.name = "Ines Moreau!"
    ada.save()
    one, other = Draft("Ines Moreau!"), Draft("Ines Moreau!")
    other.address_hash = "other"

    _members, count = authors.get_or_create([one, other])

    assert count == 2
    assert TakenName.objects.get(key__startswith="lnes", user=ada)
