"""Publishes a fence whenever somebody may see or do less than before: see hub_messages.Fence."""

from django.contrib.auth import user_logged_out
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from forum.models import Category, User
from forum.signals import access_ended
from realtime.models import Revocation
from realtime.protocol.hub_messages import Fence
from realtime.publishing.publisher import publish

MANY = 20  # members; beyond that one fence for everybody costs less


def connect():
    """Connects to all signals after which somebody may see or do less."""
    m2m_changed.connect(on_groups_of_user, sender=User.groups.through, dispatch_uid="fence.groups")
    m2m_changed.connect(on_category_groups, Category.readers.through, dispatch_uid="fence.readers")
    m2m_changed.connect(on_category_groups, Category.posters.through, dispatch_uid="fence.posters")
    post_delete.connect(on_group_deleted, sender=Group, dispatch_uid="fence.group")
    pre_save.connect(before_category, sender=Category, dispatch_uid="fence.before_category")
    post_save.connect(on_category, sender=Category, dispatch_uid="fence.category")
    post_save.connect(on_user, sender=User, dispatch_uid="fence.user")
    access_ended.connect(on_access_ended, dispatch_uid="fence.access")
    post_delete.connect(
        on_session_ended, sender="usersessions.UserSession", dispatch_uid="fence.session"
    )
    user_logged_out.connect(on_logout, dispatch_uid="fence.logout")


def publish_fence(user=None, everybody=False):
    """Publishes a fence after commit, for the pages of member `user` (id) or for all pages.

    To be called in the transaction that revokes the right.
    """
    fence = Fence(user=user, everybody=everybody, number=Revocation.objects.bump())
    transaction.on_commit(lambda: publish([fence]), robust=True)


def on_groups_of_user(instance, action, reverse, pk_set, **kwargs):
    if action in ("post_remove", "post_clear", "post_add"):
        if reverse:  # group.user_set has changed: after a clear nobody knows who was in it
            publish_fence(everybody=True)
        else:
            publish_fence(user=instance.pk)


def on_category_groups(action, **kwargs):
    if action in ("post_add", "post_remove", "post_clear"):
        publish_fence(everybody=True)


def on_group_deleted(**kwargs):
    publish_fence(everybody=True)


def before_category(instance, **kwargs):
    before = Category.objects.filter(pk=instance.pk).values_list("parent_id", flat=True)
    instance._moved = bool(instance.pk) and list(before) != [instance.parent_id]


def on_category(instance, created, **kwargs):
    if instance._moved and not created:
        publish_fence(everybody=True)


def on_user(instance, created, update_fields, **kwargs):
    """For a ban, a lost role or a changed password; a sign-in sets only `last_login`."""
    if not created and set(update_fields or ()) != {"last_login"}:
        publish_fence(user=instance.pk)


def on_access_ended(members, **kwargs):
    if len(members) > MANY:
        publish_fence(everybody=True)
    else:
        for member in members:
            publish_fence(user=member)


def on_logout(request, user, **kwargs):
    if user:
        with transaction.atomic():
            # Django does this after the signal; by then the pages may have reconnected
            request.session.delete()
            publish_fence(user=user.pk)


def on_session_ended(instance, **kwargs):
    publish_fence(user=instance.user_id)
