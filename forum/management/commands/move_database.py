"""manage.py move_database --to postgres://user:password@host/name"""

from dataclasses import dataclass, field

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from forum import moving
from forum.management.bars import bar

NAMED = 20  # rows that are listed one by one


@dataclass
class Report:
    tables: int = 0
    rows: int = 0
    stripped: list = field(default_factory=list)  # (table, key, column)


class Command(BaseCommand):
    help = _(
        "Carries everything from SQLite to an empty PostgreSQL database. Stop the site first. When it is interrupted,"
        " run it again: it goes on where it stopped."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--to",
            required=True,
            metavar="URL",
            help=_("postgres://user:password@host/name; without a password, PGPASSWORD or ~/.pgpass is asked"),
        )

    def handle(self, *, to, **options):
        report = Report()
        try:
            with bar(self) as advance:
                moving.move(to, report, advance)
        except moving.MoveError as error:
            raise CommandError(str(error)) from error
        self._tell(report, to)

    def _tell(self, report, to):
        say = self.stdout.write
        say(_("%(rows)d rows copied; all %(tables)d tables are equal on both sides.") % vars(report))
        if report.stripped:
            say(_("PostgreSQL cannot store the character NUL; it was left out of %d texts:") % len(report.stripped))
            for table, key, column in report.stripped[:NAMED]:
                say(f"  {table} {key}: {column}")
        say(_("Put this into .env in place of the former DATABASE_URL, then start the site:"))
        say(f"    DATABASE_URL={to}")
