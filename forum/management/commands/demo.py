from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum import demo
from forum.models import User


class Command(BaseCommand):
    help = (
        "Fills a new, empty forum with people and discussions, to look around in. Only while DEBUG"
        " is on."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-new", action="store_true", help="do nothing, quietly, where somebody is already"
        )

    def handle(self, *args, if_new, **options):
        if not settings.DEBUG or User.objects.exists():
            if if_new:
                return
            raise CommandError(
                "The demo forum is only made in a new, empty database while DEBUG is on."
            )
        demo.fill()
        roles = {
            demo.OWNER: "owner, with /admin/",
            demo.MODERATOR: "moderator",
            demo.MEMBER: "member",
        }
        self.stdout.write(f"A demo forum was made. Sign in with the password {demo.PASSWORD} as")
        for username, role in roles.items():
            self.stdout.write(f"    {username:<5}  ({role})")
