"""The command line: data to stdout, progress and messages to stderr, exit codes as pytest's.

Numerical and display libraries are imported inside the commands, so that help comes at once.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradcheck import __version__
from gradcheck.errors import (
    DefinitionError,
    GradcheckError,
    LoadingError,
    OutputError,
    SelectionError,
    StencilError,
    StepError,
)

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from gradcheck.differences.stencil import Stencil
    from gradcheck.model.case import Case
    from gradcheck.model.registry import Registry
    from gradcheck.output.report import Report

Progress = Callable[[int, int, str], None]
"""Called with the number done, the number of all, and what comes next."""


class ExitCode(IntEnum):
    """What the command tells its caller."""

    OK = 0
    FAILED = 1
    INTERRUPTED = 2
    INTERNAL_ERROR = 3
    USAGE = 4
    NOTHING_SELECTED = 5


EPILOG = (
    "Exit codes: 0 ok, 1 something failed, 2 interrupted, 3 internal error, 4 wrong usage, "
    "5 no case selected."
)


class _Commands(click.Group):
    """A group whose errors are one line on stderr, and whose exit codes are `ExitCode`."""

    def main(  # type: ignore[override]  # one signature for the two of click
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run a command and exit with its code."""
        for stream in (sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="backslashreplace")
        sys.exit(self._code(args, prog_name, extra))

    def _code(
        self, args: Sequence[str] | None, prog_name: str | None, extra: dict[str, Any]
    ) -> int:
        try:
            code = super().main(args, prog_name, **{**extra, "standalone_mode": False})
            sys.stdout.flush()
        except click.ClickException as error:
            _say(_with_hint(error))
            return ExitCode.USAGE
        except (click.Abort, KeyboardInterrupt):
            _say("interrupted")
            return ExitCode.INTERRUPTED
        except GradcheckError as error:
            _say(str(error))
            return _code_of(error)
        except BrokenPipeError:  # the reader, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.OK
        except Exception as error:
            if os.environ.get("GRADCHECK_DEBUG"):
                raise
            _say(
                f"internal error: {type(error).__name__}: {error}; GRADCHECK_DEBUG=1 shows where, "
                "please report it"
            )
            return ExitCode.INTERNAL_ERROR
        return code if isinstance(code, int) else ExitCode.OK


def _code_of(error: GradcheckError) -> ExitCode:
    if isinstance(error, SelectionError | LoadingError):
        return ExitCode.NOTHING_SELECTED
    if isinstance(error, DefinitionError | StepError | StencilError | OutputError):
        return ExitCode.USAGE
    return ExitCode.FAILED


