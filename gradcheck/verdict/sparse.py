"""The check of a sparse Jacobian: many columns at a time, and nothing outside the pattern.

The columns of a group move together, so that the derivatives along a few directions hold all
entries: the compressed Jacobian. Its places that belong to no entry must be 0, and along a random
direction f must change as the entries say: both prove the pattern.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate, tracks
from gradcheck.differences.compression import Compressed, at_a_glance, slope_across
from gradcheck.differences.grouping import Pattern
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Slopes, Survey
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.faults import Fault, finish, repeat, start
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT, Judgement, judge
from gradcheck.verdict.outside import Strangers
from gradcheck.verdict.point import Options, Outcome
from gradcheck.verdict.result import VERDICTS, Finding, Reason, Verdict
from gradcheck.verdict.second_look import clear, judged, with_columns

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_NAMED = 3
"""In so many outputs derivatives outside the pattern are looked for, one by one."""
_FAIL = VERDICTS.index(Verdict.FAIL)


def check_sparse(f: Probe, df: Probe, point: Array, pattern: Pattern, options: Options) -> Outcome:
    """Check the entries on the pattern, and that there are no others.

    Parameters
    ----------
    f, df : Probe
        The functions; df as `on_pattern` returns it.
    point : array of shape `input`
        The point.
    pattern : Pattern
        Where the derivative may differ from zero.
    options : Options
        The tolerance, and the seed of the random direction that proves the pattern.

    Raises
    ------
    Fault
        If f and df cannot be compared.
    CaseError
        If the pattern has another shape than the derivative.
    """
    try:
        begun = start(f, df, point, claims=(len(pattern),))
    finally:
        _require_shape(f, point, pattern)
    x = point.reshape(-1)
    grouped = Compressed(pattern, scale_of(x))
    claims = grouped.compressed(begun.analytic)
    across = Directions(blocks=whole(x.shape), each=1, scale=grouped.scale, seed=options.seed)[0]
    slopes, doubtful = at_a_glance(f, x, begun.center, grouped)
    judgement = judge(claims, slopes, options.tolerance, np.zeros(1))
    shown = slope_across(f, x, begun.center, across, slopes)
    doubtful |= ~clear(judgement, claims, slopes).all(axis=0)
    doubtful |= _astray(*shown, grouped, across, slopes)
    if judgement.verdict.any() or doubtful.any():
        repeat(f, point, begun)
        finish(f, df, point, begun)
    astray = np.zeros(len(doubtful), dtype=bool)
    if doubtful.any():
        chosen = np.flatnonzero(doubtful)
        closer = _Closer(f, x, begun.center, chosen)
        directions = [grouped.direction(group) for group in range(grouped.groups)]
        survey = closer.survey(directions, grouped.scale)
        own = claims[:, chosen]
        again = judged(survey, own, options.tolerance, np.zeros(own.shape))
        slopes = with_columns(slopes, chosen, survey.slopes)
        judgement = with_columns(judgement, chosen, again)
        line = closer.survey([across], grouped.scale).slopes
        value, bar = np.zeros((2, len(doubtful)))
        value[chosen], bar[chosen] = line.value[0], line.bar[0]
        astray = doubtful & _astray(value, bar, grouped, across, slopes)
    if (judgement.verdict == _FAIL).any():
        astray |= ((judgement.verdict == _FAIL) & grouped.empty()).any(axis=0)
    known = _of_entries(begun.analytic, grouped, slopes, judgement)
    if not astray.any():
        return _laid_out(begun.center, pattern.rows, pattern.columns, known)
    return _with_strangers(f, x, begun.center, grouped, np.flatnonzero(astray), known)


def _require_shape(f: Probe, point: Array, pattern: Pattern) -> None:
    """Raise if the pattern has another shape than the derivative, as soon as that is known."""
    expected = (prod(f.output or ()), point.size)
    if f.output is not None and pattern.shape != expected:
        raise CaseError(
            f"sparsity must have the shape (outputs, inputs) = {expected}, got {pattern.shape}"
        ) from None


@final
class _Closer:
    """Some outputs of f, for a closer look at them alone."""

    def __init__(self, f: Probe, x: Array, center: Array, outputs: Array) -> None:
        self._f, self._x, self._center, self._outputs = f, x, center[outputs], outputs

    def rows(self, points: Sequence[Array] | Array) -> Array:
        """Return the values of those outputs at points of shape (count, inputs)."""
        return self._f.rows(points)[:, self._outputs]

    def survey(self, directions: Sequence[Array], scale: Array) -> Survey:
        """Estimate derivatives along directions with all the care that any derivative gets."""
        lines = tracks.along(self, self._x, directions)
        return estimate.with_noise(lines, self, self._x, self._center, scale)


def _astray(value: Array, bar: Array, grouped: Compressed, across: Array, slopes: Slopes) -> Bools:
    """Tell which outputs change along a direction by more than the entries say."""
    gap = np.abs(value - grouped.along(slopes.value, across))
    bars = bar + slopes.bar.sum(axis=0)  # as no component is larger than the scale
    return np.asarray(gap > SIGNIFICANT * bars + MATERIAL * np.abs(slopes.value).sum(axis=0))


def _with_strangers(
    f: Probe, x: Array, center: Array, grouped: Compressed, rows: Array, known: dict[str, Array]
) -> Outcome:
    """Name the derivatives that the pattern leaves out in some rows.

    Raises
    ------
    Fault
        If none can be named.
    """
    pattern = grouped.pattern
    found = {
        (row, column): derivative
        for row in rows[:_NAMED].tolist()
        for column, derivative in Strangers(f, x, grouped.scale, pattern, row).found().items()
    }
    outputs = f"{len(rows):,} output{'s' if len(rows) > 1 else ''}"
    if not found:
        raise Fault(
            Verdict.FAIL,
            Reason.SPARSITY,
            f"f has derivatives outside the pattern, in {outputs} (such as output {rows[0]}), "
            "too many or too small to be named; give a larger pattern",
        )
    named = ", ".join(map(str, list(found)[:_NAMED]))
    text = f"the pattern leaves out {named} (row, column), where f has a derivative"
    if len(rows) > _NAMED:
        text += f"; derivatives are missing in {outputs}"
    own = np.array(list(found), dtype=np.intp)
    output = np.concatenate([pattern.rows, own[:, 0]])
    input_ = np.concatenate([pattern.columns, own[:, 1]])
    order = np.lexsort((input_, output))
    strange = _of_strangers(list(found.values()))
    both = {name: np.concatenate([part, strange[name]])[order] for name, part in known.items()}
    outcome = _laid_out(center, output[order], input_[order], both)
    return replace(outcome, findings=(Finding("sparsity", text, "A"),))


def _of_entries(
    analytic: Array, grouped: Compressed, slopes: Slopes, judgement: Judgement
) -> dict[str, Array]:
    """Return what is known of each entry of the pattern."""
    value = grouped.by_input(slopes.value)
    return {
        "analytic": analytic,
        "value": value,
        "bar": grouped.by_input(slopes.bar),
        "left": grouped.by_input(slopes.left),
        "right": grouped.by_input(slopes.right),
        "verdict": grouped.entries(judgement.verdict),
        "reason": grouped.entries(judgement.reason),
        "materiality": grouped.by_input(judgement.materiality),
        "significant": grouped.entries(judgement.significant),
        "scale": _largest(np.abs(value), grouped.pattern),
    }


def _of_strangers(derivatives: list[tuple[float, float]]) -> dict[str, Array]:
    """Return the same for derivatives outside the pattern, which df claims to be 0."""
    value, bar = np.array(derivatives).T
    nothing = np.zeros(len(value))
    return {
        "analytic": nothing,
        "value": value,
        "bar": bar,
        "left": nothing * np.nan,
        "right": nothing * np.nan,
        "verdict": np.full(len(value), _FAIL, dtype=np.int8),
        "reason": np.full(len(value), Reason.SPARSITY, dtype=object),
        "materiality": MATERIAL * np.abs(value),
        "significant": np.ones(len(value), dtype=bool),
        "scale": np.abs(value),
    }


def _largest(values: Array, pattern: Pattern) -> Array:
    """Return for each entry the largest value in its row."""
    counts = np.diff(pattern.starts)
    filled = counts > 0
    largest = np.fmax.reduceat(values, pattern.starts[:-1][filled]) if filled.any() else values
    return np.repeat(np.nan_to_num(largest), counts[filled])


def _laid_out(
    center: Array,
    rows: Array,
    columns: Array,
    known: dict[str, Array],
) -> Outcome:
    """Return the outcome with one track an entry."""
    column = {name: values[:, None] for name, values in known.items()}
    nothing = np.broadcast_to(np.nan, (len(rows), 1))
    never = np.broadcast_to(np.False_, (len(rows), 1))
    return Outcome(
        center=center,
        analytic=column["analytic"],
        slopes=Slopes(
            value=column["value"],
            bar=column["bar"],
            span=nothing,
            reach=nothing,
            left=column["left"],
            right=column["right"],
            blocked=never,
            steep=never,
        ),
        judgement=Judgement(
            verdict=column["verdict"],
            reason=column["reason"],
            materiality=column["materiality"],
            scale=column["scale"],
            significant=column["significant"],
        ),
        directions=None,
        elementwise=False,
        places=(rows, columns),
    )
