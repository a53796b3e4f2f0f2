"""Adaptive group testing with coded weights: which of very many numbers are not zero.

A reading of a part of the numbers, each times a known weight, is a sum; where it is not zero, the
part holds a mistake. A second reading, in which each weight is also multiplied by a number that
spells the index, tells where: of a single mistake, the quotient of the two readings is that number.
Where the quotient spells no index, there are several mistakes, and the part is halved: one half is
read, the other follows by subtraction.

References
----------
D.-Z. Du and F. K. Hwang (2000), Combinatorial group testing and its applications, 2nd edition,
chapters 2 and 10: binary splitting, and testing with additive readings.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_SIGNIFICANT = 2.0
"""A reading of so many bars is not zero."""
_CROWDED = 0.7
"""Of the parts of one size; where more hold mistakes, a single mistake in a part is unlikely."""
_CODES = 8
"""There are so many codes at least, so that several mistakes seldom spell an index by chance."""
_DECISIVE = 2.0
"""The error bar of a quotient that spells an index, in units of the distance of two codes: bars
leave so much room that the nearest index is nearly always right, and confirming it is cheap."""
_EACH = 4
"""So many readings a mistake are needed at the least."""


class Exhausted(Exception):  # noqa: N818  (a state, which ends the search)
    """No more readings are to be had."""


@dataclass(frozen=True)
class Reading:
    """A sum of mistakes, each times its weight, with its error bar."""

    value: float
    bar: float

    @property
    def shows(self) -> bool:
        """Whether it is certain not to be zero."""
        return not abs(self.value) <= _SIGNIFICANT * self.bar

    @property
    def threshold(self) -> float:
        """What a reading with this bar must exceed to show."""
        return _SIGNIFICANT * self.bar

    def without(self, other: "Reading") -> "Reading":
        """Return what is left if a part is taken away."""
        return Reading(self.value - other.value, self.bar + other.bar)


@dataclass(frozen=True)
class Part:
    """A range of indices, with the reading of what is still unexplained in it."""

    start: int
    stop: int
    reading: Reading
    crowded: bool = False
    """Whether it is known to hold several mistakes."""

    @property
    def size(self) -> int:
        """How many indices there are."""
        return self.stop - self.start


Read = Callable[[int, int, Array | None], Reading]
"""Reads a range of indices; the array holds additional weights for them, if any. What is known
already does not count. Raises Exhausted."""
Confirm = Callable[[int, Reading], Reading]
"""Looks at a single index that may explain a reading, and returns what it leaves unexplained; what
it finds is known from then on and does not count in later readings. Raises Exhausted."""


@final
@dataclass
class Search:
    """A search for the mistakes that explain a reading."""

    read: Read
    confirm: Confirm
    remaining: Callable[[], float]
    """How many more readings are allowed."""
    left: list[Part] = field(default_factory=list)
    """The parts whose mistakes were not found."""
    is_over: bool = False
    """Whether it ended early: the readings are spent, or would not suffice."""

    def run(self, root: Part) -> None:
        """Find the mistakes, level by level; what cannot be found stays in `left`."""
        level, count = [root], 1
        while level:
            if self._is_hopeless(len(level), count):
                self._end(level)
                return
            crowded = count > 1 and len(level) > _CROWDED * count
            below: list[Part] = []
            for number, part in enumerate(level):
                try:
                    below += self._children(part, tested=not (crowded or part.crowded))
                except Exhausted:
                    self._end([*level[number:], *below])
                    return
            level, count = below, 2 * count

    def single(self, part: Part) -> Reading:
        """Find the mistake in a part if there is one only; return what is left unexplained."""
        index = part.start if part.size == 1 else self._decoded(part)
        return part.reading if index is None else self.confirm(index, part.reading)

    def _end(self, parts: Sequence[Part]) -> None:
        self.left += parts
        self.is_over = True

    def _is_hopeless(self, occupied: int, count: int) -> bool:
        """Tell whether there are too many mistakes for the readings that are left.

        If so many of `count` equal parts hold any, then about
        log(1 - occupied / count) / log(1 - 1 / count) do in all.
        """
        if count < 2:
            return False
        share = min(occupied / count, 1 - 0.5 / count)
        mistakes = math.log1p(-share) / math.log1p(-1 / count)
        return _EACH * mistakes > self.remaining()

    def _children(self, part: Part, *, tested: bool) -> Sequence[Part]:
        """Find the mistake in a part, or return the halves that hold some."""
        crowded = part.crowded
        if tested or part.size == 1:
            rest = self.single(part)
            if not rest.shows:
                return ()
            crowded = crowded or rest == part.reading  # else one of several is known now
            part = replace(part, reading=rest)
        if part.size == 1:
            self.left.append(part)
            return ()
        return self._halves(part, crowded=crowded)

    def _halves(self, part: Part, *, crowded: bool) -> Sequence[Part]:
        """Read one half; the other follows."""
        middle = (part.start + part.stop) // 2
        first = self.read(part.start, middle, None)
        second = part.reading.without(first)
        together = crowded and not (first.shows and second.shows)
        halves = [
            Part(part.start, middle, first, crowded=together),
            Part(middle, part.stop, second, crowded=together),
        ]
        found = [half for half in halves if half.reading.shows]
        if not found:
            self.left.append(part)
        return found

    def _decoded(self, part: Part) -> int | None:
        """Return the only index that can explain the readings; None if none can.

        Each reading leaves fewer candidates, which are neighbours; the next one spells their
        distance from the first.
        """
        low, count = 0, part.size
        while True:
            codes = max(count, _CODES)
            code = (2 * ((np.arange(part.size) - low) % codes) + 1) / codes - 1
            reading = self.read(part.start, part.stop, code)
            size = abs(part.reading.value)
            quotient = reading.value / part.reading.value
            error = codes / 2 * (reading.bar + abs(quotient) * part.reading.bar) / size
            found = (codes * (quotient + 1) - 1) / 2
            if not 0 <= found + error < count + 2 * error:
                return None
            first = max(0, math.ceil(found - error))
            last = min(count - 1, math.floor(found + error))
            decisive = error <= _DECISIVE
            if last < first or (not decisive and last - first + 1 > count / 2):
                return None
            if decisive:
                return part.start + low + min(max(round(found), first), last)
            low, count = low + first, last - first + 1
