"""The instrument "errors": difference quotients step by step, and both parts of their error."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

from markupsafe import Markup

from gradcheck.errors import CaseError, DefinitionError, StepError
from gradcheck.lessons import markup
from gradcheck.lessons.instruments.errors.code import command_line, python_lines
from gradcheck.lessons.instruments.errors.figure import error_figure
from gradcheck.lessons.instruments.errors.legend import caption, told
from gradcheck.lessons.instruments.errors.parts import folded_parts, parts_note, parts_table
from gradcheck.lessons.instruments.errors.rows import Reading, Readings, Row, read_errors
from gradcheck.lessons.instruments.errors.tables import (
    compared_table,
    orders_table,
    place,
    stencil_words,
    steps_table,
)
from gradcheck.lessons.parts.colours import themed_svg
from gradcheck.lessons.parts.scalar import variable_of, written
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case

KEYS = ("case", "x", "stencils", "steps", "curve", "input", "output", "variable")
_NEAR = 1e-9


def measure(setting: Setting) -> "Errors":
    """Measure the errors of a case at a point.

    Raises
    ------
    DefinitionError
        If the block says something that cannot be used.
    """
    setting.require_known(*KEYS)
    case = setting.case_at_point()
    entry = tuple(_index(setting, key) for key in ("output", "input"))
    inputs = case.all_points[0].size
    if entry[1] >= inputs:
        raise setting.value("input").wrong(f"a whole number below {inputs}, the number of inputs")
    try:
        found = read_errors(
            case,
            stencils=setting.stencils(),
            steps=setting.steps(),
            curve=setting.steps("curve") if setting.has("curve") else None,
            entry=(entry[0], entry[1]),
        )
    except (CaseError, StepError) as error:
        raise DefinitionError(f"{setting.block.file}: {setting.name}: {error}") from None
    return Errors(setting.name, setting.case(), found, variable_of(setting))


@dataclass(frozen=True)
class Errors:
    """What was measured."""

    name: str
    """The name of the block."""
    original: Case
    """The case with its own points."""
    found: Readings
    variable: str
    """The letter that stands for x in the words."""

    def view(self, words: Words) -> "ErrorsView":
        """Return what a text uses."""
        return ErrorsView(self, words)


@dataclass(frozen=True)
class ErrorsView:
    """Numbers, tables and the figure, in one language.

    Wherever a formula can be named ("forward", "central", ...), the first one is meant otherwise.
    """

    measured: Errors
    words: Words

    @property
    def x(self) -> float:
        """The point, or the coordinate of it that is moved."""
        return self._found.x

    @property
    def point(self) -> list[float]:
        """The whole point, flattened."""
        coordinates: list[float] = self._found.case.all_points[0].reshape(-1).tolist()
        return coordinates

    @property
    def true(self) -> float:
        """The derivative: certified where that is possible, else what df says."""
        return self._found.true

    @property
    def analytic(self) -> float:
        """What df says."""
        return self._found.analytic

    @property
    def is_certified(self) -> bool:
        """Whether the derivative and both parts of the error are certified."""
        return self._found.is_certified

    @property
    def formula(self) -> Markup:
        """The formula of f, or the name of the case."""
        case = self._found.case
        return written(case.formula, self.measured.variable, case.name)

    @property
    def derivative_formula(self) -> Markup:
        """The formula of f′, or the name of the case."""
        case = self._found.case
        return written(case.derivative_formula, self.measured.variable, case.name)

    @property
    def steps(self) -> list[float]:
        """The steps of the tables."""
        return [row.h for row in self._reading(None).rows]

    def at(self, h: float, stencil: str | None = None) -> Row:
        """Return the row of a step, with its regime in words."""
        for row in self._reading(stencil).rows:
            if math.isclose(row.h, h, rel_tol=_NEAR):
                return self._worded(row)
        steps = ", ".join(map(repr, self.steps))
        raise DefinitionError(f"{self.measured.name}: there is no step {h!r}; there are {steps}")

    def row(self, number: int, stencil: str | None = None) -> Row:
        """Return a row by its place in the table, from 0; -1 is the last."""
        rows = self._reading(stencil).rows
        if not -len(rows) <= number < len(rows):
            raise DefinitionError(f"{self.measured.name}: there is no row {number} of {len(rows)}")
        return self._worded(rows[number])

    def best(self, stencil: str | None = None) -> Row:
        """Return the row with the smallest error among the steps of the table."""
        rows = [row for row in self._reading(stencil).rows if math.isfinite(row.error)]
        if not rows:
            raise DefinitionError(f"{self.measured.name}: no step has a value")
        return self._worded(min(rows, key=lambda row: row.abs_error))

    def optimum(self, stencil: str | None = None) -> Row:
        """Return the row of the curve where the error, taken with its neighbours, is least."""
        best = self._reading(stencil).optimum
        if best is None:
            raise DefinitionError(f"{self.measured.name}: the curve has no step with a value")
        return self._worded(best)

    def order(self, stencil: str | None = None) -> float:
        """Return the observed order, NaN where there is none."""
        return self._reading(stencil).order

    def predicted_h(self, stencil: str | None = None) -> float:
        """Return the best step by theory, from f⁽ᵖ⁺¹⁾ and the noise of f."""
        return float(self._reading(stencil).facts["predicted_h"])

    def predicted_error(self, stencil: str | None = None) -> float:
        """Return the error at the best step, by theory."""
        return float(self._reading(stencil).facts["predicted_error"])

    def breakdown_h(self, stencil: str | None = None) -> float:
        """Return the step below which rounding dominates."""
        return float(self._reading(stencil).facts["breakdown_h"])

    def noise(self, stencil: str | None = None) -> float:
        """Return the noise of one value of f."""
        return float(self._reading(stencil).facts["noise"])

    def behaviour(self, stencil: str | None = None) -> str:
        """Say in words how the error behaves."""
        return self.words(f"errors.behaviour-{self._reading(stencil).facts['behaviour']}")

    @property
    def table(self) -> Markup:
        """The table of the first formula: h, quotient, error, digits, what dominates."""
        names = ["h", "numeric", "error", "digits"]
        return self.columns(*names, *(["regime"] if self.is_certified else []))

    def columns(self, *names: str, stencil: str | None = None, title: str = "") -> Markup:
        """Return a table with these columns, named as in `tables.COLUMNS` of this package.

        A title tells it from other tables of the same formula on the page.
        """
        reading = self._reading(stencil)
        label = self.words(
            "errors.table-label",
            case=self._found.case.name,
            name=stencil_words(self.words, reading),
            place=self._place,
        )
        return steps_table(reading, names, self.words, label=f"{label}{title}")

    def parts(self, stencil: str | None = None) -> Markup:
        """Return the table of both parts of the error, and how they are known."""
        reading, letter = self._reading(stencil), self.measured.variable
        table = parts_table(self._found, reading, self.words, variable=letter)
        return table + "\n" + parts_note(self._found, [reading], self.words)

    def folded_parts(self, *stencils: str) -> Markup:
        """Return the tables of both parts, of all formulas or of these, folded away."""
        readings = tuple(map(self._reading, stencils)) or self._readings
        return folded_parts(self._found, readings, self.words, variable=self.measured.variable)

    @property
    def orders(self) -> Markup:
        """The table of errors, ratios and orders, the formulas side by side."""
        label = self.words("errors.orders-label", case=self._found.case.name, place=self._place)
        return orders_table(self._readings, self.words, label=label)

    def compare(self, name: str = "abs_error") -> Markup:
        """Return a table of one column of all formulas side by side."""
        what = self.words(f"errors.{name}")
        label = self.words(
            "errors.compare-label",
            case=self._found.case.name,
            place=self._place,
            what=what,
        )
        return compared_table(self._readings, name, self.words, label=label)

    @cached_property
    def figure(self) -> Markup:
        """The V plot of all formulas."""
        return markup.svg_figure(
            themed_svg(error_figure(self._found, self.words)),
            label=told(self._found, self.words, variable=self.measured.variable),
            caption=Markup("{} {}").format(
                self.formula,
                caption(self._found, self.words, variable=self.measured.variable),
            ),
        )

    @property
    def code(self) -> Markup:
        """The lines of Python that make the table: they run as they stand."""
        return markup.code(python_lines(self._found), label=self.words("errors.code-label"))

    @property
    def command(self) -> Markup:
        """The command that shows the table, or nothing where the case has no such point."""
        line = command_line(self._found, self.measured.original)
        if not line:
            return Markup()
        return markup.code(line, label=self.words("errors.command-label"))

    @property
    def _found(self) -> Readings:
        return self.measured.found

    @property
    def _place(self) -> str:
        return place(self._found, self.measured.variable)

    @property
    def _readings(self) -> tuple[Reading, ...]:
        return tuple(self._found.by_stencil.values())

    def _reading(self, stencil: str | None) -> Reading:
        if stencil is None:
            return self._readings[0]
        try:
            return self._found.by_stencil[stencil]
        except KeyError:
            known = ", ".join(self._found.by_stencil)
            raise DefinitionError(
                f"{self.measured.name}: there is no formula {stencil!r}; there are {known}"
            ) from None

    def _worded(self, row: Row) -> Row:
        return replace(row, regime=self.words(f"errors.regime-{row.regime}") if row.regime else "")


def _index(setting: Setting, key: str) -> int:
    if not setting.has(key):
        return 0
    value = setting.value(key)
    number = value.number("a whole number from 0")
    if number != int(number) or number < 0:
        raise value.wrong("a whole number from 0")
    return int(number)
