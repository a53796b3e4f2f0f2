"""Where a mistake is: everywhere, in blocks, in rows, or in single entries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_NAMED = 4
"""So many entries are named one by one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scoped:
    """A relation between df and the true derivative, where it applies."""

    predicted: Array
    bar: Array
    where: str
    """"" for everywhere; else " in W1", " in row 2", " in the entries x[1], x[4]"."""
    everywhere: bool


def scoped(evidence: Evidence, predicted: Array, bar: Array) -> Scoped:
    """Apply a relation to all entries if the right ones allow it, else to the wrong ones only.

    An entry that is wrong at one point belongs to the wrong ones at all points.

    Parameters
    ----------
    evidence : Evidence
        The entries.
    predicted, bar : array of shape (entries,)
        What df would claim if the relation held everywhere, and the bound for its error.
    """
    fits = evidence.explained(predicted, bar)
    if fits[evidence.compared].all() or evidence.layout is Layout.DIRECTIONS:
        return Scoped(predicted=predicted, bar=bar, where="", everywhere=True)
    place = evidence.output * evidence.inputs + evidence.input
    among = np.isin(place, np.unique(place[evidence.wrong]))
    return Scoped(
        predicted=np.where(among, predicted, evidence.numeric),
        bar=np.where(among, bar, evidence.bar),
        where=f" in {words(evidence, among)}",
        everywhere=False,
    )


def words(evidence: Evidence, among: Bools) -> str:
    """Describe a set of entries in few words: blocks, rows, columns, or names.

    Parameters
    ----------
    evidence : Evidence
        The entries.
    among : array of bool, shape (entries,)
        Which of them; those of other points than the first with any are taken to be the same.
    """
    inputs, outputs = np.unique(evidence.input[among]), np.unique(evidence.output[among])
    first = evidence.point == evidence.point[among][0]
    chosen, known = among & first, evidence.compared & first
    if evidence.layout is Layout.DIRECTIONS:
        return "all directions"
    if not (known & ~chosen).any():
        return "all entries"
    blocks = _whole_blocks(evidence, chosen, known)
    if blocks:
        return ", ".join(blocks)
    if evidence.layout is Layout.JACOBIAN and evidence.outputs > 1:
        if _are_all(evidence.output, outputs, chosen, known):
            return _listed("row", outputs)
        if _are_all(evidence.input, inputs, chosen, known):
            return _listed("column", inputs)
    names = [name_of(evidence, row) for row in np.flatnonzero(chosen)[:_NAMED].tolist()]
    more = int(chosen.sum()) - len(names)
    noun = "the entry" if len(names) == 1 and not more else "the entries"
    return f"{noun} {', '.join(names)}" + (f" and {more:,} more" if more else "")


def name_of(evidence: Evidence, row: int) -> str:
    """Name an entry by its place: "x[2]", "W1[0, 3]", or "f[1] by x[2]"."""
    block = evidence.blocks[int(numbers_of(evidence.blocks, evidence.input[row : row + 1])[0])]
    name = _indexed(block.name, block.shape, int(evidence.input[row]) - block.start)
    if evidence.layout is Layout.ELEMENTWISE or evidence.outputs == 1:
        return name
    return f"{_indexed('f', evidence.output_shape, int(evidence.output[row]))} by {name}"


def _indexed(letter: str, shape: tuple[int, ...], flat: int) -> str:
    if not shape:
        return letter
    return f"{letter}[{', '.join(map(str, np.unravel_index(flat, shape)))}]"


def _whole_blocks(evidence: Evidence, chosen: Bools, known: Bools) -> list[str]:
    """Return the names of the blocks that the chosen entries fill; none if they fill no whole."""
    numbers = numbers_of(evidence.blocks, evidence.input)
    touched = np.unique(numbers[chosen])
    if len(evidence.blocks) == 1 or (np.isin(numbers, touched) & known & ~chosen).any():
        return []
    return [evidence.blocks[k].name for k in touched.tolist()]


def _are_all(index: Indices, used: Indices, chosen: Bools, known: Bools) -> bool:
    return bool((chosen | ~known)[np.isin(index, used)].all())


def _listed(noun: str, numbers: Indices) -> str:
    shown = ", ".join(map(str, numbers[:_NAMED].tolist()))
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {shown}{more}"
