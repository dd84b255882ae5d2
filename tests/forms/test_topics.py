from django.contrib.auth.models import AnonymousUser

from forum.forms.topics import MoveForm, TopicForm
from tests.support import world


def choices(form):
    return [str(label) for _, label in form.fields["category"].choices][1:]


def test_only_categories_that_one_may_write_in_are_offered(ada, iris, mo, lounge, help_category):
    world.category("News", posters=["Writers"])
    world.category("Install", parent=help_category)
    world.category("Bar", parent=lounge)

    assert choices(TopicForm(author=ada)) == ["Help", "Help › Install"]
    assert choices(TopicForm(author=iris)) == ["Lounge › Bar", "Help", "Help › Install", "Lounge"]
    assert choices(TopicForm(author=AnonymousUser())) == []
    assert choices(MoveForm(moderator=mo)) == ["Help", "Help › Install", "News"]
