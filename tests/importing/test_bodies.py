"""Whatever text a mail holds is found, however it is labelled."""

import base64

import pytest

from forum.importing import messages
from tests.importing import mails

FOOTER = (
    "_______________________________________________\nKites mailing list\nkites@lists.example.org\n"
)


def parse(body="Hello.\n", **headers):
    return messages.parse(mails.raw(mails.mail(body, **headers)))


def text(*parts, kind="mixed"):
    headers, body = mails.multipart(*parts, kind=kind)
    return parse(body, **headers).text.strip()


# --- Parts that look like attachments ---


@pytest.mark.parametrize(
    "content_type",
    [
        'text/plain; name="note"',
        "text/plain\nContent-Disposition: attachment",
        'text/plain\nContent-Disposition: inline; filename="note.txt"',
        'text/html; name="note.html"',
        'text/x-diff; name="note.patch"',
        'application/octet-stream; name="note.txt"',
        "application/x-unknown",
        "message/rfc822\nContent-Disposition: attachment\n",
    ],
)
def test_an_attachment_is_the_text_where_nothing_else_is(content_type):
    message = text((content_type, "Hello."), ('image/png; name="kite.png"', "x"))

    assert message.endswith("Hello.")


def test_a_footer_of_the_list_is_nothing_else():
    assert text(('text/plain; name="note"', "Hello."), ("text/plain", FOOTER)).endswith("Hello.")


def test_an_invitation_is_the_text_where_nothing_else_is():
    assert "SUMMARY:Kites" in text(
        ("text/calendar", "BEGIN:VCALENDAR\nSUMMARY:Kites\nEND:VCALENDAR")
    )


@pytest.mark.parametrize("around", ["Before.\n%s", "%s\nAfter."])
def test_what_stands_around_the_parts_is_the_text_where_nothing_else_is(around):
    headers, body = mails.multipart(('image/png; name="kite.png"', "x"))
    said = around.replace("%s", "").strip()

    assert parse(around % body, **headers).text.strip() == said


def test_what_stands_around_parts_that_say_something_is_counted():
    headers, body = mails.multipart(("text/plain", "Hello."))
    message = parse(f"This is a multi-part message in MIME format.\n{body}\nMore.\n", **headers)

    assert (message.text.strip(), message.left_out) == ("Hello.", {"outside": 1})


def test_so_is_what_stands_around_parts_within_a_part():
    _headers, body = mails.multipart(("text/plain", "Hello."))
    headers, body = mails.multipart(
        ('multipart/mixed; boundary="inner"', f"More.\n{body.replace('part', 'inner')}")
    )
    message = parse(body, **headers)

    assert (message.text.strip(), message.left_out) == ("Hello.", {"outside": 1})


@pytest.mark.parametrize(
    "said",
    [
        "Come on Sunday.",
        "See you there, all of you",
        "Übermorgen",
        "Hello\nAda, come on Sunday.\nSee you there",
    ],
)
def test_plain_text_that_is_labelled_as_base64_stays_as_it_is(said):
    message = parse(f"{said}\n", content_transfer_encoding="base64")

    assert (message.text.strip(), message.problems) == (said, {"mime": 1})


def test_the_whole_mail_may_be_named():
    assert (
        parse(
            content_type='text/plain; name="note.txt"', content_disposition="attachment"
        ).text.strip()
        == "Hello."
    )


def test_what_is_attached_to_a_text_stays_attached_and_is_counted():
    headers, body = mails.multipart(
        ("text/plain", "See below."), ('text/plain; name="log.txt"', "Up.")
    )

    message = parse(body, **headers)

    assert (message.text.strip(), message.attachments, message.left_out) == (
        "See below.",
        ["log.txt"],
        {"attachment": 1},
    )


@pytest.mark.parametrize(
    "content_type", ["application/octet-stream", "application/json", 'application/text; name="x"']
)
def test_text_in_any_script_is_told_from_data(content_type):
    assert parse("Привет, 凧!".encode(), content_type=content_type).text == "Привет, 凧!"


