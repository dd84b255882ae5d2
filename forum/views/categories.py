from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from forum.db.prepared import Prepared
from forum.models import Category
from forum.pages.pagination import canonical

from . import topics

FOUND = Prepared(
    lambda reader, category_id: Category.objects.visible_to(reader).filter(pk=category_id)
)


@require_safe
def show(request, category_id, slug=""):
    for category in FOUND.instances(request.user, category_id):
        if slug != category.slug:
            return redirect(canonical(request, category))
        return topics.index(request, category)
    raise Http404
