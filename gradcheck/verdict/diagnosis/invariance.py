"""Invariances of f that df has lost: moves of x that leave f as it is.

If f does not change when x moves along v, the derivative has no part along v: N v = 0. Softmax
and centring do not change when all inputs are shifted (v = 1), a norm or a direction does not
when they are scaled (v = x).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.fitting import are_equal, fit, plain
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis, Remark
from gradcheck.verdict.diagnosis.ratios import screening
from gradcheck.verdict.judging import SIGNIFICANT

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_TIGHT = 1e-5
"""A sum is known to be 0 if its bar is smaller than this, beside the sum of the sizes."""
_ROUNDING = 1e-13
"""What rounding does to a sum, beside the sum of the sizes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Loss:
    """An invariance of f that df does not have."""

    code: str
    along: Array
    """v, for every entry."""
    groups: Indices
    """Point, output and set of inputs that an entry belongs to; -1 if to none."""
    message: str
    looks_like: str
    """The code of a term, which looks the same at a single point."""


def invariance(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df lacks the part that makes it orthogonal to a move that f ignores."""
    told = set[str]()
    for loss in _losses(evidence):
        if loss.code in told:
            continue
        difference = evidence.claimed - evidence.numeric
        found = fit(evidence, difference, loss.along, loss.groups)
        part = np.where(loss.groups >= 0, found.values[loss.groups] * loss.along, 0.0)
        error = np.where(loss.groups >= 0, found.errors[loss.groups] * np.abs(loss.along), 0.0)
        predicted, bar = evidence.numeric + part, evidence.bar + error
        if not evidence.explained(predicted, bar)[evidence.compared].all():
            continue
        told.add(loss.code)
        factors = found.values[found.used]
        same = found.count > 1 and are_equal(factors, found.errors[found.used])
        # one number at all points is rather a term too much, which cannot be one too few: f would
        # not ignore the move
        less = not same and (found.count > 1 or bool((factors < 0).all()))
        yield Hypothesis(
            code=loss.code,
            message=loss.message,
            certainty="B" if same else "A",
            predicted=predicted,
            bar=bar,
            fitted=found.count,
            supersedes=frozenset({loss.looks_like} if less else ()),
        )


def by_probability(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose the derivative of a cross-entropy by the probabilities in place of softmax's inputs.

    That by the inputs is n = (p - y) / batch, for the one y = 1 that is the only negative one; that
    by the probabilities is -y / (p batch).
    """
    positive = evidence.wrong & (evidence.numeric > SIGNIFICANT * evidence.bar)
    if evidence.outputs != 1 or evidence.claimed[positive].any():
        return
    for loss in _losses(evidence):
        if loss.code != "invariance-lost" or (loss.groups < 0).any():
            continue
        negative = evidence.numeric < -SIGNIFICANT * evidence.bar
        if (np.bincount(loss.groups, negative) != 1).any():
            continue
        count = len(np.unique(loss.groups)) // len(evidence.samples)
        for batch, words in ((1.0, ""), (float(count), ", averaged")):
            probability = 1 + batch * evidence.numeric
            bar = evidence.bar / probability**2
            yield Hypothesis(
                code="invariance-lost",
                message=(
                    f"df is the derivative of the cross-entropy by the probabilities{words}: by "
                    "the inputs of softmax it is p - y, so that it sums to 0"
                ),
                certainty="B",
                predicted=np.where(negative, -1 / (probability * batch), 0.0),
                bar=np.where(negative, bar, evidence.bar),
                tried=2,
            )


def invariance_remarks(evidence: Evidence) -> Iterator[Remark]:
    """Tell that df has lost an invariance, if no more than that can be said."""
    for loss in _losses(evidence):
        yield Remark(code=loss.code, message=loss.message)
        return


def _losses(evidence: Evidence) -> Iterator[_Loss]:
    """Find moves that f ignores and df does not, the widest first."""
    if evidence.layout is not Layout.JACOBIAN or not evidence.wrong.any():
        return
    place = evidence.point * evidence.outputs + evidence.output
    rows = screening(evidence)
    moves = (
        ("invariance-lost", np.ones_like(evidence.x), "offset"),
        ("projection-lost", evidence.x, "regulariser"),
    )
    for part, name in _sets_of_inputs(evidence):
        if all(_is_felt(evidence, rows, along, part) for _, along, _ in moves):
            continue
        number = part[evidence.input]
        groups = np.where(number >= 0, place * (part.max() + 1) + number, -1)
        for code, along, looks_like in moves:
            left = _left_over(evidence, along, groups)
            if left is not None:
                yield _Loss(
                    code=code,
                    along=along,
                    groups=groups,
                    message=_message(code, name, left),
                    looks_like=looks_like,
                )


def _message(code: str, name: str, left: float) -> str:
    if code == "invariance-lost":
        return (
            f"df has lost an invariance: f stays the same when {name} are shifted together, so "
            f"that the derivatives must sum to 0, but in df they sum to {plain(left, left / 100)}; "
            "look for a forgotten path through a sum, mean or normalisation"
        )
    return (
        f"df has lost a projection: f stays the same when {name} are scaled together, so that the "
        f"derivative must be orthogonal to x, but x · df is {plain(left, left / 100)}; subtract "
        "the part along x"
    )


def _is_felt(evidence: Evidence, rows: Indices, along: Array, part: Indices) -> bool:
    """Tell from one output and one set of inputs, of a few rows, that f does not ignore a move."""
    rows = rows[part[evidence.input[rows]] >= 0]
    if not len(rows):
        return False
    column = evidence.input[rows[0]]
    among = rows[0] - column + np.flatnonzero(part == part[column])
    slopes, bar = evidence.numeric[among] * along[among], evidence.bar[among] * np.abs(along[among])
    width = SIGNIFICANT * bar.sum() + _ROUNDING * np.abs(slopes).sum()
    return bool(np.abs(slopes.sum()) > width)


def _left_over(evidence: Evidence, along: Array, groups: Indices) -> float | None:
    """Return the largest sum of df along a move that f ignores; None if f does not ignore it."""
    member = groups >= 0
    if not (member & evidence.wrong).any():
        return None

    def summed(values: Array) -> Array:
        return np.bincount(groups[member], values[member])

    size = summed(np.abs(evidence.numeric * along))
    bar = SIGNIFICANT * summed(evidence.bar * np.abs(along)) + _ROUNDING * size
    several = summed((np.abs(evidence.numeric * along) > SIGNIFICANT * evidence.bar).astype(float))
    ignored = np.abs(summed(evidence.numeric * along)) <= bar
    tells = (several > 1) & (bar <= _TIGHT * size)
    filled = summed(np.ones_like(along)) > 0
    if not tells.any() or not (ignored | ~filled).all():
        return None
    slack = summed(np.abs(along) * evidence.tolerance(evidence.claimed, evidence.bar))
    left = np.abs(summed(evidence.claimed * along))
    broken = tells & (left > bar + slack)
    return float(left[broken].max()) if broken.any() else None


def _sets_of_inputs(evidence: Evidence) -> Iterator[tuple[Indices, str]]:
    """Split the inputs into sets that may move together: all, each part, lines along an axis."""
    count = evidence.inputs
    if count < 2:
        return
    yield np.zeros(count, dtype=np.intp), "all inputs"
    parts = evidence.blocks if len(evidence.blocks) > 1 else ()
    for block in parts:
        yield _inside(count, block.start, np.zeros(block.size, dtype=np.intp)), block.name
    whole = [("x", 0, evidence.input_shape)] if not parts else []
    for name, start, shape in [*whole, *((b.name, b.start, b.shape) for b in parts)]:
        for axis in range(len(shape) if len(shape) > 1 else 0):
            others = shape[:axis] + shape[axis + 1 :]
            lines = np.arange(np.prod(others, dtype=int)).reshape(others)
            numbers = np.broadcast_to(np.expand_dims(lines, axis), shape).reshape(-1)
            yield _inside(count, start, numbers), f"the inputs along axis {axis} of {name}"


def _inside(count: int, start: int, numbers: Indices) -> Indices:
    """Give numbers to some of the inputs, and -1 to the others."""
    found = np.full(count, -1, dtype=np.intp)
    found[start : start + len(numbers)] = numbers
    return found
