"""The instrument "shapes": one number for a whole gradient, against h: flat, 1/h, or h².

    [network]
    kind = "shapes"
    cases = ["course-network", "course-network-stable", "course-network-planted"]
    planted = "course-network-planted"     # the one that is checked, block by block
    blocks = {W1 = [5, 4], b1 = [5, 1]}    # the parts of its x
    steps = [1e-3, 1e-4, 1e-5]

The number is |numeric - analytic| / (|numeric| + |analytic|) in the 2-norm, with central
differences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.stencil import CENTRAL
from gradcheck.lessons.instruments.game.page import diagnosis
from gradcheck.lessons.instruments.shapes.blocks import check_in_blocks, read_shapes
from gradcheck.lessons.instruments.shapes.figure import bars, cell_map, curves
from gradcheck.lessons.markup import Column, count, data, fixed, step, table
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case
from gradcheck.verdict.result import VERDICTS, Result, Verdict

Array = npt.NDArray[np.float64]
_FAIL = VERDICTS.index(Verdict.FAIL)
_FLAT = 0.01
"""A difference above this is written with all the digits that show how flat it is."""


@dataclass(frozen=True, kw_only=True)
class BlockRatio:
    """How a part of the gradient compares with differences."""

    name: str
    ratios: Array
    """a/n of the entries that are known not to be 0."""
    wrong: int
    entries: int

    @property
    def ratio(self) -> float:
        """The median of a/n."""
        return float(np.median(self.ratios))


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """The differences of some gradients over h, and the check of one of them."""

    steps: tuple[float, ...]
    differences: Mapping[str, Array]
    """By the name of the case, for each step."""
    result: Result
    """Of the planted one, its entries named by block."""

    def view(self, words: Words) -> "ShapesView":
        """Return it in one language."""
        return ShapesView(self, words)

    @cached_property
    def blocks(self) -> tuple[BlockRatio, ...]:
        """The blocks, in the order of x."""
        return tuple(_block(self.result, place) for place in range(len(self.result.parts(0))))


def measure(setting: Setting) -> Shapes:
    """Sweep the gradients, and check the planted one.

    Raises
    ------
    DefinitionError
        If a key is missing or unknown, or the blocks do not fill x.
    """
    setting.require_known("cases", "planted", "blocks", "steps")
    cases, steps, planted = setting.listed_cases(), setting.steps(), setting.case("planted")
    size = planted.points[0].size
    shapes = read_shapes(setting.value("blocks"), size)
    return Shapes(
        steps=steps,
        differences={case.name: _differences(case, steps) for case in cases},
        result=check_in_blocks(planted, shapes),
    )


def _differences(case: Case, steps: tuple[float, ...]) -> Array:
    """Return the difference of a gradient at its first point for each step."""
    found = sweep(case, stencils=[CENTRAL], steps=steps)
    rows = found[found["point"] == 0]
    numeric, analytic = (
        rows.pivot_table(index="h", columns="input", values=name).loc[list(steps)].to_numpy()
        for name in ("numeric", "analytic")
    )
    apart: Array = np.linalg.norm(numeric - analytic, axis=1)
    sizes: Array = np.linalg.norm(numeric, axis=1) + np.linalg.norm(analytic, axis=1)
    return apart / sizes


def _block(result: Result, place: int) -> BlockRatio:
    part, entries = result.parts(0)[place], result.entries
    rows = (entries.input >= part.start) & (entries.input < part.start + part.size)
    known = rows & (np.abs(entries.numeric) > entries.error_bar)
    return BlockRatio(
        name=part.name,
        ratios=np.asarray(entries.analytic[known] / entries.numeric[known], dtype=np.float64),
        wrong=int(np.count_nonzero(entries.verdict[rows] == _FAIL)),
        entries=int(np.count_nonzero(rows)),
    )


@dataclass(frozen=True)
class ShapesView:
    """What a text uses of it."""

    measured: Shapes
    words: Words

    def at(self, case: str, h: float) -> float:
        """Return the difference of a case at a step."""
        return float(self.measured.differences[case][self.measured.steps.index(h)])

    def growth(self, case: str, first: float, second: float) -> float:
        """Return by how much the difference grows from one step to another."""
        return self.at(case, second) / self.at(case, first)

    def best(self, case: str) -> float:
        """Return the step at which the difference of a case is smallest."""
        return self.measured.steps[int(self.measured.differences[case].argmin())]

    @property
    def steps(self) -> tuple[float, ...]:
        """The steps."""
        return self.measured.steps

    @property
    def entries(self) -> int:
        """How many entries the gradient has."""
        return len(self.measured.result.entries)

    @property
    def wrong(self) -> int:
        """How many of them the check finds wrong."""
        return int(np.count_nonzero(self.measured.result.entries.verdict == _FAIL))

    def block(self, name: str) -> BlockRatio:
        """Return a block by its name."""
        return next(each for each in self.measured.blocks if each.name == name)

    @property
    def table(self) -> Markup:
        """The differences: a row a case, a column a step."""
        columns = [Column(self.words("shapes.case"), "words"), *map(_step_column, self.steps)]
        rows = [
            [self.words(f"shapes.{name}"), *(_difference(value) for value in values.tolist())]
            for name, values in self.measured.differences.items()
        ]
        return table(columns, rows, label=self.words("shapes.table"))

    @property
    def figure(self) -> Markup:
        """The three shapes."""
        return curves(self.measured.steps, self.measured.differences, self.words)

    @property
    def block_table(self) -> Markup:
        """The ratios a/n: a row a block."""
        names = ("block", "entries", "wrong", "least", "most")
        columns = [
            Column(self.words(f"shapes.{name}"), "words" if name == "block" else "num")
            for name in names
        ]
        rows = [
            [
                each.name,
                count(each.entries),
                count(each.wrong),
                fixed(each.ratios.min(), 3),
                fixed(each.ratios.max(), 3),
            ]
            for each in self.measured.blocks
        ]
        marks = ["bad" if each.wrong else "" for each in self.measured.blocks]
        return table(columns, rows, label=self.words("shapes.block-table"), marks=marks)

    @property
    def bars(self) -> Markup:
        """The ratios a/n as bars, one a block."""
        blocks = self.measured.blocks
        return bars([each.name for each in blocks], [each.ratio for each in blocks], self.words)

    @property
    def map(self) -> Markup:
        """The entries of all blocks, the wrong ones marked with their ratio."""
        return cell_map(self.measured.result, self.words)

    @property
    def says(self) -> Markup:
        """What the tool says about the planted gradient."""
        return diagnosis(self.measured.result, self.words)


def _step_column(h: float) -> Column:
    return Column(Markup("h = {}").format(step(h)))


def _difference(value: float) -> Markup:
    """Write three digits of a small difference, and more of one that is flat."""
    return data(value, f"{value:.8f}" if value > _FLAT else f"{value:.2e}")
