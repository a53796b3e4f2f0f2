"""Where a mistake is: everywhere, in blocks, in rows, or in single entries."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.region import indexed, patterns, region

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_NAMED = 4
"""So many entries are named one by one."""
_MANY = 12
"""Of more than so many, those that do not belong to them are named instead."""


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
    if fits[evidence.compared].all():
        return Scoped(predicted=predicted, bar=bar, where="", everywhere=True)
    if evidence.layout is Layout.DIRECTIONS:
        block = evidence.block_numbers  # a mistake in few entries need not show along all of them
        among = np.isin(block, np.unique(block[evidence.wrong]))
    else:
        among = evidence.at_all_points(evidence.wrong)
    return Scoped(
        predicted=np.where(among, predicted, evidence.numeric),
        bar=np.where(among, bar, evidence.bar),
        where=f" in {words(evidence, among)}",
        everywhere=False,
    )


def wholes(evidence: Evidence) -> bool:
    """Tell whether all entries are wrong, or whole blocks, or whole rows or columns."""
    among = evidence.at_all_points(evidence.wrong)
    groupings = [np.zeros(len(among), dtype=np.intp)]
    if len(evidence.blocks) > 1:
        groupings.append(evidence.block_numbers)
    if evidence.layout is Layout.JACOBIAN and evidence.outputs > 1:
        groupings += [evidence.output, evidence.input]
    return any(_fills(among, groups, evidence.compared) for groups in groupings)


def _fills(among: npt.NDArray[np.bool_], groups: Indices, known: npt.NDArray[np.bool_]) -> bool:
    return bool(among[np.isin(groups, np.unique(groups[among])) & known].all())


def words(evidence: Evidence, among: Bools, compared: Bools | None = None) -> str:
    """Describe a set of entries in few words: blocks, rows, columns, slices, or names.

    Parameters
    ----------
    evidence : Evidence
        The entries.
    among : array of bool, shape (entries,)
        Which of them; those of other points than the first with any are taken to be the same.
    compared : array of bool, shape (entries,), optional
        Which entries are known, if not those that were compared.
    """
    first = evidence.point == evidence.point[among][0]
    chosen, known = among & first, (evidence.compared if compared is None else compared) & first
    if evidence.layout is Layout.DIRECTIONS:
        return _blocks(evidence, chosen, known) or "all directions"
    if not (known & ~chosen).any():
        return "all entries"
    return (
        ", ".join(_whole_blocks(evidence, chosen, known))
        or _rows_or_columns(evidence, chosen, known)
        or _region(evidence, chosen)
        or _all_but_a_few(evidence, chosen, known)
        or _names(evidence, chosen)
    )


def name_of(evidence: Evidence, row: int) -> str:
    """Name an entry by its place: "x[2]", "W1[0, 3]", or "f[1] by x[2]"."""
    block = evidence.blocks[int(numbers_of(evidence.blocks, evidence.input[row : row + 1])[0])]
    name = indexed(block.name, block.shape, int(evidence.input[row]) - block.start)
    if evidence.layout is Layout.ELEMENTWISE or evidence.outputs == 1:
        return name
    return f"{indexed('f', output_shape(evidence), int(evidence.output[row]))} by {name}"


def output_shape(evidence: Evidence) -> tuple[int, ...]:
    """Return the shape of f, or that of its flattened values if it is not known."""
    shape = evidence.output_shape
    return shape if int(np.prod(shape)) == evidence.outputs else (evidence.outputs,)


def _all_but_a_few(evidence: Evidence, chosen: Bools, known: Bools) -> str:
    """Name those that are not chosen, if there are few beside the others."""
    left = np.flatnonzero(known & ~chosen)
    if len(left) > _NAMED or chosen.sum() <= _MANY:
        return ""
    return f"all entries but {', '.join(name_of(evidence, row) for row in left.tolist())}"


def _names(evidence: Evidence, chosen: Bools) -> str:
    names = [name_of(evidence, row) for row in np.flatnonzero(chosen)[:_NAMED].tolist()]
    more = int(chosen.sum()) - len(names)
    noun = "the entry" if len(names) == 1 and not more else "the entries"
    return f"{noun} {', '.join(names)}" + (f" and {more:,} more" if more else "")


def _blocks(evidence: Evidence, chosen: Bools, known: Bools) -> str:
    """Name the blocks with a chosen entry; "" if they are all."""
    numbers = evidence.block_numbers
    touched = np.unique(numbers[chosen])
    if np.isin(numbers[known], touched).all():
        return ""
    return ", ".join(evidence.blocks[k].name for k in touched.tolist())


def _whole_blocks(evidence: Evidence, chosen: Bools, known: Bools) -> list[str]:
    """Return the names of the blocks that the chosen entries fill; none if they fill no whole."""
    numbers = evidence.block_numbers
    touched = np.unique(numbers[chosen])
    if len(evidence.blocks) == 1 or (np.isin(numbers, touched) & known & ~chosen).any():
        return []
    return [evidence.blocks[k].name for k in touched.tolist()]


def _rows_or_columns(evidence: Evidence, chosen: Bools, known: Bools) -> str:
    """Name the rows or the columns of a Jacobian that the chosen entries fill."""
    if evidence.layout is not Layout.JACOBIAN or evidence.outputs == 1:
        return ""
    for noun, index in (("row", evidence.output), ("column", evidence.input)):
        used = np.unique(index[chosen])
        if (chosen | ~known)[np.isin(index, used)].all():
            if noun == "column" and len(evidence.blocks) > 1:
                return f"the derivatives by {_inputs(evidence, used)}"
            return _listed(noun, used)
    return ""


def _region(evidence: Evidence, chosen: Bools) -> str:
    """Describe the chosen entries as a part of an array, if they are one.

    A few entries of a vector are better named one by one.
    """
    outputs, inputs = np.unique(evidence.output[chosen]), np.unique(evidence.input[chosen])
    count = int(chosen.sum())
    by_element = evidence.layout is Layout.ELEMENTWISE or evidence.outputs == 1
    if not by_element and evidence.layout is Layout.JACOBIAN:
        text = _beside_the_diagonal(evidence, chosen)
        if text:
            return text
    if not by_element and len(outputs) * len(inputs) != count:
        return ""
    block = evidence.blocks[int(numbers_of(evidence.blocks, inputs[:1])[0])]
    if inputs[-1] >= block.stop or (count <= _NAMED and len(block.shape) < 2):
        return ""
    columns = region(block.name, block.shape, inputs - block.start)
    if not columns or (count <= _NAMED and ":" not in columns):
        return ""
    if by_element:
        return columns
    rows = region("f", output_shape(evidence), outputs)
    return f"{rows} by {columns}" if rows else ""


def _beside_the_diagonal(evidence: Evidence, chosen: Bools) -> str:
    """Describe a part of a square Jacobian beside its diagonal."""
    shape = (evidence.outputs, evidence.inputs)
    if shape[0] != shape[1] or shape[0] < 3:
        return ""
    mask = np.zeros(shape, dtype=np.bool_)
    mask[evidence.output[chosen], evidence.input[chosen]] = True
    return next(
        (
            f"{text} of the Jacobian"
            for text, part in patterns(shape)
            if "diagonal" in text or "triangle" in text
            if np.array_equal(mask, part)
        ),
        "",
    )


def _inputs(evidence: Evidence, inputs: Indices) -> str:
    """Name inputs by their blocks."""
    blocks = [evidence.blocks[k] for k in numbers_of(evidence.blocks, inputs[:_NAMED]).tolist()]
    names = [
        indexed(block.name, block.shape, each - block.start)
        for block, each in zip(blocks, inputs.tolist(), strict=False)
    ]
    more = f" and {len(inputs) - _NAMED} more" if len(inputs) > _NAMED else ""
    return ", ".join(names) + more


def _listed(noun: str, numbers: Indices) -> str:
    shown = ", ".join(map(str, numbers[:_NAMED].tolist()))
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {shown}{more}"
