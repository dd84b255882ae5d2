"""manage.py restore FILE [--yes]"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from forum import backups
from forum.management.bars import bar


class Command(BaseCommand):
    help = _("Puts a backup in the place of everything in the database. Pages that are open load themselves anew.")
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE", help=_("what `manage.py backup` has made"))
        parser.add_argument("--yes", action="store_true", help=_("do not ask"))

    def handle(self, *, file, yes, **options):
        try:
            backups.check(connection, file)
            if not yes:
                self._ask(file)
            with bar(self, _("Restoring")) as advance:
                backups.restore(connection, file, advance)
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_("%s is restored. Pages that are open load themselves anew.") % file)

    def _ask(self, file):
        question = _("Replace everything in the database %(name)s by %(file)s? What was written since is lost. [y/N] ")
        try:
            answer = input(question % {"name": connection.settings_dict["NAME"], "file": file})
        except EOFError as error:
            raise CommandError(_("Nobody is there to be asked; say --yes.")) from error
        if answer.strip().casefold() not in {"y", "yes", _("yes").casefold()}:
            raise CommandError(_("Nothing was changed."))
