import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum.importing import converter, messages
from forum.models.topics import TITLE_LENGTH
from tests.importing import mails


def parse(body="Hello.\n", separator=mails.SEPARATOR, **headers):
    return messages.parse(mails.raw(mails.mail(body, **headers), separator))


def test_a_plain_mail():
    message = parse("Hello.\n", in_reply_to="<b@x>", references="<a@x>\n <b@x>")

    assert (message.id, message.answers) == ("kites-1@example.org", ["b@x", "a@x"])
    assert (message.author, message.address) == ("Ines Moreau", "ines@example.org")
    assert message.date == datetime(2019, 4, 29, 8, tzinfo=UTC)
    assert (message.subject.title, message.text.strip(), dict(message.problems)) == (
        "Kites",
        "Hello.",
        {},
    )


# --- Ids ---


def test_an_id_may_stand_on_a_line_of_its_own_and_have_any_signs():
    message = parse(message_id="\n <CA+x=$/y@example.org>", references="<a@x>\n\t<b@x>")

    assert (message.id, message.answers) == ("CA+x=$/y@example.org", ["b@x", "a@x"])


def test_an_answered_id_without_brackets_counts():
    assert parse(in_reply_to="parent@example.org").answers == ["parent@example.org"]


def test_a_mail_without_id_gets_the_same_one_every_time():
    first, second = parse(message_id=None), parse(message_id=None)

    assert first.id == second.id
    assert first.id != parse("Other.", message_id=None).id
    assert first.problems["id"] == 1


@pytest.mark.parametrize("broken", ["<>", "<@>", "", "< >"])
def test_an_id_that_says_nothing_is_none(broken):
    assert parse(message_id=broken).problems["id"] == 1


@pytest.mark.parametrize(
    "answered",
    [
        "Your message of Monday",
        "Ines Moreau <ines@example.net>",
        '"Ines Moreau" <ines@example.net>',
        "Message from Ines <ines@example.net> of yesterday",
        'Your message of "Mon, 29 Apr 2019 10:00:00" from Ines <ines@example.net>',
        "<ada@example.org>",
        "ada@example.org",
        "<list@example.org>",
        "<INES@example.org>",
    ],
)
def test_the_address_of_a_person_is_not_surely_an_answered_id(answered):
    message = parse(in_reply_to=answered, references="<a@x>")

    assert set(message.answers) - message.unsure == {"a@x"}


@pytest.mark.parametrize(
    "answered",
    [
        "<a@x>",
        "a@x",
        'Message from Ines <ines@example.net> of "Mon, 29 Apr 2019 10:00:00 +0200." <a@x>',
        "Your message of Mon, 29 Apr 2019 10:00:00 +0200 <a@x>",
        "<a@x> (Ines Moreau's message of Monday)",
        "<a@x>; from ines@example.org on Mon, Apr 29",
        "Your message of Monday <a@x>",
        '"Ines <ines@example.org>" <a@x>',
        "a@x (Ines Moreau's message of Monday)",
        "<b@x> <a@x>",
    ],
)
def test_an_id_among_words_is_found(answered):
    assert "a@x" in parse(in_reply_to=answered).answers


def test_of_endless_references_the_nearest_count():
    message = parse(references=" ".join(f"<{n}@x>" for n in range(300_000)))

    assert message.answers[:2] == ["299999@x", "299998@x"]
    assert len(message.answers) == 50


def test_an_endless_id_is_kept_as_its_hash():
    assert parse(message_id=f"<{'a' * 500}@x>").id.startswith("sha256:")


def test_ids_quoted_in_the_text_are_not_headers():
    assert parse("References: <a@x>\nMessage-ID: <b@x>\n").answers == []


# --- Authors ---


def test_a_list_that_writes_itself_into_from_leaves_the_author_in_reply_to():
    message = parse(
        from_="x",
        **{
            "from": "Ines Moreau via Kites <kites@lists.example.org>",
            "reply_to": "Ines M. <Ines@Example.org>",
        },
    )

    assert (message.author, message.address) == ("Ines Moreau", "ines@example.org")


def test_a_name_cut_into_encoded_words_in_mid_letter_is_whole_again():
    encoded = base64.b64encode("Łukasz Żak".encode())
    head, tail = encoded[:4].decode(), encoded[4:].decode()

    message = parse(**{"from": f"=?utf-8?B?{head}?=\n =?utf-8?B?{tail}?= <l@example.org>"})

    assert message.author == "Łukasz Żak"


def test_a_comma_in_an_encoded_name_does_not_part_it():
    assert (
        parse(**{"from": "=?iso-8859-1?Q?M=F6ller=2C_Ida?= <ida@example.org>"}).author
        == "Möller, Ida"
    )


