"""Admin actions on posts, topics and members: for many rows from the list, for one from its
page.
"""

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
    name: str  # as the address has it
    label: Promise  # "Hide"
    done: Promise  # "Hidden", for the log
    is_needed: Callable  # of the object: False when it is so already
    is_allowed: Callable  # of the object and who asks
    run: Callable  # of the object and who asks


def action(verb):
    """An action of the list that applies the verb to all that are selected."""

    @admin.action(description=verb.label, permissions=["change"])
    def apply_to_selected(model_admin, request, queryset):
        pks = list(queryset.values_list("pk", flat=True))
        model_admin.tell(
            request, verb.label, Counter(model_admin.apply(request, verb, pk) for pk in pks)
        )

    apply_to_selected.__name__ = verb.name
    return apply_to_selected


class WithVerbs:
    """For a ModelAdmin: `verbs` become buttons on the page of an object; `actions` names them for
    lists.
    """

    verbs: Sequence[Verb] = ()

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
        if not self.has_change_permission(request):
            raise PermissionDenied
        self.tell(request, verb.label, Counter([self.apply(request, verb, pk)]))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)

    def apply(self, request, verb, pk):
        """To the object as it stands now, in a transaction of its own with its entry in the log."""
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

    def tell(self, request, label, counts):
        done, already, refused = counts[DONE], counts[ALREADY], counts[REFUSED]
        told = [ngettext("%(count)d changed", "%(count)d changed", done) % {"count": done}]
        if already:
            told.append(
                ngettext("%(count)d unchanged", "%(count)d unchanged", already) % {"count": already}
            )
        if refused:
            told.append(_("%(count)d not allowed") % {"count": refused})
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, f"{label}: {', '.join(told)}.", level)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and self.has_change_permission(request):
            context["verbs"] = [
                v for v in self.verbs if v.is_needed(obj) and v.is_allowed(obj, request.user)
            ]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)
