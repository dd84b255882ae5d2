import pytest

from forum.markdown import mentioned, render
from forum.usernames.rules import folded
from tests.markdown.allowed import elements


class Members:
    """Knows some names, and remembers what it was asked."""

    def __init__(self, *names):
        self.names = {folded(name): (number, name) for number, name in enumerate(names, 1)}
        self.asked = []

    def __call__(self, names):
        self.asked.append(names)
        return {name: self.names[name] for name in names & self.names.keys()}


def mentions(source, *names):
    links = elements(render(source, Members(*names)), "a")
    return [names[int(link["data-member"]) - 1] for link in links if "data-member" in link]


def test_a_mention_leads_to_the_member_under_the_name_as_its_owner_writes_it():
    html = render("Hello @INES!", Members("Ines"))

    assert (
        html
        == '<p dir="auto">Hello <a class="mention" href="/u/Ines/" data-member="1">@Ines</a>!</p>\n'
    )


def test_unknown_names_stay_text():
    assert render("Hello @nobody", Members()) == '<p dir="auto">Hello @nobody</p>\n'


def test_nothing_is_linked_when_nobody_is_asked():
    assert render("Hello @ines") == '<p dir="auto">Hello @ines</p>\n'


def test_all_names_are_asked_for_at_once_and_case_folded():
    members = Members("ines")

    render("@Ines @INES @bob\n\n- @STRASSE_ß", members)

    assert members.asked == [{"ines", "bob", "strasse_ss"}]


@pytest.mark.parametrize("text", ["no names", "ada@example.org", "`@ines`", "@a", "\\@ines"])
def test_without_candidates_nobody_is_asked(text):
    members = Members("ines")

    render(text, members)

    assert members.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "@ines",
        "@ines.",
        "@ines...",
        "@ines,",
        "(@ines)",
        "@ines's",
        "@ines-",
        "**@ines**",
        "cc:@ines",
        "a\n@ines",
        "> @ines",
        "| @ines |\n|-|",
        "# @ines",
        "- @ines",
        '"@ines"',
        "@ines, @ines",
    ],
)
def test_a_name_is_found_wherever_people_write_one(text):
    assert set(mentions(text, "ines")) == {"ines"}


@pytest.mark.parametrize(
    "text",
    [
        "`@ines`",
        "    @ines",
        "```\n@ines\n```",
        "[@ines](/x)",
        "[a @ines b](/x)",
        "x@ines",
        "x.y+@ines",
        "http://a.b/@ines",
        "<http://a.b/@ines>",
        "@@ines",
        "@ines@example.org",
        "ada@ines.example",
        "mailto:x@ines.example",
        "\\@ines",
        "![@ines](/x)",
        "a/@ines",
        "@inesx",
    ],
)
def test_not_in_code_links_or_addresses(text):
    assert mentions(text, "ines", "ines.example") == []


@pytest.mark.parametrize(
    "name",
    [
        "abc",
        "a" * 30,
        "josé",
        "李小龙",
        "a.b-c_d",
        "9lives",
        "Ünal",
        "सीता",
        "हिन्दी",
        "สมชาย",
        "กุ้งนาง",
        "ලක්\u200dෂ්මී",
        "علی\u200cرضا",
        "လျှို့ဝှက်",
        "김철수",
    ],
)
def test_every_name_that_people_may_take_can_be_mentioned(name):
    assert mentions(f"Hi @{name}!", name) == [name]


@pytest.mark.parametrize("name", ["ab", "a" * 31, "_abc", ".abc", "-abc"])
def test_what_cannot_be_a_name_is_no_mention(name):
    assert mentions(f"Hi @{name}!", name) == []


def test_addresses_of_members_are_quoted():
    (link,) = elements(render("@josé", Members("josé")), "a")

    assert link["href"] == "/u/jos%C3%A9/"


def test_a_name_from_the_database_cannot_break_out():
    html = render("@ines", lambda names: {"ines": (1, '"><script>alert(1)</script>')})

    assert "<script" not in html


def test_no_more_than_fifty_people_are_mentioned():
    names = [f"name{number:03}" for number in range(60)]

    assert mentions(" ".join(f"@{name}" for name in names), *names) == names[:50]


def test_one_person_may_be_mentioned_often():
    assert len(mentions("@ines " * 60, "ines")) == 60


def test_mentioned_tells_members_but_not_those_in_quotes():
    members = Members("ines", "bob", "carol", "eve")

    assert mentioned("@Ines and @bob\n\n> @carol\n\n@dave `@eve`", members).members == {1, 2}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("请@李小龙看看", ["李小龙"]),
        ("请@ada看看", ["ada"]),
        ("谢谢@ada。", ["ada"]),
        ("@田中太郎さん、ありがとう", ["田中太郎"]),
        ("@김철수님 고맙습니다", ["김철수"]),
        ("ขอบคุณ@สมชายครับ", ["สมชาย"]),
        ("@李小龙@ada", ["李小龙", "ada"]),
        ("@李小龙和@田中太郎", ["李小龙", "田中太郎"]),
    ],
)
def test_scripts_without_blanks_need_none_around_a_mention(text, names):
    assert mentions(text, "李小龙", "ada", "田中太郎", "김철수", "สมชาย") == names


def test_of_names_that_begin_alike_the_longest_is_meant():
    members = ("李小龙", "李小龙的", "李小龙的朋友们")

    assert mentions("@李小龙的朋友", *members) == ["李小龙的"]
    assert mentioned("@李小龙的朋友", Members(*members)).members == {2}


def test_what_stands_behind_a_name_without_a_blank_stays():
    assert ">@李小龙</a>你好&amp;x</p>" in render("@李小龙你好&x", Members("李小龙"))


@pytest.mark.parametrize(
    "text", ["@adaé", "@ada\u0301看", "@सीताजी", "@สมชา\u0e34", "नमस्ते@ada", "@inesxy"]
)
def test_a_name_is_not_cut_out_of_a_word_or_off_its_marks(text):
    assert mentions(text, "ada", "सीता", "สมชา", "ines") == []


def test_a_name_is_meant_however_its_letters_are_typed():
    assert mentions("@jose\u0301 and @ａｄａ and @علیرضا", "josé", "ada", "علی\u200cرضا") == [
        "josé",
        "ada",
        "علی\u200cرضا",
    ]


def test_what_asking_raises_is_not_hidden():
    def broken(names):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        render("@ines", broken)


def test_an_underscore_after_a_name_belongs_to_the_sentence():
    assert mentions("@ines_ said", "ines") == ["ines"]


@pytest.mark.parametrize(
    "text", ["_@ines_", "__@ines__", "___@ines___", "(_@ines, @ines_)", "_@ines"]
)
def test_a_mention_may_be_emphasised_by_underscores(text):
    assert set(mentions(text, "ines")) == {"ines"}


@pytest.mark.parametrize("text", ["a_@ines", "a__@ines", "/_@ines", "@_@ines", "____@ines"])
def test_other_underscores_before_the_sign_make_it_text(text):
    assert not mentions(text, "ines")
