"""Progress bars of long-running commands, on standard error."""

from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


@contextmanager
def bar(command, text=""):
    """Yields `advance(done, total, text=None)`; `total` is None if it is unknown."""
    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    ]
    console = Console(file=command.stderr._out, markup=False, highlight=False)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(text, total=None)

        def advance(done, total, text=None):
            progress.update(task, completed=done, total=total, description=text)

        yield advance
