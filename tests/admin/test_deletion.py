"""Nothing can be deleted in the admin."""

import pytest
from django.contrib import admin as django_admin
from django.urls import reverse

from forum.models import Topic

pytestmark = pytest.mark.store


@pytest.mark.parametrize(
    "model", list(django_admin.site._registry), ids=lambda model: model.__name__
)
def test_no_list_and_no_inline_offers_deletion(model, topic, rf, olive):
    request = rf.get("/")
    request.user = olive
    model_admin = django_admin.site.get_model_admin(model)

    assert "delete_selected" not in model_admin.get_actions(request)
    assert not model_admin.has_delete_permission(request)
    for inline in model_admin.get_inline_instances(request, olive):
        assert not inline.has_delete_permission(request, olive)


@pytest.mark.parametrize("noun", ["topic", "post", "user", "category", "group"])
def test_the_addresses_for_deletion_answer_no(noun, admin, topic):
    app = "auth" if noun == "group" else "forum"
    objects = {
        "topic": topic,
        "post": topic.posts.get(),
        "user": topic.author,
        "category": topic.category,
        "group": topic.category.readers.create(name="Insiders"),
    }
    address = reverse(f"admin:{app}_{noun}_delete", args=[objects[noun].pk])

    assert admin.get(address).status_code == 403
    assert admin.post(address, {"post": "yes"}).status_code == 403
    assert type(objects[noun]).objects.filter(pk=objects[noun].pk).exists()


def test_an_action_that_is_not_offered_does_nothing(admin, topic):
    chosen = {"action": "delete_selected", "_selected_action": [topic.pk], "post": "yes"}

    admin.post(reverse("admin:forum_topic_changelist"), chosen)

    assert Topic.objects.filter(pk=topic.pk).exists()


def test_a_page_has_no_button_to_delete(admin, topic):
    html = admin.get(reverse("admin:forum_topic_change", args=[topic.pk])).content.decode()

    assert "deletelink" not in html
