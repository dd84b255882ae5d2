from django import forms
from django.utils.translation import gettext_lazy as _

from forum.models import Category
from forum.models.topics import TITLE_LENGTH

from .guarded import Guarded
from .limits import RateLimited
from .posts import BodyField
from .short_text import ShortTextField
from .submissions import TokenField
from .tags import Tagging, TagsField


class TitleField(ShortTextField):
    def __init__(self):
        super().__init__(
            label=_("Title"),
            min_length=3,
            max_length=TITLE_LENGTH,
            widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        )


class CategoryField(forms.ModelChoiceField):
    def __init__(self):
        super().__init__(
            Category.objects.none(), label=_("Category"), empty_label=_("Choose a category")
        )

    def label_from_instance(self, category):
        return f"{category.parent.name} › {category.name}" if category.parent else category.name


class TopicForm(Tagging, RateLimited, forms.Form):
    rate = "topic"

    title = TitleField()
    category = CategoryField()
    tags = TagsField()
    body = BodyField(takes_poll=True)
    token = TokenField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        writable = Category.objects.writable_by(self.author)
        category_field(self).queryset = writable.select_related("parent").in_order()

    def has_categories(self):
        return category_field(self).queryset.exists()


class TitleForm(Tagging, Guarded, RateLimited, forms.Form):
    """Title and tags of a topic. `stored` has the tags as the field does: see `stored_tags`."""

    rate = "rename"

    title = TitleField()
    tags = TagsField()

    def __init__(self, *args, category, **kwargs):
        super().__init__(*args, **kwargs)
        self.category = category

    def tag_category(self):
        return self.category


class MoveForm(forms.Form):
    category = CategoryField()

    def __init__(self, *args, moderator, **kwargs):
        super().__init__(*args, **kwargs)
        category_field(self).queryset = (
            Category.objects.visible_to(moderator).select_related("parent").in_order()
        )


def category_field(form):
    """As an untyped value: Django's types know no field of a form by its class."""
    return form.fields["category"]
