from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from forum import demo
from forum.models import User


class Command(BaseCommand):
    help = (
        "Fills a new, empty forum with sample members and discussions. Only available while DEBUG"
        " is on."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-new", action="store_true", help="silently do nothing if there are members already"
        )

    def handle(self, *args, if_new, **options):
        if not settings.DEBUG or User.objects.exists():
            if if_new:
                return
            raise CommandError(
                "The demo forum can only be created in a new, empty database while DEBUG is on."
            )
        demo.fill()
        roles = {
            demo.OWNER: "owner, with /admin/",
            demo.MODERATOR: "moderator",
            demo.MEMBER: "member",
        }
        self.stdout.write(f"Created a demo forum. Sign in with the password {demo.PASSWORD} as")
        for username, role in roles.items():
            self.stdout.write(f"    {username:<5}  ({role})")
