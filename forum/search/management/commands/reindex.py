"""manage.py reindex"""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from rich.progress import Progress

from forum.models import Post
from forum.search import engines, reindexing, standing
from forum.search.learning import learn_batch

SHOWN = 10  # differences


class Command(BaseCommand):
    help = _(
        "Writes the search entries that are missing, or were made by an older version. The site may"
        " run meanwhile; stopped, it continues where it was."
    )

    def add_arguments(self, parser):
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--check", action="store_true", help=_("Only compare the index with the posts.")
        )
        choice.add_argument(
            "--repair",
            action="store_true",
            help=_("Compare the index with the posts, and make anew what differs."),
        )

    def handle(self, check, repair, **options):
        with Progress(disable=not self.stdout.isatty()) as progress:
            task = progress.add_task(_("Posts"), total=Post.objects.count())

            def advance(posts):
                progress.advance(task, posts)

            if check:
                return self.compare(advance)
            written = reindexing.repair(advance) if repair else reindexing.reindex(advance)
            while learn_batch():
                pass
            standing.refresh()
        self.stdout.write(_("%(n)d entries were written.") % {"n": written})
        return None

    def compare(self, advance):
        found = list(reindexing.differences(advance))
        lost = engines.inconsistencies()
        for pk, wrong in found[:SHOWN]:
            self.stdout.write(f"{pk}: {wrong}")
        if found or lost:
            raise CommandError(
                _(
                    "%(n)d entries differ from their posts%(lost)s. Run manage.py reindex"
                    " --repair, and please report it."
                )
                % {"n": len(found), "lost": f"; {lost}" if lost else ""}
            )
        self.stdout.write(_("The index has what the posts have."))
