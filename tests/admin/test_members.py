import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from forum.models import User
from forum.models.users import MODERATORS
from tests.support import world

LIST = reverse("admin:forum_user_changelist")
NEW = reverse("admin:forum_user_add")


def page(user):
    return reverse("admin:forum_user_change", args=[user.pk])


def password_page(user):
    return reverse("admin:auth_user_password_change", args=[user.pk])


def button(user, verb):
    return reverse("admin:forum_user_do", args=[user.pk, verb])


def select(users, action):
    return {"action": action, "_selected_action": [user.pk for user in users]}


def address_form(fill, client, user, **typed):
    return {
        **fill(client, page(user)),
        **{f"emailaddress_set-{key}": value for key, value in typed.items()},
    }


# --- New members and their names ---


def test_a_member_is_added_with_an_address_and_may_sign_in(admin, fill, client):
    form = {
        **fill(admin, NEW),
        "username": "Zora",
        "password1": world.PASSWORD,
        "password2": world.PASSWORD,
    }
    form |= {
        "emailaddress_set-TOTAL_FORMS": 1,
        "emailaddress_set-0-email": "Zora@Example.org",
        "emailaddress_set-0-verified": "on",
    }

    admin.post(NEW, form)

    zora = User.objects.get(username="Zora")
    address = zora.emailaddress_set.get()
    assert (zora.email, address.email, address.primary) == (
        "zora@example.org",
        "zora@example.org",
        True,
    )
    assert zora.check_password(world.PASSWORD)


@pytest.mark.parametrize("name", ["ADA", "аdа", "a d a", "x", "moderator"])
def test_names_follow_the_same_rules_as_on_the_site(name, admin, ada, send):
    response = send(admin, NEW, username=name, password1=world.PASSWORD, password2=world.PASSWORD)

    assert response.context["adminform"].form.errors["username"]
    assert User.objects.count() == 2


def test_a_name_taken_while_the_form_was_checked_is_refused_in_the_form(
    admin, ada, grace, send, monkeypatch
):
    check, checks = User.validate_unique, []

    def somebody_is_quicker(self, *args, **kwargs):
        if checks:
            take()  # once more, as in this test it was rolled back with the form's own transaction
        checks.append(self)
        check(self, *args, **kwargs)
        take()

    def take():
        ada.username = "countess"
        ada.save(update_fields=["username"])

    monkeypatch.setattr(User, "validate_unique", somebody_is_quicker)
    response = send(admin, page(grace), username="Countess", about="Typed for an hour.")

    assert "username" in response.context["adminform"].form.errors
    assert "Typed for an hour." in response.text


def test_what_others_wrote_still_leads_to_a_member_whom_the_owner_renames(
    admin, ada, grace, topic, send, client
):
    post = topic.reply(grace, "@ada, and /u/ada/")

    send(admin, page(ada), username="countess")

    post.refresh_from_db()
    assert f'href="/u/ada/" data-member="{ada.pk}"' in post.html
    assert client.get("/u/ada/").url == "/u/countess/"
    assert admin.get(NEW).status_code == 200
    assert (
        "username"
        in send(admin, NEW, username="Ada", password1=world.PASSWORD, password2=world.PASSWORD)
        .context["adminform"]
        .form.errors
    )


def test_a_member_is_changed_without_losing_the_count_of_posts(admin, topic, ada, send):
    send(admin, page(ada), name="Countess", about="Writes programs.")

    ada.refresh_from_db()
    assert (ada.name, ada.about, ada.posts_count) == ("Countess", "Writes programs.", 1)


def test_the_owner_sets_a_new_password(admin, ada):
    new = "another long password"

    admin.post(password_page(ada), {"password1": new, "password2": new, "usable_password": "true"})

    ada.refresh_from_db()
    assert ada.check_password(new)


# --- Addresses ---


def test_a_member_s_record_repeats_the_primary_address(admin, ada, fill):
    form = address_form(fill, admin, ada, **{"0-email": "ada@example.net"})

    admin.post(page(ada), form)

    ada.refresh_from_db()
    assert ada.email == "ada@example.net"


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG"])
def test_nobody_gets_an_address_that_another_member_has_confirmed(admin, ada, grace, fill, email):
    response = admin.post(page(grace), address_form(fill, admin, grace, **{"0-email": email}))

    assert "Another member has confirmed this address" in response.text
    assert grace.emailaddress_set.get().email == "grace@example.org"


def test_another_address_becomes_the_primary_one(admin, ada, fill):
    ada.emailaddress_set.create(email="second@example.org", verified=True)
    form = address_form(fill, admin, ada, **{"1-primary": "on"})
    del form["emailaddress_set-0-primary"]

    admin.post(page(ada), form)

    ada.refresh_from_db()
    assert ada.email == "second@example.org"
    assert [a.email for a in ada.emailaddress_set.filter(primary=True)] == ["second@example.org"]


