"""The derivative of f by differences, with a bound for its error: nobody's formula needed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences import tracks
from gradcheck.differences.evaluate import text_of
from gradcheck.differences.neighbourhood import look_around
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Survey
from gradcheck.differences.tracks import Tracks
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """A derivative by differences."""

    value: Array
    """The derivative, of shape ``(*output, *input)``; NaN where no step gave an estimate."""
    error_bar: Array
    """The bound for its error, in the same units; infinite where there is no estimate."""
    evaluations: int
    """Calls of f."""


def differentiate(f: Callable[..., Any], x: npt.ArrayLike) -> Estimate:
    """Estimate the derivative of f at x, with error bars.

    Central differences at three steps, extrapolated, decide about most entries; where they do not
    behave like those of a smooth function, or noise blurs them, more steps are taken. The bar
    holds what the extrapolation left over and the noise of f, measured next to x.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns a number or an array of shape `output`. It gets fresh copies of x.
    x : array_like
        The point, of shape `input`.

    Returns
    -------
    Estimate
        `value` and `error_bar` of shape ``(*output, *input)``, and the `evaluations`.

    Raises
    ------
    CaseError
        If f raises or is not finite at x, or returns no numbers.

    Examples
    --------
    >>> found = differentiate(np.sin, 0.7)
    >>> abs(found.value - np.cos(0.7)) <= found.error_bar
    np.True_
    """
    case = Case(getattr(f, "__name__", "f"), f=f, df=f, points=[x])
    (point,) = case.points
    probe = Probe(case, "f", point.shape)
    with np.errstate(all="ignore"):
        center = probe.at(point)
        if center is None:
            raise CaseError(f"{case.name}: {probe.failure}; there is nothing to differentiate")
        if not np.isfinite(center).all():
            raise CaseError(f"{case.name}: f is not finite at x = {text_of(point)}")
        found = by_input(probe, point.reshape(-1), center).slopes
    shape = (*(probe.output or ()), *point.shape)
    return Estimate(
        value=found.value.T.reshape(shape),
        error_bar=found.bar.T.reshape(shape),
        evaluations=probe.calls,
    )


def by_input(probe: Probe, x: Array, center: Array) -> Survey:
    """Estimate the derivatives of all outputs by all inputs, of shape (inputs, outputs).

    Parameters
    ----------
    probe : Probe
        f.
    x : array of shape (inputs,)
        The point.
    center : array of shape (outputs,)
        f(x), finite.
    """
    scale = tracks.scale_of(x)
    return _along(tracks.by_input(probe, x, scale), probe, x, center, scale)


def elementwise(probe: Probe, x: Array, center: Array) -> Survey:
    """Estimate the derivative of each output by its own input, of shape (1, outputs)."""
    scale = tracks.scale_of(x)
    return _along(tracks.elementwise(probe, x, scale), probe, x, center, scale)


def by_direction(probe: Probe, x: Array, center: Array, directions: Array) -> Survey:
    """Estimate the derivatives along directions (count, inputs), of shape (count, outputs)."""
    scale = tracks.scale_of(x)
    return _along(tracks.along(probe, x, directions), probe, x, center, scale)


def _along(lines: Tracks, probe: Probe, x: Array, center: Array, scale: Array) -> Survey:
    _, _, above, below = lines.first
    varies = ~((above == center) & (below == center)).all(axis=(0, 1))
    return Survey(lines, center, look_around(probe, x, center, scale, varies=varies))
