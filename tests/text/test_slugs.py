import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from forum.models import Category
from forum.text.slugs import slug_of, validate_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Don't  panic!", "dont-panic"),
        ("สวัสดี ชาวโลก", "สวัสดี-ชาวโลก"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("你好，世界", "你好世界"),
        ("👩\u200d💻 at work", "at-work"),
        ("1️⃣ first", "1-first"),
        ("نمی\u200cخواهم", "نمیخواهم"),
        ("___", ""),
        ("🫖", ""),
    ],
)
def test_a_slug_keeps_the_letters_of_every_script_whole(title, slug):
    assert slug_of(title, 80) == slug
    assert not slug or validate_slug(slug) is None


def test_a_slug_is_not_cut_between_a_letter_and_its_marks():
    assert slug_of("ก่" * 50, 79) == "ก่" * 39


@pytest.mark.parametrize("slug", ["a b", "a/b", "a?", "ก\u200b", "a\n"])
def test_what_cannot_stand_in_an_address_is_refused(slug):
    with pytest.raises(ValidationError):
        validate_slug(slug)


def test_a_category_in_any_script_can_be_saved_again_in_the_admin(olive, signed_in):
    inline = {"mail_address-TOTAL_FORMS": 0, "mail_address-INITIAL_FORMS": 0}
    form = {"name": "สวัสดี", "description": "", "color": "#868e96", "position": 0, **inline}
    client = signed_in(olive)
    client.post(reverse("admin:forum_category_add"), form)
    category = Category.objects.get()

    form = {**form, "slug": category.slug, "description": "New."}
    client.post(reverse("admin:forum_category_change", args=[category.pk]), form)

    category.refresh_from_db()
    assert (category.slug, category.description) == ("สวัสดี", "New.")
    assert client.get(category.get_absolute_url()).status_code == 200
