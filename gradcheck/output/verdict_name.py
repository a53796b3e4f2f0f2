"""Names for the entries of a derivative: "x[2]", "∂f[0]/∂x[2]", and where they were compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.output.entry import printable
from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.directions import Directions
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
        return [_direction_name(result.directions, number) for number in inputs.tolist()]
    parts = result.parts(point)
    if len(parts) == 1:
        return indexed(parts[0].name, parts[0].shape, inputs)
    names = np.empty(len(inputs), dtype=object)
    numbers = numbers_of(parts, inputs)
    for number in np.unique(numbers).tolist():
        own, part = numbers == number, parts[number]
        names[own] = indexed(part.name, part.shape, inputs[own] - part.start)
    return [printable(name) for name in names]


def entry_names(result: Result, rows: Sequence[int]) -> list[str]:
    """Name entries of the derivative: "∂f[0]/∂x[1]", "∂f/∂x", "f'(x[3])", "direction 2"."""
    return [_entry_name(result, row) for row in rows]


def point_name(result: Result, point: int) -> str:
    """Write a point with six digits, "[-1.2, 1]"; a long one by its place."""
    x = result.case.all_points[point]
    is_short = x.size <= _LONGEST_POINT and result.structure is None
    written = _nested(x.tolist()) if is_short else ""
    return written if 0 < len(written) <= _LONGEST_POINT else point_place(result, point)


def point_place(result: Result, point: int) -> str:
    """Say where the case has a point: "points[3]"."""
    return f"{'points' if point < len(result.case.points) else 'all_points'}[{point}]"


def _direction_name(directions: Directions, number: int) -> str:
    """Name a direction by its number in its block, and the block if there are several."""
    if len(directions.blocks) == 1:
        return f"direction {number}"
    return f"{printable(directions.block(number).name)}, direction {number % directions.each}"


def _entry_name(result: Result, row: int) -> str:
    entries = result.entries
    point, output = int(entries.point[row]), entries.output[row : row + 1]
    (x,) = input_names(result, point, entries.input[row : row + 1])
    if result.elementwise:
        return f"{result.roles.f}'({x})"
    shape = result.output_shape
    if shape is None:  # f never returned, so that only the number of the output is known
        shape = (int(entries.output.max()) + 1,) if entries.output.any() else ()
    (f,) = indexed(result.roles.f, shape, output)
    if result.directions is not None:
        return f"{f}, {x}" if shape else x
    return f"∂{f}/∂{x}"


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return f"[{', '.join(map(_nested, values))}]"
    return f"{values:.6g}"
