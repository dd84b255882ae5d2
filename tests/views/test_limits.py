"""Whatever is sent is counted, by member or by a guest's network; nothing that was typed is
lost.
"""

import re

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from forum.cache import rate_limits
from forum.views.limits import EXEMPT
from tests.support import world

pytestmark = pytest.mark.django_db

SAMPLES = {"int": "1", "str": "ada", "slug": "hide", "path": "x", "uuid": "0" * 32}


@pytest.fixture
def only(settings):
    """A function that sets some rates, and leaves the others as they are."""

    def only(**changed):
        settings.RATES = {**settings.RATES, **changed}
        rate_limits.reset()

    return only


def addresses(resolver=None, before="", names=""):
    """(name, an address that leads there) for every entry of urls.py and what it includes."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + example_of(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route, f"{entry.namespace}:" if entry.namespace else names)
        else:
            yield names + (entry.name or ""), f"/{route}"


def example_of(pattern):
    route = str(pattern)
    if "(?P<" in route:  # a regular expression
        named = {"uidb36": "1", "key": "abc", "app_label": "forum"}
        named |= {"upload_name": "0" * 32, "variant": "640"}
        route = re.sub(
            r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda match: named.get(match[1], "1"), route
        )
        return re.sub(r"[\^$\\]|/\?", "", route)
    return re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match[1] or "str"], route)


@pytest.mark.thorough
def test_every_address_that_something_can_be_sent_to_is_limited(only, ada, olive):
    only(write="1/day")
    found = list(addresses())
    assert len(found) > 100
    visitors = [Client(), Client(), Client()]
    for visitor, member in zip(visitors[1:], (ada, olive), strict=True):
        visitor.force_login(member, backend="forum.accounts.backends.MemberBackend")
    for visitor in visitors:
        visitor.post(reverse("theme"), {"theme": "dark"})

    for name, address in found:
        for visitor in visitors if name not in EXEMPT else []:
            assert visitor.post(address).status_code == 429, (name, address)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_method_goes_around_it(only, client, method):
    only(write="1/day")

    assert [getattr(client, method)("/").status_code for _ in range(2)] == [405, 429]


def test_the_exceptions_are_addresses_that_exist():
    assert {name for name, _address in addresses()} >= set(EXEMPT)


def test_signing_out_is_always_possible(only, ada, signed_in):
    only(write="1/day")
    client = signed_in(ada)
    client.post(reverse("theme"))

    client.post(reverse("account_logout"))

    assert client.get(reverse("profile")).status_code == 302


def test_looking_is_never_counted(only, ada, signed_in, topic):
    only(write="1/day")
    client = signed_in(ada)

    assert {client.get(topic.get_absolute_url()).status_code for _ in range(3)} == {200}


def test_what_other_sites_send_in_somebody_s_name_does_not_count(only, ada):
    only(write="1/day")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")

    assert [client.post(reverse("profile"), {"name": "x"}).status_code for _ in range(3)] == [
        403,
        403,
        403,
    ]


def test_guests_of_one_network_count_together_and_others_do_not(only):
    only(write="1/day")

    def send(address):
        return Client(REMOTE_ADDR=address).post(reverse("theme"), {"theme": "dark"}).status_code

    assert [send(address) for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")] == [
        302,
        429,
        302,
    ]
    assert [send(address) for address in ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2")] == [
        302,
        429,
        302,
    ]


def test_members_of_one_network_do_not_count_together(only, ada, grace):
    only(write="1/day")
    answers = []
    for member in (ada, grace):
        client = Client()
        client.force_login(member, backend="forum.accounts.backends.MemberBackend")
        answers.append(client.post(reverse("theme")).status_code)

    assert answers == [302, 302]


def test_what_was_typed_comes_back_and_can_be_sent_again(only, ada, signed_in, topic):
    only(write="1/hour")
    client = signed_in(ada)
    client.post(reverse("theme"))

    answer = client.post(
        reverse("create_reply", args=[topic.pk]),
        {"body": "An hour's <work>.", "token": world.token()},
    )

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert "An hour&#x27;s &lt;work&gt;." in answer.text
    assert f'action="{reverse("create_reply", args=[topic.pk])}"' in answer.text
    assert re.search(r"wait \d+ (minute|second)s", answer.text)


def test_passwords_do_not_come_back(only, client):
    only(write="1/day")
    client.post(reverse("theme"))

    answer = client.post(reverse("account_login"), {"login": "ada", "password": "s3cret-word"})

    assert answer.status_code == 429
    assert "s3cret-word" not in answer.text


def test_a_form_that_could_only_be_sent_again_in_part_is_not(only, olive, signed_in, lounge):
    """Or the admin would take the missing fields for emptied ones, and open a private category to
    everybody.
    """
    only(write="1/day")
    client, address = signed_in(olive), reverse("admin:forum_category_change", args=[lounge.pk])
    client.post(reverse("theme"))

    answer = client.post(
        address, {"name": lounge.name, "description": "Only for us.", "readers": ["1"]}
    )

    assert answer.status_code == 429
    assert f'action="{address}"' not in answer.text
    assert "Only for us." in answer.text


@pytest.mark.parametrize("more", [{"is_active": "on"}, {"_save": "Save"}, {"groups": ["1", "2"]}])
def test_nor_is_a_member_s_from_the_admin(only, ada, olive, signed_in, more):
    only(write="1/day")
    client, address = signed_in(olive), reverse("admin:forum_user_change", args=[ada.pk])
    client.post(reverse("theme"))

    answer = client.post(address, {"name": "Ada", "about": "Writes programs.", **more})

    assert f'action="{address}"' not in answer.text
    assert "Writes programs." in answer.text


# --- Rates of their own ---


def test_titles_are_limited_and_the_new_one_comes_back(only, ada, signed_in, topic):
    only(rename="1/day")
    client, address = signed_in(ada), reverse("edit_topic", args=[topic.pk])

    assert client.post(address, {"title": "Water?"}).status_code == 302
    answer = client.post(address, {"title": "Or juice?"})

    topic.refresh_from_db()
    assert (answer.status_code, topic.title) == (422, "Water?")
    assert "Or juice?" in answer.text
    assert re.search(r"wait \d+ (second|minute|hour)s?,", answer.text)


def test_display_names_are_limited_more_than_the_rest_of_the_profile(only, ada, signed_in):
    only(name="1/day")
    client = signed_in(ada)

    assert client.post(reverse("profile"), {"name": "Countess", "about": ""}).status_code == 302
    answer = client.post(reverse("profile"), {"name": "Duchess", "about": "Typed for an hour."})
    assert (
        client.post(reverse("profile"), {"name": "Countess", "about": "Short."}).status_code == 302
    )

    ada.refresh_from_db()
    assert (answer.status_code, ada.name, ada.about) == (422, "Countess", "Short.")
    assert "Typed for an hour." in answer.text
    assert "Duchess" in answer.text


def test_what_waits_to_be_sent_does_not_pass_a_new_name_for_the_old_one(only, ada, signed_in):
    only(name="1/day")
    client = signed_in(ada)
    client.post(reverse("profile"), {"name": "Countess"})
    session = client.session
    session["unsent"] = {"path": reverse("profile"), "fields": {"name": "Duchess"}}
    session.save()

    assert client.post(reverse("profile"), {"name": "Duchess"}).status_code == 422


def test_profiles_are_limited(only, ada, signed_in):
    only(profile="1/day")
    client = signed_in(ada)

    answers = [
        client.post(reverse("profile"), {"name": ada.name, "about": about})
        for about in ("One.", "Two.")
    ]

    assert [answer.status_code for answer in answers] == [302, 422]


def test_hiding_and_restoring_are_limited_together(only, ada, signed_in, topic):
    only(hide="2/day")
    client, post = signed_in(ada), topic.posts.get()

    answers = [
        client.post(reverse(f"{verb}_post", args=[post.pk])) for verb in ("hide", "restore", "hide")
    ]

    post.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert "too often" in answers[-1].text
    assert not post.is_hidden


def test_moderators_have_only_the_general_limit(only, mo, signed_in, topic):
    only(hide="1/day", rename="1/day")
    client, post = signed_in(mo), topic.posts.get()

    for verb in ("hide", "restore", "hide"):
        assert client.post(reverse(f"{verb}_post", args=[post.pk])).status_code == 302
    for title in ("Water?", "Juice?"):
        assert (
            client.post(reverse("edit_topic", args=[topic.pk]), {"title": title}).status_code == 302
        )
