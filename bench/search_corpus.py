"""A stream of made-up posts with the words of a real mailing list, to measure search on.

The list is that of `bench.import_mbox`; without it, the few words of `bench.weight` are used. The
same seed gives the same posts, and fewer posts are the first of more. Only the words and the open
topics are kept in memory: a million posts (20 a topic, 82 words a post, 0.5 GB of UTF-8) need
60 MB and 2 minutes of CPU time.

`python -m bench.search_corpus 1000` prints the texts of a thousand posts.
"""

import gzip
import random
import sys
from collections import Counter, deque
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from itertools import accumulate
from math import log
from typing import NamedTuple

from bench.import_mbox import CORPUS
from bench.weight import WORDS

AUTHORS = 20_000
CATEGORIES = 20
PRIVATE = {2, 7, 13, 19}
POSTS_A_TOPIC = 20
OPEN_TOPICS = 500
FIRST = datetime(2015, 1, 1, tzinfo=UTC)
PACE = timedelta(minutes=5)  # a million posts take 9.5 years
MEDIAN_LENGTH, SPREAD, LONGEST = 55, 0.9, 3_000  # words; the mean is 82
LONGEST_TITLE = 200  # characters
EAST_ASIAN = 0.1  # of the topics
NEW = 0.01  # of the words: random numbers, as a real vocabulary never stops growing
SENTENCE_ENDS = 0.1  # of the East Asian words
LONGEST_WORD = 40  # characters; what is longer is encoded data
HIRAGANA = [chr(code) for code in range(0x3042, 0x3094)]
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 2_500)]
HANGUL = [chr(code) for code in range(0xAC00, 0xAC00 + 11_172, 9)]


class Topic(NamedTuple):
    """`category` is 1 to CATEGORIES; those in PRIVATE hide their posts from most readers."""

    id: int
    title: str
    category: int
    language: "Language"


class Post(NamedTuple):
    """`id` counts from 1, `author` is 1 to AUTHORS; `is_first` in its topic."""

    id: int
    topic: Topic
    author: int
    created_at: datetime
    text: str
    is_first: bool


def posts(count, seed=2026):
    """Yield `count` posts in the order of their ids and dates."""
    chance = random.Random(seed)
    western, east_asian = Language(listed_words()), east_asian_languages(chance)
    topics, newest = deque(maxlen=OPEN_TOPICS), 0
    for number in range(1, count + 1):
        is_first = not topics or chance.random() < 1 / POSTS_A_TOPIC
        if is_first:
            newest += 1
            is_western = chance.random() >= EAST_ASIAN
            language = western if is_western else chance.choice(east_asian)
            title = language.text(chance, chance.randint(3, 8))[:LONGEST_TITLE]
            topic = Topic(newest, title, skewed(chance, CATEGORIES) + 1, language)
            topics.append(topic)
        else:
            topic = chance.choice(topics)
        text = topic.language.text(chance, length(chance))
        author = skewed(chance, AUTHORS) + 1
        yield Post(number, topic, author, FIRST + number * PACE, text, is_first)


class Language:
    """Words and their frequencies ({word: count}), and what stands between words."""

    def __init__(self, counts, between=" "):
        self.words, self.between = list(counts), between
        self.cumulated = list(accumulate(counts.values()))

    def text(self, chance, length):
        words = chance.choices(self.words, cum_weights=self.cumulated, k=length)
        for _new in range(int(length * NEW + chance.random())):
            words[chance.randrange(length)] = str(chance.getrandbits(30))
        return self.between.join(words)


def listed_words():
    """How often each word is written on the list, with punctuation as it was; without quotes."""
    counts = Counter()
    for archive in sorted(CORPUS.glob("*.mbox.gz")):
        for message in messages(archive):
            for part in message.walk():
                if part.get_content_type() == "text/plain":
                    counts.update(written_words(part.get_payload(decode=True)))
    return counts or Counter({word: 1000 // rank for rank, word in enumerate(WORDS, 1)})


def messages(archive):
    lines = []
    with gzip.open(archive) as file:
        for line in file:
            if line.startswith(b"From ") and lines:
                yield message_from_bytes(b"".join(lines))
                lines = []
            lines.append(line)
    yield message_from_bytes(b"".join(lines))


def written_words(data):
    lines = data.decode("utf-8", "ignore").splitlines()
    words = " ".join(line for line in lines if not line.startswith(">")).split()
    return (word for word in words if len(word) <= LONGEST_WORD and word.isprintable())


def east_asian_languages(chance):
    """Chinese and Japanese, without spaces between words, and Korean."""
    return [
        Language(made_up_words(chance, HAN, "。"), between=""),
        Language(made_up_words(chance, HIRAGANA + HAN, "。"), between=""),
        Language(made_up_words(chance, HANGUL, ".")),
    ]


def made_up_words(chance, characters, full_stop, count=20_000):
    """Words of random characters; the frequencies of both follow Zipf's law, short words first."""
    words = set()
    for size in chance.choices((1, 2, 3, 4), (20, 60, 15, 5), k=count):
        word = "".join(characters[skewed(chance, len(characters))] for _ in range(size))
        words.add(word + full_stop if chance.random() < SENTENCE_ENDS else word)
    return {
        word: count // rank for rank, word in enumerate(sorted(words, key=in_order_of_length), 1)
    }


def in_order_of_length(word):
    return len(word), word


def length(chance):
    return min(int(chance.lognormvariate(log(MEDIAN_LENGTH), SPREAD)) + 1, LONGEST)


def skewed(chance, count):
    """A number from 0 to `count` - 1; the n-th is chosen about 1/n as often as the first."""
    return int((count + 1) ** chance.random()) - 1


if __name__ == "__main__":
    for post in posts(int(sys.argv[1])):
        print(post.text)
