"""Names for the entries of a derivative: "x[2]", "∂f[0]/∂x[2]", and where they were compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.result import Result

Array = npt.NDArray[Any]

_LONGEST_POINT = 24
"""A longer point is named by its number."""


def indexed(letter: str, shape: tuple[int, ...], flat: npt.NDArray[np.intp]) -> list[str]:
    """Name elements of an array by their index; a scalar has none.

    Parameters
    ----------
    letter : str
        What the array is called.
    shape : tuple of int
        Its shape.
    flat : ndarray of int
        Positions in the flattened array.

    Examples
    --------
    >>> indexed("x", (2, 3), np.array([0, 5])), indexed("x", (), np.array([0]))
    (['x[0, 0]', 'x[1, 2]'], ['x'])
    """
    if not shape:
        return [letter] * len(flat)
    write = f"{letter}[{', '.join(['{}'] * len(shape))}]".format
    return list(map(write, *(index.tolist() for index in np.unravel_index(flat, shape))))


def input_names(result: Result, point: int, inputs: npt.NDArray[np.intp]) -> list[str]:
    """Name inputs at a point as x's elements, or as directions where those were checked."""
    if result.directions is not None:
        return list(map("direction {}".format, inputs.tolist()))
    return indexed("x", result.case.all_points[point].shape, inputs)


def entry_names(result: Result, rows: Sequence[int]) -> list[str]:
    """Name entries of the derivative: "∂f[0]/∂x[1]", "∂f/∂x", "f'(x[3])", "direction 2"."""
    return [_entry_name(result, row) for row in rows]


def point_name(result: Result, point: int) -> str:
    """Write a point with six digits, "[-1.2, 1]"; a long one by its place."""
    x = result.case.all_points[point]
    written = _nested(x.tolist()) if x.size <= _LONGEST_POINT else ""
    return written if 0 < len(written) <= _LONGEST_POINT else point_place(result, point)


def point_place(result: Result, point: int) -> str:
    """Say where the case has a point: "points[3]"."""
    return f"{'points' if point < len(result.case.points) else 'all_points'}[{point}]"


def _entry_name(result: Result, row: int) -> str:
    entries = result.entries
    point, output = int(entries.point[row]), entries.output[row : row + 1]
    (x,) = input_names(result, point, entries.input[row : row + 1])
    if result.elementwise:
        return f"f'({x})"
    shape = result.output_shape
    if shape is None:  # f never returned, so that only the number of the output is known
        shape = (int(entries.output.max()) + 1,) if entries.output.any() else ()
    (f,) = indexed("f", shape, output)
    if result.directions is not None:
        return f"{f}, {x}" if shape else x
    return f"∂{f}/∂{x}"


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return f"[{', '.join(map(_nested, values))}]"
    return f"{values:.6g}"
