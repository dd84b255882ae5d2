"""PostgreSQL: through its own programs. Passwords go by the environment: a list of processes shows
command lines.
"""

import os
import re
import shutil
import subprocess
import tempfile

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
PATIENCE = "20s"  # for requests that hold a table of the forum
AS_OURS = ["--no-owner", "--no-privileges"]  # whoever restores may have another name

BEGIN = f"""
BEGIN;
SET LOCAL lock_timeout = '{PATIENCE}';
"""
# What Parley's own dumps consist of. Anything else, such as a trigger or a function, would run with
# every later write.
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
PART = re.compile(rf"\d+; \d+ \d+ (?:{'|'.join(PARTS)}) (?:public|-) .*")
# The list of parts is only what the file says of itself, so what came of it is looked at, too.
NOTHING_ELSE = """
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
        RAISE EXCEPTION 'it contains what Parley does not make: %', extra;
    END IF;
END $$;
"""
# No number that somebody may have seen comes again: ids in pages and links, changes of topics in
# open lists.
REMEMBER_NUMBERS = """
LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE;
CREATE TEMPORARY TABLE given ON COMMIT DROP AS
    SELECT schemaname, sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL;
CREATE TEMPORARY TABLE heads ON COMMIT DROP AS SELECT id, change FROM forum_topic;
DROP TABLE {tables};
"""
GO_ON_FROM_THEM = """
SELECT setval(
  format('%I.%I', schemaname, sequencename)::regclass, greatest(given.last_value, now.last_value))
    FROM given JOIN pg_sequences now USING (schemaname, sequencename);
UPDATE forum_topic SET change = greatest(forum_topic.change, heads.change)
FROM heads WHERE heads.id = forum_topic.id;
"""
END = """
UPDATE forum_topic SET epoch = '{epoch}', change = change + 1, header_change = change + 1;
UPDATE forum_user SET personal_epoch = '{epoch}';
UPDATE forum_edition SET word = '{edition}';
COMMIT;
"""


def is_there(connection):
    return True  # or connecting says what is wrong


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
        said, done = [], 0
        for line in dumping.stderr:
            said = [*said[-4:], line.strip()]
            done += "dumping contents of table" in line
            advance(min(done, total), total)
    if dumping.returncode:
        raise BackupError(could_not_write(path, " ".join(said)))


def migrations(path):
    """{(app, name)} of a backup; nothing when it is none."""
    check_present("pg_restore")
    command = ["pg_restore", "--data-only", "--table=django_migrations", "--file=-", path]
    listed = subprocess.run(command, capture_output=True, text=True)
    if listed.returncode:
        raise not_a_backup(path)
    rows = [line.split("\t") for line in listed.stdout.splitlines() if line.count("\t") == 3]
    return {(app, name) for _id, app, name, _applied in rows}


def check(path):
    """Raises BackupError when it has parts that Parley's own backups never have."""
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
                " restored. Use a backup that nobody has edited."
            )
            % {"path": path, "extra": ", ".join(line.partition("; ")[2] for line in extra[:5])}
        )


def restore(connection, path, advance):
    """One transaction from the first table dropped to the new epochs: it is there as a whole or not
    at all.
    """
    check_program(connection, "pg_restore")
    check_present("psql")
    before, after = BEGIN, "RESET search_path;"
    if tables := tables_of_forum(connection):
        before, after = before + REMEMBER_NUMBERS.format(tables=tables), after + GO_ON_FROM_THEM
    after += NOTHING_ELSE + HOLD_MAILS + ";" + END.format(epoch=new_epoch(), edition=new_word())
    connection.close()
    with tempfile.TemporaryFile("w+") as said:
        command = ["pg_restore", "--clean", "--if-exists", *AS_OURS, "--file=-", path]
        try:
            with (
                start(
                    connection, "psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"], said
                ) as psql,
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as reading,
            ):
                pass_on(before, reading, after, psql, advance)
        except BrokenPipeError:
            pass  # psql has stopped and said why
        if psql.returncode or reading.returncode:
            raise BackupError(not_restored(said))


def pass_on(before, reading, after, psql, advance):
    """Everything to psql, and its end with the COMMIT only when all has been read: what ends
    without it never was.
    """
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
    """Quoted, with commas. Also those that a newer Parley made and the backup does not know."""
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
    """Raises BackupError unless it is there, runs, and is not older than the server, whose tables
    it could not read.
    """
    check_present(program)
    output = subprocess.run([program, "--version"], capture_output=True, text=True)
    version = re.search(r"\d+", output.stdout)
    if not version:  # Debian's wrapper without a version behind it, say
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


def not_restored(said):
    said.seek(0)
    return _(
        "The backup could not be restored; nothing was changed: %s. If the site is holding locks,"
        " stop it and try again, or restore into an empty database."
    ) % " ".join(said.read().split()[:100]).rstrip(".")
