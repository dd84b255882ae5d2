import gzip
import random

import pytest

from forum.importing import mbox
from tests.importing import mails


def contents(path):
    return [raw.content.rstrip(b"\n") for raw in mbox.read(path)]


@pytest.mark.parametrize("compressed", [False, True])
def test_an_archive_gives_its_messages_in_order(tmp_path, compressed):
    one, two = mails.mail("One."), mails.mail("Two.")

    path = mails.write(tmp_path / "list.anything", one, two, compressed=compressed)

    assert contents(path) == [one, two]


def test_lines_that_began_with_from_get_their_mark_taken_off(tmp_path):
    text = "From here on it flies.\n>From there too.\n>>From afar.\n> From a quote.\n"

    assert contents(mails.write(tmp_path / "a", mails.mail(text)))[0].endswith(
        text.strip().encode()
    )


def test_a_from_line_without_a_date_belongs_to_the_text(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(mails.archive(mails.mail("x")).replace(b"x\n", b"x\nFrom Ines with love\n"))

    assert contents(path)[0].endswith(b"From Ines with love")


@pytest.mark.parametrize(
    "line",
    [
        "From Monday at 10:30 on we flew, as in 2019",
        "From Ines Mon Apr 29 08:00:00 2019",
        "From ines@example.org Mon Apr 29 08:00:00 2019",
        "From ines@example.org Mon Apr 29 08:00:00 2019\nNote: not a header",
        "From ines@example.org Mon Apr 29 08:00:00 2019\nSubject: Kites\nand strings",
    ],
)
def test_a_line_of_text_that_looks_like_a_separator_stays_in_the_text(tmp_path, line):
    path = tmp_path / "a"
    path.write_bytes(
        mails.archive(mails.mail("Hello.\n\nMARK\nBye."), mails.mail("x")).replace(
            b"MARK", line.encode()
        )
    )

    assert contents(path) == [mails.mail(f"Hello.\n\n{line}\nBye."), mails.mail("x")]


@pytest.mark.parametrize(
    "separator",
    [
        "From ines at example.org  Mon Apr 29 08:00:00 2019",
        "From - Mon Apr 29 08:00:00 2019",
        "From 12@xxx Mon Apr 29 08:00:00 +0000 2019",
        "From MAILER-DAEMON Mon Apr  1 08:00 CEST 2019",
        "From ines@example.org Mon, 29 Apr 2019 08:00:00 -0700",
        "From ines@example.org Mon Apr 29 08:00:00 2019\r",
    ],
)
def test_separators_are_known_in_all_forms(tmp_path, separator):
    path = tmp_path / "a"
    path.write_bytes(
        mails.archive(mails.mail("x"), mails.mail("y")).replace(mails.SEPARATOR, separator.encode())
    )

    assert contents(path) == [mails.mail("x"), mails.mail("y")]


@pytest.mark.parametrize("chunk", [64, 100, 101, 4096])
def test_it_does_not_matter_where_the_file_is_cut_for_reading(tmp_path, monkeypatch, chunk):
    sent = [mails.mail(f"Number {n}.\n" * n) for n in range(1, 30)]
    path = mails.write(tmp_path / "a", *sent, compressed=True)
    monkeypatch.setattr(mbox, "CHUNK", chunk)
    monkeypatch.setattr(mbox, "SEPARATOR_LIMIT", 80)

    assert contents(path) == [mail.rstrip(b"\n") for mail in sent]


def test_an_empty_message_between_two_others_is_one(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(
        mails.archive(mails.mail("One."))
        + mails.SEPARATOR
        + b"\n"
        + mails.archive(mails.mail("Two."))
    )

    assert [bool(content) for content in contents(path)] == [True, False, True]


def test_of_a_huge_message_only_the_beginning_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(mbox, "MESSAGE_LIMIT", 2000)
    monkeypatch.setattr(mbox, "CHUNK", 1500)
    path = mails.write(tmp_path / "a", mails.mail("word " * 4000), mails.mail("Small."))

    huge, small = mbox.read(path)

    assert (huge.is_cut, len(huge.content)) == (True, 2000)
    assert (small.is_cut, small.content.rstrip()) == (False, mails.mail("Small."))


def test_a_missing_file_is_told_as_such(tmp_path):
    with pytest.raises(mbox.ArchiveError, match="no such file. Check the path"):
        mbox.check(tmp_path / "nowhere.mbox")


@pytest.mark.parametrize("data", [b"", b"\n \n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_told_as_such(tmp_path, data):
    (tmp_path / "a").write_bytes(data)

    with pytest.raises(mbox.ArchiveError, match="the file is empty. Download it again"):
        mbox.check(tmp_path / "a")


@pytest.mark.parametrize(
    "data",
    [b"Dear all,\n", b"\x89PNG\r\n", gzip.compress(b"{}", mtime=0), b"PK\x03\x04From 10:00 2019"],
)
def test_a_file_that_is_no_archive_is_told_what_one_looks_like(tmp_path, data):
    (tmp_path / "a").write_bytes(data)

    with pytest.raises(mbox.ArchiveError, match="begins with a line like “From ines@example.org"):
        mbox.check(tmp_path / "a")


def test_a_compressed_file_that_was_cut_short_gives_what_it_has_and_says_so(tmp_path):
    noise = random.Random(1)
    path = mails.write(
        tmp_path / "a",
        *[mails.mail(noise.randbytes(20_000).hex()) for _n in range(50)],
        compressed=True,
    )
    path.write_bytes(path.read_bytes()[:-300_000])
    read = []

    with pytest.raises(mbox.ArchiveError, match="damaged or truncated"):
        read.extend(mbox.read(path))

    assert 33 < len(read) < 40  # of the 36 that are whole, all but what zlib still held


def test_of_a_small_damaged_file_as_much_is_read(tmp_path):
    path = mails.write(tmp_path / "a", *[mails.mail(f"{n}") for n in range(9)], compressed=True)
    path.write_bytes(path.read_bytes()[:-9])
    read = []

    with pytest.raises(mbox.ArchiveError, match="damaged or truncated"):
        read.extend(mbox.read(path))

    assert len(read) >= 7


def test_many_headers_begin_a_message_though_nobody_knows_them(tmp_path):
    path = mails.write(
        tmp_path / "a", mails.mail("One."), b"X-Kite: yes\n" * 2000 + mails.mail("Two.")
    )

    assert len(list(mbox.read(path))) == 2
