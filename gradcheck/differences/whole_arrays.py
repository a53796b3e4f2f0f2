"""Call a function on a whole array of numbers, and find out whether it acts elementwise.

That it does so is found out, not declared: the call must agree with calls on single numbers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_BLOCK = 2**13
"""Whole arrays are evaluated in blocks of this length, so that temporaries stay in the cache."""


@dataclass(frozen=True)
class Found:
    """What came of calling a function on whole arrays."""

    values: Array | None = None
    """None if the function is not found to act elementwise."""
    calls: int = 0


def at_once(
    function: Callable[..., Any],
    abscissae: Array,
    *,
    out: Array | None = None,
    alone: int | None = None,
) -> Found:
    """Evaluate on whole arrays, and on a few single numbers that tell whether this is right.

    Parameters
    ----------
    function : callable
        What is called.
    abscissae : array
        Where; nothing is found where it has more than one axis.
    out : array of shape (count,), optional
        Takes the values.
    alone : int, optional
        Which abscissa is one of the single numbers, besides the first and the last.
    """
    count = len(abscissae)
    if abscissae.ndim != 1 or not count:
        return Found()
    wanted = abscissae.view()
    wanted.setflags(write=False)  # who changes his argument is called one by one, with copies
    samples: dict[int, Any] = dict.fromkeys((0, count // 3 if alone is None else alone, count - 1))
    found = np.empty(count, dtype=abscissae.dtype) if out is None else out
    calls = 0
    try:
        for k in samples:
            calls += 1
            samples[k] = _scalar(function(wanted[k]), found.dtype)
        for start in range(0, count, _BLOCK):
            block = wanted if count <= _BLOCK else wanted[start : start + _BLOCK]
            calls += len(block)
            found[start : start + _BLOCK] = _like(function(block), block)
    except (Exception, SystemExit):  # noqa: BLE001  (then it is called one by one, and reported there)
        return Found(calls=calls)
    agree = all(_agree(single, found[k].item()) for k, single in samples.items())
    return Found(found if agree else None, calls)


def _like(value: Any, x: Array) -> Array:
    """Return the value if it is an array of numbers of the shape of x."""
    if type(value) is not np.ndarray or value.shape != x.shape:
        raise TypeError
    if value.dtype is not x.dtype and value.dtype.kind not in _kinds(x.dtype):
        raise TypeError
    return value


def _agree(single: complex, whole: complex) -> bool:
    if single == whole or (single != single and whole != whole):  # noqa: PLR0124  (both NaN)
        return True
    apart = single - whole
    allowed = _SAME * math.hypot(single.real, single.imag)
    return math.hypot(apart.real, apart.imag) <= allowed < math.inf


_SAME = 1e-12
"""Whole-array calls may round differently from single ones, by a few units in the last place."""


def _scalar(value: Any, dtype: np.dtype[Any]) -> Any:
    """Return the value as a plain number if it is one that needs no more than this type."""
    if type(value) is np.float64 or type(value) is float:
        return float(value)
    array = np.asarray(value)
    if array.ndim != 0 or array.dtype.kind not in _kinds(dtype):
        raise TypeError
    return array.astype(dtype).item()


def _kinds(dtype: np.dtype[Any]) -> str:
    return "fiubc" if dtype.kind == "c" else "fiub"
