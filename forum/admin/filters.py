"""List filters."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from forum.models import Category


class CategoryFilter(admin.SimpleListFilter):
    """Offers only the categories that the user may read."""

    title = _("category")
    parameter_name = "category"
    path = "category"

    def lookups(self, request, model_admin):
        return list(Category.objects.visible_to(request.user).in_order().values_list("pk", "name"))

    def queryset(self, request, queryset):
        known = {str(pk) for pk, _name in self.lookup_choices}
        if self.value() not in known:
            return queryset
        return queryset.filter(**{self.path: self.value()})


class TopicCategoryFilter(CategoryFilter):
    path = "topic__category"


class Happened(admin.EmptyFieldListFilter):
    """Yes or no, for a nullable timestamp."""

    def choices(self, changelist):
        for value, label in ((None, _("All")), ("0", _("Yes")), ("1", _("No"))):
            yield {
                "selected": self.lookup_val == value,
                "query_string": changelist.get_query_string({self.lookup_kwarg: value}),
                "display": label,
            }
