"""Thousands of open pages: a small C program, compiled when it is needed, that is told what to
do.
"""

import json
import subprocess
from functools import cache
from pathlib import Path

from bench.site import ROOT

HERE, BUILT = Path(__file__).parent, ROOT / "var" / "bench"


class Pages:
    """`count` pages on a server's port. They are open when this is made; `opened` says how long
    that took.
    """

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
            raise SystemExit(f"Of {count} pages {self.opened['open']} could be opened.")

    def wait_for(self, events):
        """Returns when every page has heard so many timed events."""
        answer = self._ask(f"wait {events}")
        if answer["missing"] or answer["gone"]:
            raise SystemExit(
                f"{answer['missing']} pages did not hear event {events}; {answer['gone']} have"
                " gone."
            )

    def heads(self):
        """{"frames", "most", "heads": [0, the least that any page knows of topic 1, …]} since this
        was last asked.
        """
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
            raise SystemExit("The pages have ended.")
        return json.loads(line)


def written(name, lines):
    if not lines:
        return "-"
    file = BUILT / name
    file.write_text("".join(f"{line}\n" for line in lines))
    return str(file)


@cache
def compiled(name):
    """The path of a program of ours in C, made anew."""
    BUILT.mkdir(parents=True, exist_ok=True)
    subprocess.run(["gcc", "-O2", "-o", BUILT / name, HERE / "c" / f"{name}.c"], check=True)
    return str(BUILT / name)
