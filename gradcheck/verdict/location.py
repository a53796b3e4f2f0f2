"""Which entries of a large gradient are wrong, in far fewer evaluations than entries."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.blocks import Block, whole
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.entrance import Question, question
from gradcheck.verdict.faults import Fault, repeat, start
from gradcheck.verdict.gauge import FEWEST, Gauge
from gradcheck.verdict.result import Entries, Finding
from gradcheck.verdict.search import Exhausted, Part, Reading, Search
from gradcheck.verdict.state import untouched
from gradcheck.verdict.wrong_entries import causes, wrong_entries

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

LIMIT = 3000
"""Calls of f that a search may take, if the caller does not say otherwise."""
_ROUNDS = 3
"""So many directions are tried before what remains unexplained is left."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Location:
    """The wrong entries of a derivative, as far as they were found."""

    case: Case
    entries: Entries
    """The wrong entries only; `numeric` and `error_bar` come from f."""
    exact: bool
    """Whether these explain everything that a fresh random direction shows."""
    resolution: float
    """Where it is exact: any other entry of average size would show by itself if it were wrong by
    more than this share; NaN where it is not."""
    unresolved: tuple[tuple[int, int], ...]
    """Ranges of the flattened x, (start, stop), that hold more mistakes; () if it is exact."""
    evaluations: int
    """Calls of f."""
    findings: tuple[Finding, ...]
    """What the wrong entries have in common."""
    parts: tuple[Block, ...]
    """The parts of x."""
    output_shape: tuple[int, ...]
    """The shape of f(x)."""

    @property
    def wrong(self) -> Indices:
        """The positions of the wrong entries in the flattened df(x), in ascending order."""
        inputs = sum(part.size for part in self.parts)
        return np.asarray(self.entries.output * inputs + self.entries.input, dtype=np.intp)

    @cached_property
    def table(self) -> "pd.DataFrame":
        """The wrong entries, a row each: entry, name, analytic, numeric, error_bar, ratio."""
        from gradcheck.output.location_text import table

        return table(self)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        kind = "exact" if self.exact else "partial"
        return f"<Location: {len(self)} wrong, {kind}, {self.evaluations} evaluations>"

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_found import location

        return location(self)

    def __str__(self) -> str:
        from gradcheck.output.location_text import text

        return text(self)


def locate(f: Any, df: Any, x: Any, *, limit: int = LIMIT, seed: int = 0) -> Location:
    """Find the wrong entries of a derivative without looking at every entry.

    Sums of entries along random directions show which parts of x hold mistakes; coded weights
    spell out where in such a part. A single wrong entry among a million is found in about 15
    evaluations of f, a hundred in about 700; each is confirmed by itself, and a fresh direction
    confirms that nothing is left.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns a number, or an array of shape `output`.
    df : callable
        ``df(x)`` returns the derivative, of shape ``(*output, *input)``.
    x : array_like, or container of such
        The point, as for `check`.
    limit : int
        How often f may be called; the search ends there, with what it has found.
    seed : int
        For the random directions.

    Returns
    -------
    Location
        `wrong` holds positions in the flattened df(x). Mistakes too small to stand out of the
        rounding in sums over many entries are not found: `resolution` says how small. Where
        something is left unexplained, `exact` is False, and `unresolved` says where.

    Raises
    ------
    CaseError
        If f or df cannot be compared at x: they raise, change their argument, return the wrong
        shape, or something different for the same x.

    Examples
    --------
    >>> import numpy as np
    >>> def gradient(x):
    ...     result = np.cos(x)
    ...     result[4711] *= 1.1
    ...     return result
    >>> x = np.random.default_rng(0).normal(size=10_000)
    >>> locate(lambda x: np.sum(np.sin(x)), gradient, x).wrong
    array([4711])
    """
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit < FEWEST:
        raise CaseError(
            f"limit must be a number of evaluations, at least {FEWEST}, got {limit!r}; the default "
            f"is {LIMIT}"
        )
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise CaseError(f"seed must be an integer of at least 0, got {seed!r}")
    if isinstance(f, Case) or x is None:
        raise CaseError("locate takes f, df and one x: locate(f, df, x)")
    asked = question(f, df, x, None, None)
    with untouched():
        try:
            return _locate(asked, int(limit), int(seed))
        except Fault as fault:
            raise CaseError(f"{asked.case.name}: {fault.message}") from None


