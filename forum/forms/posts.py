from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from forum import markdown, rates

from .short_text import ShortTextField
from .submissions import TokenField, as_typed


class BodyField(forms.CharField):
    """Markdown as somebody typed it. Its length is checked before anything else looks at it."""

    def __init__(self, **kwargs):
        super().__init__(
            label=kwargs.pop("label", _("Text")),
            max_length=markdown.MAX_LENGTH,
            strip=False,  # four spaces before the first word make it code
            widget=forms.Textarea(attrs={"rows": 8, "data-composer": "", "dir": "auto"}),
            error_messages={"required": _("Please write something.")},
            **kwargs,
        )

    def to_python(self, value):
        return as_typed(super().to_python(value))

    def clean(self, value):
        body = super().clean(value)
        try:
            html = markdown.render(body)
        except markdown.MarkdownError as error:
            raise forms.ValidationError(str(error)) from error
        if markdown.is_blank(html):  # a comment, the address of a link that is not there, or characters that don't show
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return body


class RateLimited(forms.Form):
    """A form that refuses, text intact, when its author sends too many. `rate` is a name in settings.RATES."""

    rate = "post"

    def __init__(self, *args, author=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.author = author

    def clean(self):
        cleaned = super().clean()
        if not self.errors and not self.author.is_moderator:
            wait = rates.seconds_to_wait(self.rate, self.author.pk)
            if wait:
                raise forms.ValidationError(
                    ngettext(
                        "You are posting very quickly. Please send this again in %(wait)d second.",
                        "You are posting very quickly. Please send this again in %(wait)d seconds.",
                        wait,
                    )
                    % {"wait": wait}
                )
        return cleaned


class ReplyForm(RateLimited):
    body = BodyField(label=_("Your reply"))
    token = TokenField()


class EditForm(RateLimited):
    rate = "edit"

    body = BodyField()
    reason = ShortTextField(label=_("Reason for the edit"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
