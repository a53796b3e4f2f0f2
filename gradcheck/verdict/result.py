"""What a check found: the verdict, its reason, the entries with their error bars."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from gradcheck.differences.structure import Structure
from gradcheck.errors import SelectionError
from gradcheck.model.case import Case
from gradcheck.verdict.blocks import Block, whole
from gradcheck.verdict.directions import Directions

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Array = npt.NDArray[Any]

COLUMNS = (
    "point", "output", "input", "name", "analytic", "numeric", "error_bar", "abs_error",
    "rel_error", "ratio", "resolution", "verdict",
)  # fmt: skip
"""The columns of `Result.table`."""


class Verdict(Enum):
    """The three outcomes of a check."""

    PASS = "pass"  # noqa: S105  (no password)
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"

    def __str__(self) -> str:
        return self.value


class Reason(StrEnum):
    """Why a check came out as it did; each belongs to one verdict."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    WRONG_SHAPE = "wrong-shape"
    NOT_FINITE = "not-finite"
    SPARSITY = "sparsity"
    MUTATES_INPUT = "mutates-input"
    RAISED = "raised"
    KINK = "kink"
    NOISE = "noise"
    DOMAIN = "domain"
    NONDETERMINISTIC = "nondeterministic"
    STATEFUL = "stateful"
    ANALYTIC_INACCURATE = "analytic-inaccurate"


VERDICTS = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL)
"""In the order of gravity; `Entries.verdict` counts along these."""


@dataclass(frozen=True)
class Finding:
    """A cause that explains the wrong entries."""

    code: str
    """Stable, such as "sign" or "factor"."""
    message: str
    certainty: Literal["A", "B", "C"]
    """A: exact relation with one usual cause; B: two or three causes; C: only the place."""
    entries: tuple[int, ...] = ()
    """Rows of `Result.table`'s unsorted order (`Entries`) that it explains."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entries:
    """The compared entries of the Jacobian, one row each, in the order point, output, input."""

    point: npt.NDArray[np.intp]
    output: npt.NDArray[np.intp]
    """The flattened output that the entry belongs to."""
    input: npt.NDArray[np.intp]
    """The flattened input, or the number of the direction where directions were checked."""
    analytic: Array
    """What df claims; NaN where it gave no number."""
    numeric: Array
    """The derivative by differences; NaN where there is none."""
    error_bar: Array
    """The bound for the error of `numeric`, in the same units."""
    materiality: Array
    """The largest difference that is put down to df's own rounding, or tolerated by the caller."""
    scale: Array
    """What errors are relative to: the largest |numeric| at the same point, for the same output."""
    verdict: npt.NDArray[np.int8]
    """A position in `VERDICTS`."""
    reason: npt.NDArray[np.object_]
    """A `Reason` for each entry."""

    def __len__(self) -> int:
        return len(self.point)

    @property
    def resolution(self) -> Array:
        """The relative error, in units of the block's largest derivative, that would be caught."""
        with np.errstate(all="ignore"):
            resolution = (self.error_bar + self.materiality) / self.scale
        return np.asarray(np.where(np.isnan(resolution), np.inf, resolution))

    @property
    def abs_error(self) -> Array:
        """|analytic - numeric|."""
        with np.errstate(all="ignore"):
            error: Array = np.abs(self.analytic - self.numeric)
        return error

    def worst_first(self) -> npt.NDArray[np.intp]:
        """Return the rows, the gravest verdict first, then by the error in units of its bound."""
        return self._worst_first

    @cached_property
    def _worst_first(self) -> npt.NDArray[np.intp]:
        with np.errstate(all="ignore"):
            excess = self.abs_error / (self.error_bar + self.materiality)
        excess = np.where(self.abs_error == 0, 0.0, excess)
        order = np.lexsort((-np.where(np.isnan(excess), np.inf, excess), -self.verdict))
        order.flags.writeable = False
        return order


class Called(NamedTuple):
    """How the caller asked, and what the functions are called there."""

    check: str = "check"
    """The function of gradcheck, such as "check_jvp"."""
    f: str = "f"
    """The function whose differences were taken."""
    df: str = "df"
    """The derivative that was checked."""
    options: str = ""
    """What was given besides and cannot be told from the result: "jvp=jvp"."""


