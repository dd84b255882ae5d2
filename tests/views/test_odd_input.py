"""No address fails for what somebody sends: each in urls.py is asked and sent odd things by
everybody there is.
"""

import time
from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from forum.models import Post
from forum.serving.header_cleaning import has_simple_parts
from tests.support import world
from tests.support.addresses import addresses, values_for

pytestmark = [pytest.mark.thorough, pytest.mark.store]

NUL, HALF = "\x00", "\ud800"  # what PostgreSQL does not take, and what no encoding does
LONG = "x" * 50_000
ODD = [
    NUL,
    HALF,
    LONG,
    "9" * 5000,
    "-1",
    "1e9",
    "\u202e",
    "\u0130" * 300,
    "[",
    '{"a": "\\ud800"}',
    "",
    "1,2:3",
    "é\n",
]
NAMES = [
    "page",
    "before",
    "q",
    "p",
    "o",
    "e",
    "all",
    "number",
    "quote",
    "category",
    "epoch",
    "since",
    "rows",
    "list",
]
NAMES += [
    "topic",
    "watch",
    "next",
    "term",
    "app_label",
    "model_name",
    "field_name",
    "id__exact",
    "_to_field",
    "_popup",
]
NAMES += [
    "_changelist_filters",
    "date_joined__gte",
    "is_active__exact",
    "user__id",
    "created_at__year",
]
FIELDS = [
    "body",
    "title",
    "reason",
    "version",
    "token",
    "category",
    "theme",
    "next",
    "name",
    "about",
    "login",
    "email",
]
FIELDS += [
    "password",
    "password1",
    "username",
    "uid",
    "key",
    "action",
    "_selected_action",
    "select_across",
    "index",
    "pk",
]
FIELDS += [
    "form-TOTAL_FORMS",
    "form-0-id",
    "action_add",
    "unsent",
    "hides_presence",
    "note",
    "text",
    "until_0",
    "color",
]


def encoded(value):
    return value.encode("utf-8", "surrogatepass")


def queries():
    """One odd value for each parameter at a time."""
    for value in ODD:
        yield urlencode({name: encoded(value)[:2000] for name in NAMES})
    yield urlencode(
        [("before", "1"), ("before", NUL), ("watch", '{"list":"latest"}'), ("watch", "{")]
    )
    yield "&".join("a" for _ in range(1001))
    yield "%ff=%fe&;=&=&&"


@pytest.fixture(params=["guest", "ada", "mo", "olive"])
def visitor(request, db, topic, ada, mo, olive):
    client = Client(raise_request_exception=False)
    if request.param != "guest":
        user = {"ada": ada, "mo": mo, "olive": olive}[request.param]
        client.force_login(user, backend="forum.accounts.backends.MemberBackend")
    return client


@pytest.fixture
def sites(topic, ada, help_category):
    """The addresses, signing out last."""
    found = set(addresses(values_for(topic, ada, help_category)))
    return sorted(found, key=lambda path: ("logout" in path, path))


def failures(answers, caplog):
    """What went wrong, and what left a traceback."""
    noted = [record.getMessage() for record in caplog.records if record.exc_info]
    return [(path, sent) for path, sent, answer in answers if answer.status_code >= 500] + noted


def test_no_address_fails_for_what_it_is_asked(visitor, sites, caplog):
    queried = list(queries())

    answers = [
        (path, query, visitor.get(path, QUERY_STRING=query))
        for number, path in enumerate(sites)
        for query in queried[number % 5 :: 5]
    ]

    assert not failures(answers, caplog)


def test_no_address_fails_for_what_it_is_sent(visitor, sites, caplog):
    form = {"content_type": "application/x-www-form-urlencoded"}
    answers = []
    for number, path in enumerate(sites):
        for value in ODD[number % 6 :: 6]:
            sent = urlencode({name: encoded(value) for name in FIELDS})
            answers.append((path, value[:20], visitor.post(path, sent, **form)))

    assert not failures(answers, caplog)


