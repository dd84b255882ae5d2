#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    from django.core.management import call_command, execute_from_command_line

    # Django would print its own version and never look for our command
    if sys.argv[1:] == ["version"]:
        import django

        django.setup()
        call_command("version")
    else:
        execute_from_command_line(sys.argv)
