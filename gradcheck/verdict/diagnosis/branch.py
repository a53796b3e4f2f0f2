"""A branch is wrong: df errs only where x, or f, is beyond a threshold, or only on the border."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.conditions import Condition, beside, conditions
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Certainty, Hypothesis
from gradcheck.verdict.diagnosis.region import border
from gradcheck.verdict.diagnosis.scope import words
from gradcheck.verdict.diagnosis.sides import Side, by_input, by_output
from gradcheck.verdict.judging import SIGNIFICANT

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_SURE = 8
"""So many numbers on either side of a threshold make it sure."""
_LUCKY = -1.0
"""A threshold that parts fewer numbers, so that one in ten does it by chance, says nothing."""
_ALIKE = 1e-6
"""Numbers that differ by less, relatively, are the same constant."""
_CLEAR = -2.0
"""One that parts more numbers says more than a list of entries."""
_ODD = -3.0
"""One at another number than 0 or 1 must part still more."""
_SAYS_LESS = frozenset({"zero", "border"})
_FACTORS = frozenset({"sign", "factor", "block-factor", "repeated-index", "regulariser-only"})


@dataclass(frozen=True, kw_only=True, eq=False)
class _Claims:
    """What df claims where it is wrong."""

    message: str
    predicted: Array
    """For all entries; only the wrong ones count."""
    bar: Array
    fitted: int = 0
    chance: float = 0.0
    """log10 of the chance of what else agrees."""
    certainty: Certainty = "A"


def branch(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is wrong on one side of a threshold in x or f, and what it claims there."""
    if evidence.layout is Layout.DIRECTIONS or not evidence.wrong.any():
        return
    wrong, flat = evidence.wrong, _is_flat(evidence)
    telling = evidence.compared & ~(flat & (evidence.claimed == 0))
    telling &= beside(evidence, wrong)
    yield from _inverted(evidence, telling, flat)
    found = conditions(evidence, wrong, telling & ~wrong)
    placed = bool(found) and _is_by_place(evidence, telling)
    for condition in [each for each in found if _is_clear(each, placed=placed)][:1]:
        sure = min(condition.holds, condition.fails) >= _SURE and not placed
        for claims in _claims(evidence, condition, telling & ~wrong, flat):
            most: Certainty = claims.certainty if sure or claims.certainty == "C" else "B"
            yield _only(evidence, claims, condition, most, placed=placed)


def _is_clear(condition: Condition, *, placed: bool) -> bool:
    """Tell whether a threshold says more than the places of the wrong entries do."""
    if not condition.special:
        return condition.chance <= _ODD and not placed
    return condition.chance <= (_CLEAR if placed else _LUCKY)


def _is_by_place(evidence: Evidence, telling: Bools) -> bool:
    """Tell whether the places of the wrong entries say as much as a condition on x or f.

    They do if the same places are wrong at all points; of a single point, if they are a part of
    the array that has a name.
    """
    among = evidence.at_all_points(evidence.wrong)
    if (among & telling & ~evidence.wrong).any():
        return False
    return len(evidence.samples) > 1 or not words(evidence, among).startswith("the entr")


def _only(
    evidence: Evidence,
    claims: _Claims,
    condition: Condition,
    certainty: Certainty,
    *,
    placed: bool,
) -> Hypothesis:
    telling = not placed and (condition.special or condition.chance <= _ODD)
    less = _SAYS_LESS | (_FACTORS if condition.chance <= _CLEAR else frozenset())
    return Hypothesis(
        code="branch",
        message=claims.message,
        certainty=certainty,
        predicted=np.where(evidence.wrong, claims.predicted, evidence.numeric),
        bar=np.where(evidence.wrong, claims.bar, evidence.bar),
        fitted=claims.fitted,
        tried=8,
        chance=condition.chance + claims.chance,
        supersedes=less if telling or certainty == "A" else frozenset(),
    )


