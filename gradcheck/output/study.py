"""One case of a report: its error table, its convergence, and both error parts or why not."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gradcheck.behaviour.convergence import convergence
from gradcheck.behaviour.split import split
from gradcheck.behaviour.sweep import sweep
from gradcheck.errors import NotCertifiable
from gradcheck.model.case import Case
from gradcheck.output.definition import Definition
from gradcheck.output.summary import ENTRY, with_digits

if TYPE_CHECKING:
    import pandas as pd

LARGE = 16
"""A case with more entries than that per point is large: its worst ones are shown and written."""
_WRITTEN_PARTS = (
    "derivative", "truncation_error", "rounding_error", "truncation_radius", "rounding_radius"
)  # fmt: skip
SHOWN_POINTS = 4
"""So many points get a section of their own; all are in the table at the top of the page."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """What a report knows about a case that could be compared."""

    case: Case
    """With the points that the definition chose."""
    table: "pd.DataFrame"
    """The error table; with both error parts where they are certified."""
    convergence: "pd.DataFrame"
    """The convergence table, with the columns `analytic` and `digits`."""
    uncertified: str
    """Why the error parts are not measured; "" if they are."""

    @property
    def is_large(self) -> bool:
        """Whether the case has more entries per point than a report writes out."""
        outputs, inputs = (int(self.convergence[key].max()) + 1 for key in ("output", "input"))
        return outputs * inputs > LARGE

    @cached_property
    def entries(self) -> "pd.DataFrame":
        """The entries, worst first within each point: `point, x, output, input, analytic, score`.

        The score is the smallest error over all stencils, relative to the largest |analytic| of
        the point: a wrong entry is wrong for every stencil.
        """
        grouped = self.convergence.groupby(ENTRY, sort=False)
        table = grouped.agg(
            x=("x", "first"), analytic=("analytic", "first"), score=("best_error", "min")
        ).reset_index()
        largest = table["analytic"].abs().groupby(table["point"]).transform("max")
        table["score"] = table["score"].fillna(np.inf) / largest.where(largest > 0, 1.0)
        return table.sort_values(["point", "score"], ascending=[True, False], kind="stable")

    def rows_to_write(self) -> "pd.DataFrame":
        """Return the rows for the data file: all of them, or those of the worst entries."""
        if not self.is_large:
            return self.table
        worst = self.entries.groupby("point").head(LARGE)
        sizes = [int(self.table[key].max()) + 1 for key in ENTRY]
        wanted, there = (
            np.ravel_multi_index([table[key].to_numpy() for key in ENTRY], sizes)
            for table in (worst, self.table)
        )
        return self.table.iloc[np.flatnonzero(np.isin(there, wanted))]


def study(case: Case, definition: Definition, *, parts: int, inputs: int) -> Study:
    """Compare a case as the definition says.

    Both error parts are measured at the first `parts` points of `shown_points`, if these have at
    most so many `inputs`: the certified reference is far more work than a difference quotient.

    Raises
    ------
    GradcheckError
        If the case cannot be compared.
    """
    chosen = definition.restrict(case)
    table = sweep(chosen, stencils=definition.stencils, steps=definition.steps)
    found = convergence(table)
    table.attrs = {}  # pandas would copy them at each of the many selections that follow
    points = shown_points(chosen)[:parts]
    table, uncertified = _with_parts(chosen, definition, table, (points, inputs))
    return Study(
        case=chosen,
        table=table,
        convergence=with_digits(found, table),
        uncertified=uncertified,
    )


def shown_points(case: Case) -> list[int]:
    """Choose the points with a section: the first, the special ones, then the others."""
    general = range(len(case.points))
    special = range(len(case.points), len(case.all_points))
    return [*general[:1], *special, *general[1:]][:SHOWN_POINTS]


def _with_parts(
    case: Case, definition: Definition, table: "pd.DataFrame", limits: tuple[list[int], int]
) -> tuple["pd.DataFrame", str]:
    """Return the table with both error parts where they are measured, or why they are not."""
    points, most = sorted(limits[0]), limits[1]
    inputs = max(case.all_points[number].size for number in points)
    if inputs > most:
        return table, (
            f"in a report of this size that is done for up to {most} inputs, and here are "
            f"{inputs}; gradcheck.split does it for any number."
        )
    try:
        parts = split(_at(case, points), stencils=definition.stencils, steps=definition.steps)
    except NotCertifiable as error:
        return table, str(error).removeprefix(f"{case.name}: ")
    except Exception as error:  # noqa: BLE001  (the reference runs f on its own numbers)
        return table, f"not certifiable, because {type(error).__name__}: {error}"
    measured = table["point"].isin(points).to_numpy()
    columns = {name: np.full(len(table), np.nan) for name in _WRITTEN_PARTS}
    for name, column in columns.items():
        column[measured] = parts[name].to_numpy()
    return table.assign(**columns), ""


def _at(case: Case, points: list[int]) -> Case:
    """Return the case with these points only."""
    return replace(case, points=tuple(case.all_points[k] for k in points), special_points={})
