"""A small forum to look around in: people, categories and discussions that show what Parley can do."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from forum.models import Category, Post, Topic, User
from forum.models.users import MODERATORS

OWNER, MEMBER, PASSWORD = "olive", "mira", "parley-demo"  # noqa: S105
MEMBERS_FOR = timedelta(days=40)

PEOPLE = {
    OWNER: "Olive Brandt",
    MEMBER: "Mira Kovač",
    "ines": "Ines Duarte",
    "tomas": "Tomás Olivera",
    "renee": "Renée Baptiste",
    "yusuf": "Yusuf Aydın",
    "noa": "נועה לוי",
    "linh": "Linh Vu",
}

CATEGORIES = [
    ("Announcements", "#1971c2", "News from the people who run this place.", None, {"posters": [MODERATORS]}),
    ("Help", "#e8590c", "Questions of every size. Somebody has had yours before.", None, {}),
    ("Hosting", "#f08c00", "Servers, proxies, backups.", "Help", {}),
    ("Show & tell", "#2f9e44", "What you made, and how.", None, {}),
    ("Ideas", "#9c36b5", "What could be better here.", None, {}),
    ("Off topic", "#868e96", "Everything else.", None, {}),
    ("Staff room", "#c2255c", "Only moderators read this.", None, {"readers": [MODERATORS]}),
]

WELCOME = """Welcome! A few things that make this place pleasant:

1. **Say what you tried.** It saves everybody a round trip.
2. *Quote* the sentence you answer, not the whole post.
3. Nobody is ever the first to have a question.

| You want to | Press |
| --- | --- |
| answer | **Reply** at the end of the page |
| answer one sentence | **Quote** under a post |
| take something back | **Edit** or **Hide** in the menu of your post |

Leave this page open while somebody writes in another window: it stays current by itself."""

QUESTION = """Under load our pages miss updates. The log says `ChannelFull` once a topic passes a hundred posts a \
second, and a client that reconnects never sees what it missed.

```
channels.exceptions.ChannelFull: specific.4f1c!9a0b
```

Is there a way to make delivery certain?"""

ANSWER = """> @ines:
> Is there a way to make delivery certain?

Treat the push as a hint and the database as the truth: every topic carries a sequence number, the page notices a gap \
and asks for what it missed.

```python
async def watch(page, topic, since):
    await hub.join(page, topic)             # first, so that nothing falls between
    await page.send(changes(topic, since))  # then what it has missed
```"""

CHECKLIST = """My list before moving a board to another machine:

- [x] lower the time to live of the DNS record a day before
- [x] take a backup **and restore it somewhere**
- [ ] put up the read-only notice
- [ ] copy, compare the counts, switch

What is missing?"""

DISCUSSIONS = [
    (
        "Read this first: how we talk to each other",
        "Announcements",
        OWNER,
        WELCOME,
        [("mira", "Thank you, that is clear.")],
    ),
    (
        "Channel layer drops messages above 100 per second",
        "Help",
        "ines",
        QUESTION,
        [
            ("tomas", ANSWER),
            (
                "renee",
                "That fixed it here. 3,000 open pages, nothing missed through two restarts. @ines want me to post the numbers?",
            ),
        ],
    ),
    (
        "Moving a two-million-post board in one evening",
        "Hosting",
        "yusuf",
        CHECKLIST,
        [("linh", "Tell the search engines, and keep the old addresses working."), ("yusuf", "Good one, added.")],
    ),
    (
        "A field guide to paging by key",
        "Show & tell",
        "linh",
        "Counting rows to skip them is work that grows with every page. Remember the last row instead:\n\n"
        "```sql\nSELECT * FROM topics\nWHERE (bumped_at, id) < (:bumped_at, :id)\nORDER BY bumped_at DESC, id DESC\nLIMIT 30;\n```",
        [("mira", "The index has to have both columns in this order, or it sorts after all.")],
    ),
    (
        "שלום לכולם",
        "Off topic",
        "noa",
        "שלום! אני חדשה כאן. הטקסט הזה נכתב מימין לשמאל, והדף אמור להציג אותו נכון.\n\nAnd this line runs the other way.",
        [("tomas", "Welcome, @noa! It reads well from here.")],
    ),
    (
        "Idea: quiet hours",
        "Ideas",
        "renee",
        "Between ten at night and seven in the morning I would rather not be told anything.",
        [
            ("yusuf", "Seconded."),
            (OWNER, "Noted. Would you want it for mentions too?"),
            ("renee", "For those most of all."),
        ],
    ),
]

CHAT, OPENING = "What are you listening to while you work?", "I need something new that has no words in it."

ALBUMS = [
    "Something with rain in it.", "The same four songs since Tuesday.", "Silence. It is underrated.",
    "A live recording where you can hear somebody drop a glass.", "My neighbour's piano lessons, not by choice.",
    "Field recordings from a harbour.", "Whatever the baker next door plays.", "Old radio plays.",
]  # fmt: skip


@transaction.atomic
def fill():
    moderators, _made = Group.objects.get_or_create(name=MODERATORS)
    now = timezone.now()
    people = {username: person(username, name, now - MEMBERS_FOR) for username, name in PEOPLE.items()}
    people[OWNER].groups.add(moderators)
    categories, topics = make_categories(), {}
    for when, title, category, author, body in sorted(said(now)):  # so that ids rise with time, as lists expect
        if title not in topics:
            topics[title] = Topic(author=people[author], category=categories[category], title=title, created_at=when)
            topics[title].save()
        Post(topic=topics[title], author=people[author], body=body, created_at=when).save()
    topics[DISCUSSIONS[0][0]].pin()


def said(now):
    """Every post as (when, title, category, author, body), one discussion after the other."""
    for ago, (title, category, author, body, replies) in enumerate(DISCUSSIONS):
        start = now - timedelta(days=2 * ago, hours=3)
        yield from discussion(start, timedelta(minutes=40), title, category, [(author, body), *replies])
    chat = [(list(PEOPLE)[n % len(PEOPLE)], ALBUMS[n % len(ALBUMS)]) for n in range(44)]
    start = now - timedelta(days=1)
    yield from discussion(start, timedelta(minutes=25), CHAT, "Off topic", [("linh", OPENING), *chat])


def discussion(start, pause, title, category, posts):
    for n, (author, body) in enumerate(posts):
        yield start + n * pause, title, category, author, body


def person(username, name, joined):
    extra = {"is_staff": True, "is_superuser": True} if username == OWNER else {}
    user = User.objects.create_user(
        username, f"{username}@example.org", PASSWORD, name=name, date_joined=joined, **extra
    )
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_categories():
    made = {}
    for position, (name, color, description, parent, groups) in enumerate(CATEGORIES):
        category = Category.objects.create(
            name=name, color=color, description=description, parent=made.get(parent), position=position
        )
        for role, names in groups.items():
            getattr(category, role).set(Group.objects.filter(name__in=names))
        made[name] = category
    return made
