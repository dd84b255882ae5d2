"""What an import remembers, so that the next one goes on from there: no message twice, one member
per author, and every reply in its topic. Addresses are kept as hashes only."""

from django.conf import settings
from django.db import models


class ImportedAuthor(models.Model):
    """Who stands for the people behind an e-mail address, known by the SHA-256 of its lower-cased
    form.
    """

    address_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imported_as")

    def __str__(self):
        return f"{self.address_hash[:8]} is {self.user_id}"


class ImportedMessage(models.Model):
    """The post that a message became. In each category an archive is brought into it is a post of
    its own.
    """

    category = models.ForeignKey("forum.Category", models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=255)
    content_hash = models.CharField(max_length=64, db_index=True)
    """SHA-256 of the raw message, by which it is known without reading it again."""
    text_hash = models.CharField(max_length=64)
    """SHA-256 of author, date, subject and words; tells apart two messages with one id."""
    post = models.OneToOneField("forum.Post", models.CASCADE, related_name="imported_from")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "message_id"], name="one_post_per_message_id"
            )
        ]

    def __str__(self):
        return f"{self.message_id} is {self.post_id}"


class ImportedReference(models.Model):
    """The topic that belongs to a Message-ID: a message's own, or one that it answers, even if that
    never arrived.

    By category, so that a message of a private list is never put into a public topic.
    """

    category = models.ForeignKey("forum.Category", models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=255)
    topic = models.ForeignKey("forum.Topic", models.CASCADE, related_name="+")
    is_sure = models.BooleanField(default=True)
    """Not if only In-Reply-To names it, which may hold a person's address: then it joins nothing
    until a message or its References have this id."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "message_id"], name="one_topic_per_message_id"
            )
        ]

    def __str__(self):
        return f"{self.message_id} belongs to {self.topic_id}"


class ImportedSubject(models.Model):
    """A subject that a topic's messages had, for replies that name nothing else; known by the hash
    of its key."""

    category = models.ForeignKey("forum.Category", models.CASCADE, related_name="+")
    subject_hash = models.CharField(max_length=64)
    topic = models.ForeignKey("forum.Topic", models.CASCADE, related_name="+")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "subject_hash"], name="one_topic_per_subject"
            )
        ]

    def __str__(self):
        return f"{self.subject_hash[:8]} belongs to {self.topic_id}"
