"""What the forms for posts begin with: a text that was begun before, or none."""

from forum.forms import unsent
from forum.pages import personal


def form_for(request, path, form_class, initial=None, quoted=""):
    """An unbound form that sends to `path`, with what this member has begun there.

    That is what they sent while they were signed out, or else their draft, or else `initial`.
    `quoted` is added below a draft. The form has `draft`: the draft that it holds, or None.
    """
    waiting = unsent.initial(request, path, form_class)
    draft = None if waiting else personal.load(request.user, "draft", [path]).get(path)
    begun = waiting or fields_of(draft, form_class)
    if quoted:
        body = begun.get("body", "").rstrip()
        begun = begun | {"body": f"{body}\n\n{quoted}" if body else quoted}
    form = form_class(author=request.user, initial=(initial or {}) | begun)
    form.draft, form.path = draft, path
    return form


def fields_of(draft, form_class):
    if draft is None:
        return {}
    return {name: text for name, text in draft["fields"].items() if name in form_class.base_fields}
