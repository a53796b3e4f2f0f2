"""Numbers of 260 digits that NumPy's functions take, and derivatives of functions of them.

NumPy calls the method `exp` of each element of an object array when asked for its `exp`; the
numbers here have these methods, so that most functions written for float64 run on them unchanged.
Floats, also those inside a function, keep the exact value of the float64.
"""

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from mpmath.ctx_mp import MPContext

from benchmarks.subjects.subject import Array, Function, Subject

DIGITS = 260
NODES = 4
ORDER = 2 * NODES
"""The highest Taylor coefficient."""
STEP = 2.0**-67
"""In units of x; the 8th difference loses 160 digits of 260."""

mp = MPContext()
mp.dps = DIGITS

_UNARY = {
    "exp": mp.exp, "expm1": mp.expm1, "log": mp.log, "log1p": mp.log1p, "sqrt": mp.sqrt,
    "cbrt": mp.cbrt, "sin": mp.sin, "cos": mp.cos, "tan": mp.tan, "arcsin": mp.asin,
    "arccos": mp.acos, "arctan": mp.atan, "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh,
    "arcsinh": mp.asinh, "arccosh": mp.acosh, "arctanh": mp.atanh,
}  # fmt: skip
for _name, _function in _UNARY.items():
    setattr(mp.mpf, _name, lambda self, function=_function: function(self))
for _name, _binary in {"arctan2": mp.atan2, "hypot": mp.hypot}.items():
    setattr(mp.mpf, _name, lambda self, other, function=_binary: function(self, other))


def numbers(x: Any) -> Any:
    """Return x, a number or an array, in exact numbers."""
    if np.ndim(x) == 0:
        return mp.mpf(float(x))
    return np.array([mp.mpf(float(number)) for number in np.ravel(x)], dtype=object).reshape(
        np.shape(x)
    )


def values(truth: Function, x: Any) -> Array:
    """Return truth(x) as a flat array of exact numbers."""
    return np.array(truth(x), dtype=object).reshape(-1)


def moved(x: Any, coordinate: int, distance: Any) -> Any:
    """Return a copy of the exact x with one (flat) coordinate moved."""
    if np.ndim(x) == 0:
        return x + distance
    copy = x.copy()
    copy.reshape(-1)[coordinate] += distance
    return copy


def sizes(subject: Subject, x: Any) -> Array:
    """Return the length, for each flat coordinate, in which steps are measured."""
    if subject.sizes is not None:
        return np.ravel(subject.sizes).astype(np.float64)
    length = np.abs(np.ravel(x)).astype(np.float64)
    return np.where(length > 0, length, np.max(length) or 1.0)


def slopes(subject: Subject, x: Any, coordinate: int) -> Array:
    """Return the derivative of every output along one coordinate, to 30 digits and more."""
    start, h = numbers(x), mp.mpf(sizes(subject, x)[coordinate]) * STEP
    right = values(subject.truth, moved(start, coordinate, h))
    return np.asarray((right - values(subject.truth, moved(start, coordinate, -h))) / (2 * h))


def directional_slopes(subject: Subject, x: Any, direction: Any) -> Array:
    """Return the derivative of every output along a direction of the shape of x."""
    start, along = numbers(x), numbers(direction) * STEP
    right = values(subject.truth, start + along)
    return np.asarray((right - values(subject.truth, start - along)) / (2 * STEP))


def taylor(subject: Subject, x: Any, coordinate: int) -> Array:
    """Return f^(k) / k! along one coordinate, of shape (outputs, ORDER + 1), in exact numbers."""
    start, h = numbers(x), mp.mpf(sizes(subject, x)[coordinate]) * STEP
    samples = [
        values(subject.truth, moved(start, coordinate, offset * h))
        for offset in range(-NODES, NODES + 1)
    ]
    rows = [
        sum(mp.mpf(w.numerator) / w.denominator * s for w, s in zip(row, samples, strict=True))
        / h**k
        for k, row in enumerate(_interpolation())
    ]
    return np.array(rows, dtype=object).T


@cache
def _interpolation() -> list[list[Fraction]]:
    """Return the weights that turn the samples into the coefficients of their polynomial."""
    offsets = range(-NODES, NODES + 1)
    columns = []
    for node in offsets:
        polynomial = [Fraction(1)]
        for other in offsets:
            if other != node:  # times (t - other) / (node - other)
                raised, same = [Fraction(0), *polynomial], [*polynomial, Fraction(0)]
                polynomial = [
                    (a - other * b) / (node - other) for a, b in zip(raised, same, strict=True)
                ]
        columns.append(polynomial)
    return [[column[k] for column in columns] for k in range(ORDER + 1)]
