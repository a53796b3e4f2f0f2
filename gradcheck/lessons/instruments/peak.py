"""Where a derivative is greatest: found by a scan, and certified by the next derivatives."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.lessons.markup import Column, number, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.parts.scalar import Scalar, scalar, variable_of
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE
from gradcheck.output.svg import INK, PAPER

Array = npt.NDArray[np.float64]

KEYS = ("case", "start", "stop", "count", "rows", "h", "level", "variable")
_MOST = 100_000


@dataclass(frozen=True)
class Peak:
    """A derivative over an interval."""

    subject: Scalar
    variable: str
    grid: Array
    slopes: Array
    """What df says on the grid."""
    rows: Array
    """The numbers of the table."""
    mirrored: Array
    """df at the numbers of the table with the other sign."""
    second: Array
    """f″ at the numbers of the table, certified."""
    second_difference: Array
    """The second difference quotient there."""
    h: float
    """Its step."""
    top: tuple[float, float]
    """f″ and f‴ where the scan is highest, certified."""
    level: float
    crossings: tuple[float, ...]
    """Where df is at that level."""

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)


def measure(setting: Setting) -> Peak:
    """Scan a derivative for its greatest value, and solve for a level.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    subject = scalar(setting)
    start, stop, h = (setting.number(key) for key in ("start", "stop", "h"))
    count = setting.number("count")
    if not start < stop:
        raise setting.value("stop").wrong(f"a number above start, {start:g}")
    if not (count == int(count) and 2 < count <= _MOST):
        raise setting.value("count").wrong(f"a whole number from 3 to {_MOST}")
    if not h > 0:
        raise setting.value("h").wrong("a step above 0")
    grid = np.linspace(start, stop, int(count))
    rows = np.array(setting.numbers("rows"))
    slopes = subject.slopes(grid)
    at = float(grid[np.argmax(slopes)])
    below, middle, above = (subject.values(rows + offset) for offset in (-h, 0.0, h))
    level = setting.number("level")
    crossings = _crossings(subject, grid, slopes - level)
    if not crossings:
        raise setting.value("level").wrong("a level that the derivative crosses in the interval")
    return Peak(
        subject,
        variable_of(setting),
        grid,
        slopes,
        rows,
        mirrored=subject.slopes(-rows),
        second=subject.truths(rows, order=2),
        second_difference=(above - 2 * middle + below) / h**2,
        h=h,
        top=(subject.truth(at, order=2), subject.truth(at, order=3)),
        level=level,
        crossings=crossings,
    )


def _crossings(subject: Scalar, grid: Array, excess: Array) -> tuple[float, ...]:
    """Solve for the numbers where df is at the level, in every cell where it crosses it."""
    from scipy.optimize import brentq

    level = float(subject.slopes(grid[:1])[0] - excess[0])
    cells = np.flatnonzero(np.sign(excess[:-1]) * np.sign(excess[1:]) < 0)
    return tuple(
        float(brentq(lambda x: float(subject.slopes([x])[0]) - level, *grid[cell : cell + 2]))
        for cell in cells
    )


class View:
    """What a text says about the greatest slope."""

    def __init__(self, found: Peak, words: Words) -> None:
        self._found = found
        self._words = words
        best = int(np.argmax(found.slopes))
        self.at = float(found.grid[best])
        self.value = float(found.slopes[best])
        self.count = len(found.grid)
        self.start, self.stop = float(found.grid[0]), float(found.grid[-1])
        self.second, self.third = found.top
        self.level = found.level
        self.h = found.h

    @property
    def crossing(self) -> float:
        """The last number where the derivative is at the level."""
        return self._found.crossings[-1]

    @property
    def crossings(self) -> tuple[float, ...]:
        """All the numbers where the derivative is at the level."""
        return self._found.crossings

    @property
    def uneven(self) -> float:
        """The largest relative difference between df(x) and df(-x) in the table."""
        found = self._found
        slopes = found.subject.slopes(found.rows)
        return float((np.abs(slopes - found.mirrored) / slopes).max())

    @property
    def table(self) -> Markup:
        """The table: a row a number."""
        found, words = self._found, self._words
        z = found.variable
        slopes = found.subject.slopes(found.rows)
        return table(
            [
                Column(said.letter(z)),
                Column(f"f′({z})"),
                Column(f"f′(−{z})"),
                Column(f"f″({z}) {words('peak.certified')}"),
                Column(words("peak.second-difference")),
            ],
            [
                [
                    number(x),
                    number(slopes[row], 10),
                    number(found.mirrored[row], 10),
                    number(found.second[row], 8),
                    number(found.second_difference[row], 8),
                ]
                for row, x in enumerate(found.rows.tolist())
            ],
            label=words("peak.table"),
        )

    @property
    def figure(self) -> Markup:
        """The derivative, its maximum, and where it is at the level."""
        found, words = self._found, self._words
        with sheet(height=2.3, labels=3) as axes:
            (curve,) = axes.plot(found.grid, found.slopes, color=PALETTE[2], linewidth=1.9)
            (line,) = axes.plot(
                [self.start, self.stop], [self.value] * 2, "--", color=INK, linewidth=1.0
            )
            (marks,) = axes.plot(
                found.crossings,
                [found.level] * len(found.crossings),
                "o",
                markersize=6,
                markerfacecolor=PAPER,
                markeredgecolor=PALETTE[5],
                markeredgewidth=1.6,
            )
            axes.set_ylim(0, 1.12 * self.value)
            inscribe(axes, title=words("peak.title"), x=found.variable, y=words("peak.slope"))
            label(
                axes,
                [curve, line, marks],
                [
                    words("peak.slope"),
                    words("peak.greatest", value=f"{self.value:.4g}"),
                    words("peak.level", value=f"{self.level:.4g}"),
                ],
            )
        return shown(axes, name=words("peak.label"), caption=words("peak.caption"))
