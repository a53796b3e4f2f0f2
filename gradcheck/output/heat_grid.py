"""Which entry of a derivative stands in which cell of a map."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.output.entry import printable
from gradcheck.output.verdict_name import indexed, input_names
from gradcheck.verdict.result import Result

Array = npt.NDArray[Any]
Numbers = npt.NDArray[np.intp]

SIDE = 64
"""A map has so many rows and columns at most; entries beyond share a cell."""
_LINES = 16
"""A gradient has so many lines of cells at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """The cells of a map, counted line by line."""

    columns: int
    lines: int
    cell: Numbers
    """The cell of each entry."""
    pooled: bool
    """Whether entries share cells."""
    layout: str
    """What stands where, in a sentence."""
    across: tuple[str, ...]
    """A label for each column."""
    down: tuple[str, ...]
    """A label for each line."""
    name: Callable[[int], str]
    """The entry or the entries of a cell."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Side:
    """Outputs or inputs, so many of them in a block."""

    what: str
    count: int
    named: Callable[[Sequence[int]], list[str]]

    def blocks(self, most: int) -> "_Blocks":
        """Put neighbours together, so that there are so many blocks at most."""
        size = math.ceil(self.count / most)
        starts = list(range(0, self.count, size))
        first = self.named(starts)
        if size == 1:
            return _Blocks(size=1, starts=starts, names=first)
        last = self.named([min(start + size, self.count) - 1 for start in starts])
        names = [a if a == b else f"{a} … {b}" for a, b in zip(first, last, strict=True)]
        return _Blocks(size=size, starts=starts, names=names)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Blocks:
    size: int
    starts: list[int]
    names: list[str]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(map(str, self.starts))


def grid(result: Result, point: int, rows: Numbers, side: int = SIDE) -> Grid:
    """Lay out the entries of one point: outputs by inputs, or a gradient in lines.

    Parameters
    ----------
    result : Result
        What was checked.
    point : int
        The number of the point.
    rows : ndarray of int
        The rows of `Entries` that belong to it.
    side : int
        So many rows and columns there may be.
    """
    entries = result.entries
    outputs, inputs = entries.output[rows], entries.input[rows]
    down, across = _outputs(result, outputs), _inputs(result, point, inputs)
    if result.elementwise or down.count == 1:
        return _in_lines(across, inputs)
    if across.count == 1:
        return _in_lines(down, outputs)
    return _matrix(down, outputs, across, inputs, side)


def _matrix(down: _Side, outputs: Numbers, across: _Side, inputs: Numbers, side: int) -> Grid:
    vertical, horizontal = down.blocks(side), across.blocks(side)
    columns = len(horizontal.starts)
    return Grid(
        columns=columns,
        lines=len(vertical.starts),
        cell=outputs // vertical.size * columns + inputs // horizontal.size,
        pooled=vertical.size > 1 or horizontal.size > 1,
        layout=(
            f"A row for each {_some(down, vertical)}, "
            f"a column for each {_some(across, horizontal)}."
        ),
        across=horizontal.labels,
        down=vertical.labels,
        name=lambda cell: f"{vertical.names[cell // columns]}, {horizontal.names[cell % columns]}",
    )


def _in_lines(side: _Side, numbers: Numbers) -> Grid:
    blocks = side.blocks(SIDE * _LINES)
    columns = min(SIDE, len(blocks.starts))
    lines = math.ceil(len(blocks.starts) / columns)
    layout = f"A cell for each {_some(side, blocks)}"
    return Grid(
        columns=columns,
        lines=lines,
        cell=numbers // blocks.size,
        pooled=blocks.size > 1,
        layout=f"{layout}, in lines of {columns}." if lines > 1 else f"{layout}.",
        across=blocks.labels if lines == 1 else (),
        down=blocks.labels[::columns] if lines > 1 else (),
        name=blocks.names.__getitem__,
    )


def _some(side: _Side, blocks: _Blocks) -> str:
    """Say what a cell stands for: "of 40 inputs", "block of 16 of 1,000 inputs"."""
    total = f"of the {side.count:,} {side.what}s"
    return total if blocks.size == 1 else f"block of {blocks.size} {total}"


def _outputs(result: Result, outputs: Numbers) -> _Side:
    shape = result.output_shape
    count = int(outputs.max()) + 1 if shape is None else math.prod(shape)
    known = shape or ((count,) if count > 1 else ())
    return _Side(
        what="output",
        count=count,
        named=lambda flat: indexed(result.roles.f, known, np.array(flat, dtype=np.intp)),
    )


def _inputs(result: Result, point: int, inputs: Numbers) -> _Side:
    directions = result.directions
    count = result.case.all_points[point].size if directions is None else len(directions)
    return _Side(
        what="input" if directions is None else "direction",
        count=max(count, int(inputs.max()) + 1),
        named=lambda flat: list(
            map(printable, input_names(result, point, np.array(flat, dtype=np.intp)))
        ),
    )
