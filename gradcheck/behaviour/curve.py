"""The error table as curves: one row of a matrix for each case, point, entry and stencil."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

KEYS = ("case", "point", "output", "input", "stencil")
_LEAST = 3
"""Every curve is given this many steps, without a value if need be."""
_USELESS = ("step-lost", "outside-domain", "raised")


@dataclass(frozen=True, kw_only=True)
class Curves:
    """Quotients and errors over h, largest step first; matrices have shape (curves, steps).

    Rows of the table without a value are left out; NaN fills the rest of each line.
    """

    keys: "pd.DataFrame"
    """A row a curve: case, point, x, output, input, stencil, analytic."""
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

    @property
    def analytic(self) -> Array:
        """What df says, shape (curves,)."""
        return self.keys["analytic"].to_numpy()


def curves_of(table: "pd.DataFrame") -> Curves:
    """Arrange an error table as curves, in the order in which they first appear."""
    import pandas as pd

    index = _line_index(table)
    first = index[:, 0]
    columns = {
        name: table[name].to_numpy()[first] if name == "x" else table[name].iloc[first]
        for name in ("case", "point", "x", "output", "input", "stencil", "analytic")
    }
    keys = pd.DataFrame(columns).reset_index(drop=True)
    grid = _lines(table["h"].to_numpy(dtype=np.float64), index)
    numeric = _lines(table["numeric"].to_numpy(dtype=np.float64), index)
    error = _lines(table["abs_error"].to_numpy(dtype=np.float64), index)
    useless = table["status"].isin(_USELESS).to_numpy()
    valued = np.isfinite(numeric) & ~(_lines(useless.astype(np.float64), index) == 1.0)
    on_grid = np.where(valued, numeric, np.nan)
    order = np.argsort(~valued, axis=1, kind="stable")
    kept = np.take_along_axis(valued, order, axis=1)
    packed = [
        np.where(kept, np.take_along_axis(matrix, order, axis=1), np.nan)
        for matrix in (grid, numeric, error)
    ]
    sites = keys[list(KEYS[:-1])]
    return Curves(
        keys=keys,
        site=sites.groupby(list(sites), observed=True, sort=False).ngroup().to_numpy(),
        count=valued.sum(axis=1),
        h=packed[0],
        numeric=packed[1],
        error=np.where(np.isfinite(packed[2]), packed[2], np.nan),
        on_grid=on_grid,
        grid=grid,
    )


def _line_index(table: "pd.DataFrame") -> Array:
    """Return the row numbers of each curve by falling h, shape (curves, steps); -1 fills up."""
    line = table.groupby(list(KEYS), observed=True, sort=False).ngroup().to_numpy()
    h = table["h"].to_numpy(dtype=np.float64)
    same = line[1:] == line[:-1]
    tidy = bool((line[1:] >= line[:-1]).all() and (h[1:] <= h[:-1])[same].all())
    order = np.arange(len(line)) if tidy else np.lexsort((-h, line))
    counts = np.bincount(line)
    if (counts == counts[0]).all() and counts[0] >= _LEAST:
        return order.reshape(len(counts), counts[0])
    index = np.full((len(counts), max(counts.max(), _LEAST)), -1)
    index[np.arange(index.shape[1]) < counts[:, None]] = order
    return index


def _lines(column: Array, index: Array) -> Array:
    return np.where(index >= 0, column[index], np.nan)
