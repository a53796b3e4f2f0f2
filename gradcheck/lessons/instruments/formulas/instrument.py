"""Formulas that are equal on paper, far out: how many digits each keeps, and where it breaks."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.differences.estimate import Estimate
from gradcheck.differences.stencil import CENTRAL
from gradcheck.errors import DefinitionError
from gradcheck.lessons.instruments.formulas import figure as formulas_figure
from gradcheck.lessons.instruments.formulas.table import checks_table, quotients_table, values_table
from gradcheck.lessons.parts.scalar import (
    Scalar,
    numbered,
    relative_error,
    scalar,
    scalars,
    variable_of,
)
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Result

Array = npt.NDArray[np.float64]
Predicate = Callable[[Array], npt.NDArray[np.bool_]]

KEYS = ("case", "formulas", "labels", "variable", "points", "reach", "h", "checks", "at", "steps")
_MOST = 5000


@dataclass(frozen=True)
class Formulas:
    """Several formulas for the derivative of one f, near and far."""

    key: Value
    subject: Scalar
    """Whose certified derivative is the truth."""
    formulas: tuple[Scalar, ...]
    labels: tuple[str, ...]
    variable: str
    points: tuple[float, ...]
    truths: Array
    slopes: Array
    """Shape (formulas, points)."""
    reach: float
    h: float
    """The step of the central difference."""
    whole: Array
    """The whole numbers as far as the scan for the walls reaches."""
    scanned: Array
    """What the formulas say there, shape (formulas, numbers)."""
    checks: tuple[tuple[float, float, Estimate, Result], ...]
    """A number, the derivative, its estimate by differences, the check of the first formula."""
    at: float
    """Where difference quotients are tried."""
    steps: tuple[float, ...]
    quotients: Array

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)

    @cached_property
    def curves(self) -> formulas_figure.Curves:
        """The relative errors over the whole range."""
        x = formulas_figure.abscissae(self.reach)
        truths = self.subject.truths(x)
        return formulas_figure.Curves(
            x,
            errors=np.stack([relative_error(each.slopes(x), truths) for each in self.formulas]),
            numeric=relative_error(self.subject.quotients(x, CENTRAL, self.h), truths),
        )

    @cached_property
    def walls(self) -> tuple[tuple[int, int], ...]:
        """Formula and whole number, wherever a formula begins to say 0 or nothing."""
        found = []
        for row, values in enumerate(self.scanned):
            for side in (1, -1):
                outward = np.flatnonzero(np.sign(self.whole) == side)[::side]
                for gone in (values == 0, ~np.isfinite(values)):
                    hit = outward[gone[outward]]
                    if hit.size:
                        found.append((row, int(self.whole[hit[0]])))
        return tuple(found)


def measure(setting: Setting) -> Formulas:
    """Compare formulas for one derivative with the truth over a wide range.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    subject, written = scalar(setting), scalars(setting, "formulas")
    labels, points = setting.texts("labels"), setting.numbers("points")
    if len(labels) != len(written):
        raise setting.value("labels").wrong(f"{len(written)} labels, one for each formula")
    reach, h, at = (setting.number(key) for key in ("reach", "h", "at"))
    if not 10 < reach <= _MOST:
        raise setting.value("reach").wrong(f"a number from 10 to {_MOST}")
    if not h > 0:
        raise setting.value("h").wrong("a step above 0")
    whole = np.arange(-np.floor(reach), np.floor(reach) + 1)
    return Formulas(
        setting.value("formulas"),
        subject,
        written,
        labels,
        variable_of(setting),
        points,
        truths=subject.truths(points),
        slopes=np.stack([each.slopes(points) for each in written]),
        reach=reach,
        h=h,
        whole=whole,
        scanned=np.stack([each.slopes(whole) for each in written]),
        checks=tuple(
            (x, subject.truth(x), subject.estimate(x), written[0].check([x]))
            for x in setting.numbers("checks")
        ),
        at=at,
        steps=(steps := setting.steps()),
        quotients=np.array([subject.quotients([at], CENTRAL, each)[0] for each in steps]),
    )


