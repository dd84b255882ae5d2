import re
from threading import Barrier, Thread

import pytest
from allauth.account import app_settings as rules
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse

import forum.settings
from forum.accounts.adapter import AccountAdapter
from forum.models import User
from tests.support import world

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://\S+")
NEW_PASSWORD = "an even longer horse"


def sign_up(client, username="zoe", email="zoe@example.org", password=world.PASSWORD, **headers):
    form = {"username": username, "email": email, "password1": password}
    return client.post(reverse("account_signup"), form, **headers)


def sign_in(client, login="ada", password=world.PASSWORD, query="", **headers):
    return client.post(
        reverse("account_login") + query, {"login": login, "password": password}, **headers
    )


def is_signed_in(client):
    return client.get(reverse("profile")).status_code == 200


def reset_link(user):
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
    ).replace("UID-KEY", key)


# --- Signing up ---


def test_a_new_member_confirms_the_address_and_is_in(client):
    response = sign_up(client)

    assert response.url == reverse("account_email_verification_sent")
    assert not is_signed_in(client)
    page = LINK.search(mail.outbox[0].body)[0].removeprefix(forum.settings.SITE_URL)
    client.post(page)
    assert is_signed_in(client)
    assert EmailAddress.objects.get(email="zoe@example.org").verified


def test_nobody_signs_in_before_the_address_is_confirmed(client):
    sign_up(client)

    sign_in(client, "zoe")

    assert not is_signed_in(client)


def test_a_taken_name_is_refused_in_the_form_with_the_rest_kept(client, ada):
    response = sign_up(client, username="Аԁа")

    assert response.status_code == 200
    assert "looks like it" in response.context["form"].errors["username"][0]
    assert 'value="zoe@example.org"' in response.text
    assert 'aria-invalid="true"' in response.text


@pytest.mark.parametrize("name", ["moderator", "Adm1n", "parley", "me_"])
def test_reserved_names_are_refused(client, name):
    assert "username" in sign_up(client, username=name).context["form"].errors


@pytest.mark.parametrize("password", ["short", "password123", "4815162342", "zoe@example"])
def test_weak_passwords_are_refused(client, password):
    assert "password1" in sign_up(client, password=password).context["form"].errors


@pytest.mark.parametrize(
    "email", ["ſam@example.org", "sam@ſite.example", "ıda@example.org", "sam@münchen.example"]
)
def test_addresses_with_letters_that_have_twins_are_refused(client, email):
    assert "email" in sign_up(client, email=email).context["form"].errors


def test_an_address_in_capitals_is_the_same_address(client, ada):
    sign_up(client, email="ADA@Example.ORG")

    assert not User.objects.filter(username="zoe").exists()


def test_signing_up_with_a_known_address_looks_the_same_but_only_tells_its_owner(client, ada):
    known, unknown = (
        sign_up(client, email=ada.email),
        sign_up(Client(), username="yan", email="yan@example.org"),
    )

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [m.to for m in mail.outbox] == [[ada.email], ["yan@example.org"]]
    assert not User.objects.filter(username="zoe").exists()


def test_a_name_taken_while_the_form_was_checked_is_refused_in_the_form(client, monkeypatch):
    check = AccountAdapter.clean_username

    def somebody_is_quicker(*args, **kwargs):
        monkeypatch.setattr(AccountAdapter, "clean_username", check)
        name = check(*args, **kwargs)
        User.objects.create_user("Z0E", "other@example.org")
        return name

    monkeypatch.setattr(AccountAdapter, "clean_username", somebody_is_quicker)
    response = sign_up(client)

    assert "username" in response.context["form"].errors
    assert not EmailAddress.objects.filter(email="zoe@example.org").exists()


@pytest.mark.store
@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_up_at_once_with_one_name_one_gets_it():
    together, answers = Barrier(2), []

    def run(email):
        together.wait()
        try:
            answers.append(sign_up(Client(), email=email).status_code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[f"zoe{n}@example.org"]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 302]
    assert User.objects.filter(username="zoe").count() == 1


# --- Signing in and out ---


@pytest.mark.parametrize("login", ["ada", "ADA", "ada@example.org", "Ada@Example.org"])
def test_members_sign_in_by_name_or_address(client, ada, login):
    sign_in(client, login)

    assert is_signed_in(client)


def test_a_look_alike_of_a_name_signs_nobody_in(client, ada):
    sign_in(client, "аdа")

    assert not is_signed_in(client)


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client, ada):
    known = sign_in(client, "ada", "wrong horse battery").context["form"].errors
    unknown = sign_in(client, "nobody-here", "wrong horse battery").context["form"].errors

    assert known == unknown


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_placeholder": True}])
def test_closed_accounts_and_placeholders_do_not_sign_in(client, ada, change):
    User.objects.filter(pk=ada.pk).update(**change)

    sign_in(client)

    assert not is_signed_in(client)


def test_an_open_session_ends_when_its_account_is_closed(client, ada):
    sign_in(client)
    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert not is_signed_in(client)


