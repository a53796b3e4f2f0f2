"""Fit one number to the claims, with a bound for its error, and write it down."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.ratios import only
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_ROUNDING = 1e-12
"""What rounding may do to a fitted number."""
_GLANCE = 1000
"""So many entries are looked at first."""
_DIGITS = 6
"""So many digits of a fitted number are shown at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Multiple:
    """A relation target = c shape, with one c for each group of entries."""

    values: Array
    """c by group; 0 where no entry of the group tells."""
    errors: Array
    """The bound for the error of each c, in error bars: as a `Hypothesis` has it."""
    used: Bools
    """Which groups have an entry that c was taken from."""

    @property
    def count(self) -> int:
        """How many numbers were fitted."""
        return int(self.used.sum())

    def text(self, group: int = 0, *, plus: float = 0.0) -> str:
        """Write down c, or c plus something, with no more digits than it has."""
        return plain(float(self.values[group]) + plus, float(self.errors[group]) * SIGNIFICANT)


def fit(
    evidence: Evidence,
    target: Array,
    shape: Array,
    groups: Indices | None = None,
    among: Bools | None = None,
) -> Multiple:
    """Fit target = c shape by least squares, weighted with the tolerance of the claims.

    Parameters
    ----------
    evidence : Evidence
        The entries.
    target, shape : array of shape (entries,)
        What is to be a multiple of what.
    groups : array of int, shape (entries,), optional
        Which group an entry belongs to, none if negative; all belong to one if left out.
    among : array of bool, shape (entries,), optional
        The entries that count, else the wrong ones.
    """
    rows = np.flatnonzero(evidence.wrong if among is None else among)
    group = np.zeros(len(rows), dtype=np.intp) if groups is None else groups[rows]
    claimed = np.abs(evidence.claimed[rows])
    tolerance = np.maximum(evidence.slack[rows], MATERIAL * claimed)
    tolerance += SIGNIFICANT * evidence.bar[rows]
    with np.errstate(all="ignore"):
        weight, height = shape[rows] / tolerance, target[rows] / tolerance
        use = (group >= 0) & np.isfinite(height) & np.isfinite(weight) & (weight != 0)
        group, weight, height = group[use], weight[use], height[use]
        count = int(0 if groups is None else groups.max(initial=0)) + 1
        square = np.bincount(group, weight**2, minlength=count)
        used = square > 0
        safe = np.where(used, square, 1.0)
        values = np.bincount(group, weight * height, minlength=count) / safe
        errors = np.bincount(group, np.abs(weight), minlength=count) / safe / SIGNIFICANT
        errors += _ROUNDING * np.abs(values)
    return Multiple(values=values, errors=errors, used=used)


def at_a_glance(
    evidence: Evidence,
    target: Array,
    base: Array | float,
    shape: Array,
    groups: Indices | None = None,
) -> bool:
    """Tell whether a few wrong entries allow that target = c shape, where df claims base + c shape.

    What they forbid need not be fitted to a million of them.
    """
    wrong = np.flatnonzero(evidence.wrong)
    rows = wrong[:: max(1, len(wrong) // _GLANCE)]
    some, base = only(evidence, rows), np.broadcast_to(base, target.shape)[rows]
    target, shape = target[rows], shape[rows]
    own = np.zeros(len(rows), dtype=np.intp) if groups is None else groups[rows]
    found = fit(some, target, shape, own)
    bar = some.bar + np.abs(shape) * found.errors[own]
    return survives(some, base + found.values[own] * shape, bar)


def survives(evidence: Evidence, predicted: Array, bar: Array, among: Bools | None = None) -> bool:
    """Tell whether a prediction explains the wrong entries; a look at some of them is quick."""
    rows = np.flatnonzero(evidence.wrong if among is None else among)
    for some in (rows[:_GLANCE], rows[_GLANCE:]):
        claimed = evidence.claimed[some]
        size = np.fmax(np.abs(predicted[some]), np.abs(claimed))
        slack = np.maximum(evidence.slack[some], MATERIAL * size)
        with np.errstate(all="ignore"):
            near = np.abs(claimed - predicted[some]) <= SIGNIFICANT * bar[some] + slack
        if not near.all():
            return False
    return True


def is_multiple(evidence: Evidence, of: Array, among: Bools) -> bool:
    """Tell whether the true derivative itself is a multiple of a shape, among some entries.

    Then every constant factor of the derivative looks like a term of this shape. A single entry
    is a multiple of anything, and tells nothing.
    """
    if among.sum() < 2:
        return False
    found = fit(evidence, evidence.numeric, of, among=among)
    predicted = found.values[0] * of
    bar = evidence.bar + np.abs(of) * found.errors[0]
    close = np.abs(evidence.numeric - predicted) <= evidence.tolerance(predicted, bar)
    return bool(close[among].all())


def are_equal(values: Array, errors: Array) -> bool:
    """Tell whether fitted numbers are one and the same within their errors."""
    low, high = values - SIGNIFICANT * errors, values + SIGNIFICANT * errors
    return bool(low.max() <= high.min())


def plain(value: float, error: float = 0.0) -> str:
    """Write a number with the fewest digits that its error allows: 0.3, not 0.29999999996."""
    for digits in range(1, _DIGITS + 1):
        text = f"{value:.{digits}g}"
        if abs(float(text) - value) <= error:
            break
    return text
