"""Somebody with a browser of their own."""

import re
import time
from contextlib import suppress

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from playwright.sync_api import Error

from forum.accounts.sessions import SessionStore
from tests.support.polling import DEADLINE

BACKEND = "forum.accounts.backends.MemberBackend"

MARKS = "Object.keys(localStorage).filter((key) => key.startsWith('queue '))"  # of what is queued

COMPOSER = "textarea[data-composer][autocomplete]"  # once its script has come

TOPIC_PARTS = (
    "#topic-header, #posts > .post, #pager, .topic__bar, .reply, .aside__reply, .timeline, .jump,"
    " .aside__links"
)

# What a reader sees of the live parts, without what differs from moment to moment or is typed and
# sent by forms, nor which reactions are the reader's own, which a script marks a moment later, nor
# the hash in the name of the icons: what the process of the tests tells over Redis has none.
SNAPSHOT = """selector => [...document.querySelectorAll(selector)].map(element => {
  const copy = element.cloneNode(true);
  for (const node of copy.querySelectorAll(".composer, [data-position]")) node.replaceChildren();
  for (const hidden of copy.querySelectorAll("[type=hidden]")) {
    for (const name of ["value", "data-typed-at", "data-stored"]) hidden.removeAttribute(name);
  }
  for (const node of [copy, ...copy.querySelectorAll("*")]) {
    node.classList.remove("post--new", "row--new");
    if (!node.getAttribute("class")) node.removeAttribute("class");
    node.removeAttribute("style");
    if (node.getAttribute("form") === "react") node.removeAttribute("aria-pressed");
    if (node.tagName === "TIME") { node.textContent = ""; node.removeAttribute("title"); }
  }
  return copy.outerHTML.replace(/\\s+/g, " ").replace(/icons\\.[0-9a-f]{12}\\.svg/g, "icons.svg");
})"""


def closes(page):
    """Closes a page without network: what its routes held back would be let go as it closes."""
    context = page.context
    context.set_offline(True)
    page.close()
    context.set_offline(False)


class Person:
    def __init__(self, chromium, address, user=None, scripts=True, **options):
        self.address, self.user = address, user
        options = {"viewport": {"width": 1280, "height": 800}, **options}
        self.context = chromium.new_context(
            base_url=address, java_script_enabled=scripts, **options
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._listen)
        if user:
            self.context.add_cookies([session_cookie(user, address)])

    def _listen(self, message):
        if (
            message.type == "error"
            and "Failed to load resource" not in message.text
            and "WebSocket" not in message.text
        ):
            self.errors.append(message.text)

    def opens(self, where):
        """Opens a page (an address or anything that has one) and waits until it is live."""
        path = where if isinstance(where, str) else where.get_absolute_url()
        self.page.goto(path)
        return self.page

    def opens_live(self, where):
        page = self.opens(where)
        page.locator("live-status[data-state=live]").wait_for(state="attached")
        return page

    def sends(self, path, **fields):
        """Posts a form without showing it, as another tab of this person would."""
        token = self.context.request.get(
            "/accounts/password/change/" if self.user else "/accounts/login/"
        )
        assert token.ok
        csrf = next(
            cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "csrftoken"
        )
        answer = self.context.request.post(
            path,
            form={"csrfmiddlewaretoken": csrf, **fields},
            headers={"Referer": self.address + "/"},
            max_redirects=0,
        )
        assert answer.status in (200, 302), f"{path}: {answer.status} {answer.text()[:500]}"
        return answer

    def sees(self, selector):
        return self.page.evaluate(SNAPSHOT, selector)

    def hurries(self):
        """What its page spreads over a moment, so that a crowd does not ask at once, it does
        soon.
        """
        self.page.evaluate("void (Math.random = () => 0.01)")

    def ends_like_a_fresh_page(self, topic, address=None):
        """Waits until the page has the topic's last change and shows what one shows that is loaded
        now.
        """
        topic.refresh_from_db()
        self.page.locator(f"live-topic[data-change='{topic.change}']").wait_for(timeout=40_000)
        old, self.page = self.page, self.context.new_page()
        self.opens(address or topic)
        fresh = self._shows()
        self.page.close()
        self.page = old
        deadline = time.monotonic() + DEADLINE
        while self._shows() != fresh and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert self._shows() == fresh

    def _shows(self):
        """The live parts of a topic, and its name in the tab without what is counted there."""
        return [*self.sees(TOPIC_PARTS), re.sub(r"^\(\d+\) ", "", self.page.title())]

    def leave(self):
        for routed in (self.context, *self.context.pages):
            with suppress(Error):  # it was closed by the test
                routed.unroute_all(behavior="ignoreErrors")  # of what is still under way
        self.context.close()
        assert not self.errors, self.errors


def ends_sessions(page):
    """Signs everybody out, unnoticed by `page` until it sends something.

    Otherwise a sweep would tell it within a second, before or after a test's next step.
    """
    page.route("**/js/reader.*", lambda route: route.abort())
    Session.objects.all().delete()


def loses_answer(page, address):
    """The next request to `address` is served, but not answered; the list has an item afterwards.

    Wait for it: a push may show the post before, and the test would end with the request under way.
    """
    lost = []
    page.route(address, lambda route: lost.append((route.fetch(), route.abort())), times=1)
    return lost


def session_cookie(user, address):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}
