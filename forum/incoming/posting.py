"""Writes posts and topics as the site's own forms do, with the same rules."""

import base64
import logging

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.forms.posts import ReplyForm
from forum.forms.submissions import digest
from forum.forms.topics import TopicForm
from forum.forms.uploads import NotStored, markdown_of, stored
from forum.models import Category, Post, Topic
from forum.pages import topics
from forum.views.posts import TakesNoReplies, replied

logger = logging.getLogger(__name__)
OUT_OF_ORDER = 503


class FilesFirst(Exception):
    """What is attached has to be stored for this author (`member`), outside of the transaction.

    A storage may be slow, and storing locks the member's row, which a post locks after its topic.
    """

    def __init__(self, member):
        super().__init__(member)
        self.member = member


class Refused(Exception):
    """The mail is not posted; str() says why, for its sender."""


def reply(mail, letter, author, topic_id, post_id):
    """The Post that answers this post, or the topic if it can't be answered. Raises Refused."""
    try:
        topic = topics.topic(author, topic_id)
        post = topic.posts.select_related("author").filter(pk=post_id).first()
        number = str(post.number) if post and post.can_be_read_by(author) else ""
        data = {"body": text_of(mail, letter, letter.answer, author), "reply_to": number}
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
        "body": text_of(mail, letter, letter.body, author),
        "token": mail.token,
    }
    form = TopicForm(data, author=author)
    mark = marked(form, mail, reverse("create_topic"))
    if earlier := Post.objects.submitted(author, *mark).first():
        return earlier
    data = cleaned(form)
    begun = Topic.start(author, data["category"], data["title"], data["body"], *mark)
    return begun.posts.get(number=1)


def store_files(letter, author):
    """Upload what is attached, by the rules of the site's forms. Raises OSError of the storage."""
    letter.stored = []
    for name, content in letter.files:
        file = SimpleUploadedFile(name, base64.b64decode(content))
        try:
            upload = stored(author, file)
        except NotStored as error:
            if error.status == OUT_OF_ORDER:
                raise OSError(str(error)) from error
            logger.info("An attachment of a mail was left out: %s", error)
        else:
            letter.stored.append(markdown_of(upload, upload.filename))


def text_of(mail, letter, text, author):
    """The text of the post, what was attached, and a note on what was left out of that.

    Raises Refused and FilesFirst.
    """
    if mail.is_cut:
        raise Refused(_("Your mail is too large. Send it without attachments."))
    if letter.files and letter.stored is None:
        raise FilesFirst(author)
    text = "\n\n".join(filter(None, [text, *(letter.stored or [])]))
    if not text:
        raise Refused(_("There is no text in your mail, besides quotations and a signature."))
    if not letter.left_out:
        return text
    note = ngettext(
        "%(n)d attachment of the mail was left out.",
        "%(n)d attachments of the mail were left out.",
        letter.left_out,
    )
    return f"{text}\n\n*{note % {'n': letter.left_out}}*"


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