@pytest.mark.parametrize(
    "sender", ["<ines@example.org>", "ines@example.org", '"ines@example.org" <ines@example.org>']
)
def test_who_gives_no_name_is_called_what_stands_before_the_at(sender):
    assert parse(**{"from": sender}).author == "ines"


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("Doe, John <john@example.org>", "Doe, John", "john@example.org"),
        ("Doe, Jane (IT) <jane@example.org>", "Doe, Jane (IT)", "jane@example.org"),
        ("Doe, John, Jr. <john@example.org>", "Doe, John, Jr.", "john@example.org"),
        ("john@example.org (Doe, John)", "Doe, John", "john@example.org"),
        ("john at example.org (John Doe)", "John Doe", "john@example.org"),
        ('"Doe, \\"JD\\" John" <john@example.org>', 'Doe, "JD" John', "john@example.org"),
        ('"Doe, John <john@example.org>', "Doe, John", "john@example.org"),
        ("John Doe <john@example.org>, Jane <jane@example.org>", "John Doe", "john@example.org"),
        ("John Doe", "John Doe", ""),
    ],
)
def test_names_are_read_however_they_are_written(sender, name, address):
    message = parse(**{"from": sender})

    assert (message.author, message.address) == (name, address)


def test_direction_controls_do_not_get_into_names():
    assert parse(**{"from": "\u202eInes\u202c <ines@example.org>"}).author == "Ines"


def test_a_mail_without_sender_has_no_author_and_says_so():
    message = parse(**{"from": None})

    assert (message.author, message.address, message.problems["author"]) == ("", "", 1)


# --- Dates ---


@pytest.mark.parametrize(
    "date", [None, "yesterday", "Mon, 99 Foo 2019", "Mon, 29 Apr 1832 10:00:00 +0000"]
)
def test_a_date_that_cannot_be_is_replaced_by_that_of_arrival(date):
    message = parse(date=date)

    assert (message.date, message.problems["date"]) == (datetime(2019, 4, 29, 8, tzinfo=UTC), 1)


def test_a_date_in_the_future_is_not_believed():
    assert parse(date="Mon, 29 Apr 2999 10:00:00 +0000").date.year == 2019


def test_without_any_date_it_is_unknown():
    assert parse(date=None, separator=b"From x").date is None


# --- Text ---


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("iso-8859-1", "5 € – “so”".encode("cp1252"), "5 € – “so”"),
        ("gb2312", "镕镕".encode("gb18030"), "镕镕"),
        ("ks_c_5601-1987", "똠방각하".encode("cp949"), "똠방각하"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("us-ascii", "grün".encode(), "grün"),
        ("", "grün".encode("cp1252"), "grün"),
    ],
)
def test_text_is_read_by_its_label_or_what_such_labels_mean(label, data, text):
    content_type = f"text/plain; charset={label}" if label else None

    message = parse(data, content_type=content_type, content_transfer_encoding="8bit")

    assert message.text == text


def test_an_unknown_character_set_is_survived_and_counted():
    message = parse("grün".encode(), content_type="text/plain; charset=x-martian")

    assert (message.text, message.problems["charset"]) == ("grün", 1)


def test_bytes_that_do_not_fit_are_survived_and_counted():
    message = parse(b"caf\xe9 \xff\xfe", content_type="text/plain; charset=utf-8")

    assert (message.text, message.problems["encoding"]) == ("café ÿþ", 1)


@pytest.mark.parametrize("label", ["gb2312", "iso-2022-jp", "euc-kr", "windows-1252"])
def test_bytes_that_do_not_fit_but_are_utf_8_are_read_as_that(label):
    message = parse("“Ётъ” Ё".encode(), content_type=f"text/plain; charset={label}")

    assert (message.text, message.problems["encoding"]) == ("“Ётъ” Ё", 1)


@pytest.mark.parametrize(
    "broken",
    [
        b"no header",
        b"Subject Kites",
        b"<p>",
        b"From ines Mon Apr 29 08:00:00 2019",
        b"=?utf-8?",
        b": x",
    ],
)
def test_a_line_among_the_headers_that_is_none_does_not_end_them(broken):
    sent = mails.mail(base64.b64encode(b"Hello."), content_transfer_encoding="base64")
    lines = sent.split(b"\n")
    message = messages.parse(
        mails.raw(b"\n".join([*lines[:1], broken, *lines[1:3], broken, *lines[3:]]))
    )

    assert (message.id, message.text, message.subject.title) == (
        "kites-1@example.org",
        "Hello.",
        "Kites",
    )


def test_a_text_without_an_empty_line_before_it_does():
    message = messages.parse(mails.raw(b"Subject: Kites\nHello,\nDate: tomorrow\n\nYours: Ines\n"))

    assert message.text == "Hello,\nDate: tomorrow\n\nYours: Ines\n"


