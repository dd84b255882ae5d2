"""The ways in which members lose the right to read a topic, and how each is given back."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest

from tests.realtime.sockets import session_of
from tests.support import world


class Lounge:
    """A private category with a topic, and `count` members who may read it.

    sessions: {member: session key}. door: a topic for everybody.
    """

    def __init__(self, count):
        self.category, self.cellar = world.lounge(), world.category("Cellar", readers=["Keepers"])
        self.insiders = world.group("Insiders")
        self.members = [world.insider(f"member{number}") for number in range(count)]
        self.sessions = {member: session_of(member) for member in self.members}
        self.olive = world.owner()
        self.topic = world.topic(self.olive, self.category)
        self.door = world.topic(self.olive, world.category("Help"))

    # --- Each returns a function that restores the right ---

    def taken_out_of_the_group(self):
        for member in self.members:
            member.groups.clear()
        return lambda: self.insiders.user_set.set(self.members)

    def topic_moved(self):
        self.topic.move(self.cellar)
        return lambda: self.topic.move(self.category)

    def category_closed_to_the_group(self):
        self.category.readers.set([world.group("Keepers")])
        return lambda: self.category.readers.set([self.insiders])

    def deactivated(self):
        self._activate(False)
        # a suspension ends the sessions permanently
        return lambda: (self._activate(True), self._sign_in())

    def signed_out(self):
        for member in self.members:
            sign_out(member, self.sessions[member])
        return self._sign_in

    def _sign_in(self):
        self.sessions.update({member: session_of(member) for member in self.members})

    def _activate(self, active):
        for member in self.members:
            member.is_active = active
            member.save()


LOSSES = [
    Lounge.taken_out_of_the_group,
    Lounge.topic_moved,
    Lounge.category_closed_to_the_group,
    Lounge.deactivated,
    Lounge.signed_out,
]


def sign_out(user, session):
    request = HttpRequest()
    request.session, request.user = (
        import_module(settings.SESSION_ENGINE).SessionStore(session),
        user,
    )
    logout(request)
