"""PostgreSQL backups with pg_dump, pg_restore and psql.

Passwords are passed in the environment, because command lines are visible to other users.
"""

import os
import re
import shutil
import subprocess
import tempfile
from itertools import takewhile

from django.db.backends.postgresql.client import DatabaseClient
from django.utils.translation import gettext as _

from forum.jobs.queue import SCHEMA
from forum.models.editions import new_word
from forum.models.epochs import new_epoch

from . import states
from .errors import BackupError
from .files import could_not_write
from .states import HOLD_MAILS, not_a_backup

NAME, MAGIC, SUFFIX = "PostgreSQL", b"PGDMP", ".pgdump"
LOCK_TIMEOUT = "20s"  # while requests hold locks on tables
AS_OURS = ["--no-owner", "--no-privileges"]  # the restoring user may have another name

BEGIN = f"""
BEGIN;
SET LOCAL lock_timeout = '{LOCK_TIMEOUT}';
"""
# The entries of Parley's own dumps. Anything else, such as a trigger or a function, could run code
# on every later write.
PARTS = (
    "TABLE DATA",
    "TABLE",
    "SEQUENCE SET",
    "SEQUENCE OWNED BY",
    "SEQUENCE",
    "DEFAULT",
    "FK CONSTRAINT",
    "CONSTRAINT",
    "INDEX",
    "SCHEMA",
    "COMMENT",
)
COPY = re.compile(r"COPY public\.\w+ \((?P<columns>[^)]*)\) FROM stdin;")
PART = re.compile(rf"\d+; \d+ \d+ (?:{'|'.join(PARTS)}) (?:public|-) .*")
# The file's table of contents can't be trusted, so the restored schema is checked, too.
CHECK_CONTENT = """
DO $$
DECLARE extra text;
BEGIN
    SELECT string_agg(found.name, ', ') INTO extra FROM (
        SELECT 'trigger ' || tgname AS name FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'rule ' || rulename FROM pg_rules WHERE schemaname = 'public'
        UNION ALL SELECT 'view ' || relname FROM pg_class
            WHERE relkind IN ('v', 'm', 'f') AND relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'function ' || proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        UNION ALL SELECT 'constraint ' || conname FROM pg_constraint WHERE NOT convalidated
    ) AS found;
    IF extra IS NOT NULL THEN
        RAISE EXCEPTION 'it contains objects that Parley does not create: %', extra;
    END IF;
END $$;
"""
# Numbers that were ever visible are not reused: ids in pages and links, change numbers in open
# lists.
SAVE_COUNTERS = """
LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;
CREATE TEMPORARY TABLE given ON COMMIT DROP AS
    SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL;
CREATE TEMPORARY TABLE heads ON COMMIT DROP AS SELECT id, change FROM forum_topic;
DROP TABLE {tables};
"""
RESTORE_COUNTERS = """
SELECT setval(
  format('%I.%I', schemaname, sequencename)::regclass, greatest(given.last_value, now.last_value))
    FROM given JOIN pg_sequences now USING (schemaname, sequencename);
UPDATE forum_topic SET change = greatest(forum_topic.change, heads.change)
FROM heads WHERE heads.id = forum_topic.id;
"""
END = """
UPDATE forum_topic SET epoch = '{epoch}',
  change = change + 1, header_change = change + 1, row_change = change + 1;
UPDATE forum_user SET personal_epoch = '{epoch}';
UPDATE forum_edition SET word = '{edition}';
COMMIT;
"""


def exists(connection):
    return True  # otherwise connecting fails with a message


def back_up(connection, path, advance):
    check_program(connection, "pg_dump")
    total = len(connection.introspection.table_names())
    arguments = [
        "--format=custom",
        "--verbose",
        f"--exclude-schema={SCHEMA}",
        *AS_OURS,
        f"--file={path}",
    ]
    with start(connection, "pg_dump", arguments, stderr=subprocess.PIPE, text=True) as dumping:
        output, done = [], 0
        for line in dumping.stderr:
            output = [*output[-4:], line.strip()]
            done += "dumping contents of table" in line
            advance(min(done, total), total)
    if dumping.returncode:
        raise BackupError(could_not_write(path, " ".join(output)))


def migrations(path):
    """The migrations in a backup, {(app, name)}. Raises BackupError if it is not a backup."""
    return set(rows_of(path, "django_migrations", ["app", "name"]))


def uploads(path):
    """The (name, kind, state, thumbnails) of all uploads in a backup."""
    return rows_of(path, "forum_upload", ["name", "kind", "state", "thumbnails"])


