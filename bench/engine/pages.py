"""Thousands of open pages: a small C program, compiled when needed and controlled through stdin."""

import json
import subprocess
from functools import cache
from pathlib import Path

from bench.site import ROOT

HERE, BUILT = Path(__file__).parent, ROOT / "var" / "bench"


class Pages:
    """`count` open pages on a server's port; `opened`: how long opening them took."""

    def __init__(self, port, count, *, kind="ws", path="/ws/", cookies=(), watches=(), topics=0):
        lists = [
            written(name, lines) for name, lines in (("cookies", cookies), ("watches", watches))
        ]
        command = [compiled("pages"), kind, str(port), path, str(count), *lists, str(topics)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.opened = self._answer()
        if self.opened["open"] != count:
            raise SystemExit(f"Only {self.opened['open']} of {count} pages could be opened.")

    def wait_for(self, events):
        """Wait until every page has received so many timed events. Raises SystemExit."""
        answer = self._ask(f"wait {events}")
        if answer["missing"] or answer["gone"]:
            raise SystemExit(
                f"{answer['missing']} pages did not receive event {events}; {answer['gone']}"
                " disconnected."
            )

    def heads(self):
        """{"frames", "most", "heads": [0, lowest change of topic 1 on any page, …]}, since last."""
        return self._ask("heads")

    def end(self):
        """{"heard", "gone", "p50", "p99", "slowest"}, in milliseconds."""
        answer = self._ask("end")
        self.process.wait()
        return answer

    def _ask(self, what):
        self.process.stdin.write(what + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("The program with the pages has ended.")
        return json.loads(line)


def written(name, lines):
    if not lines:
        return "-"
    file = BUILT / name
    file.write_text("".join(f"{line}\n" for line in lines))
    return str(file)


@cache
def compiled(name):
    """Compile one of our C programs, and return its path."""
    BUILT.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-O2", "-o", BUILT / name, HERE / "c" / f"{name}.c"], check=True)
    return str(BUILT / name)
