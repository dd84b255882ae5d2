"""What comes through nginx and through Caddy, set up as deploy/ does."""

import gzip
import http.client
import re
import socket
import ssl
import subprocess

import pytest

from forum.serving.security_headers import HEADERS
from tests.deploy.site import DEPLOY, Caddy, Nginx
from tests.deploy.visitors import Visitor, answer, watch
from tests.support import world

pytestmark = pytest.mark.once

HSTS = f"max-age={365 * 24 * 60 * 60}; includeSubDomains"


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request):
    return request.getfixturevalue(request.param)


def test_pages_sockets_files_and_addresses_come_through(proxy, site, visit, topic, ada):
    guest = visit(address=proxy.address)

    page = guest.get(topic.get_absolute_url())
    assert page.status == 200
    assert "I wonder." in page.text

    member = visit(ada, proxy.address)
    socket = member.opens_socket()
    assert watch(socket, topic)["change"] == topic.change
    member.opens_form("/profile/")
    assert member.replies(topic, "Through the proxy.").status == 302
    assert answer(socket, "post_update")["change"] == topic.change + 1

    stylesheet = re.search(r'href="(/static/css/site\.[^"]+\.css)"', page.text).group(1)
    file = guest.get(stylesheet, Accept_Encoding="gzip")
    assert "immutable" in file.headers["Cache-Control"]
    assert file.headers["Content-Encoding"] == "gzip"
    assert file.headers["Content-Type"] == "text/css; charset=utf-8"
    assert gzip.decompress(file.body) == guest.get(stylesheet).body


def test_files_come_from_the_proxy_itself(proxy, site, visit):
    guest = visit(address=proxy.address)
    (proxy.static / "added.txt").write_text(
        "The forum has not looked for new files since it started."
    )

    file = guest.get("/static/added.txt")

    assert file.status == 200
    assert "immutable" not in file.headers["Cache-Control"]


def test_the_address_of_a_member_is_the_real_one_whatever_they_say(proxy, site, visit):
    world.member("ada")
    visitor = visit(address=proxy.address, come_from="127.0.0.7")
    forged = {
        "X_Forwarded_For": "203.0.113.9",
        "X_Real_IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
    }

    visitor.opens_form("/accounts/login/", **forged)
    signed_in = visitor.post(
        "/accounts/login/", {"login": "ada", "password": world.PASSWORD}, **forged
    )

    assert signed_in.status == 302
    assert "from 127.0.0.7" in visitor.get("/accounts/sessions/", **forged).text


def test_behind_tls_cookies_are_secure_and_browsers_remember_it(proxy, site, visit):
    guest = visit(address=proxy.address)

    page = guest.opens_form("/accounts/login/", X_Forwarded_Proto="http")

    assert page.status == 200
    assert "; Secure" in page.headers["Set-Cookie"]
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]


def test_the_plain_port_leads_to_tls(proxy, site):
    line = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=30)
    line.request("GET", "/t/12/?page=2")

    answered = line.getresponse()

    assert answered.status == 301
    assert re.fullmatch(r"https://[^/]+/t/12/\?page=2", answered.headers["Location"])
    assert has_each_safety_header_once(answered.headers), answered.headers.items()
    assert "Strict-Transport-Security" not in answered.headers  # which only TLS may say
    line.close()


def test_who_sends_too_much_is_told_so(proxy, site, visit):
    guest = visit(address=proxy.address)
    guest.opens_form("/accounts/login/")

    answered = guest.post("/accounts/login/", {"login": "x" * 1_100_000})

    assert answered.status == 413
    assert "too large" in answered.text


@pytest.mark.parametrize("kind", [Nginx, Caddy])
def test_while_the_forum_is_down_a_page_in_its_look_says_so(kind, nginx, tmp_path):
    proxy = kind(tmp_path)
    proxy.static = nginx.static
    visitor = Visitor(proxy.start().address)

    page = visitor.get("/t/12/")
    sheet = visitor.get(re.search(r'rel="stylesheet" href="([^"]+)"', page.text)[1])

    assert (page.status, sheet.status) == (502, 200)
    assert is_safe_over_tls(page.headers), page.headers.items()
    assert "Back in a moment" in page.text
    visitor.leave()
    proxy.stop()


