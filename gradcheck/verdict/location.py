"""Which entries of a large gradient are wrong, in far fewer evaluations than entries."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.blocks import Block, whole
from gradcheck.verdict.diagnosis import diagnose
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout, Sample
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.faults import Fault, Start, repeat, start
from gradcheck.verdict.gauge import Gauge
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT
from gradcheck.verdict.result import VERDICTS, Entries, Finding, Reason, Verdict
from gradcheck.verdict.search import Exhausted, Part, Search
from gradcheck.verdict.state import untouched
from gradcheck.verdict.subject import case_of
from gradcheck.verdict.tree import blocks_of, has_trees, tree_case

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
        rounding in sums over many entries are not found; where that leaves something unexplained,
        `exact` is False, and `unresolved` says where.

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
    if isinstance(limit, bool) or not isinstance(limit, int | np.integer) or limit < 1:
        raise CaseError(f"limit must be a positive number of evaluations, got {limit!r}")
    if has_trees((x,)):
        case, structure = tree_case(f, df, (x,), ("x",), None)
        blocks = blocks_of(structure)
    else:
        case = case_of(f, df, [x], None)
        blocks = whole(case.points[0].shape)
    with untouched():
        return _locate(case, blocks, int(limit), seed)


def _locate(case: Case, blocks: tuple[Block, ...], limit: int, seed: int) -> Location:
    (point,) = case.points
    f, df = Probe(case, "f", point.shape), Probe(case, "df", point.shape)
    try:
        begun = start(f, df, point)
        if begun.elementwise:
            raise CaseError(
                f"{case.name}: df is the diagonal of the Jacobian, all entries of which show in "
                "the same few values of f; use check(f, df, x)"
            )
        found, search, exact = _searched(f, point, begun, limit, seed)
        repeat(f, point, begun)
    except Fault as fault:
        raise CaseError(f"{case.name}: {fault.message}") from None
    entries = _entries(found, begun)
    return Location(
        case=case,
        entries=entries,
        exact=exact,
        unresolved=() if exact else _ranges(search),
        evaluations=f.calls,
        findings=_findings(entries, df, point, begun, blocks),
        parts=blocks,
        output_shape=f.output or (),
    )


def _searched(
    f: Probe, point: Array, begun: Start, limit: int, seed: int
) -> tuple[Gauge, Search, bool]:
    """Search along one direction after the other, until one shows nothing new."""
    x = point.reshape(-1)
    directions = Directions(blocks=whole(x.shape), each=_ROUNDS, scale=scale_of(x), seed=seed)
    claims = begun.analytic.reshape(-1, len(x))
    gauge = Gauge(f, x, begun.center, claims, directions, limit - 1)
    reading = gauge.first()
    search = Search(gauge.read, gauge.confirm, gauge.remaining)
    try:
        for number in range(_ROUNDS):
            if number:
                reading = gauge.again(number)
            if not reading.shows:
                return gauge, search, True
            search = Search(gauge.read, gauge.confirm, gauge.remaining)
            search.run(Part(0, len(x), reading))
            if search.left and gauge.remaining() < 1:
                break
        else:
            return gauge, search, not gauge.again(0).shows
    except Exhausted:
        search.left = search.left or [Part(0, len(x), reading)]
    return gauge, search, False


def _ranges(search: Search) -> tuple[tuple[int, int], ...]:
    """Return the parts that are left as ranges, those that touch each other as one."""
    ranges: list[tuple[int, int]] = []
    for part in sorted(search.left, key=lambda part: part.start):
        if ranges and part.start <= ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(part.stop, ranges[-1][1])
        else:
            ranges.append((part.start, part.stop))
    return tuple(ranges)


def _entries(gauge: Gauge, begun: Start) -> Entries:
    """Return the wrong entries: those of the inputs that were found, and those not finite."""
    inputs, outputs = len(gauge.gradient), len(begun.center)
    claims = begun.analytic.reshape(outputs, inputs)
    places: dict[tuple[int, int], tuple[float, float]] = dict.fromkeys(
        zip(*(axis.tolist() for axis in np.nonzero(~np.isfinite(claims))), strict=True),
        (np.nan, np.inf),
    )
    for index, mistake in gauge.known.items():
        if outputs == 1:
            places[0, index] = float(gauge.gradient[index]) - mistake.value, mistake.bar
            continue
        values, bars = gauge.column(index)
        gap = np.abs(claims[:, index] - values)
        size = np.fmax(np.abs(claims[:, index]), np.abs(values))
        for output in np.flatnonzero(~(gap <= SIGNIFICANT * bars + MATERIAL * size)).tolist():
            places[output, index] = float(values[output]), float(bars[output])
    order = sorted(places)
    rows, columns = (np.array([place[k] for place in order], dtype=np.intp) for k in (0, 1))
    analytic = claims[rows, columns]
    numeric, bar = (np.array([places[place][k] for place in order]) for k in (0, 1))
    reasons = np.where(np.isfinite(analytic), Reason.DISAGREES, Reason.NOT_FINITE).astype(object)
    return Entries(
        point=np.zeros(len(order), dtype=np.intp),
        output=rows,
        input=columns,
        analytic=analytic,
        numeric=numeric,
        error_bar=bar,
        materiality=MATERIAL * np.fmax(np.abs(analytic), np.abs(numeric)),
        scale=np.full(len(order), np.abs(gauge.gradient).max(initial=0.0)),
        verdict=np.full(len(order), VERDICTS.index(Verdict.FAIL), dtype=np.int8),
        reason=reasons,
    )


def _findings(
    entries: Entries, df: Probe, point: Array, begun: Start, blocks: tuple[Block, ...]
) -> tuple[Finding, ...]:
    """Say what the wrong entries have in common, if anything explains them all."""
    known = np.isfinite(entries.analytic) & np.isfinite(entries.error_bar)
    if not known.any():
        return ()
    x = point.reshape(-1)
    row = np.flatnonzero(known)
    place = entries.output[row] * len(x) + entries.input[row]

    def ask(elsewhere: Array) -> Array | None:
        claims = df.at(elsewhere.reshape(point.shape))
        return None if claims is None or not np.isfinite(claims[place]).all() else claims[place]

    evidence = Evidence(
        row=row,
        point=entries.point[row],
        output=entries.output[row],
        input=entries.input[row],
        claimed=entries.analytic[row],
        numeric=entries.numeric[row],
        bar=entries.error_bar[row],
        slack=entries.materiality[row],
        wrong=np.ones(len(row), dtype=bool),
        compared=np.ones(len(row), dtype=bool),
        undefined=np.zeros(len(row), dtype=bool),
        x=x[entries.input[row]],
        y=begun.center[entries.output[row]],
        samples=(Sample(number=0, x=x, y=begun.center, rows=slice(0, len(row))),),
        input_shape=point.shape,
        output_shape=(df.output or ())[: len(df.output or ()) - point.ndim],
        layout=Layout.SPARSE,
        blocks=blocks,
        ask=ask,
    )
    return tuple(finding for finding in diagnose(evidence) if finding.certainty != "C")
