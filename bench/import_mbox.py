"""Speed and memory of `manage.py import_mbox` with a real mailing list; a second run adds nothing.

The list is test data outside of the project: CORPUS names its folder (default: ../shared/corpus).
"""

import os
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import imported_posts
from bench.report import record

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("CORPUS", ROOT.parent / "shared" / "corpus"))
MESSAGES_A_SECOND = 200
GROWTH = 1.15


def main():
    subprocess.run([sys.executable, "-m", "bench.hostile_archive"], cwd=ROOT, check=True)
    files = sorted(CORPUS.glob("*.mbox*"))
    if not files:
        print(
            f"import_mbox: skipped, no archive in {CORPUS} (set CORPUS to a folder with mbox"
            " files).",
            file=sys.stderr,
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "import.sqlite3"
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{database}",
            "DEBUG": "0",  # as in production; with DEBUG, Django keeps every statement
            "SECRET_KEY": secrets.token_urlsafe(64),
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=ROOT,
            env=environment,
            check=True,
        )
        first = run(files, environment)
        again = run(files, environment)
        report(first, again, counts(database))
        imported_posts.measure(database)


def run(files, environment):
    """Run the import: its output, time in seconds, CPU seconds, and memory samples in bytes."""
    command = [
        sys.executable,
        "manage.py",
        "import_mbox",
        *map(str, files),
        "--category",
        "Imported",
    ]
    cpu, start, memory = os.times(), time.monotonic(), []
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        while process.poll() is None:
            memory.append(sum(map(resident, family(process.pid))))
            time.sleep(0.1)
        output = process.stdout.read()
    if process.returncode:
        sys.exit(f"import_mbox failed:\n{output}")
    seconds, used = time.monotonic() - start, os.times()
    read, added = map(int, re.match(r"(\d+) messages read, (\d+) imported", output).groups())
    return {
        "problems": {
            match[2]: int(match[1])
            for match in re.finditer(r"^ *(\d+) (with\w*\b.*|too .*)", output, re.M)
        },
        "said": output,
        "read": read,
        "added": added,
        "seconds": seconds,
        "cpu": used.children_user + used.children_system - cpu.children_user - cpu.children_system,
        "memory": memory,
    }


def family(pid):
    """The ids of a process and its children, from /proc; [] on other systems."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return [process for process, parent in parents.items() if pid in (process, parent)]


def resident(pid):
    """Anonymous memory in bytes, without cached pages of the database file."""
    try:
        return 1024 * int(
            re.search(r"^RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)[1]
        )
    except (OSError, TypeError):
        return 0


def counts(database):
    with sqlite3.connect(database) as connection:
        return {
            "longest topic": (
                connection.execute("SELECT max(last_number) FROM forum_topic").fetchone()[0]
            ),
            "topics": connection.execute("SELECT count(*) FROM forum_topic").fetchone()[0],
            "posts": connection.execute("SELECT count(*) FROM forum_post").fetchone()[0],
            "authors": (
                connection.execute(
                    "SELECT count(*) FROM forum_user WHERE is_placeholder"
                ).fetchone()[0]
            ),
        }


def report(first, again, counts):
    memory = [size / 2**20 for size in first["memory"]] or [0]
    half = max(memory[: len(memory) // 2], default=0)
    record("import: messages", first["read"] / first["seconds"], "1/s", at_least=MESSAGES_A_SECOND)
    record("import: CPU per message, all processes", first["cpu"] / first["read"] * 1000, "ms")
    record("import: memory of all processes, at most", max(memory), "MiB")
    second = max(memory[len(memory) // 2 :])
    record(
        "import: memory, second half",
        second,
        "MiB",
        reference=half,
        at_most=GROWTH,
        of_reference=True,
    )
    for name, count in counts.items():
        record(f"import: {name}", count, "")
    record("import: problems", sum(first["problems"].values()), "")
    record("import: added by a second run", again["added"], "", at_most=0)
    record("import: second run", again["seconds"], "s", reference=first["seconds"])
    print(first["said"], file=sys.stderr)


if __name__ == "__main__":
    main()
