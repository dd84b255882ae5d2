"""The authentication back end: loads a member with what every page needs, in one query."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser, Group
from django.db.models import Exists, OuterRef

from forum.db.prepared import Prepared
from forum.models import User
from forum.models.users import MODERATORS


def with_id(_reader, user_id):
    moderators = Group.objects.filter(user=OuterRef("pk"), name=MODERATORS)
    return User.objects.filter(pk=user_id).annotate(moderates=Exists(moderators))


WITH_ID = Prepared(with_id)


def as_stored(user):
    """The member, loaded again with their current rights; a guest if they may no longer sign in."""
    return MemberBackend().get_user(user.pk) or AnonymousUser()


class MemberBackend(AuthenticationBackend):
    def _authenticate(self, request, username="", email="", password=""):
        """Look the login up either as an address or as a username, which never contains "@".

        allauth would try a known address as a username, too, and hash the password twice, so that
        timing revealed it.
        """
        login = username or email
        if "@" not in login:
            return self._authenticate_by_username(login, password)
        return next(
            (
                user
                for user in User.objects.with_email(login)
                if self._check_password(user, password)
            ),
            None,
        )

    def get_user(self, user_id):
        for user in WITH_ID.instances(AnonymousUser(), user_id):
            user.is_moderator = user.is_active and bool(user.is_superuser or user.moderates)
            return user if self.user_can_authenticate(user) else None
        return None

    def user_can_authenticate(self, user):
        return super().user_can_authenticate(user) and not user.is_placeholder
