"""`gradcheck sweep`: how the error of difference quotients behaves over the step size."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.progress import progress_on_stderr
from gradcheck.commands.selection import json_option, named, path_option, quiet_option
from gradcheck.commands.terminal import ExitCode, console, say, write_json
from gradcheck.errors import SelectionError

if TYPE_CHECKING:
    import pandas as pd

    from gradcheck.differences.stencil import Stencil
    from gradcheck.model.case import Case


@click.command(short_help="Compare derivative and difference quotients over h.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@path_option
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
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Write the whole error table as CSV.")
@quiet_option
def sweep(names: tuple[str, ...], **options: Any) -> int:
    """Compare derivative and difference quotients over h, e.g. gradcheck sweep sigmoid.

    NAME is a name, a pattern such as 'exp*', or file.py::name. The errors over h are shown for
    one point (--point; of several entries there, the worst), the summary for all of them.
    """
    choice = _Options(**options)
    cases, problems = named(names, choice.paths)
    table, convergence, failures = _swept(cases, choice)
    if table is None or convergence is None:
        return ExitCode.FAILED
    if choice.as_json:
        from gradcheck.output.entry import records

        write_json({"rows": records(table), "convergence": records(convergence)})
    elif choice.as_csv:
        table.to_csv(sys.stdout, index=False)
    else:
        _print(table, convergence, choice)
    return ExitCode.FAILED if problems or failures else ExitCode.OK


@dataclass(frozen=True, kw_only=True)
class _Options:
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


def _swept(
    cases: "Sequence[Case]", choice: _Options
) -> "tuple[pd.DataFrame | None, pd.DataFrame | None, int]":
    """Sweep the cases one after the other; one that cannot be swept is named, the others go on."""
    import pandas as pd

    from gradcheck.behaviour.convergence import convergence
    from gradcheck.behaviour.sweep import sweep as swept
    from gradcheck.errors import CaseError

    formulas, steps = choice.formulas(), choice.numbers()
    tables, behaviours = [], []
    failures = 0
    with progress_on_stderr(quiet=choice.quiet or len(cases) < 2) as progress:
        for number, case in enumerate(cases):
            progress(number, len(cases), case.name, failures)
            try:
                table = swept(case, stencils=formulas, steps=steps)
                if choice.point is not None:
                    table = _at_point(table, case, choice.point)
                behaviour = table.head(0) if choice.as_csv else convergence(table)
            except CaseError as error:
                say(str(error))
                failures += 1
                continue
            tables.append(table)
            behaviours.append(behaviour)
        progress(len(cases), len(cases), "done", failures)
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


def _print(table: "pd.DataFrame", convergence: "pd.DataFrame", choice: _Options) -> None:
    from gradcheck.output.entry import find_entry
    from gradcheck.output.text import entry_table, summary

    terminal = console()
    if choice.rows != "summary":
        for _, of_case in table.groupby("case", sort=False):
            points = of_case["point"].nunique()
            entry = find_entry(of_case, point=int(of_case["point"].iloc[0]))
            terminal.print(entry_table(entry, convergence, rows=choice.rows))
            if points > 1 and not choice.quiet:
                say(f"point {entry.point} of {points} is shown; --point K shows another")
    terminal.print(summary(convergence, table))
