"""The addresses for answers by mail: short, signed, and the member's own."""

import pytest

from forum.mail import reply_addresses
from forum.mail.models import ReplyKey
from forum.mail.reply_addresses import address_for, is_reply_address, is_valid, read

LARGE = 10**14 - 1


@pytest.fixture(autouse=True)
def reply_address(settings):
    settings.REPLY_ADDRESS = "Forum+{}@Example.org"


def test_an_address_names_member_topic_and_post(ada):
    address = address_for(ada.pk, 12, LARGE)

    assert read(address) == (ada.pk, 12, LARGE)
    assert address.startswith("Forum+")


@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_mail_servers_may_change_the_case(ada, change):
    assert read(change(address_for(ada.pk, 12, 34))) == (ada.pk, 12, 34)


def test_the_longest_address_fits_what_servers_accept(ada, settings):
    settings.REPLY_ADDRESS = "a-community-forum+{}@example.org"
    ids = "-".join(map(reply_addresses.int_to_base36, (LARGE, LARGE, LARGE)))
    part = f"{ids}-{'a' * reply_addresses.SIGNATURE}"

    assert is_valid(settings.REPLY_ADDRESS)
    assert len(part) <= reply_addresses.MAX_PART
    assert is_reply_address(settings.REPLY_ADDRESS.replace("{}", part))


@pytest.mark.parametrize(
    "wrong",
    [
        "forum@example.org",
        "forum+{}",
        "forum+{}{}@example.org",
        "forum@{}.example.org",
        "a-far-too-long-name+{}@example.org",
        "Forum <forum+{}@example.org>",
        "{}@",
    ],
)
def test_settings_that_make_no_addresses_are_not_valid(wrong):
    assert not is_valid(wrong)


def test_an_address_of_another_post_can_not_be_made_from_one(ada, grace):
    address = address_for(ada.pk, 12, 34)
    first, topic, post, signed = address.partition("+")[2].partition("@")[0].split("-")

    for ids in [(first, "d", post), (first, topic, "z"), ("zz", topic, post)]:
        forged = f"forum+{'-'.join(ids)}-{signed}@example.org"
        assert is_reply_address(forged)
        assert read(forged) is None


@pytest.mark.parametrize(
    "other", ["", "@", "forum@example.org", "forum+1-2-3@example.org", "+{}@example.org", "ſ@ı"]
)
def test_other_addresses_are_not_ours(db, other):
    assert read(other) is None
    assert not is_reply_address(other)


def test_nothing_is_read_or_made_without_the_setting(ada, settings):
    address = address_for(ada.pk, 12, 34)
    settings.REPLY_ADDRESS = ""

    assert address_for(ada.pk, 12, 34) == ""
    assert read(address) is None


def test_addresses_survive_a_new_secret_while_the_former_one_is_accepted(ada, settings):
    address = address_for(ada.pk, 12, 34)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new" * 20, [settings.SECRET_KEY]

    assert read(address) == (ada.pk, 12, 34)
    settings.SECRET_KEY_FALLBACKS = []
    assert read(address) is None


def test_a_suspension_revokes_them_for_good(ada):
    address = address_for(ada.pk, 12, 34)
    ada.is_active = False
    ada.save()
    ada.is_active = True
    ada.save()

    assert read(address) is None
    assert read(address_for(ada.pk, 12, 34))


def test_a_new_password_and_signing_out_everywhere_leave_them(ada):
    address = address_for(ada.pk, 12, 34)
    ada.set_password("another one entirely")
    ada.save()
    ada.sign_out_everywhere()

    assert read(address) == (ada.pk, 12, 34)


def test_each_member_has_one_key(ada, grace, django_assert_num_queries):
    address_for(ada.pk, 12, 34)
    with django_assert_num_queries(1):
        address_for(ada.pk, 56, 78)
    address_for(grace.pk, 12, 34)

    assert len(set(ReplyKey.objects.values_list("key", flat=True))) == 2