def test_data_is_never_taken_for_text():
    headers, body = mails.multipart(
        ("application/octet-stream; name=x", "\x00\x01\x02"), ("image/png; name=y", "PNG")
    )

    message = parse(body, **headers)

    assert (message.text, message.attachments) == ("", ["x", "y"])


def test_what_is_attached_to_another_form_of_the_text_is_named():
    inner, body = mails.multipart(
        ("text/html", "<p>Hi"), ('application/pdf; name="kite.pdf"', "%PDF")
    )
    inner = inner["content_type"].replace('"part"', '"inner"')
    headers, body = mails.multipart(
        ("text/plain", "Hi"), (inner, body.replace("--part", "--inner")), kind="alternative"
    )

    message = parse(body, **headers)

    assert (message.text.strip(), message.attachments) == ("Hi", ["kite.pdf"])


def test_a_plain_form_that_only_names_the_other_one_does_not_hide_it():
    html = "<p>" + "The wind was good and the kite was up. " * 20

    assert "The wind" in text(
        ("text/plain", "See the HTML."), ("text/html", html), kind="alternative"
    )
    assert text(("text/plain", "Hi."), ("text/html", "<p>Hi."), kind="alternative") == "Hi."


# --- Parts that differ in what they hold ---

LONG = "The wind was good on Sunday and the kite was up all day long."
MORE = "On Monday nobody could find the string that we had left below the tree."


def tree(kind, *parts, level=0, **parameters):
    """(content type, text) of a multipart, as `text()` takes it."""
    boundary = f"inner{kind}{level}"
    lines = [
        line
        for content_type, body in parts
        for line in (f"--{boundary}", f"Content-Type: {content_type}", "", body)
    ]
    more = "".join(f"; {name}={value}" for name, value in parameters.items())
    return f'multipart/{kind}; boundary="{boundary}"{more}', "\n".join(
        [*lines, f"--{boundary}--", ""]
    )


def html(words):
    return "text/html", f"<p><b>{words[:3]}</b>{words[3:]}</p>"


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([("text/plain", LONG), tree("mixed", html(LONG), ("text/plain", MORE))], [LONG, MORE]),
        ([("text/plain", LONG), tree("mixed", ("text/plain", MORE), html(LONG))], [LONG, MORE]),
        ([("text/plain", LONG), tree("related", html(LONG), html(MORE))], [LONG, MORE]),
        ([("text/plain", LONG), html(MORE)], [LONG, MORE]),
        ([("text/plain", LONG), html(f"{LONG} {MORE}")], [f"{LONG} {MORE}"]),
        (
            [("text/plain", f"{LONG}\n\n{MORE}"), tree("mixed", html(LONG), html(MORE))],
            [LONG, MORE],
        ),
        ([("text/plain", LONG), ("text/plain", MORE)], [LONG, MORE]),
        ([html(LONG), tree("alternative", ("text/plain", LONG), html(MORE))], [LONG, MORE]),
        (
            [
                ("text/plain", LONG),
                tree("mixed", html(LONG), ("message/rfc822", f"From: ada@x\n\n{MORE}")),
            ],
            [LONG, MORE],
        ),
        ([("text/plain", LONG), html(LONG.replace(" ", "<br>")), html(LONG.upper())], [LONG]),
    ],
)
def test_what_only_one_form_of_a_text_says_is_there_once(parts, said):
    found = text(*parts, kind="alternative")

    assert [
        line.lstrip("> ") for line in found.split("\n") if line.strip() and "wrote:" not in line
    ] == said


