"""What a browser shows of a refusal that comes while it is still sending: the forum's page or
words, not its own error.

On `manage.py serve` and no proxy before it."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import COMPOSER
from tests.support.redis_server import RedisServer
from tests.support.server import Server

pytestmark = pytest.mark.once

SIZE = 4_000_000  # bytes; the forum takes one million, and more only in forms with files
WRITE = """(area, size) => {
  area.hidden = true; // to lay it out would take a minute
  area.value = "x".repeat(size);
}"""


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, collected, tmp_path_factory):
    redis = RedisServer(tmp_path_factory.mktemp("redis"))
    redis.start()
    with django_db_blocker.unblock():
        server = Server("serve", STATIC_ROOT=collected, REDIS_URL=redis.address).start()
    yield server
    server.stop()
    redis.kill()


def test_a_form_that_is_too_large_leads_to_the_page_that_says_so(visit, ada):
    page = visit(ada, scripts=False).opens("/profile/")
    page.locator("textarea[name=about]").evaluate(WRITE, SIZE)

    page.locator("form", has=page.locator("textarea[name=about]")).get_by_role("button").click()

    expect(page.get_by_role("heading", name="This is too large")).to_be_visible()


def test_with_scripts_the_form_says_why_and_keeps_the_text(visit, ada, topic):
    page = visit(ada).opens(topic)
    page.locator(COMPOSER).wait_for()
    text = page.locator("textarea[name=body]")
    text.evaluate(WRITE, SIZE)

    page.get_by_role("button", name="Reply", exact=True).click()

    expect(page.locator(".form__state")).to_contain_text("Not accepted (error 413)")
    assert text.evaluate("area => area.value.length") == SIZE
