"""Admin actions on posts, topics and members: list actions, and buttons on an object's page."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

DONE, ALREADY, REFUSED = "done", "already", "refused"


@dataclass(frozen=True)
class Verb:
    name: str  # used in the URL
    label: Promise | str  # "Hide"
    done: Promise | str  # "Hidden.", for the log
    is_needed: Callable  # (obj): False if it has already been done
    is_allowed: Callable  # (obj, user)
    run: Callable  # (obj, user)


def action(verb):
    """A list action that applies the verb to all selected objects."""

    @admin.action(description=verb.label, permissions=["verb"])
    def apply_to_selected(model_admin, request, queryset):
        pks = list(queryset.values_list("pk", flat=True))
        model_admin.report(
            request, verb.label, Counter(model_admin.apply(request, verb, pk) for pk in pks)
        )

    apply_to_selected.__name__ = verb.name
    return apply_to_selected


class WithVerbs(admin.ModelAdmin):
    """Shows its `verbs` as buttons on an object's page."""

    verbs: Sequence[Verb] = ()

    def has_verb_permission(self, request):
        return self.has_change_permission(request)

    def get_urls(self):
        view = self.admin_site.admin_view(self.verb_view)
        return [
            path(
                "<int:pk>/do/<slug:name>/",
                view,
                name=f"{self.opts.app_label}_{self.opts.model_name}_do",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_POST)
    def verb_view(self, request, pk, name):
        verb = next((verb for verb in self.verbs if verb.name == name), None)
        if verb is None or self.get_object(request, pk) is None:
            raise Http404
        if not self.has_verb_permission(request):
            raise PermissionDenied
        self.report(request, verb.label, Counter([self.apply(request, verb, pk)]))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)

    def apply(self, request, verb, pk):
        """Apply the verb to the current object, in one transaction with its log entry.

        Returns DONE, ALREADY or REFUSED.
        """
        try:
            with transaction.atomic():
                obj = self.get_object(request, pk)
                if obj is None or not verb.is_allowed(obj, request.user):
                    return REFUSED
                if not verb.is_needed(obj):
                    return ALREADY
                verb.run(obj, request.user)
                self.log_change(request, obj, str(verb.done))
                return DONE
        except ValidationError:
            return REFUSED

    def report(self, request, label, counts):
        done, already, refused = counts[DONE], counts[ALREADY], counts[REFUSED]
        parts = [ngettext("%(count)d changed", "%(count)d changed", done) % {"count": done}]
        if already:
            parts.append(
                ngettext("%(count)d unchanged", "%(count)d unchanged", already) % {"count": already}
            )
        if refused:
            parts.append(_("%(count)d not allowed") % {"count": refused})
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, f"{label}: {', '.join(parts)}.", level)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj and self.has_verb_permission(request):
            context["verbs"] = [
                v for v in self.verbs if v.is_needed(obj) and v.is_allowed(obj, request.user)
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)
