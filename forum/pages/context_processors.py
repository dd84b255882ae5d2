"""Template context of every page: sidebar, announcements, reader. Lazy, so unused parts cost no
query.
"""

from django.conf import settings
from django.db.models import Exists, Subquery
from django.utils.functional import SimpleLazyObject

from forum.db.prepared import Prepared
from forum.models import Announcement, Category, Post
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
    """One of THEMES, or "" for the system's."""
    theme = cookies.get("theme")
    return theme if theme in THEMES else ""


def with_newest(reader):
    newest = Post.objects.visible_to(reader).recent().order_by("-pk").values("pk")[:1]
    announced = Exists(Announcement.objects.not_ended())
    places = with_edition(Category.objects.visible_to(reader))
    return places.annotate(newest=Subquery(newest), announced=announced).in_order()


PLACES = Prepared(with_newest)


class Sidebar:
    """The categories that `user` may read, with those inside them, and the newest post there was
    when asked.
    """

    def __init__(self, user):
        self.places = PLACES.instances(user)
        self.newest_post = (self.places[0].newest or 0) if self.places else 0
        self.edition = self.places[0].edition if self.places else ""
        self.readership = readership.mark(user, [place.pk for place in self.places])
        self.may_be_announced = self.places[0].announced if self.places else True

    def html(self, current="", kind="page"):
        """`current` is the name of the list that the page is (`kind` "page") or belongs to
        ("true").
        """
        return fragments.sidebar(self.places, self.edition, current, kind)
