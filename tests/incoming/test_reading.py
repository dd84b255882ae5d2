"""What members wrote is told from what they answer, as it comes from their programs."""

import pytest

from forum.importing.cpu_budget import cpu_budget
from forum.incoming.reading import Reader, Unreadable
from forum.incoming.reading import letter as read
from forum.mail.reply_addresses import marker
from tests.importing import mails
from tests.importing.hostile_mails import HOSTILE

WROTE = "On Mon, 29 Apr 2019 at 10:00, Grace <forum@example.org> wrote:"
ORIGINAL = f"> {marker()}\n> Tea or coffee?\n>\n> I wonder.\n"
OUTLOOK = "From: Forum\nSent: Monday, 29 April 2019 10:00\nTo: Ada\nSubject: Tea or coffee?\n"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("Tea.\n", "Tea."),
        (f"Tea.\n\n{WROTE}\n{ORIGINAL}", "Tea."),
        (f"Tea.\n\n{WROTE}\n\n{ORIGINAL}\n-- \nAda\n", "Tea."),
        (f"{WROTE}\n{ORIGINAL}\nTea.\n", "Tea."),
        (f"{WROTE}\n{ORIGINAL}\nTea.\n\n-- \nAda\n", "Tea."),
        (f"Tea.\n\n{marker()}\n\nTea or coffee?\n\nI wonder.\n", "Tea."),
        (f"Tea.\n\n{OUTLOOK}\n{marker()}\n\nI wonder.\n", "Tea."),
        (f"Tea.\n\n-----Original Message-----\n{OUTLOOK}\nI wonder.\n", "Tea."),
        (f"Tea.\n\n{WROTE}\n{marker()}\nI wonder.\n", "Tea."),
        ("Tea.\n\nSent from my iPhone\n", "Tea."),
        (f"{WROTE}\n{ORIGINAL}", ""),
    ],
)
def test_the_answer_stands_without_the_mail_that_it_answers(body, answer):
    assert read(mails.mail(body)).answer == answer


def test_quotes_with_answers_between_them_stay():
    body = "> Tea or coffee?\n\nTea.\n\n> With milk?\n\nNo.\n\n> Bye\n"

    assert read(mails.mail(body)).answer == "> Tea or coffee?\n\nTea.\n\n> With milk?\n\nNo."


def test_html_is_read_as_the_importer_reads_it():
    body = (
        "<div>Tea, <b>of course</b>.</div><div class=gmail_quote>"
        f"<div>{WROTE.replace('<', '&lt;').replace('>', '&gt;')}</div>"
        f"<blockquote>{marker()}<br>Tea or coffee?</blockquote></div>"
    )

    assert read(mails.mail(body, content_type="text/html")).answer == "Tea, of course."


def test_of_plain_and_html_there_is_one():
    headers, body = mails.multipart(
        ("text/plain; charset=utf-8", "Süßer Tee."),
        ("text/html; charset=utf-8", "<p>Süßer Tee.</p>"),
        kind="alternative",
    )

    assert read(mails.mail(body, **headers)).answer == "Süßer Tee."


def test_members_are_mentioned_by_mail_but_not_in_quotes_and_code():
    body = "Ask @grace, not me@here.\n\n> @ada said\n\nNo\\@bo\n\n```\n\\@code @code\n```\n"
    answer = read(mails.mail(body)).answer

    assert "Ask @grace" in answer
    assert "> \\@ada said" in answer
    assert "\n\\@code @code\n" in answer


def test_what_is_typed_comes_back_as_it_was_typed():
    assert read(mails.mail("Tea * _of_ course\n")).plain == "Tea * _of_ course"


@pytest.mark.thorough
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mails_are_read_in_the_time_of_one_mail(name):
    with cpu_budget(20, is_own_process=False):  # no machine is so slow that these would take it
        assert isinstance(read(HOSTILE[name]).answer, str)


@pytest.mark.servers
def test_a_reader_survives_a_mail_that_takes_too_long(monkeypatch):
    monkeypatch.setenv("IMPORT_CPU_SECONDS", "0.02")  # of the reader's own process
    slow = mails.mail("<blockquote><p>x" * 60_000, content_type="text/html")
    with Reader() as reader:
        with pytest.raises(Unreadable, match="more than"):
            reader.read(slow)
        assert reader.read(mails.mail("Tea.\n")).answer == "Tea."


@pytest.mark.servers
def test_a_reader_survives_the_end_of_its_process():
    with Reader() as reader:
        reader.read(mails.mail())
        reader.process.kill()
        with pytest.raises(Unreadable, match="killed"):
            reader.read(mails.mail())
        assert reader.read(mails.mail("Tea.\n")).answer == "Tea."


@pytest.mark.servers
def test_the_process_of_a_reader_ends_with_its_worker():
    reader = Reader()
    reader.read(mails.mail())
    reader.process.stdin.close()  # as when the worker is killed

    assert reader.process.wait(20) == 0
    reader.process.stdout.close()
