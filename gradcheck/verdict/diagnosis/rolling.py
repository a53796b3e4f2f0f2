"""Shifts of an array along an axis, and what may stand at its edge."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.sides import FREE, ZERO

Indices = npt.NDArray[np.intp]

_ALL = 40
"""Along axes of up to this length, every shift is tried; else the short ones."""
_SHORT = 8
_LARGE = 100_000
"""Along arrays of more places, shifts by one or two are tried."""
_OFF = 3
"""Shifts by up to so many lose what leaves the array; longer ones wrap."""

_EDGES = (
    "which is 0 at the edge",
    "right at the edge",
    "which repeats the edge",
    "with other numbers at the edge",
)


def rolls(shape: tuple[int, ...]) -> Iterator[tuple[str, Indices]]:
    """Yield the sources of all shifts along an axis, the shortest first."""
    places = np.arange(int(np.prod(shape))).reshape(shape)
    for axis, size in enumerate(shape):
        longest = size // 2 if size <= _ALL else _SHORT if places.size <= _LARGE else 2
        for length in range(1, longest + 1):
            for shift in (length, -length):
                if size > 2:
                    text = _text(shape, axis, shift)
                    yield f"{text}, which wraps around", np.roll(places, shift, axis).reshape(-1)
                if length <= min(_OFF, size // 2) and size > 2:
                    yield from _with_edges(places, axis, shift)
    if len(shape) > 1:
        for shift in (1, -1):
            text = f"{_text((0,), 0, shift)} of the flattened array, which wraps around"
            yield text, np.roll(places, shift).reshape(-1)


def _with_edges(places: Indices, axis: int, shift: int) -> Iterator[tuple[str, Indices]]:
    size = places.shape[axis]
    origin = np.arange(size) - shift
    outside = (origin < 0) | (origin >= size)
    shape = [1] * places.ndim
    shape[axis] = size
    beyond = np.broadcast_to(outside.reshape(shape), places.shape)
    clipped = np.take(places, origin.clip(0, size - 1), axis=axis)
    text = _text(places.shape, axis, shift)
    zero, free = np.full_like(places, ZERO), np.full_like(places, FREE)
    for edge, filling in zip(_EDGES, (zero, places, clipped, free), strict=True):
        source = np.where(beyond, filling, clipped)
        yield f"{text}, {edge}", source.reshape(-1)


def _text(shape: tuple[int, ...], axis: int, shift: int) -> str:
    """Say which neighbour's derivative each entry holds."""
    far = abs(shift)
    where = "before" if shift > 0 else "after"
    entry = "the entry" if far == 1 else f"the entry {far} places"
    along = f" along axis {axis}" if len(shape) > 1 else ""
    return f"each entry holds the derivative of {entry} {where} it{along}"
