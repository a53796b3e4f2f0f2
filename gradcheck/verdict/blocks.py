"""Blocks: the named parts of x, such as the leaves of a pytree."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Block:
    """A named part of the flattened x."""

    name: str
    """As in the names of its entries: "W1", "layers[0].b", or "x" for the whole."""
    start: int
    """Where it begins in the flattened x."""
    shape: tuple[int, ...]
    """The shape of the part itself; () for a single number."""

    @property
    def stop(self) -> int:
        """Where the next one begins."""
        return self.start + prod(self.shape)

    @property
    def size(self) -> int:
        """How many inputs belong to it."""
        return prod(self.shape)


def whole(shape: tuple[int, ...]) -> tuple[Block, ...]:
    """Return the single block of an x that is an array."""
    return (Block("x", 0, shape),)


def numbers_of(blocks: Sequence[Block], inputs: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Tell which block each input belongs to, by its number."""
    starts = np.array([block.start for block in blocks if block.size])
    kept = np.array([k for k, block in enumerate(blocks) if block.size])
    return np.asarray(kept[np.searchsorted(starts, inputs, side="right") - 1], dtype=np.intp)
