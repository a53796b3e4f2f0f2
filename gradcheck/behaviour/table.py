"""What the error table is made of: its columns, their memory, and what it remembers."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Status
from gradcheck.differences.stencil import Stencil
from gradcheck.model.case import Case

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "case": "name of the case (category)",
        "point": "number of the point, counted along Case.all_points (int32)",
        "x": "the coordinate that is moved; NaN for a direction (float64)",
        "output": "index into the flattened f(x) (int32)",
        "input": "index into the flattened x, or number of the direction (int32)",
        "stencil": "name of the difference formula (category)",
        "h": "step size, as listed (float64)",
        "numeric": "difference quotient; NaN where it has no value (float64)",
        "analytic": "what df says (float64)",
        "abs_error": "|numeric - analytic| (float64)",
        "rel_error": "abs_error / max(|numeric|, |analytic|), 0 where both are 0 (float64)",
        "status": "ok | not-finite | raised | outside-domain | step-lost (category)",
    }
)
"""The columns of the error table, in order."""

_INTEGERS = ("point", "output", "input")


class SweptCases(tuple[str, ...]):  # noqa: SLOT001  (it carries more than its names)
    """The names of a table's cases, with cases and stencils at hand; kept in `DataFrame.attrs`.

    pandas copies `attrs` deeply at every turn and writes it out as JSON; cases are immutable, and
    for JSON the names must do.
    """

    cases: Mapping[str, Case]
    stencils: Mapping[str, Stencil]

    @classmethod
    def of(cls, cases: Iterable[Case], stencils: Iterable[Stencil]) -> "SweptCases":
        """Collect what a table was made of."""
        named = {case.name: case for case in cases}
        swept = cls(named)
        swept.cases = MappingProxyType(named)
        swept.stencils = MappingProxyType({formula.name: formula for formula in stencils})
        return swept

    def __deepcopy__(self, memo: object) -> "SweptCases":
        return self

    def __reduce__(self) -> tuple[type[tuple[str, ...]], tuple[tuple[str, ...]]]:
        return (tuple, (tuple(self),))


def allocate(rows: int, *, cases: int, stencils: int) -> dict[str, Array]:
    """Return uninitialised columns for a number of rows, in one block of memory.

    One block, since the first touch of fresh memory costs more than most of the arithmetic, and
    less so in large pages. Words are kept as codes of a category.
    """
    kinds: dict[str, np.dtype[Any]] = {name: np.dtype(np.float64) for name in COLUMNS}
    kinds |= {name: np.dtype(np.int32) for name in _INTEGERS}
    kinds |= {"case": np.min_scalar_type(-cases), "stencil": np.min_scalar_type(-stencils)}
    kinds["status"] = np.dtype(np.int8)
    block = np.empty(rows * sum(kind.itemsize for kind in kinds.values()), dtype=np.uint8)
    columns = {}
    start = 0
    for name in sorted(kinds, key=lambda name: -kinds[name].itemsize):  # the widest first: aligned
        stop = start + rows * kinds[name].itemsize
        columns[name] = block[start:stop].view(kinds[name])
        start = stop
    return {name: columns[name] for name in COLUMNS}


def frame(
    columns: Mapping[str, Array], *, cases: Iterable[Case], stencils: Iterable[Stencil]
) -> "pd.DataFrame":
    """Make the table of its columns, without copying them."""
    import pandas as pd

    swept = SweptCases.of(cases, stencils)
    words = {
        "case": list(swept.cases),
        "stencil": list(swept.stencils),
        "status": [status.label for status in Status],
    }
    data = {
        name: pd.Categorical.from_codes(
            column, dtype=pd.CategoricalDtype(words[name]), validate=False
        )
        if name in words
        else column
        for name, column in columns.items()
    }
    table = pd.DataFrame(data, copy=False)
    table.attrs["cases"] = swept
    return table