def _locate(asked: Question, limit: int, seed: int) -> Location:
    case = asked.case
    (point,) = case.points
    blocks = asked.blocks or whole(point.shape)
    f, df = (Probe(case, role, point.shape, asked.structure) for role in ("f", "df"))
    begun = start(f, df, point)
    if begun.elementwise and point.size > 1:
        raise CaseError(
            f"{case.name}: df is the diagonal of the Jacobian, all entries of which show in the "
            "same few values of f; use check(f, df, x)"
        )
    x = point.reshape(-1)
    claims = begun.analytic.reshape(-1, len(x))
    directions = Directions(blocks=whole(x.shape), each=1 + _ROUNDS, scale=scale_of(x), seed=seed)
    gauge = Gauge(f, x, begun.center, claims, directions, limit - 1)
    left, last = _searched(gauge, len(x))
    entries, unknown = wrong_entries(gauge, claims)
    repeat(f, point, begun)
    unresolved = _joined([*((part.start, part.stop) for part in left), *unknown])
    exact = not unresolved
    return Location(
        case=case,
        entries=entries,
        exact=exact,
        resolution=gauge.resolution(last) if exact else float("nan"),
        unresolved=unresolved,
        evaluations=f.calls,
        findings=causes(entries, df, point, begun.center, blocks),
        parts=blocks,
        output_shape=f.output or (),
    )


def _searched(gauge: Gauge, inputs: int) -> tuple[list[Part], Reading]:
    """Search along one direction after the other, until one shows nothing new.

    Return the parts that hold more mistakes, and the last reading of everything.
    """
    reading = Reading(np.nan, np.inf)
    left = everything = [Part(0, inputs, reading)]
    try:
        reading = gauge.first()
        if not reading.shows:
            return [], reading
        left = _after_one(gauge, Part(0, inputs, reading))
        for number in range(1, 1 + _ROUNDS):
            search = Search(gauge.read, gauge.confirm, gauge.remaining)
            for part in left:
                search.run(part)
            left = search.left
            if search.is_over:
                break
            reading = _fresh(gauge, number)
            left = [Part(0, inputs, reading)] if reading.shows else _still(gauge, left)
            if not left:
                break
    except Exhausted:
        left = left or everything
    return left, reading


def _after_one(gauge: Gauge, part: Part) -> list[Part]:
    """Look for a single mistake; where that is not all, make sure that it is not noise."""
    search = Search(gauge.read, gauge.confirm, gauge.remaining)
    rest = search.single(part)
    crowded = rest == part.reading
    if rest.shows:
        rest = replace(rest, bar=rest.bar * gauge.look_closer())
        rest = rest if rest.shows else gauge.again(0)
    return [replace(part, reading=rest, crowded=crowded)] if rest.shows else []


def _fresh(gauge: Gauge, number: int) -> Reading:
    """Return the reading of everything along a fresh direction."""
    reading = gauge.again(number)
    if reading.shows and gauge.look_closer() > 1:
        reading = gauge.again(number)
    return reading


def _still(gauge: Gauge, left: list[Part]) -> list[Part]:
    """Return the parts that still show something along another direction."""
    again = [replace(part, reading=gauge.read(part.start, part.stop, None)) for part in left]
    return [part for part in again if part.reading.shows]


def _joined(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return ranges in order, those that touch each other as one."""
    joined: list[tuple[int, int]] = []
    for first, end in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((first, end))
    return tuple(joined)
