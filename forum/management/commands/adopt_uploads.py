"""manage.py adopt_uploads"""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from forum.uploads import ownership


class Command(BaseCommand):
    help = _(
        "Has the storage of uploads belong to this database, after it was moved. Only workers of"
        " the database that it belongs to delete files there."
    )

    def handle(self, **options):
        try:
            ownership.adopt()
        except OSError as error:
            raise CommandError(
                _("The storage does not work: %(error)s") % {"error": error}
            ) from error
        self.stdout.write(_("The storage of uploads belongs to this database now."))
