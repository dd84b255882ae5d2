"""manage.py import_mbox FILE… --category NAME"""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from forum.importing import mbox
from forum.importing.converter import Workers
from forum.importing.importer import Importer
from forum.models import Category

PROBLEMS = {
    "author": gettext_lazy("without an author's address"),
    "charset": gettext_lazy("with an unknown character set, read as UTF-8 or Windows-1252"),
    "date": gettext_lazy("without a valid date, dated by the archive"),
    "encoding": gettext_lazy("with bytes that are invalid in their character set"),
    "header": gettext_lazy("with broken headers"),
    "id": gettext_lazy("without a Message-ID of their own"),
    "markup": gettext_lazy("too complex to render, shown as plain text"),
    "mime": gettext_lazy("with a broken structure"),
    "size": gettext_lazy("too long, cut"),
}
LEFT_OUT = {
    "advert": gettext_lazy("lines that advertise a mail program"),
    "alternative": gettext_lazy("other versions of a text that was imported"),
    "attachment": gettext_lazy("attachments, named below their posts"),
    "decoration": gettext_lazy("inline images and cryptographic signatures"),
    "end": gettext_lazy("ends of texts longer than a post may be"),
    "footer": gettext_lazy("mailing-list footers"),
    "notice": gettext_lazy("confidentiality notices and disclaimers"),
    "outside": gettext_lazy("texts before the first or after the last of several parts"),
    "signature": gettext_lazy("signatures below “--”"),
    "subject": gettext_lazy("ends of subjects longer than a title may be"),
}


class Command(BaseCommand):
    help = _(
        "Imports mailing-list archives (mbox, plain or gzip) into a category. Running it again adds"
        " nothing."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "files", nargs="+", metavar="FILE", help=_("the archives, in the order of their dates")
        )
        parser.add_argument(
            "--category",
            required=True,
            metavar="NAME",
            help=_("the category; created if it doesn't exist"),
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=os.cpu_count() or 1,
            metavar="N",
            help=_(
                "processes that convert messages; 0 does everything in one (default: one per core)"
            ),
        )

    def handle(self, *, files, category, workers, **options):
        self._check(files)
        workers = Workers(max(workers, 0))
        importer = Importer(_category(category), workers)
        try:
            errors = self._import(importer, files)
        finally:
            workers.close()
        self._report(importer.report)
        if errors:
            raise CommandError("\n".join(map(str, errors)))

    def _check(self, files):
        """Check all files before anything is written, to report mistyped names at once."""
        errors = []
        for path in files:
            try:
                mbox.check(path)
            except mbox.ArchiveError as error:
                errors.append(str(error))
        if errors:
            raise CommandError("\n".join([*errors, _("Nothing was imported.")]))

    def _import(self, importer, files):
        errors, done = [], 0
        with self._progress() as progress:
            bar = progress.add_task(
                "", total=sum(Path(path).stat().st_size for path in files), posts=0
            )
            for path in files:
                importer.advance = lambda position, done=done: progress.update(
                    bar, completed=done + position, posts=importer.report.added
                )
                progress.update(bar, description=Path(path).name)
                try:
                    importer.run(path)
                except mbox.ArchiveError as error:
                    errors.append(error)
                done += Path(path).stat().st_size
                progress.update(bar, completed=done)
        return errors

    def _progress(self):
        stream: Any = self.stderr._out  # the stream inside Django's wrapper
        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn(_("{task.fields[posts]} posts")),
            TimeRemainingColumn(),
            console=Console(file=stream, markup=False, highlight=False),
            transient=True,
        )

    def _report(self, report):
        write = self.stdout.write
        write(_("%d messages read, %d imported.") % (report.read, report.added))
        write(_("%d new topics, %d new authors.") % (report.topics, report.authors))
        if report.duplicates:
            write(_("%d were there already.") % report.duplicates)
        for name, count in sorted(report.problems.items()):
            write(f"{count} {PROBLEMS[name]}.")
        if report.left_out.total():
            write(_("Left out of the imported messages:"))
            for name, count in sorted((+report.left_out).items()):
                write(f"  {count} {LEFT_OUT[name]}")
        if report.failed:
            write(self.style.WARNING(_("%d could not be imported:") % report.failed))
            for failure in report.failures:
                write(f"  {failure.separator}: {failure.reason}")


def _category(name):
    """The category with this name, created if it doesn't exist. Raises CommandError."""
    name = name.strip()
    if category := Category.objects.filter(name=name).first():
        return category
    category = Category(name=name)
    try:
        category.full_clean()
    except ValidationError as error:
        raise CommandError(_("--category: %s") % " ".join(error.messages)) from error
    try:
        category.save()
    except IntegrityError:  # another import has just created it
        return Category.objects.get(name=name)
    return category