class View:
    """What a text says about the formulas; they count from 1."""

    def __init__(self, found: Formulas, words: Words) -> None:
        self._found = found
        self._words = words
        self.reach = int(found.whole[-1])
        self.at = found.at
        self.at_truth = found.subject.truth(found.at)
        self.h = found.h
        self.unit = float(np.finfo(float).eps) / 2
        self.largest = float(np.finfo(float).max)
        self.log_largest = math.log(self.largest)

    def formula(self, number: int) -> Markup:
        """Write a formula."""
        return self._written(number).derivative_formula(self._found.variable)

    def truth(self, x: float) -> float:
        """Return the derivative at a number, certified."""
        return self._found.subject.truth(x)

    def value(self, number: int, x: float) -> float:
        """Return what a formula says at a number."""
        return float(self._written(number).slopes([x])[0])

    def error(self, number: int, x: float) -> float:
        """Return the relative error of a formula at a number."""
        return float(relative_error(self.value(number, x), self.truth(x)))

    def zero_from(self, number: int, side: int) -> int:
        """Return the first whole number, going out from 0, where a formula says exactly 0.

        The side is 1 for the right, -1 for the left.
        """
        return self._first(number, side, lambda values: values == 0)

    def lost_from(self, number: int, side: int) -> int:
        """Return the first whole number, going out from 0, where a formula has no value."""
        return self._first(number, side, lambda values: ~np.isfinite(values))

    def worst(self, number: int) -> float:
        """Return the largest relative error of a formula over the whole range."""
        errors = numbered(self._found.curves.errors.tolist(), number, self._found.key)
        return max(math.inf if math.isnan(error) else error for error in errors)

    def _written(self, number: int) -> Scalar:
        return numbered(self._found.formulas, number, self._found.key)

    def _first(self, number: int, side: int, gone: "Predicate") -> int:
        found = self._found
        outward = np.flatnonzero(np.sign(found.whole) == side)[::side]
        hit = outward[gone(numbered(tuple(found.scanned), number, found.key)[outward])]
        if not hit.size:
            raise DefinitionError(
                f"{found.key.file}: {found.key.key}: the text tells where formula {number} breaks, "
                f"but it does not within {self.reach} of 0"
            )
        return int(found.whole[hit[0]])

    @property
    def table(self) -> Markup:
        """The table: the truth, and what each formula says, with its relative error."""
        found = self._found
        return values_table(
            self._words,
            found.variable,
            found.formulas,
            [*zip(found.points, found.truths.tolist(), found.slopes.T.tolist(), strict=True)],
        )

    @property
    def checks(self) -> Markup:
        """The table of checks of the first formula, with the tool's own sentence."""
        return checks_table(self._words, self._found.variable, self._found.checks)

    def quotient(self, h: float) -> float:
        """Return the central difference at the chosen number for one of the steps."""
        found = self._found
        if h not in found.steps:
            steps = ", ".join(map(repr, found.steps))
            raise DefinitionError(
                f"{found.key.file}: the text shows the step {h!r}; there are {steps}"
            )
        return float(found.quotients[found.steps.index(h)])

    @cached_property
    def _quotient_errors(self) -> Array:
        return np.abs(self._found.quotients - self.at_truth)

    @property
    def best_step(self) -> float:
        """The step whose quotient is nearest to the truth."""
        return self._found.steps[int(np.argmin(self._quotient_errors))]

    @property
    def best_error(self) -> float:
        """Its absolute error."""
        return float(self._quotient_errors.min())

    @property
    def quotients(self) -> Markup:
        """The table of central differences at the chosen number."""
        found = self._found
        rows = zip(found.steps, found.quotients.tolist(), strict=True)
        at = f"{found.variable} = {found.at:g}".replace("-", "−")
        return quotients_table(self._words, at, self.at_truth, [*rows])

    @property
    def figure(self) -> Markup:
        """The relative error of the formulas, with their walls."""
        found = self._found
        return formulas_figure.lines(
            found.curves, self._words, found.variable, found.labels, found.walls
        )

    @property
    def strip(self) -> Markup:
        """How many digits are right, a row a formula."""
        found = self._found
        return formulas_figure.strip(found.curves, self._words, found.variable, found.labels)
