"""Drafts: what members have typed into a form and not sent yet, the same on all their devices.

A draft belongs to a member and to a form, which is identified by the path that it sends to. Forms
say which version of the draft they began from, so no device overwrites what another has typed.
"""

import re

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.models import PersonalChange, User

MOST = 100  # drafts of one member
LONGEST = 100_000  # characters of all fields of one draft; the longest post has a third of that
# "token" and "version" identify what is sent; nobody types them
FIELDS = frozenset({"title", "category", "body", "reason", "token", "version"})
TYPED = ("title", "body")
PATHS = re.compile(
    r"/t/create/|/t/(?P<topic>[0-9]{1,18})/replies/|/p/(?P<post>[0-9]{1,18})/update/"
)


class DraftError(Exception):
    """The draft can't be kept; str() says why and what to do."""


class DraftQuerySet(models.QuerySet["Draft"]):
    @transaction.atomic
    def keep(self, member, path, fields, version, typed_at):
        """Stores what `member` typed at `typed_at` into the form that sends to `path`.

        fields: {name: text}. version: of the draft that the form began from, 0 if there was none.
        Returns the Draft as it is now. None if there is none: nothing was typed, or the draft that
        the form began from has been posted or discarded since. If another device has stored a
        version in between, the text that was typed last wins, and the other becomes `other`.
        Raises DraftError.
        """
        fields = {name: text for name, text in fields.items() if name in FIELDS}
        if sum(map(len, fields.values())) > LONGEST:
            raise DraftError(_("This text is too long to be kept as a draft. Please shorten it."))
        lock(member)
        draft = self.filter(member=member, path=path).first()
        is_blank = not any(fields.get(name, "").strip() for name in TYPED)
        if draft is None:
            if version or is_blank:
                return None
            if self.filter(member=member).count() >= MOST:
                raise DraftError(
                    _("You have %(most)d drafts. Please discard some of them.") % {"most": MOST}
                )
            draft = self.model(member=member, path=path)
        elif draft.fields == fields or (is_blank and version != draft.version):
            return draft
        elif is_blank:
            draft.discard()
            return None
        elif version != draft.version and typed_at < draft.typed_at:
            fields, draft.other, typed_at = draft.fields, fields, draft.typed_at
        elif version != draft.version:
            draft.other = draft.fields
        draft.fields, draft.typed_at = fields, typed_at
        draft.version = draft.record_change()
        draft.save()
        return draft

    @transaction.atomic
    def discard(self, member, path):
        """Whether there was a draft to delete."""
        lock(member)
        draft = self.filter(member=member, path=path).first()
        if draft:
            draft.discard()
        return draft is not None

    def personal(self, member, paths):
        """{path: the draft for JSON} of these paths."""
        return {draft.path: draft.as_json() for draft in self.filter(member=member, path__in=paths)}


class Draft(models.Model):
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    path = models.CharField(max_length=40)
    fields = models.JSONField()  # {name: text}
    # number of its last change in the member's stream, so it never comes twice for a path
    version = models.PositiveBigIntegerField()
    typed_at = models.DateTimeField()
    other = models.JSONField(null=True)  # fields typed elsewhere, which these have replaced

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "path"], name="one_draft_per_form")
        ]

    def __str__(self):
        return f"{self.path} of {self.member_id}"

    def as_json(self):
        return {
            "version": self.version,
            "fields": self.fields,
            "typed_at": self.typed_at.isoformat(),
            "other": self.other,
        }

    def discard(self):
        """Deletes it, in the transaction around it."""
        self.delete()
        self.record_change()

    def record_change(self):
        return PersonalChange.objects.record(self.member_id, "draft", self.path).change


def lock(member):
    """Lets nobody else change drafts of the member before the transaction ends."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=member.pk)


def delete_what_was_posted(post, author, is_new, **kwargs):
    """Deletes the draft of a post, in the transaction that saves the post. A draft that was typed
    into another form of the topic stays: it has another token.
    """
    if is_new:
        create = "create_topic" if post.number == 1 else "create_reply"
        path = reverse(create, args=[post.topic_id] if post.number > 1 else [])
        drafts = Draft.objects.filter(member=author, path=path, fields__token=post.token)
    else:
        path = reverse("update_post", args=[post.pk])
        drafts = Draft.objects.filter(member=author, path=path)
    if drafts.delete()[0]:
        PersonalChange.objects.record(author.pk, "draft", path)
