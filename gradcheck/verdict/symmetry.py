"""Tell whether a Hessian is symmetric, and whether its gradient is a gradient at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.model.case import Case
from gradcheck.verdict.checking import check
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT, Tolerance
from gradcheck.verdict.linearity import SINGLE, is_single
from gradcheck.verdict.result import VERDICTS, Finding, Reason, Result, Verdict

Array = npt.NDArray[Any]

_FAIL = VERDICTS.index(Verdict.FAIL)
_ROUNDING = 2.0**-40
"""Rounding of an entry, relative to the largest ones in its rows."""
_SINGLES = 16 * SINGLE
"""The same in float32."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Square:
    """What is claimed and what differences show at one point, as square matrices."""

    shape: tuple[int, ...]
    """The shape of x."""
    claimed: Array
    numeric: Array
    bar: Array
    materiality: Array
    smooth: npt.NDArray[np.bool_]
    """Where differences tell a derivative."""
    rows: Array
    """The numbers of the entries in the result."""


def square(result: Result, number: int, shape: tuple[int, ...]) -> Square | None:
    """Return the matrices at a point; None if they were not compared entry by entry."""
    entries = result.entries
    there = np.flatnonzero(entries.point == number)
    size = int(np.prod(shape))
    if result.directions is not None or result.elementwise or len(there) != size**2:
        return None
    rows = there.reshape(size, size)
    return Square(
        shape=shape,
        claimed=entries.analytic[rows],
        numeric=entries.numeric[rows],
        bar=entries.error_bar[rows],
        materiality=entries.materiality[rows],
        smooth=np.isfinite(entries.numeric[rows]) & (entries.reason[rows] != Reason.KINK),
        rows=rows,
    )


def asymmetric(found: Square, tolerance: Tolerance) -> Finding | None:
    """Return the finding that what is claimed is not symmetric."""
    claimed = found.claimed
    size = np.abs(claimed)
    largest = np.where(np.isfinite(size), size, 0.0).max(axis=1, initial=0.0)
    largest = np.sqrt(np.fmax(largest, np.where(np.isfinite(size), size, 0.0).max(axis=0)))
    rounding = _SINGLES if is_single(claimed) else _ROUNDING
    allowed = np.maximum(found.materiality, found.materiality.T)
    allowed = allowed + rounding * np.outer(largest, largest)
    allowed = np.maximum(allowed, tolerance.material(claimed, claimed.T, np.zeros(claimed.shape)))
    excess = np.triu(np.abs(claimed - claimed.T) - allowed, 1)
    wrong = np.isfinite(excess) & (excess > 0)
    if not wrong.any():
        return None
    i, j = np.unravel_index(int(np.argmax(np.where(wrong, excess, 0.0))), wrong.shape)
    count = int(wrong.sum())
    others = f" ({count:,} such pairs)" if count > 1 else ""
    message = (
        f"hess is not symmetric: hess{_place(found, i, j)} = {claimed[i, j]:.9g}, but "
        f"hess{_place(found, j, i)} = {claimed[j, i]:.9g}{others}{_which(found, i, j)}"
    )
    pairs = np.concatenate([found.rows[wrong], found.rows.T[wrong]])
    return Finding("asymmetric", message, "A", tuple(sorted(pairs.tolist())))


def _which(found: Square, i: Any, j: Any) -> str:
    """Say which of two entries differences refute."""
    off = np.abs(found.claimed - found.numeric) > SIGNIFICANT * found.bar + found.materiality
    off &= found.smooth
    if off[i, j] == off[j, i] or not (found.smooth[i, j] and found.smooth[j, i]):
        return ""
    wrong = (i, j) if off[i, j] else (j, i)
    return f" (differences refute hess{_place(found, *wrong)})"


def not_a_gradient(
    case: Case, point: Array, found: Square, tolerance: Tolerance
) -> tuple[Finding | None, int]:
    """Tell whether the Jacobian of df is not symmetric, after a second look.

    Parameters
    ----------
    case : Case
        The gradient, as f.
    point : array
        The point.
    found : Square
        What differences show there.
    tolerance : Tolerance
        What the caller tolerates.

    Returns
    -------
    Finding or None
        That df is no gradient.
    int
        Further evaluations of df.
    """
    numeric, bar = found.numeric, found.bar
    smooth = found.smooth & found.smooth.T
    excess = np.abs(numeric - numeric.T) - SIGNIFICANT * (bar + bar.T)
    excess -= 2 * tolerance.material(numeric, numeric.T, np.zeros(numeric.shape))
    excess = np.triu(np.where(smooth, excess, 0.0), 1)
    if not (excess > 0).any():
        return None, 0
    i, j = np.unravel_index(int(np.argmax(excess)), excess.shape)
    values, calls = _confirmed(case, point, found, (int(i), int(j)), tolerance)
    if not values:
        return None, calls
    pairs = np.concatenate([found.rows[excess > 0], found.rows.T[excess > 0]])
    finding = Finding(
        "not-a-gradient",
        f"df is the gradient of no function: by differences ∂df{_index(found, i)}/∂x"
        f"{_index(found, j)} = {values[0]:.9g}, but ∂df{_index(found, j)}/∂x{_index(found, i)} = "
        f"{values[1]:.9g}, which must be equal: check f, df first",
        "A",
        tuple(sorted(pairs.tolist())),
    )
    return finding, calls


def _confirmed(
    case: Case, point: Array, found: Square, place: tuple[int, int], tolerance: Tolerance
) -> tuple[list[float], int]:
    """Accuse each of two entries of being different from the other, which takes a closer look.

    An estimate that is hurried is not enough to find fault with df: an entry that is about to
    fail is looked at again.
    """
    values, calls = [], 0
    for i, j in (place, place[::-1]):
        claim = found.numeric.copy()
        claim[i, j] = claim[j, i]
        again = check(
            case.f,
            _always(claim.reshape((*found.shape, *found.shape))),
            point,
            rtol=tolerance.rtol,
            atol=tolerance.atol,
        )
        calls += again.evaluations
        row = i * len(claim) + j
        if len(again.entries) != claim.size or again.entries.verdict[row] != _FAIL:
            return [], calls
        if again.entries.reason[row] is not Reason.DISAGREES:
            return [], calls
        values.append(float(again.entries.numeric[row]))
    apart = abs(values[0] - values[1])
    return (values if apart > MATERIAL * max(map(abs, values)) else []), calls


def _always(value: Array) -> Callable[[Any], Array]:
    return lambda _: value.copy()


def _index(found: Square, flat: Any) -> str:
    place = np.unravel_index(int(flat), found.shape)
    return f"[{', '.join(str(int(k)) for k in place)}]"


def _place(found: Square, i: Any, j: Any) -> str:
    return f"{_index(found, i)[:-1]}, {_index(found, j)[1:]}"
