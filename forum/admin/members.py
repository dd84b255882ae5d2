from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from forum.models import User
from forum.models.users import MODERATORS
from forum.templatetags.parley import grouped

from .base import ForumAdmin, list_link
from .emails import EmailAddressInline
from .verbs import Verb, WithVerbs, action

POWERS = ["is_staff", "is_superuser", "groups", "user_permissions"]


def may_manage(member, user):
    """Whether `user` may manage `member`: not themselves, and staff only if they are an owner."""
    return member != user and (user.is_superuser or not (member.is_staff or member.is_superuser))


def owners(member, user):
    return user.is_superuser


def set_active(member, value):
    member.is_active = value
    member.keep_an_owner()
    member.save(update_fields=["is_active"])


def moderators():
    return Group.objects.get_or_create(name=MODERATORS)[0]


def is_in_moderators(member):
    return member.groups.filter(name=MODERATORS).exists()


DEACTIVATE = Verb(
    name="deactivate",
    label=_("Deactivate"),
    done=_("Deactivated."),
    is_needed=lambda member: member.is_active,
    is_allowed=may_manage,
    run=lambda member, user: set_active(member, False),
)
ACTIVATE = Verb(
    name="activate",
    label=_("Activate"),
    done=_("Activated."),
    is_needed=lambda member: not member.is_active,
    is_allowed=may_manage,
    run=lambda member, user: set_active(member, True),
)
PROMOTE = Verb(
    name="promote",
    label=_("Add to Moderators"),
    done=_("Added to Moderators."),
    is_needed=lambda member: not is_in_moderators(member),
    is_allowed=owners,
    run=lambda member, user: member.groups.add(moderators()),
)
DEMOTE = Verb(
    name="demote",
    label=_("Remove from Moderators"),
    done=_("Removed from Moderators."),
    is_needed=is_in_moderators,
    is_allowed=owners,
    run=lambda member, user: member.groups.remove(moderators()),
)


class NewMemberForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "name"]


class MemberForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class MemberAdmin(WithVerbs, UserAdmin, ForumAdmin):  # type: ignore[misc]  # the signatures differ
    form = MemberForm
    add_form = NewMemberForm
    list_display = ["username", "name", "roles", "posts_link", "date_joined", "email"]
    list_filter = ["is_active", "is_staff", "is_placeholder", "groups", "date_joined"]
    search_fields = ["username", "name", "email"]
    search_help_text = _("Username, display name or email address")
    date_hierarchy = "date_joined"
    ordering = ["-date_joined", "-pk"]
    inlines = [EmailAddressInline]
    readonly_fields = ["posts_link", "last_login", "date_joined", "is_placeholder"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "username",
                    "name",
                    "about",
                    "hides_presence",
                    "announces_updates",
                    "reviews_replies",
                    "password",
                ]
            },
        ),
        (
            _("Permissions"),
            {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]},
        ),
        (_("Details"), {"fields": ["posts_link", "date_joined", "last_login", "is_placeholder"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": ["username", "name", "usable_password", "password1", "password2"],
            },
        ),
    ]
    verbs = [DEACTIVATE, ACTIVATE, PROMOTE, DEMOTE]
    actions = [*map(action, verbs)]

    def get_queryset(self, request):
        members = super().get_queryset(request)
        match = request.resolver_match
        return (
            members.prefetch_related("groups")
            if match and match.url_name.endswith("changelist")
            else members
        )

    def get_search_fields(self, request):
        """Secondary addresses are searched only for users who may view them."""
        sees_addresses = request.user.has_perm("account.view_emailaddress")
        return [*self.search_fields, *(["emailaddress__email"] if sees_addresses else [])]

    # --- Who may change whom ---

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or obj == request.user or may_manage(obj, request.user)

    def get_readonly_fields(self, request, obj=None):
        """Only owners may grant rights, and nobody can remove their own by mistake."""
        locked = [] if request.user.is_superuser else POWERS
        if obj == request.user:
            locked = [*locked, "is_active", "is_superuser", "is_staff"]
        return list(dict.fromkeys([*self.readonly_fields, *locked]))

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or request.user.is_superuser:
            return fieldsets
        (_title, options), *others = fieldsets
        shown = [field for field in options["fields"] if field != "password"]
        return [(None, {**options, "fields": shown}), *others]

    def user_change_password(self, request, id, form_url=""):
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    # --- Columns ---

    @admin.display(description=_("posts"), ordering="posts_count")
    def posts_link(self, member):
        return list_link("post", grouped(member.posts_count), author__id__exact=member.pk)

    @admin.display(description=_("roles"))
    def roles(self, member):
        roles = [("on", group.name) for group in member.groups.all()]
        if member.is_superuser:
            roles.insert(0, ("on", _("owner")))
        if not member.is_active:
            roles.append(("off", _("inactive")))
        if member.is_placeholder:
            roles.append(("off", _("placeholder")))
        return format_html_join(
            " ", '<span class="badge badge--{}">{}</span>', roles
        ) or format_html("{}", "")
