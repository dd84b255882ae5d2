from django.urls import path

from . import panel, views
from .stripped import upgrade_required

urlpatterns = [
    path("live/", panel.show, name="live"),
    path("live/check", panel.check, name="live_check"),
    path("ws/", upgrade_required),
    path("t/<int:topic_id>/changes", views.topic_changes, name="topic_changes"),
    path("changes", views.list_changes, name="list_changes"),
    path("news", views.news, name="news"),
]
