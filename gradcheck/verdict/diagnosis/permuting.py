"""Permutations of columns: found from their numbers alone, and said in words."""

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import Block, numbers_of
from gradcheck.verdict.diagnosis.region import region
from gradcheck.verdict.diagnosis.sides import Side

Indices = npt.NDArray[np.intp]

_SHORT = 8
"""A permutation of so many columns, slices or runs is written out."""


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


def in_words(side: Side, source: Indices, moved: Indices) -> str:
    """Describe a permutation of columns.

    Parameters
    ----------
    side : Side
        The table.
    source : array of shape (columns,)
        The column whose derivative stands at each place.
    moved : array
        The places at which another one stands.
    """
    numbers = numbers_of(side.blocks, moved)
    block = side.blocks[int(numbers[0])]
    if (numbers == numbers[0]).all():
        text = _slices(block, source) or _runs(block, source, moved)
        if text:
            return text
    if len(moved) <= _SHORT:
        held, places = side.names(source[moved]), side.names(moved)
        return f"{', '.join(held)} stand at {', '.join(places)}"
    return f"{len(moved):,} entries are moved, alike at all points"


def _slices(block: Block, source: Indices) -> str:
    """Say that whole slices along an axis are in another order."""
    places = np.arange(block.size).reshape(block.shape)
    local = source[block.start : block.stop].reshape(block.shape) - block.start
    if len(block.shape) < 2:
        return ""
    for axis, size in enumerate(block.shape):
        first = np.moveaxis(local, axis, 0).reshape(size, -1)[:, 0]
        slices = np.unravel_index(first, block.shape)[axis]
        if np.array_equal(np.take(places, slices, axis=axis), local):
            shown = ", ".join(map(str, slices[:_SHORT].tolist())) + (", ..." * (size > _SHORT))
            return f"the slices along axis {axis} of {block.name} are {shown}"
    return ""


def _runs(block: Block, source: Indices, moved: Indices) -> str:
    """Say that a few runs of entries stand in another order."""
    held = source[moved]
    begins = np.concatenate([[0], np.flatnonzero((np.diff(held) != 1) | (np.diff(moved) != 1)) + 1])
    if len(begins) > min(_SHORT, len(moved) // 2):
        return ""
    runs = np.split(held, begins[1:])
    texts = [region(block.name, (block.size,), np.sort(run) - block.start) for run in runs]
    return ", ".join(texts)
