"""The accepted answer below its question, and both as data that search engines read."""

import json

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from forum import markdown

SHOWN = 400  # characters of the answer
DESCRIBED = 5000  # characters of each text for search engines
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}  # so that no text ends the script


def box(question):
    """What a question shows of its answer; it must come from `for_display`."""
    answer = question.answer
    context = {
        "answer": answer,
        "is_on_page": answer.page == question.page,
        "text": markdown.excerpt(answer.html, SHOWN),
    }
    return mark_safe(render_to_string("answers/_answer.html", context).strip())  # noqa: S308 - our own template's


def structured(topic, question):
    """A question and its answer as JSON-LD: schema.org/QAPage. Texts are for guests to read."""
    data = {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "mainEntity": {
            "@type": "Question",
            "name": topic.title,
            **described(question),
            "answerCount": topic.replies,
            "acceptedAnswer": {"@type": "Answer", **described(question.answer)},
        },
    }
    script = json.dumps(data).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{script}</script>')  # noqa: S308 - escaped


def described(post):
    return {
        "text": markdown.excerpt(post.html, DESCRIBED),
        "url": settings.SITE_URL + post.get_absolute_url(),
        "dateCreated": post.created_at.isoformat(),
        "upvoteCount": post.reactions.get("thumbs-up", 0),
        "author": {
            "@type": "Person",
            "name": post.author.display_name,
            "url": settings.SITE_URL + post.author.get_absolute_url(),
        },
    }
