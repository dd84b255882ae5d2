"""The field for tags: names with commas between them, in any order."""

import re

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from forum.models import Tag, User
from forum.models.tags import check_name, key_of

from .short_text import ShortTextField

LONGEST = 400  # characters in the field
SEPARATOR = re.compile(r"[,;\n]")


class TagsField(ShortTextField):
    """Names as text, each once and in one order, with commas between them."""

    def __init__(self):
        super().__init__(
            label=gettext_lazy("Tags"),
            required=False,
            max_length=LONGEST,
            widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            help_text=format_lazy(
                gettext_lazy("At most {most}, with commas between them."),
                most=settings.TAGS_PER_TOPIC,
            ),
        )

    def to_python(self, value):
        text = super().to_python(value)
        return text if len(text) > LONGEST else text_of(names_in(text))


class Tagging(forms.BaseForm):
    """A form mixin: `tags` becomes the text of what the topic is to have, `tagged` its Tags.

    present: TagLinks of the topic that the form edits. Of these, those which its author may not use
    stay as they are and are not in the field.
    """

    author: User
    tagged: tuple[Tag, ...] = ()
    new_names: tuple[str, ...] = ()

    def __init__(self, *args, present=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.present = present

    @property
    def shows_tags(self):
        """Whether there are tags to choose from, or something was typed."""
        if not settings.TAGS_PER_TOPIC:
            return False
        typed = self["tags"].value() or self.errors.get("tags")
        return bool(
            typed or settings.MEMBERS_MAKE_TAGS or Tag.objects.visible_to(self.author).exists()
        )

    def tag_category(self):
        """The Category of the topic; None if none was chosen."""
        return self.cleaned_data.get("category")

    def clean_tags(self):
        category = self.tag_category()
        if category is None:
            return self.cleaned_data["tags"]
        usable = Tag.objects.usable_by(self.author, category)
        kept = self._kept(usable)
        if self.add_prefix("tags") not in self.data:  # a form from before there were tags
            self.tagged = tuple(Tag.objects.filter(pk__in=[link.pk for link in self.present]))
            return text_of(link.name for link in self.present if link.pk not in kept)
        names = names_in(self.cleaned_data["tags"])
        refuse_too_many(len(names) + len(kept))
        found = usable.named(names) | self._own(names)
        self.new_names = tuple(name for name in names if name not in found)
        if self.new_names:
            self._check_new(self.new_names)
        chosen = {tag.pk: tag for tag in found.values()}
        self.tagged = (*chosen.values(), *Tag.objects.filter(pk__in=kept - set(chosen)))
        in_field = [tag.name for pk, tag in chosen.items() if pk not in kept]
        return text_of([*in_field, *self.new_names])

    def _kept(self, usable):
        """Ids of those that the topic has and its author may not use."""
        own = {link.pk for link in self.present}
        return own - set(usable.filter(pk__in=own).values_list("pk", flat=True)) if own else own

    def _own(self, names):
        """{name: Tag} of those that the topic has already."""
        if not self.present:
            return {}
        return Tag.objects.filter(pk__in=[link.pk for link in self.present]).named(names)

    def _check_new(self, names):
        known = Tag.objects.visible_to(self.author).named(names)
        if settings.MEMBERS_MAKE_TAGS and not known:
            for name in names:
                check_name(name)
            return
        unusable = _("You can't use the tag “%(name)s” here. Please leave it out.")
        missing = _("There is no tag “%(name)s”. Choose one that there is, or leave it out.")
        raise ValidationError(
            [(unusable if name in known else missing) % {"name": name[:60]} for name in names]
        )

    def chosen_tags(self):
        """`tagged`, with those that its author makes."""
        return [*self.tagged, *(Tag.objects.get_or_make(name) for name in self.new_names)]


def refuse_too_many(number):
    over = number - settings.TAGS_PER_TOPIC
    if over > 0:
        raise ValidationError(
            ngettext(
                "A topic can have %(most)d tags. Please leave out %(n)d of these.",
                "A topic can have %(most)d tags. Please leave out %(n)d of these.",
                over,
            )
            % {"most": settings.TAGS_PER_TOPIC, "n": over}
        )


def stored_tags(topic, member):
    """The tags of a topic as the field has them for `member`."""
    if not topic.tag_list:
        return ""
    usable = Tag.objects.usable_by(member, topic.category)
    own = usable.filter(pk__in=[link.pk for link in topic.tags])
    return text_of(own.values_list("name", flat=True))


def names_in(text):
    """The names in a text, each key once."""
    names = [name.strip() for name in SEPARATOR.split(text)]
    return list({key_of(name) or name: name for name in names if name}.values())


def text_of(names):
    return ", ".join(sorted(names, key=key_of))
