"""From values to difference quotients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.stencil import Offset, Stencil

Array = npt.NDArray[Any]

_LARGEST = 2**53
"""Below this an integer is a float; above, the weights are rounded before they are used."""


def difference_quotient(
    formula: Stencil, value_at: Callable[[Offset], Array], h: Array, *, out: Array
) -> Array:
    """Combine values of f at x + o h into estimates of the derivative: Re Σ w f / hᵈ.

    Parameters
    ----------
    formula : Stencil
        The formula.
    value_at : callable
        Gives for an offset the values there; they broadcast to the shape of `out`.
    h : array
        The steps; broadcasts to the shape of `out`.
    out : array of float64
        Takes the result, and is returned.

    Examples
    --------
    >>> from gradcheck.differences.stencil import CENTRAL
    >>> values = {-1: np.array([2.5**2]), 1: np.array([3.5**2])}
    >>> difference_quotient(CENTRAL, values.__getitem__, np.array([0.5]), out=np.empty(1))
    array([6.])
    """
    exact = formula.denominator < _LARGEST
    for number, (numerator, plus, minus) in enumerate(formula.differences):
        weight = numerator if exact else numerator / formula.denominator
        term = value_at(plus)
        if minus is not None:
            reused = out if number == 0 and not formula.is_complex else None
            term = np.subtract(term, value_at(minus), out=reused)
        if weight != 1:
            term = np.multiply(term, weight, out=term if minus is not None else None)
        if number > 0:
            out += term.real
        elif term is not out:
            out[...] = term.real
    below = h if formula.derivative == 1 else h**formula.derivative
    out /= below if formula.denominator == 1 or not exact else formula.denominator * below
    return out
