from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from forum.models import Category
from forum.pages import canonical

from . import topics


@require_safe
def show(request, category_id, slug=""):
    category = get_object_or_404(Category.objects.visible_to(request.user).select_related("parent"), pk=category_id)
    if slug != category.slug:
        return redirect(canonical(request, category))
    return topics.index(request, category)
