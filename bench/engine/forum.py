"""A forum with members, sessions, topics and Redis, for measuring the engine."""

import subprocess
from contextlib import contextmanager

from bench.engine.contenders import EVENT, wait_for_port
from bench.site import free_port, prepared


class Forum:
    """A forum whose members all watch one `topic`.

    `sessions`: keys, one per member. `watches`: messages that a page sends. `redis`: a URL. `more`:
    additional content of events.
    """

    def __init__(self, members, redis):
        from forum.models import Category, Topic, User

        User.objects.bulk_create(member(number) for number in range(1, members + 1))
        self.members = list(User.objects.order_by("pk"))
        self.category = Category.objects.create(name="Help")
        self.topic = Topic.start(self.members[0], self.category, "How quick is it?", "Let us see.")
        self.sessions = sessions_of(self.members)
        self.watches = [watch(self.topic)]
        self.redis, self.change, self.more = redis, self.topic.change, {}

    def publish(self, t0):
        """Publish an event like that of a post, of about 1 KiB plus `more`, from this process."""
        from realtime import redis_layer
        from realtime.protocol import events, groups, hub_messages
        from realtime.protocol.delivery import Audience, Change, Delivery

        self.change += 1
        group = groups.of_topic(self.topic.pk)
        change = Change(self.topic.pk, self.topic.epoch, self.change)
        at = {"topic": change.topic, "epoch": change.epoch, "change": change.number}
        text = events.encode(EVENT | at | {"t0": t0} | self.more)
        if not redis_layer.send_to_groups(
            [(group, hub_messages.encode(Delivery(change, Audience(group), text)))]
        ):
            raise SystemExit("Redis did not accept the event.")


@contextmanager
def forum_with(members):
    with prepared(), redis_running() as address:
        use_redis(address)
        yield Forum(members, address)


@contextmanager
def redis_running():
    port = free_port()
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    server = subprocess.Popen([*command, "--loglevel", "warning"], stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, server)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def use_redis(address):
    """Configure this process, which publishes as a server process would."""
    from django.conf import settings

    settings.REDIS_URL = address
    layer = {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [address]},
    }
    settings.CHANNEL_LAYERS = {"default": layer}


def member(number):
    from forum.models import User

    name = f"member{number}"
    return User(username=name, password=f"!{number}")


def sessions_of(members):
    """The keys of new sessions, one per member, as created by signing in."""
    from datetime import timedelta

    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    made, until = [], timezone.now() + timedelta(days=1)
    for user in members:
        known = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "forum.accounts.backends.MemberBackend",
        }
        data = Session.objects.encode(known | {HASH_SESSION_KEY: user.get_session_auth_hash()})
        made.append(
            Session(session_key=f"session{user.pk:025}", session_data=data, expire_date=until)
        )
    Session.objects.bulk_create(made)
    return [session.session_key for session in made]


def watch(topic):
    return f'{{"type":"watch","topic":{topic.pk},"epoch":"{topic.epoch}","change":{topic.change}}}'
