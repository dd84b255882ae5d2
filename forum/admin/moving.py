from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from forum.forms.topics import MoveForm

from .verbs import Verb, WithVerbs, action


class Moving(WithVerbs):
    """Moves selected topics, after a page that asks for the category."""

    @admin.action(description=_("Move to another category …"), permissions=["change"])
    def move(self, request, queryset):
        form = MoveForm(request.POST if "moving" in request.POST else None, moderator=request.user)
        if form.is_valid():
            action(move_to(form.cleaned_data["category"]))(self, request, queryset)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Move topics"),
            "opts": self.opts,
            "form": form,
            "topics": queryset,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "all_pages": request.POST.get("select_across", "0"),
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/forum/topic/move.html", context)


def move_to(category):
    return Verb(
        name="move_to",
        label=_("Move to %(category)s") % {"category": category},
        done=_("Moved to %(category)s.") % {"category": category},
        is_needed=lambda topic: topic.category_id != category.pk,
        is_allowed=lambda topic, user: user.is_moderator,
        run=lambda topic, user: topic.move(category, user),
    )
