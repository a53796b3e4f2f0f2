"""The error table as curves: one row of a matrix for each case, point, entry and stencil."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

KEYS = ("case", "point", "output", "input", "stencil")
_KEPT = ("case", "point", "x", "output", "input", "stencil")
_LEAST = 3
"""Every curve is given this many steps, without a value if need be."""
_USELESS = ("step-lost", "outside-domain", "raised")


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Quotients and errors over h, largest step first; matrices have shape (curves, steps).

    Rows of the table without a value are left out; NaN fills the rest of each line.
    """

    keys: Mapping[str, Any]
    """A value a curve, of the type that the table has: case, point, x, output, input, stencil."""
    cases: Sequence[str]
    """The name of each curve's case."""
    stencils: Sequence[str]
    """The name of each curve's stencil."""
    is_complex_step: Array
    """Shape (curves,)."""
    analytic: Array
    """What df says, shape (curves,)."""
    site: Array
    """Shape (curves,): a number for each case, point, output and input; stencils share it."""
    count: Array
    """Shape (curves,): how many steps have a value."""
    h: Array
    numeric: Array
    error: Array
    """|numeric - analytic|; NaN where df has no finite value."""
    on_grid: Array
    """The quotients again, but on the table's own grid of steps, NaN where there is none."""
    grid: Array
    """The table's own steps, largest first."""


def curves_of(table: "pd.DataFrame") -> Curves:
    """Arrange an error table as curves, in the order in which they first appear."""
    h, numeric, error = (
        table[name].to_numpy(dtype=np.float64) for name in ("h", "numeric", "abs_error")
    )
    columns = {name: _values(table[name]) for name in _KEPT}
    layout = _Layout.of({name: columns[name] for name in KEYS}, h)
    keys = {name: columns[name][layout.first] for name in _KEPT}
    stencils = words(keys["stencil"])
    grid, numeric, error = (layout.lines(column) for column in (h, numeric, error))
    valued = np.isfinite(numeric)
    useless = _is_useless(table["status"])
    if useless.any():
        valued &= ~(layout.lines(useless.astype(np.float64)) == 1.0)
    h, on_grid = grid, numeric
    if not valued.all():
        on_grid = np.where(valued, numeric, np.nan)
        order = np.argsort(~valued, axis=1, kind="stable")
        kept = np.take_along_axis(valued, order, axis=1)
        h, numeric, error = (
            np.where(kept, np.take_along_axis(matrix, order, axis=1), np.nan)
            for matrix in (grid, numeric, error)
        )
    return Curves(
        keys=keys,
        cases=words(keys["case"]),
        stencils=stencils,
        is_complex_step=np.array([name == "complex-step" for name in stencils], dtype=bool),
        analytic=table["analytic"].to_numpy()[layout.first],
        site=layout.site,
        count=valued.sum(axis=1),
        h=h,
        numeric=numeric,
        error=np.where(np.isfinite(error), error, np.nan),
        on_grid=on_grid,
        grid=grid,
    )


def words(values: Any) -> list[str]:
    """Return the values of a column as text; those of a category without a look at each."""
    codes = getattr(values, "codes", None)
    if codes is None:
        return [str(value) for value in values]
    texts = [*map(str, values.categories), "nan"]  # the code of a missing value is -1
    return [texts[code] for code in codes.tolist()]


def _values(column: "pd.Series[Any]") -> Any:
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array


def _is_useless(status: "pd.Series[Any]") -> Array:
    codes = getattr(status.array, "codes", None)
    if codes is None:
        return status.isin(_USELESS).to_numpy()
    useless = [word in _USELESS for word in status.array.categories]
    return np.asarray(np.array([*useless, False])[codes])  # the code of a missing value is -1


@dataclass(frozen=True)
class _Layout:
    """Where the rows of each curve are in the table."""

    first: Array
    """Shape (curves,): the row with the largest step."""
    site: Array
    """As `Curves.site`."""
    index: Array | None
    """Row numbers by falling h, shape (curves, steps), -1 fills up; None if the table has its rows
    in that order, and as many for each curve."""

    @classmethod
    def of(cls, keys: Mapping[str, Any], h: Array) -> "_Layout":
        numbered = _numbered_if_sorted([*keys.values()])
        line = _numbered(keys) if numbered is None else numbered[0]
        same = line[1:] == line[:-1]
        tidy = bool((line[1:] >= line[:-1]).all() and (~same | (h[1:] <= h[:-1])).all())
        index = _row_numbers(np.arange(len(h)) if tidy else np.lexsort((-h, line)), line)
        first = index[:, 0]
        if numbered is None:
            site = _numbered({name: keys[name][first] for name in KEYS[:-1]})
        else:
            site = numbered[1][first]
        return cls(first, site, None if tidy and index.size == len(h) else index)

    def lines(self, column: Array) -> Array:
        """Return a column of the table as a matrix, a line a curve; NaN fills up."""
        if self.index is None:
            return column.reshape(len(self.first), -1)
        return np.where(self.index >= 0, column[self.index], np.nan)


def _numbered(keys: Mapping[str, Any]) -> Array:
    """Give each row a number, equal rows the same, in the order in which they first appear."""
    import pandas as pd

    groups = pd.DataFrame(keys).groupby([*keys], observed=True, sort=False)
    return groups.ngroup().to_numpy()


def _numbered_if_sorted(keys: Sequence[Any]) -> tuple[Array, Array] | None:
    """Return the numbers of each row's curve and site, if neighbouring rows tell them.

    They do where the rows are sorted by numbers and codes, as in a table straight from `sweep`.
    """
    new = site = np.zeros(len(keys[0]) - 1, dtype=bool)
    for values in keys:
        code = getattr(values, "codes", values)
        if not isinstance(code, np.ndarray) or code.dtype.kind not in "iu" or code.min() < 0:
            return None
        if ((code[1:] < code[:-1]) & ~new).any():
            return None
        site, new = new, new | (code[1:] != code[:-1])
    return _counted(new), _counted(site)


def _counted(new: Array) -> Array:
    return np.concatenate([[0], np.cumsum(new)])


def _row_numbers(order: Array, line: Array) -> Array:
    """Return the row numbers of each curve by falling h, shape (curves, steps); -1 fills up."""
    counts = np.bincount(line)
    if (counts == counts[0]).all() and counts[0] >= _LEAST:
        return order.reshape(len(counts), counts[0])
    index = np.full((len(counts), max(counts.max(), _LEAST)), -1)
    index[np.arange(index.shape[1]) < counts[:, None]] = order
    return index
