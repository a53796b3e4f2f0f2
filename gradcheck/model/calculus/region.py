"""The domain of a case that the calculus builds: intersections, preimages, zeros left out."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from gradcheck.errors import CaseError
from gradcheck.model.domain import Domain, Interval

EVERYWHERE = Domain()
POSITIVE = Domain((Interval(0.0, math.inf),))
NOT_NEGATIVE = Domain((Interval(0.0, math.inf, "closed"),))

Predicate = Callable[[Any], bool]


def nonzero(x: Any) -> bool:
    """x ≠ 0"""  # noqa: D400, D403  (it is shown as the text of the domain)
    different = x != 0
    return bool(different.all() if isinstance(different, np.ndarray) else different)


NOT_ZERO = Domain(predicate=nonzero)


def intersection(*named: tuple[str, Domain]) -> Domain:
    """Intersect the domains of several operands, each given with its name.

    Raises
    ------
    CaseError
        If two of the boxes have nothing but single points in common, or different dimensions.
    """
    name, domain = named[0]
    for other_name, other in named[1:]:
        domain = _intersection(name, domain, other_name, other)
        name = f"{name} and {other_name}"
    return domain


def preimage(outer: Domain, *, f: Callable[[Any], Any], text: str, inner: Domain) -> Domain:
    """Return the part of `inner` that f maps into `outer`; `text` is f as plain text."""
    if outer.is_everywhere:
        return inner
    if outer.predicate is nonzero:
        description = f"{text} ≠ 0"
    elif outer.predicate is None:
        description = f"{text} in {outer}"
    else:
        description = f"{text} in the set: {outer}"

    def inside(x: Any) -> bool:
        with np.errstate(all="ignore"):
            return _holds(outer, f(x))

    inside.__doc__ = description
    return _both(inner, Domain(predicate=inside), inner.intervals)


def affine_preimage(outer: Domain, coefficients: tuple[Fraction, ...]) -> Domain | None:
    """Return where c0 + c1 x lies in an interval; None unless that is an interval again."""
    if len(outer.intervals) != 1 or outer.predicate is not None or len(coefficients) != 2:
        return None
    interval = outer.intervals[0]
    offset, slope = coefficients
    ends = [_solved(end, offset, slope) for end in (interval.lower, interval.upper)]
    kinds = [interval.left, interval.right]
    if slope < 0:
        ends.reverse()
        kinds.reverse()
    (lower, upper), (left, right) = ends, kinds
    return Domain((Interval(lower, upper, left, right),)) if lower < upper else None


def _solved(end: float, offset: Fraction, slope: Fraction) -> float:
    if math.isinf(end):
        return end if slope > 0 else -end
    return float((Fraction(end) - offset) / slope) + 0.0


def _intersection(name: str, domain: Domain, other_name: str, other: Domain) -> Domain:
    if domain.is_everywhere or other.is_everywhere:
        return other if domain.is_everywhere else domain
    count = max(len(domain.intervals), len(other.intervals))
    if min(len(domain.intervals), len(other.intervals)) > 1 and (
        len(domain.intervals) != len(other.intervals)
    ):
        raise CaseError(
            f"the domain of {name} has {len(domain.intervals)} intervals, that of {other_name} "
            f"has {len(other.intervals)}; operands must take the same x"
        )
    ours, theirs = (
        d.intervals * count if len(d.intervals) == 1 else d.intervals for d in (domain, other)
    )
    try:
        box = tuple(map(_overlap, ours, theirs)) if ours and theirs else ours or theirs
    except ValueError:
        raise CaseError(
            f"the domains of {name}, {domain}, and of {other_name}, {other}, have no interval in "
            "common; there is nowhere to compare"
        ) from None
    return _both(domain, other, box)


def _both(domain: Domain, other: Domain, box: tuple[Interval, ...]) -> Domain:
    if domain.predicate is None and other.predicate is None:
        return Domain(box)
    if domain == other:
        return domain
    parts = [part for part in (domain, other) if not part.is_everywhere]
    if len(parts) == 1:
        return parts[0]
    if nonzero in (domain.predicate, other.predicate) and _leaves_out_zero(box):
        return next(part for part in parts if part.predicate is not nonzero)

    def inside(x: Any) -> bool:
        return all(_holds(part, x) for part in parts)

    inside.__doc__ = " and ".join(map(str, parts))
    return Domain(box, inside)


def _overlap(a: Interval, b: Interval) -> Interval:
    lower = max((a.lower, a.left == "open", a.left), (b.lower, b.left == "open", b.left))
    upper = min((a.upper, a.right == "closed", a.right), (b.upper, b.right == "closed", b.right))
    return Interval(lower[0], upper[0], lower[2], upper[2])


def _leaves_out_zero(box: tuple[Interval, ...]) -> bool:
    return bool(box) and not any(part.contains(np.zeros(1))[0] for part in box)


def _holds(domain: Domain, x: Any) -> bool:
    if domain.predicate is not None:
        return bool(domain.predicate(x))
    return bool(domain.box_contains(np.asarray(x)[None])[0]) if domain.intervals else True
