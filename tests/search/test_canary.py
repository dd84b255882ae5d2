"""What ten roles find: what somebody may not read is in no count, snippet, suggestion, similar
topic, live result or saved search, which all look as if it had never been.
"""

import re
from functools import partial

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from forum.models import Topic
from forum.search import standing
from forum.search.learning import learn_words
from forum.search.models import StandingSearch
from tests.support import world

pytestmark = pytest.mark.store

CANARY, HIDDEN = "zyxcanary", "qwvcanary"
READERS = ["insider", "owner"]
ROLES = [
    *("guest", "member", "insider"),
    *(
        pytest.param(role, marks=pytest.mark.thorough)
        for role in (
            *("unverified", "moderator", "staff", "former insider", "deactivated insider"),
            *("who may only write there", "owner"),
        )
    ),
]
SAVED = [CANARY, HIDDEN, "@iris"]
LINES = [
    *(CANARY, HIDDEN, f'"{CANARY} sings"', f"in:title {CANARY}", "-nothing", "tea -sings"),
    *(f"tea {CANARY} nothing", "zyxcanari", "tea qwvcanray", "zyxca*"),  # corrections, beginnings
    *("@iris", f"#bar-{CANARY}", "is:open sings", "topic:{private}"),
]
TYPED = ["zyx", "tea qwvc", "@iri", "bar", "#loun", "sing"]
TITLES = [f"Tea with {CANARY}", f"Who sings {HIDDEN}?"]


@pytest.fixture
def roles(ada, mo, olive, iris, bar, settings):
    """{role: member}, None for guests."""
    settings.RATES = dict.fromkeys(settings.RATES, "10000/minute")
    former, gone, writer = (world.insider(name) for name in ("former", "gone", "writer"))
    writer.groups.set([world.group("Writers")])
    staff = world.member("staff", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    unverified = world.member("unverified")
    unverified.emailaddress_set.update(verified=False)
    roles = {
        "guest": None,
        "member": ada,
        "unverified": unverified,
        "moderator": mo,
        "staff": staff,
        "former insider": former,
        "deactivated insider": gone,
        "who may only write there": writer,
        "insider": world.insider("ivy"),
        "owner": olive,
    }
    for member in filter(None, roles.values()):
        for line in SAVED:
            standing.save(member, line)
    former.groups.clear()
    return roles


@pytest.fixture
def bar(lounge):
    """A category that is private only by the one above it."""
    return world.category(f"Bar {CANARY}", parent=lounge, posters=["Insiders", "Writers"])


def client_of(member):
    client = Client()
    if member:
        client.force_login(member, backend="forum.accounts.backends.MemberBackend")
    return client


def seen(client, member, private):
    """{place: what is shown there} of all that search shows; `private` is a topic's number."""
    learn_words()
    standing.match_posts()
    get = partial(client.get, headers={"X-Requested-With": "part"})
    places = {
        **{line: get("/search/", {"q": line.format(private=private)}) for line in LINES},
        "page": client.get("/search/", {"q": CANARY, "by": "topics", "order": "newest"}),
        **{("typed", line): get("/search/", {"q": line, "typing": "1"}) for line in TYPED},
        **{("similar", title): get("/search/similar/", {"title": title}) for title in TITLES},
        "saved": client.get("/searches/"),
    }
    searches = StandingSearch.objects.filter(member=member)
    for search in searches:
        places["notice", search.query] = client.get(f"{search.get_absolute_url()}notice/")
        places["matches", search.query] = client.get(search.get_absolute_url())
    shown = {place: (page.status_code, text_of(page)) for place, page in places.items()}
    stream = member and StandingSearch.objects.personal(member, [one.pk for one in searches])
    return {**shown, "stream": stream}


def text_of(page):
    """The main part of a page, or the whole of a fragment, but for what is new each time."""
    main = re.search(r"<main.*</main>", page.text, re.DOTALL)
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", main[0] if main else page.text)


def sing(iris, category, word):
    """Topics, so many that their words are learned where they are public."""
    texts = (f"Tea with {word}", f"A {word} sings, with tea")
    return [Topic.start(iris, category, *texts) for _ in range(3)]


@pytest.mark.parametrize("role", ROLES)
def test_what_somebody_may_not_read_looks_as_if_it_had_never_been(
    roles, role, iris, mo, bar, help_category, topic
):
    member, private = roles[role], topic.pk + 1
    client = client_of(member)
    if role.startswith("deactivated"):
        member.is_active = False
        member.save()
    before = seen(client, member, private)

    assert sing(iris, bar, CANARY)[0].pk == private
    for hidden in sing(iris, help_category, HIDDEN):
        hidden.posts.get().hide(mo)

    after = seen(client, member, private)
    told = {place for place in before if before[place] != after[place]}
    if role in READERS:
        places = {CANARY, "page", ("similar", TITLES[0]), ("matches", CANARY)}
        assert {*places, ("notice", CANARY), "saved", "stream"} <= told
        assert not told & {HIDDEN, ("matches", HIDDEN), ("notice", HIDDEN)}
    else:
        assert told == set()
