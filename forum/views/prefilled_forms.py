"""Initial content of the forms for posts: unsent text, a draft, or a quotation."""

from forum.forms import unsent
from forum.pages import personal


def form_for(request, path, form_class, initial=None, quoted="", **options):
    """An unbound form that posts to `path`, filled with what this member has begun to write.

    That is what they sent while signed out, or else their draft, or else `initial`. `quoted` is
    appended. `options` are the form's own. `form.draft` is the draft that it contains, or None;
    `form.stored` is the text that stood there without it.
    """
    waiting = unsent.initial(request, path, form_class)
    draft = None if waiting else personal.load(request.user, "draft", [path]).get(path)
    begun = waiting or fields_of(draft, form_class)
    if quoted:
        body = begun.get("body", "").rstrip()
        begun = begun | {"body": f"{body}\n\n{quoted}" if body else quoted}
    form = form_class(author=request.user, initial=(initial or {}) | begun, **options)
    form.draft, form.path = draft, path
    form.stored = quoted or (initial or {}).get("body", "")
    return form


def fields_of(draft, form_class):
    if draft is None:
        return {}
    return {name: text for name, text in draft["fields"].items() if name in form_class.base_fields}
