"""One entry of an error table: the rows of one case, point, output and input."""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcheck.errors import SelectionError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("case", "point", "output", "input")
"""The columns that name an entry; with `stencil` they name a group of steps."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The rows of one number that df gives, with all its stencils and steps."""

    case: str
    point: int
    output: int
    input: int
    x: float
    """The coordinate that is moved; NaN for a direction."""
    analytic: float
    """What df says."""
    rows: "pd.DataFrame"
    which: str
    """Which entry of several it is: "", "input 1", "output 0, input 1"."""
    chosen_from: int
    """How many entries answered to the selection; of several, this is the worst."""

    @property
    def title(self) -> str:
        """Say which entry it is: "sine at point 0 (x = 0.7)"."""
        place = "" if np.isnan(self.x) else f" (x = {self.x:.6g})"
        which = f", {self.which}" if self.which else ""
        worst = f", worst of {self.chosen_from}" if self.chosen_from > 1 else ""
        return f"{printable(self.case)} at point {self.point}{place}{which}{worst}"


def find_entry(
    table: "pd.DataFrame",
    *,
    point: int | None = None,
    output: int | None = None,
    input: int | None = None,  # noqa: A002  (the name of the column)
) -> Entry:
    """Find one entry of a table with one case; of several that fit, the worst.

    The worst entry is the one whose smallest error over all stencils and steps, relative to the
    largest |analytic| of its point, is the largest.

    Raises
    ------
    SelectionError
        If the table has no rows, several cases, or no entry that fits.

    Examples
    --------
    >>> import gradcheck as gc
    >>> square = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0, 4.0])
    >>> find_entry(gc.sweep(square), point=1).title
    'square at point 1 (x = 4)'
    """
    require_one_case(table)
    wanted = {"point": point, "output": output, "input": input}
    rows = table
    for column, number in wanted.items():
        if number is not None:
            rows = rows[(rows[column] == number).to_numpy()]
    case = str(table["case"].iloc[0])
    if rows.empty:
        asked = ", ".join(f"{k} {n}" for k, n in wanted.items() if n is not None)
        there = ", ".join(f"{column} {_range(table[column])}" for column in wanted)
        raise SelectionError(f"{case}: no entry with {asked} in the table; it has {there}")
    keys = ["point", "output", "input"]
    scores = _scores(rows)
    chosen: tuple[int, ...] = scores.index[int(scores.to_numpy().argmax())]
    one = rows[(rows[keys].to_numpy() == np.array(chosen)).all(axis=1)]
    return Entry(
        case=case,
        point=int(chosen[0]),
        output=int(chosen[1]),
        input=int(chosen[2]),
        x=float(one["x"].iloc[0]),
        analytic=float(one["analytic"].iloc[0]),
        rows=one,
        which=", ".join(
            f"{column} {int(number)}"
            for column, number in zip(keys, chosen, strict=True)
            if column != "point" and table[column].max() > 0
        ),
        chosen_from=len(scores),
    )


def require_one_case(table: "pd.DataFrame") -> None:
    """Raise if the table is empty or holds several cases.

    Raises
    ------
    SelectionError
        Naming the cases and how to select one.
    """
    if table.empty:
        raise SelectionError("the error table has no rows; sweep at least one case")
    cases = table["case"].unique()
    if len(cases) > 1:
        shown = ", ".join(repr(str(case)) for case in cases[:3])
        more = ", ..." if len(cases) > 3 else ""
        raise SelectionError(
            f"one case is shown at a time, but the table holds {len(cases)} ({shown}{more}); "
            f'select one: table[table["case"] == {str(cases[0])!r}]'
        )


def printable(text: str) -> str:
    r"""Write control characters as escapes, so that no text can steer a terminal or break XML.

    Examples
    --------
    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if text.isprintable():
        return text
    return "".join(
        repr(letter)[1:-1] if unicodedata.category(letter)[0] in "CZ" and letter != " " else letter
        for letter in text
    )


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the rows of a table as mappings from column names to plain numbers and texts."""
    columns = {str(name): table[name].tolist() for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _scores(rows: "pd.DataFrame") -> "pd.Series[float]":
    """Return the smallest error of each entry, relative to the gradient at its point."""
    keys = ["point", "output", "input"]
    usable = rows["abs_error"].where((rows["status"] == "ok").to_numpy(), np.inf)
    best = usable.groupby([rows[key] for key in keys]).min().fillna(np.inf)
    largest = rows["analytic"].abs().groupby(rows["point"]).max()
    scale = largest.reindex(best.index.get_level_values("point")).to_numpy()
    return best / np.where(scale > 0, scale, 1.0)


def _range(column: "pd.Series[int]") -> str:
    low, high = int(column.min()), int(column.max())
    return str(low) if low == high else f"{low} to {high}"