def test_signing_in_gives_the_session_a_new_key(client, ada):
    client.get("/")
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key

    sign_in(client)

    assert client.session.session_key != session.session_key
    assert not type(session)().exists(session.session_key)


@pytest.mark.parametrize(
    "page", ["account_login", "account_signup", "account_logout", "account_reset_password"]
)
def test_forms_of_other_sites_are_refused(ada, page):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(reverse(page), {"login": "ada", "password": world.PASSWORD})

    assert response.status_code == 403


def test_looking_at_the_sign_out_page_signs_nobody_out(client, ada):
    sign_in(client)

    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_after_signing_in_people_go_on_where_they_were(client, ada):
    assert sign_in(client, query="?next=/profile/").url == "/profile/"


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
    ],
)
def test_nobody_is_led_away_to_another_site(client, ada, place):
    address = reverse("account_login")
    form = {"login": "ada", "password": world.PASSWORD, "next": place}

    assert client.post(address, form).url == "/"
    assert client.get(address, {"next": place}).url == "/"


# --- Limits ---


@pytest.fixture
def few_tries(settings):
    """allauth's own limits for an address, lowered so that a test soon reaches them."""
    low = dict.fromkeys(("login", "signup", "reset_password"), "4/m/ip")
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **low}


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("account_login", {"login": "ada", "password": "x"}),
        ("account_signup", {"username": "a"}),
        ("account_reset_password", {"email": "ada@example.org"}),
    ],
)
def test_many_tries_from_one_address_are_answered_with_429_in_our_own_look(
    client, ada, few_tries, page, form
):
    answers = [client.post(reverse(page), form) for _ in range(5)]

    assert answers[-2].status_code != 429
    assert answers[-1].status_code == 429
    assert "<h1>" in answers[-1].text


def test_another_forwarded_address_does_not_help_against_the_limit(client, ada, few_tries):
    for n in range(5):
        response = sign_in(client, f"ada{n}", "x", headers={"x-forwarded-for": f"10.0.0.{n}"})

    assert response.status_code == 429


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        ("6.6.6.6, 10.0.0.{}", 200),
        ("6.6.6.6, ::ffff:10.0.0.{}", 200),
        ("2001:db8:0:{}::1", 200),
        ("10.0.0.{0}, 10.0.0.1:{0}", 429),
        ("2001:db8::{}", 429),
        ("10.0.0.{}, unknown", 429),
    ],
)
def test_behind_a_known_proxy_people_are_counted_by_their_own_network(
    client, ada, few_tries, settings, forwarded, status
):
    settings.TRUSTED_PROXIES = 1
    for n in range(5):
        response = sign_in(client, f"ada{n}", "x", headers={"x-forwarded-for": forwarded.format(n)})

    assert response.status_code == status


def test_who_comes_under_no_address_can_sign_in(client, ada, settings):
    settings.TRUSTED_PROXIES = 1

    assert sign_in(client, headers={"x-forwarded-for": "unix:"}).status_code == 302


# --- A lost password ---


def test_a_lost_password_is_replaced_through_a_link(client, ada):
    client.post(reverse("account_reset_password"), {"email": ada.email})
    form = client.get(
        LINK.search(mail.outbox[0].body)[0].removeprefix(forum.settings.SITE_URL), follow=True
    )
    client.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    sign_in(client, password=NEW_PASSWORD)

    assert is_signed_in(client)
    assert mail.outbox[-1].subject == "Your password for Parley was changed"


def test_a_link_serves_once(client, ada):
    link = reset_link(ada)
    ada.set_password(NEW_PASSWORD)
    ada.save()

    assert "no longer works" in client.get(link, follow=True).text


