"""Symmetric matrices counted in another way, and rotations of the Jacobian."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.sides import Side, by_entry, by_input

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

_WIDEST = 16
"""Rotations are looked for in spaces of up to so many dimensions."""
_SMALLEST = 4
"""A vector is taken for the triangle of a matrix of so many rows at least."""
_LEVEL = 1e-6
"""Smaller parts of a matrix do not count."""
_SAYS_LESS = frozenset({"factor", "block-factor", "repeated-index", "zero", "branch", "border"})

_COUNTED: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "its entries off the diagonal are doubled": (1.0, 2.0, 0.0),
        "its entries off the diagonal are halved": (1.0, 0.5, 0.0),
        "it is G + Gᵀ instead of G": (2.0, 1.0, 1.0),
        "it is (G + Gᵀ)/2 instead of G": (1.0, 0.5, 0.5),
        "it is G + Gᵀ - diag G instead of G": (1.0, 1.0, 1.0),
    }
)
"""What df claims in terms of the true matrix G: factors of its diagonal, G and Gᵀ beside it."""


def symmetric_counted(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that a matrix is treated as symmetric where it is not, or the other way round."""
    side = by_input(evidence)
    if side is None:
        return
    for block in side.touched_blocks:
        if len(block.shape) == 2 and block.shape[0] == block.shape[1] > 1:
            cells = side.cells[:, block.start : block.stop].reshape(-1, *block.shape)
            yield from _counted(evidence, cells, f"the derivative by {block.name}")
        if len(block.shape) == 1:
            yield from _packed(evidence, side.cells[:, block.start : block.stop], block.name)
    whole = by_entry(evidence)
    if whole is not None and evidence.outputs == evidence.inputs:
        cells = whole.cells.reshape(-1, evidence.outputs, evidence.inputs)
        yield from _counted(evidence, cells, "the square Jacobian")


def _counted(evidence: Evidence, cells: Indices, what: str) -> Iterator[Hypothesis]:
    """Propose each way of counting that says something, for a stack of square matrices."""
    numeric, bar = evidence.numeric[cells], evidence.bar[cells]
    across, bar_across = numeric.swapaxes(1, 2), bar.swapaxes(1, 2)
    on = np.eye(cells.shape[1], dtype=np.bool_)
    symmetric = bool((np.abs(numeric - across) <= _LEVEL * np.abs(numeric).max()).all())
    if not np.abs(numeric[:, on]).max() > _LEVEL * np.abs(numeric).max():
        return  # without a diagonal, this is a factor
    for text, (diagonal, direct, other) in _COUNTED.items():
        if other and symmetric:
            continue
        value = np.where(on, diagonal * numeric, direct * numeric + other * across)
        width = np.where(on, diagonal * bar, direct * bar + other * bar_across)
        message = f"{what} is counted as for a symmetric matrix: {text}"
        yield _placed(evidence, cells, value, width, message)
    for name, keep in (("lower", np.tril), ("upper", np.triu)) if symmetric else ():
        for factor, more in ((1.0, ""), (2.0, ", doubled beside the diagonal")):
            scale = keep(np.where(on, 1.0, factor))
            message = f"{what} holds the {name} triangle only{more}; fill both triangles"
            yield _placed(evidence, cells, scale * numeric, scale * bar, message)


def _packed(evidence: Evidence, cells: Indices, name: str) -> Iterator[Hypothesis]:
    """Propose that a vector holds one triangle of a symmetric matrix, and df miscounts it."""
    count = cells.shape[1]
    size = math.isqrt(2 * count)
    if size < _SMALLEST or size * (size + 1) // 2 != count:
        return
    for triangle, rows in (("lower", np.tril_indices(size)), ("upper", np.triu_indices(size))):
        scale = np.where(rows[0] == rows[1], 1.0, 0.5)
        for factor, text in ((scale, "half"), (1 / scale, "twice")):
            message = (
                f"the derivative by {name}, read as the {triangle} triangle of a symmetric matrix "
                f"of {size} by {size}, has {text} of what belongs beside the diagonal: "
                "each such entry stands in the matrix two times"
            )
            numeric, bar = evidence.numeric[cells], evidence.bar[cells]
            yield _placed(evidence, cells, factor * numeric, factor * bar, message)


def _placed(
    evidence: Evidence, cells: Indices, value: Array, width: Array, message: str
) -> Hypothesis:
    predicted, error = evidence.numeric.copy(), evidence.bar.copy()
    known = np.isfinite(value)
    predicted[cells] = np.where(known, value, 0.0)
    error[cells] = np.where(known, width, np.inf)
    return Hypothesis(
        code="symmetric-counted",
        message=message,
        certainty="B",
        predicted=predicted,
        bar=error,
        tried=len(_COUNTED) + 4,
        supersedes=_SAYS_LESS,
    )


def rotation(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose df = R N or N R with an orthogonal matrix R at each point."""
    whole = by_entry(evidence)
    if (
        whole is None
        or not np.isfinite(whole.numeric).all()
        or not np.isfinite(whole.claimed).all()
    ):
        return
    sizes, true_sizes = np.abs(whole.claimed), np.abs(whole.numeric)
    if (np.abs(sizes - true_sizes) <= _LEVEL * true_sizes).all():
        return  # signs alone say it
    for left, size in ((True, evidence.outputs), (False, evidence.inputs)):
        if 1 < size <= _WIDEST:
            yield from _rotated(evidence, whole, left=left)


def _rotated(evidence: Evidence, whole: Side, *, left: bool) -> Iterator[Hypothesis]:
    shape = (len(evidence.samples), evidence.outputs, evidence.inputs)
    claimed, numeric, bar = (
        array.reshape(shape) if left else array.reshape(shape).swapaxes(1, 2)
        for array in (whole.claimed, whole.numeric, whole.bar)
    )
    size = claimed.shape[1]
    u, _, v = np.linalg.svd(claimed @ numeric.swapaxes(1, 2))
    turns = u @ v
    if not any(_is_a_turn(turn) for turn in turns):
        return
    values = np.linalg.svd(numeric, compute_uv=False)
    condition = values[:, 0] / np.maximum(values[:, -1], 1e-300)
    predicted = turns @ numeric
    error = np.abs(turns) @ bar + (condition * bar.max(axis=(1, 2)) * size)[:, None, None]
    fixed = all(np.allclose(turn, turns[0], rtol=0, atol=1e-6) for turn in turns)
    name, formula = ("left", "R J") if left else ("right", "J R")
    steady = "that is the same at all points" if fixed and len(turns) > 1 else "at each point"
    yield Hypothesis(
        code="rotation",
        message=f"df is {formula}, the Jacobian with a rotation or reflection R on its {name}, "
        f"{steady}: it belongs to another frame (local for global, left for right perturbation)",
        certainty="B",
        predicted=(predicted if left else predicted.swapaxes(1, 2)).reshape(-1),
        bar=(error if left else error.swapaxes(1, 2)).reshape(-1),
        fitted=(1 if fixed else len(turns)) * size * (size - 1) // 2,
        tried=2,
    )


def _is_a_turn(matrix: Array) -> bool:
    """Tell whether an orthogonal matrix does more than permute and change signs."""
    return bool((np.abs(matrix).max(axis=1) < 1 - 1e-6).any())
