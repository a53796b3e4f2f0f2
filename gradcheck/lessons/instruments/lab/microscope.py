"""What the microscope of the laboratory shows: the values that f has on the floats around x.

A program that asks for f(x + t) gets f at the float nearest to x + t. Over t that is a staircase,
whose steps are as wide as the gaps between floats. The window reaches from x - 2h to x + 2h.

The samples go into a page as text: two characters a number, from -2 to 2 in 4095 parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import evaluate
from gradcheck.model.case import Case

Array = npt.NDArray[Any]

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MISSING = ".."
"""What stands for no number."""
_LEVELS = 4095

SAMPLES = 49
"""So many places are sampled where the window holds more floats than `_FLOATS` on a side."""
_FLOATS = 16
_VISIBLE = 1 / 120
"""A step of the staircase shows if it is at least this part of the window's half height."""


@dataclass(frozen=True, kw_only=True)
class Slide:
    """What the microscope shows for one step."""

    height: float
    """Half the height of the window, in units of f."""
    kind: str
    """"floats": one sample for each float; "stairs", "curve": evenly spaced samples."""
    ends: tuple[float, float]
    """f(x - h) - f(x) and f(x + h) - f(x), as computed, divided by `height`."""
    t: Array
    """Where the samples lie: (float - x) / h."""
    values: Array
    """f(float) - f(x), as computed, divided by `height`; NaN where there is no value."""

    def packed(self) -> list[float | str]:
        """Return the slide as a page holds it: height, letter of the kind, samples, places."""
        places = pack(np.concatenate([self.t, edges(self.t)])) if self.kind == "floats" else ""
        samples = pack(np.concatenate([self.ends, self.values]))
        return [float(f"{self.height:.2e}"), self.kind[0], samples, places]


def pack(values: npt.ArrayLike) -> str:
    """Write numbers from -2 to 2 with two characters each; what lies beyond is put at the edge.

    Examples
    --------
    >>> pack([-2.0, 0.0, 2.0, float("nan")])
    'AAgA__..'
    """
    numbers = np.asarray(values, dtype=np.float64)
    known = np.isfinite(numbers)
    levels = (np.clip(np.where(known, numbers, 0.0), -2.0, 2.0) + 2.0) * (_LEVELS / 4)
    whole = np.floor(levels + 0.5).astype(int)
    return "".join(
        ALPHABET[level // 64] + ALPHABET[level % 64] if is_known else MISSING
        for level, is_known in zip(whole.tolist(), known.tolist(), strict=True)
    )


def slides(
    case: Case, x: float, steps: Sequence[float], *, slope: float, precision: str
) -> tuple[Slide, ...]:
    """Look at f around x through windows of all steps.

    Parameters
    ----------
    case : Case
        Whose f is evaluated; that of `in_single_precision` for float32.
    x : float
        The point.
    steps : sequence of float
        The steps h.
    slope : float
        The derivative: the window fits the tangent.
    precision : str
        "float64" or "float32": which floats there are.
    """
    floats = np.dtype(precision).type
    windows = [_Window.of(x, h, floats) for h in steps]
    found = evaluate(case, np.concatenate([each.asked for each in windows]), output=())
    cut = np.cumsum([len(each.asked) for each in windows])[:-1]
    values = np.split(found.values[:, 0], cut)
    return tuple(each.slide(of, slope) for each, of in zip(windows, values, strict=True))


@dataclass(frozen=True)
class _Window:
    """Where f is asked for one step."""

    x: float
    h: float
    floats: Any
    """The type of the floats."""
    at: Array
    """The floats of the window and one more on each side, or places evenly spread."""
    holds_all: bool
    """Whether these are all the floats of the window."""

    @classmethod
    def of(cls, x: float, h: float, floats: Any) -> "_Window":
        up, down = (_neighbours(x, 2 * h, floats, towards=end) for end in (np.inf, -np.inf))
        if len(up) > _FLOATS or len(down) > _FLOATS:
            return cls(x, h, floats, x + h * np.linspace(-2.0, 2.0, SAMPLES), holds_all=False)
        return cls(x, h, floats, np.array([*down[::-1], float(floats(x)), *up]), holds_all=True)

    @property
    def asked(self) -> Array:
        """x, the two ends of a secant, and the samples."""
        return np.concatenate([[self.x, self.x - self.h, self.x + self.h], self.at])

    def slide(self, values: Array, slope: float) -> Slide:
        with np.errstate(all="ignore"):
            center, *ends = values[:3].tolist()
            rises = values[3:] - center
            t = (self.at - self.x) / self.h
            between = edges(t)
            shown = (between[:-1] < 2) & (between[1:] > -2) if self.holds_all else np.isfinite(t)
            height = _height(rises[shown], np.array(ends) - center, 2 * self.h * abs(slope))
            height = height or 2 * self.h
            gap = float(np.spacing(self.floats(abs(center))))
        uneven = "stairs" if gap > _VISIBLE * height else "curve"
        left, right = ((end - center) / height for end in ends)
        return Slide(
            height=height,
            kind="floats" if self.holds_all else uneven,
            ends=(left, right),
            t=t,
            values=rises / height,
        )


def _neighbours(x: float, reach: float, floats: Any, *, towards: float) -> list[float]:
    """List the floats from x on and the first one beyond `reach`; a few more than `_FLOATS`."""
    found: list[float] = []
    at, end, last = floats(x), floats(towards), x
    while len(found) <= _FLOATS and abs(last - x) < reach:
        at = np.nextafter(at, end)
        last = float(at)
        found.append(last)
    return found


def edges(t: Array) -> Array:
    """Return the ends of the intervals of which each float is the nearest, one more than floats.

    Examples
    --------
    >>> edges(np.array([-1.0, 0.0, 2.0]))
    array([-1. , -0.5,  1. ,  2. ])
    """
    return np.concatenate([t[:1], (t[1:] + t[:-1]) / 2, t[-1:]])


def _height(rises: Array, ends: Array, rise: float) -> float:
    """Return what shows the tangent and the values, without the far ends of a pole."""
    finite = np.abs(rises[np.isfinite(rises)])
    near = np.abs(ends[np.isfinite(ends)])
    most = float(finite.max()) if finite.size else 0.0
    within = max(rise, float(near.max()) if near.size else 0.0)
    return max(rise, min(most, 2 * within) if within else most)
