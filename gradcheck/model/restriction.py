"""A function of many inputs as a function of one number: along an input or a direction."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.model.case import Case
from gradcheck.model.domain import Domain

Array = npt.NDArray[Any]


def along_input(case: Case, x: Array, *, input_: int, output: int, slope: float) -> Case:
    """Return the case of one output of f that depends on one input, the others fixed at x.

    Parameters
    ----------
    case : Case
        Whose f is restricted.
    x : array of shape `input`
        The point.
    input_, output : int
        Positions in the flattened x and f(x).
    slope : float
        What df says about that entry.

    Examples
    --------
    >>> area = Case("area", f=np.prod, df=lambda x: x[::-1], points=[[2.0, 5.0]])
    >>> part = along_input(area, area.points[0], input_=1, output=0, slope=2.0)
    >>> part.points, float(part.f(7.0))
    ((array(5.),), 14.0)
    """

    def moved(t: Any) -> Array:
        point = np.array(x, dtype=np.float64)
        point.reshape(-1)[input_] = t
        return point

    return _restricted(case, moved, start=float(x.reshape(-1)[input_]), output=output, slope=slope)


def along_direction(case: Case, x: Array, *, direction: Array, output: int, slope: float) -> Case:
    """Return the case of t -> f(x + t v), for one output, at t = 0.

    Parameters
    ----------
    case : Case
        Whose f is restricted.
    x : array of shape `input`
        The point.
    direction : array of shape (inputs,)
        The direction v.
    output : int
        A position in the flattened f(x).
    slope : float
        What df says about that direction.

    Examples
    --------
    >>> area = Case("area", f=np.prod, df=lambda x: x[::-1], points=[[2.0, 5.0]])
    >>> part = along_direction(
    ...     area, area.points[0], direction=np.ones(2), output=0, slope=7.0
    ... )
    >>> float(part.f(1.0))
    18.0
    """

    def moved(t: Any) -> Array:
        return np.asarray(x + t * np.reshape(direction, x.shape))

    return _restricted(case, moved, start=0.0, output=output, slope=slope)


def _restricted(
    case: Case, moved: Callable[[Any], Array], *, start: float, output: int, slope: float
) -> Case:
    def f(t: Any) -> Any:
        if np.ndim(t):
            raise TypeError("takes one number at a time")
        return np.asarray(case.f(moved(t))).reshape(-1)[output]

    return Case(
        case.name, f=f, df=lambda _: slope, points=[start], domain=_domain(case.domain, moved)
    )


def _domain(domain: Domain, moved: Callable[[Any], Array]) -> Domain:
    if domain.is_everywhere:
        return domain
    predicate = domain.predicate

    def inside(t: Any) -> bool:
        point = moved(t)
        if not domain.box_contains(point[None])[0]:
            return False
        return predicate is None or bool(predicate(point))

    return Domain(predicate=inside)
