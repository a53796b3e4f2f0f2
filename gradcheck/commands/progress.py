"""How far a command has come, on stderr: a bar on a terminal, a line now and then elsewhere."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, Self

from gradcheck.commands.terminal import console, safe, say

LINE_SECONDS = 30.0
"""After so many seconds there is a line in any case, so that nobody takes a long run for dead."""


class Progress(Protocol):
    """Tells how far a command has come."""

    def __call__(self, done: int, total: int, name: str, failed: int = 0, /) -> None:
        """Tell how many are done, of how many (0: not known yet), what comes, and what failed."""


@contextmanager
def progress_on_stderr(*, quiet: bool, every: float = LINE_SECONDS) -> Iterator[Progress]:
    """Show progress on stderr: a bar on a terminal, elsewhere a line for every tenth or 30 s."""
    if quiet:
        yield lambda _done, _total, _name, _failed=0, /: None
    elif sys.stderr.isatty():
        with _bar() as progress:
            yield progress
    else:
        with _Lines(every) as lines:
            yield lines.tell


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich import progress as rich_progress
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.table import Column

    with rich_progress.Progress(
        BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=8, max_width=40)),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[failed]}", style="bold red", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(ratio=2, no_wrap=True, overflow="ellipsis"),
        ),
        console=console(stderr=True),
        transient=True,
        expand=True,
    ) as bar:
        task = bar.add_task("", total=None, failed="")

        def tell(done: int, total: int, name: str, failed: int = 0, /) -> None:
            bar.update(
                task,
                description=safe(name),
                completed=done,
                total=total or None,
                failed=f"{failed:,} failed" if failed else "",
            )

        yield tell


class _Lines:
    """A line for every tenth, and whenever there was none for a while."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._tenth = -1
        self._line = ""
        self._fresh = threading.Event()
        self._ended = False
        self._clock = threading.Thread(target=self._remind, daemon=True)

    def tell(self, done: int, total: int, name: str, failed: int = 0, /) -> None:
        """Note where the command is, and say so if it has come far."""
        failures = f", {failed:,} failed" if failed else ""
        self._line = f"{done}/{total}{failures} {name}".rstrip() if total else name
        tenth = 10 * done // total if total else -1
        if tenth > self._tenth:
            self._tenth = tenth
            self._fresh.set()
            say(self._line)

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._fresh.set()
        self._clock.join()

    def _remind(self) -> None:
        while not self._ended:
            if not self._fresh.wait(self._every) and self._line:
                say(self._line)
            self._fresh.clear()
