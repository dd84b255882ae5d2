"""manage.py backup [FILE]"""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from forum import backups
from forum.backups.files import could_not_write
from forum.management.bars import bar


class Command(BaseCommand):
    help = _(
        "Copies the whole database into one file while the site runs. The file contains secrets:"
        " keep it safe."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            metavar="FILE",
            help=_("a new file (default: in var/backups/, named by the time in UTC)"),
        )

    def handle(self, *, file, **options):
        try:
            file = file or _next_file()
            with bar(self, _("Copying")) as advance:
                backups.back_up(connection, file, advance)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("%(file)s: %(size).1f MB.") % {"file": file, "size": file.stat().st_size / 1e6}
        )


def _next_file():
    folder = settings.VAR_DIR / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise backups.BackupError(could_not_write(folder, error.strerror)) from error
    return folder / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}{backups.suffix(connection)}"
