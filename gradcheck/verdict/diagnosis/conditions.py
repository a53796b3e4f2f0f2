"""What a set of entries has in common: x < 0, |x| > 1, f > 0, x = 0."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, lgamma, log, log10
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_DIGITS = 7
"""Thresholds are looked for among numbers of up to so many decimals."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A comparison, or two of them, that holds for some entries and not for the others."""

    text: str
    """Such as "x < 0"."""
    holds: int
    """For so many different numbers it holds."""
    fails: int
    """For so many it does not."""
    simple: int
    """The threshold: 0 if it is 0, 1 if it is 1, -1 or a constant of the caller, else more."""
    values: Array
    """The quantity that is compared, for all entries."""
    is_double: bool = False
    """Whether there are a lower and an upper threshold."""

    @property
    def chance(self) -> float:
        """log10 of the chance that thresholds part unrelated entries so well."""
        both, one = self.holds + self.fails, min(self.holds, self.fails)
        ways = lgamma(both + 1) - lgamma(one + 1) - lgamma(both - one + 1)
        return log10(both if self.is_double else 2) - ways / log(10)

    @property
    def special(self) -> bool:
        """Whether the threshold is one that formulas have."""
        return self.simple <= 1


def conditions(evidence: Evidence, among: Bools, others: Bools) -> list[Condition]:
    """Return the conditions on an entry's own input or output that part it from others.

    Parameters
    ----------
    evidence : Evidence
        The entries.
    among, others : array of bool, shape (entries,)
        Those for which the condition is to hold, and those for which it is not.

    Returns
    -------
    list of Condition
        The simplest first; they are about the blocks with entries for which they hold.
    """
    if evidence.layout is Layout.DIRECTIONS or not among.any():
        return []
    others = others & beside(evidence, among)
    if not others.any():
        return []
    known = (0.0, 1.0, -1.0, *evidence.constants.values())
    quantities = _quantities(evidence, among)
    found = [*parting(quantities, among, others, known)]
    if not found:
        signed = {name: values for name, values in quantities.items() if (values < 0).any()}
        found = [*_within_or_outside(signed, among, others, known)]
    return sorted(found, key=lambda each: each.simple)


def beside(evidence: Evidence, among: Bools) -> Bools:
    """Tell which entries belong to the blocks of some entries."""
    if len(evidence.blocks) == 1:
        return np.ones(len(among), dtype=np.bool_)
    numbers = evidence.block_numbers
    return np.isin(numbers, np.unique(numbers[among]))


def _quantities(evidence: Evidence, among: Bools) -> dict[str, Array]:
    numbers = np.unique(numbers_of(evidence.blocks, evidence.input[among]))
    blocks = [evidence.blocks[k].name for k in numbers.tolist()]
    letter = blocks[0] if len(blocks) == 1 else f"the input in {', '.join(blocks)}"
    size = f"|{letter}|" if len(blocks) == 1 else f"the size of {letter}"
    if len(blocks) < len(evidence.blocks):
        return {letter: evidence.x, size: np.abs(evidence.x)}
    return {
        letter: evidence.x,
        size: np.abs(evidence.x),
        "f": evidence.y,
        "|f|": np.abs(evidence.y),
    }


def parting(
    quantities: Mapping[str, Array], among: Bools, others: Bools, known: Sequence[float]
) -> Iterator[Condition]:
    """Yield the comparisons with a number that hold for some entries and for no others."""
    for name, values in quantities.items():
        inside, outside = np.unique(values[among]), np.unique(values[others])
        if not (np.isfinite(inside).all() and np.isfinite(outside).all()):
            continue
        compared = _compared(inside, outside, known)
        if compared is not None:
            text, simple = compared
            yield Condition(
                text=f"{name} {text}",
                holds=len(inside),
                fails=len(outside),
                simple=simple,
                values=values,
            )


def _within_or_outside(
    quantities: Mapping[str, Array], among: Bools, others: Bools, known: Sequence[float]
) -> Iterator[Condition]:
    """Yield pairs of thresholds: entries between them on one side, beyond both on the other."""
    for name, values in quantities.items():
        inside, outside = np.unique(values[among]), np.unique(values[others])
        if not (np.isfinite(inside).all() and np.isfinite(outside).all()):
            continue
        between = inside[0] > outside[0] and inside[-1] < outside[-1]
        inner, outer = (inside, outside) if between else (outside, inside)
        below, above = outer[outer < inner[0]], outer[outer > inner[-1]]
        if len(below) + len(above) < len(outer) or not len(below) or not len(above):
            continue
        low, simple = _between(below[-1], inner[0], known)
        high, as_simple = _between(inner[-1], above[0], known)
        yield Condition(
            text=f"{low:.8g} < {name} < {high:.8g}"
            if between
            else f"{name} < {low:.8g} or {name} > {high:.8g}",
            holds=len(inside),
            fails=len(outside),
            simple=max(simple, as_simple),
            values=values,
            is_double=True,
        )


def _compared(inside: Array, outside: Array, known: Sequence[float]) -> tuple[str, int] | None:
    """Return what holds inside and not outside, and how simple its number is."""
    if len(inside) == 1 and inside[0] in known and not (outside == inside[0]).any():
        return f"= {inside[0]:g}", int(inside[0] != 0)
    if inside[-1] < outside[0]:
        number, simple = _between(inside[-1], outside[0], known)
        return f"{'<=' if number == inside[-1] else '<'} {number:.8g}", simple
    if inside[0] > outside[-1]:
        number, simple = _between(outside[-1], inside[0], known)
        return f"{'>=' if number == inside[0] else '>'} {number:.8g}", simple
    return None


def _between(low: float, high: float, known: Iterable[float]) -> tuple[float, int]:
    """Return the simplest number between two, and how simple it is."""
    for number in known:
        if low <= number <= high:
            return number, int(number != 0)
    for digits in range(_DIGITS):
        unit = 10.0**-digits
        middle = round((low + high) / 2, digits)
        for number in (middle, ceil(low / unit) * unit, floor(high / unit) * unit):
            if low <= number <= high:
                return number, 2 + digits
    return (low + high) / 2, 2 + _DIGITS
