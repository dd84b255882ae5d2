"""However members are renamed, deactivated and deleted: a username once used leads to nobody
else.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from forum import markdown
from forum.models import User
from forum.usernames.rules import folded

NAMES = st.sampled_from(
    ["ada", "Ada", "аda", "a.da-x", "a-da.x", "zoë", "zoe", "Z0E", "lan", "Ian", "नीना", "นีน่า"]
)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["join", "rename", "show", "leave", "return", "delete"]),
        st.integers(0, 3),
        NAMES,
    )
)


class TestNames(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(deeds=DEEDS)
    def test_a_name_once_used_leads_to_nobody_else(self, deeds):
        forum = Forum()
        for deed, n, name in deeds:
            forum.does(deed, n, name)
            forum.check()


class Forum:
    def __init__(self):
        self.members, self.first = [], {}  # folded username: id of the first who had it

    def does(self, deed, n, name):
        """Without asking validation, which others could pass at the same moment: the database
        refuses.
        """
        if deed == "join":
            member = User(username=name)
            if self.saves(member):
                self.members.append(member)
        elif n < len(self.members):
            getattr(self, deed.replace("return", "return_"))(self.members[n], name)

    def rename(self, member, name):
        member.username = name
        self.saves(member)

    def show(self, member, name):
        member.name = name
        self.saves(member)

    def leave(self, member, name):
        member.is_active = False
        member.save()

    def return_(self, member, name):
        member.is_active = True
        member.save()

    def delete(self, member, name):
        self.members.remove(member)
        member.delete()

    def saves(self, member):
        try:
            with transaction.atomic():
                member.save()
        except IntegrityError:
            if member.pk:
                member.refresh_from_db()
            return False
        self.first.setdefault(folded(member.username), member.pk)
        return True

    def check(self):
        living = {member.pk for member in self.members}
        for name, pk in self.first.items():
            assert found(name) == (pk if pk in living else None)
            html = markdown.render(f"@{name}!", find=User.objects.by_username)
            assert html.count("data-member") == html.count(f'data-member="{pk}"')
        for member in self.members:
            for name in filter(None, (member.username, member.name)):
                User.objects.refuse_taken(name, member.pk)
                assert refused(name)


def found(name):
    try:
        return User.objects.named(name).pk
    except User.DoesNotExist:
        return None


def refused(name):
    try:
        User.objects.refuse_taken(name)
    except ValidationError:
        return True
    return False
