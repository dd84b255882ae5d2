"""The cast: Ada writes, Grace reads, Mo moderates, Olive owns; insiders have a private lounge."""

import uuid

from django.contrib.auth.models import Group

from forum.images import headers
from forum.models import Category, Tag, Topic, Upload, User
from forum.models.uploads import SOURCE
from forum.models.users import MODERATORS
from tests.images import pictures

PASSWORD = "correct horse battery"  # noqa: S105


def member(username, **fields):
    user = User.objects.create_user(
        username, f"{username.casefold()}@example.org", PASSWORD, **fields
    )
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def moderator(username="mo"):
    user = member(username)
    user.groups.add(group(MODERATORS))
    return user


def owner(username="olive"):
    return member(username, is_staff=True, is_superuser=True)


def category(name="Help", readers=(), posters=(), **fields):
    made = Category.objects.create(name=name, **fields)
    made.readers.set([group(role) for role in readers])
    made.posters.set([group(role) for role in posters])
    return made


def tag(name="tea", groups=(), categories=(), synonyms=(), **fields):
    made = Tag.make(name, synonyms=synonyms, **fields)
    made.groups.set([group(role) for role in groups])
    made.categories.set(categories)
    return made


def group(name):
    return Group.objects.get_or_create(name=name)[0]


def lounge():
    """A private category: only members of Insiders may read it."""
    return category("Lounge", readers=["Insiders"])


def insider(username="iris"):
    user = member(username)
    user.groups.add(group("Insiders"))
    return user


def topic(author, category, title="Tea or coffee?", body="I wonder.", replies=0, tagged=()):
    made = Topic.start(author, category, title, body, tagged=tagged)
    for n in range(2, replies + 2):
        made.reply(author, f"Reply number {n}.")
    made.refresh_from_db()
    return made


def picture(member, image=None):
    """A picture that `member` has uploaded, and that nobody has prepared yet."""
    content = image or pictures.jpeg()
    header = headers.read(content)
    return Upload.objects.store(member, content, header.kind, "me.jpg", header.shown_size)


def ready_picture(member, image=None):
    """The same, prepared in this process."""
    return prepared(picture(member, image))


def prepared(upload):
    with upload.open(SOURCE) as file:
        upload.become_ready(pictures.prepared(file.read()))
    return upload


def token():
    """The token of a new form."""
    return uuid.uuid4().hex
