"""Pushes in Chromium: the service worker shows them, and the settings add and remove this browser.

Subscribing needs Google's push service, which no test can reach. So PushManager and the permission
are stubs, in the page alone; the worker, its registration and what is pushed to it are real.
"""

import json

import pytest
from allauth.usersessions.models import UserSession
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forum.notifications.models import Device
from tests.browser.conftest import NOWHERE
from tests.browser.people import Person, session_cookie
from tests.support import world
from tests.support.chromium import CHROMIUM
from tests.support.polling import until
from tests.support.push_browser import PushBrowser

pytestmark = pytest.mark.once

SETTINGS = "/settings/notifications/"
STUB = """(({ subscription: keys, permission }) => {
  const made = {
    endpoint: keys.endpoint,
    toJSON: () => ({ endpoint: keys.endpoint, keys }),
    unsubscribe: async () => { localStorage.removeItem("stub"); return true; },
  };
  const current = () => (localStorage.getItem("stub") ? made : null);
  Object.defineProperty(Notification, "permission", { get: () => permission });
  Notification.requestPermission = async () => {
    localStorage.setItem("asked", "1");
    return permission;
  };
  PushManager.prototype.getSubscription = async () => current();
  PushManager.prototype.subscribe = async ({ applicationServerKey: key }) => {
    if (key.length !== 87) throw new Error("no key");
    localStorage.setItem("stub", "1");
    return made;
  };
})(%s);"""


@pytest.fixture
def grace(transactional_db):
    return world.member("grace")


@pytest.fixture
def arrives(visit):
    """A function that gives a person whose browser can subscribe, as it seems to the page."""

    def arrive(user, permission="granted"):
        return subscribing(visit(user), user, permission)

    return arrive


@pytest.fixture
def notified(chromium, site, grace):
    """Grace, with a browser that shows notifications, which the headless shell does not."""
    options = {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-gpu"]}
    browser = chromium.browser_type.launch(**options)
    person = subscribing(Person(browser, site.address, grace), grace)
    person.context.grant_permissions(["notifications"])
    yield person
    browser.close()


def subscribing(person, user, permission="granted"):
    subscription = PushBrowser(f"http://{NOWHERE}/1").subscription
    values = {"subscription": subscription, "permission": permission}
    person.context.add_init_script(STUB % json.dumps(values))
    list_session(person, user)
    return person


def list_session(person, user):
    """As signing in does."""
    [cookie] = [one for one in person.context.cookies() if one["name"] == "sessionid"]
    UserSession.objects.create(user=user, session_key=cookie["value"], ip="127.0.0.1")


def becomes(person, user):
    """Somebody signs in, without a sign-out before."""
    person.context.add_cookies([session_cookie(user, person.address)])
    list_session(person, user)


def button(page):
    return page.get_by_role("button", name="Notify me on this device")


def worker_is_registered(page):
    return page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length > 0)")


def test_a_browser_is_added_at_a_click_and_not_before(arrives, grace):
    person = arrives(grace)
    page = person.opens_live(SETTINGS)
    expect(button(page)).to_be_visible()
    assert not worker_is_registered(page)
    assert page.evaluate("localStorage.getItem('asked')") is None

    button(page).click()
    expect(page.locator("push-device [role=status]")).to_have_text(
        "You are notified on this device from now on."
    )
    expect(page.locator("#devices [data-this]")).to_contain_text("on Linux (this device)")
    expect(button(page)).to_be_hidden()
    assert worker_is_registered(page)
    assert Device.objects.get().member == grace
    assert not Axe().run(page).response["violations"]

    page.reload()
    expect(page.locator("#devices [data-this]")).to_be_visible()
    expect(button(page)).to_be_hidden()
    assert not person.errors


def test_what_went_wrong_is_said(arrives, grace):
    page = arrives(grace, permission="denied").opens_live(SETTINGS)
    button(page).click()

    expect(page.locator("push-device [role=status]")).to_contain_text("blocks notifications")
    expect(button(page)).to_be_enabled()
    assert not worker_is_registered(page)
    assert not Device.objects.exists()


def test_a_removed_browser_ends_its_subscription(arrives, grace):
    page = arrives(grace).opens_live(SETTINGS)
    button(page).click()
    page.get_by_role("button", name="Remove").click()

    expect(page.locator("#devices")).to_contain_text("None yet.")
    expect(button(page)).to_be_visible()
    until(lambda: not worker_is_registered(page))
    assert page.evaluate("localStorage.getItem('stub')") is None
    assert not Device.objects.exists()


