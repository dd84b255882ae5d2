"""Members add the browsers that are pushed to, see them in the settings, and remove them."""

import socket

import pytest
from django.core.management import call_command
from django.test import Client

from forum.notifications.models import Device, PushDelivery
from forum.notifications.push import keys, models
from forum.notifications.push.names import name_of
from tests.support.push_browser import PushBrowser, sign_in

pytestmark = [pytest.mark.store, pytest.mark.servers]

ADD, KEEP, RENEW, FORGET, REMOVE = (
    f"/settings/notifications/devices/{action}/"
    for action in ("add", "keep", "renew", "forget", "remove")
)
SETTINGS = "/settings/notifications/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def page(client):
    return client.get(SETTINGS).content.decode()


def add(client, receiver, path="/1", **headers):
    browser = PushBrowser(receiver.origin + path)
    assert client.post(ADD, browser.subscription, headers=headers).status_code == 204
    return browser


# --- The page ---


def test_a_device_is_listed_by_its_name_and_marked_if_it_is_this_one(grace, receiver):
    here, there = sign_in(grace), sign_in(grace)
    add(here, receiver, user_agent=FIREFOX)

    assert "Firefox on Windows</span> <strong>(this device)</strong>" in page(here)
    assert "Firefox on Windows</span>" in page(there)
    assert "(this device)" not in page(there)


def test_a_device_is_removed_without_scripts_and_only_by_its_member(grace, ada, receiver):
    client = sign_in(grace)
    add(client, receiver)
    [device] = Device.objects.all()
    assert sign_in(ada).post(REMOVE, {"device": device.pk}).status_code == 404
    for odd in ("", "x", "-1", "9" * 30, "²"):
        assert client.post(REMOVE, {"device": odd}).status_code == 404

    assert client.post(REMOVE, {"device": device.pk}, follow=True).status_code == 200
    assert not Device.objects.exists()
    assert "None yet." in page(client)


def test_without_a_key_push_is_not_offered_and_what_was_chosen_stays(grace, receiver, settings):
    client = sign_in(grace)
    assert "Push</th>" in page(client)
    assert "data-key" in page(client)
    chosen = client.get(SETTINGS).context["form"]
    fields = {name: chosen[name].value() for name in chosen.fields if chosen[name].value()}
    client.post(SETTINGS, {name: fields[name] for name in fields if name != "mention-push"})
    settings.VAPID_PRIVATE_KEY = ""

    assert "Push</th>" not in page(client)
    assert "push-device" not in page(client)
    assert client.post(ADD, PushBrowser(receiver.origin).subscription).status_code == 404
    client.post(SETTINGS, {name: value for name, value in fields.items() if "-push" not in name})
    settings.VAPID_PRIVATE_KEY = keys.new()
    assert client.get(SETTINGS).context["form"]["mention-push"].value() is False


def test_the_settings_ask_the_same_however_many_devices_there_are(
    grace, receiver, django_assert_max_num_queries
):
    for n in range(5):
        client = sign_in(grace)
        add(client, receiver, f"/{n}")
    with django_assert_max_num_queries(8):
        page(client)


# --- Adding ---


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": ""},
        {"endpoint": "https://127.0.0.1/1"},
        {"endpoint": "https://localhost/1"},
        {"endpoint": "https://169.254.169.254/latest/meta-data/"},
        {"endpoint": "http://push.example/1"},
        {"endpoint": "https://push.example:8443/1"},
        {"endpoint": "https://push.example/" + "a" * 700},
        {"p256dh": ""},
        {"p256dh": "AAAA"},
        {"p256dh": "B" + "A" * 86},
        {"p256dh": "ö" * 20},
        {"auth": ""},
        {"auth": "AAAA"},
        {"auth": "A" * 200},
    ],
)
def test_odd_subscriptions_are_refused_with_a_reason(changes, grace, receiver):
    answer = sign_in(grace).post(ADD, PushBrowser(receiver.origin).subscription | changes)

    assert answer.status_code == 422
    assert answer.content
    assert not Device.objects.exists()


def test_a_push_service_that_resolves_to_the_own_network_is_refused(grace, receiver, monkeypatch):
    inside = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [inside])

    answer = sign_in(grace).post(ADD, PushBrowser("https://push.example/1").subscription)
    assert answer.status_code == 422


