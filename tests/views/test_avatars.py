"""The picture beside a member's name."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from forum.models import Upload, User
from forum.models.uploads import LARGE, remove_avatar
from forum.pages.avatars import avatar
from forum.uploads import preparing
from forum.uploads.retention import delete_unused
from tests.images import pictures
from tests.support import world

pytestmark = pytest.mark.servers  # a process prepares the pictures


@pytest.fixture
def her(client, ada):
    client.force_login(ada)
    return client


def sends(client, content=None, name="me.jpg"):
    file = SimpleUploadedFile(name, content or pictures.jpeg())
    return client.post("/profile/avatar/", {"picture": file})


def shown(member):
    return User.objects.get(pk=member.pk).avatar


def with_avatar(member, image=None):
    content = image or pictures.jpeg()
    upload = Upload.objects.store_avatar(member, content, "jpeg", (60, 40))
    preparing.prepare()
    member.refresh_from_db()
    upload.refresh_from_db()
    return upload


def test_it_is_shown_once_it_is_prepared_and_never_before(her, ada):
    assert sends(her).status_code == 302
    assert shown(ada) == ""
    assert "is being prepared" in her.get("/profile/").text

    preparing.prepare()

    assert shown(ada) == Upload.objects.get().name
    page = her.get("/profile/").text
    assert "is being prepared" not in page
    assert f'src="/uploads/{shown(ada)}" width="64" height="64"' in page


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (pictures.jpeg(600, 300), (600, 300)),
        (pictures.saved(pictures.drawn(50, 90, "RGBA"), "png"), (50, 90)),
        (pictures.saved(pictures.drawn(30, 30, "P"), "gif"), (30, 30)),
    ],
    ids=["wide", "tall", "small"],
)
def test_it_is_a_square_in_two_sizes_without_anything_else(ada, content, size):
    upload = Upload.objects.store_avatar(ada, content, "png", size)
    preparing.prepare()
    upload.refresh_from_db()

    assert upload.kind == "webp"
    assert (upload.width, upload.height, upload.widths) == (192, 192, (96,))
    for variant, side in ((LARGE, 192), ("96", 96)):
        with upload.open(variant) as file:
            assert Image.open(BytesIO(file.read())).size == (side, side)


def test_transparent_parts_become_white(ada):
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    upload = with_avatar(ada, pictures.saved(image, "png"))

    with upload.open("96") as file:
        assert Image.open(BytesIO(file.read())).convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_everybody_may_see_it_and_caches_may_keep_it(client, ada):
    upload = with_avatar(ada)

    for path in (upload.get_absolute_url(), f"{upload.get_absolute_url()}/96"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert "immutable" in answer["Cache-Control"]


def test_pages_of_guests_and_lists_show_it_at_once(client, ada, topic):
    paths = ["/", topic.get_absolute_url(), ada.get_absolute_url()]
    assert not any("/uploads/" in client.get(path).text for path in paths)

    upload = with_avatar(ada)

    for path in paths:
        page = client.get(path).text
        assert re.search(rf'src="/uploads/{upload.name}(/96)?" width="\d\d" height="\d\d"', page)


def test_its_place_shows_initials_below_it(ada):
    with_avatar(ada)

    assert re.search(r'aria-hidden="true">AL<img .* alt="" loading="lazy"', avatar(ada, "large"))


def test_another_one_takes_its_place_only_when_it_is_ready(her, ada):
    first = with_avatar(ada)
    sends(her, pictures.jpeg(90, 90))
    assert shown(ada) == first.name

    preparing.prepare()

    assert shown(ada) == Upload.objects.latest("pk").name != first.name
    assert her.get("/logout-first/").status_code == 404
    her.logout()
    assert her.get(first.get_absolute_url()).status_code == 404


def test_one_that_was_shown_before_is_shown_again_at_once(her, ada):
    content = pictures.jpeg(90, 90)
    first = with_avatar(ada, content)
    with_avatar(ada)

    sends(her, content)

    assert shown(ada) == first.name


def test_who_changes_their_mind_while_it_is_prepared_gets_what_they_chose_last(her, ada):
    sends(her)
    her.post("/profile/avatar/remove/")

    preparing.prepare()

    assert shown(ada) == ""


def test_a_refused_picture_says_why_on_the_page(her, ada):
    sends(her, pictures.webp_without_end(), "me.webp")

    preparing.prepare()

    assert shown(ada) == ""
    assert "The picture is damaged" in her.get("/profile/").text
    her.post("/profile/avatar/remove/")
    assert "The picture is damaged" not in her.get("/profile/").text


@pytest.mark.parametrize(
    ("content", "words"), [(b"%PDF-1.7", "JPEG, PNG, WebP"), (b"<svg/>", "JPEG, PNG, WebP")]
)
def test_what_is_no_picture_is_refused_at_once(her, content, words):
    answer = sends(her, content, "me.pdf")

    assert answer.status_code == 422
    assert words in answer.text
    assert not Upload.objects.exists()


def test_no_file_is_no_error_of_the_server(her):
    answer = her.post("/profile/avatar/")

    assert answer.status_code == 422
    assert "Choose a picture first." in answer.text


def test_its_rate_is_limited_before_the_file_is_read(her, settings, monkeypatch):
    settings.RATES = {**settings.RATES, "avatar": "1/hour"}
    sends(her)
    monkeypatch.setattr("forum.forms.avatars.headers.read", None)

    answer = sends(her, pictures.jpeg(90, 90))

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_it_counts_for_the_quota(her, settings):
    settings.UPLOAD_QUOTA_BYTES = 10

    answer = sends(her)

    assert answer.status_code == 422
    assert "as much as you may" in answer.text


def test_it_is_removed(her, ada):
    with_avatar(ada)

    her.post("/profile/avatar/remove/")

    assert shown(ada) == ""
    assert "<img" not in avatar(User.objects.get(pk=ada.pk), "large")


def test_moderators_remove_it_and_it_is_logged(client, ada, mo):
    with_avatar(ada)
    client.force_login(mo)
    assert "Remove the picture" in client.get("/u/ada/").text

    client.post("/u/ada/avatar/remove/")

    assert shown(ada) == ""
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (mo, str(ada.pk))
    assert "Remove the picture" not in client.get("/u/ada/").text


def test_others_may_not_remove_it(client, ada, grace):
    upload = with_avatar(ada)
    client.force_login(grace)

    assert client.post("/u/ada/avatar/remove/").status_code == 403
    assert shown(ada) == upload.name


def test_no_text_shows_it_or_keeps_it(ada, topic):
    upload = with_avatar(ada)

    post = topic.reply(ada, f"![Me]({upload.get_absolute_url()})")

    assert "<img" not in post.html
    assert not post.uses.exists()


def test_the_same_bytes_in_a_post_are_another_upload(ada, topic):
    avatar = with_avatar(ada)
    picture = world.ready_picture(ada)

    assert picture.name != avatar.name


def test_only_what_is_shown_or_chosen_is_kept(ada):
    old, new = with_avatar(ada), with_avatar(ada, pictures.jpeg(90, 90))
    Upload.objects.update(created_at=timezone.now() - timedelta(days=2))

    delete_unused()

    assert list(Upload.objects.all()) == [new]
    assert old.name != shown(ada)
    remove_avatar(ada)
    delete_unused()
    assert not Upload.objects.exists()


def test_a_name_is_not_claimed_again_for_a_picture(ada):
    ada.avatar = "0" * 32
    version = ada.name_version

    ada.save()

    assert User.objects.get(pk=ada.pk).name_version == version + 1