def test_no_address_fails_for_how_it_is_written(visitor, topic, caplog):
    slug = topic.get_absolute_url()
    paths = [f"/u/{quote(encoded(value)[:1500], safe='')}/" for value in ODD]
    paths += [f"/u/{quote(encoded(value)[:1500], safe='')}/topics/" for value in ODD]
    paths += [
        f"/admin/forum/topic/{quote(encoded(value)[:1500], safe='')}/change/" for value in ODD
    ]
    paths += [
        f"/accounts/confirm-email/{'k' * 1500}/",
        f"/accounts/password/reset/key/{'9' * 500}-{'k' * 900}/",
    ]
    paths += [
        f"/t/{'9' * 400}/",
        f"/t/{2**63}/",
        f"/p/{2**64}/",
        f"/c/{2**63}-x/",
        f"/u/{'9' * 4400}.css",
    ]
    paths += [
        f"{slug}?page={'9' * 9}",
        f"/t/{topic.pk}/{'9' * 400}/",
        f"/announcements/{2**63}/dismiss/",
    ]

    answers = [(path, "", visitor.get(path)) for path in paths]
    answers += [(path, "", visitor.post(path)) for path in paths]

    assert not failures(answers, caplog)


@pytest.mark.parametrize(
    "value", ["\\000" * 3, "a\\000bcdefgh", "\\001abcdefgh", "\xa0" * 9, "é" * 32, LONG, "\\"]
)
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "theme", "dismissed"])
def test_no_cookie_makes_a_page_fail(db, topic, caplog, name, value):
    client = Client(raise_request_exception=False)
    answers = []
    for path in ("/", topic.get_absolute_url(), "/accounts/login/", "/admin/", "/profile/"):
        headers = {"HTTP_COOKIE": f'{name}="{value}"'}
        answers += [
            (path, value, client.get(path, **headers)),
            (path, value, client.post(path, **headers)),
        ]

    assert not failures(answers, caplog)


@pytest.mark.parametrize("name", [";" * 800, "a;b" * 250, ";name=x" * 100])
def test_parts_with_many_parameters_are_refused_before_they_are_taken_apart(client, name, caplog):
    part = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\nx\r\n'
    began = time.thread_time()
    answer = client.post(
        "/accounts/login/", part * 990 + "--b--", content_type="multipart/form-data; boundary=b"
    )

    assert answer.status_code == 400
    assert time.thread_time() - began < 1
    assert not failures([("/accounts/login/", name, answer)], caplog)


def test_a_body_with_files_of_countless_parts_is_refused_before_they_are_taken_apart():
    part = b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n'

    assert has_simple_parts(part * 1100 + b"--b--", "b")
    assert not has_simple_parts(part * 1200 + b"--b--", "b")


def test_a_text_of_semicolons_is_no_odd_part(signed_in, grace, topic):
    form = {"body": f"One;{'; two;' * 500}\n\n--b; {';' * 100}", "token": world.token()}
    # as multipart, which a client of tests sends
    answer = signed_in(grace).post(f"/t/{topic.pk}/replies/", form)

    assert answer.status_code == 302


def test_too_many_fields_and_too_much_are_refused_without_a_traceback(
    signed_in, ada, topic, caplog, settings
):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
    client = signed_in(ada)
    many = client.post("/preview/", {f"f{number}": "x" for number in range(1001)})
    large = client.post("/preview/", {"body": "x" * 1_100_000})
    damaged = client.post(
        "/preview/", b"--a\r\n", content_type="multipart/form-data; boundary=" + "a" * 300
    )

    assert [answer.status_code for answer in (many, large, damaged)] == [400] * 3
    assert not [record for record in caplog.records if record.exc_info]


def test_a_text_with_what_can_not_be_stored_is_posted_without_it(signed_in, ada, topic):
    body = urlencode({"body": b"Tea\x00 and\xed\xa0\x80 cake", "token": world.token()})

    answer = signed_in(ada).post(
        f"/t/{topic.pk}/replies/", body, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == 302
    assert Post.objects.get(number=2).body == "Tea\ufffd and\ufffd\ufffd\ufffd cake"


def test_a_part_in_a_character_set_that_is_none_is_no_failure(signed_in, ada, caplog):
    parts = "".join(
        f"--b\r\nContent-Disposition: form-data; {name}\r\nContent-Type: text/plain;"
        " charset=rot13\r\n\r\nTea\r\n"
        for name in ("name*=unknown''body", "name=\"body\"; filename*=rot13''x", 'name="body"')
    )
    kind = "multipart/form-data; boundary=b"

    for content_type in (kind, kind + "; charset=unicode_escape"):
        client = Client(raise_request_exception=False)
        client.force_login(ada, backend="forum.accounts.backends.MemberBackend")
        assert (
            client.post(
                "/preview/", parts.encode() + b"--b--\r\n", content_type=content_type
            ).status_code
            < 500
        )

    assert not [record for record in caplog.records if record.exc_info]
