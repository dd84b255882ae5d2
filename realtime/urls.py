from django.urls import path

from . import views

urlpatterns = [
    path("t/<int:topic_id>/changes", views.topic_changes, name="topic_changes"),
    path("changes", views.list_changes, name="list_changes"),
    path("news", views.news, name="news"),
]
