import html
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forum import markdown
from forum.importing import text


def write(mail, attachments=(), link=""):
    return text.to_markdown(mail, attachments, link)


def seen(mail):
    """What a reader sees of a mail, without tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", markdown.render(write(mail)))).strip()


# --- Plain text reads as it was written ---


@pytest.mark.parametrize(
    "line",
    [
        "2 * 3 * 4 and *this* and **that**",
        "_under_ my_long_name __init__ a_",
        "# not a heading",
        "5 is more than 4 when a < b > c",
        "<script>alert(1)</script> & &amp; &lt;",
        "1986. A great year",
        "- Ines",
        "+ one and a `tick` and ``two",
        "[1] see [this](there) ![too]",
        "a | b\n--|--\nc | d",
        "~~~ not struck ~~ nor ~this~",
        "Title\n=====",
        "back\\slash and C:\\new\\*",
        "@ada, ask @grace",
        ":) 100% $5 ^1 {a}",
        "12345678901. x",
    ],
)
def test_signs_that_mean_something_in_markdown_stay_what_they_are(line):
    assert seen(line) == line


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text("ab1 *_`~[]()<>#&|\\!@=+.:-\"'{}$", max_size=30), min_size=1, max_size=4))
@pytest.mark.thorough
def test_whatever_is_written_is_what_is_seen(lines):
    def signs(text):
        """All but quote marks, list markers and rulers, which are shown as what they mean."""
        text = "\n".join(line.strip() for line in text.split("\n"))
        text = re.sub(r"(?m)^[ \t>]*(?:[-*+] |\d+[.)])", "", text)
        return re.sub(r"[\s>-]+|=+|[_~.#*+]{5,}", "", text)

    # no signatures
    mail = "\n".join(line for line in lines if not re.fullmatch(r"[\s>]*-- ?", line))
    written = write(mail)

    if "```" not in written and "*(no text)*" not in written:
        assert signs(html.unescape(re.sub(r"<[^>]+>", "", markdown.render(written)))) == signs(mail)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["", "[#1](/t/1/1/)"]))
@pytest.mark.thorough
def test_any_text_can_be_written_and_rendered(mail, link):
    assert markdown.render(write(mail, link=link)) is not None


def test_lines_that_a_narrow_window_broke_are_joined():
    mail = (
        "The wind was strong enough on Saturday to lift even the big kite that\n"
        "nobody had wanted to carry up the hill.\nSo we flew it.\n"
    )

    assert write(mail).split("\n") == [
        (
            "The wind was strong enough on Saturday to lift even the big kite that nobody had"
            " wanted to carry up the hill."
        ),
        "So we flew it.",
    ]


def test_lines_that_their_author_broke_stay():
    assert write("Roses are red\nViolets are blue\n") == "Roses are red\nViolets are blue"


def test_points_become_a_list_with_what_belongs_to_them():
    assert (
        write("We need:\n* string\n* paper\n  and glue\n")
        == "We need:\n- string\n- paper\n   and glue"
    )


def test_numbered_lines_keep_their_numbers():
    assert write("1) string\n2) glue") == "1) string\n2) glue"
    assert seen("2. string\n5. glue") == "2. string\n5. glue"


# --- Links and addresses ---


def test_web_addresses_become_links_as_they_are():
    assert (
        write("See https://a.example/x_y_z*?q=1, please.")
        == "See <https://a.example/x_y_z*?q=1>, please."
    )


def test_an_address_in_brackets_is_not_closed_twice():
    assert write("(https://a.example/wiki_(kite))") == "(<https://a.example/wiki_(kite)>)"


def test_a_link_written_twice_is_written_once():
    assert write("www.a.example<http://www.a.example/>") == "<http://www.a.example/>"


@pytest.mark.parametrize(
    "wrapped",
    [
        "https://eu1.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx%3Fy%3D1&amp;data=04%7Cines%40b.example",
        "https://urldefense.com/v3/__https://a.example/x?y=1__;!!abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_x-3Fy-3D1&d=abc",
    ],
)
def test_what_mail_gateways_wrap_around_links_is_taken_off(wrapped):
    assert write(wrapped) == "<https://a.example/x?y=1>"


def test_a_gateway_cannot_smuggle_in_another_scheme():
    assert "<javascript" not in write("https://urldefense.com/v3/__javascript:alert(1)__;!!abc")


def test_mail_addresses_are_masked():
    written = write(
        "Ask ines@example.org<mailto:ines@example.org> or git@host.example:kites.git at"
        " root@192.168.1.1"
    )

    assert written == "Ask ines@… or git@host.example:kites.git at root@192.168.1.1"


# --- What is left out ---


@pytest.mark.parametrize("mark", ["-- ", "--"])
def test_a_signature_is_left_out(mark):
    assert write(f"Hello.\n\n{mark}\nInes Moreau\nHead of Kites\n") == "Hello."


@pytest.mark.parametrize(
    "line", ["Sent from my garden, these pictures", "Sent from my point of view"]
)
def test_a_text_may_begin_like_an_advert(line):
    assert write(f"{line}\nof the kites.\n\nSent from my iPhone\n") == f"{line}\nof the kites."


@pytest.mark.parametrize(
    "footer",
    [
        "____________________\nKites Mailingliste\nEin- oder austragen: http://x.example/",
        (
            "--------------------\nYahoo! Groups Links\n<*> To visit your group on the web, go"
            " to:\n    http://x.example/"
        ),
        (
            "-=-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\n"
            "View/Reply Online (#1): https://x.example/\n-=-=-=-=-=-=-"
        ),
    ],
)
def test_footers_of_other_list_servers_are_left_out(footer):
    assert write(f"Hello.\n\n{footer}\n") == "Hello."


def test_a_mail_that_holds_a_footer_only_says_so():
    footer = "____________________\nKites mailing list\nkites@lists.example.org\n"
    left_out = Counter()

    assert text.to_markdown(footer, left_out=left_out) == "*(no text)*"
    assert text.to_markdown(f"-- \nYes, count me in\n{footer}") == "Yes, count me in"
    assert left_out == {"footer": 1}


def test_text_below_two_dashes_is_kept_if_it_is_long():
    assert "line 30" in write("Hello.\n--\n" + "\n".join(f"line {n}" for n in range(40)))


def test_the_footer_of_the_list_is_left_out_also_inside_of_quotes():
    footer = (
        "_______________________________________________\nKites mailing"
        " list\nkites@lists.example.org\nhttp://x.example\n"
    )

    assert (
        write(
            "Hello.\n\n> Old.\n" + "".join(f"> {line}\n" for line in footer.splitlines()) + footer
        )
        == "Hello.\n\n> Old."
    )


@pytest.mark.parametrize(
    "footer",
    [
        (
            "Kites-users mailing list -- kites@x.example\nTo unsubscribe send an email to"
            " kites-leave@x.example"
        ),
        "_______________\nkites mailing list\nhttp://lists.example.org/mailman/listinfo/kites",
        (
            "    Kites mailing list\n    kites@lists.example.org\n   "
            " http://lists.example.org/mailman/listinfo/kites"
        ),
        (
            "Kites mailing"
            " list\n\nkites@lists.example.org\n\nhttp://lists.example.org/mailman/listinfo/kites"
        ),
        "<http://lists.example.org/mailman/listinfo/kites>",
        (
            "You received this message because you are subscribed to the group “Kites”.\nTo"
            " unsubscribe, write."
        ),
    ],
)
def test_footers_of_other_lists_are_left_out_and_counted(footer):
    left_out = Counter()

    assert text.to_markdown(f"Hello.\n\n{footer}\n", left_out=left_out) == "Hello."
    assert left_out["footer"] == 1


@pytest.mark.parametrize(
    "words",
    [
        "The Kites mailing list is nice.",
        "Kites mailing list is what I read.\nYes.",
        "To unsubscribe I would have to ask.",
        "To unsubscribe, write to kites-leave.",
        "Hi,\n\nTo unsubscribe go to <http://x.example/>",
        "Subscribe here:\n\n<http://x.example/mailman/listinfo/kites>",
        "It is at\n<http://x.example/mailman/listinfo/kites>",
    ],
)
def test_words_about_a_list_are_kept(words):
    assert write(words).split() == words.split()


@pytest.mark.parametrize(
    "notice",
    [
        "CONFIDENTIALITY NOTICE: This email is for the sole use of the\nintended recipient.",
        (
            "This e-mail and any attachments are confidential. If you are not the"
            " intended\nrecipient, delete it."
        ),
        (
            "*The information contained in this message may contain privileged information for the"
            " addressee only.*"
        ),
        (
            "Ce message peut contenir des informations confidentielles. Si vous n'êtes pas le"
            " destinataire, merci."
        ),
        (
            "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der Empfänger sind,"
            " löschen Sie sie."
        ),
        "CAUTION: This email originated from outside of the organization. Do not click links.",
        "LEGAL DISCLAIMER:",
        "[*Caution*: Email from External Sender. Do not open attachments.]",
        "WARNING: This message has originated from an untrusted source.",
        "This message has been scanned for viruses and\ndangerous content by *MailScanner*.",
        "Virus-free. www.avast.com <https://www.avast.com/>",
        "Think of the trees.\nThis message is privileged. Unauthorized disclosure is prohibited.",
    ],
)
def test_confidentiality_notices_are_left_out_and_counted(notice):
    left_out = Counter()

    written = text.to_markdown(f"Hello.\n\n{notice}\n\n> Old.", left_out=left_out)
    assert written.replace("Think of the trees.\n\n", "") == "Hello.\n\n> Old."
    assert left_out["notice"] == 1


@pytest.mark.parametrize(
    "words",
    [
        "This message is what the intended recipient sees.",
        "We keep the plans confidential, and the recipient knows.",
        "This message is about viruses that were scanned.",
        "The information you gave is right.",
    ],
)
def test_words_about_secrets_are_kept(words):
    assert write(words) == words


@pytest.mark.parametrize(
    "mail",
    [
        "Hello.\n--\n",
        "Hello.\n--\n--\nInes",
        "Hello.\n\n--\n\n-- \nInes\n",
        "--\nHello.\n-- \nInes",
        "> Hello.\n> --\n> --",
    ],
)
def test_no_mark_of_a_signature_is_left(mail):
    assert write(mail).strip("> \n") == "Hello."


def test_a_fence_that_never_ends_hides_no_signature():
    assert write("int a;\n~~~~~~~\nWhy?\n-- \nInes").endswith("Why?")


def test_what_stands_between_two_marks_is_kept():
    assert write("One.\n--\nTwo.\n-- \nInes") == "One.\n\nTwo."


def test_a_mark_within_code_is_code():
    assert write("```\nselect 1;\n--\nselect 2;\n```") == "```\nselect 1;\n--\nselect 2;\n```"


def test_the_advertising_of_telephones_is_left_out():
    assert write("Yes.\n\nSent from my iPhone\n") == "Yes."


def test_a_mail_without_text_says_so_and_names_what_was_attached():
    assert write("-- \n") == "*(no text)*"
    assert (
        write("", attachments=["a_b_*.png"])
        == "*Attached to the mail, not imported: a_b\\_\\*.png*"
    )


@pytest.mark.parametrize(
    ("mail", "text"),
    [
        ("-- \nYes, count me in", "Yes, count me in"),
        ("Sent from my iPhone", "Sent from my iPhone"),
        ("Hi\n-- \nInes", "Hi"),
    ],
)
def test_a_signature_is_kept_where_nothing_else_is_to_be_read(mail, text):
    assert write(mail) == text


# --- Quotes ---


def test_quoted_text_becomes_a_quote_that_begins_with_its_source():
    source = "On Mon, 29 Apr 2019 at 10:00, Ada via Kites <\nkites@lists.example.org> wrote:"
    mail = f"{source}\n\n> Does it fly?\n\nIt does.\n"

    assert (
        write(mail) == "> On Mon, 29 Apr 2019 at 10:00, Ada wrote:\n>\n> Does it fly?\n\nIt does."
    )


@pytest.mark.parametrize(
    "source",
    [
        "在 2020年5月1日，Ada <ada@example.org> 写道：",
        "Am 29.04.19 um 10:00 schrieb Ada:",
        "Le 29 avril 2019, Ada a écrit :",
    ],
)
def test_sources_in_other_languages_are_known(source):
    assert write(f"Hello.\n\n{source}\n> Old.\n").startswith("Hello.\n\n> ")


def test_the_authors_own_last_line_is_not_taken_for_a_source():
    assert write("I tried on the hill:\n> Where?\n") == "I tried on the hill:\n\n> Where?"


def test_quotes_stand_inside_of_quotes_up_to_five_deep():
    written = write("\n".join(f"{'>' * depth} level {depth}" for depth in range(1, 25)))

    assert "> level 1\n" in written
    assert "> > > > > level 5" in written
    assert "> > > > > level 24" in written
    assert "> > > > > >" not in written


def test_marks_may_be_spaced_as_one_likes():
    assert write("> > a\n>> b\n>>c") == write(">> a\n>> b\n>> c")


def test_the_headers_that_outlook_puts_above_an_old_mail_begin_a_quote():
    mail = (
        "New.\n\n________________________________\nFrom: Ada <ada@example.org>\nSent: Monday, April"
        " 29, 2019 10:00 AM\nTo: Ines\nSubject: Kites\n\nOld.\n\n-----Original Message-----\n*Von:*"
        " Grace\n*Gesendet:* Sonntag\n*An:* Ada\n\nOlder.\n"
    )

    assert (
        write(mail)
        == "New.\n\n> Ada, Monday, April 29, 2019 10:00 AM:\n>\n> Old.\n>\n> > Grace, Sonntag:\n>"
        " >\n> > Older."
    )


@pytest.mark.parametrize(
    "text",
    [
        "From: here to there.\nIt is far.",
        "From: London\nTo: Paris\nDate: 5 May\n\nI would go by train.",
        "The kites\nFrom: Ada\nTo: Grace\n\nare mine.",
    ],
)
def test_a_line_that_begins_with_from_is_no_header(text):
    assert ">" not in write(text)


# --- Old mails without a mark ---

UNMARKED = "\n".join(f"Line {n} of the old mail." for n in range(1, 9))


@pytest.mark.parametrize(
    "headers",
    [
        "From: Ada <ada@x.example>\nSent: Friday, 1 May 2020 10:00\nTo: Ines\nSubject: Kites",
        "Von: Ada <ada@x.example>\nGesendet: Freitag, 1. Mai 2020 10:00\nAn: Ines\nBetreff: Kites",
        "De : Ada <ada@x.example>\nEnvoyé : vendredi 1 mai 2020 10:00\nÀ : Ines\nObjet : Kites",
        "De: Ada\nEnviado el: viernes, 1 de mayo de 2020 10:00\nPara: Ines\nAsunto: Kites",
        "De: Ada\nEnviado: sexta-feira, 1 de maio de 2020\nPara: Ines\nAssunto: Kites",
        "Da: Ada\nInviato: venerdì 1 maggio 2020 10:00\nA: Ines\nOggetto: Kites",
        "Van: Ada\nVerzonden: vrijdag 1 mei 2020 10:00\nAan: Ines\nOnderwerp: Kites",
        "Från: Ada\nSkickat: den 1 maj 2020 10:00\nTill: Ines\nÄmne: Kites",
        "Fra: Ada\nSendt: 1. maj 2020 10:00\nTil: Ines\nEmne: Kites",
        "Od: Ada\nWysłano: 1 maja 2020 10:00\nDo: Ines\nTemat: Kites",
        "Od: Ada\nOdesláno: 1. května 2020 10:00\nKomu: Ines\nPředmět: Kites",
        "Lähettäjä: Ada\nLähetetty: 1. toukokuuta 2020\nVastaanottaja: Ines\nAihe: Kites",
        "От: Ada\nОтправлено: 1 мая 2020 г. 10:00\nКому: Ines\nТема: Kites",
        "Kimden: Ada\nGönderilme: 1 Mayıs 2020 10:00\nKime: Ines\nKonu: Kites",
        "发件人: Ada\n发送时间: 2020年5月1日 10:00\n收件人: Ines\n主题: Kites",
        "差出人: Ada\n送信日時: 2020年5月1日 10:00\n宛先: Ines\n件名: Kites",
        'From:"Ada" <ada@x.example>\nTo:Ines\nCc:\nSent:Fri, 1 May 2020\nSubject:Kites',
    ],
)
def test_outlooks_headers_are_known_in_many_languages(headers):
    written = write(f"New.\n\n{headers}\n\n{UNMARKED}\n")

    assert re.match(r"New\.\n\n> \[!quote\]- Ada, .*:\n>\n> Line 1 of", written), written
    assert written.endswith("> Line 8 of the old mail.")


@pytest.mark.parametrize(
    "source",
    [
        "On Fri, May 1, 2020 at 10:00 AM Ada <ada@x.example> wrote:",
        "On May 1, 2020, at 10:00, Ada wrote:",
        "On Fri, 1 May 2020, Ada wrote:",
        "On Fri, May 1, 2020 at 10:00 AM Ada\n<ada@x.example> wrote:",
        "Am 01.05.20 um 10:00 schrieb Ada:",
        "Le 01/05/2020 à 10:00, Ada a écrit :",
        "在 2020-05-01 10:00:00，Ada 写道：",
        "-----Original Message-----",
        "-------- Weitergeleitete Nachricht --------",
    ],
)
def test_an_old_mail_below_is_folded_also_if_no_line_has_a_mark(source):
    written = write(f"New.\n\n{source}\n\n{UNMARKED}\n")

    assert re.match(r"New\.\n\n> \[!quote\]- .*[:：]\n>\n> Line 1 of", written), written
    assert written.endswith("> Line 8 of the old mail.")


@pytest.mark.parametrize(
    "mail",
    [
        f"On Fri, 1 May 2020, Ada wrote:\n\n{UNMARKED}",
        f"My answers are below.\n\nOn Fri, 1 May 2020, Ada wrote:\n\n{UNMARKED}",
        f"I remember the hill.\n\nOn page 5 in 1986 Ada wrote:\n\n{UNMARKED}",
        f"I remember the hill.\n\nOn Fri, 1 May 2020 I flew:\n\n{UNMARKED}",
        f"The original message\n\n{UNMARKED}",
        f"--- message ---\n\n{UNMARKED}",
    ],
)
def test_in_doubt_words_are_their_authors(mail):
    assert ">" not in write(mail)


def test_who_marks_one_quote_marks_them_all():
    mail = f"> Up?\n\nYes.\n\nOn Fri, 1 May 2020, Ada wrote:\n\n{UNMARKED}"

    assert write(mail).endswith("\nLine 8 of the old mail.")


def test_what_follows_the_end_of_an_old_mail_is_its_authors():
    mail = f"New.\n\n--- Original Message ---\n{UNMARKED}\n--- End of original message ---\n\nMore."

    assert write(mail).endswith("\nMore.")


@pytest.mark.parametrize("mark", ["| ", ": ", "Ada> ", "AM> ", " AM> ", "AM>> "])
def test_quotes_may_be_marked_in_other_ways(mark):
    written = write(f"{mark}Does the big kite fly?\n{mark}Or the small one?\nYes, it does.")

    assert written == "> Does the big kite fly?\n> Or the small one?\n\nYes, it does."


@pytest.mark.parametrize(
    "lines",
    [
        "| Kite | Colour |\n| big | red and blue as you like it. |",
        "| Number of kites : 5\n| Number of strings : 0",
        "|    the box of a program says so.\n|    and its second line is here.",
        "SQL> select name from kites;\nSQL> select string from kites;",
        "Ada> One line alone may be anything at all.",
        ":) I am glad that it flies.\n:) And so are we all.",
        ":-D I am glad that it flies.\n:-D And so are we all.",
    ],
)
def test_tables_prompts_and_smileys_are_no_quotes(lines):
    assert "blockquote" not in markdown.render(write(f"See:\n\n{lines}"))


def test_marks_within_a_quote_may_stand_further_in():
    assert (
        write("> Yes.\n>     > Up?\n>     >     > Down?") == "> Yes.\n>\n> > Up?\n> >\n> > > Down?"
    )


def test_an_address_that_lost_its_quote_mark_is_put_back():
    assert write("> See\nhttps://a.example/long\n> there.\n").count("\n\n") == 0


# --- Long quotes ---

OLD = "\n".join(f"> Line {n} of the old mail." for n in range(1, 41))
FOLDED = "> [!quote]- On 1 May 2020, Ada wrote:\n>\n> Line 1 of the old mail.\n"


def test_the_old_mail_below_is_folded_and_whole():
    written = write(f"Yes.\n\nOn 1 May 2020, Ada wrote:\n{OLD}\n")

    assert written.startswith(f"Yes.\n\n{FOLDED}")
    assert written.endswith("> Line 40 of the old mail.")


def test_a_folded_quote_leads_to_the_post_it_quotes():
    written = write(f"Yes.\n\nOn 1 May 2020, Ada wrote:\n{OLD}\n", link="[#3](/t/1/3/)")

    assert "> [!quote]- On 1 May 2020, Ada wrote: [#3](/t/1/3/)\n>\n> Line 1" in written


def test_so_does_a_short_one_that_names_its_author():
    assert write("On 1 May, Ada wrote:\n> Up?\n\nYes.", link="[#3](/t/1/3/)").startswith(
        "> On 1 May, Ada wrote: [#3](/t/"
    )


def test_of_quotes_of_two_people_none_is_said_to_be_the_answered_post():
    mail = "On 1 May, Ada wrote:\n> Up?\n\nYes.\n\nOn 2 May, Grace wrote:\n> Down?\n\nNo."

    assert "#3" not in write(mail, link="[#3](/t/1/3/)")


def test_an_old_mail_without_a_source_is_folded_under_the_link():
    assert "> [!quote]- [#3](/t/1/3/)\n>\n> Line 1" in write(
        f"Yes.\n\n{OLD}\n", link="[#3](/t/1/3/)"
    )
    assert "> [!quote]-\n>\n> Line 1" in write(f"Yes.\n\n{OLD}\n")


def test_a_short_old_mail_is_shown():
    assert "[!quote]" not in write("Yes.\n\n> One.\n> Two.\n")


def test_a_mail_that_is_nothing_but_a_quote_is_shown():
    assert "[!quote]" not in write(f"{OLD}\n")


def test_a_long_quote_above_an_answer_is_folded_too():
    assert write(f"On 1 May 2020, Ada wrote:\n{OLD}\n\nYes.\n").startswith(FOLDED)


def test_the_words_that_are_answered_are_shown_and_what_they_quote_is_folded():
    deeper = OLD.replace("> ", ">> ")

    written = write(
        f"On 2 May 2020, Grace wrote:\n> On 1 May 2020, Ada wrote:\n{deeper}\n> Up?\n\nYes.\n"
    )

    assert written.startswith(
        "> On 2 May 2020, Grace wrote:\n>\n> > [!quote]- On 1 May 2020, Ada wrote:\n> >\n> > Line 1"
    )
    assert written.endswith("> Up?\n\nYes.")


def test_one_long_line_is_as_long_as_many():
    assert "[!quote]-" in write("Yes.\n\n> " + "word " * 100)


@pytest.mark.parametrize(
    "mail", ["[!quote]- Ada\n> x", "> [!quote]- Ada\n> x", "Yes.\n\n> \\[!quote]- Ada\n> x"]
)
def test_a_mail_cannot_fold_anything_by_itself(mail):
    assert "<details>" not in markdown.render(write(mail))


# --- Code ---


@pytest.mark.parametrize(
    "code",
    [
        "ines@host:~$ fly --kite\nflying\n",
        "#include <kite.h>\nint main() {\n  fly();\n}\n",
        "[INFO] [KITE] up\n[ERROR] [KITE] down again, see the\nlog\n",
        (
            'Traceback (most recent call last):\n  File "kite.py", line 3, in fly\n   '
            " up()\nWindError: none\n"
        ),
        "-- Checking for wind\n-- Looking for string\n",
        "module kite;\n  wire up = 1;\nendmodule\n",
        ">>> import kite\n>>> kite.fly()\n",
    ],
)
def test_code_and_logs_are_fenced_as_they_are(code):
    assert write(f"I see this:\n\n{code}\nWhy?") == f"I see this:\n\n```\n{code}```\n\nWhy?"


def test_code_within_a_quote_is_fenced_there():
    assert write("> $ fly_kite --now\n") == "> ```\n> $ fly_kite --now\n> ```"


def test_paragraphs_of_code_are_one_block():
    assert write("int a = 1;\n\nint b = 2;\n") == "```\nint a = 1;\n\nint b = 2;\n```"


def test_prose_is_not_taken_for_code():
    prose = (
        "I think the wind (see above) is what it is; we can't change it.\nIt's 20 knots = too"
        " much.\nInes"
    )

    assert "```" not in write(prose)


def test_fences_that_were_there_are_kept():
    assert write("```c\nplain words\n```\n") == "```\nplain words\n```"


def test_ticks_in_code_do_not_end_the_fence():
    assert write("$ echo ```\n") == "````\n$ echo ```\n````"


# --- Length ---


def test_what_is_too_long_loses_the_end_of_its_old_mail_and_says_so():
    left_out = Counter()
    written = text.to_markdown(
        "New.\n\n" + "\n".join(f"> {n} {'word ' * 20}" for n in range(2000)), left_out=left_out
    )

    assert written.startswith("New.\n\n> [!quote]-\n>\n> 0 word")
    assert re.search(
        r"\n\n\*\\\[The remaining \d+ characters were too long for a post\.\]\*$", written
    )
    assert 31_500 < len(written) <= markdown.MAX_LENGTH
    assert left_out["end"] == 1


LONG = {
    "sentences": "".join(f"Sentence number {n}.\n\n" for n in range(5000)),
    "a line": "word " * 20_000,
    "a word": "x" * 80_000,
    "code": "$ fly --now\n" * 8000,
}


@pytest.mark.parametrize("name", LONG)
def test_what_is_still_too_long_is_cut_and_says_so(name):
    written = write(LONG[name], attachments=["kite.png"])

    assert 31_000 < len(written) <= markdown.MAX_LENGTH
    assert re.search(
        r"The remaining \d+ characters were too long for a post\.\]\*\n\n\*Attached .* kite.png\*$",
        written,
    )
    assert "<em>[The remaining" in markdown.render(written)


HOSTILE = {
    "letters": "x" * 80_000,
    "spaced marks": "> " * 40_000,
    "marks": ">" * 80_000,
    "ever deeper": "\n".join(">" * n + " x" for n in range(1200)),
    "headers": "From: a\nTo: b\n\n" * 4000,
    "sources": "On 1 wrote:\n" * 4000,
    "answered sources": "x\n> x\n" + "On Fri, 1 May 2020, Ada wrote:\n" * 4000,
    "sources below nothing": " \n" * 60_000 + "On Fri, 1 May 2020, Ada wrote:\n> x\n" * 2000,
    "original messages": "-- Original Message --\n\n" * 4000,
    "ends of messages": "-- Original Message --\nx\n-- end of message --\n" * 2000,
    "other marks": "| a b c d.\n| e f g h.\nx\n" * 5000,
    "stars": "*" * 80_000,
    "brackets": "[" * 80_000,
    "links": "<http://a" * 8000,
    "addresses": "a@b." * 20_000,
    "one address": "a" * 40_000 + "@" + "b" * 40_000,
    "assignments": "=" + " = " * 20_000,
    "commands": "$ x\n" * 20_000,
    "calls": "(" * 900 + "\n" + "a(" * 400 + "\n" + "x:" * 450,
    "points": "- x\n" * 10_000,
    "spaces": " " * 900 + "\n" + "a  " * 300,
    "backslashes": "\\" * 80_000,
    "rulers": "-----\n" * 10_000,
    "fences": "```\n" * 10_001,
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", HOSTILE)
def test_nobody_can_keep_the_import_busy_with_one_mail(name):
    # the suite's time-out would end this test
    assert len(write(HOSTILE[name])) <= markdown.MAX_LENGTH


@pytest.mark.parametrize("mail", ["_@ada_ wrote", "@ada wrote", "see 请看@ada"])
def test_a_mail_mentions_nobody(mail):
    everybody = markdown.mentioned(write(mail), lambda names: {name: (1, name) for name in names})

    assert not everybody.members
