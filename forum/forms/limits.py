"""Forms with a rate limit; a refused form keeps everything that was typed."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forum.cache import rate_limits


class RateLimited(forms.BaseForm):
    """A form mixin: `rate` is a key of settings.RATES, `author` a member. Moderators are exempt."""

    rate = "post"
    # Identifies a submission that creates a post (see views/submissions.py), so that a repetition,
    # even a concurrent one, counts only once.
    mark = None
    wait = 0  # seconds, once it was refused for being sent too often

    def __init__(self, *args, author=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.author = author

    def clean(self):
        cleaned = super().clean()
        if (
            not self.errors
            and self.is_counted()
            and not self.author.is_moderator
            and self._is_too_often()
        ):
            raise forms.ValidationError(rate_limit_message(self.wait), code="rate")
        return cleaned

    def _is_too_often(self):
        if self.mark:
            self.wait = rate_limits.seconds_to_wait_once(self.rate, self.author.pk, self.mark)
        else:
            self.wait = rate_limits.seconds_to_wait(self.rate, self.author.pk)
        return self.wait > 0

    def is_counted(self):
        """Whether this counts towards the limit; a repetition that changes nothing does not."""
        return True


def rate_limit_message(wait):
    """The error message for a member who has to wait `wait` seconds."""
    return _("You're doing this too often. Please wait %(time)s, then send it again.") % {
        "time": duration(wait)
    }


def duration(seconds):
    """Seconds as text, rounded up to minutes or hours, so that nobody retries too soon."""
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 7200:
        return ngettext("%(n)d minute", "%(n)d minutes", -(-seconds // 60)) % {
            "n": -(-seconds // 60)
        }
    return ngettext("%(n)d hour", "%(n)d hours", -(-seconds // 3600)) % {"n": -(-seconds // 3600)}
