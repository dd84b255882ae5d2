"""manage.py render"""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from forum.management import rerendering


class Command(BaseCommand):
    help = _(
        "Renders all posts and announcements again, after an update that changed how Markdown is"
        " shown."
    )

    def handle(self, **options):
        self.stdout.write(
            _("%(changed)d of %(total)d texts are now shown differently.")
            % rerendering.render_all()
        )
