"""What the caller tells about f beyond its values: constants in it, its terms, its factors."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate
from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.diagnosis.evidence import Part

Array = npt.NDArray[Any]
Function = Callable[..., Any]


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
    name: str, function: Function, point: Array, outputs: int
) -> tuple[Array, Array, Array]:
    """Return a part's value, derivative and error bar at a point.

    Returns
    -------
    value : array of shape (outputs,)
    derivative, bar : array of shape (outputs, inputs)
        A part that is one number is repeated for all outputs of f.

    Raises
    ------
    CaseError
        If it raises at the point, or has neither one output nor as many as f.
    """
    case = Case(name, f=function, df=function, points=[point])
    probe = Probe(case, "f", point.shape)
    center = probe.at(point)
    if center is None:
        raise CaseError(f"{name}: {probe.failure}; it must have a value wherever f has one")
    if len(center) not in (1, outputs):
        raise CaseError(
            f"{name} must return one number, or as many as f ({outputs}), got {len(center)}"
        )
    found = estimate.by_input(probe, point.reshape(-1), center).slopes
    shape = (outputs, point.size)
    return (
        np.broadcast_to(center, (outputs,)),
        np.broadcast_to(found.value.T, shape),
        np.broadcast_to(found.bar.T, shape),
    )


def parts(functions: Mapping[str, Function], points: list[Array], outputs: int) -> dict[str, Part]:
    """Return the parts at all points, laid out like the entries of full Jacobians."""
    found = {}
    for name, function in functions.items():
        values, derivatives, bars = [], [], []
        for point in points:
            value, derivative, bar = part_at(name, function, point, outputs)
            values.append(np.repeat(value, point.size))
            derivatives.append(derivative.reshape(-1))
            bars.append(bar.reshape(-1))
        found[name] = Part(
            value=np.concatenate(values),
            derivative=np.concatenate(derivatives),
            bar=np.concatenate(bars),
        )
    return found
