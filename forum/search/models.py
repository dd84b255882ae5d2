from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forum.models import Post
from forum.text.short_text import validate_short_text

from .fields import KeysField

LONGEST = 200  # characters of a query


class Entry(models.Model):
    """What a post is found by; hidden posts have none.

    In SQLite triggers keep the full-text index of the same keys.
    """

    post = models.OneToOneField(
        Post, models.CASCADE, primary_key=True, related_name="search_entry", editable=False
    )
    keys = KeysField(editable=False)
    # Of the analyser that made it (indexing.py); others are made anew by `manage.py reindex`.
    version = models.SmallIntegerField(editable=False)

    objects = models.Manager["Entry"]()

    def __str__(self):
        return f"{len(self.keys)} keys of post {self.post_id}"


class KnownWord(models.Model):
    """A word of public posts, for spelling.py."""

    word = models.CharField(max_length=30, unique=True)
    ending = models.CharField(max_length=30, db_index=True)  # the word read backwards
    length = models.PositiveSmallIntegerField()
    posts = models.PositiveIntegerField()  # with this word, when they were counted

    objects = models.Manager["KnownWord"]()

    def __str__(self):
        return f"{self.word}: {self.posts}"


class ProgressQuerySet(models.QuerySet["Progress"]):
    def take(self, name):
        """The Progress of a task, locked until the transaction ends."""
        self.get_or_create(name=name)
        return self.select_for_update().get(name=name)


class Progress(models.Model):
    """How far a task has come that goes through all posts by id."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.BigIntegerField(default=0)

    objects = ProgressQuerySet.as_manager()

    def __str__(self):
        return f"{self.name}: {self.at}"

    def advance(self, at):
        self.at = at
        self.save(update_fields=["at"])


class StandingSearchQuerySet(models.QuerySet["StandingSearch"]):
    def personal(self, member, keys):
        """For the personal stream: {id: state} of a member's standing searches.

        name, address; unseen: the number of new matches; title and post: the latest one.
        """
        searches = list(self.filter(member=member, pk__in=[int(key) for key in keys]))
        return states(searches, Match.objects.filter(search__in=searches).visible_to(member))

    def personal_for_all(self, members, keys):
        """{member id: state} of one search each, whose id is in `keys`.

        Their matches are mostly what everybody may read; others take two queries for each member.
        """
        searches = list(self.filter(pk__in=[int(key) for key in keys.values()]))
        matches = Match.objects.filter(search__in=searches, post__hidden_at=None)
        public = matches.visible_to(AnonymousUser())
        found = states(searches, public)
        private = matches.exclude(pk__in=public.values("pk")).values_list("search__member")
        some_private = {pk for (pk,) in private}
        for member in members:
            if member.pk in some_private:
                found |= self.personal(member, [keys[member.pk]])
        return {pk: found[key] for pk, key in keys.items() if key in found}


def states(searches, matches):
    """{id: state} of searches with these matches."""
    unseen = models.Count("pk", filter=models.Q(seen_at=None))
    rows = matches.order_by().values("search").annotate(latest=models.Max("pk"), unseen=unseen)
    found = {row["search"]: row for row in rows}
    latest = Match.objects.select_related("post__topic").in_bulk(
        [row["latest"] for row in found.values()]
    )
    return {
        str(search.pk): search.state(**found.get(search.pk, {}), matches=latest)
        for search in searches
    }


class StandingSearch(models.Model):
    """A search that a member has saved, to be told of the posts that it will find."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="standing_searches"
    )
    name = models.CharField(_("name"), max_length=80, validators=[validate_short_text])
    query = models.CharField(_("search"), max_length=LONGEST)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # The clauses without words' order: [[is_negative, [[key, …], …]], …], see query.py.
    expression = models.JSONField(editable=False)

    objects = StandingSearchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "query"], name="one_standing_search_per_query"
            )
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("standing_search", args=[self.pk])

    def state(self, matches, latest=None, unseen=0, **_row):
        """What open pages show of it; `latest` is the id of one of the `matches`."""
        post = matches[latest].post if latest else None
        return {
            "name": self.name,
            "address": self.get_absolute_url(),
            "unseen": unseen,
            "title": post.topic.title if post else "",
            "post": post.get_absolute_url() if post else "",
        }


class Anchor(models.Model):
    """A key without which a standing search can't match; of alternatives each has one."""

    search = models.ForeignKey(StandingSearch, models.CASCADE, related_name="anchors")
    key = models.IntegerField(db_index=True)

    objects = models.Manager["Anchor"]()

    def __str__(self):
        return f"{self.key} of {self.search_id}"


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user):
        posts = Post.objects.visible_to(user).shown().filter(pk=models.OuterRef("post"))
        return self.filter(models.Exists(posts))


class Match(models.Model):
    """A post that a standing search has found."""

    search = models.ForeignKey(StandingSearch, models.CASCADE, related_name="matches")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["search", "post"], name="one_match_per_post")
        ]

    def __str__(self):
        return f"post {self.post_id} for {self.search_id}"


class Unmatched(models.Model):
    """A post that has to be compared with the standing searches, saved with the post.

    One row for each change: an edit while the post is being compared is not lost.
    """

    post = models.ForeignKey(Post, models.CASCADE, related_name="+")

    objects = models.Manager["Unmatched"]()

    def __str__(self):
        return f"post {self.post_id}"
