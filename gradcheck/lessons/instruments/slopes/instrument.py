"""The instrument "slopes": tangents, what their signs say, and slopes from one side only."""

from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from gradcheck.errors import DefinitionError
from gradcheck.lessons import markup
from gradcheck.lessons.instruments.slopes.figure import slopes_figure
from gradcheck.lessons.instruments.slopes.slope import SIDES, Slope, read_slope
from gradcheck.lessons.markup import Cell, Column
from gradcheck.lessons.parts.colours import themed_svg
from gradcheck.lessons.parts.heading import formula_heading
from gradcheck.lessons.parts.scalar import scalar, scalars
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.html import NONE

_NEAR = 0.125
"""How far to the left and to the right a lesson looks for up and down, if it does not say."""
_STEPS = (2.0**-10,)
"""The step of the quotients from one side, if it does not say: their table has more."""


def measure(setting: Setting) -> "Slopes":
    """Measure slopes, values nearby, and quotients from either side.

    Raises
    ------
    DefinitionError
        If the block says something that cannot be used.
    """
    setting.require_known("case", "cases", "points", "near", "steps")
    functions = scalars(setting, "cases") if setting.has("cases") else (scalar(setting),)
    near = setting.number("near", _NEAR)
    if not near > 0:
        raise setting.value("near").wrong("a distance above 0")
    steps = setting.steps() if "steps" in setting.block.value else _STEPS
    return Slopes(
        setting.name,
        tuple(
            read_slope(each, x, near=near, steps=steps)
            for each in functions
            for x in setting.numbers("points")
        ),
    )


@dataclass(frozen=True)
class Slopes:
    """What was measured: every function at every point."""

    name: str
    found: tuple[Slope, ...]

    def view(self, words: Words) -> "SlopesView":
        """Return what a text uses."""
        return SlopesView(self, words)


@dataclass(frozen=True)
class SlopesView:
    """Numbers, tables and the figure in one language."""

    measured: Slopes
    words: Words

    @property
    def points(self) -> list[float]:
        """The points, of the first function."""
        return [each.x for each in self._found if each.function is self._found[0].function]

    @property
    def formulas(self) -> list[Markup]:
        """The formulas of the functions."""
        return [markup.formula(each) for each in dict.fromkeys(self._formulas)]

    @property
    def formula(self) -> Markup:
        """The formula of the first function."""
        return self.formulas[0]

    def at(self, x: float, number: int = 0) -> Slope:
        """Return what was measured at a point, of the function with that number."""
        formula = list(dict.fromkeys(self._formulas))[number]
        for each in self._found:
            if each.x == x and each.function.case.formula == formula:
                return each
        points = ", ".join(map(repr, self.points))
        raise DefinitionError(f"{self.measured.name}: there is no point {x!r}; there are {points}")

    @property
    def table(self) -> Markup:
        """The table of slopes: x, slope, sign, and where the graph goes."""
        columns = [
            *self._formula_columns,
            Column("x"),
            Column(self.words("slopes.slope")),
            Column(self.words("slopes.sign")),
            Column(self.words("slopes.right"), "words"),
            Column(self.words("slopes.left"), "words"),
        ]
        rows: list[list[Cell]] = [
            [
                *self._formula_cells(each),
                markup.number(each.x, 6),
                _slope_cell(each),
                self.words(f"slopes.sign-{_SIGNS[each.sign]}") if each.has_tangent else NONE,
                self._way(each.right - each.value),
                self._way(each.left - each.value),
            ]
            for each in self._found
        ]
        return markup.table(columns, rows, label=self.words("slopes.table-label"))

    @property
    def levels(self) -> Markup:
        """The table of what a point is: the slope, and the values on both sides."""
        columns = [
            *self._formula_columns,
            Column("x"),
            Column(self.words("slopes.slope")),
            Column(self.words("slopes.value-left")),
            Column(self.words("slopes.value")),
            Column(self.words("slopes.value-right")),
            Column(self.words("slopes.kind"), "words"),
        ]
        rows: list[list[Cell]] = [
            [
                *self._formula_cells(each),
                markup.number(each.x, 6),
                _slope_cell(each),
                *(markup.number(value, 6) for value in (each.left, each.value, each.right)),
                self.words(f"slopes.{each.kind}"),
            ]
            for each in self._found
        ]
        return markup.table(columns, rows, label=self.words("slopes.levels-label"))

    @property
    def sides(self) -> Markup:
        """The table of backward, central and forward quotients at the first point."""
        first = self._found[0]
        columns = [Column("h"), *(Column(self.words(f"errors.{each.name}")) for each in SIDES)]
        rows: list[list[Cell]] = [
            [markup.step(h), *(markup.number(value, 6) for value in values)]
            for h, values in zip(first.steps, first.sides, strict=True)
        ]
        label = self.words("slopes.sides-label", x=markup.short(first.x, 6))
        return markup.table(columns, rows, label=label)

    def side(self, name: str) -> float:
        """Return the quotient of the smallest step: of "backward", "central" or "forward"."""
        names = [each.name for each in SIDES]
        if name not in names:
            raise DefinitionError(f"{self.measured.name}: {name!r} is none of {', '.join(names)}")
        return self._found[0].sides[-1][names.index(name)]

    @cached_property
    def figure(self) -> Markup:
        """The curves with their tangents, and arrows against the slope."""
        told = [
            self._curve(each)
            + self.words(
                "slopes.figure-point" if each.has_tangent else "slopes.figure-corner",
                x=markup.short(each.x, 4),
                slope=markup.short(0.0 if each.is_level else each.slope, 4),
                left=markup.short(each.sides[-1][0], 4),
                right=markup.short(each.sides[-1][-1], 4),
            )
            for each in self._found
        ]
        caption = "caption"
        if any(not each.has_tangent for each in self._found):
            caption = "caption-corner"
        elif all(each.is_level for each in self._found):
            caption = "caption-level"
        return markup.svg_figure(
            themed_svg(slopes_figure(self._found, self.words)),
            label=" ".join([self.words("slopes.figure-label"), *told]),
            caption=self.words(f"slopes.{caption}"),
        )

    def _curve(self, each: Slope) -> str:
        """Tell which curve a slope belongs to, where there are several."""
        names = list(dict.fromkeys(one.function.case.name for one in self._found))
        if len(names) == 1:
            return ""
        return self.words("slopes.figure-curve", number=names.index(each.function.case.name) + 1)

    @property
    def _found(self) -> tuple[Slope, ...]:
        return self.measured.found

    @property
    def _formulas(self) -> list[str]:
        return [each.function.case.formula for each in self._found]

    @property
    def _formula_columns(self) -> list[Column]:
        return [Column("f", "words")] if len(set(self._formulas)) > 1 else []

    def _formula_cells(self, each: Slope) -> list[Cell]:
        latex = each.function.case.formula
        return [formula_heading(latex, latex)] if self._formula_columns else []

    def _way(self, change: float) -> str:
        return self.words(f"slopes.{'up' if change > 0 else 'down' if change < 0 else 'level'}")


_SIGNS = {-1: "negative", 0: "zero", 1: "positive"}


def _slope_cell(each: Slope) -> Cell:
    if not each.has_tangent:
        return NONE
    return markup.data(each.slope, "0") if each.is_level else markup.number(each.slope, 6)
