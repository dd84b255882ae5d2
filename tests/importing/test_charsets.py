import codecs

import pytest

from forum.importing.charset_labels import LABELS
from forum.importing.charsets import decode


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום"),
        ("x-sjis", "凧①".encode("cp932"), "凧①"),
        ("windows-31j", "髙".encode("cp932"), "髙"),
        ("x-mac-cyrillic", "Привет".encode("mac-cyrillic"), "Привет"),
        ("iso88592", "Żółć".encode("iso-8859-2"), "Żółć"),
        ("dos-874", "ว่าว".encode("cp874"), "ว่าว"),
        ("x-x-big5", "風箏".encode("big5"), "風箏"),
        ("cn-big5", "風箏".encode("big5"), "風箏"),
        ("ks_c_5601-1989", "똠방각하".encode("cp949"), "똠방각하"),
        ("unicode-1-1-utf-8", "grün".encode(), "grün"),
        ("unicodefffe", "凧".encode("utf-16-be"), "凧"),
        ("X-EUC-JP", "凧".encode("euc-jp"), "凧"),
        ("latin1", "5 €".encode("cp1252"), "5 €"),
        ("utf-7", b"gr+APw-n", "grün"),
        ("cp437", "grün".encode("cp437"), "grün"),
    ],
)
def test_labels_that_mail_programs_write_are_known(label, data, text):
    assert decode(data, label) == (text, None)


def test_every_label_of_the_standard_has_a_codec():
    assert all(codecs.lookup(codec)._is_text_encoding for codec in LABELS)


@pytest.mark.parametrize(
    "label",
    ["punycode", "idna", "unicode_escape", "undefined", "hex", "x" * 100_000, "a\x00b", "zip"],
)
def test_what_is_no_character_set_of_mails_is_unknown(label):
    assert decode(b"a\\x41-bc", label) == ("a\\x41-bc", "charset")


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("こんにちは", "iso2022_jp"),
        ("漢字 and ASCII", "iso2022_jp"),
        ("안녕", "iso2022_kr"),
        ("Grüße", "utf-16"),
    ],
)
@pytest.mark.parametrize("label", ["", "us-ascii", "unknown-8bit"])
def test_a_set_that_shows_itself_is_known_without_a_label(text, codec, label):
    assert decode(text.encode(codec), label)[0] == text


@pytest.mark.parametrize("data", [b"\x1b[31mred\x1b[0m", b"\xff\xfe\xff", b"price: \x1b$5"])
def test_what_only_begins_like_such_a_set_stays_text(data):
    assert decode(data)[0]