def test_a_page_of_the_next_member_ends_the_pushes_of_the_one_before(arrives, grace, ada):
    person = arrives(grace)
    button(person.opens_live(SETTINGS)).click()
    until(Device.objects.exists)
    becomes(person, ada)
    page = person.opens_live("/")

    until(lambda: not Device.objects.exists())
    until(lambda: not worker_is_registered(page))


def test_after_a_new_sign_in_the_pushes_go_on(arrives, grace):
    person = arrives(grace)
    page = person.opens_live(SETTINGS)
    button(page).click()
    expect(page.locator("#devices [data-this]")).to_be_visible()
    grace.sign_out_everywhere()
    becomes(person, grace)
    page.goto(SETTINGS)

    expect(page.locator("#devices [data-this]")).to_be_visible()
    expect(button(page)).to_be_hidden()


RENEWED = """async (keys) => {
  const made = {
    endpoint: keys.endpoint,
    toJSON: () => ({ endpoint: keys.endpoint, keys }),
    unsubscribe: async () => (self.unsubscribed = true),
  };
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async ({ applicationServerKey: key }) => {
    if (key.length !== 87) throw new Error("no key");
    return made;
  };
  const event = new ExtendableEvent("pushsubscriptionchange");
  let renewal;
  Object.defineProperty(event, "waitUntil", { value: (promise) => (renewal = promise) });
  if (keys.old) Object.defineProperty(event, "oldSubscription", { value: { endpoint: keys.old } });
  self.dispatchEvent(event);
  await renewal;
  return Boolean(self.unsubscribed);
}"""


@pytest.mark.parametrize("is_old_known", [True, False])
def test_a_worker_whose_subscription_has_ended_makes_another_one(notified, is_old_known):
    person, page = notified, notified.opens_live(SETTINGS)
    button(page).click()
    expect(page.locator("#devices [data-this]")).to_be_visible()
    until(lambda: page.evaluate("1") and person.context.service_workers)
    [worker] = person.context.service_workers
    old = Device.objects.get().endpoint if is_old_known else ""
    subscription = PushBrowser(f"http://{NOWHERE}/2").subscription

    assert worker.evaluate(RENEWED, subscription | {"old": old}) is False
    assert Device.objects.get().endpoint.endswith("/2")

    Device.objects.all().delete()  # the member has removed it, elsewhere
    assert worker.evaluate(RENEWED, subscription | {"old": old}) is True
    assert not Device.objects.exists()


def test_a_page_tells_of_a_subscription_that_the_worker_could_not_tell_of(arrives, grace):
    page = arrives(grace).opens_live(SETTINGS)
    button(page).click()
    expect(page.locator("#devices [data-this]")).to_be_visible()
    Device.objects.update(endpoint="http://push.example/former")
    page.evaluate(
        """() => {
          const mark = Object.keys(localStorage).find((key) => key.startsWith("push "));
          const [day] = localStorage.getItem(mark).split(" ");
          localStorage.setItem(mark, `${day} http://push.example/former`);
          sessionStorage.clear();
        }"""
    )
    page.goto("/")
    until(lambda: Device.objects.get().endpoint == f"http://{NOWHERE}/1")
    page.goto(SETTINGS)
    expect(page.locator("#devices [data-this]")).to_be_visible()


def test_the_worker_shows_what_is_pushed_and_leads_to_it(notified, topic, site):
    person, page = notified, notified.opens_live(SETTINGS)
    devtools = person.context.new_cdp_session(page)
    registrations = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    button(page).click()
    expect(page.locator("#devices [data-this]")).to_be_visible()
    until(lambda: page.evaluate("1") and registrations)

    def push(**changes):
        message = {
            "title": "Ada mentioned you in “Tea”",
            "body": "@grace, tea?",
            "address": topic.get_absolute_url(),
            "tag": "mention:1",
            "at": 0,
            "unread": 3,
        }
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": site.address,
                "registrationId": registrations[-1]["registrationId"],
                "data": json.dumps(message | changes),
            },
        )

    def shown():
        return page.evaluate(
            """navigator.serviceWorker.getRegistration("/")
              .then((worker) => worker.getNotifications())
              .then((all) => all.map(({ title, body }) => `${title}: ${body}`))"""
        )

    push()
    until(lambda: shown() == ["Ada mentioned you in “Tea”: @grace, tea?"])
    push(title="2 others mentioned you in “Tea”", body="Well")
    until(lambda: shown() == ["2 others mentioned you in “Tea”: Well"])

    [worker] = person.context.service_workers
    worker.evaluate("address => lead(address)", topic.get_absolute_url())
    expect(page).to_have_url(site.address + topic.get_absolute_url())
    assert not person.errors