@pytest.mark.parametrize(
    "parts",
    [
        [tree("related", ('image/png; name="x"\nContent-ID: <x>', "x"), html(LONG), start='"<x>"')],
        [tree("parallel", ("audio/basic", "x"), ("text/plain", LONG))],
        [tree("appledouble", ("application/applefile", "x"), ("text/plain", LONG))],
        [
            tree(
                "signed",
                ("text/plain", LONG),
                ("application/pgp-signature", "-----BEGIN PGP SIGNATURE-----"),
            )
        ],
        [tree("report", ("text/plain", LONG), ("message/delivery-status", "Action: failed"))],
        [tree("digest", tree("digest", ("", f"From: ada@x\n\n{LONG}"), level=1))],
        [
            (
                "message/partial; number=1; total=2; id=x",
                f"Content-Type: text/plain\nSubject: x\n\n{LONG}",
            )
        ],
        [("message/partial; number=2; total=2; id=x", LONG)],
        [("message/global", f"From: ada@x\n\n{LONG}")],
        [
            (
                "message/rfc822\nContent-Transfer-Encoding: base64",
                base64.b64encode(f"From: ada@x\n\n{LONG}".encode()).decode(),
            )
        ],
    ],
)
def test_text_is_found_in_parts_of_every_kind(parts):
    found = text(*parts)

    assert [
        line.lstrip("> ") for line in found.split("\n") if line.strip(" >") and "wrote:" not in line
    ] == [LONG]


@pytest.mark.parametrize(
    ("content_type", "body", "name"),
    [
        (
            "application/octet-stream; name=encrypted.asc",
            "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n",
            "encrypted.asc",
        ),
        (
            "application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64",
            "MIAGCSqGSIb3DQEHAqCA",
            "smime.p7m",
        ),
        (
            'message/external-body; access-type=URL; URL="http://x.example/k"',
            "Content-Type: image/gif\n\n",
            "http://x.example/k",
        ),
        ("text/rfc822-headers\nContent-Disposition: attachment", "", "text/rfc822-headers"),
    ],
)
def test_what_nobody_can_read_is_named_and_counted(content_type, body, name):
    headers, body = mails.multipart((content_type, body))

    message = parse(body, **headers)

    assert (message.text, message.attachments, message.left_out) == ("", [name], {"attachment": 1})


def test_a_digest_is_the_texts_of_its_messages():
    digest = text(
        ("text/plain", "Today:"), ("", "From: Ada <ada@x>\nDate: 1 May 2020\n\nUp?"), kind="digest"
    )

    assert digest == "Today:\n\nOn 1 May 2020, Ada wrote:\n> Up?"


def test_a_message_in_a_message_is_quoted():
    inner = "From: Ada <ada@example.org>\nDate: Fri, 1 May 2020 10:00:00 +0000\n\nUp?"

    assert text(("text/plain", "Look:"), ("message/rfc822", inner)).endswith(
        "On Fri, 1 May 2020 10:00:00 +0000, Ada wrote:\n> Up?"
    )


# --- Labels ---


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain charset=utf-8",
        "text/plain, charset=utf-8",
        "text",
        "",
        "plain",
        "TEXT/PLAIN;charset = utf-8",
        "text/x-diff",
        "text/unheard-of",
        "plain/text",
        "text/plain; charset",
        "text/plain;;;",
        ";",
    ],
)
def test_odd_types_are_text(content_type):
    assert parse("Grüße.".encode(), content_type=content_type).text == "Grüße."


def test_a_character_set_is_found_without_its_semicolon():
    assert (
        parse("Привет".encode("koi8-r"), content_type="text/plain charset=koi8-r").text == "Привет"
    )


def test_boundaries_are_found_without_their_semicolon():
    _headers, body = mails.multipart(("text/plain", "Hello."))

    assert parse(body, content_type='multipart/mixed boundary="part"').text.strip() == "Hello."


@pytest.mark.parametrize(
    ("kind", "enriched", "shown"),
    [
        ("enriched", "<bold>Up</bold> it\ngoes.\n\n2 << 3", "Up it goes.\n2 < 3"),
        ("enriched", "<color><param>red</param>Red</color> kite", "Red kite"),
        ("richtext", "Up<nl>and\naway", "Up\nand away"),
    ],
)
def test_enriched_text_loses_its_commands(kind, enriched, shown):
    assert parse(enriched, content_type=f"text/{kind}").text == shown


@pytest.mark.parametrize("encoding", ["BASE64", "base64 ", '"base64"', "base64; x"])
def test_encodings_are_known_however_they_are_written(encoding):
    assert parse(base64.b64encode(b"Hello."), content_transfer_encoding=encoding).text == "Hello."


