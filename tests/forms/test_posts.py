from django.contrib.auth.models import AnonymousUser

from forum.forms.posts import EditForm, ReplyForm
from forum.forms.submissions import is_token
from tests.support import world


def test_every_fresh_form_has_a_mark_of_its_own(ada):
    marks = {ReplyForm(author=ada)["token"].value() for _ in range(10)}

    assert len(marks) == 10
    assert all(is_token(mark) for mark in marks)


def test_a_form_that_comes_back_keeps_its_mark(ada):
    token = world.token()

    assert ReplyForm({"body": "", "token": token}, author=ada)["token"].value() == token


def test_a_good_form_is_counted_once(ada, settings):
    settings.RATES = {**settings.RATES, "post": "1/day"}
    form = ReplyForm({"body": "Tea.", "token": world.token()}, author=ada)

    assert form.is_valid()
    assert form.is_valid()
    assert not ReplyForm({"body": "Cake.", "token": world.token()}, author=ada).is_valid()


def test_a_form_with_errors_is_not_counted(ada, settings):
    settings.RATES = {**settings.RATES, "post": "1/day"}
    for _ in range(5):
        assert not ReplyForm({"body": "", "token": world.token()}, author=ada).is_valid()

    assert ReplyForm({"body": "Tea.", "token": world.token()}, author=ada).is_valid()


def test_an_empty_form_needs_nobody(db):
    assert ReplyForm(author=AnonymousUser())["body"].value() is None
    assert not EditForm({"body": "", "version": 1}, author=AnonymousUser()).is_valid()
