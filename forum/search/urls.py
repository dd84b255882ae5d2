from django.urls import path

from . import standing_views, views

urlpatterns = [
    path("search/", views.index, name="search"),
    path("search.atom", views.feed, name="search_feed"),
    path("search/similar/", views.similar, name="similar_topics"),
    path("searches/", standing_views.index, name="standing_searches"),
    path("searches/create/", standing_views.create, name="create_standing_search"),
    path("searches/<int:search_id>/", standing_views.show, name="standing_search"),
    path(
        "searches/<int:search_id>/notice/",
        standing_views.notice,
        name="standing_search_notice",
    ),
    path(
        "searches/<int:search_id>/update/",
        standing_views.update,
        name="update_standing_search",
    ),
    path(
        "searches/<int:search_id>/delete/",
        standing_views.destroy,
        name="delete_standing_search",
    ),
]
