"""The entries as a table: a column for each input, or each output, that may be misplaced."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import Block, numbers_of
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.region import indexed
from gradcheck.verdict.diagnosis.scope import output_shape
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

ZERO = -1
"""In a source: the claim is 0."""
FREE = -2
"""In a source: the claim may be anything."""

_PROBES = 64
"""So many wrong cells are looked at before all of them are."""
_GLANCE, _NARROW = 16, 1000
"""In tables of more columns, so many wrong claims are looked for first among the true numbers."""
_EQUAL = 1e-7
"""Columns are equal if they differ by less, relatively."""

Candidates = Callable[[tuple[int, ...]], Iterable[tuple[str, Indices]]]
"""Gives labelled sources for a block of a shape, counted from the start of the block."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """A table of entries of shape (rows, columns), all points one below the other.

    A *source* tells for each column which column of the true derivative df holds in its place.
    """

    evidence: Evidence
    cells: Indices
    """Where each cell stands in the arrays of the evidence."""
    blocks: tuple[Block, ...]
    """The parts of the columns."""
    letter: str
    """"x" for inputs, "f" for outputs."""

    @property
    def columns(self) -> int:
        """The number of columns."""
        return int(self.cells.shape[1])

    @cached_property
    def claimed(self) -> Array:
        """What df says."""
        return self.evidence.claimed[self.cells]

    @cached_property
    def numeric(self) -> Array:
        """The derivative by differences."""
        return self.evidence.numeric[self.cells]

    @cached_property
    def bar(self) -> Array:
        """The bound for the error of `numeric`."""
        return self.evidence.bar[self.cells]

    @cached_property
    def slack(self) -> Array:
        """What is put down to df's own rounding."""
        return self.evidence.slack[self.cells]

    @cached_property
    def wrong(self) -> Bools:
        """The cells that fail."""
        return self.evidence.wrong[self.cells]

    @cached_property
    def touched(self) -> Indices:
        """The columns with a wrong cell."""
        return np.flatnonzero(self.wrong.any(axis=0))

    @cached_property
    def touched_blocks(self) -> list[Block]:
        """The blocks with a wrong cell."""
        numbers = np.unique(numbers_of(self.blocks, self.touched))
        return [self.blocks[k] for k in numbers.tolist()]

    @cached_property
    def _probes(self) -> tuple[Indices, Indices]:
        row, column = np.nonzero(self.wrong)
        some = np.linspace(0, len(row) - 1, min(len(row), _PROBES)).astype(np.intp)
        return row[some], column[some]

    @cached_property
    def is_misplaced(self) -> bool:
        """Whether a part of the wrong claims, at least, are true of other columns of their row."""
        row, column = self._probes
        some = np.linspace(0, len(row) - 1, min(len(row), _GLANCE)).astype(np.intp)
        found = 0
        for r, c in zip(row[some].tolist(), column[some].tolist(), strict=True):
            size = MATERIAL * abs(self.claimed[r, c]) + self.slack[r, c]
            error = np.abs(self.numeric[r] - self.claimed[r, c])
            found += bool((error <= SIGNIFICANT * self.bar[r] + size).any())
        return 4 * found >= len(some) or self.columns <= _NARROW

    @cached_property
    def keys(self) -> Array:
        """A number for each column and kind (numeric, claimed) that tells columns apart.

        Rows with a number that is missing are left out; all 0 if none is left.
        """
        whole = np.isfinite(self.numeric).all(axis=1) & np.isfinite(self.claimed).all(axis=1)
        sizes = np.abs(self.numeric[whole]).max(axis=1, initial=0.0)
        weights = np.random.Generator(np.random.PCG64(1)).uniform(0.5, 1.5, len(sizes))
        weights = weights / np.where(sizes > 0, sizes, 1.0)
        return np.stack([weights @ self.numeric[whole], weights @ self.claimed[whole]])

    def fits(self, source: Indices, within: Block | None = None) -> bool:
        """Tell whether the claims are the true columns at these places, in a block or in all."""
        row, column = self._probes
        if within is not None:
            inside = (column >= within.start) & (column < within.stop)
            row, column = row[inside], column[inside]
        if not self._agree(row, column, source[column]).all():
            return False
        chosen = slice(None) if within is None else slice(within.start, within.stop)
        rows = np.arange(len(self.cells))[:, None]
        columns = np.arange(self.columns)[chosen]
        known = self.evidence.compared[self.cells[:, chosen]]
        return bool((self._agree(rows, columns[None, :], source[chosen][None, :]) | ~known).all())

    def _at_a_glance(self, block: Block, local: Indices) -> bool:
        """Tell whether a source of a block agrees with a few wrong cells of it."""
        row, column = self._probes
        inside = (column >= block.start) & (column < block.stop)
        row, column = row[inside], column[inside]
        origin = local[column - block.start]
        origin = np.where(origin >= 0, origin + block.start, origin)
        return bool(self._agree(row, column, origin).all())

    def _agree(self, row: Indices, column: Indices, origin: Indices) -> Bools:
        claimed = self.claimed[row, column]
        predicted, bar = self._taken(row, column, origin)
        size = np.fmax(np.abs(predicted), np.abs(claimed))
        tolerance = SIGNIFICANT * bar + np.maximum(self.slack[row, column], MATERIAL * size)
        return np.asarray(np.abs(claimed - predicted) <= tolerance, dtype=np.bool_)

    def _taken(self, row: Indices, column: Indices, origin: Indices) -> tuple[Array, Array]:
        """Return predictions and bars; where the true number is not known, 0 within infinity."""
        held = np.maximum(origin, 0)
        value, bar = self.numeric[row, held], self.bar[row, held]
        unknown = ~np.isfinite(value)
        value, bar = np.where(unknown, 0.0, value), np.where(unknown, np.inf, bar)
        kept = origin >= 0
        free = np.where(origin == FREE, self.claimed[row, column], 0.0)
        return np.where(kept, value, free), np.where(kept, bar, 0.0)

    def moved(self, source: Indices) -> tuple[Array, Array]:
        """Return the prediction for all entries of the evidence, and its bar."""
        predicted, bar = self.evidence.numeric.copy(), self.evidence.bar.copy()
        rows = np.arange(len(self.cells))[:, None]
        columns = np.arange(self.columns)[None, :]
        predicted[self.cells], bar[self.cells] = self._taken(rows, columns, source[None, :])
        return predicted, bar

    def ambiguous(self, columns: Indices) -> bool:
        """Tell whether one of these columns has a twin, so that it could be that one instead."""
        numeric = self.keys[0]
        order = np.argsort(numeric)
        gaps = np.diff(numeric[order])
        near = gaps <= _EQUAL * np.abs(numeric).max(initial=0.0)
        twin = np.zeros(self.columns, dtype=np.bool_)
        twin[order[1:][near]] = twin[order[:-1][near]] = True
        return bool(twin[columns].any())

    def names(self, columns: Indices) -> list[str]:
        """Return the names of columns, such as "W[0, 2]"."""
        numbers = numbers_of(self.blocks, columns).tolist()
        blocks = [self.blocks[k] for k in numbers]
        return [
            indexed(block.name, block.shape, column - block.start)
            for block, column in zip(blocks, columns.tolist(), strict=True)
        ]

    def by_block(self, candidates: Candidates) -> tuple[Indices, list[tuple[Block, str]], int]:
        """Find for each touched block the first source that fits.

        Returns
        -------
        source : array of shape (columns,)
        chosen : list of (Block, str)
            The touched blocks with the labels of their sources; empty if one has none.
        tried : int
            How many combinations there were up to these.
        """
        source = np.arange(self.columns)
        chosen: list[tuple[Block, str]] = []
        tried = 1
        for block in self.touched_blocks:
            for number, (label, local) in enumerate(candidates(block.shape), start=1):
                if not self._at_a_glance(block, local):
                    continue
                trial = source.copy()
                trial[block.start : block.stop] = np.where(local >= 0, local + block.start, local)
                if self.fits(trial, within=block):
                    source = trial
                    chosen.append((block, label))
                    tried *= number
                    break
            else:
                return source, [], tried
        return source, chosen, tried


