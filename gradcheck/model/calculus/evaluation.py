"""The numbers behind the rules: values and derivatives of the operands, combined.

Where f(x) has the shape `output` and df(x) the shape (*output, *input), the values get the axes of
x before the two are multiplied; where f acts elementwise on x, there are none to add.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add as plus
from operator import mul as times
from typing import Any

import numpy as np

from gradcheck.model.calculus.rule import constant_of
from gradcheck.model.case import Case


def varying(cases: Sequence[Case]) -> list[Case]:
    """Return the cases that are no constants, for these say what x is; all, if all are."""
    return [case for case in cases if constant_of(case) is None] or list(cases)


def values(cases: Sequence[Case], x: Any) -> list[Any]:
    """Evaluate the cases; a constant beside other cases is a plain number, whatever x is."""
    evaluated = varying(cases)
    return [case.f(x) if case in evaluated else constant_of(case) for case in cases]


def signed_sum(signs: Sequence[int], terms: Sequence[Any]) -> Any:
    """Add or subtract the terms, from left to right."""
    result = terms[0] if signs[0] > 0 else -terms[0]
    for sign, term in zip(signs[1:], terms[1:], strict=True):
        result = result + term if sign > 0 else result - term
    return result


def sum_derivative(signs: Sequence[int], cases: Sequence[Case], x: Any) -> Any:
    """Evaluate ± a'(x) ± b'(x) ± …, without the constants."""
    kept = varying(cases)
    pairs = [(sign, case) for sign, case in zip(signs, cases, strict=True) if case in kept]
    return signed_sum([sign for sign, _ in pairs], [case.df(x) for _, case in pairs])


def product_derivative(cases: Sequence[Case], x: Any) -> Any:
    """Evaluate a'(x) b(x) … + a(x) b'(x) … + …."""
    factors = values(cases, x)
    slopes = {k: case.df(x) for k, case in enumerate(cases) if case in varying(cases)}
    axes = max(_axes(factors[k], slope) for k, slope in slopes.items())
    stretched = [_stretched(factor, axes) for factor in factors]
    terms = [
        reduce(times, [*stretched[:k], *stretched[k + 1 :], slope]) for k, slope in slopes.items()
    ]
    return reduce(plus, terms)


def quotient_derivative(numerator: Case, denominator: Case, x: Any) -> Any:
    """Evaluate (a'(x) - a(x) / b(x) b'(x)) / b(x), in which b² cannot overflow."""
    evaluated = varying([numerator, denominator])
    above, below = values([numerator, denominator], x)
    if denominator not in evaluated:
        return numerator.df(x) / below
    slope = denominator.df(x)
    axes = _axes(below, slope)
    change = -_stretched(above / below, axes) * slope
    if numerator in evaluated:
        change = change + numerator.df(x)
    return change / _stretched(below, axes)


def composed_derivative(outer: Case, inner: Case, x: Any) -> Any:
    """Evaluate outer'(inner(x)) inner'(x)."""
    value, slope = inner.f(x), inner.df(x)
    return _stretched(outer.df(value), _axes(value, slope)) * slope


def _axes(value: Any, slope: Any) -> int:
    """Count the axes of x in df(x) beyond those of f(x); none where f acts elementwise."""
    return int(np.ndim(slope) - np.ndim(value))


def _stretched(value: Any, axes: int) -> Any:
    """Append the axes of x to the shape of f(x)."""
    if axes <= 0 or np.ndim(value) == 0:
        return value
    return np.reshape(value, (*np.shape(value), *[1] * axes))