def test_of_many_devices_the_ones_used_longest_ago_make_room(grace, receiver, monkeypatch):
    monkeypatch.setattr(models, "MOST_DEVICES", 2)
    for n in range(3):
        add(sign_in(grace), receiver, f"/{n}")

    assert {one.endpoint[-2:] for one in Device.objects.all()} == {"/1", "/2"}


def test_a_browser_that_subscribes_anew_is_one_device(grace, receiver):
    client = sign_in(grace)
    add(client, receiver, "/old")
    add(client, receiver, "/new")

    assert Device.objects.get().endpoint.endswith("/new")


def test_adding_is_limited(grace, receiver, settings):
    settings.RATES = settings.RATES | {"device": "1/hour"}
    client = sign_in(grace)
    add(client, receiver)

    assert client.post(ADD, PushBrowser(receiver.origin).subscription).status_code == 429


def test_guests_and_other_sites_add_nothing(client, grace, receiver):
    assert client.post(ADD, PushBrowser(receiver.origin).subscription).status_code != 204
    signed_in = Client(enforce_csrf_checks=True)
    signed_in.force_login(grace, backend="forum.accounts.backends.MemberBackend")
    signed_in.post(
        ADD,
        PushBrowser(receiver.origin).subscription,
        headers={"Origin": "https://elsewhere.example"},
    )
    signed_in.post(
        ADD, PushBrowser(receiver.origin).subscription, headers={"X-Member": str(grace.pk + 1)}
    )

    assert not Device.objects.exists()


# --- One browser, several members ---


def mention(topic, ada, told):
    topic.reply(ada, "@grace")
    told(ada)


def test_signing_out_ends_the_pushes_to_this_browser(grace, ada, topic, told, receiver, pushed):
    here, there = sign_in(grace), sign_in(grace)
    add(here, receiver, "/here")
    add(there, receiver, "/there")
    mention(topic, ada, told)
    here.post("/accounts/logout/")
    pushed()

    assert [one.path for one in receiver.received] == ["/there"]
    assert Device.objects.get().endpoint.endswith("/there")


def test_whoever_signs_in_next_never_gets_the_pushes_of_the_one_before(
    grace, iris, ada, topic, told, receiver, pushed
):
    client = sign_in(grace)
    add(client, receiver, "/one")
    mention(topic, ada, told)
    client.force_login(iris, backend="forum.accounts.backends.MemberBackend")  # no sign-out
    pushed()

    assert not receiver.received


def test_a_browser_that_somebody_else_adds_is_theirs_alone(
    grace, iris, ada, topic, told, receiver, pushed
):
    browser = add(sign_in(grace), receiver)
    mention(topic, ada, told)
    assert PushDelivery.objects.exists()
    assert sign_in(iris).post(ADD, browser.subscription).status_code == 204
    pushed()

    assert Device.objects.get().member == iris
    assert not receiver.received


def test_a_page_of_somebody_else_ends_them(grace, iris, receiver):
    browser = add(sign_in(grace), receiver)
    endpoint = {"endpoint": browser.subscription["endpoint"]}
    assert sign_in(iris).post(KEEP, endpoint).status_code == 404
    assert Device.objects.get().member == grace

    assert sign_in(iris).post(FORGET, endpoint).status_code == 204
    assert not Device.objects.exists()


def test_after_a_new_sign_in_a_page_takes_the_pushes_up_again(
    grace, ada, topic, told, receiver, pushed
):
    browser = add(sign_in(grace), receiver)
    grace.sign_out_everywhere()
    again = sign_in(grace)
    assert "None yet." in page(again)
    endpoint = {"endpoint": browser.subscription["endpoint"]}
    assert again.post(KEEP, endpoint).status_code == 204
    mention(topic, ada, told)
    pushed()

    assert "(this device)" in page(again)
    assert len(receiver.received) == 1


def test_a_page_takes_up_nothing_that_was_removed(grace, receiver):
    client = sign_in(grace)
    browser = add(client, receiver)
    client.post(REMOVE, {"device": Device.objects.get().pk})

    endpoint = {"endpoint": browser.subscription["endpoint"]}
    assert client.post(KEEP, endpoint).status_code == 404
    assert not Device.objects.exists()


# --- Another subscription of the same browser ---


def renew(client, receiver, old, path="/new", **changes):
    """The answer to a browser that has subscribed again, and that browser."""
    browser = PushBrowser(receiver.origin + path)
    endpoint = f"{receiver.origin}{old}" if old else ""
    return client.post(RENEW, browser.subscription | {"old": endpoint} | changes), browser


