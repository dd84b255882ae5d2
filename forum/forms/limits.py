"""Forms with a rate limit: refused with everything that was typed."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.cache import rate_limits


class RateLimited:
    """For a form: `rate` is a name in settings.RATES, `author` who sends it. Moderators are not
    counted here.
    """

    rate = "post"
    # what a form that makes a post is recognised by: sent again, or twice at once, it counts once
    mark = None

    def __init__(self, *args, author=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.author = author

    def clean(self):
        cleaned = super().clean()
        if (
            not self.errors
            and self.counts()
            and not self.author.is_moderator
            and (wait := self._seconds_to_wait())
        ):
            raise forms.ValidationError(too_often(wait), code="rate")
        return cleaned

    def _seconds_to_wait(self):
        if self.mark:
            return rate_limits.seconds_to_wait_once(self.rate, self.author.pk, self.mark)
        return rate_limits.seconds_to_wait(self.rate, self.author.pk)

    def counts(self):
        """Whether this asks for anything to be done, as what is sent again does not."""
        return True


def too_often(wait):
    """What to tell somebody who has to wait for so many seconds."""
    return _("You're doing this too often. Please wait %(time)s, then send it again.") % {
        "time": duration(wait)
    }


def duration(seconds):
    """Rounded up, so that nobody comes back too soon."""
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 7200:
        return ngettext("%(n)d minute", "%(n)d minutes", -(-seconds // 60)) % {
            "n": -(-seconds // 60)
        }
    return ngettext("%(n)d hour", "%(n)d hours", -(-seconds // 3600)) % {"n": -(-seconds // 3600)}
