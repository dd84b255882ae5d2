from django import forms
from django.utils.translation import gettext_lazy as _

from forum import markdown

from .limits import RateLimited
from .short_text import ShortTextField, UncutField
from .submissions import TokenField, as_typed


class BodyField(UncutField):
    """Markdown as typed. Its length is checked before anything else processes it."""

    def __init__(self, **kwargs):
        super().__init__(
            label=kwargs.pop("label", _("Text")),
            max_length=markdown.MAX_LENGTH,
            strip=False,  # four leading spaces make a code block
            widget=forms.Textarea(
                attrs={"rows": 8, "data-composer": markdown.MAX_LENGTH, "dir": "auto"}
            ),
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
        # For example only a link definition, a comment or invisible characters.
        if markdown.is_blank(html):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return body


class ReplyForm(RateLimited, forms.Form):
    body = BodyField(label=_("Your reply"))
    token = TokenField()


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


class RevertForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
