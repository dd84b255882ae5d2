"""What every page shows around its content. Asked for lazily, so that pages without a sidebar ask nothing."""

from django.conf import settings
from django.db.models import Subquery
from django.utils.functional import SimpleLazyObject

from forum.models import Category, Post

THEMES = ("light", "dark")


def site(request):
    theme = request.COOKIES.get("theme")
    return {
        "site_name": settings.SITE_NAME,
        "sidebar": SimpleLazyObject(lambda: Sidebar(request.user)),
        "theme": theme if theme in THEMES else "",
    }


class Sidebar:
    """The categories that `user` may read, with those inside them, and the newest post there was when asked."""

    def __init__(self, user):
        newest = Post.objects.visible_to(user).order_by("-pk").values("pk")[:1]
        found = list(Category.objects.visible_to(user).in_order().annotate(newest=Subquery(newest)))
        self.newest_post = (found[0].newest or 0) if found else 0
        self.categories = [category for category in found if category.parent_id is None]
        for category in self.categories:
            category.inside = [child for child in found if child.parent_id == category.pk]