def by_input(evidence: Evidence) -> Side | None:
    """Return the table with a column for each input; None if the layout has no such table."""
    count = len(evidence.samples)
    if evidence.layout is Layout.ELEMENTWISE:
        rows = count
    elif _is_full(evidence):
        rows = count * evidence.outputs
    else:
        return None
    cells = np.arange(len(evidence.row)).reshape(rows, evidence.inputs)
    return Side(evidence=evidence, cells=cells, blocks=evidence.blocks, letter="x")


def by_output(evidence: Evidence) -> Side | None:
    """Return the table with a column for each output; None if there is no such table."""
    if not _is_full(evidence) or evidence.outputs == 1:
        return None
    matrices = np.arange(len(evidence.row)).reshape(-1, evidence.outputs, evidence.inputs)
    cells = matrices.transpose(0, 2, 1).reshape(-1, evidence.outputs)
    block = Block("f", 0, output_shape(evidence))
    return Side(evidence=evidence, cells=cells, blocks=(block,), letter="f")


def by_entry(evidence: Evidence) -> Side | None:
    """Return the table with a column for each entry of the Jacobian, a row for each point."""
    if not _is_full(evidence) or evidence.outputs == 1 or evidence.inputs == 1:
        return None
    cells = np.arange(len(evidence.row)).reshape(len(evidence.samples), -1)
    inputs = evidence.input_shape if len(evidence.blocks) == 1 else (evidence.inputs,)
    block = Block("df", 0, (*output_shape(evidence), *inputs))
    return Side(evidence=evidence, cells=cells, blocks=(block,), letter="df")


def _is_full(evidence: Evidence) -> bool:
    entries = len(evidence.samples) * evidence.outputs * evidence.inputs
    return evidence.layout is Layout.JACOBIAN and len(evidence.row) == entries
