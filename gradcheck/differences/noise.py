"""The noise of one value of f, measured from a few values at neighbouring abscissae.

References
----------
J. J. Moré and S. M. Wild (2011), Estimating computational noise, SIAM Journal on Scientific
Computing 33(3), 1292-1314: the k-th differences of noise have the variance ε² / γₖ with
γₖ = (k!)² / (2k)!, eq. (4.2), while those of a smooth function vanish with the spacing.
"""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Shape, Status, evaluate
from gradcheck.model.case import Case

Array = npt.NDArray[Any]

_COUNT = 7
"""Values per estimate; Moré and Wild recommend 7."""
_FIRST_SPACING = 2.0**-28
_TRIES = 4
_LOOKS = (1.0, 0.625)
"""Two spacings, in short binary numbers so that the abscissae are exact: values on a lattice
(rounded to six decimals, say) can hide their noise from one spacing, hardly from both."""


@dataclass(frozen=True)
class Noise:
    """The noise level of one output: the standard deviation of a value of f."""

    level: float
    """Absolute, in the units of f; NaN where no estimate could be had."""
    spacing: float
    """The distance of the abscissae with which it was found, in units of the scale of x."""


def measure_noise(
    case: Case, point: Array, direction: Array, *, output: Shape
) -> tuple[Noise, ...]:
    """Measure the noise of f near a point, for each flattened output.

    The spacing is enlarged while too many values coincide and reduced while f still varies
    smoothly, as in ECNoise.

    Parameters
    ----------
    case : Case
        Whose f is evaluated, 7 values a try.
    point : array of shape input
        Where.
    direction : array of shape input
        Along which line.
    output : tuple of int
        The shape of f(x).

    Examples
    --------
    >>> rounded = Case("rounded", f=lambda x: np.round(np.sin(x), 6), df=np.cos, points=[0.7])
    >>> (found,) = measure_noise(rounded, np.array(0.7), np.array(1.0), output=())
    >>> 1e-7 < found.level < 1e-6
    True
    """
    scale = 2.0 ** math.frexp(max(1.0, float(np.abs(point).max())))[1]
    found = [_search(case, point, direction * (scale * factor), output) for factor in _LOOKS]
    return tuple(
        max(pair, key=lambda noise: -1.0 if math.isnan(noise.level) else noise.level)
        for pair in zip(*found, strict=True)
    )


def _search(case: Case, point: Array, step: Array, output: Shape) -> list[Noise]:
    found = [Noise(math.nan, math.nan)] * int(np.prod(output))
    constant = [True] * len(found)
    pending = dict.fromkeys(range(len(found)), _FIRST_SPACING)
    for _ in range(_TRIES):
        for spacing in sorted(set(pending.values())):
            values = _values(case, point, step * spacing, output)
            for number in [n for n, wanted in pending.items() if wanted == spacing]:
                level, factor = difference_noise(values[:, number])
                constant[number] &= bool((values[:, number] == values[0, number]).all())
                if math.isnan(level):
                    pending[number] = spacing * factor
                else:
                    found[number] = Noise(level, spacing)
                    del pending[number]
    for number in pending:
        if constant[number]:
            found[number] = Noise(0.0, pending[number])
    return found


def difference_noise(values: Array) -> tuple[float, float]:
    """Estimate the noise from equally spaced values of a function, shape (count,).

    Returns
    -------
    level : float
        The noise; NaN if these values do not show it.
    factor : float
        By what to multiply the spacing for another try: 128 where too many values coincide, 1/128
        where the function still varies, 1 where the level was found.
    """
    numbers = values.tolist()  # so few of them are faster without NumPy
    if not all(map(math.isfinite, numbers)):
        return math.nan, 1 / 128
    largest, smallest = max(numbers), min(numbers)
    if largest == smallest:
        return math.nan, 128.0
    if largest - smallest > 0.1 * max(abs(largest), abs(smallest)):
        return math.nan, 1 / 128
    differences = _differences(numbers)
    if differences.count(0.0) >= len(numbers) // 2:
        return math.nan, 128.0
    levels, changes = [], []
    gamma = 1.0
    for k in range(1, len(numbers)):
        gamma *= 0.5 * k / (2 * k - 1)
        levels.append(_root_mean_square(differences, gamma))
        changes.append(min(differences) < 0 < max(differences))
        differences = _differences(differences)
    for k in range(len(levels) - 2):
        window = levels[k : k + 3]
        if max(window) <= 4 * min(window) and changes[k]:
            return levels[k], 1.0
    return math.nan, 1 / 128


def _differences(numbers: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(numbers)]


def _root_mean_square(numbers: list[float], factor: float) -> float:
    """Return the root of a factor times the mean of the squares."""
    largest = max(map(abs, numbers)) or 1.0  # squares of huge values would overflow
    total = 0.0
    for number in numbers:
        share = number / largest
        total += share * share
    return largest * math.sqrt(factor * (total / len(numbers)))


def _values(case: Case, point: Array, step: Array, output: Shape) -> Array:
    """Return 7 values of f around the point, shape (7, outputs); NaN where there is none."""
    places = np.arange(_COUNT) - _COUNT // 2
    abscissae = point + places.reshape(-1, *(1,) * point.ndim) * step
    taken = evaluate(case, abscissae, output=output)
    values = taken.values.copy()
    values[taken.status != Status.OK] = np.nan
    return values
