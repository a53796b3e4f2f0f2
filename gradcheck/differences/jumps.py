"""Jumps of f near x, as those of an iteration that is stopped early.

Between two jumps such a function is smooth, and no difference at small steps shows that its values
are only as good as the iteration's tolerance. Its slope there is its own: it differs from that of
the function which the iteration approximates by about the jump over the distance to it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial import Polynomial

Array = npt.NDArray[Any]

_REACHES = (0.0008, 0.0025, 0.008, 0.025, 0.08, 0.25, 0.75)
"""How far to look: where jumps are many, single ones show at a small distance only, and the nearest
says most."""
_COUNT = 49
_ORDER = 5
_OUTSTANDING = 50.0
"""A difference of this many times the usual size belongs to a break."""
_BISECTIONS = 16
_CLEAR = 16.0
"""A smaller jump, in units of the noise, is none."""
_MEET = 8.0
"""Sides that differ by less, in units of what their slopes make of the place, meet there."""
_FEWEST = 3
_NEAREST = 2


def slope_of_jumps(
    sample: Callable[[Array], Array], output: int, center: float, noise: float
) -> float:
    """Return by how much jumps nearby may change the slope of one output, 0 if there are none.

    Parameters
    ----------
    sample : callable
        Returns the values, of shape (count, outputs), at displacements of shape (count,) in units
        of the scale of x.
    output : int
        Which output.
    center : float
        f(x), that output.
    noise : float
        The noise of its values.

    Returns
    -------
    float
        In units of f over the scale of x.
    """
    for reach in _REACHES:
        largest = 0.0
        t = np.linspace(-reach, reach, _COUNT)
        values = sample(t)[:, output]
        values[_COUNT // 2] = center
        ends = _breaks(values, noise)
        for k in _nearest(ends):
            left, right = _sides(t, values, k, ends)
            if left is None or right is None:
                continue
            ends_of_gap = (t[k], values[k]), (t[k + 1], values[k + 1])
            place, size = _jump(sample, output, ends_of_gap, left, right)
            if size > _CLEAR * noise:
                largest = max(largest, size / max(abs(place), t[1] - t[0]))
        if largest > 0:
            return largest
    return 0.0


def _breaks(values: Array, noise: float) -> list[int]:
    """Return the intervals in which f is not smooth, each by the number of its lower end.

    A break stands out in as many neighbouring differences as they have orders; where more stand
    out, f is steep, or breaks are too many to be told apart.
    """
    differences = np.abs(np.diff(values, n=_ORDER))
    known = differences[np.isfinite(differences)]
    if not len(known):
        return []
    usual = max(float(np.median(known)), 2.0**_ORDER * noise)
    outstanding = np.flatnonzero(np.isfinite(differences) & (differences > _OUTSTANDING * usual))
    groups = np.split(outstanding, np.flatnonzero(np.diff(outstanding) > 1) + 1)
    last = len(differences) - 1
    return [
        int(group[-1])  # the last difference over a break has it first
        for group in groups
        if len(group) and len(group) <= _ORDER and group[0] > 0 and group[-1] < last
    ]


def _nearest(ends: list[int]) -> list[int]:
    """Return the breaks next to the middle, to either side."""
    middle = _COUNT // 2
    return [k for k in ends if k < middle][-_NEAREST:] + [k for k in ends if k >= middle][:_NEAREST]


def _sides(
    t: Array, values: Array, k: int, ends: list[int]
) -> tuple[Polynomial | None, Polynomial | None]:
    """Continue f from the smooth pieces to either side of a break."""
    before = max([end for end in ends if end < k], default=-1) + 1
    after = min([end for end in ends if end > k], default=len(t) - 1)
    pieces = slice(max(before, k - _ORDER), k + 1), slice(k + 1, min(after, k + 1 + _ORDER) + 1)
    return _through(t[pieces[0]], values[pieces[0]]), _through(t[pieces[1]], values[pieces[1]])


def _through(t: Array, values: Array) -> Polynomial | None:
    if len(t) < _FEWEST or not np.isfinite(values).all():
        return None
    return Polynomial.fit(t, values, len(t) - 1)


def _jump(
    sample: Callable[[Array], Array],
    output: int,
    ends: tuple[tuple[float, float], tuple[float, float]],
    left: Polynomial,
    right: Polynomial,
) -> tuple[float, float]:
    """Find the place of a break, and return it with the size of the jump there.

    At a kink the two sides meet; where f is only steep, its values meet. Both have no size.
    """
    (low, below), (high, above) = ends
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        value = float(sample(np.array([middle]))[0, output])
        if abs(value - left(middle)) <= abs(value - right(middle)):
            low, below = middle, value
        else:
            high, above = middle, value
    size = float(abs(left(low) - right(low)))
    meet = float(abs(left.deriv()(low) - right.deriv()(low))) * (high - low)
    return low, size if size > _MEET * meet and abs(above - below) > size / 2 else 0.0
