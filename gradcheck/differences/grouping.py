"""Sparse Jacobians: which columns can be differenced together.

Columns that share no row may be moved at the same time: each output then shows the derivative by
the one input of the group that it depends on.

References
----------
A. R. Curtis, M. J. D. Powell and J. K. Reid (1974), On the estimation of sparse Jacobian matrices,
IMA Journal of Applied Mathematics 13(1), 117-119.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pattern:
    """The places of a matrix that may differ from zero, row by row, in ascending order."""

    shape: tuple[int, int]
    """(outputs, inputs)."""
    starts: Indices
    """Where each row begins in `columns`; outputs + 1 numbers."""
    columns: Indices

    def __len__(self) -> int:
        return len(self.columns)

    @cached_property
    def rows(self) -> Indices:
        """The row of each place."""
        return np.repeat(np.arange(self.shape[0]), np.diff(self.starts))

    @cached_property
    def keys(self) -> Indices:
        """The position of each place in the flattened matrix."""
        return np.asarray(self.rows * self.shape[1] + self.columns, dtype=np.intp)


def pattern_of(sparsity: Any) -> Pattern:
    """Read a pattern: a matrix, dense or of scipy, which is not zero where the derivative may be.

    Raises
    ------
    CaseError
        If it is no matrix of numbers.
    """
    import scipy.sparse

    expected = "sparsity must be a matrix of shape (outputs, inputs), of scipy.sparse or NumPy"
    if not scipy.sparse.issparse(sparsity):
        try:
            sparsity = np.asarray(sparsity)
        except (TypeError, ValueError):
            raise CaseError(f"{expected}, got {type(sparsity).__name__}") from None
    if sparsity.dtype.kind not in "biuf":
        raise CaseError(f"{expected}, got one of {sparsity.dtype}")
    if sparsity.ndim != 2:
        raise CaseError(f"{expected}, got the shape {sparsity.shape}")
    matrix = scipy.sparse.csr_array(sparsity)
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    if (matrix.data == 0).any():
        matrix = matrix.copy()
        matrix.eliminate_zeros()
    return Pattern(
        shape=matrix.shape,
        starts=matrix.indptr.astype(np.intp),
        columns=matrix.indices.astype(np.intp),
    )


def groups_of(pattern: Pattern) -> Indices:
    """Return a group for each column, such that no two columns of a group share a row.

    Where all rows are narrow bands, every so-many-th column is independent; otherwise each column
    takes the first group that is free in all its rows.

    Returns
    -------
    array of int, shape (inputs,)
        Numbers from 0 on; columns without a place are in group 0.
    """
    filled = np.diff(pattern.starts) > 0
    if not filled.any():
        return np.zeros(pattern.shape[1], dtype=np.intp)
    first = pattern.columns[pattern.starts[:-1][filled]]
    last = pattern.columns[pattern.starts[1:][filled] - 1]
    width, least = int((last - first).max()) + 1, int(np.diff(pattern.starts).max())
    banded = np.arange(pattern.shape[1]) % width
    if width == least:
        return banded
    greedy = _greedy(pattern)
    return greedy if greedy.max() < banded.max() else banded


def _greedy(pattern: Pattern) -> Indices:
    order = np.argsort(pattern.columns, kind="stable")
    rows = pattern.rows[order].tolist()
    ends = np.searchsorted(pattern.columns[order], np.arange(1, pattern.shape[1] + 1)).tolist()
    taken = [0] * pattern.shape[0]  # the groups that occur in each row, as bits
    groups = np.zeros(pattern.shape[1], dtype=np.intp)
    start = 0
    for column, end in enumerate(ends):
        used = 0
        for row in rows[start:end]:
            used |= taken[row]
        free = ~used & (used + 1)  # the lowest bit that is not set
        for row in rows[start:end]:
            taken[row] |= free
        groups[column] = free.bit_length() - 1
        start = end
    return groups
