"""Three steps together: the extrapolated derivative, the bound for its error, and kinks.

References
----------
L. F. Richardson (1911), Philosophical Transactions A 210, 307-357: extrapolation in h².
C. Brezinski and M. Redivo Zaglia (1991), Extrapolation Methods, section 2.2: Neville's scheme.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

UNIT_ROUNDOFF = 2.0**-53
SMALLEST = 2.0**-1074
"""The distance of the floats next to 0, below which every value of f is rounded."""
CONTRACTION = 0.3
"""The terms of the error must fall by this factor at least, from one to the next."""
_KINK = 4.0
_FAINT = 1e-9
"""A kink that changes the slope by less, relatively, only widens the bar."""
_LINEAR = 0.6
_SEEN = 8.0
_TRUNCATION = 6.0
_ROUNDING = 1.75
"""Factors of safety, from benchmarks/calibration.py."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """Estimates from three steps; every array has the shape of one level."""

    value: Array
    """The derivative, extrapolated to h = 0."""
    bar: Array
    """The bound for its error."""
    rounding: Array
    """That part of the bound that comes from the noise of f."""
    valid: npt.NDArray[np.bool_]
    """Whether the quotients behave like those of a smooth function."""
    slope: Array
    """The h² term in the error of the quotient with the largest step."""
    kink: Array
    """Half the jump of the slope at x that the second differences show."""
    kink_bar: Array
    """The bound for the error of `kink`."""
    reach: Array
    """The size of the one-sided quotients at the smallest step."""
    seen: npt.NDArray[np.bool_]
    """Whether f differs from f(x) by more than noise at the largest step."""
    truncation: Array
    """That part of the bound that comes from the terms left over."""


def central_window(h: Array, forward: Array, backward: Array, noise: Array) -> Window:
    """Extrapolate central quotients of three steps.

    D(h) = (f(x + h) - f(x - h)) / 2h = f' + a₁ h² + a₂ h⁴ + a₃ h⁶ + …: Neville's scheme removes
    a₁ and a₂ and leaves a₃ h₁² h₂² h₃². The size of a₃ follows from how the terms before it fall,
    those of the odd part (D) and those of the even part, S(h) = f(x + h) + f(x - h) - 2 f(x)
    = c h + e₁ h² + e₂ h⁴ + …, in which c shows a kink at x.

    Parameters
    ----------
    h : array of shape (3, ...)
        The steps, falling.
    forward, backward : array of shape (3, ...)
        f(x + h) - f(x) and f(x - h) - f(x).
    noise : array of shape (3, ...)
        The bound for the error of one value of f, at each step.
    """
    unit = h[0]
    t = h / unit
    z1, z2, z3 = t * t
    quotient = (forward - backward) / (2 * t)
    error = noise / t
    first = quotient[1] + (quotient[1] - quotient[0]) * (z2 / (z1 - z2))
    second = quotient[2] + (quotient[2] - quotient[1]) * (z3 / (z2 - z3))
    value = second + (second - first) * (z3 / (z1 - z3))
    rounding = (
        np.abs(z2 * z3 / ((z2 - z1) * (z3 - z1))) * error[0]
        + np.abs(z1 * z3 / ((z1 - z2) * (z3 - z2))) * error[1]
        + np.abs(z1 * z2 / ((z1 - z3) * (z2 - z3))) * error[2]
        + UNIT_ROUNDOFF * np.abs(value)
    )
    a1 = (quotient[1] - quotient[2]) / (z2 - z3)
    a1_error = (error[1] + error[2]) / (z2 - z3)
    a2 = ((quotient[0] - quotient[1]) / (z1 - z2) - a1) / (z1 - z3)
    a2_error = ((error[0] + error[1]) / (z1 - z2) + a1_error) / (z1 - z3)
    c, c_error, e1, e1_error, e2, e2_error, left_over = _even_part(
        t, (forward + backward) / t, 4 * error
    )

    ratio = np.maximum(
        _excess(a2, a2_error) / np.maximum(np.abs(a1), a1_error),
        _excess(e2, e2_error) / np.maximum(np.abs(e1), e1_error),
    )
    ratio = np.where(np.isnan(ratio), 0.0, ratio)  # of zeros without noise
    a3 = ratio * np.maximum(np.abs(a2), ratio * _excess(a1, a1_error))
    truncation = _TRUNCATION * a3 * z1 * z2 * z3
    fall = np.minimum(ratio, CONTRACTION)  # where terms do not fall, nothing excuses a kink
    kink_bar = 2 * c_error + _KINK * fall * _excess(e2, e2_error) * left_over
    quiet = (np.abs(a1) <= 2 * a1_error) & (np.abs(a2) <= 2 * a2_error)
    reach = np.maximum(np.abs(forward[2]), np.abs(backward[2])) / t[2]
    faint = (np.abs(c) > kink_bar) & (np.abs(c) <= _FAINT * reach)
    flat = faint | (np.abs(c) <= kink_bar)
    valid = np.isfinite(value) & (quiet | (ratio <= CONTRACTION)) & flat
    return Window(
        value=value / unit,
        bar=(truncation + _ROUNDING * rounding + np.where(faint, np.abs(c), 0.0)) / unit,
        rounding=rounding / unit,
        valid=valid,
        slope=a1 / unit,
        kink=c / 2 / unit,
        kink_bar=kink_bar / 2 / unit,
        reach=reach / unit,
        seen=np.maximum(np.abs(forward[0]), np.abs(backward[0])) > _SEEN * noise[0],
        truncation=truncation / unit,
    )


def _excess(term: Array, error: Array) -> Array:
    """Return by how much a term stands out of its own error."""
    excess: Array = np.maximum(np.abs(term) - error, 0.0)
    return excess


def _even_part(h: Array, even: Array, error: Array) -> tuple[Array, ...]:
    """Fit S(h) / h = c + e₁ h + e₂ h³; return each coefficient and the bound for its error.

    The last array is the share of the next term, e₃ h⁵, that c takes up.
    """
    h1, h2, h3 = h
    cubes = h**3
    found: list[Array] = []
    minors = np.stack(
        [
            h2 * cubes[2] - h3 * cubes[1],
            h3 * cubes[0] - h1 * cubes[2],
            h1 * cubes[1] - h2 * cubes[0],
        ]
    )
    determinant = minors.sum(axis=0)
    rows = (
        minors,
        np.stack([cubes[1] - cubes[2], cubes[2] - cubes[0], cubes[0] - cubes[1]]),
        np.stack([h3 - h2, h1 - h3, h2 - h1]),
    )
    for row in rows:
        weights = row / determinant
        found += [(weights * even).sum(axis=0), (np.abs(weights) * error).sum(axis=0)]
    left_over = np.abs((minors * h**5).sum(axis=0) / determinant)
    return (*found, left_over)


@dataclass(frozen=True, kw_only=True)
class Slope:
    """A one-sided derivative; every array has the shape of one level."""

    value: Array
    bar: Array
    valid: npt.NDArray[np.bool_]


def one_sided_window(h: Array, rise: Array, noise: Array) -> Slope:
    """Extrapolate one-sided quotients (f(x ± h) - f(x)) / ±h, whose error has all powers of h.

    Parameters
    ----------
    h : array of shape (count, ...)
        Signed steps of one sign, their sizes falling; count is at least 4.
    rise : array of shape (count, ...)
        f(x + h) - f(x).
    noise : array of shape (count, ...)
        The bound for the error of one value of f.
    """
    unit = h[0]
    t = h / unit
    quotient = rise / t
    error = 2 * noise / t
    value, rounding = _at_zero(t, quotient, error)
    shorter, _ = _at_zero(t[1:], quotient[1:], error[1:])
    shortest, _ = _at_zero(t[2:], quotient[2:], error[2:])
    last, before = np.abs(value - shorter), np.abs(shorter - shortest)
    rounding = rounding + UNIT_ROUNDOFF * np.abs(value)
    valid = np.isfinite(value) & ((last <= CONTRACTION * before) | (last <= 2 * rounding))
    # the quotients must approach their limit as fast as h at least (a root at x does not)
    fall = np.abs(quotient[-2] - quotient[-1]) * ((t[-3] - t[-2]) / (t[-2] - t[-1]))
    blur = (error[-3] + 2 * error[-2] + error[-1]) * ((t[-3] - t[-2]) / (t[-2] - t[-1]))
    valid &= _LINEAR * fall <= np.abs(quotient[-3] - quotient[-2]) + blur
    return Slope(
        value=value / unit,
        bar=(last + _ROUNDING * rounding) / np.abs(unit),
        valid=valid,
    )


def _at_zero(t: Array, quotient: Array, error: Array) -> tuple[Array, Array]:
    """Return the interpolating polynomial at 0, and its share of the errors (Lagrange)."""
    value, bound = np.zeros_like(quotient[0]), np.zeros_like(quotient[0])
    for j in range(len(t)):
        weight = np.ones_like(t[0])
        for k in range(len(t)):
            if k != j:
                weight = weight * (t[k] / (t[k] - t[j]))
        value = value + weight * quotient[j]
        bound = bound + np.abs(weight) * error[j]
    return value, bound
