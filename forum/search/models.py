from django.db import models

from forum.models import Post

from .fields import KeysField


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
