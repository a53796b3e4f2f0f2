"""The instrument "rulers": what difference formulas cost, how exact they get, and the best step.

[rulers]
kind = "rulers"
cases = ["exp-2x", "sin"]
points = {exp-2x = 0.5}                  # by default the first point of each case
stencils = ["forward", "central"]
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, DefinitionError
from gradcheck.lessons.instruments.errors.rows import Reading, Readings, Row, read_errors
from gradcheck.lessons.instruments.errors.tables import stencil_words
from gradcheck.lessons.markup import Cell, Column, count, error, fixed, formula, short, step, table
from gradcheck.lessons.setting import Setting, at_points
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case
from gradcheck.output.toml_file import require_known

KEYS = ("cases", "points", "stencils")
_STEPS = (1e-2,)
"""Of the table that nobody asks for; the curve has its own."""


@dataclass(frozen=True)
class Rulers:
    """What was measured of each case, at one point."""

    readings: tuple[Readings, ...]

    def view(self, words: Words) -> "RulersView":
        """Show it in one language."""
        return RulersView(self, words)


def measure(setting: Setting) -> Rulers:
    """Measure the error curves of all cases with all formulas.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    cases, stencils = setting.value("cases"), setting.stencils()
    try:
        return Rulers(
            tuple(read_errors(case, stencils=stencils, steps=_STEPS) for case in _cases(setting))
        )
    except CaseError as problem:
        raise DefinitionError(f"{cases.file}: {cases.key}: {problem}") from None


def _cases(setting: Setting) -> Iterator[Case]:
    """Yield the cases, each with one point."""
    cases, listed = setting.listed_cases(), setting.value("cases")
    points = setting.block.at("points") if "points" in setting.block.value else None
    given = {} if points is None else points.value
    if points is not None:
        if not isinstance(given, dict):
            raise points.wrong("a table such as {sin = 1.0}")
        require_known(points.file, f"{points.key}.", given, [case.name for case in cases])
    for case in cases:
        if points is not None and case.name in given:
            value = points.at(case.name)
            yield at_points(case, [value.number("a number")], value)
        elif case.all_points and not case.all_points[0].ndim:
            yield at_points(case, case.all_points[:1], listed)
        else:
            raise listed.wrong("functions of one number that have a point")


@dataclass(frozen=True)
class RulersView:
    """What a text says about formulas and their best steps."""

    measured: Rulers
    words: Words

    def predicted_h(self, case: str, stencil: str) -> float:
        """Return the best step by theory."""
        return _fact(self._reading(case, stencil), "predicted_h")

    def optimum(self, case: str, stencil: str) -> Row:
        """Return the row of the curve where the error, taken with its neighbours, is least."""
        return _optimum(self._reading(case, stencil))

    @cached_property
    def farthest(self) -> float:
        """The largest factor between the best step by theory and the one observed."""
        pairs = [
            (_fact(reading, "predicted_h"), _optimum(reading).h)
            for found in self.measured.readings
            for reading in found.by_stencil.values()
        ]
        factors = [seen / told for told, seen in pairs if 0 < told < math.inf]
        return max(max(factor, 1 / factor) for factor in factors)

    @property
    def table(self) -> Markup:
        """The best step by theory beside the one observed: a row a case and formula."""
        words = self.words
        columns = [
            Column(words("laboratory.formula"), "words"),
            Column("f", "words"),
            Column("x"),
            *(
                Column(words(f"laboratory.{name}"))
                for name in ("predicted-h", "observed-h", "predicted-error", "observed-error")
            ),
        ]
        rows = [
            [
                stencil_words(words, reading),
                formula(found.case.formula) if found.case.formula else found.case.name,
                short(found.x, 6),
                self._predicted(reading),
                step(_optimum(reading).h),
                error(_fact(reading, "predicted_error")),
                error(_optimum(reading).abs_error),
            ]
            for found in self.measured.readings
            for reading in found.by_stencil.values()
        ]
        return table(columns, rows, label=words("laboratory.optimum-table"))

    @property
    def costs(self) -> Markup:
        """Cost and reach of each formula for the first case: a row a formula."""
        words, found = self.words, self.measured.readings[0]
        columns = [
            Column(words("laboratory.formula"), "words"),
            *(
                Column(words(f"laboratory.{name}"))
                for name in ("order", "calls", "observed-h", "observed-error", "digits")
            ),
        ]
        rows: list[list[Cell]] = [
            [
                stencil_words(words, reading),
                count(reading.stencil.order),
                count(calls(reading.stencil)),
                self._best_step(reading),
                error(_optimum(reading).abs_error),
                fixed(_optimum(reading).digits, 1),
            ]
            for reading in found.by_stencil.values()
        ]
        return table(columns, rows, label=words("laboratory.costs", x=short(found.x, 9)))

    def _best_step(self, reading: Reading) -> Cell:
        """Write the best step; where every small step is as good, that from which on."""
        best = _optimum(reading)
        if reading.stencil.is_complex:
            return Markup("≤ {}").format(step(best.h))
        return step(best.h)

    def _predicted(self, reading: Reading) -> Cell:
        predicted = _fact(reading, "predicted_h")
        if predicted == 0 or math.isinf(predicted):
            return self.words("laboratory.smaller" if predicted == 0 else "laboratory.larger")
        return step(predicted) if math.isfinite(predicted) else "–"

    def _reading(self, case: str, stencil: str) -> Reading:
        for found in self.measured.readings:
            if found.case.name == case and stencil in found.by_stencil:
                return found.by_stencil[stencil]
        raise DefinitionError(f"there is no {stencil!r} of {case!r} among the rulers")


def calls(stencil: Stencil) -> int:
    """Count the values of f that a formula needs.

    Examples
    --------
    >>> from gradcheck.differences.stencil import CENTRAL4, COMPLEX_STEP
    >>> calls(CENTRAL4), calls(COMPLEX_STEP)
    (4, 1)
    """
    return sum(numerator != 0 for numerator in stencil.numerators)


def _fact(reading: Reading, name: str) -> float:
    return float(reading.facts[name])


def _optimum(reading: Reading) -> Row:
    """Return the best row; of the complex step the largest h whose error is the least."""
    if not reading.stencil.is_complex and reading.optimum is not None:
        return reading.optimum
    rows = [row for row in reading.curve if math.isfinite(row.error)]
    return min(rows, key=lambda row: (row.abs_error, -row.h))
