"""A topic as one reader sees it: its category, reading position, level, and whether they may reply.

For one page of posts also with `names` (see `with_names_on_page`), `reacted` (see
`with_own_reactions`) and `ballot` (see `with_own_ballot`).
"""

from django.db.models import Exists, OuterRef
from django.http import Http404

from forum.db.prepared import Prepared
from forum.models import Category, Topic
from forum.models.levels import with_levels
from forum.models.polls import with_own_ballot
from forum.models.posts import with_names_on_page
from forum.models.reactions import with_own_reactions
from forum.models.readings import with_readings


def topic(user, topic_id, *page):
    """The topic for `user`; `page` is the number of its first and last post, if any.

    Raises Http404 if there is no such topic that `user` may see.
    """
    for found in SHOWN.instances(user, topic_id, *page):
        return found
    raise Http404


def shown(reader, topic_id, *page):
    writable = Category.objects.writable_by(reader).filter(pk=OuterRef("category"))
    topics = with_readings(Topic.objects.visible_to(reader).for_display(), reader)
    topics = with_levels(topics, reader).filter(pk=topic_id).annotate(is_writable=Exists(writable))
    if not page:
        return topics
    topics = with_own_reactions(with_names_on_page(topics, *page), reader, *page)
    return with_own_ballot(topics, reader)


SHOWN = Prepared(shown)