def test_asking_for_a_new_password_says_nothing_about_who_is_a_member(client, ada):
    known = client.post(reverse("account_reset_password"), {"email": ada.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_placeholder": True}])
def test_closed_accounts_and_placeholders_get_no_link(client, ada, change):
    User.objects.filter(pk=ada.pk).update(**change)

    client.post(reverse("account_reset_password"), {"email": ada.email})

    assert not any("/key/" in message.body for message in mail.outbox)


@pytest.mark.parametrize("email", ["ada@example.org", "zoe@example.org"])
@pytest.mark.parametrize("page", ["account_reset_password", "account_signup"])
def test_links_in_mails_lead_to_the_site_whatever_host_the_request_names(
    client, ada, settings, page, email
):
    settings.ALLOWED_HOSTS = ["*"]
    form = {"username": "zoe", "email": email, "password1": world.PASSWORD}

    client.post(reverse(page), form, headers={"host": "evil.example"})

    (message,) = mail.outbox
    assert "evil" not in message.body + message.subject
    assert {link[: len(settings.SITE_URL)] for link in LINK.findall(message.body)} == {
        settings.SITE_URL
    }


# --- Address, password, sessions ---


def test_a_new_address_counts_once_it_is_confirmed_and_the_old_one_is_told(client, ada):
    sign_in(client)
    asked = client.post(
        reverse("account_email"), {"action_add": "", "email": "countess@example.org"}
    )
    # and what was asked for is done without asking again
    client.post(asked.url, {"password": world.PASSWORD})
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"

    assert mail.outbox[-1].to == ["countess@example.org"]
    client.post(LINK.search(mail.outbox[-1].body)[0].removeprefix(forum.settings.SITE_URL))

    ada.refresh_from_db()
    assert ada.email == "countess@example.org"
    assert mail.outbox[-1].to == ["ada@example.org"]


def test_who_found_an_open_browser_cannot_change_the_address(client, ada, signed_in):
    response = signed_in(ada).post(
        reverse("account_email"), {"action_add": "", "email": "thief@example.org"}
    )

    assert response.url.startswith(reverse("account_reauthenticate"))
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()


def test_a_new_password_ends_the_sessions_elsewhere(client, ada):
    elsewhere = Client()
    sign_in(client)
    sign_in(elsewhere)

    form = {"oldpassword": world.PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post(reverse("account_change_password"), form)

    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)


def test_members_see_where_they_are_signed_in_and_end_it(client, ada, grace):
    elsewhere, stranger = Client(), Client()
    sign_in(client, headers={"user-agent": "(X11; Linux x86_64) Firefox/143.0"})
    sign_in(elsewhere, headers={"user-agent": "<b>(Windows NT 10.0) Chrome/140.0"})
    sign_in(stranger, "grace", headers={"user-agent": "(iPhone) Safari/604.1"})

    page = client.get(reverse("usersessions_list")).text
    assert "Firefox on Linux" in page
    assert "Chrome on Windows" in page
    assert "Safari on iPhone" not in page
    assert "Sign out everywhere else" in page

    client.post(reverse("usersessions_list"))
    assert "Sign out everywhere else" not in client.get(reverse("usersessions_list")).text
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert is_signed_in(stranger)
    assert UserSession.objects.filter(user=ada).count() == 1


# --- All pages ---


def account_pages(member):
    """Every address that allauth has, with keys that work and keys that don't."""
    keys = {
        "account_confirm_email": [
            EmailConfirmationHMAC(member.emailaddress_set.get()).key,
            "bad-key",
        ],
        "account_reset_password_from_key": [],
    }
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    names = [name for name in names if name.startswith(("account_", "usersessions_"))]
    assert len(names) > 12
    plain = [reverse(name) for name in names if name not in keys]
    confirmations = [
        reverse("account_confirm_email", args=[key]) for key in keys["account_confirm_email"]
    ]
    return [*plain, *confirmations, reset_link(member), reset_link(member)[:-4] + "xxx/"]


@pytest.mark.parametrize("who", ["guest", "member"])
def test_every_page_about_accounts_stands_in_our_look_without_scripts_or_styles_of_its_own(
    client, ada, who
):
    addresses = account_pages(ada)
    for address in addresses:
        visitor = Client()
        if who == "member":
            sign_in(visitor)
        response = visitor.get(address, follow=True)
        page = response.text
        assert response.status_code == 200, address
        assert page.count("<h1") == 1, address
        assert "<main" in page, address
        assert not re.search(
            r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|<img[^>]+src=.?http", page
        ), address
        assert re.search(r"<title>[^<]+ · Parley</title>|<title>Parley</title>", page), address


def test_a_closed_sign_up_says_so(client, monkeypatch):
    monkeypatch.setattr(
        "forum.accounts.adapter.AccountAdapter.is_open_for_signup", lambda self, request: False
    )

    assert "Sign-up is closed" in client.get(reverse("account_signup")).text


def test_a_member_without_a_password_may_set_one(client, ada, signed_in):
    ada.set_unusable_password()
    ada.save()

    assert "Choose a password" in signed_in(ada).get(reverse("account_set_password")).text


def test_every_field_has_a_label_and_every_error_belongs_to_its_field(client, ada):
    page = sign_up(client, username="ada", email="nonsense", password="short").text

    for field in ("id_username", "id_email", "id_password1"):
        assert f'<label for="{field}">' in page
        assert f'id="{field}_error"' in page
        assert re.search(
            rf'id="{field}"[^>]*aria-describedby="[^"]*{field}_error|aria-describedby="[^"]*{field}_error[^>]*id="{field}"',
            page,
        )


def test_the_first_superuser_signs_in_without_any_mail(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", world.PASSWORD)
    call_command(
        "createsuperuser", "--noinput", username="admin", email="Olive@example.org", verbosity=0
    )

    sign_in(client, "admin")

    assert client.get("/admin/").status_code == 200


def test_a_superuser_needs_an_address_and_a_name_of_their_own(ada):
    with pytest.raises(CommandError, match="email"):
        call_command("createsuperuser", "--noinput", username="olive", email="")
    with pytest.raises(CommandError, match="looks like"):
        call_command("createsuperuser", "--noinput", username="Аԁа", email="olive@example.org")


def test_the_admin_has_no_sign_in_of_its_own(client):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_the_limits_of_the_library_are_on():
    assert all(
        rules.RATE_LIMITS[action]
        for action in ("login", "signup", "reset_password", "confirm_email")
    )
