"""State that makes imports incremental.

Repeated imports create no duplicates and only one member per author, and they find the topics of
replies. Email addresses are stored as hashes only.
"""

from django.conf import settings
from django.db import models


class ImportedAuthor(models.Model):
    """The member that stands for an author, looked up by the SHA-256 of the lower-cased address."""

    address_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imported_as")

    def __str__(self):
        return f"{self.address_hash[:8]} is {self.user_id}"


class ImportedMessage(models.Model):
    """The post that was made from a message; one per category the message was imported into."""

    category = models.ForeignKey("forum.Category", models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=255)
    content_hash = models.CharField(max_length=64, db_index=True)
    """SHA-256 of the raw message: recognises it without parsing."""
    text_hash = models.CharField(max_length=64)
    """SHA-256 of author, date, subject and text: distinguishes messages that share an id."""
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
    """The topic of a Message-ID: a message's own, or one it replies to, even if that is missing.

    Kept per category, so that a message of a private list never lands in a public topic.
    """

    category = models.ForeignKey("forum.Category", models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=255)
    topic = models.ForeignKey("forum.Topic", models.CASCADE, related_name="+")
    is_sure = models.BooleanField(default=True)
    """False if the id was seen in In-Reply-To only, which may contain an email address instead.

    Then it joins no threads until a message has this id or names it in References.
    """

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["category", "message_id"], name="one_topic_per_message_id"
            )
        ]

    def __str__(self):
        return f"{self.message_id} belongs to {self.topic_id}"


class ImportedSubject(models.Model):
    """A subject of a topic's messages, for replies without references; stored as a hash."""

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
