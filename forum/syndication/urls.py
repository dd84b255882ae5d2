from django.urls import path

from . import feeds, manifest, robots, sitemaps

urlpatterns = [
    path("latest.atom", feeds.latest, name="latest_feed"),
    path("c/<int:category_id>.atom", feeds.category, name="category_feed"),
    path("t/<int:topic_id>.atom", feeds.topic, name="topic_feed"),
    path("tags/<str:tag_slug>.atom", feeds.tag, name="tag_feed"),
    path("u/<str:username>.atom", feeds.member, name="member_feed"),
    path("manifest.webmanifest", manifest.show, name="manifest"),
    path("robots.txt", robots.show, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-lists.xml", sitemaps.lists, name="list_sitemap"),
    path("sitemap-topics-<int:number>.xml", sitemaps.topics, name="topic_sitemap"),
]
