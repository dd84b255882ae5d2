import secrets

from django.db import models
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce


def new_word():
    return secrets.token_hex(8)


class EditionQuerySet(models.QuerySet["Edition"]):
    def bump(self):
        """What stands around posts has changed: whatever was kept of pages before is not used
        again.
        """
        self.update_or_create(pk=1, defaults={"word": new_word()})

    def current(self):
        return self.filter(pk=1).values_list("word", flat=True).first() or ""


def with_edition(rows):
    """Gives each row `edition`: the word that goes with what it is rendered to."""
    word = Subquery(Edition.objects.filter(pk=1).values("word")[:1])
    return rows.annotate(edition=Coalesce(word, Value("")))


class Edition(models.Model):
    """One row with one word, another each time that categories, their groups or announcements
    change.

    Topics count their own changes. With both it is known whether a rendered post, row or page still
    holds.
    """

    word = models.CharField(max_length=16, default=new_word)

    objects = EditionQuerySet.as_manager()

    def __str__(self):
        return self.word
