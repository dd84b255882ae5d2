import sys
import unicodedata
from urllib.parse import unquote

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import resolve, reverse
from hypothesis import example, given
from hypothesis import strategies as st

from forum.markdown import render
from forum.models import TakenName, User
from forum.text.short_text import validate_label
from forum.usernames.confusables import MAX_LENGTH, skeleton, skeletons
from forum.usernames.rules import folded, is_reserved, normal, validate_username

ALPHABETS = ["ab9._-éß", "ина9.", "नमी\u094d\u200d", "สุ้9-", "李龙た", "김철9_", "ع\u200cلی"]
LETTERS = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c)[0] in "LN"]


@pytest.mark.parametrize(
    "name",
    [
        "ada",
        "Ada_L",
        "a.b-c",
        "Zoë",
        "İrem",
        "straße",
        "нина2",
        "हिन्दी",
        "김철수",
        "日本太郎",
        "たろう日",
        "עדה",
        "สมชาย",
        "กุ้งนาง",
        "ලක්\u200dෂ්මී",  # with a joiner, as it is spelt
        "علی\u200cرضا",
        "လျှို့ဝှက်",
    ],
)
def test_people_may_be_called_what_people_are_called(name):
    validate_username(name)


@pytest.mark.parametrize(
    "name",
    [
        "ad",
        "a" * 31,
        "_ada",
        "ada_",
        ".ada",
        "ada-",
        "a..b",
        "a-_b",
        "ada lovelace",
        "o'neil",
        "ada\n",
        "ada/admin",
        "a😀b",
        "",
        "...",
    ],
)
def test_a_name_is_letters_and_digits_with_single_separators_between(name):
    with pytest.raises(ValidationError):
        validate_username(name)


@pytest.mark.parametrize("name", ["аda", "adа", "ada९", "µmeter", "ada日本"])
def test_a_name_is_written_in_one_script(name):
    with pytest.raises(ValidationError):
        validate_username(name)


@given(st.sampled_from(ALPHABETS).flatmap(lambda letters: st.text(letters, min_size=3, max_size=8)))
@example("ලක්\u200dෂ්මී")
@example("علی\u200cرضا")
@example("a-b_c.d")
def test_whoever_may_have_a_name_can_be_mentioned_and_has_a_page(name):
    try:
        validate_username(name)
    except ValidationError:
        return
    owner = {folded(name): (7, name)}

    html = render(
        f"、@{name}!", lambda names: {known: owner[known] for known in names & owner.keys()}
    )

    assert html.count('data-member="7"') == 1
    assert resolve(unquote(reverse("member", args=[normal(name)]))).kwargs["username"] == normal(
        name
    )


@pytest.mark.parametrize(
    "name",
    [
        "a\u200bda",
        "ada\u202e",
        "a\u2066da",
        "a\u034fda",
        "ada\u3164",
        "김\u3164철수",
        "a\u0336da",
        "ᴀᴅᴍɪɴ",
        "a\ufe0fda",
        "a\u200dda",
        "a\u200cda",
        "ก\u0e48\u0e48\u0e48น",
    ],
)
def test_a_name_holds_nothing_that_cannot_be_seen_or_disturbs_the_line(name):
    with pytest.raises(ValidationError):
        validate_username(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada", "ADA"),
        ("ada", "аԁа"),  # Cyrillic
        ("lan", "Ian"),
        ("lan", "1an"),
        ("otto", "0tt0"),
        ("mike", "rnike"),
        ("will", "vvill"),
        ("will", "vviIl"),
        ("ada_l", "ada.l"),
        ("ada_l", "ada-l"),
        ("nina", "ΝΙΝΑ".lower().replace("ν", "n")),
        ("İrem", "irem"),
        ("ﬁnn", "finn"),
        ("ａｄａ", "ada"),
        ("bob", "вов"),  # Cyrillic capitals look so
        ("BOB", "ВОВ"),
        ("fan", "\u017fan"),  # a long s
        ("ace", "a\u03f2e"),  # a lunate sigma
        ("lan", "\uffe8an"),  # half a box
        ("ace", "a\u217de"),  # a Roman numeral
        ("sam", "\U0001d42c\U0001d41a\U0001d426"),  # of mathematics
        ("ada", "a\u200dd\u2060a"),
        ("ada", "a\ufe0fda\u00ad"),
    ],
)
def test_names_that_look_alike_have_one_skeleton(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada", "ade"),
        ("nina", "vina"),
        ("zoe", "zoë"),
        ("ada_l", "adal"),
        ("anna", "нина"),
        ("hans", "hams"),
    ],
)
def test_names_that_look_different_have_different_skeletons(one, other):
    assert skeleton(one) != skeleton(other)


