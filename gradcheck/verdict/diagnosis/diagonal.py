"""Too few entries: the diagonal of the Jacobian alone, or the identity."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.scope import output_shape

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_SAYS_LESS = frozenset({"zero", "branch", "border", "symmetric-counted", "outer-factor"})


def diagonal(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df holds the diagonal only, or that it is the identity."""
    for kept, message in _masks(evidence):
        yield Hypothesis(
            code="diagonal-only",
            message=message,
            certainty="A",
            predicted=np.where(kept, evidence.numeric, 0.0),
            bar=np.where(kept, evidence.bar, 0.0),
            tried=4,
            supersedes=_SAYS_LESS,
        )
    yield from _identity(evidence)


def _masks(evidence: Evidence) -> Iterator[tuple[Bools, str]]:
    """Yield which entries would be kept, and what that means."""
    outputs, inputs = output_shape(evidence), evidence.input_shape
    if evidence.layout not in (Layout.JACOBIAN, Layout.SPARSE):
        return
    if evidence.outputs == evidence.inputs > 1:
        text = "df holds the diagonal of the Jacobian only, as if each output had one input"
        yield evidence.output == evidence.input, text
    if len(outputs) * len(inputs) > 1 and len(evidence.blocks) == 1:
        yield from _first_axis(evidence, outputs, inputs)
    for block in evidence.blocks if evidence.outputs == 1 else ():
        if len(block.shape) == 2 and block.shape[0] == block.shape[1] > 1:
            row, column = np.divmod(evidence.input - block.start, block.shape[1])
            inside = (evidence.input >= block.start) & (evidence.input < block.stop)
            yield (
                (row == column) | ~inside,
                f"df by {block.name} holds the diagonal of the matrix only, and 0 beside it",
            )


def _first_axis(
    evidence: Evidence, outputs: tuple[int, ...], inputs: tuple[int, ...]
) -> Iterator[tuple[Bools, str]]:
    """Yield block diagonals: f and x share an axis, first or last, along which df has no links."""
    for axis in (0, -1):
        size = outputs[axis]
        if size == inputs[axis] and size > 1:
            one = np.unravel_index(evidence.output, outputs)[axis]
            other = np.unravel_index(evidence.input, inputs)[axis]
            which = "first" if axis == 0 else "last"
            text = (
                f"df is 0 unless f and x have the same index along their {which} axis: the links "
                "between different indices are missing"
            )
            yield one == other, text


def _identity(evidence: Evidence) -> Iterator[Hypothesis]:
    square = evidence.layout is Layout.JACOBIAN and evidence.outputs == evidence.inputs
    if evidence.inputs == 1 or not (square or evidence.layout is Layout.ELEMENTWISE):
        return
    text = "df is the identity" if square else "df is 1 everywhere"
    yield Hypothesis(
        code="identity",
        message=f"{text}, as if f(x) were x: the derivative is passed through",
        certainty="A",
        predicted=(evidence.output == evidence.input).astype(np.float64),
        bar=np.zeros(len(evidence.row)),
        supersedes=_SAYS_LESS | {"diagonal-only"},
    )
