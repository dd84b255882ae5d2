"""One mail costs the budget of one mail at most, and no other mail."""

import base64
import contextlib
import signal
import subprocess
import sys
import time

import pytest

from forum.transfer import conversion
from forum.transfer.cpu_budget import OutOfTime, cpu_budget
from tests.transfer import mails

MEGABYTE = 1_000_000


def nested(depth, text):
    body = "".join(f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(depth))
    return f"{body}--b{depth}\nContent-Type: text/plain\n\n{text}\n--b{depth}--\n"


def plain(body):
    return mails.mail(body)


def html(body):
    return mails.mail(body, content_type="text/html")


HOSTILE = {
    "repeated links": plain("x" * 300_000 + " <http://a.example/>"),
    "links written twice": plain("ab <http://ab> " * 30_000),
    "letters before links": plain(("a" * 1990 + "<http://a> ") * 400),
    "blockquotes": html("<blockquote>" * 30_000),
    "blockquotes with text": html("<blockquote><p>x" * 30_000),
    "unfinished tags": html("<a " * 100_000),
    "attributes": html("<a " + " ".join(f"a{n}" for n in range(100_000)) + ">x"),
    "divisions": html("<div>" * 100_000 + "x"),
    "comments": html("<!--" * 100_000),
    "cells": html("<table><tr>" + "<td>x" * 100_000),
    "tables": html("<table>" * 100_000),
    "formatting": html("<b><i><a href=http://a.example/>" * 20_000),
    "flowed": mails.mail("word \n" * 200_000, content_type="text/plain; format=flowed"),
    "flowed quotes": mails.mail("> word \n" * 200_000, content_type="text/plain; format=flowed"),
    "enriched": mails.mail("<param>" * 100_000, content_type="text/enriched"),
    "punycode": mails.mail("a-" * 150_000, content_type="text/plain; charset=punycode"),
    "utf-7": mails.mail("+" * 300_000, content_type="text/plain; charset=utf-7"),
    "multiparts": mails.mail(nested(300, "word\n" * 100_000), content_type='multipart/mixed; boundary="b0"'),
    "parts": mails.mail("--b\n\nx\n" * 100_000, content_type="multipart/mixed; boundary=b"),
    "boundaries": mails.mail("--b--b" * 100_000, content_type="multipart/mixed; boundary=b"),
    "messages": mails.mail("Content-Type: message/rfc822\n\n" * 30_000, content_type="message/rfc822"),
    "references": mails.mail(references=" ".join(f"<{n}@x>" for n in range(300_000))),
    "many references": b"".join(b"References: <%d@x>\n" % n for n in range(100_000)) + mails.mail(),
    "answers": mails.mail(in_reply_to="a" * MEGABYTE),
    "subject": mails.mail(subject="Re: " * 100_000),
    "tags": mails.mail(subject="[x] " * 100_000),
    "encoded words": mails.mail(subject="=?utf-8?q?x?= " * 50_000),
    "sender": mails.mail(**{"from": '"' * MEGABYTE}),
    "names": mails.mail(**{"from": "a, " * 300_000 + "<a@b>"}),
    "addresses": mails.mail(to="a" * 300_000, cc="a@b," * 100_000),
    "parameters": mails.mail(content_type="text/plain;" + '";' * 100_000),
    "date": mails.mail(date="1 " * 100_000),
    "headers": b"X: y\n" * 200_000 + mails.mail(),
    "base64": mails.mail(base64.encodebytes(b"x" * MEGABYTE), content_transfer_encoding="base64"),
    "quoted-printable": mails.mail("=3D" * 300_000, content_transfer_encoding="quoted-printable"),
    "footers": plain("To unsubscribe\n\n" * 20_000),
    "notices": plain("This message is confidential\n" * 20_000),
    "long notices": plain(("This message is " + "confidential " * 150 + "\n\n") * 200),
    "marks": plain("--\nx\n" * 50_000),
    "quotes": plain("\n".join(">" * (n % 60) + " x" for n in range(100_000))),
    "sources": plain("On 1 May, Ada wrote:\n> x\n" * 20_000),
    "headers of quotes": plain("From: a\nSent: b\nTo: c\n\n" * 20_000),
    "code": plain(("=" + " = " * 300 + "\n") * 1000),
    "tabs": plain("\t" * MEGABYTE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_becomes_a_post_within_its_budget(name, settings):
    settings.IMPORT_CPU_SECONDS = 20  # no machine is so slow that these would take it; what they took before is above

    assert isinstance(conversion.convert(mails.raw(HOSTILE[name])), conversion.Draft)


def test_what_takes_longer_is_stopped():
    with pytest.raises(OutOfTime), cpu_budget(0.05, False):
        spin()


def test_what_takes_less_is_not():
    with cpu_budget(20, False):
        done = sum(range(1000))

    assert done == 499_500


def test_a_mail_that_takes_too_long_is_left_out_and_named(settings, monkeypatch):
    settings.IMPORT_CPU_SECONDS = 0.05
    monkeypatch.setattr(conversion.messages, "parse", spin)

    failure = conversion.convert(mails.raw(mails.mail()))

    assert failure == conversion.Failure(mails.SEPARATOR.decode(), "it took more than 0.05 seconds of CPU time")


def spin(raw=None):
    while True:
        with contextlib.suppress(Exception):  # as some libraries do
            time.process_time()


def test_a_process_that_no_signal_stops_is_ended():
    code = "from forum.transfer.cpu_budget import cpu_budget\nwith cpu_budget(0.1, True): sum(range(10**15))"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=100).returncode == -signal.SIGXCPU