def _is_flat(evidence: Evidence) -> Bools:
    """Tell where the true derivative is 0, as far as can be seen."""
    size = np.abs(evidence.numeric)
    return np.asarray(size <= SIGNIFICANT * evidence.bar + evidence.slack * _ALIKE, dtype=np.bool_)


def _flatness(evidence: Evidence) -> float:
    """Return log10 of the chance that the true derivative is 0 just where df is wrong."""
    wrong = evidence.wrong
    width = evidence.tolerance(evidence.numeric, evidence.bar)[wrong]
    share = np.minimum(1.0, width / np.abs(evidence.claimed[wrong]))
    return float(np.log10(share).clip(-300.0).sum())


def _claims(
    evidence: Evidence, condition: Condition, right: Bools, flat: Bools
) -> Iterator[_Claims]:
    """Yield the first explanation of what df claims where the condition holds."""
    wrong, where = evidence.wrong, condition.text
    claimed, nothing = evidence.claimed, np.zeros(len(evidence.row))
    if not claimed[wrong].any():
        text = f"df is 0 where {where}, but f is not flat there: a branch is missing"
        yield _Claims(message=text, predicted=nothing, bar=nothing)
        return
    other = _other_side(evidence, right)
    if other is not None:
        end = "f is flat" if flat[wrong].all() else "f has another branch"
        text = f"df is wrong where {where}: {end} there, but df goes on with the formula "
        yield replace(other, message=f"{text}{other.message} of the other side")
        return
    if flat[wrong].all():
        text = f"df is not 0 where {where}, although f is flat there: a mask is forgotten"
        yield _Claims(
            message=text,
            predicted=claimed,
            bar=nothing,
            fitted=int(wrong.sum()),
            chance=_flatness(evidence),
        )
    else:
        yield from _constant(evidence, where)
    text = f"df is wrong only where {where}: look at the branch for it"
    fitted = int(wrong.sum())
    yield _Claims(message=text, predicted=claimed, bar=nothing, fitted=fitted, certainty="C")


def _constant(evidence: Evidence, where: str) -> Iterator[_Claims]:
    """Yield that df is a constant, or a constant times the derivative, where it is wrong."""
    wrong, claimed, numeric = evidence.wrong, evidence.claimed, evidence.numeric
    ratio = np.median(claimed[wrong] / numeric[wrong])
    level = np.median(claimed[wrong])
    for number, shape, bar, text in (
        (ratio, numeric, evidence.bar, f"df is {ratio:.6g} times the derivative where {where}"),
        (level, np.ones(len(numeric)), np.zeros(len(numeric)), f"df is {level:.6g} where {where}"),
    ):
        if not np.isfinite(number):
            continue
        predicted, width = number * shape, abs(number) * bar
        width = width + _fitting_error(evidence, number, shape, bar)
        if evidence.explained(predicted, width)[wrong].all():
            advice = "the slope of this branch is another" if number > 0 else "check its sign"
            yield _Claims(message=f"{text}: {advice}", predicted=predicted, bar=width, fitted=1)
            return


def _fitting_error(evidence: Evidence, number: float, shape: Array, bar: Array) -> Array:
    """Return the error that a prediction has because its constant was taken from the claims."""
    wrong = evidence.wrong
    share = np.median((bar + evidence.slack / max(abs(number), 1e-300))[wrong] / abs(shape[wrong]))
    return np.asarray(abs(number) * share * np.abs(shape))


def _other_side(evidence: Evidence, right: Bools) -> _Claims | None:
    """Return the formula of the right entries, c or c x or c sign(x), carried on to the wrong ones.

    The c is one for all entries, or one for each place in the Jacobian, taken from the true
    derivative where df is right.
    """
    x, single = evidence.x, np.zeros(len(evidence.row), dtype=np.intp)
    place = np.unique(evidence.output * evidence.inputs + evidence.input, return_inverse=True)[1]
    for groups in (single, place):
        for name, shape in (("c", np.ones(len(x))), ("c x", x), ("c sign(x)", np.sign(x))):
            found = _carried_on(evidence, right & (shape != 0), shape, groups)
            if found is not None:
                return replace(found, message=name)
    return None


