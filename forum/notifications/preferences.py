"""How members want to be told: `ways`, for each kind the choice for page, push and mail."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from forum.db.prepared import Prepared
from forum.models import Level

from .models import Preferences

MAIL = ("off", "single", "digest")


@dataclass(frozen=True)
class Ways:
    """page, push: whether a notice is shown on pages, or pushed to devices. mail: one of MAIL."""

    page: bool
    push: bool
    mail: str


FEW = 3  # members, whose query is worth to be kept
STORED = Prepared(lambda reader, *ids: Preferences.objects.filter(pk__in=ids))


def usual(kind):
    return Ways(kind.page, kind.push, kind.mail)


def of(member_ids):
    """{id: Preferences} of these members; unsaved ones for those who have chosen nothing."""
    ids = list(member_ids)
    if len(ids) > FEW:
        stored = Preferences.objects.in_bulk(ids)
    else:
        stored = {one.pk: one for one in STORED.instances(AnonymousUser(), *ids)} if ids else {}
    return {pk: stored.get(pk) or Preferences(member_id=pk) for pk in ids}


def ways(preferences, kind):
    """The Ways of one member for a kind."""
    chosen = preferences.ways.get(kind.name, {})
    default = usual(kind)
    mail = chosen.get("mail", default.mail)
    return Ways(
        bool(chosen.get("page", default.page)),
        bool(chosen.get("push", default.push)),
        mail if mail in MAIL else default.mail,
    )


def usual_levels():
    """{field of Preferences: the Level that the settings give to what a member writes in}."""
    return {
        "own_topics": Level[settings.OWN_TOPICS_LEVEL.upper()],
        "after_reply": Level[settings.REPLIED_TOPICS_LEVEL.upper()],
    }


def level(preferences, field):
    """The Level that a member gives to what they write in."""
    chosen = getattr(preferences, field)
    return usual_levels()[field] if chosen is None else Level(chosen)


def comes_as_list(preferences, notice):
    """Whether it is about a post, of a member who gets each by email at once, seen or not."""
    return preferences.mailing_list and notice.event.startswith("post:")


def choose(preferences, kind, **chosen):
    """Set some of the Ways of a kind; only what differs from the usual is kept."""
    default = vars(usual(kind))
    wanted = vars(ways(preferences, kind)) | chosen
    differing = {way: value for way, value in wanted.items() if value != default[way]}
    preferences.ways = {
        **{name: stored for name, stored in preferences.ways.items() if name != kind.name},
        **({kind.name: differing} if differing else {}),
    }
