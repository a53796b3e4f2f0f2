"""The instrument "precisions": the same quotients in double and in single precision.

[precisions]
kind = "precisions"
case = "exp"
x = 1.0
stencil = "central"              # or "forward", "complex-step"
steps = [1e-1, 1e-2, 1e-3]       # of the table; the figure has its own
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.errors import CaseError, DefinitionError
from gradcheck.lessons.instruments.errors.tables import MARKS
from gradcheck.lessons.instruments.lab.data import FORMULAS, NEAREST, PRECISIONS, Row, errors_at
from gradcheck.lessons.markup import Cell, Column, error, short, step, table
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import MARKERS, PALETTE, decades, power_of_ten
from gradcheck.output.html import NONE
from gradcheck.output.toml_file import listing

KEYS = ("case", "x", "stencil", "steps")
_CURVE = tuple(10.0 ** (half / 2) for half in range(-32, 0))
"""Two steps a decade."""
_NEAR = 1e-9
_LOWEST = 1e-17
"""An error of 0 is drawn here."""


@dataclass(frozen=True)
class Precisions:
    """The relative errors of one formula at one point in both precisions."""

    x: float
    derivative: float
    rows: Mapping[str, tuple[Row, ...]]
    """Of the table, by precision, in the order of its steps."""
    curves: Mapping[str, tuple[Row, ...]]
    """By precision, with rising step."""

    def view(self, words: Words) -> "PrecisionsView":
        """Show it in one language."""
        return PrecisionsView(self, words)


def measure(setting: Setting) -> Precisions:
    """Measure the quotients of a formula in both precisions.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    case, steps = setting.case_at_point(), setting.steps()
    if case.all_points[0].ndim:
        raise setting.value("case").wrong("a function of one number")
    stencil = setting.text("stencil", "central")
    known = [formula.name for formula in FORMULAS]
    if stencil not in known:
        raise setting.value("stencil").wrong(f"one of {listing(known)}")
    try:
        found = errors_at(case, 0, sorted({*steps, *_CURVE}))
    except CaseError as problem:
        value = setting.value("case")
        raise DefinitionError(f"{value.file}: {value.key}: {problem}") from None
    by_step = {name: {row.h: row for row in found.rows[stencil, name]} for name in PRECISIONS}
    return Precisions(
        x=float(case.all_points[0]),
        derivative=found.derivative,
        rows={name: tuple(rows[h] for h in steps) for name, rows in by_step.items()},
        curves={name: tuple(rows[h] for h in _CURVE) for name, rows in by_step.items()},
    )


@dataclass(frozen=True)
class PrecisionsView:
    """What a text says about the two precisions."""

    measured: Precisions
    words: Words

    @property
    def x(self) -> float:
        """The point."""
        return self.measured.x

    def at(self, h: float, precision: str = "float64") -> Row:
        """Return the row of a step of the table."""
        for row in self.measured.rows[precision]:
            if math.isclose(row.h, h, rel_tol=_NEAR):
                return row
        raise DefinitionError(f"there is no step {h!r} in the table of both precisions")

    def relative(self, h: float, precision: str = "float64") -> float:
        """Return the error of a step of the table in units of the derivative."""
        return self._relative(self.at(h, precision))

    def best(self, precision: str = "float64") -> Row:
        """Return the row of the table with the smallest error; of equal ones the largest step."""
        rows = [row for row in self.measured.rows[precision] if row.is_number]
        return min(rows, key=lambda row: (row.error, -row.h))

    @property
    def table(self) -> Markup:
        """The relative errors side by side, and what dominates each."""
        words = self.words
        columns = [Column("h")]
        for name in PRECISIONS:
            columns += [
                Column(words(f"laboratory.{name}")),
                Column(words("errors.regime"), "words"),
            ]
        pairs = zip(*self.measured.rows.values(), strict=True)
        rows: list[list[Cell]] = [
            [step(pair[0].h), *(cell for row in pair for cell in self._cells(row))]
            for pair in pairs
        ]
        return table(columns, rows, label=words("laboratory.precisions", x=short(self.x, 9)))

    @property
    def figure(self) -> Markup:
        """The two V curves in one plot."""
        from matplotlib.ticker import FuncFormatter

        words = self.words
        with sheet(height=2.9, labels=len(PRECISIONS)) as axes:
            axes.set_xscale("log")
            axes.set_yscale("log")
            handles = []
            for number, name in enumerate(PRECISIONS):
                rows = [row for row in self.measured.curves[name] if row.is_number]
                (line,) = axes.plot(
                    [row.h for row in rows],
                    [max(self._relative(row), _LOWEST) for row in rows],
                    marker=MARKERS[number],
                    color=PALETTE[(2, 5)[number]],
                    linewidth=1.4,
                    markersize=4.5,
                )
                handles.append(line)
            axes.set_xticks(decades(_CURVE[0], 1.0, most=9), minor=False)
            low, high = axes.get_ylim()
            axes.set_yticks(decades(low, high, most=8), minor=False)
            axes.minorticks_off()
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(FuncFormatter(power_of_ten))
            title = words("laboratory.precisions", x=short(self.x, 9))
            inscribe(axes, title=title, x="h", y=words("errors.rel_error"))
            label(axes, handles, [words(f"laboratory.{name}") for name in PRECISIONS])
        return shown(
            axes,
            name=words("laboratory.precisions-label"),
            caption=words("laboratory.precisions-caption"),
        )

    def _cells(self, row: Row) -> tuple[Cell, Cell]:
        if row.regime == NEAREST:
            said = self.words("laboratory.nearest")
        else:
            said = self.words(f"errors.regime-{row.regime}") if row.regime else NONE
        mark = MARKS.get(row.regime, "")
        return error(self._relative(row)), Markup('<span class="{}">{}</span>').format(mark, said)

    def _relative(self, row: Row) -> float:
        derivative = abs(self.measured.derivative)
        return row.error / derivative if derivative and row.is_number else math.nan