def _carried_on(evidence: Evidence, right: Bools, shape: Array, groups: Indices) -> _Claims | None:
    """Fit c to the right entries of each group, and see whether it explains the wrong ones."""
    wrong, numeric, bar = evidence.wrong, evidence.numeric, evidence.bar
    count = np.bincount(groups[right], minlength=groups.max() + 1)
    if count.sum() < 2:
        return None
    ratio, error = numeric[right] / shape[right], bar[right] / np.abs(shape[right])
    number = np.bincount(groups[right], ratio, len(count)) / np.maximum(count, 1)
    width = np.bincount(groups[right], error, len(count)) / np.maximum(count, 1)
    known, value = (count > 0)[groups], number[groups] * shape
    spread = (width[groups] + 1e-9 * np.abs(number[groups])) * np.abs(shape)
    fits = np.abs(numeric - value) <= SIGNIFICANT * (bar + spread)
    if not fits[right].all() or not value[right].any():
        return None
    predicted, free = np.where(known, value, evidence.claimed), wrong & ~known
    if free.sum() > wrong.sum() / 2:
        return None
    if not evidence.explained(predicted, spread)[wrong].all():
        return None
    return _Claims(message="", predicted=predicted, bar=spread, fitted=int(free.sum()))


def _inverted(evidence: Evidence, telling: Bools, flat: Bools) -> Iterator[Hypothesis]:
    """Propose that df is 0 just where f is not flat: the mask is the wrong way round."""
    wrong, zero = evidence.wrong, evidence.claimed == 0
    if (telling & ~wrong).any() or (flat & zero & wrong).any() or (wrong & ~flat & ~zero).any():
        return
    for condition in conditions(evidence, wrong & zero, wrong & flat)[:1]:
        sure = min(condition.holds, condition.fails) >= _SURE
        claims = _Claims(
            message=f"df is 0 where {condition.text}, where f is not flat, and not 0 where f is "
            "flat: the mask is the wrong way round",
            predicted=np.where(zero, 0.0, evidence.claimed),
            bar=np.zeros(len(zero)),
            fitted=int((wrong & flat).sum()),
        )
        yield _only(evidence, claims, condition, "A" if sure else "B", placed=False)


def edge(evidence: Evidence) -> Iterator[Hypothesis]:
    """Say that df is wrong just on the border of the array x or f, or on one edge of it."""
    for side in (by_input(evidence), by_output(evidence)):
        if side is None:
            continue
        for block in side.touched_blocks if len(side.touched) < side.columns else ():
            for text, inner in _edges(block.shape):
                columns = block.start + np.flatnonzero(inner)
                if np.array_equal(side.touched, columns):
                    yield _bordering(evidence, side, f"{text} of {block.name}", len(columns))


def _edges(shape: tuple[int, ...]) -> Iterator[tuple[str, Bools]]:
    """Yield the whole border, both edges of an axis, and single edges."""
    if min(shape, default=0) < 3:
        return
    yield "the border", border(shape).reshape(-1)
    for axis, size in enumerate(shape) if len(shape) > 1 else ():
        index = np.indices(shape)[axis].reshape(-1)
        first, last = index == 0, index == size - 1
        for name, mask in (("first", first), ("last", last), ("first and last", first | last)):
            yield f"the {name} cells along axis {axis}", mask


def _bordering(evidence: Evidence, side: Side, text: str, count: int) -> Hypothesis:
    among = Condition(
        text=text, holds=count, fails=side.columns - count, simple=0, values=evidence.x
    )
    return Hypothesis(
        code="border",
        message=f"df is wrong on {text} only: look at padding, stride and the ends of loops",
        certainty="C",
        predicted=np.where(evidence.wrong, evidence.claimed, evidence.numeric),
        bar=np.where(evidence.wrong, 0.0, evidence.bar),
        fitted=int(evidence.wrong.sum()),
        chance=among.chance,
    )
