"""Finds the topic a message belongs to, by ids, subjects and dates. Topics are opaque values."""

from datetime import timedelta

# A reply without references joins a topic with the same subject if it was active this recently.
WINDOW = timedelta(days=30)


class Threads:
    def __init__(self, references=None, subjects=None):
        """`references`: {message id: (topic, whether it is certainly the id of a message)};
        `subjects`: {subject key: (topic, date of its last message)}.
        """
        self.references = dict(references or {})
        self.subjects = dict(subjects or {})
        self.new_references = {}
        self.new_subjects = {}

    def find(self, message):
        """The topic that `message` belongs to, or None if it starts a new one."""
        for id in [message.id, *message.answers]:
            topic, is_sure = self.references.get(id, (None, False))
            if topic is not None and (is_sure or id not in message.unsure):
                return topic
        if message.subject.is_reply and message.subject.key in self.subjects:
            topic, last_at = self.subjects[message.subject.key]
            if abs(message.date - last_at) <= WINDOW:
                return topic
        return None

    def add(self, message, topic):
        """Record that `message`, and the messages it replies to, belong to `topic`."""
        for id in [message.id, *message.answers]:
            is_sure = id not in message.unsure
            if id not in self.references or (is_sure and not self.references[id][1]):
                self.references[id] = self.new_references[id] = (topic, is_sure)
        if message.subject.key:
            self.subjects[message.subject.key] = self.new_subjects[message.subject.key] = (
                topic,
                message.date,
            )
