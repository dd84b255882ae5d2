"""Plays the weeks of the demo forum: everything happens in order of time, through the verbs that
members use.
"""

import re
from datetime import timedelta
from operator import itemgetter

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from forum.models import Announcement, Category, Post, Reading, Topic, User

from . import content

PASSWORD = "parley-demo"  # noqa: S105

SHORTLY = timedelta(minutes=3)  # after its first post a topic is pinned, after its last one closed
LATELY = timedelta(days=3)  # what the member has not caught up with
LINK = re.compile(r"\]\(#([a-z]*)/?(\d*)\)")


@transaction.atomic
def fill():
    now = timezone.now()
    people, categories = _make_people(now), _make_categories()
    discussions = {}
    for told in content.topics():
        discussions[told.key] = Discussion(
            told, discussions, people, categories[told.category], now - told.ago
        )
    events = (event for discussion in discussions.values() for event in discussion.events())
    # so that ids rise with time, as lists expect
    for when, happen, *told in sorted(events, key=itemgetter(0)):
        happen(when, *told)
    _remember_readings(people, now)
    Announcement.objects.announce(
        linked(content.announcement(), discussions), made_by=people[content.OWNER]
    )


def linked(text, discussions, here=None):
    """The text with addresses for what `#key/number` stands for."""

    def address(match):
        discussion = discussions[match[1]] if match[1] else here
        target = discussion.posts[int(match[2]) - 1] if match[2] else discussion.topic
        return f"]({target.get_absolute_url()})"

    return LINK.sub(address, text)


class Discussion:
    """One topic of the content, and the rows that it becomes."""

    def __init__(self, told, others, people, category, start):
        self.told, self.others, self.people, self.start = told, others, people, start
        self.topic = Topic(author=people[told.posts[0].by], category=category, title=told.title)
        self.posts = []

    def events(self):
        """(when, method, its arguments) of all that happens."""
        when = self.start
        yield when, self._start
        for number, post in enumerate(self.told.posts):
            when += post.after
            yield when, self._write, post
            for edit in post.edits:
                yield when + edit.after, self._edit, number, edit
            if post.hidden:
                yield when + post.hidden.after, self._hide, number, post.hidden
        if self.told.pinned:
            yield self.start + SHORTLY, self._mark, "pinned_at"
        if self.told.closed:
            yield when + SHORTLY, self._mark, "closed_at"

    def _start(self, when):
        self.topic.created_at = when
        self.topic.save()

    def _write(self, when, told):
        body = linked(told.text, self.others, here=self)
        post = Post(topic=self.topic, author=self.people[told.by], body=body, created_at=when)
        post.save()
        self.posts.append(post)

    def _edit(self, when, number, edit):
        post = self.posts[number]
        post.edit(post.author, post.body.replace(edit.old, edit.new), edit.reason)
        Post.objects.filter(pk=post.pk).update(edited_at=when)

    def _hide(self, when, number, hiding):
        post = self.posts[number]
        post.hide(self.people[hiding.by], hiding.reason)
        Post.objects.filter(pk=post.pk).update(hidden_at=when)

    def _mark(self, when, field):
        topic = Topic.objects.get(pk=self.topic.pk)
        setattr(topic, field, when)
        topic.save()


def _make_people(now):
    password = make_password(PASSWORD)  # one hash for all: each takes its time
    groups = {}
    people = {}
    for told in content.people():
        user = User(
            username=told.username,
            email=f"{told.username}@example.org",
            password=password,
            name=told.name,
            about=told.about,
            date_joined=now - told.joined,
            is_staff=told.owner,
            is_superuser=told.owner,
        )
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        for name in told.groups:
            groups[name] = groups.get(name) or Group.objects.get_or_create(name=name)[0]
            user.groups.add(groups[name])
        people[told.username] = user
    return people


def _make_categories():
    made = {}
    for position, told in enumerate(content.categories()):
        category = Category.objects.create(
            name=told.name,
            color=told.color,
            description=told.description,
            parent=made.get(told.parent),
            position=position,
        )
        category.readers.set(Group.objects.filter(name__in=told.readers))
        category.posters.set(Group.objects.filter(name__in=told.posters))
        made[told.name] = category
    return made


def _remember_readings(people, now):
    """Who writes has read what stands above; the member has read everything but the latest."""
    read = {}
    for topic, author, number in Post.objects.order_by("number").values_list(
        "topic", "author", "number"
    ):
        read[author, topic] = number
    member = people[content.MEMBER]
    seen = Topic.objects.visible_to(member).filter(bumped_at__lt=now - LATELY)
    read |= {(member.pk, topic): number for topic, number in seen.values_list("pk", "last_number")}
    Reading.objects.bulk_create(
        Reading(user_id=user, topic_id=topic, number=number)
        for (user, topic), number in read.items()
    )
