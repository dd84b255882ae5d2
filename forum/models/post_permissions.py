"""Who may do what with a post."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from .topics import Topic


class PostPermissions:
    """A mixin for Post: what depends on who asks."""

    topic: "Topic"
    author_id: int
    created_at: datetime
    is_wiki: bool
    wiki_group_id: int | None
    number: int
    is_answer: bool
    hidden_at: datetime | None
    hidden_by_id: int | None

    @property
    def is_hidden(self):
        return self.hidden_at is not None

    @property
    def hidden_by_author(self):
        return self.is_hidden and self.hidden_by_id == self.author_id

    def can_be_read_by(self, user):
        """Whether `user` may see the text: that of a hidden post only its author and moderators."""
        return (
            not self.is_hidden
            or user.pk == self.author_id
            or (user.is_authenticated and user.is_moderator)
        )

    def can_be_edited_by(self, user):
        if not user.is_authenticated:
            return False
        if user.is_moderator:
            return True
        is_own = user.pk == self.author_id and not self.is_edit_window_over
        return self.is_open_to_members(user) and (is_own or self.is_wiki_of(user))

    def is_wiki_of(self, user):
        if not self.is_wiki or self.wiki_group_id is None:
            return self.is_wiki
        return user.groups.filter(pk=self.wiki_group_id).exists()

    def takes_reactions_from(self, user):
        """Members may react to what others have written, also where they can't write themselves:
        in closed topics, and in categories that they may only read.
        """
        return user.is_authenticated and not self.is_hidden and user.pk != self.author_id

    def can_be_accepted_by(self, user):
        """Whether `user` may make it the answer to its topic's question."""
        is_candidate = self.number > 1 and not (self.is_hidden or self.is_answer)
        return is_candidate and self.topic.takes_answer_from(user)

    def can_be_taken_back_by(self, user):
        """Whether `user` may have it be the accepted answer no more."""
        return self.is_answer and not self.is_hidden and self.topic.is_asked_by(user)

    def wiki_can_be_changed_by(self, user):
        return user.is_authenticated and user.is_moderator

    def is_open_to_members(self, user):
        """Whether members who may edit posts here may edit this one now."""
        return not self.is_hidden and self.topic.takes_replies_from(user)

    @property
    def has_edit_window(self):
        return bool(settings.EDIT_WINDOW_MINUTES)

    @property
    def edit_window_ends_at(self):
        """When its author can't edit it any more, or None for never."""
        if not self.has_edit_window:
            return None
        return self.created_at + timedelta(minutes=settings.EDIT_WINDOW_MINUTES)

    @property
    def is_edit_window_over(self):
        return bool(self.edit_window_ends_at) and timezone.now() >= self.edit_window_ends_at

    def versions_can_be_moderated_by(self, user):
        """Whether `user` may revert the post to a version, and hide versions."""
        return user.is_authenticated and user.is_moderator

    def can_be_hidden_by(self, user):
        return (
            not self.is_hidden
            and user.is_authenticated
            and (user.pk == self.author_id or user.is_moderator)
        )

    def can_be_restored_by(self, user):
        if not self.is_hidden or not user.is_authenticated:
            return False
        return user.is_moderator or (user.pk == self.author_id and self.hidden_by_author)
