"""What an email says, and the headers by which mail programs thread and sort it."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core import mail

from forum.mail.reply_addresses import address_for, marker
from forum.models import Category, Level, Topic, TopicLevel, User
from forum.notifications.mailing import headers
from forum.notifications.models import Preferences
from forum.pages import portable
from tests.support.smtp_server import SmtpServer

pytestmark = pytest.mark.store


@pytest.fixture
def watched(topic, grace):
    Preferences.objects.create(member=grace, ways={"post": {"mail": "single"}})
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    return topic


def parsed(message):
    """As a mail program reads it."""
    return message_from_bytes(message.message().as_bytes(), policy=policy.default)


def author_of(message):
    name, _address = parseaddr(message.message()["From"])
    return str(make_header(decode_header(name)))


def test_an_email_has_the_text_who_wrote_it_where_and_what_to_do(watched, ada, grace, mailed):
    post = watched.reply(ada, "Tea **is** better, see [here](/p/1/).")

    [message] = mailed(grace)
    plain, html = message.body, message.alternatives[0].content
    for part in (plain, html):
        assert "Ada Lovelace posted in “Tea or coffee?”" in part
        assert f"http://127.0.0.1:8000/p/{post.pk}/" in part
        assert part.count("http://127.0.0.1:8000/notifications/unsubscribe/") == 2
        assert "http://127.0.0.1:8000/settings/notifications/" in part
    assert "Tea **is** better, see [here](http://127.0.0.1:8000/p/1/)." in plain
    assert "Tea <strong>is</strong> better" in html
    assert '<a href="http://127.0.0.1:8000/p/1/">here</a>' in html
    assert 'href="/' not in html


def test_mail_programs_show_a_topic_as_a_thread(watched, ada, iris, grace, mailed):
    first = watched.posts.get(number=1)
    answered = watched.reply(ada, "One")
    answer = watched.reply(iris, "Two", reply_to=answered)

    one, two = map(parsed, mailed(grace))
    of = {post.pk: f"<post-{post.pk}.{grace.pk}@127.0.0.1>" for post in (first, answered, answer)}
    assert one["Message-ID"] == of[answered.pk]
    assert one["In-Reply-To"] == one["References"] == of[first.pk]
    assert two["Message-ID"] == of[answer.pk]
    assert two["In-Reply-To"] == of[answered.pk]
    assert two["References"] == f"{of[first.pk]} {of[answered.pk]}"
    assert one["Subject"] == two["Subject"] == "Re: Tea or coffee?"


def test_machines_can_tell_what_it_is(watched, ada, grace, mailed):
    watched.reply(ada, "One")

    [message] = map(parsed, mailed(grace))
    assert message["List-Id"] == f'"Help" <category-{watched.category_id}.127.0.0.1>'
    assert message["List-Archive"].startswith("<http://127.0.0.1:8000/c/")
    assert (
        message["List-Unsubscribe"].strip().startswith("<http://127.0.0.1:8000/notifications/unsub")
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["From"].addresses[0].display_name == "Ada Lovelace via Parley"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Ada "the first" <a@b.c>', 'Ada "the first" <a@b.c>'),
        ("Ada\nBcc: everybody@example.org", "Ada Bcc: everybody@example.org"),
        ("Ada\r\n\r\nBody", "Ada Body"),
        ("Ada\x07\x85\x1b", "Ada"),
        ("Ädä, Ünder; (x) \\", "Ädä, Ünder; (x) \\"),
        ("李" * 60, "李" * 60),
        ("ندى محمد", "ندى محمد"),
        ("=?utf-8?q?Mo?=", None),
        ("a" * 60, "a" * 60),
    ],
)
def test_odd_names_stay_names(watched, ada, grace, mailed, name, shown):
    User.objects.filter(pk=ada.pk).update(name=name)
    Category.objects.update(name=name)
    Topic.objects.filter(pk=watched.pk).update(title=name)
    watched.refresh_from_db()
    watched.reply(User.objects.get(pk=ada.pk), "One")

    [sent] = mailed(grace)
    message = parsed(sent)
    assert not message.defects
    [author] = message["From"].addresses
    assert author.addr_spec == "parley@localhost"
    assert message["List-Id"].endswith(f"<category-{watched.category_id}.127.0.0.1>")
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == [grace.email]
    if shown:
        assert author_of(sent) == f"{shown} via Parley"
        assert message["Subject"].strip() == f"Re: {shown}"
    assert all(len(line) < 998 for line in sent.message().as_bytes().splitlines())


def test_html_is_for_mail_programs(watched, ada):
    post = watched.reply(
        ada,
        "- [x] done\n- [ ] open\n\n![A cup](https://example.org/cup.png)\n\n"
        '```python\nprint(\'href="/x"\')\n```\n\n[down](#foot) <b onclick="x">bold</b>',
    )

    html = portable.html(post)
    assert "☑ done" in html
    assert "☐ open" in html
    assert '<a href="https://example.org/cup.png">A cup</a>' in html
    assert f'<a href="http://127.0.0.1:8000/p/{post.pk}/#foot">down</a>' in html
    assert 'href="/x"' in html  # as text
    for nowhere in ("<input", "<img", "class=", "<b ", "tabindex"):
        assert nowhere not in html


def test_emails_keep_spoilers_and_open_what_would_open_on_a_click(watched, ada):
    text = "Who? ||Darth||\n\n<details><summary>Log</summary>\nHello[^1]\n</details>\n\n[^1]: World"
    post = watched.reply(ada, text)

    html = portable.html(post)
    assert "Darth" not in html + portable.plain(post)
    assert "Who? ▒▒▒" in html
    assert "||▒▒▒||" in portable.plain(post)
    assert "<p><strong>Log</strong></p>" in html
    assert "Hello<sup>" in html
    assert "World" in html


def test_times_are_those_of_the_recipient(watched, ada, grace, mailed):
    Preferences.objects.filter(member=grace).update(time_zone="Asia/Kathmandu")
    post = watched.reply(ada, "One")
    type(post).objects.filter(pk=post.pk).update(created_at="2026-06-01T12:00:00Z")

    [message] = mailed(grace)
    assert "17:45" in message.body


def test_answers_go_to_an_address_of_their_own_where_one_may_answer(
    watched, ada, mo, grace, mailed, settings
):
    settings.REPLY_ADDRESS = "reply+{}@example.org"
    post = watched.reply(ada, "One")
    [message] = mailed(grace)
    assert message.reply_to == [address_for(grace.pk, watched.pk, post.pk)]
    assert "Answer this email to reply" in message.body
    assert "Or answer this email" in message.alternatives[0].content
    assert message.body.startswith(marker())
    assert marker() in message.alternatives[0].content

    watched.reply(ada, "Two")
    watched.close(mo)
    [message] = mailed(grace)
    assert message.reply_to == []
    assert message.from_email.startswith("reply+")  # reports of mail servers go there
    assert parsed(message)["From"].addresses[0].addr_spec == "parley@localhost"
    assert "Answer this email" not in message.body
    assert marker() not in message.body


@pytest.mark.servers
def test_an_email_arrives_at_a_mail_server(watched, ada, grace, mailed, settings):
    watched.reply(ada, "Grüße — ✓")
    with SmtpServer() as server:
        settings.MAIL_BACKEND = "forum.mail.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        mailed(grace)

    assert mail.outbox == []
    [message] = server.taken
    plain, html = message.get_payload()
    assert "Grüße — ✓" in plain.get_payload(decode=True).decode()
    assert "Grüße — ✓" in html.get_payload(decode=True).decode()
    assert message["To"] == grace.email


def test_a_header_is_one_line():
    assert headers.phrase("a\r\nb") == '"a b"'
    assert "\n" not in headers.phrase("ä" * 500)
