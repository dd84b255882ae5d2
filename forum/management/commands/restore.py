"""manage.py restore FILE [--yes]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from forum import backups
from forum.backups.uploads import Report
from forum.management.bars import bar


class Command(BaseCommand):
    help = _(
        "Replaces everything in the database with a backup, and puts its pictures and files back."
        " Open pages reload themselves."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "file", type=Path, metavar="FILE", help=_("a file made by `manage.py backup`")
        )
        parser.add_argument(
            "--without-uploads",
            action="store_true",
            help=_("restore the database alone; pictures and files are as they are"),
        )
        parser.add_argument("--yes", action="store_true", help=_("don't ask for confirmation"))

    def handle(self, *, file, yes, without_uploads, **options):
        report = None if without_uploads else Report()
        try:
            backups.check(connection, file, with_uploads=not without_uploads)
            if not yes:
                self._ask(file)
            with bar(self, _("Restoring")) as advance:
                backups.restore(connection, file, advance, report)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("%s has been restored. Open pages reload themselves.") % file)
        if report and report.missing:
            self.stderr.write(
                _("%(count)d files were missing already when it was made, for example %(file)s.")
                % {"count": len(report.missing), "file": report.missing[0]}
            )

    def _ask(self, file):
        question = _(
            "Replace the whole database %(name)s with %(file)s? Anything written since then will be"
            " lost. [y/N] "
        )
        try:
            answer = input(question % {"name": connection.settings_dict["NAME"], "file": file})
        except EOFError as error:
            raise CommandError(
                _("There is no terminal to ask for confirmation; pass --yes.")
            ) from error
        if answer.strip().casefold() not in {"y", "yes", _("yes").casefold()}:
            raise CommandError(_("Nothing was changed."))
