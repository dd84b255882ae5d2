"""An email, answered as mail programs answer, is told from the answer: nothing of it is posted."""

import pytest

from forum.incoming.reading import letter
from forum.mail.reply_addresses import read
from forum.models import Level, TopicLevel
from forum.notifications.models import Preferences
from tests.importing import mails

WROTE = "On Mon, 1 Jun 2026 at 12:00, Ada via Parley <parley@localhost> wrote:"


def quoted(lines):
    return "\n".join(f"> {line}" for line in lines)


@pytest.fixture
def message(topic, ada, grace, mailed, settings):
    settings.REPLY_ADDRESS = "reply+{}@example.org"
    Preferences.objects.create(member=grace, ways={"post": {"mail": "single"}})
    TopicLevel.objects.choose(grace, topic, Level.WATCHING)
    topic.reply(ada, "Tea **is** better.\n\n> I wonder.\n\nIsn't it?")
    [message] = mailed(grace)
    return message


@pytest.mark.parametrize(
    "written",
    [
        lambda lines: f"Coffee.\n\n{WROTE}\n{quoted(lines)}\n",
        lambda lines: f"{WROTE}\n{quoted(lines)}\n\nCoffee.\n",
        lambda lines: "Coffee.\n\n" + "\n".join(lines),  # without any mark
        lambda lines: "Coffee.\n\nObscure program, 1/6/2026:\n" + quoted(lines),
        lambda lines: "Coffee.\n\n" + "\n".join(f"| {line}" for line in lines),
        lambda lines: "Coffee.\n\n" + "\n".join(f"AL> {line}" for line in lines),
    ],
)
def test_a_plain_answer_stands_alone(message, grace, written):
    body = written(message.body.split("\n"))
    answer = letter(mails.mail(body, to=message.reply_to[0], **{"from": grace.email}))

    assert answer.answer.removesuffix("\n\nObscure program, 1/6/2026:") == "Coffee."
    assert "http" not in answer.answer
    assert read(answer.recipients[0])[0] == grace.pk


@pytest.mark.parametrize("opening", ["<blockquote>", "<div class=gmail_quote><blockquote>", "<hr>"])
def test_an_html_answer_stands_alone(message, opening):
    html = f"<p>Coffee.</p>{opening}{message.alternatives[0].content}"

    assert letter(mails.mail(html, content_type="text/html")).answer == "Coffee."
