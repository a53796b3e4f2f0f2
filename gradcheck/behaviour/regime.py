"""Which part of the error dominates a difference quotient: truncation, rounding, or neither."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import Status

DOMINANT = 3.0
"""One part dominates if it is more than so many times as large as the other."""

REGIMES = (
    "",
    "truncation",
    "balance",
    "rounding",
    "exact",
    *(status.label for status in Status if status is not Status.OK),
)
"""All that `regime` may say; "" where nothing is certain."""


def regime(
    *,
    truncation: npt.ArrayLike,
    rounding: npt.ArrayLike,
    total: npt.ArrayLike,
    status: Sequence[str] | npt.NDArray[Any],
) -> npt.NDArray[np.str_]:
    """Name what dominates the error of each quotient.

    Parameters
    ----------
    truncation, rounding, total : array_like of shape (rows,)
        The two parts of the error and their sum, signed; NaN where unknown.
    status : sequence of str
        As in the error table.

    Returns
    -------
    array of str, of shape (rows,)
        "truncation" or "rounding" where that part is more than `DOMINANT` times as large as the
        other, "balance" between, "exact" where the total error is 0. A row whose status is not
        "ok" has that status: "step-lost", since a quotient of x with itself approximates nothing,
        and wherever there is no number. "" where the parts are not known.

    Examples
    --------
    >>> regime(truncation=[4.0, 2.0], rounding=[1.0, -1.0], total=[5.0, 1.0], status=["ok"] * 2)
    array(['truncation', 'balance'], dtype='<U14')
    """
    first, second = np.abs(np.asarray(truncation, float)), np.abs(np.asarray(rounding, float))
    found = np.full(first.shape, "", dtype=np.asarray(REGIMES).dtype)
    found[np.isfinite(first) & np.isfinite(second)] = "balance"
    found[first > DOMINANT * second] = "truncation"
    found[second > DOMINANT * first] = "rounding"
    found[np.asarray(total) == 0] = "exact"
    stated = np.asarray(status, dtype=np.str_)
    return np.where(stated == Status.OK.label, found, stated)
