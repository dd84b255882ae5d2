"""Compares the migrations of a database, a backup and this code, which must be the same."""

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from .errors import BackupError

# Emails and pushes queued in the backup may have been sent since, so they are held; owners can
# retry them.
HOLD_MAILS = [
    f"""
UPDATE {table} SET given_up_at = due_at, due_at = NULL,
  error = 'Restored from a backup; it may have been sent since.'
    WHERE due_at IS NOT NULL
"""  # noqa: S608 - constants
    for table in ("mail_mail", "notifications_delivery", "notifications_pushdelivery")
]


def of_database(connection):
    """The migrations applied to a database, {(app, name)}."""
    return set(MigrationRecorder(connection).applied_migrations())


def of_code():
    return set(MigrationLoader(None).disk_migrations)


def is_forum(migrations):
    return any(app == "forum" for app, _name in migrations)


def missing_and_unknown(found):
    """(migrations of this code missing in `found`, migrations in `found` unknown to this code)."""
    code = of_code()
    apps = {app for app, _name in code}
    return code - found, {one for one in found - code if one[0] in apps}


def check_same_version(found, path):
    """Raise BackupError unless a backup with these migrations matches this code."""
    if not is_forum(found):
        raise not_a_backup(path)
    missing, unknown = missing_and_unknown(found)
    if unknown:
        raise BackupError(
            _(
                "%(path)s was made by a newer version of Parley: it has %(names)s. Update the code"
                " to the version that made it, then restore it."
            )
            % {"path": path, "names": names(unknown)}
        )
    if missing:
        raise BackupError(
            _(
                "%(path)s was made by an older version of Parley: it lacks %(names)s. Check out the"
                " version that made it, restore it there, then update and run: manage.py migrate"
            )
            % {"path": path, "names": names(missing)}
        )


def check_target(connection):
    """Raise BackupError if the database is neither empty nor a forum."""
    tables = connection.introspection.table_names()
    if tables and not is_forum(of_database(connection)):
        raise BackupError(
            _(
                "The database %(name)s isn't empty and isn't a forum: %(tables)s. Set DATABASE_URL"
                " to an empty one."
            )
            % {"name": connection.settings_dict["NAME"], "tables": ", ".join(tables[:5])}
        )


def not_a_backup(path):
    return BackupError(_("%s is not a Parley backup. Make one with: manage.py backup") % path)


def names(migrations):
    return ", ".join(f"{app}.{name}" for app, name in sorted(migrations))
