"""The derivative of f by differences, with a bound for its error: nobody's formula needed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences import tracks
from gradcheck.differences.neighbourhood import look_around, unseen
from gradcheck.differences.probe import Probe, Sampler
from gradcheck.differences.slopes import Slopes, Survey, first_slopes, is_decided
from gradcheck.differences.structure import Structure, is_tree
from gradcheck.differences.tracks import Tracks
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimate:
    """A derivative by differences."""

    value: Any
    """The derivative, of shape ``(*output, *input)``; NaN where no step gave an estimate. Where x
    is a tree, a tree like it, of arrays of shape ``(*output, *leaf)``."""
    error_bar: Any
    """The bound for its error, in the same units; infinite where there is no estimate."""
    evaluations: int
    """Calls of f."""

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_found import estimate

        return estimate(self)


def differentiate(f: Callable[..., Any], x: Any) -> Estimate:
    """Estimate the derivative of f at x, with error bars.

    Central differences at three steps, extrapolated, decide about most entries; where they do not
    behave like those of a smooth function, or noise blurs them, more steps are taken. The bar
    holds what the extrapolation left over and the noise of f, measured next to x.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns a number or an array of shape `output`. It gets fresh copies of x.
    x : array_like, or container of such
        The point, of shape `input`; or a dict, list or other tree of arrays.

    Returns
    -------
    Estimate
        `value` and `error_bar` of shape ``(*output, *input)``, or trees like x; and the
        `evaluations`.

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
    structure = Structure(x) if is_tree(x) else None
    name = getattr(f, "__name__", "f")
    if structure is not None:
        x, f = structure.flatten(x), structure.calling(f)
    case = Case(name, f=f, df=f, points=[x])
    (point,) = case.points
    probe = Probe(case, "f", point.shape, structure)
    with np.errstate(all="ignore"):
        center = probe.at(point)
        if center is None:
            raise CaseError(f"{case.name}: {probe.failure}; there is nothing to differentiate")
        if not np.isfinite(center).all():
            raise CaseError(f"{case.name}: f is not finite at x = {probe.text(point)}")
        found = by_input(probe, point.reshape(-1), center).slopes
    shape = (*(probe.output or ()), *point.shape)
    value, bar = found.value.T.reshape(shape), found.bar.T.reshape(shape)
    if structure is not None:
        value, bar = structure.unflatten(value), structure.unflatten(bar)
    return Estimate(value=value, error_bar=bar, evaluations=probe.calls)


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
    return with_noise(tracks.by_input(probe, x, scale), probe, x, center, scale)


def elementwise(probe: Probe, x: Array, center: Array) -> Survey:
    """Estimate the derivative of each output by its own input, of shape (1, outputs)."""
    scale = tracks.scale_of(x)
    return with_noise(tracks.elementwise(probe, x, scale), probe, x, center, scale)


def at_a_glance(lines: Tracks, center: Array) -> Slopes | None:
    """Estimate the derivatives along lines from their first steps alone.

    None if these do not behave like those of a smooth function that is exact but for rounding.
    """
    found = first_slopes(lines, center, unseen(center, np.stack(lines.first[2:])).noise)
    return found if is_decided(found) else None


def with_noise(lines: Tracks, probe: Sampler, x: Array, center: Array, scale: Array) -> Survey:
    """Estimate the derivatives along lines, with the noise of f measured next to x.

    Parameters
    ----------
    lines : Tracks
        The lines, with the values at the first steps.
    probe : Sampler
        f.
    x : array of shape (inputs,)
        The point.
    center : array of shape (outputs,)
        f(x), finite.
    scale : array of shape (inputs,)
        The size of each input.
    """
    _, _, above, below = lines.first
    varies = ~((above == center) & (below == center)).all(axis=(0, 1))
    return Survey(lines, center, look_around(probe, x, center, scale, varies=varies))
