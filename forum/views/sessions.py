from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.views.generic.edit import FormView

from forum.db.optional_writes import optional_write


class Sessions(ListUserSessionsView):
    """allauth's list of sessions, which also works while the database is read-only.

    allauth purges ended sessions first; without that they are filtered out.
    """

    def get_context_data(self, **named):
        sessions = sessions_of(self.request.user)
        context = super(FormView, self).get_context_data(**named)  # type: ignore[misc]  # allauth has no types
        return {**context, "sessions": sessions, "session_count": len(sessions)}


def sessions_of(user):
    """The user's live sessions, oldest first."""
    found = None
    with optional_write("that sessions have ended"):
        found = UserSession.objects.purge_and_list(user)
    if found is None:
        found = [session for session in UserSession.objects.filter(user=user) if session.exists()]
    return sorted(found, key=lambda session: session.created_at)


index = Sessions.as_view()
