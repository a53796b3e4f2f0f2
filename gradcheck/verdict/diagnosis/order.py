"""The right numbers in the wrong places: swapped, rolled, permuted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from math import lgamma, log

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Certainty, Hypothesis
from gradcheck.verdict.diagnosis.permuting import in_words, matched
from gradcheck.verdict.diagnosis.region import region
from gradcheck.verdict.diagnosis.rolling import rolls
from gradcheck.verdict.diagnosis.sides import FREE, Side, by_input, by_output

Indices = npt.NDArray[np.intp]

_ORDERS = 5
"""Up to so many blocks are tried in all orders."""
_SAYS_LESS = frozenset(
    {"permuted", "rotation", "block-factor", "regulariser-l1", "offset", "precision"}
)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Found:
    """A source that fits, and what it means."""

    code: str
    message: str
    certainty: Certainty
    source: Indices
    tried: int = 1
    chance: float = 0.0
    """log10 of how many permutations there are: too many to be counted as tried."""
    supersedes: frozenset[str] = frozenset()


def order(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df holds the derivative in another order, the same at all points."""
    sides = [side for side in (by_input(evidence), by_output(evidence)) if side is not None]
    found = [(side, each) for side in sides for each in _of_side(side)]
    both = len({side.letter for side, _ in found}) > 1
    for side, each in found:
        predicted, bar = side.moved(each.source)
        free = side.evidence.wrong[side.cells[:, each.source == FREE]]
        yield Hypothesis(
            code=each.code,
            message=each.message,
            certainty="B" if both else each.certainty,
            predicted=predicted,
            bar=bar,
            fitted=int(free.sum()),
            tried=each.tried,
            chance=each.chance,
            supersedes=each.supersedes,
        )


def _of_side(side: Side) -> Iterator[_Found]:
    if side.columns == 1 or not side.is_misplaced:
        return
    special = list(_swapped(side))
    for rolled in _rolled(side):
        if not any(np.array_equal(each.source, rolled.source) for each in special):
            special.append(rolled)
    known = [each for each in special if not (each.source == FREE).any()]
    yield from known or list(_permuted(side)) or special


def _swapped(side: Side) -> Iterator[_Found]:
    """Propose that two columns, slices, runs or blocks are exchanged."""
    for (left, right), text in _pairs(side):
        source = np.arange(side.columns)
        source[left], source[right] = right, left
        if side.fits(source):
            what = text or " and ".join(_runs(side, left, right))
            unsure = len(left) == 1 and side.ambiguous(np.concatenate([left, right]))
            yield _Found(
                code="swapped",
                message=f"df exchanges {what}; put each derivative in the other's place",
                certainty="B" if unsure else "A",
                source=source,
                tried=side.columns * (side.columns - 1) // 2,
                supersedes=_SAYS_LESS,
            )
            return


def _pairs(side: Side) -> Iterator[tuple[tuple[Indices, Indices], str]]:
    """Yield what may be exchanged: the wrong columns fall into two parts of equal size.

    With words for them; "" for two runs of a block.
    """
    touched, blocks = side.touched, side.touched_blocks
    if len(blocks) == 2 and blocks[0].size == blocks[1].size > 1:
        halves = tuple(np.arange(each.start, each.stop) for each in blocks)
        yield (halves[0], halves[1]), f"the blocks {blocks[0].name} and {blocks[1].name}"
    if len(touched) == 2:
        names = " and ".join(side.names(touched))
        yield (touched[:1], touched[1:]), f"the derivatives {_by(side)} {names}"
        return
    if len(blocks) != 1:
        return
    block = blocks[0]
    places = np.arange(block.size).reshape(block.shape)
    index = np.unravel_index(touched - block.start, block.shape or (1,))
    for axis, used in enumerate(map(np.unique, index) if len(block.shape) > 1 else ()):
        if len(used) == 2:
            both = [np.take(places, k, axis=axis).reshape(-1) for k in used.tolist()]
            text = " and ".join(region(block.name, block.shape, each) for each in both)
            yield (both[0] + block.start, both[1] + block.start), text
    cut = len(touched) // 2
    runs = np.split(touched, np.flatnonzero(np.diff(touched) != 1) + 1)
    if len(runs) == 1 and len(touched) % 2 == 0:
        runs = [touched[:cut], touched[cut:]]
    if len(runs) == 2 and len(runs[0]) == len(runs[1]):
        yield (runs[0], runs[1]), ""


def _runs(side: Side, *runs: Indices) -> Iterator[str]:
    """Describe runs of columns of one block."""
    (block,) = side.touched_blocks
    for run in runs:
        yield region(block.name, block.shape, run - block.start)


def _rolled(side: Side) -> Iterator[_Found]:
    """Propose that the columns of each wrong block are shifted along an axis."""
    source, chosen, tried = side.by_block(rolls)
    if not chosen:
        return
    labels = dict.fromkeys(label for _, label in chosen)
    where = ", ".join(block.name for block, _ in chosen)
    free = bool((source == FREE).any())
    yield _Found(
        code="rolled",
        message=f"df is shifted along {where}: {'; '.join(labels)}",
        certainty="B" if free else "A",
        source=source,
        tried=tried,
        supersedes=_SAYS_LESS,
    )


def _permuted(side: Side) -> Iterator[_Found]:
    """Propose another order that is known, else the one that the numbers themselves show."""
    for source, text in _orders(side):
        if side.fits(source):
            yield _Found(
                code="permuted",
                message=text,
                certainty="A",
                source=source,
                chance=_orders_of(len(side.blocks)) + 1,
                supersedes=_SAYS_LESS - {"permuted"},
            )
            return
    found = matched(side)
    if found is None:
        return
    moved = np.flatnonzero(found != np.arange(side.columns))
    yield _Found(
        code="permuted",
        message=f"df holds the derivatives {_by(side)} {_whole(side)} in another order: "
        + in_words(side, found, moved),
        certainty="B" if side.ambiguous(moved) else "A",
        source=found,
        chance=_orders_of(len(moved)),
        supersedes=_SAYS_LESS - {"permuted"},
    )


def _orders(side: Side) -> Iterator[tuple[Indices, str]]:
    """Yield orders with a meaning: reversed, or the blocks laid out one after another otherwise."""
    places = np.arange(side.columns)
    whole = _whole(side)
    yield places[::-1], f"df holds the derivatives {_by(side)} {whole} in reversed order"
    if len(side.blocks) == 1 and len(side.blocks[0].shape) > 1:
        block = side.blocks[0]
        grid = places.reshape(block.shape)
        for axis in range(len(block.shape)):
            text = f"df holds the derivatives {_by(side)} {whole} reversed along axis {axis}"
            yield np.flip(grid, axis).reshape(-1), text
    if 1 < len(side.blocks) <= _ORDERS:
        parts = [np.arange(block.start, block.stop) for block in side.blocks]
        for each in permutations(range(len(parts))):
            names = ", ".join(side.blocks[k].name for k in each)
            right = ", ".join(block.name for block in side.blocks)
            text = f"df packs the blocks in the order {names} instead of {right}"
            yield np.concatenate([parts[k] for k in each]), text


def _by(side: Side) -> str:
    return "by" if side.letter == "x" else "of"


def _whole(side: Side) -> str:
    return ", ".join(block.name for block in side.touched_blocks)


def _orders_of(number: int) -> float:
    """Return log10 of number!, in how many orders things can stand."""
    return lgamma(number + 1) / log(10)
