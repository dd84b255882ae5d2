import pytest
from django.template.loader import get_template
from django.test import Client

TYPED = {"title": "Tea", "body": 'My <b>long</b> "text"', "token": "0" * 32}


@pytest.fixture
def stale(ada):
    """A member's browser whose form has outlived its token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
    return client


@pytest.mark.parametrize("name", ["400.html", "500.html", "503.html"])
def test_a_page_for_the_worst_moments_needs_nothing(name):
    """No context, no request, no database: without the fixture a query here would fail."""
    html = get_template(name).render()

    assert name[:3] in html
    assert "site.css" in html
    assert "<script" not in html


def test_a_missing_page_leads_on(client, db):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_forbidden_page_says_so(signed_in, ada, topic):
    response = signed_in(ada).post(f"/t/{topic.pk}/close/")

    assert response.status_code == 403
    assert "You can't do this" in response.content.decode()


def test_a_stale_form_can_be_sent_again_with_its_text(stale):
    html = stale.post("/t/create/", TYPED, headers={"Origin": "http://testserver"}).content.decode()

    assert 'action="/t/create/"' in html
    assert 'name="body" value="My &lt;b&gt;long&lt;/b&gt; &quot;text&quot;"' in html
    assert "csrfmiddlewaretoken" in html


def test_a_form_from_elsewhere_can_only_be_read(stale):
    html = stale.post(
        "/t/create/", TYPED, headers={"Origin": "https://evil.example"}
    ).content.decode()

    assert "My &lt;b&gt;long&lt;/b&gt;" in html
    assert 'action="/t/create/"' not in html
