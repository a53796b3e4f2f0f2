"""The values of f around many points: every abscissa that some stencil needs, taken once."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Status, Values, evaluate
from gradcheck.differences.quotient import difference_quotient
from gradcheck.differences.stencil import Offset, Stencil
from gradcheck.model.case import Case

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Values of f at x + o h v for points x, steps h and offsets o, in one direction v."""

    h: Array
    """Shape (points, steps)."""
    values: dict[Offset, Array]
    """For each offset, values that broadcast to the shape (points, outputs, steps)."""
    status: dict[Offset, npt.NDArray[np.int8]]
    """For each offset, `Status` codes that broadcast to the shape (points, steps)."""
    failures: tuple[str, ...]
    """What f raised, the first of each group of evaluations."""

    def quotient(self, formula: Stencil, *, numeric: Array, status: Array) -> None:
        """Write the quotients and their status, both of shape (points, outputs, steps)."""
        with np.errstate(all="ignore"):
            difference_quotient(formula, self.values.__getitem__, self.h[:, None], out=numeric)
        worst = [self.status[offset] for offset in offsets_of([formula])]
        status[...] = functools.reduce(np.maximum, worst)[:, None]


def offsets_of(formulas: Iterable[Stencil]) -> tuple[Offset, ...]:
    """List the offsets at which the formulas need f, each once."""
    pairs = [pair for formula in formulas for _, *pair in formula.differences]
    return tuple(dict.fromkeys(o for pair in pairs for o in pair if o is not None))


def sample(
    case: Case,
    points: Array,
    *,
    direction: Array,
    h: Array,
    offsets: Iterable[Offset],
    center: Values,
) -> Samples:
    """Evaluate f at x + o h v.

    Parameters
    ----------
    case : Case
        Whose f is evaluated.
    points : array of shape (points, *input)
        The points x.
    direction : array of shape input
        The direction v; a unit vector moves one input.
    h : array of shape (points, steps)
        The steps.
    offsets : iterable of float or complex
        The offsets o. Where x + o h v equals x, the status says step-lost.
    center : Values
        The values of f at the points themselves, with the shape of f(x).
    """
    values: dict[Offset, Array] = {}
    status: dict[Offset, npt.NDArray[np.int8]] = {}
    failures = [center.failure] if center.failure else []
    offsets = tuple(offsets)
    for number_type in (float, complex):
        group = [
            o for o in offsets if o != 0 and isinstance(o, complex) == (number_type is complex)
        ]
        if not group:
            continue
        abscissae, lost = _abscissae(points, direction, h, group, number_type)
        taken = evaluate(case, abscissae.reshape(-1, *points.shape[1:]), output=center.output)
        shaped = taken.values.reshape(len(group), *h.shape, -1)
        codes = taken.status.reshape(len(group), *h.shape)
        np.maximum(codes, lost.view(np.int8) * np.int8(Status.STEP_LOST), out=codes)
        for k, offset in enumerate(group):
            values[offset] = shaped[k].transpose(0, 2, 1)
            status[offset] = codes[k]
        failures += [taken.failure] if taken.failure else []
    if 0 in offsets:
        values[0] = center.values[:, :, None]
        status[0] = center.status[:, None]
    return Samples(h=h, values=values, status=status, failures=tuple(failures))


def _abscissae(
    points: Array, direction: Array, h: Array, offsets: list[Offset], number_type: type
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return x + o h v, of shape (offsets, points, steps, *input), and where it equals x."""
    wide = (..., *(None,) * direction.ndim)
    x = points[:, None]
    abscissae = np.empty((len(offsets), *h.shape, *direction.shape), dtype=number_type)
    lost = np.empty((len(offsets), *h.shape), dtype=bool)
    for k, offset in enumerate(offsets):
        with np.errstate(all="ignore"):
            np.multiply(h[wide], offset * direction, out=abscissae[k])
            abscissae[k] += x
        if direction.ndim == 0:
            np.equal(abscissae[k], x, out=lost[k])
        else:
            lost[k] = (abscissae[k] == x).reshape(*h.shape, -1).all(axis=-1)
    return abscissae, lost
