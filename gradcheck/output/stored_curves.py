"""The error curves of the worst entry of a stored case, and what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.batch.reading import Run
from gradcheck.errors import SelectionError
from gradcheck.output.entry import records
from gradcheck.output.explanation import explain
from gradcheck.output.html import markup
from gradcheck.output.verdict_name import entry_names, point_name
from gradcheck.output.worst_curve import conclusion
from gradcheck.verdict.result import Result

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

_PLACE = ("point", "output", "input")


@dataclass(frozen=True, kw_only=True)
class StoredCurves:
    """The curves of one entry; or why there are none."""

    entry: str = ""
    """As "∂f/∂x[1] at x = [0.3, -1.2]"."""
    svg: "Markup | None" = None
    curves: tuple[Mapping[str, Any], ...] = ()
    """The rows of the convergence table, each with its `sentence`."""
    words: tuple[str, ...] = ()
    """What follows; why there are no curves, if so."""


def stored_curves(run: Run, result: Result, curves: "pd.DataFrame") -> StoredCurves:
    """Draw the worst entry whose error table was kept; nothing is evaluated.

    Parameters
    ----------
    run : Run
        The run.
    result : Result
        What it found about a case.
    curves : pandas.DataFrame
        The rows of the convergence table of this case.
    """
    if not len(result.entries):
        return StoredCurves(words=("The verdict rests on no entry, but on what f or df did.",))
    try:
        table = run.table(result.case.name)
    except SelectionError:
        return StoredCurves(words=(_why_not(run, result),))
    row = _worst_kept(result, table)
    if row is None:
        return StoredCurves(
            words=("df gives no number for the worst entries, and no curve comes near that.",)
        )
    entries = result.entries
    point, output, input_ = (int(getattr(entries, name)[row]) for name in _PLACE)
    here = _of(curves, point, output, input_)
    facts = [{**each, "sentence": explain(each)} for each in records(here)]
    (name,) = entry_names(result, [row])
    return StoredCurves(
        entry=f"{name} at x = {point_name(result, point)}",
        svg=_figure(_of(table, point, output, input_), here),
        curves=tuple(facts),
        words=tuple(conclusion(result, row, _telling(facts))),
    )


def _telling(facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the behaviours, without those of stencils that cannot be used here."""
    behaviours = [str(each["behaviour"]) for each in facts]
    return [each for each in behaviours if each != "domain"] or behaviours


def _worst_kept(result: Result, table: "pd.DataFrame") -> int | None:
    """Return the worst entry, a row of `Entries`, that the table is about."""
    entries = result.entries
    kept = {tuple(place) for place in table[list(_PLACE)].drop_duplicates().to_numpy().tolist()}
    for row in entries.worst_first().tolist():
        place = tuple(int(getattr(entries, name)[row]) for name in _PLACE)
        if place in kept and np.isfinite(entries.analytic[row]):
            return int(row)
    return None


def _of(table: "pd.DataFrame", point: int, output: int, input_: int) -> "pd.DataFrame":
    chosen: npt.NDArray[np.bool_] = np.ones(len(table), dtype=bool)
    for name, number in zip(_PLACE, (point, output, input_), strict=True):
        chosen &= table[name].to_numpy() == number
    return table.iloc[np.flatnonzero(chosen)]


def _figure(table: "pd.DataFrame", curves: "pd.DataFrame") -> "Markup":
    from matplotlib.figure import Figure

    from gradcheck.output.figure import errors
    from gradcheck.output.svg import to_svg

    axes = errors(table, convergence=curves if len(curves) else None)
    axes.set_title("", loc="left")  # the page says which entry it is
    assert isinstance(axes.figure, Figure)
    return markup(to_svg(axes.figure))


def _why_not(run: Run, result: Result) -> str:
    kept = run.settings.tables
    if kept == "none" or (kept == "suspects" and result):
        whose = "no error tables" if kept == "none" else "the error tables of failures only"
        return (
            f'The run kept {whose}. With gradcheck.run(..., tables="all"), the error against h is '
            "drawn here."
        )
    if result.elementwise:
        return (
            "There is no error curve of a function that acts elementwise on arrays; with numbers "
            "as points there is one."
        )
    return "There is no error curve: no error table could be made."
