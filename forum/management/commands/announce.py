"""manage.py announce "TEXT" --until 2h"""

import re
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from forum.models import Announcement

UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LENGTH = re.compile(r"([0-9]{1,5})([mhd])", re.ASCII)


class Command(BaseCommand):
    help = _(
        "Shows an announcement on every page of the forum, including pages that are already open."
    )

    def add_arguments(self, parser):
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "text",
            nargs="?",
            metavar="TEXT",
            help=_("Markdown in one line, at most 300 characters"),
        )
        what.add_argument("--list", action="store_true", help=_("lists the current announcements"))
        what.add_argument(
            "--end", type=int, metavar="N", help=_("removes announcement N from all pages")
        )
        parser.add_argument(
            "--until", metavar="WHEN", help=_("30m, 2h, 3d or 2026-12-01T18:00 (in UTC)")
        )

    def handle(self, *, text, until, end, **options):
        if until and text is None:
            raise CommandError(
                _("--until needs a TEXT to announce; add the text, or leave --until out.")
            )
        if end is not None:
            self._end(end)
        elif text is not None:
            self._announce(text, until)
        else:
            self._list()

    def _announce(self, text, until):
        try:
            announcement = Announcement.objects.announce(text, moment(until) if until else None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(
            _("Announced. To remove it: manage.py announce --end %d") % announcement.pk
        )

    def _list(self):
        announcements = list(Announcement.objects.current())
        for one in announcements:
            until = f" (until {one.until:%Y-%m-%dT%H:%M})" if one.until else ""
            self.stdout.write(f"{one.pk}  {one.text}{until}")
        if not announcements:
            self.stdout.write(_("There are no announcements."))

    def _end(self, number):
        announcement = Announcement.objects.current().filter(pk=number).first()
        if announcement is None:
            raise CommandError(
                _(
                    "There is no announcement with this number. List them with: manage.py announce"
                    " --list"
                )
            )
        announcement.end()
        self.stdout.write(_("Ended."))


def moment(text):
    """The time given as `30m`, `2h`, `3d` or an ISO date and time. Raises CommandError."""
    if length := LENGTH.fullmatch(text):
        return timezone.now() + timedelta(**{UNITS[length[2]]: int(length[1])})
    try:
        when = parse_datetime(text)
    except ValueError:
        when = None
    if when is None:
        raise CommandError(_("--until takes a time like 30m, 2h, 3d or 2026-12-01T18:00."))
    return when if timezone.is_aware(when) else timezone.make_aware(when)
