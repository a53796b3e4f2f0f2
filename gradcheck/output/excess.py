"""How far entries are from what is tolerated: numbers, and the classes that a page colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.output import verdict_number as number
from gradcheck.verdict.result import VERDICTS, Entries, Verdict

Array = npt.NDArray[Any]

FAIL = VERDICTS.index(Verdict.FAIL)
OPEN = VERDICTS.index(Verdict.INCONCLUSIVE)

_BOUNDS = (0.01, 0.1, 1.0, 10.0, 1e3, 1e6)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A range of colours' key: its class in the style sheet, and what it stands for."""

    css: str
    words: str


LEVELS = tuple(
    Level(css=f"m{place}", words=words)
    for place, words in enumerate(
        ("below 0.01", "to 0.1", "to 1: tolerated", "to 10", "to 1e3", "to 1e6", "above")
    )
)
"""Errors in units of what is tolerated."""


def excess(entries: Entries) -> Array:
    """Return the errors in units of what is tolerated; infinite where a number is missing.

    Tolerated is the error bar, and what is put down to rounding.
    """
    return ratio(entries.abs_error, entries.error_bar + entries.materiality)


def ratio(error: Array, unit: Array) -> Array:
    """Divide errors by a unit; no error is 0 of any, a missing one or none of 0 is infinite.

    Examples
    --------
    >>> ratio(np.array([0.0, 1.0, 1.0, np.nan]), np.array([0.0, 2.0, 0.0, 1.0])).tolist()
    [0.0, 0.5, inf, inf]
    """
    with np.errstate(all="ignore"):
        quotient = np.where(error == 0, 0.0, error / unit)
    return np.where(np.isnan(quotient), np.inf, quotient)


def level_numbers(values: Array) -> npt.NDArray[np.intp]:
    """Tell for each excess its place in `LEVELS`."""
    return np.searchsorted(_BOUNDS, values, side="left")


def times(value: float) -> str:
    """Write an excess: "3e+07", "0.02", "0"; a word where a number is missing."""
    if value == np.inf:
        return "no number"
    return number.bound(value) if value else "0"


def used(numbers: Sequence[int] | Array) -> tuple[Level, ...]:
    """Return the levels between the least and the largest that occur, for a key."""
    found = np.asarray(numbers)
    return LEVELS[int(found.min()) : int(found.max()) + 1] if found.size else ()
