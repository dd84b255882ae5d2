"""The accepted answer below its question."""

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from forum import markdown

SHOWN = 400  # characters of the answer


def box(question):
    """What a question shows of its answer; it must come from `for_display`."""
    answer = question.answer
    context = {
        "answer": answer,
        "is_on_page": answer.page == question.page,
        "text": markdown.excerpt(answer.html, SHOWN),
    }
    return mark_safe(render_to_string("answers/_answer.html", context).strip())  # noqa: S308 - our own template's