def rows_of(path, table, columns):
    """These columns of a table in a backup, whose texts have no special characters."""
    check_present("pg_restore")
    command = ["pg_restore", "--data-only", f"--table={table}", "--file=-", path]
    listed = subprocess.run(command, capture_output=True, text=True)
    if listed.returncode:
        raise not_a_backup(path)
    lines = iter(listed.stdout.splitlines())
    head = next((found for line in lines if (found := COPY.match(line))), None)
    if not head:
        return []
    names = head["columns"].replace('"', "").split(", ")
    rows = (line.split("\t") for line in takewhile(lambda line: line != "\\.", lines))
    places = [names.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in rows]


def check(path):
    """Raise BackupError if the file contains entries that Parley's backups never have."""
    command = ["pg_restore", "--list", path]
    listed = subprocess.run(command, capture_output=True, text=True)
    if listed.returncode:
        raise not_a_backup(path)
    lines = [line for line in listed.stdout.splitlines() if line and not line.startswith(";")]
    extra = [line for line in lines if not PART.fullmatch(line)]
    if extra:
        raise BackupError(
            _(
                "%(path)s has been changed since it was made: it contains %(extra)s. Nothing was"
                " restored. Use an unmodified backup."
            )
            % {"path": path, "extra": ", ".join(line.partition("; ")[2] for line in extra[:5])}
        )


def restore(connection, path, advance):
    """Restore in one transaction, from dropping the tables to setting new epochs."""
    check_program(connection, "pg_restore")
    check_present("psql")
    before, after = BEGIN, "RESET search_path;"
    if tables := tables_of_forum(connection):
        before, after = before + SAVE_COUNTERS.format(tables=tables), after + RESTORE_COUNTERS
    after += CHECK_CONTENT + "".join(f"{statement};" for statement in HOLD_MAILS)
    after += END.format(epoch=new_epoch(), edition=new_word())
    connection.close()
    with tempfile.TemporaryFile("w+") as output:
        command = ["pg_restore", "--clean", "--if-exists", *AS_OURS, "--file=-", path]
        try:
            with (
                start(
                    connection, "psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"], output
                ) as psql,
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=output) as reading,
            ):
                pipe_to_psql(before, reading, after, psql, advance)
        except BrokenPipeError:
            pass  # psql has stopped; its output says why
        if psql.returncode or reading.returncode:
            raise BackupError(restore_error(output))


def pipe_to_psql(before, reading, after, psql, advance):
    """Pipe everything to psql; the COMMIT is in `after`, sent only if all has been read."""
    try:
        psql.stdin.write(before.encode())
        done = 0
        while chunk := reading.stdout.read(1 << 20):
            psql.stdin.write(chunk)
            advance(done := done + len(chunk), None)
        if reading.wait() == 0:
            psql.stdin.write(after.encode())
        psql.stdin.close()
    except BaseException:
        psql.kill()
        reading.kill()
        raise


def tables_of_forum(connection):
    """The forum's tables, quoted and comma-separated, even those unknown to the backup."""
    prefixes = tuple({"django_", *(f"{app}_" for app, _name in states.of_database(connection))})
    names = [name for name in connection.introspection.table_names() if name.startswith(prefixes)]
    return ", ".join(map(connection.ops.quote_name, names))


def start(connection, program, arguments, stderr, **options):
    command, environment = DatabaseClient.settings_to_cmd_args_env(
        connection.settings_dict, ["--no-password", *arguments]
    )
    environment = {**os.environ, "LC_ALL": "C", **(environment or {})}
    return subprocess.Popen(
        [program, *command[1:]],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        **options,
    )


def check_program(connection, program):
    """Raise BackupError unless the program is installed, runs and is as new as the server."""
    check_present(program)
    output = subprocess.run([program, "--version"], capture_output=True, text=True)
    version = re.search(r"\d+", output.stdout)
    if not version:  # for example Debian's wrapper without an installed version
        raise BackupError(
            _("%(program)s does not run: %(error)s")
            % {
                "program": program,
                "error": output.stderr.strip(),
            }
        )
    ours, theirs = int(version[0]), connection.pg_version // 10000
    if ours < theirs:
        raise BackupError(
            _(
                "%(program)s is version %(ours)s, but the server is %(theirs)s. Install"
                " postgresql-client-%(theirs)s."
            )
            % {"program": program, "ours": ours, "theirs": theirs}
        )


def check_present(program):
    if not shutil.which(program):
        raise BackupError(
            _(
                "%s is missing. Install PostgreSQL's programs; on Debian or Ubuntu: apt-get install"
                " postgresql-client"
            )
            % program
        )


def restore_error(output):
    output.seek(0)
    return _(
        "The backup could not be restored, and nothing was changed: %s. If the site holds locks,"
        " stop it and try again, or restore into an empty database."
    ) % " ".join(output.read().split()[:100]).rstrip(".")
