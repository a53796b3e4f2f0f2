"""What a diagnosis rests on: the compared entries at all points, and the means to ask df again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import Block, numbers_of
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_DENSE = 8
"""A table of places may be so many times as long as there are entries."""


class Layout(Enum):
    """What the entries are entries of."""

    JACOBIAN = "jacobian"
    """All outputs by all inputs: the rows of a sample form a matrix."""
    ELEMENTWISE = "elementwise"
    """The diagonal: one entry for each element of x."""
    SPARSE = "sparse"
    """Some entries of the Jacobian."""
    DIRECTIONS = "directions"
    """Derivatives along directions: `input` is the number of a direction, `x` is NaN."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """One point at which f and df were compared."""

    number: int
    """The number of the point in the case."""
    x: Array
    """The point, flattened, of shape (inputs,)."""
    y: Array
    """f(x), flattened, of shape (outputs,)."""
    rows: slice
    """Where its entries stand in the arrays of the evidence."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A term or a factor of f that the caller named; one number an entry."""

    value: Array
    """Its value, for the entry's output."""
    derivative: Array
    """Its derivative by differences, laid out like the entries."""
    bar: Array
    """The bound for the error of that derivative."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """All compared entries, in the order point, output, input; one flat array each."""

    row: Indices
    """The number of the entry in the `Entries` of the result."""
    point: Indices
    """Which sample (not which point of the case) the entry belongs to."""
    output: Indices
    input: Indices
    claimed: Array
    """What df says."""
    numeric: Array
    """The derivative by differences."""
    bar: Array
    """The bound for the error of `numeric`."""
    slack: Array
    """What is put down to df's own rounding, or tolerated by the caller."""
    wrong: Bools
    """Entries that fail although both sides are finite numbers and f is smooth there."""
    compared: Bools
    """Entries of which something is known: the wrong ones, and those that pass."""
    undefined: Bools
    """Entries where df is not finite although f is smooth."""
    x: Array
    """The input that the entry belongs to."""
    y: Array
    """The value of f that the entry belongs to."""
    samples: tuple[Sample, ...]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    layout: Layout
    blocks: tuple[Block, ...]
    """The parts of x, at least one."""
    ask: Callable[[Array], Array | None]
    """df at any flat x of shape (inputs,), laid out like the entries of one sample; None if it
    raises there or gives something that is not finite. Directions: the same directions."""
    each: int = 1
    """How many directions a block has, where those were checked; they come block by block."""
    constants: Mapping[str, float] = field(default_factory=dict)
    """Numbers that the caller named, such as {"batch": 32.0}."""
    terms: Mapping[str, Part] = field(default_factory=dict)
    """Functions that the caller named, whose sum is f."""
    factors: Mapping[str, Part] = field(default_factory=dict)
    """Functions that the caller named, whose product or quotient is f."""

    @property
    def inputs(self) -> int:
        """The number of inputs."""
        return len(self.samples[0].x)

    @cached_property
    def block_numbers(self) -> Indices:
        """Which of the blocks each entry belongs to."""
        if self.layout is not Layout.DIRECTIONS:
            return numbers_of(self.blocks, self.input)
        kept = np.array([k for k, block in enumerate(self.blocks) if block.size])
        return np.asarray(kept[self.input // self.each], dtype=np.intp)

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return len(self.samples[0].y)

    @cached_property
    def places(self) -> Indices:
        """A number for each entry of the Jacobian, the same at all points."""
        if self.layout is Layout.ELEMENTWISE:
            return self.input
        return np.asarray(self.output * self.inputs + self.input, dtype=np.intp)

    def at_all_points(self, some: Bools) -> Bools:
        """Tell which entries stand at the place of one of some entries, at any point."""
        if len(self.samples) == 1:
            return some
        place = self.places
        if place.max(initial=0) > _DENSE * len(place):
            return np.isin(place, place[some])
        table = np.zeros(place.max(initial=0) + 1, dtype=np.bool_)
        table[place[some]] = True
        return table[place]

    @cached_property
    def strength(self) -> Array:
        """How many error bars each derivative is away from 0."""
        tolerance = self.tolerance(self.numeric, self.bar)
        return np.asarray(np.abs(self.numeric) / np.where(tolerance > 0, tolerance, 1e-300))

    def matrix(self, values: Array, sample: Sample) -> Array:
        """Return an array over the entries as the matrix of one sample, (outputs, inputs).

        Only for a layout of JACOBIAN.
        """
        return values[sample.rows].reshape(self.outputs, self.inputs)

    def tolerance(self, predicted: Array, bar: Array) -> Array:
        """Return by how much a claim may differ from a prediction with this bar."""
        size = np.fmax(np.abs(predicted), np.abs(self.claimed))
        return SIGNIFICANT * bar + np.maximum(self.slack, MATERIAL * size)

    def explained(self, predicted: Array, bar: Array) -> Bools:
        """Tell which claims a prediction agrees with, entry by entry."""
        with np.errstate(all="ignore"):
            return np.asarray(
                np.abs(self.claimed - predicted) <= self.tolerance(predicted, bar), dtype=np.bool_
            )
