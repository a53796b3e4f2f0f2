"""The instrument "limits": where putting in h = 0 finds the limit, and where it is 0/0."""

import re
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from gradcheck.differences.stencil import FORWARD
from gradcheck.lessons import markup
from gradcheck.lessons.markup import Cell, Column
from gradcheck.lessons.parts.heading import formula_heading
from gradcheck.lessons.parts.scalar import scalar, scalars
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words


def measure(setting: Setting) -> "Limits":
    """Evaluate functions of h, and the slope of a secant, for ever smaller h and for h = 0.

    Raises
    ------
    DefinitionError
        If the block says something that cannot be used.
    """
    setting.require_known("limits", "case", "x", "steps")
    functions = scalars(setting, "limits")
    curve, x, steps = scalar(setting), setting.number("x"), setting.steps()
    with_zero = (*steps, 0.0)
    start = float(curve.values([x])[0])
    return Limits(
        formulas=tuple(each.case.formula for each in functions),
        steps=steps,
        values=tuple(tuple(each.values(with_zero).tolist()) for each in functions),
        slopes=tuple(float(curve.quotients([x], FORWARD, h)[0]) for h in steps),
        change=float(curve.values([x + 0.0])[0]) - start,
    )


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What was evaluated."""

    formulas: tuple[str, ...]
    """LaTeX, of functions whose variable is called x."""
    steps: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]
    """For each function, the values at the steps, then at 0."""
    slopes: tuple[float, ...]
    """The slope of the secant for each step."""
    change: float
    """f(x + h) - f(x) for h = 0."""

    def view(self, words: Words) -> "LimitsView":
        """Return what a text uses."""
        return LimitsView(self, words)


@dataclass(frozen=True)
class LimitsView:
    """The table in one language."""

    measured: Limits
    words: Words

    @property
    def values_at_zero(self) -> list[float]:
        """What putting in h = 0 gives."""
        return [values[-1] for values in self.measured.values]

    @property
    def formulas(self) -> list[Markup]:
        """The functions of h."""
        return [markup.formula(_of_h(each)) for each in self.measured.formulas]

    @property
    def table(self) -> Markup:
        """The table: h, the functions of h, the slope of the secant; h = 0 comes last."""
        found = self.measured
        slope = formula_heading(r"\frac{f(x + h) - f(x)}{h}", self.words("limits.slope"))
        functions = [formula_heading(_of_h(each), _of_h(each)) for each in found.formulas]
        columns = [Column("h"), *map(Column, functions), Column(slope)]
        rows: list[list[Cell]] = [
            [
                markup.step(h),
                *(markup.number(value, 6) for value in values),
                markup.number(quotient, 10),
            ]
            for h, quotient, *values in zip(found.steps, found.slopes, *found.values, strict=False)
        ]
        last = [markup.number(value, 6) for value in self.values_at_zero]
        rows.append([markup.data(0, "0"), *last, self._without_value])
        marks = [""] * len(found.steps) + ["bad"]
        return markup.table(columns, rows, label=self.words("limits.label"), marks=marks)

    @property
    def _without_value(self) -> Markup:
        """Write the slope of the secant for h = 0: change over step, which is no number."""
        with np.errstate(all="ignore"):
            slope = np.divide(self.measured.change, 0.0)
        assert np.isnan(slope)
        return Markup("{} / {}: {}").format(
            markup.number(self.measured.change, 3), markup.data(0, "0"), self.words("limits.none")
        )


def _of_h(latex: str) -> str:
    """Write h for the variable x."""
    return re.sub(r"(?<![\\a-zA-Z])x(?![a-zA-Z])", "h", latex)
