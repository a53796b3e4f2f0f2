"""The view of a function that the laboratory shows: an interval around a point, and f on it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import evaluate
from gradcheck.model.case import Case

Array = npt.NDArray[Any]

SAMPLES = 161
_TURNS = 6
"""A function that rises and falls more often is seen from closer by."""
_MARGIN = 1.4
"""The interval reaches so many times as far as the largest step."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """f on an interval around a point."""

    x: tuple[float, float]
    y: tuple[float, float]
    values: Array
    """f at `SAMPLES` places; NaN where it has no value."""

    def scaled(self) -> Array:
        """Return the values with -1 for the lower edge of the window and 1 for the upper one."""
        low, high = self.y
        return 2 * (self.values - low) / (high - low) - 1


def window(case: Case, x: float, largest: float) -> Window:
    """Choose an interval on which the secant of the largest step can be seen.

    Parameters
    ----------
    case : Case
        Whose f is seen.
    x : float
        The point in the middle.
    largest : float
        The largest step.
    """
    reach = _MARGIN * largest
    values = _values(case, x, reach)
    while _turns(values) > _TURNS:
        reach /= 2
        values = _values(case, x, reach)
    return Window(x=(x - reach, x + reach), y=_bounds(values), values=values)


def _values(case: Case, x: float, reach: float) -> Array:
    at = np.linspace(x - reach, x + reach, SAMPLES)
    values = np.asarray(evaluate(case, at, output=()).values[:, 0], dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _turns(values: Array) -> int:
    steps = np.diff(values[np.isfinite(values)])
    signs = np.sign(steps[steps != 0])
    return int((signs[1:] != signs[:-1]).sum())


def _bounds(values: Array) -> tuple[float, float]:
    """Return limits that show the values, without the far ends of a pole."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return -1.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    near, far = np.percentile(finite, [10, 90])
    spread = float(far - near)
    if spread > 0:
        low, high = max(low, near - 4 * spread), min(high, far + 4 * spread)
    pad = 0.08 * (high - low) or 0.1 * abs(high) or 0.1
    return float(low - pad), float(high + pad)
