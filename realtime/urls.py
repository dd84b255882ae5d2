"""The addresses of the feed and of the connection panel."""

from django.urls import path

from realtime.diagnostics import views as diagnostics
from realtime.diagnostics.missing_upgrade import upgrade_required
from realtime.http import views

urlpatterns = [
    path("live/", diagnostics.show, name="live"),
    path("live/check", diagnostics.check, name="live_check"),
    path("ws/", upgrade_required),
    path("t/<int:topic_id>/changes", views.topic_changes, name="topic_changes"),
    path("members/<int:member_id>/changes", views.member_changes, name="member_changes"),
    path("changes", views.list_changes, name="list_changes"),
    path("news", views.news, name="news"),
]
