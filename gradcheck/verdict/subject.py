"""What is to be checked: the caller's arguments as cases with points."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike, Interval
from gradcheck.verdict.judging import Tolerance

Array = npt.NDArray[Any]

_MANY = 2000
"""Of more inputs some are equal by chance, and it matters little."""
GENERIC = 3
"""So many points are made up where none is given."""


def tolerance_of(rtol: float | None, atol: float) -> Tolerance:
    """Return the tolerance, or say why it cannot be one.

    Raises
    ------
    CaseError
        If a tolerance is negative, not finite, or not a number.
    """
    for name, value in (("rtol", rtol), ("atol", atol)):
        if name == "rtol" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value < math.inf:
            raise CaseError(f"{name} must be a finite number of at least 0, got {value!r}")
    return Tolerance(rtol=None if rtol is None else float(rtol), atol=float(atol))


def listed_points(points: Any) -> tuple[Any, ...] | None:
    """Return the points that the caller gave; None if there are none.

    Raises
    ------
    CaseError
        If they are no sequence, or an empty one.
    """
    if points is None:
        return None
    if isinstance(points, Mapping):
        raise CaseError(
            f"points must be a sequence of points, got one {type(points).__name__}; give it as x, "
            "or write points=[...]"
        )
    if isinstance(points, str) or not isinstance(points, Iterable):
        raise CaseError(f"points must be a sequence of points, got {points!r}")
    listed = tuple(points)
    if not listed:
        raise CaseError("points is empty; give at least one x")
    return listed


def case_of(f: Any, df: Any, points: Sequence[Any] | None, domain: DomainLike | Domain) -> Case:
    """Make a case of f and df.

    Raises
    ------
    CaseError
        If f or df is no function, or a point is no array of finite numbers.
    """
    name = getattr(f, "__name__", None) or type(f).__name__
    if name == "<lambda>":
        name = "f"
    if df is None:
        raise CaseError(f"{name}: df is missing; call check(f, df, x), or check(case)")
    return Case(name, f=f, df=df, points=() if points is None else tuple(points), domain=domain)


def points_of(case: Case) -> tuple[Array, ...]:
    """Return the points in general position, made up from the domain if the case has none.

    Raises
    ------
    CaseError
        If there is neither a point nor a domain of intervals.
    """
    if case.points:
        return case.points
    if not case.domain.intervals:
        if case.special_points:
            return tuple(case.special_points.values())
        raise CaseError(
            f"{case.name}: there is no point to check at; give x, points=[...], or a domain of "
            "intervals"
        )
    return drawn_points(case, GENERIC, np.random.Generator(np.random.PCG64(0)))


def drawn_points(case: Case, count: int, generator: np.random.Generator) -> tuple[Array, ...]:
    """Draw points in general position from a domain of intervals."""
    intervals = case.domain.intervals
    known = next(iter(case.all_points), None)
    shape = (len(intervals),) if len(intervals) > 1 else ()
    if known is not None:
        shape = known.shape
        intervals = intervals * (known.size // len(intervals))
    return tuple(
        np.array([_inside(interval, generator) for interval in intervals]).reshape(shape)
        for _ in range(count)
    )


def at_points(case: Case, count: int, generator: np.random.Generator) -> Case:
    """Return the case with so many points in general position: its first ones, then drawn ones.

    They are drawn from its intervals; where f is defined everywhere, from the neighbourhood of its
    own points, a few per cent to either side. With a predicate it keeps the points that it has.

    Raises
    ------
    CaseError
        If the case has neither points nor a domain of intervals.
    """
    points = case.points or points_of(case)
    missing = count - len(points)
    if missing <= 0:
        return replace(case, points=points[:count])
    if case.domain.intervals:
        return replace(case, points=(*points, *drawn_points(case, missing, generator)))
    if case.domain.predicate is not None:
        return replace(case, points=points)
    drawn = (
        point * (1 + 0.05 * generator.uniform(-1.0, 1.0, point.shape))
        for point in (points[number % len(points)] for number in range(missing))
    )
    return replace(case, points=(*points, *drawn))


def _inside(interval: Interval, generator: np.random.Generator) -> float:
    """Draw a number in general position."""
    lower, upper = interval.lower, interval.upper
    if math.isinf(lower) and math.isinf(upper):
        return float(generator.normal())
    if math.isinf(upper):
        return lower + float(generator.lognormal(sigma=0.5))
    if math.isinf(lower):
        return upper - float(generator.lognormal(sigma=0.5))
    return lower + (upper - lower) * float(generator.uniform(0.1, 0.9))


def speciality(x: Array) -> str:
    """Say in what way a point is special; "" if it is in general position."""
    flat = x.reshape(-1)
    if not len(flat):
        return ""
    if (flat == 0).any():
        return "an input is 0" if len(flat) > 1 else "x is 0"
    if (np.abs(flat) == 1).all():
        return "all inputs are 1 or -1" if len(flat) > 1 else "|x| is 1"
    if 1 < len(flat) <= _MANY and len(np.unique(np.abs(flat))) < len(flat):
        return "inputs have equal sizes"
    if (flat == np.round(flat)).all():
        return "all inputs are integers" if len(flat) > 1 else "x is an integer"
    return ""


def cases_in(subject: Any) -> dict[str, Case] | None:
    """Return the cases of a registry or another collection of cases; None for anything else."""
    if isinstance(subject, Mapping):
        found = list(subject.values())
    elif isinstance(subject, list | tuple):
        found = list(subject)
    else:
        return None
    if not all(isinstance(case, Case) for case in found):
        raise CaseError("check takes a function, a case, or a collection of cases only")
    if not found:
        raise CaseError("there are no cases to check")
    return {case.name: case for case in found}