def test_raw_bytes_in_a_header_are_survived_and_counted():
    subject = "Grün".encode("cp1252").decode("utf-8", "surrogateescape")

    message = parse(subject=subject)

    assert (message.subject.title, message.problems["header"]) == ("Grün", 1)


def test_nul_bytes_do_not_get_into_titles_and_names():
    message = parse(subject="Ki\x00tes", **{"from": "I\x00nes <ines@example.org>"})

    assert (message.subject.title, message.author) == ("Kites", "Ines")


def test_a_broken_encoded_word_is_survived():
    assert "Kites" in parse(subject="=?utf-8?B?a?= Kites").subject.title


def test_nul_bytes_and_other_invisible_signs_are_left_out():
    assert parse("a\x00b\u200bc\ufeffd").text == "abcd"


def test_of_plain_and_html_the_plain_one_is_taken():
    forms = ("text/plain", "All is plain."), ("text/html", "<p><b>All</b> is plain.")
    headers, body = mails.multipart(*forms, kind="alternative")

    assert parse(body, **headers).text.strip() == "All is plain."


def test_html_serves_where_there_is_nothing_else():
    html = (
        "<style>p {}</style><p>One <b>two</b><br>three</p><blockquote>Old</blockquote><a"
        " href='https://a.example/'>a</a>"
    )
    headers, body = mails.multipart(("text/plain", " "), ("text/html", html), kind="alternative")

    assert (
        parse(body, **headers).text.strip() == "One two\nthree\n\n> Old\n\na <https://a.example/>"
    )


def test_attachments_are_named_and_not_taken_for_text():
    headers, body = mails.multipart(
        ("text/plain", "See below."),
        (
            (
                'text/x-patch; name="kite.patch"\nContent-Disposition: attachment;'
                ' filename="kite.patch"'
            ),
            "+string",
        ),
        ('image/png; name="logo.png"\nContent-ID: <logo>', "x"),
    )

    message = parse(body, **headers)

    assert (message.text.strip(), message.attachments) == ("See below.", ["kite.patch"])


def test_soft_line_breaks_of_format_flowed_are_undone():
    text = "This is one \nparagraph.\n> Quoted \n> too.\n-- \nInes\n"

    message = parse(text, content_type="text/plain; format=flowed")

    assert message.text == "This is one paragraph.\n> Quoted too.\n-- \nInes\n"


def test_delsp_takes_the_space_as_well():
    message = parse("Dampf \nschiff\n", content_type="text/plain; format=flowed; delsp=yes")

    assert message.text == "Dampfschiff\n"


def test_a_multipart_mail_without_parts_is_read_as_text():
    message = parse("Hello.", content_type="multipart/mixed")

    assert (message.text, message.problems["mime"]) == ("Hello.", 1)


def nested(depth, text):
    body = "".join(
        f'--b{n}\nContent-Type: multipart/mixed; boundary="b{n + 1}"\n\n' for n in range(depth)
    )
    return f"{body}--b{depth}\nContent-Type: text/plain\n\n{text}\n--b{depth}--\n"


def test_text_is_found_in_parts_of_parts():
    assert (
        parse(nested(5, "Deep."), content_type='multipart/mixed; boundary="b0"').text.strip()
        == "Deep."
    )


def test_parts_nested_without_end_are_not_looked_into():
    message = parse(nested(300, "Too deep."), content_type='multipart/mixed; boundary="b0"')

    assert (message.text, message.problems["mime"]) == ("", 1)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.booleans())
@pytest.mark.thorough
def test_any_bytes_become_a_message(content, with_headers):
    message = messages.parse(mails.raw((mails.mail("") if with_headers else b"") + content))

    assert message.id


HEADERS = [
    "From",
    "Reply-To",
    "Date",
    "Subject",
    "Message-ID",
    "References",
    "Content-Type",
    "List-Id",
]
HEADERS += ["Content-Transfer-Encoding", "Content-Disposition"]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(HEADERS), st.binary(max_size=60)), st.binary(max_size=200))
@pytest.mark.thorough
def test_any_headers_become_a_draft(headers, body):
    lines = [
        name.encode() + b": " + value.replace(b"\n", b"\n ") for name, value in headers.items()
    ]

    result = converter.convert(mails.raw(b"\n".join(lines) + b"\n\n" + body))

    assert isinstance(result, converter.Draft), result


@pytest.mark.parametrize(("length", "count"), [(TITLE_LENGTH, 0), (TITLE_LENGTH + 1, 1)])
def test_a_subject_longer_than_a_title_is_counted(length, count):
    assert parse(subject="a" * length).left_out["subject"] == count
