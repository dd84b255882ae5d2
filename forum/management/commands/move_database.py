"""manage.py move_database --to postgres://user:password@host/name"""

from dataclasses import dataclass, field

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from forum.backups import database_move, uploads
from forum.management.bars import bar

NAMED = 20  # rows that are listed one by one


@dataclass
class Report:
    tables: int = 0
    rows: int = 0
    stripped: list = field(default_factory=list)  # (table, key, column)


class Command(BaseCommand):
    help = _(
        "Copies everything from SQLite to an empty PostgreSQL database. Stop the site first. If"
        " interrupted, run it again: it resumes where it stopped."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--to",
            required=True,
            metavar="URL",
            help=_(
                "postgres://user:password@host/name; without a password, PGPASSWORD or ~/.pgpass is"
                " used"
            ),
        )

    def handle(self, *, to, **options):
        report = Report()
        try:
            with bar(self) as advance:
                database_move.move(to, report, advance)
        except database_move.MoveError as error:
            raise CommandError(str(error)) from error
        self._report(report, to)

    def _report(self, report, to):
        write = self.stdout.write
        write(
            _("%(rows)d rows copied; all %(tables)d tables are identical on both sides.")
            % vars(report)
        )
        if report.stripped:
            write(
                _("PostgreSQL can't store NUL characters; they were removed from %d texts:")
                % len(report.stripped)
            )
            for table, key, column in report.stripped[:NAMED]:
                write(f"  {table} {key}: {column}")
        if missing := uploads.missing():
            write(
                _("%(count)d files of uploads are missing in their storage, for example %(file)s.")
                % {"count": len(missing), "file": missing[0]}
            )
        write(_("Replace DATABASE_URL in .env with this, then start the site:"))
        write(f"    DATABASE_URL={to}")
