"""Fills the demo forum: all events in chronological order, through the models' own verbs."""

import re
from datetime import timedelta
from operator import itemgetter

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from forum.models import Announcement, Category, Post, Reaction, Reading, Tag, Topic, Upload, User

from . import content, pictures

PASSWORD = "parley-demo"  # noqa: S105

# From its first post until a topic is pinned, and from its last one until it is closed.
SHORTLY = timedelta(minutes=3)
LATELY = timedelta(days=3)  # the member has not read topics that were active since
PICTURE = re.compile(r"\]\(picture:([a-z]+)\)")
LINK = re.compile(r"\]\(#([a-z]*)/?(\d*)\)")


@transaction.atomic
def fill():
    now = timezone.now()
    people, categories = _make_people(now), _make_categories()
    tags = _make_tags(categories)
    discussions = {}
    for item in content.topics():
        discussions[item.key] = Discussion(
            item, discussions, people, categories[item.category], now - item.ago
        )
        discussions[item.key].tags = [tags[name] for name in item.tags]
    events = (event for discussion in discussions.values() for event in discussion.events())
    # In chronological order, so that ids increase with time, as lists expect.
    for when, happen, *arguments in sorted(events, key=itemgetter(0)):
        happen(when, *arguments)
    _remember_readings(people, now)
    Announcement.objects.announce(
        linked(content.announcement(), discussions), made_by=people[content.OWNER]
    )


def linked(text, discussions, here=None):
    """The text with URLs in place of `#key/number`."""

    def address(match):
        discussion = discussions[match[1]] if match[1] else here
        target = discussion.posts[int(match[2]) - 1] if match[2] else discussion.topic
        return f"]({target.get_absolute_url()})"

    return LINK.sub(address, text)


def with_pictures(text, author):
    """The text with the addresses of uploads in place of `picture:name`."""

    def address(match):
        content = pictures.DRAWN[match[1]]()
        upload = Upload.objects.store(author, content, "jpeg", f"{match[1]}.jpg", pictures.SIZE)
        return f"]({upload.get_absolute_url()})"

    return PICTURE.sub(address, text)


class Discussion:
    """One topic of the content, and the rows created from it."""

    def __init__(self, item, others, people, category, start):
        self.item, self.others, self.people, self.start = item, others, people, start
        self.topic = Topic(author=people[item.posts[0].by], category=category, title=item.title)
        self.posts, self.tags = [], []

    def events(self):
        """(time, method, *arguments) of each event."""
        when = self.start
        yield when, self._start
        for number, post in enumerate(self.item.posts):
            when += post.after
            yield when, self._write, post
            for edit in post.edits:
                yield when + edit.after, self._edit, number, edit
            for sign, people in post.reactions.items():
                yield when + SHORTLY, self._react, number, sign, people
            if post.hidden:
                yield when + post.hidden.after, self._hide, number, post.hidden
        for username, choices in self.item.votes.items():
            yield when + SHORTLY, self._vote, self.people[username], choices
        if self.item.answer:
            yield when + SHORTLY, self._accept, self.item.answer
        if self.item.pinned:
            yield self.start + SHORTLY, self._mark, "pinned_at"
        if self.item.closed:
            yield when + SHORTLY, self._mark, "closed_at"

    def _start(self, when):
        self.topic.created_at = when
        self.topic.save()
        self.topic.begin_with(self.tags)

    def _write(self, when, item):
        author = self.people[item.by]
        body = with_pictures(linked(item.text, self.others, here=self), author)
        post = Post(
            topic=self.topic,
            author=author,
            body=body,
            created_at=when,
            reply_to=self.posts[item.to - 1] if item.to else None,
        )
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

    def _react(self, when, number, sign, people):
        post = self.posts[number]
        for username in people:
            post.react(self.people[username], sign)
        Reaction.objects.filter(post=post).update(at=when)

    def _vote(self, _when, member, choices):
        self.posts[0].vote(member, choices)

    def _accept(self, _when, number):
        self.posts[number - 1].accept(self.topic.author)

    def _mark(self, when, field):
        topic = Topic.objects.get(pk=self.topic.pk)
        setattr(topic, field, when)
        topic.save()


def _make_people(now):
    password = make_password(PASSWORD)  # one hash for all, because hashing is slow
    groups = {}
    people = {}
    for item in content.people():
        user = User(
            username=item.username,
            email=f"{item.username}@example.org",
            password=password,
            name=item.name,
            about=item.about,
            date_joined=now - item.joined,
            is_staff=item.owner,
            is_superuser=item.owner,
        )
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        for name in item.groups:
            groups[name] = groups.get(name) or Group.objects.get_or_create(name=name)[0]
            user.groups.add(groups[name])
        people[item.username] = user
    return people


def _make_categories():
    made = {}
    for position, item in enumerate(content.categories()):
        category = Category.objects.create(
            name=item.name,
            color=item.color,
            description=item.description,
            parent=made.get(item.parent),
            takes_answers=item.takes_answers,
            position=position,
        )
        category.readers.set(Group.objects.filter(name__in=item.readers))
        category.posters.set(Group.objects.filter(name__in=item.posters))
        made[item.name] = category
    return made


def _make_tags(categories):
    made = {}
    for item in content.tags():
        tag = made[item.name] = Tag.make(item.name, item.description, item.synonyms)
        tag.groups.set(Group.objects.filter(name__in=item.groups))
        tag.categories.set(categories[name] for name in item.categories)
    return made


def _remember_readings(people, now):
    """Authors have read up to their last post; the member has read all but the latest topics."""
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
