"""Template context of every page: sidebar, announcements, theme. Lazy: no query if unused."""

from django.conf import settings
from django.db.models import Exists, Subquery
from django.utils.functional import SimpleLazyObject

from forum.db.prepared import Prepared
from forum.models import Announcement, Category, Post, Tag
from forum.models.editions import with_edition
from forum.pages import announcements, fragments, readership

THEMES = ("light", "dark")


def site(request):
    sidebar = SimpleLazyObject(lambda: Sidebar(request.user))
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "sidebar": sidebar,
        "announcements": SimpleLazyObject(lambda: announcements.shown(request, sidebar)),
        "theme": theme_in(request.COOKIES),
    }


def theme_in(cookies):
    """One of THEMES, or "" to follow the system."""
    theme = cookies.get("theme")
    return theme if theme in THEMES else ""


def categories_with_newest_post(reader):
    newest = Post.objects.visible_to(reader).recent().order_by("-pk").values("pk")[:1]
    announced = Exists(Announcement.objects.not_ended())
    categories = with_edition(Category.objects.visible_to(reader))
    tagged = Exists(Tag.objects.visible_to(reader))
    return categories.annotate(
        newest=Subquery(newest), announced=announced, has_tags=tagged
    ).in_order()


CATEGORIES = Prepared(categories_with_newest_post)


class Sidebar:
    """The categories that `user` may read, and the id of the newest post they may see."""

    def __init__(self, user):
        self.categories = CATEGORIES.instances(user)
        self.newest_post = (self.categories[0].newest or 0) if self.categories else 0
        self.edition = self.categories[0].edition if self.categories else ""
        self.readership = readership.mark(user, [category.pk for category in self.categories])
        self.has_tags = bool(self.categories and self.categories[0].has_tags)
        self.may_be_announced = self.categories[0].announced if self.categories else True

    def html(self, current="", kind="page"):
        """`current` names the list that the page shows (`kind` "page") or belongs to ("true")."""
        return fragments.sidebar(self.categories, self.edition, current, kind, self.has_tags)
