import secrets

from django.db import models
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce


def new_word():
    return secrets.token_hex(8)


class EditionQuerySet(models.QuerySet["Edition"]):
    def bump(self):
        """Invalidate all cached pages and fragments by giving them a new key."""
        self.update_or_create(pk=1, defaults={"word": new_word()})

    def current(self):
        return self.filter(pk=1).values_list("word", flat=True).first() or ""


def with_edition(rows):
    """Annotate each row with `edition`, the current word, for the cache key of what it renders."""
    word = Subquery(Edition.objects.filter(pk=1).values("word")[:1])
    return rows.annotate(edition=Coalesce(word, Value("")))


class Edition(models.Model):
    """A row whose random word is replaced when categories, their groups or announcements change.

    Together with the topic's own change number it shows whether a cached post, row or page is
    still valid.
    """

    word = models.CharField(max_length=16, default=new_word)

    objects = EditionQuerySet.as_manager()

    def __str__(self):
        return self.word
