"""Drafts: text that members have typed into a form but not sent, the same on all their devices.

A draft belongs to a member and a form, which is identified by the path that it posts to. Forms send
the version of the draft they started from, so that no device overwrites text from another.
"""

import re
from typing import cast

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from forum.db.prepared import Prepared
from forum.forms.submissions import as_typed
from forum.models import PersonalChange, Post, User

MOST = 100  # drafts per member
LONGEST = 100_000  # characters in all fields of a draft; three times the longest post
# "token" and "version" are hidden fields that identify the submission.
FIELDS = frozenset({"title", "category", "tags", "body", "reason", "reply_to", "token", "version"})
TYPED = ("title", "body")
PATHS = re.compile(
    r"/t/create/|/t/(?P<topic>[0-9]{1,18})/replies/|/p/(?P<post>[0-9]{1,18})/update/"
)


class DraftError(Exception):
    """The draft can't be saved; str() says why and what to do."""


class DraftQuerySet(models.QuerySet["Draft"]):
    @transaction.atomic
    def keep(self, member, path, fields, version, typed_at):
        """Save what `member` typed at `typed_at` into the form that posts to `path`.

        fields: {name: text}. version: that of the draft the form started from, 0 if there was none.
        Returns the current Draft, or None if there is none, because nothing was typed or changed,
        or because the draft was posted or discarded since. If another device has saved a version in
        between, the text typed last wins, and the other one is kept in `other`. Raises DraftError.
        """
        fields = {name: text for name, text in fields.items() if name in FIELDS}
        if sum(map(len, fields.values())) > LONGEST:
            raise DraftError(_("This text is too long to be kept as a draft. Please shorten it."))
        lock(member)
        draft: Draft | None = self.filter(member=member, path=path).first()
        if was_posted(member, fields):
            return draft
        is_blank = is_nothing(path, fields)
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
        """Delete a draft; False if there is none."""
        lock(member)
        draft = self.filter(member=member, path=path).first()
        if draft:
            draft.discard()
        return draft is not None

    def personal(self, member, paths):
        """{path: draft as JSON values} for these paths."""
        if len(paths) == 1:  # on the page of its form
            found = OF_FORM.instances(member, *paths)
        else:
            found = list(self.filter(member=member, path__in=paths))
        return {draft.path: draft.as_json() for draft in found}


class Draft(models.Model):
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    path = models.CharField(max_length=40)
    fields = models.JSONField()  # {name: text}
    # The number of its last change in the member's stream, so it is never reused for a path.
    version = models.PositiveBigIntegerField()
    typed_at = models.DateTimeField()
    other = models.JSONField(null=True)  # fields from another device that these replaced
    address: str  # of its form; set by views.add_targets

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
        """Delete it; call in a transaction."""
        self.delete()
        self.record_change()

    def record_change(self):
        return PersonalChange.objects.record(self.member_id, "draft", self.path).change


OF_FORM = Prepared(lambda member, path: Draft.objects.filter(member=member.pk, path=path))


def was_posted(member, fields):
    """Whether a post has this text and token: a page may store a draft while it sends the form.

    Another text with the same token was typed after going back to a form that had been sent.
    """
    if not fields.get("token"):
        return False
    posted = Post.objects.filter(author=member, token=fields["token"])
    return as_typed(fields.get("body", "")) in posted.values_list("body", flat=True)


def is_nothing(path, fields):
    """Whether no text was typed into the form, or no other than that of the post that it edits."""
    if not any(fields.get(name, "").strip() for name in TYPED):
        return True
    post_id = target_in(path)["post"]
    if not post_id or fields.get("reason"):
        return False
    stored = Post.objects.filter(pk=post_id).values_list("body", flat=True)
    return as_typed(fields.get("body", "")) in stored


def lock(member):
    """Lock the member's drafts until the transaction ends."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=member.pk)


def delete_draft_of_post(post, author, is_new, **kwargs):
    """Delete the draft of a post, in the transaction that saves the post.

    Keeps a text from another form of the same topic, which has another token.
    """
    if is_new and post.number > 1:
        path = reverse("create_reply", args=[post.topic_id])
    else:
        path = reverse("create_topic") if is_new else reverse("update_post", args=[post.pk])
    found = OF_FORM.instances(author, path)
    if not found:
        return
    (draft,) = found
    texts = [draft.fields, draft.other]
    left = [text for text in texts if is_new and text and text.get("token") != post.token]
    if not left:
        draft.discard()
    elif left != [text for text in texts if text]:
        draft.fields, draft.other = left[0], None
        draft.version = draft.record_change()
        draft.save()


def target_in(path) -> re.Match[str]:
    """What PATHS finds in the path of a draft, which was checked before it was saved."""
    return cast("re.Match[str]", PATHS.fullmatch(path))