@pytest.mark.parametrize("old", ["/1", ""])
def test_what_waits_goes_to_the_new_subscription_of_the_browser(
    old, grace, ada, topic, told, receiver, pushed
):
    client = sign_in(grace)
    add(client, receiver)
    mention(topic, ada, told)
    answer, browser = renew(client, receiver, old)
    assert answer.status_code == 204
    pushed()

    [got] = receiver.received
    assert got.path == "/new"
    assert browser.read(got.body)["title"] == "Ada Lovelace mentioned you in “Tea or coffee?”"
    assert renew(client, receiver, "/1")[0].status_code == 204  # told again, by a page
    assert Device.objects.count() == 1


def test_a_subscription_that_its_service_has_ended_can_be_renewed(
    grace, ada, topic, told, receiver, pushed
):
    client = sign_in(grace)
    add(client, receiver)
    receiver.answers["/1"] = (410, {})
    mention(topic, ada, told)
    pushed()
    assert "None yet." in page(client)
    assert client.post(KEEP, {"endpoint": f"{receiver.origin}/1"}).status_code == 404

    assert renew(client, receiver, "/1")[0].status_code == 204
    assert "(this device)" in page(client)
    mention(topic, ada, told)
    pushed()
    assert [one.path for one in receiver.received] == ["/1", "/new"]


def test_a_new_sign_in_renews_by_the_former_endpoint_alone(grace, receiver):
    add(sign_in(grace), receiver)
    grace.sign_out_everywhere()
    again = sign_in(grace)

    assert renew(again, receiver, "")[0].status_code == 404
    assert renew(again, receiver, "/1")[0].status_code == 204
    assert "(this device)" in page(again)


def test_nobody_renews_what_is_not_theirs_or_was_removed(client, grace, iris, receiver):
    hers = sign_in(grace)
    add(hers, receiver)
    assert renew(sign_in(iris), receiver, "/1")[0].status_code == 404
    assert renew(client, receiver, "/1")[0].status_code != 204
    assert Device.objects.get().endpoint.endswith("/1")

    hers.post(REMOVE, {"device": Device.objects.get().pk})
    assert renew(hers, receiver, "/1")[0].status_code == 404
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"endpoint": "https://127.0.0.1/1"}, {"p256dh": "AAAA"}, {"auth": ""}],
)
def test_a_new_subscription_is_looked_at_as_any_other(changes, grace, receiver):
    client = sign_in(grace)
    add(client, receiver)

    assert renew(client, receiver, "/1", **changes)[0].status_code == 422
    assert Device.objects.get().endpoint.endswith("/1")


@pytest.mark.parametrize("size", [701, 200_000])
def test_long_endpoints_are_nobodys(size, grace, receiver):
    client, odd = sign_in(grace), "a" * size
    add(client, receiver)

    assert client.post(KEEP, {"endpoint": odd}).status_code == 404
    assert client.post(FORGET, {"endpoint": odd}).status_code == 204
    assert client.post(RENEW, {"old": odd}).status_code == 422
    assert Device.objects.count() == 1


def test_the_worker_learns_the_key(client, db, push_key):
    assert client.get("/settings/notifications/devices/key/").text == push_key


# --- The rest ---


def test_the_service_worker_is_for_the_whole_site_and_always_fresh(client, db):
    answer = client.get("/sw.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert b'addEventListener("push"' in answer.content


def test_a_key_is_printed_as_a_line_for_the_settings(capsys, settings):
    call_command("vapid_keys")
    name, _equals, settings.VAPID_PRIVATE_KEY = capsys.readouterr().out.strip().partition("=")

    assert name == "VAPID_PRIVATE_KEY"
    assert len(keys.public()) == 87


@pytest.mark.parametrize(
    ("sender", "is_secure", "subject"),
    [
        ("Parley <forum@example.org>", True, "mailto:forum@example.org"),
        ("parley@localhost", True, "https://forum.example.org"),
        ("parley@localhost", False, "mailto:parley@localhost"),
    ],
)
def test_push_services_learn_how_to_reach_the_owner(sender, is_secure, subject, settings):
    settings.DEFAULT_FROM_EMAIL, settings.HTTPS = sender, is_secure
    settings.SITE_URL = "https://forum.example.org"

    assert keys.subject() == subject


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Safari/537.36 EdgA/140", "Edge on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("<script>" * 100, "A browser"),
        ("", "A browser"),
    ],
)
def test_devices_are_named_plainly(user_agent, name):
    assert name_of(user_agent) == name