def test_a_page_over_http2_is_answered_where_sockets_open(nginx, site):
    command = [
        "curl",
        "--silent",
        "--insecure",
        "--write-out",
        "%{http_version} %{http_code}",
        f"{nginx.address}/ws/",
    ]

    assert subprocess.run(command, capture_output=True, text=True, check=False).stdout.endswith(
        "2 426"
    )


def has_each_safety_header_once(headers):
    return all(len(headers.get_all(name, [])) == 1 for name in HEADERS)


def is_safe_over_tls(headers):
    return has_each_safety_header_once(headers) and headers.get_all(
        "Strict-Transport-Security", []
    ) == [HSTS]


def test_whatever_a_proxy_answers_has_each_safety_header_once(proxy, site, visit, topic):
    guest = visit(address=proxy.address)
    (proxy.static / "safe.txt").write_text("A file.")
    paths = [
        "/",
        topic.get_absolute_url(),
        "/nowhere/",
        "/static/safe.txt",
        "/static/nothing.css",
        "/ws/",
        "/theme/",
    ]

    for path in paths:
        headers = guest.get(path).headers
        assert is_safe_over_tls(headers), (path, headers.items())
    guest.opens_form("/accounts/login/")
    too_large = guest.post("/accounts/login/", {"login": "x" * 1_100_000})

    assert too_large.status == 413
    assert is_safe_over_tls(too_large.headers), too_large.headers.items()


ODD = {
    "a long header": (
        b"GET / HTTP/1.1\r\nHost: here\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\n",
        (400, 431),
    ),
    "a long address": (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: here\r\n\r\n", (414,)),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", (400,)),
    "no HTTP": (b"nonsense\r\n\r\n", (400,)),
    "an odd method": (b"TRACE / HTTP/1.1\r\nHost: here\r\n\r\n", (405,)),
    "an announced body": (
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 5000000\r\n\r\n",
        (413,),
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_what_nginx_makes_nothing_of_is_refused_with_all_safety_headers(nginx, site, name):
    """Caddy's server has answers of its own to such, of plain text, before anything that can be
    configured.
    """
    sent, statuses = ODD[name]
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=30) as plain:
        line = ssl._create_unverified_context().wrap_socket(plain)
        line.sendall(sent)

        answered = http.client.HTTPResponse(line)
        answered.begin()

        assert answered.status in statuses
        assert is_safe_over_tls(answered.headers), answered.headers.items()
        line.close()


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile", "Caddyfile.containers"])
def test_the_safety_headers_of_a_proxy_say_what_the_forums_say(name):
    text = (DEPLOY / name).read_text()
    policies = re.findall(r'"(default-src [^"]*)"', text)

    assert [set(policy.split("; ")) for policy in policies] == [
        set(HEADERS["content-security-policy"].split("; ")),
    ]
    for header, value in HEADERS.items():
        assert re.search(rf"(?i)\b{header} ", text), header
        assert value in text or header == "content-security-policy", header
    assert HSTS in text


@pytest.mark.usefixtures("help_category")
def test_a_file_comes_through_each_proxy(proxy, site, visit, ada):
    member = visit(ada, proxy.address)
    member.opens_form("/profile/")

    assert member.uploads("story.txt", b"a long story" * 200_000).status == 201


@pytest.mark.usefixtures("help_category")
def test_nginx_sends_files_to_those_who_may_see_them(nginx, site, visit, ada, grace):
    member = visit(ada)
    member.opens_form("/profile/")
    content = b"another long story" * 1000
    sent = member.uploads("another.txt", content)
    path = re.search(r"/uploads/[0-9a-f]{32}", sent.text)[0]
    name = path.removeprefix("/uploads/")

    got = member.get(path)

    assert got.body == content, (nginx.folder / "errors").read_text()
    assert got.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Cache-Control"] == "private, no-store"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert visit(grace).get(path).status == visit().get(path).status == 404
    assert visit().get(f"/stored-uploads/{name[:2]}/{name}/file").status == 404


def test_more_than_a_file_may_have_is_refused(nginx, site, visit, ada):
    member = visit(ada)
    member.opens_form("/profile/")

    assert member.uploads("story.txt", bytes(12_000_000)).status == 413
