"""Wrong derivatives, made from right ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.subjects.subject import Array, Function, Subject

RELATIVE_ERRORS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8)
OFFSET = 1e-3
"""Of the largest entry."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One mistake in a derivative."""

    name: str
    factors: Any = 1.0
    """Of the shape of df(x), or a number."""
    offsets: Any = 0.0
    order: Any = None
    """Where the entry of each place is taken from, flat; None: they stay."""

    def of(self, jacobian: Any) -> Any:
        """Return the wrong value in place of the right one."""
        right = np.asarray(jacobian, dtype=np.float64)
        if self.order is not None:
            right = right.reshape(-1)[self.order].reshape(right.shape)
        wrong = right * self.factors + self.offsets
        return wrong if wrong.ndim else wrong[()]

    def function(self, df: Function) -> Function:
        """Return the wrong derivative."""
        return lambda x: self.of(df(x))


def places(subject: Subject, jacobian: Array) -> dict[str, int]:
    """Return the largest entry, a random one and the smallest that is not zero, once each."""
    entries = np.abs(jacobian).reshape(-1)
    present = np.flatnonzero(entries)
    if present.size == 0:
        return {}
    chosen = {
        "largest": int(np.argmax(entries)),
        "smallest": int(present[np.argmin(entries[present])]),
        "random": int(subject.random(1).choice(present)),
    }
    return {name: place for place, name in {place: name for name, place in chosen.items()}.items()}


def mutants(subject: Subject, point: Any, jacobian: Array) -> Iterator[Mutant]:
    """Make the mistakes for one point, where df is the array `jacobian`."""
    random = subject.random(2)
    entry = int(random.integers(jacobian.size))
    largest = np.max(np.abs(jacobian))
    shape, size = jacobian.shape, jacobian.size

    def one(place: int, value: float, rest: float) -> Array:
        array = np.full(size, rest)
        array[place] = value
        return array.reshape(shape)

    offset = OFFSET * (largest or _typical_slope(subject, point))
    yield Mutant(name="offset", offsets=one(entry, offset, 0.0))
    if largest == 0:
        return
    chosen = places(subject, jacobian)
    for name, place in chosen.items():
        for error in RELATIVE_ERRORS:
            factor = 1 + error * random.choice([-1, 1])
            yield Mutant(name=f"relative {error:.0e}, {name}", factors=one(place, factor, 1.0))
        if name != "smallest":
            yield Mutant(name=f"sign, {name}", factors=one(place, -1.0, 1.0))
            yield Mutant(name=f"dropped, {name}", factors=one(place, 0.0, 1.0))
    yield Mutant(name="factor 2", factors=2.0)
    if size > 1:
        place = list(chosen.values())[-1]
        yield Mutant(name="factor 2 of one", factors=one(place, 2.0, 1.0))
    yield from exchanges(shape, random)


def exchanges(shape: tuple[int, ...], random: np.random.Generator) -> Iterator[Mutant]:
    """Put entries in each other's place."""
    size = int(np.prod(shape))
    if size > 1:
        first, second = random.choice(size, 2, replace=False)
        swapped = np.arange(size)
        swapped[[first, second]] = swapped[[second, first]]
        yield Mutant(name="swapped", order=swapped)
    if len(shape) == 2 and shape[0] == shape[1] > 1:
        turned = np.arange(size).reshape(shape).T.reshape(-1)
        yield Mutant(name="transposed", order=turned)


def _typical_slope(subject: Subject, point: Any) -> float:
    """Return the size of f over that of x, for a derivative that is all zeros."""
    value = float(np.max(np.abs(subject.f(point)), initial=0.0))
    length = float(np.max(np.abs(point), initial=0.0))
    return (value or 1.0) / (length or 1.0)
