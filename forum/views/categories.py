from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from forum.db.prepared import Prepared
from forum.models import Category
from forum.models.levels import with_category_levels
from forum.pages.pagination import canonical

from . import topics
from .found import found_or_404


def found(reader, category_id):
    categories = Category.objects.visible_to(reader).filter(pk=category_id)
    return with_category_levels(categories, reader)


FOUND = Prepared(found)


@require_safe
def show(request, category_id, slug=""):
    category = found_or_404(FOUND, request.user, category_id)
    if slug != category.slug:
        return redirect(canonical(request, category))
    return topics.index(request, category)
