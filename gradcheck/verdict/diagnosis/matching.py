"""Find a permutation of columns from their numbers alone."""

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.sides import Side

Indices = npt.NDArray[np.intp]


def matched(side: Side) -> Indices | None:
    """Return the permutation of the wrong columns that turns the true ones into the claims.

    Columns are told apart by one number each, a weighted sum over the rows: the columns of both
    tables, sorted by it, must agree pair by pair. With equal columns, one of the permutations.

    Returns
    -------
    array of shape (columns,), or None
        A source; None if there is none.
    """
    touched = side.touched
    numeric, claimed = side.keys[:, touched]
    if len(touched) < 2 or not np.ptp(numeric):
        return None
    source = np.arange(side.columns)
    source[touched[np.argsort(claimed, kind="stable")]] = touched[
        np.argsort(numeric, kind="stable")
    ]
    return source if side.fits(source) else None