@click.group(cls=_Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gradcheck", message="%(prog)s %(version)s")
def cli() -> None:
    """Check analytic derivatives against finite differences over varying step size h.

    \b
    Examples:
      gradcheck list                    the built-in cases
      gradcheck sweep sigmoid           where does the error fall, where does it rise?
      gradcheck report --out my-report  all of that for all cases, as web pages
    """  # noqa: D301  (click's own mark for text that must not be rewrapped)


def main() -> None:
    """Run the command line; the entry point of the `gradcheck` script."""
    cli(prog_name="gradcheck")


_path = click.option(
    "--path",
    "paths",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="Case file or folder instead of the built-in cases, e.g. --path my_cases/ (repeatable).",
)
_json = click.option("--json", "as_json", is_flag=True, help="Write JSON, e.g. for jq.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="No progress and no remarks, e.g. in CI.")


@cli.command("list", short_help="List the cases.")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@click.option(
    "--tag", "tags", multiple=True, help="Only cases with this tag or theme (repeatable)."
)
@_path
@_json
def list_cases(
    *, patterns: tuple[str, ...], tags: tuple[str, ...], paths: tuple[str, ...], as_json: bool
) -> int:
    """List the cases, e.g. gradcheck list 'exp*' --tag activation."""
    registry, problems = _load(paths)
    selected = registry.select(*patterns, tags=tags)
    if as_json:
        from gradcheck.output.entry import records

        _write_json(records(selected.to_frame()))
    else:
        from gradcheck.output.text import registry_table

        console = _console()
        console.print(registry_table(selected))
        console.print(f"{len(selected)} cases" if len(selected) != 1 else "1 case")
    return ExitCode.FAILED if problems else ExitCode.OK


@cli.command(short_help="Compare derivative and difference quotients over h.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@_path
@click.option(
    "--stencil",
    "stencils",
    multiple=True,
    metavar="NAME",
    help="Difference formula, e.g. --stencil central or --stencil=-2,0,5 (repeatable).",
)
@click.option("--steps", metavar="H,...", help="Steps to use literally, e.g. --steps 1e-1,1e-2.")
@click.option("--point", type=click.IntRange(0), help="Only this point, e.g. --point 1.")
@click.option(
    "--rows",
    type=click.Choice(["decades", "all", "summary"]),
    default="decades",
    show_default=True,
    help="A row a decade, every step, or the summary only, e.g. --rows all.",
)
@_json
@click.option("--csv", "as_csv", is_flag=True, help="Write the whole error table as CSV.")
@_quiet
def sweep(names: tuple[str, ...], **options: Any) -> int:
    """Compare derivative and difference quotients over h, e.g. gradcheck sweep sigmoid.

    NAME is a name, a pattern such as 'exp*', or file.py::name. The errors over h are shown for
    one point (--point; of several entries there, the worst), the summary for all of them.
    """
    choice = _SweepOptions(**options)
    cases, problems = _named(names, choice.paths)
    table, convergence, failures = _swept(cases, choice)
    if table is None or convergence is None:
        return ExitCode.FAILED
    if choice.as_json:
        from gradcheck.output.entry import records

        _write_json({"rows": records(table), "convergence": records(convergence)})
    elif choice.as_csv:
        table.to_csv(sys.stdout, index=False)
    else:
        _print_sweep(table, convergence, choice)
    return ExitCode.FAILED if problems or failures else ExitCode.OK


@cli.command(short_help="Write a report as web pages.")
@click.argument("spec", required=False)
@click.option(
    "--out",
    type=click.Path(file_okay=False),
    default="gradcheck-report",
    show_default=True,
    metavar="DIR",
    help="Folder of the report, e.g. --out my-report.",
)
@click.option(
    "--tables",
    type=click.Choice(["selected", "all"]),
    default="selected",
    show_default=True,
    help="Which rows of large Jacobians are saved, e.g. --tables all.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes that share the work, e.g. --workers 1; by default one a core, at most 8.",
)
@_path
@_json
@_quiet
def report(  # noqa: PLR0913  (one argument an option)
    *,
    spec: str | None,
    out: str,
    tables: Any,
    workers: int | None,
    paths: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """Write a report as web pages, e.g. gradcheck report --out my-report.

    SPEC is a report definition (a TOML file) or the name of a built-in one; without it, all cases
    are shown.
    """
    from gradcheck.output.definition import read
    from gradcheck.output.report import build

    definition = read(spec)
    if paths:
        definition = replace(definition, paths=tuple(map(Path, paths)))
    with _progress(quiet=quiet) as progress:
        written = build(
            definition,
            out=out,
            tables=tables,
            progress=progress,
            workers=workers or min(os.cpu_count() or 1, 8),
        )
    for problem in written.problems:
        _say(problem)
    if as_json:
        _write_json(_report_facts(written))
    else:
        _print_report(written)
    return ExitCode.FAILED if written.problems else ExitCode.OK


@dataclass(frozen=True, kw_only=True)
class _SweepOptions:
    """What the options of `gradcheck sweep` ask for."""

    paths: tuple[str, ...]
    stencils: tuple[str, ...]
    steps: str | None
    point: int | None
    rows: Any
    as_json: bool
    as_csv: bool
    quiet: bool

    def __post_init__(self) -> None:
        if self.as_json and self.as_csv:
            raise click.UsageError("--json and --csv exclude each other; choose one")

    def formulas(self) -> "tuple[Stencil, ...]":
        """Return the stencils, by name or by their offsets."""
        from gradcheck.behaviour.sweep import DEFAULT_STENCILS

        return tuple(map(_stencil, self.stencils)) or DEFAULT_STENCILS

    def numbers(self) -> list[float] | None:
        """Return the steps as numbers."""
        if self.steps is None:
            return None
        try:
            return [float(part) for part in self.steps.replace(",", " ").split()]
        except ValueError:
            raise click.BadParameter(
                f"steps are numbers with commas between, such as 1e-1,1e-2; got {self.steps!r}",
                param_hint="--steps",
            ) from None


def _stencil(text: str) -> "Stencil":
    from difflib import get_close_matches

    from gradcheck.differences.stencil import NAMED, stencil

    if text in NAMED:
        return NAMED[text]
    try:
        offsets = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        near = get_close_matches(text, list(NAMED), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(NAMED)}"
        raise click.BadParameter(
            f"no stencil is called {text!r}; {hint} (or give offsets: -1,1)",
            param_hint="--stencil",
        ) from None
    return stencil(offsets)


def _load(paths: Sequence[str]) -> "tuple[Registry, tuple[str, ...]]":
    """Load the cases, and say which files cannot be loaded."""
    from gradcheck.model.loading import load_cases

    registry = load_cases(paths or None, on_error="keep")
    for problem in registry.problems:
        _say(problem)
    if not registry:
        raise SelectionError("no case could be loaded")
    return registry, registry.problems


def _named(names: Sequence[str], paths: Sequence[str]) -> "tuple[dict[str, Case], tuple[str, ...]]":
    """Return the cases that the names stand for: names, patterns, file.py::name, file.py."""
    cases: dict[str, Case] = {}
    problems: tuple[str, ...] = ()
    registry: Registry | None = None
    for name in names:
        file, separator, pattern = name.rpartition("::")
        if separator or name.endswith(".py"):
            found, trouble = _load([_existing(file or name)])
            selected = found.select(pattern) if separator else found
        else:
            if registry is None:
                registry, trouble = _load(paths)
            else:
                trouble = ()
            selected = registry.select(name)
        problems += trouble
        cases |= selected
    return cases, problems


def _existing(file: str) -> str:
    if not os.path.isfile(file):  # noqa: PTH113  (pathlib is not needed for anything else)
        raise click.BadParameter(f"no such case file: {file}", param_hint="NAME")
    return file


def _swept(
    cases: "dict[str, Case]", choice: _SweepOptions
) -> "tuple[pd.DataFrame | None, pd.DataFrame | None, int]":
    """Sweep the cases one after the other; one that cannot be swept is named, the others go on."""
    import pandas as pd

    from gradcheck.behaviour.convergence import convergence
    from gradcheck.behaviour.sweep import sweep as swept
    from gradcheck.errors import CaseError

    formulas, steps = choice.formulas(), choice.numbers()
    tables, behaviours = [], []
    failures = 0
    with _progress(quiet=choice.quiet or len(cases) < 2) as progress:
        for number, case in enumerate(cases.values()):
            progress(number, len(cases), case.name)
            try:
                table = swept(case, stencils=formulas, steps=steps)
                if choice.point is not None:
                    table = _at_point(table, case, choice.point)
                behaviour = table.head(0) if choice.as_csv else convergence(table)
            except CaseError as error:
                _say(str(error))
                failures += 1
                continue
            tables.append(table)
            behaviours.append(behaviour)
        progress(len(cases), len(cases), "done")
    if not tables:
        return None, None, failures
    return (
        pd.concat(_without_attrs(tables), ignore_index=True),
        pd.concat(_without_attrs(behaviours), ignore_index=True),
        failures,
    )


def _at_point(table: "pd.DataFrame", case: "Case", point: int) -> "pd.DataFrame":
    if point >= len(case.all_points):
        last = len(case.all_points) - 1
        raise SelectionError(f"{case.name}: there is no point {point}; the last one is {last}")
    return table[(table["point"] == point).to_numpy()]


def _without_attrs(tables: "list[pd.DataFrame]") -> "Iterator[pd.DataFrame]":
    """Yield the tables with plain names, which concatenate whatever their categories are."""
    for table in tables:
        plain = table.astype(dict.fromkeys(("case", "stencil"), str))
        plain.attrs = {}
        yield plain


def _print_sweep(table: "pd.DataFrame", convergence: "pd.DataFrame", choice: _SweepOptions) -> None:
    from gradcheck.output.entry import find_entry
    from gradcheck.output.text import entry_table, summary

    console = _console()
    if choice.rows != "summary":
        for _, of_case in table.groupby("case", sort=False):
            points = of_case["point"].nunique()
            entry = find_entry(of_case, point=int(of_case["point"].iloc[0]))
            console.print(entry_table(entry, convergence, rows=choice.rows))
            if points > 1 and not choice.quiet:
                _say(f"point {entry.point} of {points} is shown; --point K shows another")
    console.print(summary(convergence, table))


def _print_report(written: "Report") -> None:
    from rich.text import Text

    from gradcheck.output.entry import printable

    console = _console()
    counts = f"{len(written.cases)} cases, {len(written.pages)} pages"
    failed = f", {len(written.problems)} problems" if written.problems else ""
    console.print(Text(f"{counts}{failed}"))
    console.print(Text(printable(str(written.index)), overflow="fold"))


def _report_facts(written: "Report") -> dict[str, Any]:
    from gradcheck.output.entry import records

    return {
        "folder": str(written.folder),
        "index": str(written.index),
        "pages": [str(page) for page in written.pages],
        "cases": list(written.cases),
        "problems": list(written.problems),
        "summary": records(written.summary),
    }


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress]:
    """Show progress on stderr: a bar on a terminal, a line for every tenth elsewhere."""
    if quiet:
        yield lambda _done, _total, _name: None
    elif sys.stderr.isatty():
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.text import Text

        name_column = TextColumn("{task.description}", markup=False)
        console = _console(stderr=True)
        with Progress(
            BarColumn(), MofNCompleteColumn(), name_column, console=console, transient=True
        ) as bar:
            task = bar.add_task("")
            yield lambda done, total, name: bar.update(
                task, description=Text(_safe(name)).plain, completed=done, total=total
            )
    else:
        shown = -1

        def line(done: int, total: int, name: str) -> None:
            nonlocal shown
            tenth = 10 * done // max(total, 1)
            if tenth > shown:
                shown = tenth
                _say(f"{done}/{total} {name}")

        yield line


def _console(*, stderr: bool = False) -> "Console":
    """Make a console: wide where nobody looks at the width, without any code under NO_COLOR."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() or "COLUMNS" in os.environ else 160
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        width=wide,
        color_system=None if plain else "auto",
    )


def _say(message: str) -> None:
    """Write a message to stderr, each line marked as ours and safe for a terminal."""
    for line in message.splitlines() or [""]:
        click.echo(f"gradcheck: {_safe(line)}", err=True)


def _safe(text: str) -> str:
    from gradcheck.output.entry import printable

    return printable(text)


def _with_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" (see: {context.command_path} --help)" if context is not None else ""
    return f"{error.format_message().rstrip('.')}{hint}"


def _write_json(value: Any) -> None:
    """Write JSON, a line for each record of a table; NaN and infinities become null."""
    if isinstance(value, list):
        click.echo(_lines(value))
        return
    parts = [
        f"{json.dumps(key)}: {_lines(item) if isinstance(item, list) else _json_text(item)}"
        for key, item in value.items()
    ]
    click.echo("{" + ",\n".join(parts) + "}")


def _lines(items: list[Any]) -> str:
    return "[" + ",\n".join(map(_json_text, items)) + "]"


def _json_text(value: Any) -> str:
    return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
