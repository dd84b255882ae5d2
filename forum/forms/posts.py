from typing import cast

from django import forms
from django.contrib.auth.models import Group
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum import markdown
from forum.markdown.polls import BadPoll, PollText
from forum.models import polls

from .limits import RateLimited
from .short_text import ShortTextField, UncutField
from .submissions import TokenField, as_typed


class TextArea(forms.Textarea):
    """Renders the same as Django's, without its two templates: it is on every page of a topic."""

    def render(self, name, value, attrs=None, renderer=None):
        attributes = flatatt({"name": name} | self.build_attrs(self.attrs, attrs))
        return format_html(
            "<textarea{}>\n{}</textarea>", attributes, self.format_value(value) or ""
        )


class BodyField(UncutField):
    """Markdown as typed. Its length is checked before anything else processes it."""

    takes_poll = False  # whether the text is that of a first post
    poll = None  # as it is stored (see forum/models/polls.py)

    def __init__(self, takes_poll=False, **kwargs):
        self.takes_poll = takes_poll
        super().__init__(
            label=kwargs.pop("label", _("Text")),
            max_length=markdown.MAX_LENGTH,
            strip=False,  # four leading spaces make a code block
            widget=TextArea(attrs={"rows": 8, "data-composer": markdown.MAX_LENGTH, "dir": "auto"}),
            error_messages={"required": _("Please write something.")},
            **kwargs,
        )

    def to_python(self, value):
        return as_typed(super().to_python(value))

    def clean(self, value):
        body = super().clean(value)
        try:
            html = rendered(body, self.takes_poll, self.poll)
        except markdown.MarkdownError as error:
            raise forms.ValidationError(str(error)) from error
        # For example only a link definition, a comment or invisible characters.
        if markdown.is_blank(html):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return body


def rendered(body, takes_poll, poll=None):
    """A text as HTML; raises MarkdownError if it can't be rendered, or if its poll is refused.

    takes_poll: whether it is for a first post; poll: the one that this has, as it is stored.
    """
    found: list[PollText] = []
    html = markdown.render(body, polls=found)
    if takes_poll:
        polls.edited(poll, found)
    elif found:
        raise BadPoll(
            gettext("Only the first post of a topic can have a poll. Please begin a topic for it.")
        )
    return html


class ReplyForm(RateLimited, forms.Form):
    """A reply to a topic. `reply_to`, if given, is the number of the post that it answers, and
    becomes that Post.
    """

    body = BodyField(label=_("Your reply"))
    reply_to = forms.CharField(required=False)
    token = TokenField()

    def __init__(self, *args, topic=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.topic = topic

    def clean_reply_to(self):
        if self.cleaned_data["reply_to"] and not self.answered:
            raise forms.ValidationError(not_answerable(self.cleaned_data["reply_to"]))
        return self.answered

    @cached_property
    def answered(self):
        """The post that `reply_to` names, None if there is none that the author can read."""
        number = self["reply_to"].value() or ""
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            return None
        post = self.topic.posts.select_related("author").filter(number=int(number)).first()
        return post if post and post.can_be_read_by(self.author) else None


def not_answerable(number):
    return _(
        "You can't reply to post %(number)s any more. Untick “Replying to”, and your text will be"
        " a reply to the topic."
    ) % {"number": number[:20]}


class HideForm(RateLimited, forms.Form):
    rate = "hide"

    reason = ShortTextField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text=_("Shown to the author and to moderators, and to nobody else."),
    )


class HideVersionForm(HideForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Shown to moderators, and to nobody else.")


class EditForm(RateLimited, forms.Form):
    rate = "edit"

    body = BodyField()
    reason = ShortTextField(label=_("Reason for the edit"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args, post=None, **kwargs):
        super().__init__(*args, **kwargs)
        if post:
            body = cast(BodyField, self.fields["body"])
            body.takes_poll, body.poll = post.is_first, post.poll


class RevertForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class WikiForm(forms.Form):
    """Who may edit a post: `editors` is AUTHOR, EVERYBODY, or the id of a group."""

    AUTHOR, EVERYBODY = "author", "everybody"

    editors = forms.ChoiceField(label=_("Who may edit this post"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.groups = {str(group.pk): group for group in Group.objects.order_by("name")}
        self.choices = [
            (self.AUTHOR, _("Its author and moderators")),
            (self.EVERYBODY, _("Everybody who may write here")),
            *((pk, _("Members of %(group)s") % {"group": g}) for pk, g in self.groups.items()),
        ]
        cast(forms.ChoiceField, self.fields["editors"]).choices = self.choices

    @classmethod
    def initial_for(cls, post):
        without_group = cls.EVERYBODY if post.is_wiki else cls.AUTHOR
        return {"editors": str(post.wiki_group_id or without_group)}

    @property
    def is_wiki(self):
        return self.cleaned_data["editors"] != self.AUTHOR

    @property
    def group(self):
        return self.groups.get(self.cleaned_data["editors"])

    def apply(self, post):
        if self.is_wiki:
            post.make_wiki(self.group)
        else:
            post.end_wiki()

    @property
    def message(self):
        """What happened, for the log."""
        if not self.is_wiki:
            return gettext("No longer a wiki.")
        if self.group is None:
            return gettext("Made a wiki for everybody.")
        return gettext("Made a wiki for %(group)s.") % {"group": self.group}