@pytest.mark.parametrize("junk", ["!\n", "\n", "-----\n", "\t\n"])
def test_base64_may_have_junk_in_it(junk):
    encoded = base64.encodebytes(b"Hello. " * 30).decode().replace("\n", f"\n{junk}")

    assert (
        parse(encoded, content_transfer_encoding="base64").text.strip() == ("Hello. " * 30).strip()
    )


@pytest.mark.parametrize("encoding", ["", "quoted-printable", "8bit", "nothing-known"])
def test_other_encodings_leave_plain_text_as_it_is(encoding):
    assert parse("Hello.", content_transfer_encoding=encoding).text == "Hello."


def test_text_that_begins_without_an_empty_line_is_kept():
    message = messages.parse(
        mails.raw(b"From: ines@example.org\nThis is no header.\n\nNor is this.\n")
    )

    assert message.text == "This is no header.\n\nNor is this.\n"


def test_a_mail_without_headers_is_text():
    assert messages.parse(mails.raw(b"\nJust text.\n")).text == "Just text.\n"


def test_a_part_without_its_last_boundary_is_whole():
    headers, body = mails.multipart(("text/plain", "Hello,\nworld."))

    assert parse(body.replace("--part--\n", ""), **headers).text.strip() == "Hello,\nworld."


def test_a_boundary_within_a_line_is_none():
    assert text(("text/plain", "a --part\n--partial\n--part x")) == "a --part\n--partial\n--part x"


def test_other_forms_of_a_short_text_are_counted():
    headers, body = mails.multipart(
        ("text/plain", "Hello."), ("text/html", "<p>Hello."), kind="alternative"
    )

    message = parse(body, **headers)

    assert (message.text.strip(), message.left_out) == ("Hello.", {"alternative": 1})


# --- Boundaries that are missing or others than said ---

ALTERNATIVE = (
    "--%s\nContent-Type: text/plain\n\nHello.\n\n--%s\nContent-Type:"
    " text/html\n\n<p>Hello.\n\n--%s--\n"
)


@pytest.mark.parametrize("preamble", ["", "This is a multi-part message in MIME format.\n\n", "\n"])
@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/alternative; boundary="another"',
        "multipart/alternative",
        'multipart/alternative; boundary="',
        'multipart/alternative; boundary="b=1',
        "multipart/alternative; boundary=",
    ],
)
def test_lines_that_look_like_boundaries_are_some(content_type, preamble):
    message = parse(preamble + ALTERNATIVE.replace("%s", "=_b=1"), content_type=content_type)

    assert (message.text.strip(), message.problems["mime"], message.left_out["alternative"]) == (
        "Hello.",
        1,
        1,
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("--x\n\nHello.\n--x--\n", "Hello."),
        ("-----\n\nHello.\n-- \nInes", "-----\n\nHello.\n-- \nInes"),
        ("Hello.\n--another--\n--x\nContent-Type: text/plain\n\nThere.\n", "There."),
        ("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nSGVsbG8u\n", "Hello."),
        ("Content: none.\n", "Content: none."),
        ("--x\n\nHello.\n", "--x\n\nHello."),
    ],
)
def test_headers_of_parts_are_no_text_and_nothing_else_is_one(body, said):
    assert parse(body, content_type="multipart/mixed; boundary=another").text.strip() == said


def test_boundaries_within_a_part_may_be_others_too():
    inner = 'multipart/alternative; boundary="gone"', ALTERNATIVE.replace("%s", "inner")

    assert text(inner, ("text/plain", "There.")).split() == ["Hello.", "There."]


def test_a_mail_that_lost_its_type_but_not_its_parts_is_read_by_them():
    assert parse(ALTERNATIVE.replace("%s", "x")).text.strip() == "Hello."
    assert parse("--x\nContent-Type: what?\n\nThis is how a part begins.").text.startswith("--x")
    assert parse(ALTERNATIVE.replace("%s", "x"), content_type="text/plain").text.startswith("--x")
