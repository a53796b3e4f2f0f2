"""Adaptive group testing with coded weights: which of very many numbers are not zero.

A reading of a part of the numbers, each times a known weight, is a sum; where it is not zero, the
part holds a mistake. A second reading, in which each weight is also multiplied by a number that
spells the digits of its index, tells where: of a single mistake, the quotient of the two readings
is that number. Where the quotient spells no index, there are several mistakes, and the part is
halved: one half is read, the other follows by subtraction.

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
_SPACING = 8.0
"""Digits are so many times further apart than the error bar of a quotient."""
_EACH = 8
"""About so many readings a mistake are needed."""


class Exhausted(Exception):  # noqa: N818  (a state, which ends the search)
    """No more readings are allowed."""


@dataclass(frozen=True)
class Reading:
    """A sum of mistakes, each times its weight, with its error bar."""

    value: float
    bar: float

    @property
    def shows(self) -> bool:
        """Whether it is certain not to be zero."""
        return not abs(self.value) <= _SIGNIFICANT * self.bar

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
already does not count."""
Confirm = Callable[[int, Reading], Reading]
"""Looks at a single index that may explain a reading, and returns what it leaves unexplained; what
it finds is known from then on and does not count in later readings."""


@final
@dataclass
class Search:
    """A search for the mistakes that explain a reading of everything."""

    read: Read
    confirm: Confirm
    remaining: Callable[[], float]
    """How many more readings are allowed."""
    left: list[Part] = field(default_factory=list)
    """The parts whose mistakes were not found."""

    def run(self, root: Part) -> None:
        """Find the mistakes, level by level; what cannot be found stays in `left`."""
        level = [root]
        count = 1
        while level:
            crowded = len(level) > _CROWDED * count and count > 1
            if self._is_hopeless(len(level), count):
                self.left += level
                return
            below: list[Part] = []
            for number, part in enumerate(level):
                try:
                    below += self._children(part, tested=not (crowded or part.crowded))
                except Exhausted:
                    self.left += [*level[number:], *below]
                    return
            level, count = below, 2 * count

    def _is_hopeless(self, occupied: int, count: int) -> bool:
        """Tell whether there are too many mistakes for the readings that are left.

        If so many of `count` equal parts hold any, then about
        log(1 - occupied / count) / log(1 - 1 / count) do in all.
        """
        if count < 2:
            return False
        share = min(occupied / count, 1 - 0.5 / count)
        mistakes = math.log1p(-share) / math.log1p(-1 / count)
        return _EACH / 2 * mistakes > self.remaining()

    def _children(self, part: Part, *, tested: bool) -> Sequence[Part]:
        """Find the mistake in a part, or return the halves that hold some."""
        index = part.start if part.size == 1 else self._decoded(part) if tested else None
        if index is not None:
            rest = self.confirm(index, part.reading)
            if not rest.shows:
                return ()
            part = replace(part, reading=rest)
        if part.size == 1:
            self.left.append(part)
            return ()
        return self._halves(part, crowded=tested)

    def _halves(self, part: Part, *, crowded: bool) -> Sequence[Part]:
        """Read one half; the other follows."""
        middle = (part.start + part.stop) // 2
        first = self.read(part.start, middle, None)
        second = part.reading.without(first)
        both = first.shows and second.shows
        halves = [
            Part(part.start, middle, first, crowded=(crowded or part.crowded) and not both),
            Part(middle, part.stop, second, crowded=(crowded or part.crowded) and not both),
        ]
        found = [half for half in halves if half.reading.shows]
        if not found:
            self.left.append(part)
        return found

    def _decoded(self, part: Part) -> int | None:
        """Return the only index that can explain the readings; None if none can."""
        precision = part.reading.bar / abs(part.reading.value)
        base = int(min(part.size, 1 / (_SPACING * precision))) if precision else part.size
        if base < 2:
            return None
        digits = max(1, math.ceil(math.log(part.size) / math.log(base) - 1e-9))
        base = math.ceil(part.size ** (1 / digits) - 1e-9)
        index, rest = 0, np.arange(part.size)
        for place in reversed(range(digits)):
            digit, rest = np.divmod(rest, base**place)
            code = (2 * digit + 1) / base - 1
            reading = self.read(part.start, part.stop, code)
            quotient = reading.value / part.reading.value
            error = (reading.bar + abs(quotient) * part.reading.bar) / abs(part.reading.value)
            found = round(((quotient + 1) * base - 1) / 2)
            if not 0 <= found < base or abs((2 * found + 1) / base - 1 - quotient) > error:
                return None
            index += found * base**place
        return part.start + index if index < part.size else None
