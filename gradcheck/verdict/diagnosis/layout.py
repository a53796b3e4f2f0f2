"""The right numbers laid out in another way: transposed, flattened in another order, wrong axis."""

from collections.abc import Iterator
from itertools import combinations, permutations
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import Block
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.scope import output_shape
from gradcheck.verdict.diagnosis.sides import Side, by_entry, by_input, by_output

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

_AXES = 4
"""Arrays of up to so many axes are tried in all orders of their axes."""
_TRANSPOSED = "transposed"
_SAYS_LESS = frozenset(
    {
        "swapped",
        "rolled",
        "permuted",
        "rotation",
        "block-factor",
        "regulariser-l1",
        "offset",
        "precision",
    }
)


def layout(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that axes are exchanged, or that an array was read in the other order."""
    for side in (by_entry(evidence), by_input(evidence), by_output(evidence)):
        if side is None or not len(side.touched) or not side.is_misplaced:
            continue
        candidates = _of_jacobian(evidence) if side.letter == "df" else _of_array
        source, chosen, tried = side.by_block(candidates)
        if not chosen:
            continue
        predicted, bar = side.moved(source)
        labels = [label for _, label in chosen]
        turned = all(label == _TRANSPOSED for label in labels)
        yield Hypothesis(
            code="transposed" if turned else "flatten-order",
            message=_message(side, [block for block, _ in chosen], labels),
            certainty="A",
            predicted=predicted,
            bar=bar,
            tried=tried,
            supersedes=_SAYS_LESS if not turned else _SAYS_LESS | {"flatten-order"},
        )


def _message(side: Side, blocks: list[Block], labels: list[str]) -> str:
    names = ", ".join(block.name for block in blocks)
    if side.letter == "df":
        if labels[0] == _TRANSPOSED:
            return "df is the transposed Jacobian; its first axes belong to f(x), its last to x"
        return f"df holds the Jacobian {labels[0]}; its first axes belong to f(x), its last to x"
    what = f"df by {names}" if side.letter == "x" else "df, seen along the axes of f(x),"
    if labels[0] == _TRANSPOSED:
        return f"{what} is transposed"
    return f"{what} is {labels[0]}; ravel and reshape in the same order on both sides"


def _of_array(shape: tuple[int, ...]) -> Iterator[tuple[str, Indices]]:
    """Yield the other orders in which an array of a shape may be read."""
    yield from _orders(shape, _all_orders(len(shape)))


def _of_jacobian(evidence: Evidence) -> Any:
    """Return what yields the orders that mix the axes of outputs and inputs."""
    outputs = len(output_shape(evidence))

    def candidates(shape: tuple[int, ...]) -> Iterator[tuple[str, Indices]]:
        axes = tuple(range(len(shape)))
        exchanged = (*axes[outputs:], *axes[:outputs])
        orders = [exchanged, *(each for each in _all_orders(len(shape)) if each != exchanged)]
        yield from _orders(shape, orders)

    return candidates


def _all_orders(count: int) -> list[tuple[int, ...]]:
    """Return the orders of axes, the reversed one first; of many axes, that one alone."""
    if count < 2:
        return []
    backwards = tuple(reversed(range(count)))
    if count > _AXES:
        return [backwards]
    others = [each for each in permutations(range(count)) if each != backwards]
    return [backwards, *others[1:]]


def _orders(shape: tuple[int, ...], orders: list[tuple[int, ...]]) -> Iterator[tuple[str, Indices]]:
    """Yield sources: the array transposed, if it keeps its shape, and read in another order."""
    places = np.arange(prod(shape)).reshape(shape)
    for axes in orders:
        turned = places.transpose(axes)
        source = turned.reshape(-1)
        if turned.shape == shape and np.array_equal(source[source], places.reshape(-1)):
            yield _TRANSPOSED, source
            continue
        if axes == tuple(reversed(range(len(shape)))):
            text = "flattened in Fortran order and read in C order"
            back = "flattened in C order and read in Fortran order"
        else:
            order = ", ".join(map(str, axes))
            text = f"flattened with its axes in the order {order}"
            back = f"read with its axes in the order {order}"
        yield text, source
        yield back, np.argsort(source)


def wrong_axis(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df holds sums or means over axes, the same number in all their places."""
    if evidence.layout is Layout.JACOBIAN:
        yield from _reduced(evidence, (evidence.outputs,))
    elif evidence.layout is Layout.ELEMENTWISE:
        yield from _reduced(evidence, ())


def _reduced(evidence: Evidence, outputs: tuple[int, ...]) -> Iterator[Hypothesis]:
    """Propose sums and means over the axes of single blocks, or of f."""
    touched = by_input(evidence)
    if touched is None:
        return
    if outputs != (1,) and outputs:
        outputs = output_shape(evidence)
    for block in touched.touched_blocks:
        cells = touched.cells[:, block.start : block.stop]
        cells = cells.reshape(len(evidence.samples), *outputs, *block.shape)
        names = _axis_names(outputs, block)
        axes = [k for k in range(1, cells.ndim) if cells.shape[k] > 1]
        level = [axis for axis in axes if _is_level(evidence.claimed[cells], axis)]
        for count in range(1, len(level) + 1):
            for over in combinations(level, count):
                text = " and ".join(names[k] for k in over)
                yield from _sums(evidence, cells, over, text)


def _axis_names(outputs: tuple[int, ...], block: Block) -> list[str]:
    """Name the axes of (points, *outputs, *inputs)."""
    of_f = [f"axis {k} of f" if len(outputs) > 1 else "the outputs" for k in range(len(outputs))]
    single = len(block.shape) == 1
    of_x = ["all of" if single else f"axis {k} of" for k in range(len(block.shape))]
    return ["points", *of_f, *(f"{text} {block.name}" for text in of_x)]


def _is_level(claimed: Array, axis: int) -> bool:
    """Tell whether the claims hardly change along an axis; they may differ by rounding."""
    size = np.abs(claimed).max(axis=axis, initial=0.0)
    return bool((np.ptp(claimed, axis=axis) <= 1e-9 * size).all())


def _sums(
    evidence: Evidence, cells: Indices, over: tuple[int, ...], text: str
) -> Iterator[Hypothesis]:
    numeric, bar = evidence.numeric[cells], evidence.bar[cells]
    count = prod(cells.shape[axis] for axis in over)
    total, width = numeric.sum(axis=over, keepdims=True), bar.sum(axis=over, keepdims=True)
    known = np.isfinite(total)
    spread = np.abs(numeric - total / count)
    if not (spread > 1e-6 * np.abs(numeric)).any():
        return  # the derivative itself is level: a sum is but a factor
    others = _elsewhere(evidence, cells)
    for noun, scale in (("sum", 1.0), ("mean", 1.0 / count)):
        predicted, error = evidence.numeric.copy(), evidence.bar.copy()
        predicted[cells] = np.where(known, scale * total, 0.0)
        error[cells] = np.where(known, scale * width, np.inf)
        yield Hypothesis(
            code="wrong-axis",
            message=f"df holds in every place the {noun} of the derivative over {text}; "
            "reduce over the other axes, or not at all",
            certainty="A" if not others else "B",
            predicted=predicted,
            bar=error,
            tried=8,
            supersedes=frozenset({"block-factor"}),
        )


def _elsewhere(evidence: Evidence, cells: Indices) -> bool:
    """Tell whether there are wrong entries besides these."""
    return int(evidence.wrong.sum()) > int(evidence.wrong[cells].sum())
