"""Finds the post that a message answers, among earlier ones and those of the same batch.

Like Post.save(), it counts a reply at that post, with a change number of its own.
"""

from forum.models import ImportedMessage, Post


class AnsweredPosts:
    def __init__(self, category, drafts):
        ids = {id for draft in drafts for id in draft.answers}
        rows = ImportedMessage.objects.filter(category=category, message_id__in=ids)
        fields = ("topic", "number", "replies_count", "change")
        rows = rows.select_related("post").only("message_id", *(f"post__{name}" for name in fields))
        self.posts = {row.message_id: row.post for row in rows}
        self.pairs = []  # (new post, the post that it answers or None)

    def add(self, draft, post):
        """Record the `post` of a `draft`; its topic is locked."""
        answered = self._find(draft, post.topic)
        if answered:
            answered.replies_count += 1
            answered.change = post.topic.take_change()
        self.pairs.append((post, answered))
        self.posts[draft.id] = post

    def _find(self, draft, topic):
        """The nearest post that `draft` names; None if that is unknown or in another topic."""
        known = (id for id in draft.answers if id in self.posts or id not in draft.unsure)
        post = self.posts.get(next(known, ""))
        return post if post and is_in(post, topic) else None

    def save(self):
        """To be called when the new posts are saved."""
        stored = {answered.pk: answered for _post, answered in self.pairs if answered}
        new = {post.pk for post, _answered in self.pairs}
        before = [post for pk, post in stored.items() if pk not in new]
        Post.objects.bulk_update(before, ["replies_count", "change"])
        replies = [(post, answered) for post, answered in self.pairs if answered]
        for post, answered in replies:
            post.reply_to = answered
        Post.objects.bulk_update([post for post, _answered in replies], ["reply_to"])


def is_in(post, topic):
    """Whether `post` is in `topic`, which may be too new to have an id."""
    return post.topic_id == topic.pk if topic.pk else post.pk is None and post.topic is topic
