"""How closely a member follows a topic, a category, a tag or another member: a menu and a form."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from forum.models import (
    Attention,
    Category,
    CategoryLevel,
    Level,
    MemberLevel,
    Tag,
    TagLevel,
    Topic,
    TopicLevel,
    User,
)
from forum.models.levels import with_category_levels, with_levels, with_tag_levels
from forum.views.decorators import for_members
from forum.views.members import requested_id
from forum.views.replies import is_part

PER_PAGE = 50  # topics, and members, on the page of what a member follows
STYLES = {  # of their labels
    TopicLevel: "aside__link",
    CategoryLevel: "button button--plain",
    TagLevel: "button button--plain",
}
EFFECTIVE = {Topic: with_levels, Category: with_category_levels, Tag: with_tag_levels}
USUAL = "usual"  # in the form: no level of one's own


@never_cache
@for_members
def topic(request, topic_id):
    about = get_object_or_404(
        Topic.objects.visible_to(request.user).select_related("category"), pk=topic_id
    )
    return page(request, about, TopicLevel, Level, about.title)


@never_cache
@for_members
def category(request, category_id):
    about = get_object_or_404(Category.objects.visible_to(request.user), pk=category_id)
    return page(request, about, CategoryLevel, Level, about.name)


@never_cache
@for_members
def tag(request, tag_slug):
    about = get_object_or_404(Tag.objects.visible_to(request.user), names__slug=tag_slug)
    return page(request, about, TagLevel, Level, about.name)


@never_cache
@for_members
def member(request, username):
    try:
        about = User.objects.named(username)
    except User.DoesNotExist as error:
        raise Http404 from error
    if about == request.user:
        raise Http404
    return page(request, about, MemberLevel, Attention, about.display_name)


@never_cache
@require_safe
@for_members
def index(request):
    """What the member follows, mutes and ignores; scripts get the list alone.

    It has all categories, and the members, tags and topics that were chosen last. Earlier ones are
    on pages of their own: `?of=topics&before=` and the id of a level.
    """
    of, before = request.GET.get("of", ""), requested_id(request, "before")
    followed = {
        "members": MemberLevel.objects.select_related("other"),
        "tags": TagLevel.objects.filter(tag__in=visible(Tag, request)).select_related("tag"),
        "topics": TopicLevel.objects.filter(topic__in=visible(Topic, request))
        .exclude(level__isnull=True)
        .select_related("topic"),
    }
    if of and of not in followed:
        raise Http404
    context: dict = {"of": of}
    for name in [of] if of else followed:
        earlier = followed[name].filter(member=request.user, pk__lt=before)
        rows = list(earlier.order_by("-pk")[: PER_PAGE + 1])
        more = rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None
        context |= {name: rows[:PER_PAGE], f"more_{name}": more}
    if not of:
        mine = CategoryLevel.objects.filter(member=request.user)
        seen = mine.filter(category__in=visible(Category, request))
        context["categories"] = seen.select_related("category").order_by("category__name")
    part = "levels/_list.html" if is_part(request) else "levels/index.html"
    return render(request, part, context)


def effective(member, about):
    """The level of a topic may be that of its category, and that of a category its parent's."""
    annotated = EFFECTIVE[type(about)]
    return annotated(type(about).objects.filter(pk=about.pk), member).get().level


def visible(model, request):
    return model.objects.visible_to(request.user)


def page(request, about, model, levels, name):
    """The levels to choose from; scripts get them alone. A POST chooses one."""
    if request.method == "POST":
        level = request.POST.get("level", "")
        if level not in {USUAL, *map(str, levels.values)}:
            raise Http404
        chosen = None if level == USUAL else int(level)
        model.objects.choose(request.user, about, chosen)
        return redirect(about)
    chosen = model.objects.chosen_by(request.user, about)
    if "label" in request.GET and model in STYLES:
        label = {"level": effective(request.user, about), "path": request.path}
        return render(request, "levels/_label.html", label | {"style": STYLES[model]})
    context = {
        "about": about,
        "name": name,
        "kind": model.ABOUT,
        "levels": [(level, level == chosen) for level in reversed(levels)],
        "is_usual": chosen is None,
    }
    return render(request, "levels/_menu.html" if is_part(request) else "levels/show.html", context)
