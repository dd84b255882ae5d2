"""Sending files with a form and by script, and who gets them."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from forum.models import Upload
from tests.images import pictures
from tests.support import world

pytestmark = pytest.mark.usefixtures("help_category")

PHOTO = pictures.jpeg(900, 600)


def file(content=PHOTO, name="me at home.jpg"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def upload(ada):
    return world.ready_picture(ada, PHOTO)


def posted(upload, topic):
    return topic.reply(upload.member, f"![Me]({upload.get_absolute_url()})")


def reply_form(body="Look:", **fields):
    return {"body": body, "token": world.token(), **fields}


def test_a_file_that_comes_with_a_reply_is_stored_and_shown_in_the_form_before_it_is_posted(
    signed_in, ada, topic
):
    client = signed_in(ada)
    form = reply_form(files=[file(), file(b"%PDF-1.7", "plan.pdf")])

    page = client.post(reverse("create_reply", args=[topic.pk]), form)

    picture, plan = Upload.objects.order_by("pk")
    assert page.status_code == 200
    lines = (
        "Look:",
        f"![Description]({picture.get_absolute_url()})",
        f"[plan.pdf]({plan.get_absolute_url()})",
    )
    assert page.context["form"]["body"].value() == "\n\n".join(lines)
    assert topic.posts.count() == 1
    assert page.context["form"]["token"].value() == form["token"]
    assert "me at home.jpg, plan.pdf" in page.content.decode()


@pytest.mark.parametrize("where", ["topic", "edit"])
def test_a_new_topic_and_an_edit_take_files_too(signed_in, ada, topic, help_category, where):
    post = topic.posts.get()
    address, fields = {
        "topic": (reverse("create_topic"), {"title": "Us", "category": help_category.pk}),
        "edit": (reverse("update_post", args=[post.pk]), {"version": 1}),
    }[where]

    page = signed_in(ada).post(address, reply_form(files=[file()], **fields))

    assert "![Description](/uploads/" in page.context["form"]["body"].value()
    post.refresh_from_db()
    assert post.body == "I wonder."


def test_what_is_refused_is_said_and_the_text_stays(signed_in, ada, topic):
    form = reply_form(files=[file(b"<svg onload='alert(1)'/>", "me.svg"), file()])

    page = signed_in(ada).post(reverse("create_reply", args=[topic.pk]), form)

    assert "me.svg: Only pictures" in page.content.decode()
    assert page.context["form"]["body"].value().startswith("Look:\n\n![Description]")


def test_who_may_not_write_here_stores_nothing(signed_in, grace, ada):
    closed = world.topic(ada, world.category("News", posters=["Staff"]))

    page = signed_in(grace).post(
        reverse("create_reply", args=[closed.pk]), reply_form(files=[file()])
    )

    assert page.status_code == 403
    assert not Upload.objects.exists()


def test_a_script_sends_a_file_by_itself(signed_in, ada):
    answer = signed_in(ada).post(reverse("create_upload"), {"file": file()})

    upload = Upload.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"markdown": f"![]({upload.get_absolute_url()})", "isPicture": True}
    assert (upload.width, upload.height) == (900, 600)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<script>", "page.html", "Only pictures"),
        (b"", "plan.pdf", "Only pictures"),
        (pictures.pixel_bomb(), "large.png", "too many pixels"),
        (pictures.cut(PHOTO), "half.jpg", "damaged"),
        (pictures.SCRIPT, "me.jpg", "Only pictures"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(signed_in, ada, content, name, words):
    answer = signed_in(ada).post(reverse("create_upload"), {"file": file(content, name)})

    assert answer.status_code in (400, 422)
    assert content == b"" or words in answer.json()["error"]
    assert not Upload.objects.exists()


def test_too_large_too_much_and_too_often_are_refused(signed_in, ada, settings):
    client, address = signed_in(ada), reverse("create_upload")
    settings.UPLOAD_MAX_BYTES = 100
    assert "at most" in client.post(address, {"file": file()}).json()["error"]

    settings.UPLOAD_MAX_BYTES, settings.UPLOAD_QUOTA_BYTES = 10**6, 100
    assert "as much as you may" in client.post(address, {"file": file()}).json()["error"]

    settings.UPLOAD_QUOTA_BYTES = 10**6
    settings.RATES = {**settings.RATES, "upload": "3/hour"}
    answers = [client.post(address, {"file": file()}) for _attempt in range(4)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"]


@pytest.mark.parametrize("address", ["create_upload", "create_topic"])
def test_who_may_write_nowhere_uploads_nothing(signed_in, grace, help_category, address):
    help_category.posters.add(world.group("Staff"))

    page = signed_in(grace).post(
        reverse(address), reply_form(title="Us", file=file(), files=[file()])
    )

    words = "You can't post anywhere here"
    assert words in (page.json()["error"] if address == "create_upload" else unescape(page.text))
    assert not Upload.objects.exists()


def test_guests_upload_nothing(client, db):
    answer = client.post(reverse("create_upload"), {"file": file()})

    assert answer.status_code == 403
    assert not Upload.objects.exists()


def test_a_public_picture_is_served_so_that_browsers_keep_it(client, upload, topic):
    posted(upload, topic)

    for variant, width in [("", 900), ("/640", 640)]:
        answer = client.get(upload.get_absolute_url() + variant)
        assert answer["Content-Type"] == "image/jpeg"
        assert pictures.opened(answer.content).width == width
        assert answer["Cache-Control"] == "public, max-age=31536000, s-maxage=1, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox;")
        assert "Content-Disposition" not in answer
        assert "Content-Encoding" not in answer


def test_a_private_picture_is_kept_by_no_cache_and_for_its_readers_alone(
    visitor, iris, grace, lounge
):
    upload = world.ready_picture(iris, PHOTO)
    world.topic(iris, lounge, body=f"![Us]({upload.get_absolute_url()})")

    answer = visitor(iris).get(upload.get_absolute_url())
    assert answer["Cache-Control"] == "private, no-store"
    for who in (grace, None):
        for variant in ("", "/640", "/waiting"):
            missing = visitor(who).get(upload.get_absolute_url() + variant)
            assert missing.status_code == 404

    iris.groups.clear()
    assert visitor(iris).get(upload.get_absolute_url()).status_code == 404


def test_ones_own_is_private_before_it_is_posted(visitor, upload, grace):
    answer = visitor(upload.member).get(upload.get_absolute_url())

    assert answer["Cache-Control"] == "private, no-store"
    assert visitor(grace).get(upload.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("path", ["0" * 32, "0" * 31, "../secret", "0" * 32 + "/large"])
def test_other_addresses_lead_nowhere(client, db, path):
    assert client.get(f"/uploads/{path}").status_code == 404


def test_a_file_is_a_download(client, signed_in, ada, topic):
    signed_in(ada).post(reverse("create_upload"), {"file": file(b"a,b", "Übung “1”.csv")})
    upload = Upload.objects.get()
    topic.reply(ada, f"[The table]({upload.get_absolute_url()})")
    client.logout()

    answer = client.get(upload.get_absolute_url())

    assert answer.content == b"a,b"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_a_picture_that_waits_has_a_pixel_in_its_place_that_no_cache_keeps(client, ada, topic):
    upload = world.picture(ada, PHOTO)
    posted(upload, topic)

    answer = client.get(f"{upload.get_absolute_url()}/waiting")
    assert answer["Content-Type"] == "image/gif"
    assert answer["Cache-Control"] == "private, no-store"

    world.prepared(upload)
    assert client.get(f"{upload.get_absolute_url()}/waiting").url == upload.get_absolute_url()


def test_behind_nginx_python_sends_no_bytes(client, upload, topic, settings):
    settings.UPLOADS_ACCEL = "/stored-uploads/"
    posted(upload, topic)

    answer = client.get(f"{upload.get_absolute_url()}/640")

    assert answer.content == b""
    assert answer["X-Accel-Redirect"] == f"/stored-uploads/{upload.name[:2]}/{upload.name}/640"
    assert answer["Content-Type"] == "image/jpeg"


def test_a_preview_shows_what_its_author_may_see(signed_in, ada, grace, upload):
    text = {"body": f"![Me]({upload.get_absolute_url()})"}

    assert "<img" in signed_in(ada).post(reverse("preview"), text).content.decode()
    assert "<img" not in signed_in(grace).post(reverse("preview"), text).content.decode()