def test_the_primary_mark_can_go_to_an_address_that_stands_first(admin, ada, fill):
    first = ada.emailaddress_set.get()
    second = ada.emailaddress_set.create(email="second@example.org", verified=True)
    second.set_as_primary()
    form = address_form(fill, admin, ada, **{"0-primary": "on"})
    del form["emailaddress_set-1-primary"]

    admin.post(page(ada), form)

    ada.refresh_from_db()
    assert ada.email == first.email


def test_two_primary_addresses_are_refused(admin, ada, fill):
    ada.emailaddress_set.create(email="second@example.org", verified=True)

    response = admin.post(page(ada), address_form(fill, admin, ada, **{"1-primary": "on"}))

    assert "Choose only one primary address" in response.content.decode()


# --- Many at once ---


def test_members_are_deactivated_and_activated_again(admin, ada, grace):
    admin.post(LIST, select([ada, grace], "deactivate"))
    assert not User.objects.filter(username__in=["ada", "grace"], is_active=True).exists()

    admin.post(LIST, select([ada], "activate"))
    assert User.objects.get(username="ada").is_active
    assert LogEntry.objects.count() == 3


def test_a_deactivated_member_is_signed_out_at_once(admin, ada, client):
    hers = Client()
    hers.force_login(ada, backend="forum.accounts.backends.MemberBackend")

    admin.post(button(ada, "deactivate"))

    assert hers.get(reverse("profile")).status_code == 302


def test_owners_do_not_lock_themselves_out(admin, olive, send):
    admin.post(LIST, select([olive], "deactivate"))
    send(admin, page(olive), name="The owner", is_active="", is_superuser="", is_staff="")

    olive.refresh_from_db()
    assert (olive.is_active, olive.is_superuser, olive.is_staff, olive.name) == (
        True,
        True,
        True,
        "The owner",
    )
    assert button(olive, "deactivate") not in admin.get(page(olive)).content.decode()


def test_the_only_owner_stays_one(admin, olive, signed_in, send):
    oscar = world.owner("oscar")
    hers = Client()
    hers.force_login(oscar, backend="forum.accounts.backends.MemberBackend")
    # as oscar's press arrives, olive's has just been done
    User.objects.filter(pk=olive.pk).update(is_active=False)

    response = send(hers, page(oscar), name="Oscar")

    oscar.refresh_from_db()
    assert response.status_code == 302
    oscar.is_superuser = False
    with pytest.raises(ValidationError, match="only active owner"):
        oscar.full_clean()


def test_members_become_moderators_and_cease_to_be(admin, ada):
    admin.post(LIST, select([ada], "promote"))
    assert User.objects.get(username="ada").is_moderator

    admin.post(button(ada, "demote"))
    assert not User.objects.get(username="ada").is_moderator


# --- Staff who are not owners ---


def test_staff_deactivate_members_but_no_staff_and_no_owners(staff, ada, olive, signed_in):
    other = world.member("otto", is_staff=True)
    client = signed_in(staff)

    client.post(LIST, select([ada, olive, other, staff], "deactivate"))

    assert set(User.objects.filter(is_active=False)) == {ada}
    assert client.post(page(olive), {}).status_code == 403
    assert client.post(button(olive, "deactivate")).status_code == 302
    assert User.objects.get(username="olive").is_active


def test_staff_give_nobody_power(staff, ada, signed_in, send):
    client = signed_in(staff)
    group = Group.objects.create(name="Insiders")

    typed = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk], "user_permissions": [1]}
    assert send(client, page(ada), name="Countess", **typed).status_code == 302
    client.post(LIST, select([ada], "promote"))

    ada.refresh_from_db()
    assert ada.name == "Countess"
    assert (ada.is_staff, ada.is_superuser, ada.groups.count(), ada.user_permissions.count()) == (
        False,
        False,
        0,
        0,
    )


def test_staff_cannot_sign_in_as_somebody_else(staff, ada, signed_in, fill):
    staff.user_permissions.add(*Permission.objects.filter(content_type__app_label="account"))
    client = signed_in(staff)
    new = "another long password"

    assert client.get(password_page(ada)).status_code == 403
    assert client.post(password_page(ada), {"password1": new, "password2": new}).status_code == 403
    client.post(page(ada), address_form(fill, client, ada, **{"0-email": "stella@example.org"}))

    ada.refresh_from_db()
    assert ada.check_password(world.PASSWORD)
    assert ada.emailaddress_set.get().email == "ada@example.org"


def test_groups_are_the_owners_affair(staff, signed_in):
    staff.user_permissions.add(*Permission.objects.filter(content_type__model="group"))
    group = staff.groups.get()

    response = signed_in(staff).post(
        reverse("admin:auth_group_change", args=[group.pk]), {"name": "Owners"}
    )

    assert response.status_code == 403


def test_the_moderators_keep_the_name_that_the_forum_knows_them_by(admin, mo, fill):
    group = mo.groups.get()
    address = reverse("admin:auth_group_change", args=[group.pk])

    admin.post(address, {**fill(admin, address), "name": "Helpers"})

    assert Group.objects.get(pk=group.pk).name == MODERATORS


def test_groups_show_how_many_are_in_them(admin, mo):
    world.moderator("max")

    assert ">2</a>" in admin.get(reverse("admin:auth_group_changelist")).content.decode()