def test_of_plain_letters_and_digits_only_those_known_to_be_mistaken_are_one():
    plain = "abcdefghijklmnopqrstuvwxyz0123456789"

    assert {c: skeleton(c) for c in plain if skeleton(c) != c} == {"i": "l", "1": "l", "0": "o"}


@pytest.mark.thorough
def test_capitals_and_small_letters_have_one_skeleton_in_all_scripts():
    assert [c for c in LETTERS if skeleton(c) != skeleton(c.lower())] == []


def test_capitals_of_another_script_are_compared_as_they_stand():
    assert skeleton("nina") in skeletons("ΝΙΝΑ")  # Greek, whose small letters look like viva


@given(st.text(max_size=60))
@example("\ufdfa" * 30)  # one letter that stands for eighteen
@example("x" * 500)
def test_a_skeleton_fits_its_column_whatever_the_name(name):
    assert len(skeleton(name)) <= MAX_LENGTH == TakenName._meta.get_field("key").max_length


def test_long_names_that_differ_at_the_end_keep_different_skeletons():
    assert skeleton("x" * 500 + "a") != skeleton("x" * 500 + "b")


@pytest.mark.parametrize(
    "name",
    [
        "admin",
        "Adm1n",
        "4DMIN".replace("4", "A"),
        "ad-min",
        "rnoderator",
        "Раrley",
        "root",
        "everyone",
    ],
)
def test_names_of_those_who_run_the_forum_are_reserved(name):
    assert is_reserved(name)


def test_the_name_of_the_site_is_reserved(settings):
    settings.SITE_NAME = "Tea Corner"

    assert is_reserved("tea-corner")
    assert not is_reserved("tea")


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "Ada “Countess” L.",
        "Ада",
        "🫖 Tea",
        "नमस्ते दुनिया",
        "Nguyễn",
        "👩\u200d💻 Ada",
        "علی\u200cرضا",
        "ශ්\u200dරී",
    ],
)
def test_display_names_are_free(name):
    validate_label(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ada\u202eL",
        "Ada\u200b",
        "A\x00da",
        "Ada\nLovelace",
        "\u2800",
        "Ada\u200d",
        "Ada\u200e",
        "A" + "\u0336" * 4,
        "Ada\u2028",
    ],
)
def test_display_names_hold_nothing_unseen(name):
    with pytest.raises(ValidationError):
        validate_label(name)


@pytest.mark.thorough
def test_nobody_gets_a_name_that_looks_like_another_member(ada):
    with pytest.raises(ValidationError) as refused:
        User(username="Аԁа", password="x").full_clean()

    assert "username" in refused.value.message_dict


@pytest.mark.thorough
def test_nobody_gets_a_name_that_looks_like_another_ones_display_name(ada):
    with pytest.raises(ValidationError):
        User(username="ada.lovelace", password="x").full_clean()


def test_nobody_shows_a_name_that_looks_like_another_member(ada, grace):
    for name in ("Аdа", "ada", "ADA LOVELACE", "Ada Love1ace"):
        grace.name = name
        with pytest.raises(ValidationError) as refused:
            grace.full_clean()
        assert list(refused.value.message_dict) == ["name"]


def test_people_may_show_their_own_name(ada):
    ada.name = "Ada"
    ada.full_clean()


def test_only_superusers_may_show_a_reserved_name(grace, olive):
    grace.name = olive.name = "Admin"

    olive.full_clean()
    with pytest.raises(ValidationError):
        grace.full_clean()


def test_a_name_someone_already_has_stays_theirs_though_an_import_brought_a_second(ada):
    User.objects.create(username="ada-2", name="Ada Lovelace", is_placeholder=True)

    ada.about = "Still me."
    ada.full_clean()


def test_the_database_itself_refuses_a_look_alike(ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("АDА", "other@example.org")


def test_names_are_stored_in_one_normal_form(db):
    assert User.objects.create_user("ａｄａ").username == "ada"


def test_saving_a_member_keeps_the_posts_counted_meanwhile(ada, topic):
    stale = User.objects.get(pk=ada.pk)
    topic.reply(ada, "One more.")

    stale.about = "New here."
    stale.save()

    ada.refresh_from_db()
    assert (ada.about, ada.posts_count) == ("New here.", 2)


def test_a_member_is_found_by_a_name_in_any_case(ada):
    assert User.objects.named("ADA") == ada


@pytest.mark.parametrize("name", ["аdа", "4da", "ada.", "a" * 500])
def test_a_member_is_not_found_by_a_look_alike(ada, name):
    with pytest.raises(User.DoesNotExist):
        User.objects.named(name)
