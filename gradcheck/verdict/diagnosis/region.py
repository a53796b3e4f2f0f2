"""Words for a set of places in an array: "W[2, :]", "x[3:9]", "the border of x", "x[1::2]"."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_NAMED = 4
"""So many places along an axis are listed one by one."""


def indexed(letter: str, shape: tuple[int, ...], flat: int) -> str:
    """Name one place: "x[2]", "W1[0, 3]", or "x" for a number."""
    if not shape:
        return letter
    return f"{letter}[{', '.join(map(str, np.unravel_index(flat, shape)))}]"


def region(letter: str, shape: tuple[int, ...], flat: Indices) -> str:
    """Describe a set of places in an array in a few words; "" if there are none.

    Parameters
    ----------
    letter : str
        The name of the array.
    shape : tuple of int
        Its shape.
    flat : array of int
        The places in the flattened array, ascending and without repetition.
    """
    if not len(flat) or not shape:
        return letter if len(flat) else ""
    if len(flat) == np.prod(shape):
        return letter
    return _slices(letter, shape, flat) or _pattern(letter, shape, flat)


def _slices(letter: str, shape: tuple[int, ...], flat: Indices) -> str:
    """Describe a set that is a product of slices."""
    index = np.unravel_index(flat, shape)
    used = [flat] if len(shape) == 1 else [np.unique(each) for each in index]
    if np.prod([len(each) for each in used]) != len(flat):
        return ""
    texts = [_along(each, size) for each, size in zip(used, shape, strict=True)]
    return f"{letter}[{', '.join(texts)}]" if all(texts) else ""


def _along(used: Indices, size: int) -> str:
    """Write the used indices of an axis as one index, a slice, or a short list."""
    if len(used) == 1:
        return str(used[0])
    first, last, step = int(used[0]), int(used[-1]), int(used[1] - used[0])
    if not (np.diff(used) == step).all() or (step > 1 and len(used) == 2):
        return f"[{', '.join(map(str, used.tolist()))}]" if len(used) <= _NAMED else ""
    begin = "" if first == 0 else str(first)
    end = "" if last + step >= size else str(last + 1)
    return f"{begin}:{end}" + (f":{step}" if step > 1 else "")


def _pattern(letter: str, shape: tuple[int, ...], flat: Indices) -> str:
    """Describe a set that is the border, or a part of a square matrix beside its diagonal."""
    for text, mask in patterns(shape):
        if np.array_equal(np.flatnonzero(mask), flat):
            return f"{text} of {letter}"
    return ""


def patterns(shape: tuple[int, ...]) -> Sequence[tuple[str, Bools]]:
    """Return the named parts of an array that are no slices."""
    found = [("the border", border(shape)), ("the interior", ~border(shape))]
    if len(shape) == 2 and shape[0] == shape[1]:
        row, column = np.indices(shape)
        found += [
            ("the diagonal", row == column),
            ("the entries off the diagonal", row != column),
            ("the entries above the diagonal", row < column),
            ("the entries below the diagonal", row > column),
            ("the upper triangle", row <= column),
            ("the lower triangle", row >= column),
        ]
    return found


def border(shape: tuple[int, ...]) -> Bools:
    """Tell which places are first or last along an axis."""
    mask = np.zeros(shape, dtype=np.bool_)
    for axis, size in enumerate(shape):
        ends = [slice(None)] * len(shape)
        for end in (0, size - 1):
            ends[axis] = slice(end, end + 1)
            mask[tuple(ends)] = True
    return mask
