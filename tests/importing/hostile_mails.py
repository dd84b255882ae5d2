"""Mails that would take seconds, or all there is, if anything took time by more than their
length.
"""

import base64

from tests.importing import mails

MEGABYTE = 1_000_000


def nested(depth, text):
    body = "".join(
        f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(depth)
    )
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
    "multiparts": mails.mail(
        nested(300, "word\n" * 100_000), content_type='multipart/mixed; boundary="b0"'
    ),
    "parts": mails.mail("--b\n\nx\n" * 100_000, content_type="multipart/mixed; boundary=b"),
    "boundaries": mails.mail("--b--b" * 100_000, content_type="multipart/mixed; boundary=b"),
    "messages": mails.mail(
        "Content-Type: message/rfc822\n\n" * 30_000, content_type="message/rfc822"
    ),
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
    "drawings": html("<svg><title>x<math>" * 30_000),
    "pictures": html("<a href=http://a.example/><img alt='a b'>" * 20_000),
    "forms": mails.mail(
        "".join(f"--b\nContent-Type: text/plain\n\n{n} {'word ' * 300}\n" for n in range(600))
        + "--b--\n",
        content_type="multipart/alternative; boundary=b",
    ),
    "wrong boundaries": mails.mail("--x\n\n" * 100_000, content_type="multipart/mixed; boundary=b"),
    "broken headers": b"From: a\nSubject: x\n" + b"no header\n" * 100_000 + b"X-Last: y\n\nx",
    "attributions": plain("x\n> x\n" + "On Fri, 1 May 2020, Ada wrote:\n" * 4000),
    "original messages": plain("-- Original Message --\n\n" * 5000),
    "a long line": plain("word " * 2_000_000),
}
