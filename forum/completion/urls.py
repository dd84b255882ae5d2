from django.urls import path

from . import views

urlpatterns = [
    path("completion/members/", views.members, name="complete_members"),
    path("completion/places/", views.places, name="complete_places"),
    path("completion/tags/", views.tags, name="complete_tags"),
]
