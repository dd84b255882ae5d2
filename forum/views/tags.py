from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from forum.db.prepared import Prepared
from forum.models import Tag
from forum.models.levels import with_tag_levels
from forum.models.tags import key_of
from forum.pages import search_engines, tags
from forum.pages.pagination import canonical
from forum.serving.page_cache import make_cacheable

from . import topics


@require_safe
def index(request):
    """All tags that the reader may see."""
    after = key_of(request.GET.get("after", ""))
    rows, more = page = tags.page_after(request.user, after)
    if not after and rows:
        make_cacheable(request, tags.version(page), request.path)
    context: dict = {"overview": rows, "more": more, "is_first": not after}
    if not request.user.is_authenticated:
        context["for_search_engines"] = search_engines.of_tags(not after)
    return render(request, "tags/index.html", context)


def found(reader, slug):
    return with_tag_levels(Tag.objects.visible_to(reader).filter(names__slug=slug), reader)


FOUND = Prepared(found)


@require_safe
def show(request, tag_slug):
    """The topics with a tag; the address of a synonym or former name leads there."""
    for tag in FOUND.instances(request.user, tag_slug):
        if tag_slug != tag.slug:
            return redirect(canonical(request, tag))
        return topics.index(request, tag=tag)
    raise Http404
