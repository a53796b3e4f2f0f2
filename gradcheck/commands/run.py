"""`gradcheck run`: many cases, each safe from the others, and one store for what comes of them."""

import os
import shlex
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from gradcheck.commands.cluster import client_of
from gradcheck.commands.progress import Progress, progress_on_stderr
from gradcheck.commands.question import setting_options
from gradcheck.commands.selection import json_option, keyword_option, quiet_option
from gradcheck.commands.size import size
from gradcheck.commands.terminal import ExitCode, console, safe, say, write_json
from gradcheck.errors import CaseError

if TYPE_CHECKING:
    from gradcheck.batch.reading import Run
    from gradcheck.batch.request import Request
    from gradcheck.batch.settings import Settings
    from gradcheck.output.run_text import Effort

STORE = "results.sqlite"
_LONGEST = 1e8
"""Seconds: about three years."""


@click.command(short_help="Check many cases, each in safety, and store what came of them.")
@click.argument("targets", nargs=-1, metavar="[PATH[::NAME]]...")
@click.option(
    "--store",
    default=STORE,
    show_default=True,
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="File for what comes of the cases, e.g. --store results.sqlite.",
)
@keyword_option
@click.option(
    "-m",
    "tags",
    multiple=True,
    metavar="TAG",
    help="Only cases with this tag or theme, e.g. -m activation (repeatable: all must be there).",
)
@click.option("-x", "first", is_flag=True, help="End after the first failure, as --maxfail 1.")
@click.option(
    "--maxfail",
    type=click.IntRange(min=1),
    metavar="N",
    help="End after so many failures, e.g. --maxfail 10; the cases after those are skipped.",
)
@click.option(
    "--lf", "last_failed", is_flag=True, help="Do again what did not pass; what passed stays."
)
@click.option(
    "--resume", "goes_on", is_flag=True, help="Do what is missing or has changed since; or begin."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that share the work, e.g. --workers 4; by default one a core.",
)
@click.option(
    "--time-limit",
    "seconds",
    type=click.FloatRange(min=0, min_open=True, max=_LONGEST),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds for one case, e.g. --time-limit 10.",
)
@click.option(
    "--memory-limit",
    "memory",
    callback=size,
    metavar="SIZE",
    help="Memory for one case (Linux), e.g. --memory-limit 2G.",
)
@click.option(
    "--points",
    type=click.IntRange(min=1),
    metavar="N",
    help="Check each case at so many points, e.g. --points 5: its own, then others of its domain.",
)
@setting_options
@click.option(
    "--tables",
    type=click.Choice(["none", "suspects", "all"]),
    default="suspects",
    show_default=True,
    help="Whose error tables are stored too, e.g. --tables all; suspects do not pass.",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Let the workers of this Dask scheduler do it, e.g. --dask tcp://127.0.0.1:8786.",
)
@json_option
@quiet_option
def run(**options: Any) -> int:
    """Check many cases and store what came of them, e.g. gradcheck run my_cases/ --workers 4.

    PATH is a case file or a folder of those, and ::NAME one of its cases (or a pattern). Without
    PATH, the built-in cases are run; with --resume or --lf, those of the store.

    A case that loops for ever, exhausts its memory or ends its process costs its own row and
    nothing else. Ctrl-C leaves a valid store; pressed twice, it ends at once.

    \b
    Examples:
      gradcheck run my_cases/ --time-limit 10
      gradcheck run my_cases/losses.py::huber -k "not slow" -m regression -x
      gradcheck run --resume
      gradcheck run --lf --points 5
    """  # noqa: D301  (click's own mark for text that must not be rewrapped)
    from gradcheck.commands.interruption import two_signals

    choice = _Options(given=_given(click.get_current_context()), **options)
    try:
        with two_signals():
            return _run(choice)
    except CaseError as error:
        raise click.UsageError(str(error)) from None


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What the arguments of `gradcheck run` ask for."""

    given: frozenset[str]
    """The options that were written, others have their defaults."""
    targets: tuple[str, ...]
    store: str
    keywords: tuple[str, ...]
    tags: tuple[str, ...]
    first: bool
    maxfail: int | None
    last_failed: bool
    goes_on: bool
    workers: int | None
    seconds: float
    memory: int | None
    points: int | None
    rtol: float | None
    atol: float
    directions: int | None
    all_entries: bool
    seed: int
    strict: bool
    tables: Any
    dask: str | None
    as_json: bool
    quiet: bool

    def __post_init__(self) -> None:
        if self.directions is not None and self.all_entries:
            raise click.UsageError("--directions and --all-entries exclude each other; choose one")
        for target in self.targets:
            place = target.partition("::")[0]
            if not os.path.exists(place):  # noqa: PTH110  (pathlib is not needed for anything else)
                raise click.BadParameter(
                    f"no such file or folder: {place}; a built-in case is run by -k {place}",
                    param_hint="PATH",
                )

    @property
    def continues(self) -> bool:
        """Whether there is a store to go on with."""
        there = os.path.exists(self.store) and os.path.getsize(self.store) > 0  # noqa: PTH110, PTH202  (as above)
        return self.last_failed or (self.goes_on and there)

    @property
    def names_cases(self) -> bool:
        """Whether cases are asked for, in any way."""
        return bool(self.targets or self.keywords or self.tags)

    def request(self) -> "Request":
        """Return which cases are asked for."""
        from gradcheck import content
        from gradcheck.batch.request import Request

        paths = self.targets or (content.folder("cases"),)
        return Request.of(paths, keywords=self.keywords, tags=self.tags)

    def manner(self) -> dict[str, Any]:
        """Return the options that `gradcheck.run` and `gradcheck.resume` share, but for limits."""
        return {"workers": self.workers, "maxfail": 1 if self.first else self.maxfail}

    def changes(self) -> dict[str, Any]:
        """Return the settings that were asked for."""
        changed: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("seed", "points", "rtol", "atol", "directions", "tables")
            if name in self.given
        }
        if self.all_entries:
            return {**changed, "entries": "all", "directions": None}
        return {**changed, "entries": None} if "directions" in changed else changed

    def again(self) -> tuple[str, ...]:
        """Return the outcomes whose cases are to be done again."""
        from gradcheck.batch.record import FAILURES

        if not self.last_failed:
            return ()
        return (*FAILURES, "inconclusive") if self.strict else FAILURES


@dataclass
class _Clock:
    """How far a run has come, for the progress and for the end."""

    show: Progress
    began: float = field(default_factory=time.perf_counter)
    before: int | None = None

    def tell(self, done: int, failed: int, total: int, name: str) -> None:
        """Take the progress of `gradcheck.run`."""
        if self.before is None:
            self.before = done
        self.show(done, total, name, failed)

    def effort(self) -> "Effort":
        """Return what was done."""
        from gradcheck.output.run_text import Effort

        return Effort(seconds=time.perf_counter() - self.began, before=self.before or 0)


def _run(choice: _Options) -> int:
    """Run the cases, tell what came of them, and return the exit code."""
    with progress_on_stderr(quiet=choice.quiet) as show:
        clock = _Clock(show)
        show(0, 0, "looking for cases")
        try:
            found = _carried_out(choice, clock)
        except KeyboardInterrupt:
            if clock.before is None:  # no case was begun
                raise
            interrupted = True
        else:
            interrupted = False
    if interrupted:
        from gradcheck.batch.reading import read_run

        found = read_run(choice.store)
    _tell(found, choice, clock.effort())
    if interrupted:
        say(f"interrupted; go on with: gradcheck run --resume --store {_quoted(choice.store)}")
        return ExitCode.INTERRUPTED
    failed = not found or (choice.strict and "inconclusive" in found.counts)
    return ExitCode.FAILED if failed else ExitCode.OK


def _carried_out(choice: _Options, clock: _Clock) -> "Run":
    from gradcheck.batch import run as batch
    from gradcheck.batch.reading import read_run

    if not choice.continues:
        request = choice.request()
        with client_of(choice.dask) as client:
            return batch.run(
                request, choice.store, executor=client, progress=clock.tell,
                time_limit=choice.seconds, memory_limit=choice.memory, **choice.manner(),
                **choice.changes(),
            )  # fmt: skip
    stored = _Stored(read_run(choice.store))
    with client_of(choice.dask) as client:
        return batch.resume(
            choice.store, stored.request(choice), settings=stored.settings(choice),
            again=choice.again(), executor=client, progress=clock.tell, **stored.limits(choice),
            **choice.manner(),
        )  # fmt: skip


@dataclass(frozen=True)
class _Stored:
    """A run that is gone on with."""

    run: "Run"

    def request(self, choice: _Options) -> "Request | None":
        """Return which cases are asked for; None for those of the run.

        Raises
        ------
        click.UsageError
            If rows of other cases would be lost.
        """
        from gradcheck.batch.request import Request

        if not choice.names_cases:
            return None
        before = self.run.request
        asked = choice.request()
        if not before or not asked.covers(Request.from_json(before)):
            raise click.UsageError(
                f"{choice.store} holds a run of other cases, whose rows would be lost; leave PATH, "
                "-k and -m out to go on with it, or choose another store"
            )
        return asked

    def settings(self, choice: _Options) -> "Settings":
        """Return the settings of the run, with those changed that were asked for."""
        return replace(self.run.settings, **choice.changes())

    def limits(self, choice: _Options) -> dict[str, Any]:
        """Return the limits that were asked for; of the others, those that the run had last."""
        last = self.run.sessions[-1] if self.run.sessions else {}
        asked = {"time_limit": choice.seconds, "memory_limit": choice.memory}
        written = {"time_limit": "seconds", "memory_limit": "memory"}
        return {
            name: value if written[name] in choice.given else last.get(name, value)
            for name, value in asked.items()
        }


def _given(context: click.Context) -> frozenset[str]:
    return frozenset(
        name
        for name in context.params
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    )


def _tell(found: "Run", choice: _Options, effort: "Effort") -> None:
    """Write what came of a run, and where to look further."""
    if choice.as_json:
        from gradcheck.output.run_text import run_record

        write_json(run_record(found, effort))
        return
    from rich.text import Text

    from gradcheck.output.run_text import first_suspect, run_text

    terminal = console()
    terminal.print(run_text(found, effort))
    hints = [f"gradcheck report --store {_quoted(choice.store)}"]
    suspect = first_suspect(found)
    if suspect is not None:
        target = f"{_shown(suspect['file'])}::{suspect['case']}"
        hints.append(f"gradcheck explain {_quoted(target)}")
    for line in (f"store: {safe(choice.store)}", *(f"  {hint}" for hint in hints)):
        terminal.print(Text(line), soft_wrap=True)  # what is to be copied is one line


def _quoted(argument: str) -> str:
    """Write an argument as a shell takes it."""
    return safe(shlex.quote(argument))


def _shown(file: str) -> str:
    """Return a path as seen from here, as far as it is below."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
