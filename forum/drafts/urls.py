from django.urls import path

from . import views

urlpatterns = [
    path("drafts/", views.index, name="drafts"),
    path("drafts/latest/", views.latest, name="latest_draft"),
    path("drafts/one/", views.show, name="draft"),
    path("drafts/begun/", views.begun, name="begun_reply"),
    path("drafts/keep/", views.keep, name="keep_draft"),
    path("drafts/discard/", views.discard, name="discard_draft"),
]
