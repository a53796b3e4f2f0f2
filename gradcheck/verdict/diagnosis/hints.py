"""What the caller tells about f beyond its values: constants in it, its terms, its factors."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate
from gradcheck.differences.evaluate import text_of
from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.diagnosis.evidence import Part

Array = npt.NDArray[Any]
Function = Callable[..., Any]

_SAME = 1e-6
"""So far, relatively, may the terms or factors together be from f: single precision is fine."""
_MOST = 6
"""Every quotient of so many factors is tried."""


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Numbers and functions by name, which let a mistake be named that would stay unnamed."""

    constants: Mapping[str, float] = field(default_factory=dict)
    """Such as {"batch": 32}; a name ending like a formula, "1/keep", is fine."""
    terms: Mapping[str, Function] = field(default_factory=dict)
    """Functions of x whose sum is f."""
    factors: Mapping[str, Function] = field(default_factory=dict)
    """Functions of x whose product or quotient is f."""


def hints_of(
    constants: Mapping[str, float] | None,
    terms: Mapping[str, Function] | None,
    factors: Mapping[str, Function] | None,
) -> Hints:
    """Return the hints, or say why they cannot be used.

    Raises
    ------
    CaseError
        If one is no mapping, a constant is no finite number, or a term or factor no function.
    """
    for role, given in (("constants", constants), ("terms", terms), ("factors", factors)):
        if given is not None and not isinstance(given, Mapping):
            raise CaseError(f"{role} gives each its name, got {given!r}; write {{'name': ...}}")
    for name, value in (constants or {}).items():
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise CaseError(f"the constant {name!r} must be a finite number, got {value!r}")
    for role, functions in (("term", terms), ("factor", factors)):
        for name, function in (functions or {}).items():
            if not callable(function):
                raise CaseError(f"the {role} {name!r} must be a function of x, got {function!r}")
    return Hints(
        constants={name: float(value) for name, value in (constants or {}).items()},
        terms=dict(terms or {}),
        factors=dict(factors or {}),
    )


def part_at(
    name: str, function: Function, point: Array, outputs: int, *, elementwise: bool = False
) -> tuple[Array, Array, Array]:
    """Return a part's value, derivative and error bar at a point, one number an entry.

    A part that is one number counts for all outputs of f.

    Parameters
    ----------
    name : str
        What the caller calls it: "the factor 'u'".
    function : callable
        The part.
    point : array of shape `input`
        The point.
    outputs : int
        How many outputs f has.
    elementwise : bool
        Whether the entries are those of the diagonal alone.

    Raises
    ------
    CaseError
        If it raises or is not finite at the point, or has neither one output nor as many as f.
    """
    case = Case(name, f=function, df=function, points=[point])
    probe = Probe(case, "f", point.shape)
    center = probe.at(point)
    if center is None:
        failure = probe.failure.removeprefix("f ")
        raise CaseError(f"{name} {failure}; it must have a value wherever f has one")
    if len(center) not in (1, outputs):
        raise CaseError(
            f"{name} must return one number, or as many as f ({outputs}), got {len(center)}"
        )
    if not np.isfinite(center).all():
        raise CaseError(
            f"{name} is not finite at x = {text_of(point)}; it must have a value wherever f has one"
        )
    flat = point.reshape(-1)
    if elementwise and len(center) == outputs:
        found = estimate.elementwise(probe, flat, center).slopes
    else:
        found = estimate.by_input(probe, flat, center).slopes
    shape = (outputs,) if elementwise else (outputs, point.size)
    value = np.broadcast_to(center, (outputs,))
    return (
        value if elementwise else np.repeat(value, point.size),
        np.broadcast_to(found.value.T.reshape(-1) if elementwise else found.value.T, shape).ravel(),
        np.broadcast_to(found.bar.T.reshape(-1) if elementwise else found.bar.T, shape).ravel(),
    )


def parts(
    role: str,
    functions: Mapping[str, Function],
    points: Sequence[Array],
    outputs: int,
    *,
    elementwise: bool,
) -> dict[str, Part]:
    """Return the parts at all points, laid out like the entries of full Jacobians or diagonals."""
    found = {}
    for name, function in functions.items():
        told = f"the {role} {name!r}"
        at = [part_at(told, function, x, outputs, elementwise=elementwise) for x in points]
        value, derivative, bar = (np.concatenate(arrays) for arrays in zip(*at, strict=True))
        found[name] = Part(value=value, derivative=derivative, bar=bar)
    return found


def require_sum(terms: Mapping[str, Part], y: Array) -> None:
    """Refuse terms whose sum is not f.

    Raises
    ------
    CaseError
        If the sum differs from f at one of the points.
    """
    if not terms:
        return
    values = [part.value for part in terms.values()]
    size = np.sum(np.abs(values), axis=0)
    total = np.sum(values, axis=0)
    off = ~(np.abs(total - y) <= _SAME * np.maximum(size, np.abs(y)))
    if off.any():
        row = int(np.argmax(off))
        each = ", ".join(f"{name} = {part.value[row]:.6g}" for name, part in terms.items())
        raise CaseError(
            f"the terms ({each}) sum to {total[row]:.6g}, but f is {y[row]:.6g} there; give all "
            "terms, so that their sum is f"
        )


def require_product(factors: Mapping[str, Part], y: Array) -> None:
    """Refuse factors whose product or quotient is not f.

    Raises
    ------
    CaseError
        If neither the product nor a quotient of them is f at all points.
    """
    if not factors or signs_of(factors, y):
        return
    product = np.prod([part.value for part in factors.values()], axis=0)
    off = ~(np.abs(product - y) <= _SAME * np.fmax(np.abs(product), np.abs(y)))
    row = int(np.argmax(off))
    each = ", ".join(f"{name} = {part.value[row]:.6g}" for name, part in factors.items())
    raise CaseError(
        f"the factors ({each}) have the product {product[row]:.6g}, but f is {y[row]:.6g} there, "
        "and no quotient of them is f either; give all factors of f"
    )


def signs_of(factors: Mapping[str, Part], y: Array) -> list[tuple[int, ...]]:
    """Return the ways to make f of its factors: 1 for those above the fraction bar, -1 below.

    At most one factor in a product of many may be below.
    """
    count = len(factors)
    if count <= _MOST:
        candidates = sorted(product((1, -1), repeat=count), key=lambda signs: -sum(signs))
    else:
        candidates = [
            (1,) * count,
            *((1,) * k + (-1,) + (1,) * (count - k - 1) for k in range(count)),
        ]
    values = np.stack([part.value for part in factors.values()])
    fitting = []
    with np.errstate(all="ignore"):
        for signs in candidates:
            made = np.prod(values ** np.array(signs, dtype=np.float64)[:, None], axis=0)
            if (np.abs(made - y) <= _SAME * np.fmax(np.abs(made), np.abs(y))).all():
                fitting.append(signs)
    return fitting