_AS_CHECK = Called()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result:
    """The outcome of `check` for one pair f, df.

    ``bool(result)`` is True only for a PASS, so that ``assert gc.check(f, df, x)`` means what it
    says; ``str(result)`` tells the whole story.
    """

    case: Case
    """What was checked; `case.points` are the points x."""
    verdict: Verdict
    reason: Reason
    message: str
    """A sentence or two: what was found, and what to do."""
    entries: Entries
    evaluations: int
    """Calls of f; a vectorised call counts as its number of points."""
    output_shape: tuple[int, ...] | None
    """The shape of f(x); None if f never returned."""
    seconds: float = 0.0
    """How long the check took, the user's functions included."""
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    elementwise: bool = False
    """Whether the pair was checked as a diagonal Jacobian."""
    directions: Directions | None = None
    """The directions, a sequence of arrays, where those were checked instead of entries."""
    structure: Structure | None = None
    """That of x, where it is a tree; `case` and its points then hold flat vectors."""
    roles: Called = _AS_CHECK
    """Who was asked, and what the function and its derivative are called there."""

    def __bool__(self) -> bool:
        return self.verdict is Verdict.PASS

    @property
    def resolution(self) -> float:
        """The smallest relative error, in units of the largest derivative, that would be caught.

        An error of three times that size fails. Infinite if there is nothing to compare with.
        """
        return float(self.entries.resolution.max(initial=0.0)) if len(self.entries) else np.inf

    @property
    def points(self) -> tuple[Any, ...]:
        """The points x as f gets them, arrays or trees, special ones last; fresh copies."""
        grow = np.copy if self.structure is None else self._grown
        return tuple(map(grow, self.case.all_points))

    def _grown(self, flat: Array) -> Any:
        assert self.structure is not None
        return self.structure.unflatten(flat.copy())

    def parts(self, point: int) -> tuple[Block, ...]:
        """Return the named parts of x at a point: the leaves of a tree, or x as a whole."""
        if self.structure is None:
            points = self.case.all_points
            return whole(points[point].shape if points else ())
        return tuple(Block(part.name, part.start, part.shape) for part in self.structure.parts)

    @cached_property
    def blocks(self) -> "pd.DataFrame":
        """The parts of x as a table, one row each: which of them are right, and how surely.

        See Also
        --------
        gradcheck.output.verdict_block.block_table : the columns.
        """
        from gradcheck.output.verdict_block import block_table

        return block_table(self)

    @cached_property
    def table(self) -> "pd.DataFrame":
        """The entries as a table with the columns `COLUMNS`, worst first."""
        from gradcheck.output.verdict_table import table

        return table(self)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the error of each entry in units of its bound."""
        from gradcheck.output.verdict_figure import plot

        return plot(self, ax)

    def __repr__(self) -> str:
        return f"<Result {self.case.name!r}: {self.verdict} ({self.reason})>"

    def __str__(self) -> str:
        from gradcheck.output.verdict_text import text

        return text(self)

    def _repr_html_(self) -> str:
        from gradcheck.output.verdict_html import html

        return html(self)


class Results(Mapping[str, Result]):
    """The results of many cases by name; true if all pass."""

    def __init__(self, results: Mapping[str, Result]) -> None:
        self._results = dict(results)

    def __getitem__(self, name: str) -> Result:
        try:
            return self._results[name]
        except KeyError:
            raise SelectionError(
                f"no result of a case named {name!r}; there are {', '.join(self._results)}"
            ) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._results)

    def __len__(self) -> int:
        return len(self._results)

    def __bool__(self) -> bool:
        return all(self._results.values())

    def __repr__(self) -> str:
        counts = {v: sum(r.verdict is v for r in self.values()) for v in VERDICTS}
        return f"<Results: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}>"

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_found import results

        return results(self)

    def with_verdict(self, verdict: Verdict) -> "Results":
        """Return the results with this verdict."""
        return Results({name: r for name, r in self.items() if r.verdict is verdict})

    def to_frame(self) -> "pd.DataFrame":
        """Return a table with one row a case: verdict, reason, findings, resolution, costs."""
        from gradcheck.output.verdict_table import overview

        return overview(self)
