"""Writes posts and topics as the site's own forms do, with the same rules."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.forms.posts import ReplyForm
from forum.forms.submissions import digest
from forum.forms.topics import TopicForm
from forum.models import Category, Post, Topic
from forum.pages import topics
from forum.views.posts import TakesNoReplies, replied


class Refused(Exception):
    """The mail is not posted; str() says why, for its sender."""


def reply(mail, letter, author, topic_id, post_id):
    """The Post that answers this post, or the topic if it can't be answered. Raises Refused."""
    try:
        topic = topics.topic(author, topic_id)
        post = topic.posts.select_related("author").filter(pk=post_id).first()
        number = str(post.number) if post and post.can_be_read_by(author) else ""
        data = {"body": text_of(mail, letter, letter.answer), "reply_to": number}
        form = ReplyForm(data | {"token": mail.token}, author=author, topic=topic)
        mark = marked(form, mail, reverse("create_reply", args=[topic.pk]))
        if earlier := Post.objects.submitted(author, *mark).first():
            return earlier
        return replied(topic, author, cleaned(form), mark)
    except TakesNoReplies as refusal:
        raise Refused(str(refusal)) from refusal
    except Http404 as error:
        raise Refused(
            _("The topic doesn't exist any more, or you can't read it any more.")
        ) from error


def topic(mail, letter, author, category):
    """The first Post of the topic that the letter begins. Raises Refused."""
    if not Category.objects.writable_by(author).filter(pk=category.pk).exists():
        raise Refused(_("You can't begin topics at this address."))
    data = {
        "title": letter.title,
        "category": str(category.pk),
        "body": text_of(mail, letter, letter.body),
        "token": mail.token,
    }
    form = TopicForm(data, author=author)
    mark = marked(form, mail, reverse("create_topic"))
    if earlier := Post.objects.submitted(author, *mark).first():
        return earlier
    data = cleaned(form)
    begun = Topic.start(author, data["category"], data["title"], data["body"], *mark)
    return begun.posts.get(number=1)


def text_of(mail, letter, text):
    """The text of the post, with a note on what was left out. Raises Refused."""
    if mail.is_cut:
        raise Refused(_("Your mail is too large. Send it without attachments."))
    if not text:
        raise Refused(_("There is no text in your mail, besides quotations and a signature."))
    if not letter.attachments:
        return text
    note = ngettext(
        "%(n)d attachment of the mail was left out.",
        "%(n)d attachments of the mail were left out.",
        letter.attachments,
    )
    return f"{text}\n\n*{note % {'n': letter.attachments}}*"


def marked(form, mail, path):
    """The (token, digest) by which the form is recognised if it is sent again."""
    mark = mail.token, digest(form, path)
    form.mark = " ".join(mark)
    return mark


def cleaned(form):
    """The form's data. Raises Refused."""
    if form.is_valid():
        return form.cleaned_data
    labels = {name: field.label for name, field in form.fields.items()}
    raise Refused(
        " ".join(
            f"{labels[name]}: {error}" if labels.get(name) else str(error)
            for name, errors in form.errors.items()
            for error in errors
        )
    )
