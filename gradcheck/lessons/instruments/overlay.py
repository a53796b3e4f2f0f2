"""Two curves on top of each other: a formula and difference quotients over a range of numbers.

The figure that hides the difference, the figure that shows it, and who is how wrong.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.differences.stencil import CENTRAL
from gradcheck.lessons.markup import Column, error, number, table
from gradcheck.lessons.parts.scalar import Scalar, relative_error, scalar
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE

Array = npt.NDArray[np.float64]

KEYS = ("case", "start", "stop", "spacing", "h", "rows")
_MOST = 2000
"""More numbers than that are a typing error."""


@dataclass(frozen=True)
class Overlay:
    """A formula and the quotients on a grid of numbers."""

    subject: Scalar
    grid: Array
    """np.arange(start, stop, spacing), as it is."""
    h: float
    rows: tuple[float, ...]
    """The table shows the grid's numbers nearest to these."""
    formula: Array
    numeric: Array

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)


def measure(setting: Setting) -> Overlay:
    """Compare a formula with central differences on a grid.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    subject = scalar(setting)
    start, stop, spacing = (setting.number(key) for key in KEYS[1:4])
    if not start < stop:
        raise setting.value("stop").wrong(f"a number above start, {start:g}")
    if not 0 < spacing <= stop - start or (stop - start) / spacing > _MOST:
        raise setting.value("spacing").wrong(f"a number that gives 1 to {_MOST} points")
    h = setting.number("h")
    if not h > 0:
        raise setting.value("h").wrong("a step above 0")
    grid = np.arange(start, stop, spacing)
    return Overlay(
        subject,
        grid,
        h,
        setting.numbers("rows"),
        formula=subject.slopes(grid),
        numeric=subject.quotients(grid, CENTRAL, h),
    )


class View:
    """What a text says about two curves on top of each other."""

    def __init__(self, found: Overlay, words: Words) -> None:
        self._found = found
        self._words = words
        self.h = found.h
        self.count = len(found.grid)
        self.first = float(found.grid[0])
        self.last = float(found.grid[-1])

    def nearest(self, x: float) -> float:
        """Return the number of the grid that is nearest to x."""
        grid = self._found.grid
        return float(grid[np.abs(grid - x).argmin()])

    def step_error(self, x: float) -> float:
        """Return by how much x + h misses its step at a number of the grid, relative to h."""
        at = self.nearest(x)
        return abs((at + self.h) - at - self.h) / self.h

    @cached_property
    def _difference(self) -> Array:
        return np.abs(self._found.numeric - self._found.formula)

    @cached_property
    def _relative(self) -> Array:
        with np.errstate(all="ignore"):
            return self._difference / np.abs(self._found.formula)

    @property
    def most(self) -> float:
        """The largest difference."""
        return float(np.nanmax(self._difference))

    @property
    def most_at(self) -> float:
        """Where the difference is largest."""
        return float(self._found.grid[np.nanargmax(self._difference)])

    @property
    def most_relative(self) -> float:
        """The largest difference relative to the formula."""
        return float(np.nanmax(self._relative))

    @property
    def most_relative_at(self) -> float:
        """Where the relative difference is largest."""
        return float(self._found.grid[np.nanargmax(self._relative)])

    @property
    def height(self) -> float:
        """The largest value of the formula on the grid."""
        return float(np.nanmax(self._found.formula))

    @cached_property
    def _worst(self) -> tuple[float, float, float, float]:
        """Return numeric, formula and truth where they differ most, and the error bar there."""
        row = int(np.nanargmax(self._relative))
        found, x = self._found, self.most_relative_at
        bar = float(found.subject.estimate(x).error_bar)
        return float(found.numeric[row]), float(found.formula[row]), found.subject.truth(x), bar

    @property
    def numeric_error(self) -> float:
        """The relative error of the quotient where both differ most."""
        numeric, _, truth, _ = self._worst
        return float(relative_error(numeric, truth))

    @property
    def formula_error(self) -> float:
        """The relative error of the formula where both differ most."""
        _, formula, truth, _ = self._worst
        return float(relative_error(formula, truth))

    @property
    def bar(self) -> float:
        """The error bar of `gradcheck.differentiate` there, relative to the derivative."""
        _, _, truth, bar = self._worst
        return abs(bar / truth)

    @property
    def table(self) -> Markup:
        """The table of some points of the grid."""
        found, words = self._found, self._words
        rows = sorted({int(np.abs(found.grid - x).argmin()) for x in found.rows})
        return table(
            [
                Column("z"),
                *(Column(words(f"overlay.{name}")) for name in ("formula", "numeric")),
                *(Column(words(f"overlay.{name}")) for name in ("difference", "relative")),
            ],
            [
                [
                    number(found.grid[row], 4),
                    number(found.formula[row], 10),
                    number(found.numeric[row], 10),
                    error(self._difference[row]),
                    error(self._relative[row]),
                ]
                for row in rows
            ],
            label=words("overlay.table", h=f"{self.h:g}"),
        )

    @property
    def curves(self) -> Markup:
        """The figure that hides the difference."""
        found, words = self._found, self._words
        with sheet(height=2.2, labels=2) as axes:
            (thick,) = axes.plot(found.grid, found.formula, color=PALETTE[1], linewidth=4.5)
            (thin,) = axes.plot(found.grid, found.numeric, "--", color=PALETTE[5], linewidth=1.6)
            inscribe(axes, title=words("overlay.curves"), x="z", y=words("overlay.slope"))
            label(axes, [thick, thin], [words("overlay.formula"), words("overlay.numeric")])
        return shown(
            axes, name=words("overlay.curves-label"), caption=words("overlay.curves-caption")
        )

    @property
    def errors(self) -> Markup:
        """The figure that shows the difference."""
        found, words = self._found, self._words
        absolute, relative = (
            np.where(each > 0, each, np.nan) for each in (self._difference, self._relative)
        )
        with sheet(height=2.2, labels=2) as axes:
            axes.set_yscale("log")
            (dots,) = axes.plot(found.grid, absolute, "o", color=PALETTE[2], markersize=2.6)
            (marks,) = axes.plot(found.grid, relative, "^", color=PALETTE[5], markersize=2.6)
            inscribe(axes, title=words("overlay.errors"), x="z", y="")
            label(axes, [dots, marks], [words("overlay.difference"), words("overlay.relative")])
        return shown(
            axes, name=words("overlay.errors-label"), caption=words("overlay.errors-caption")
        )
