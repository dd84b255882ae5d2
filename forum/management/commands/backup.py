"""manage.py backup [FILE]"""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from forum import backups
from forum.backups.files import could_not_write
from forum.backups.uploads import FOLDER, Report
from forum.management.bars import bar


class Command(BaseCommand):
    help = _(
        "Copies the whole database into one file while the site runs, and all pictures and files"
        " into the folder uploads beside it. The file contains secrets: keep it safe."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            metavar="FILE",
            help=_("a new file (default: in var/backups/, named by the time in UTC)"),
        )

        parser.add_argument(
            "--without-uploads",
            action="store_true",
            help=_("leave out pictures and files, which something else copies"),
        )

    def handle(self, *, file, without_uploads, **options):
        report = None if without_uploads else Report()
        try:
            file = file or _next_file()
            with bar(self, _("Copying")) as advance:
                backups.back_up(connection, file, advance, report)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("%(file)s: %(size).1f MB.") % {"file": file, "size": file.stat().st_size / 1e6}
        )
        if report and report.files:
            self.stdout.write(
                _("%(files)d pictures and files in %(folder)s; new: %(size).1f MB.")
                % {
                    "files": report.files,
                    "folder": file.parent / FOLDER,
                    "size": report.copied / 1e6,
                }
            )
        if report and report.missing:
            self.stderr.write(
                _("%(count)d files are missing in the storage of uploads, for example %(file)s.")
                % {"count": len(report.missing), "file": report.missing[0]}
            )


def _next_file():
    folder = settings.VAR_DIR / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise backups.BackupError(could_not_write(folder, error.strerror)) from error
    return folder / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}{backups.suffix(connection)}"
