"""Screen factors claimed / true cheaply, on a few wrong entries, before they are proposed."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.scope import Scoped, scoped

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

SIZES = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
"""What comes with another factor at times."""
_SCREENED = 64
"""So many wrong entries decide which factors are looked at closely."""
_ALIKE = 1e-6
"""Numbers that differ by less, relatively, do not vary."""


def screening(evidence: Evidence) -> Indices:
    """Choose wrong entries by which factors are screened: the clearest, and some of all points."""
    rows = np.flatnonzero(evidence.wrong)
    if len(rows) <= _SCREENED:
        return rows
    clear = evidence.strength[rows]
    best = np.argpartition(-clear, _SCREENED // 2)[: _SCREENED // 2]
    spread = np.linspace(0, len(rows) - 1, _SCREENED // 2).astype(np.intp)
    return np.asarray(rows[np.unique(np.concatenate([best, spread]))], dtype=np.intp)


def only(evidence: Evidence, rows: Indices) -> Evidence:
    """Return the evidence of a few entries."""
    names = ("row", "point", "output", "input", "claimed", "numeric", "bar", "slack", "wrong",
             "compared", "undefined", "x", "y")  # fmt: skip
    return replace(evidence, **{name: getattr(evidence, name)[rows] for name in names})


def survive(some: Evidence, ratios: Array, errors: Array | float = 0.0) -> Bools:
    """Tell which of many factors agree with all of some entries.

    Parameters
    ----------
    some : Evidence
        The entries.
    ratios : array of shape (candidates, entries)
        Claimed / true according to each candidate.
    errors : array of shape (candidates, entries) or float
        How far off the ratios may be.
    """
    fits = some.explained(ratios * some.numeric, bound(some, ratios, errors))
    if (np.abs(some.claimed) <= some.tolerance(np.zeros(1), np.zeros(1))).all():
        fits[:] = False  # claims of 0 agree with every factor that is small enough
    return np.asarray(fits.all(axis=-1), dtype=np.bool_)


def bound(evidence: Evidence, ratio: Array | float, error: Array | float) -> Array:
    """Bound the error of ratio times the derivative."""
    return np.asarray(np.abs(ratio) * evidence.bar + np.abs(evidence.numeric) * error)


def times(evidence: Evidence, ratio: Array | float, error: Array | float = 0.0) -> Scoped:
    """Say what df would claim if it were the derivative times a ratio, where that may be."""
    return scoped(evidence, ratio * evidence.numeric, bound(evidence, ratio, error))


def vary(values: Array) -> bool:
    """Tell whether numbers are not all the same."""
    return bool(np.ptp(values) > _ALIKE * np.abs(values).max())


def fitted(evidence: Evidence, rows: Indices, shape: Array | float = 1.0) -> tuple[float, float]:
    """Take the c in claimed = c shape true from the entry that tells it best, and its error.

    Parameters
    ----------
    evidence : Evidence
        The entries.
    rows : array of int
        Those that may tell.
    shape : array of shape (entries,) or float
        A known factor besides c.
    """
    clear = evidence.strength[rows]
    best = int(rows[np.argmax(np.where(np.isfinite(clear), clear, -1.0))])
    known = float(np.broadcast_to(shape, evidence.numeric.shape)[best] * evidence.numeric[best])
    c = float(evidence.claimed[best]) / known if known else np.nan
    size = abs(float(evidence.numeric[best]))
    relative = (float(evidence.bar[best]) / size) if size else np.inf
    return c, abs(c) * relative
