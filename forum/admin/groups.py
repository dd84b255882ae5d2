from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from forum.forms.short_text import ShortTextField
from forum.models import GroupName
from forum.models.users import MODERATORS

from .base import ForumAdmin, OwnersOnly, list_link

admin.site.unregister(Group)


class GroupForm(forms.ModelForm):
    class Meta:
        field_classes = {"name": ShortTextField}


class GroupNameInline(admin.StackedInline):
    model = GroupName
    fields = ["name", "by"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Group)
class GroupAdmin(OwnersOnly, DjangoGroupAdmin, ForumAdmin):
    form = GroupForm
    inlines = [GroupNameInline]
    list_display = ["name", "members"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(members_count=Count("user"))

    def get_readonly_fields(self, request, obj=None):
        """The name of the Moderators group is fixed, because the code refers to it."""
        return ["name"] if obj and obj.name == MODERATORS else []

    @admin.display(description=_("members"), ordering="members_count")
    def members(self, group):
        return list_link("user", group.members_count, groups__id__exact=group.pk)
