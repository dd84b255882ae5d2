"""Writes converted messages as posts in bulk, with all the invariants of Post.save().

Sends no signal of a change: open pages find imported posts by the sweep, like those of another
process.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from forum.importing import authors
from forum.importing.answered_posts import AnsweredPosts
from forum.importing.converter import hashed
from forum.importing.threads import Threads
from forum.models import (
    Category,
    ImportedMessage,
    ImportedReference,
    ImportedSubject,
    Post,
    Topic,
    User,
)
from forum.models.topics import TITLE_LENGTH, slug_of
from forum.signals import stored_in_bulk
from forum.text.short_text import cleaned, one_line


@dataclass(slots=True)
class Written:
    posts: int = 0
    topics: int = 0
    authors: int = 0


@transaction.atomic
def write(category, drafts):
    """Write those of the `drafts` that are new, in one transaction; returns the counts."""
    # Serialises concurrent imports.
    Category.objects.select_for_update(of=("self",)).get(pk=category.pk)
    drafts = _new(category, drafts)
    if not drafts:
        return Written()
    members, new_members = authors.get_or_create(drafts)
    threads = _threads(category, drafts)
    topics = _locked(threads)
    answered = AnsweredPosts(category, drafts)
    posts, new_topics = [], []
    for draft in drafts:
        topic = threads.find(draft)
        if topic is None:
            topic = _topic(category, members[draft.address_hash], draft)
            new_topics.append(topic)
        threads.add(draft, topic)
        posts.append(_post(topic, members[draft.address_hash], draft))
        answered.add(draft, posts[-1])
    _save_topics(topics, new_topics, posts)
    _link_quoted_posts(drafts, answered.pairs)
    Post.objects.bulk_create(posts)
    answered.save()
    stored_in_bulk.send(Post, posts=posts)
    _count_posts(Counter(post.author_id for post in posts))
    _remember(category, drafts, posts, threads)
    return Written(len(posts), len(new_topics), new_members)


def _new(category, drafts):
    """The drafts that are not in the category yet, without duplicates, all with a date."""
    rows = ImportedMessage.objects.filter(category=category, message_id__in=_ids(drafts))
    known = dict(rows.values_list("message_id", "text_hash"))
    new, date = [], timezone.now()
    for draft in drafts:
        # A different mail with the same id, which is broken.
        if known.get(draft.id) not in (None, "", draft.text_hash):
            draft.id = f"sha256:{draft.text_hash}"
            draft.problems["id"] = 1
        if draft.id not in known:
            known[draft.id] = draft.text_hash
            draft.date = date = draft.date or date
            new.append(draft)
    return new


def _ids(drafts):
    return {id for draft in drafts for id in (draft.id, f"sha256:{draft.text_hash}")}


def _threads(category, drafts):
    """The threads that these drafts may join, with ids of topics."""
    ids = {id for draft in drafts for id in [draft.id, *draft.answers]}
    subjects = {
        hashed(draft.subject.key): draft.subject.key for draft in drafts if draft.subject.key
    }
    references = ImportedReference.objects.filter(category=category, message_id__in=ids)
    same_subject = ImportedSubject.objects.filter(category=category, subject_hash__in=subjects)
    return Threads(
        {row.message_id: (row.topic_id, row.is_sure) for row in references},
        {subjects[row.subject_hash]: (row.topic_id, row.last_at) for row in same_subject},
    )


def _locked(threads):
    """Lock the topics of `threads`, and replace their ids by the Topics."""
    ids = {topic for topic, _more in [*threads.references.values(), *threads.subjects.values()]}
    rows = Topic.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    topics = {topic.pk: topic for topic in rows}
    threads.references = {
        id: (topics[pk], is_sure) for id, (pk, is_sure) in threads.references.items()
    }
    threads.subjects = {key: (topics[pk], date) for key, (pk, date) in threads.subjects.items()}
    return list(topics.values())


def _topic(category, author_id, draft):
    title = cleaned(one_line(draft.subject.title))[:TITLE_LENGTH].strip() or _("(no subject)")
    return Topic(
        category=category,
        author_id=author_id,
        title=title,
        slug=slug_of(title),
        created_at=draft.date,
        bumped_at=draft.date,
    )


def _post(topic, author_id, draft):
    """The next post of `topic`; updates the topic's counters."""
    post = Post(
        topic=topic,
        number=topic.last_number + 1,
        change=topic.take_change(),
        author_id=author_id,
        body=draft.body,
        html=draft.html,
        created_at=draft.date,
    )
    topic.add_to_counters(post)
    return post


def _save_topics(topics, new_topics, posts):
    Topic.objects.bulk_create(new_topics)
    changed = {id(post.topic) for post in posts}
    Topic.objects.bulk_update(
        [topic for topic in topics if id(topic) in changed],
        ["last_number", "last_author", "bumped_at", "change", "row_change"],
    )
    for post in posts:
        post.topic = post.topic  # sets topic_id, which the topic has just been given


def _link_quoted_posts(drafts, pairs):
    """Link quotes to the post that each message answers, if that is in the same topic."""
    for draft, (post, answered) in zip(drafts, pairs, strict=True):
        if answered:
            url = reverse("number", args=[post.topic_id, answered.number])
            post.body, post.html = (
                draft.quoted.linked(text, url, answered.number) for text in (post.body, post.html)
            )
        else:
            post.body, post.html = map(draft.quoted.left_out, (post.body, post.html))


def _count_posts(counts):
    members = defaultdict(list)
    for user_id, count in counts.items():
        members[count].append(user_id)
    for count, user_ids in members.items():
        User.objects.filter(pk__in=user_ids).update(posts_count=F("posts_count") + count)


def _remember(category, drafts, posts, threads):
    ImportedMessage.objects.bulk_create(
        [
            ImportedMessage(
                category=category,
                message_id=draft.id,
                content_hash=draft.content_hash,
                text_hash=draft.text_hash,
                post=post,
            )
            for draft, post in zip(drafts, posts, strict=True)
        ]
    )
    ImportedReference.objects.bulk_create(
        [
            ImportedReference(category=category, message_id=id, topic=topic, is_sure=is_sure)
            for id, (topic, is_sure) in threads.new_references.items()
        ],
        update_conflicts=True,
        unique_fields=["category", "message_id"],
        update_fields=["topic", "is_sure"],
    )
    ImportedSubject.objects.bulk_create(
        [
            ImportedSubject(category=category, subject_hash=hashed(key), topic=topic, last_at=date)
            for key, (topic, date) in threads.new_subjects.items()
        ],
        update_conflicts=True,
        unique_fields=["category", "subject_hash"],
        update_fields=["topic", "last_at"],
    )
