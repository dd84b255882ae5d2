from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from forum.models import Level

from . import kinds, preferences
from .mailing import digests, times
from .models import Preferences
from .push import keys

MAIL = [("off", _("No email")), ("single", _("An email each")), ("digest", _("In the digest"))]
HOURS = ("quiet_from", "quiet_to")
TIME = {"type": "time"}


class PreferencesForm(forms.ModelForm):
    """For each kind a box for page and push, and a choice for email; then the other fields."""

    class Meta:
        model = Preferences
        fields = [
            "digest",
            "mailing_list",
            "quiet_from",
            "quiet_to",
            "paused_until",
            "time_zone",
            "language",
            "own_topics",
            "after_reply",
        ]
        help_texts = {
            "mailing_list": _(
                "At once, as on a mailing list, from all categories that you can read; not of what"
                " you have muted."
            )
        }
        widgets = {
            "quiet_from": forms.TimeInput(attrs=TIME, format="%H:%M"),
            "quiet_to": forms.TimeInput(attrs=TIME, format="%H:%M"),
            "paused_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].widget = forms.Select(choices=zones())
        self.fields["language"].widget = forms.Select(choices=languages())
        for name, level in preferences.usual_levels().items():
            usual = gettext("As usual here: %(level)s") % {"level": level.label}
            self.fields[name].widget.choices = [("", usual), *Level.choices]
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]
        if keys.public():
            self.fields["paused_until"].label = _("No emails and pushes until")
        for kind in kinds.ALL:
            chosen = preferences.ways(self.instance, kind)
            self.fields |= {  # the page labels columns and rows; each field needs both
                f"{kind.name}-page": forms.BooleanField(
                    required=False, initial=chosen.page, label=_("On pages")
                ),
                f"{kind.name}-push": forms.BooleanField(
                    required=False, initial=chosen.push, label=_("Push")
                ),
                f"{kind.name}-mail": forms.ChoiceField(
                    choices=MAIL, initial=chosen.mail, label=_("Email")
                ),
            }
            if not keys.public():
                del self.fields[f"{kind.name}-push"]
            for way in self.ways:
                field = self.fields[f"{kind.name}-{way}"]
                field.widget.attrs["aria-label"] = f"{kind.label}: {field.label}"

    @property
    def ways(self):
        """Those that this forum offers."""
        return ("page", "push", "mail") if keys.public() else ("page", "mail")

    @property
    def rows(self):
        """(Kind, its bound fields, one for each of the ways) for each kind."""
        return [(kind, [self[f"{kind.name}-{way}"] for way in self.ways]) for kind in kinds.ALL]

    def clean(self):
        super().clean()
        match [name for name in HOURS if self.cleaned_data.get(name) is None]:
            case [name] if name not in self.errors:
                self.add_error(name, _("Enter both times, or neither."))

    def save(self, commit=True):
        for kind in kinds.ALL:
            chosen = {way: self.cleaned_data[f"{kind.name}-{way}"] for way in self.ways}
            preferences.choose(self.instance, kind, **chosen)
        with transaction.atomic():
            saved = super().save(commit)
            digests.reschedule(saved)
        return saved


def zones():
    """The choices of time zones, “Area/City”, by area; the stored values are IANA's names."""
    areas: dict[str, list] = {}
    for name in sorted(times.zone_names()):
        area, slash, city = name.partition("/")
        if slash and area not in ("Etc", "SystemV"):
            areas.setdefault(area, []).append((name, city.replace("_", " ")))
    return [("", settings.TIME_ZONE), *areas.items()]


def languages():
    usual = dict(settings.LANGUAGES)[settings.LANGUAGE_CODE]
    return [("", usual), *(one for one in settings.LANGUAGES if one[0] != settings.LANGUAGE_CODE)]
