"""Sparsity patterns, and which columns of a sparse Jacobian can be differenced together."""

from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.sparse as sp

from gradcheck.differences.grouping import groups_of, pattern_of
from gradcheck.errors import CaseError

any_pattern = hnp.arrays(
    np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.booleans()
)
FORMATS: tuple[Callable[[Any], Any], ...] = (
    np.array, sp.csr_array, sp.csr_matrix, sp.csc_array, sp.csc_matrix, sp.coo_array,
    sp.dia_array, sp.lil_array, sp.dok_array, sp.bsr_array,
)  # fmt: skip
EXAMPLE = np.array([[1, 0, 2, 0], [0, 0, 0, 0], [0, 3, 4, 0]])


def banded(size: int, lower: int, upper: int) -> np.ndarray:
    """Return a matrix of ones next to the diagonal."""
    return np.tril(np.triu(np.ones((size, size)), -lower), upper)


@hypothesis.given(any_pattern)
def test_no_two_columns_of_a_group_share_a_row(pattern: np.ndarray) -> None:
    """Whatever the pattern: each row has at most one place in each group."""
    groups = groups_of(pattern_of(pattern))
    for row in pattern:
        own = groups[row]
        assert len(set(own.tolist())) == len(own)


@hypothesis.given(any_pattern)
def test_there_are_no_more_groups_than_conflicts_can_ask_for(pattern: np.ndarray) -> None:
    """A column meets at most (column degree) (row degree - 1) others: one group more suffices."""
    groups = groups_of(pattern_of(pattern))
    rows, columns = pattern.sum(axis=1).max(), pattern.sum(axis=0).max()
    assert groups.max() + 1 <= rows * columns + 1
    assert groups.max() + 1 <= pattern.shape[1]


@hypothesis.given(any_pattern)
def test_groups_are_numbered_without_gaps(pattern: np.ndarray) -> None:
    """Each number up to the largest is the group of some column."""
    groups = groups_of(pattern_of(pattern))
    assert groups.shape == pattern.shape[1:]
    assert set(groups.tolist()) == set(range(groups.max() + 1))


@pytest.mark.parametrize(("lower", "upper"), [(0, 0), (1, 1), (2, 2), (0, 3), (4, 1)], ids=str)
def test_a_band_needs_as_many_groups_as_it_is_wide(lower: int, upper: int) -> None:
    """Every so-many-th column of a band is independent."""
    groups = groups_of(pattern_of(banded(40, lower, upper)))
    assert groups.max() + 1 == lower + upper + 1


def test_a_five_point_laplacian_needs_few_groups() -> None:
    """The first free group keeps a grid far below the width of its band."""
    line = sp.csr_array(banded(15, 1, 1))
    grid = sp.kron(sp.eye_array(15), line) + sp.kron(line, sp.eye_array(15))
    assert groups_of(pattern_of(grid)).max() + 1 <= 8


def test_an_arrow_needs_a_group_for_each_column() -> None:
    """A full row leaves nothing to share."""
    arrow = np.eye(20)
    arrow[0] = 1
    assert sorted(groups_of(pattern_of(arrow))) == list(range(20))


def test_blocks_share_their_groups() -> None:
    """Block diagonal matrices need as many groups as the largest block has columns."""
    blocks = sp.block_diag([np.ones((2, 3)), np.ones((4, 2)), np.ones((1, 3))])
    assert groups_of(pattern_of(blocks)).max() + 1 == 3


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 5)], ids=str)
def test_a_pattern_may_be_empty(shape: tuple[int, int]) -> None:
    """Without places there is a single group."""
    pattern = pattern_of(np.zeros(shape))
    assert len(pattern) == 0
    assert groups_of(pattern).tolist() == [0] * shape[1]


@pytest.mark.parametrize("made", FORMATS, ids=lambda made: made.__name__)
@pytest.mark.parametrize("dtype", [bool, np.int32, np.float64])
def test_a_pattern_is_read_from_any_format(made: Callable[[Any], Any], dtype: type) -> None:
    """Dense and sparse matrices of all kinds give the same places, row by row."""
    pattern = pattern_of(made(EXAMPLE.astype(dtype)))
    assert pattern.shape == (3, 4)
    assert pattern.rows.tolist() == [0, 0, 2, 2]
    assert pattern.columns.tolist() == [0, 2, 1, 2]
    assert pattern.keys.tolist() == [0, 2, 9, 10]


def test_a_pattern_may_be_out_of_order_with_repetitions_and_stored_zeros() -> None:
    """Places are sorted, repeated ones count once, and a stored zero is none."""
    rows, columns = [2, 0, 2, 0, 1, 0], [2, 2, 1, 0, 3, 2]
    pattern = pattern_of(sp.coo_array(([1, 1, 1, 1, 0, 1], (rows, columns)), shape=(3, 4)))
    assert list(zip(pattern.rows.tolist(), pattern.columns.tolist(), strict=True)) == [
        (0, 0), (0, 2), (2, 1), (2, 2),
    ]  # fmt: skip


def test_the_callers_pattern_stays_as_it_is() -> None:
    """Reading a matrix that is not in order, and holds zeros, does not put it in order."""
    given = sp.csr_array((np.array([1.0, 0.0, 2.0, 5.0]), [2, 0, 1, 1], [0, 2, 4]), shape=(2, 3))
    pattern = pattern_of(given)
    assert pattern.columns.tolist() == [2, 1]
    assert given.data.tolist() == [1.0, 0.0, 2.0, 5.0]
    assert given.indices.tolist() == [2, 0, 1, 1]


@pytest.mark.parametrize(
    ("sparsity", "words"),
    [
        (np.ones(3), r"got the shape \(3,\)"),
        (np.ones((2, 2, 2)), r"got the shape \(2, 2, 2\)"),
        (3, r"got the shape \(\)"),
        (np.ones((2, 2), dtype=complex), "got one of complex128"),
        (sp.csr_array(np.ones((2, 2), dtype=complex)), "got one of complex128"),
        ([[1, 0], [1]], "got list"),
        ("tridiagonal", "got one of <U11"),
        ((sp.eye_array(2), [0, 1]), "got"),
    ],
    ids=["vector", "cube", "number", "complex", "sparse complex", "ragged", "word", "pair"],
)
def test_what_is_no_pattern_is_refused(sparsity: Any, words: str) -> None:
    """The message says what a pattern is, and what came."""
    with pytest.raises(CaseError, match=f"matrix of shape .outputs, inputs.*{words}"):
        pattern_of(sparsity)
