import pytest
from django.contrib.auth.models import Permission

from forum.signals import changed
from tests.support import world

KNOWN = ("topic", "post", "category", "revision", "user")


@pytest.fixture
def admin(olive, signed_in):
    """A browser in which the owner is signed in."""
    return signed_in(olive)


@pytest.fixture
def staff(db):
    """A moderator who may use the admin, with all of Django's permissions there, but not an
    owner.
    """
    user = world.moderator("stella")
    user.is_staff = True
    user.save()
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="forum", content_type__model__in=KNOWN)
    )
    return user


@pytest.fixture
def said(django_capture_on_commit_callbacks):
    """A function that does something and gives what the forum announced: [(kind, number of the
    post), …].
    """

    def listen(do):
        heard = []

        def hear(kind, post, **kwargs):
            heard.append((kind, post.number if post else None))

        changed.connect(hear)
        with django_capture_on_commit_callbacks(execute=True):
            do()
        changed.disconnect(hear)
        return heard

    return listen


@pytest.fixture
def send():
    """Sends the admin's form at `address` as it stands, with some fields typed anew; gives the
    response.
    """

    def fill_and_send(client, address, **typed):
        return client.post(address, {**filled(client, address), **typed})

    return fill_and_send


def filled(client, address):
    """What a browser would send for the form of this page, as {name: value}."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                values[field.html_name] = value
    return values


@pytest.fixture
def fill():
    return filled
