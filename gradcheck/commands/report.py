"""`gradcheck report`: everything about all cases, as web pages."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.progress import progress_on_stderr
from gradcheck.commands.selection import json_option, path_option, quiet_option
from gradcheck.commands.stored_report import (
    case_option,
    pages_option,
    report_of_run,
    store_option,
)
from gradcheck.commands.terminal import ExitCode, console, say, write_json

if TYPE_CHECKING:
    from gradcheck.output.report import Report


@click.command(short_help="Write a report as web pages.")
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
@store_option
@pages_option
@case_option
@path_option
@json_option
@quiet_option
def report(  # noqa: PLR0913  (one argument an option)
    *,
    spec: str | None,
    out: str,
    tables: Any,
    workers: int | None,
    store: str | None,
    pages: int | None,
    chosen: tuple[str, ...],
    paths: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """Write a report as web pages, e.g. gradcheck report --out my-report.

    SPEC is a report definition (a TOML file) or the name of a built-in one; without it, all cases
    are shown.

    With --store, the report is made from a stored run: gradcheck report --store results.sqlite.
    SPEC then gives title, introduction, selection and templates.
    """
    _require_together(store, tables, pages, chosen, paths)
    shared = workers or min(os.cpu_count() or 1, 8)
    if store is not None:
        report_of_run(
            store, spec, out=out, pages=pages, chosen=chosen, workers=shared, as_json=as_json,
            quiet=quiet,
        )  # fmt: skip
        return ExitCode.OK
    from gradcheck.output.definition import read
    from gradcheck.output.report import build

    definition = read(spec)
    if paths:
        definition = replace(definition, paths=tuple(map(Path, paths)))
    with progress_on_stderr(quiet=quiet) as progress:
        written = build(
            definition,
            out=out,
            tables=tables,
            progress=progress,
            workers=shared,
        )
    for problem in written.problems:
        say(problem)
    if as_json:
        write_json(_facts(written))
    else:
        _print(written)
    return ExitCode.FAILED if written.problems else ExitCode.OK


def _require_together(
    store: str | None,
    tables: str,
    pages: int | None,
    chosen: tuple[str, ...],
    paths: tuple[str, ...],
) -> None:
    """Refuse options that say nothing with, or without, a store."""
    if store is None and (pages is not None or chosen):
        raise click.UsageError(f"{'--case' if chosen else '--pages'} goes with --store")
    if store is not None and (paths or tables != "selected"):
        raise click.UsageError(
            f"{'--path' if paths else '--tables'} was decided when the run was made, so it does "
            "not go with --store; SPEC and --case choose what is shown"
        )


def _print(written: "Report") -> None:
    from rich.text import Text

    from gradcheck.output.entry import printable
    from gradcheck.output.outcome import WORDS

    terminal = console()
    counts = Counter(written.verdicts["verdict"])
    parts = [f"{counts[word]} {word}" for word in reversed(WORDS) if counts[word]]
    if written.problems:
        parts.append(f"{len(written.problems)} not loaded or compared")
    cases = "1 case" if len(written.cases) == 1 else f"{len(written.cases)} cases"
    terminal.print(", ".join([cases, *parts]))
    terminal.print(Text(printable(str(written.index))), soft_wrap=True)  # a path is one line


def _facts(written: "Report") -> dict[str, Any]:
    from gradcheck.output.entry import records

    return {
        "folder": str(written.folder),
        "index": str(written.index),
        "pages": [str(page) for page in written.pages],
        "cases": list(written.cases),
        "problems": list(written.problems),
        "verdicts": records(written.verdicts),
        "summary": records(written.summary),
    }
