"""The laboratory: a slider for h, the secant, a microscope, and the dot on the error curve.

A block of this kind lists functions and points:

    [lab]
    kind = "lab"
    cases = ["square", "sigmoid"]
    points = {square = [1.0, 3.0]}                                   # by default those of the case
    steps = {largest = 1.0, smallest = 1e-17, per_decade = 4}        # the default
    start = {case = "square", x = 1.0, stencil = "forward", precision = "float64", h = 1.0}
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from gradcheck.errors import CaseError, DefinitionError
from gradcheck.lessons import markup
from gradcheck.lessons.instruments.lab import static as lab_static
from gradcheck.lessons.instruments.lab.data import FORMULAS, PRECISIONS, Errors, Row, errors_at
from gradcheck.lessons.instruments.lab.microscope import Slide, pack, slides
from gradcheck.lessons.instruments.lab.plan import Plan, Start, plan
from gradcheck.lessons.instruments.lab.single_precision import in_single_precision
from gradcheck.lessons.instruments.lab.theory import (
    Lines,
    lines,
    rounding_text,
    roundoff_text,
    truncation_text,
)
from gradcheck.lessons.instruments.lab.window import Window, window
from gradcheck.lessons.page import environment
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case
from gradcheck.output.toml_file import listing

REGIMES = {
    "": "u", "truncation": "t", "balance": "b", "rounding": "r", "exact": "e", "nearest": "n",
    "step-lost": "l", "not-finite": "f", "raised": "x", "outside-domain": "o",
}  # fmt: skip
"""What dominates, as the letter that stands for it in the page."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A function at one point: its errors, and how it looks through the microscope."""

    case: Case
    x: float
    errors: Errors
    theory: Mapping[str, Lines]
    """By the name of the formula."""
    window: Window
    slides: Mapping[str, tuple[Slide, ...]]
    """By precision, in the order of the steps."""

    @property
    def value(self) -> float:
        """f(x) in the middle of the window."""
        return float(self.window.values[len(self.window.values) // 2])


@dataclass(frozen=True)
class Measured:
    """All that the laboratory shows."""

    name: str
    steps: tuple[float, ...]
    start: Start
    cases: tuple[Case, ...]
    places: Mapping[tuple[str, float], Place]
    """By the name of the case and x."""

    def view(self, words: Words) -> "View":
        """Return what a text uses."""
        return View(self, words)


def measure(setting: Setting) -> Measured:
    """Measure every function at every point with every formula, step and precision.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    wanted = plan(setting)
    places: dict[tuple[str, float], Place] = {}
    for case in wanted.cases:
        try:
            places |= {
                (case.name, float(x)): _place(case, number, wanted)
                for number, x in enumerate(case.all_points)
            }
        except CaseError as error:
            cases = setting.value("cases")
            raise DefinitionError(f"{cases.file}: {cases.key}: {error}") from None
    return Measured(setting.name, wanted.steps, wanted.start, wanted.cases, places)


def _place(case: Case, number: int, wanted: Plan) -> Place:
    x = float(case.all_points[number])
    found = errors_at(case, number, wanted.steps)
    run = {"float64": case, "float32": in_single_precision(case)}
    return Place(
        case=case,
        x=x,
        errors=found,
        theory=lines(case, x, FORMULAS),
        window=window(case, x, wanted.steps[-1]),
        slides={
            precision: slides(
                run[precision], x, wanted.steps, slope=found.derivative, precision=precision
            )
            for precision in PRECISIONS
        },
    )


@dataclass(frozen=True)
class View:
    """The laboratory in one language."""

    measured: Measured
    words: Words

    @property
    def panel(self) -> Markup:
        """The whole laboratory: what a script brings to life, and what stands there without."""
        measured, words = self.measured, self.words
        formulas = [(f.name, words(f"lab.{f.name}")) for f in FORMULAS]
        html = (
            environment()
            .get_template("lab.html")
            .render(
                name=measured.name,
                w=words,
                start=measured.start,
                formulas=formulas,
                precisions=[(name, words(f"lab.{name}")) for name in PRECISIONS],
                cases=[(case.name, _formula(case)) for case in measured.cases],
                last=len(measured.steps) - 1,
                source=Markup(_embedded(self.data)),  # noqa: S704  (every < is escaped)
                static=self._static(),
            )
        )
        return Markup(html)  # noqa: S704  (rendered by a template that escapes)

    @property
    def data(self) -> dict[str, Any]:
        """What the script is given."""
        measured = self.measured
        places: dict[str, list[dict[str, Any]]] = {case.name: [] for case in measured.cases}
        for (name, _), place in measured.places.items():
            places[name].append(_packed_place(place))
        start = measured.start
        return {
            "steps": list(measured.steps),
            "cases": [{"name": name, "places": found} for name, found in places.items()],
            "orders": {formula.name: formula.order for formula in FORMULAS},
            "theory": {
                formula.name: {
                    "truncation": truncation_text(formula),
                    "rounding": rounding_text(formula),
                }
                for formula in FORMULAS
            },
            "roundoff": {name: roundoff_text(name) for name in PRECISIONS},
            "regimes": {letter: name or "unknown" for name, letter in REGIMES.items()},
            "start": {
                "case": start.case,
                "x": start.x,
                "formula": start.formula,
                "precision": start.precision,
                "h": start.h,
            },
            "words": self.words.group("lab"),
        }

    def at(self, case: str, x: float, formula: str, h: float, precision: str = "float64") -> Row:
        """Return one difference quotient with its error.

        Raises
        ------
        DefinitionError
            If the laboratory does not have it.
        """
        rows = self._rows(case, x, formula, precision)
        found = next((row for row in rows if row.h == h), None)
        if found is None:
            raise DefinitionError(f"{self.measured.name}: there is no step {h!r}")
        return found

    def best(self, case: str, x: float, formula: str, precision: str = "float64") -> Row:
        """Return the row of the smallest error; of several, that of the largest h."""
        rows = [row for row in self._rows(case, x, formula, precision) if row.is_number]
        return min(reversed(rows), key=lambda row: row.error)

    def _rows(self, case: str, x: float, formula: str, precision: str) -> tuple[Row, ...]:
        place = self.measured.places.get((case, float(x)))
        if place is None:
            known = listing(f"{name} at {at:g}" for name, at in self.measured.places)
            raise DefinitionError(
                f"{self.measured.name}: there is no {case!r} at {x!r}; there are: {known}"
            )
        try:
            return place.errors.rows[formula, precision]
        except KeyError:
            known = listing(f"{one}, {other}" for one, other in place.errors.rows)
            raise DefinitionError(
                f"{self.measured.name}: there is no {formula!r}, {precision!r}; there are: {known}"
            ) from None

    def _static(self) -> Markup:
        start = self.measured.start
        place = self.measured.places[start.case, start.x]
        return lab_static.panel(
            place.errors.rows[start.formula, start.precision],
            place.window,
            errors=place.errors,
            start=start,
            words=self.words,
        )


def _formula(case: Case) -> Markup:
    return markup.formula(f"f(x) = {case.formula}") if case.formula else Markup()


def _packed_place(place: Place) -> dict[str, Any]:
    """Return a place as the page holds it: few digits where few are shown."""
    low, high = place.window.y
    narrow = float(in_single(place.x))
    return {
        "x": place.x,
        "held": narrow,
        "value": place.value,
        "slope": place.errors.derivative,
        "certain": place.errors.is_certified,
        "theory": {name: _packed_lines(found) for name, found in place.theory.items()},
        "window": [*place.window.x, low, high],
        "curve": pack(place.window.scaled()),
        "lens": {name: [each.packed() for each in found] for name, found in place.slides.items()},
        "errors": {
            formula.name: {
                "truncation": [
                    _three(abs(row.truncation))
                    for row in place.errors.rows[formula.name, PRECISIONS[0]]
                ],
                **{
                    precision: _packed_rows(place.errors.rows[formula.name, precision])
                    for precision in PRECISIONS
                },
            }
            for formula in FORMULAS
        },
    }


def in_single(x: float) -> float:
    """Return the float32 nearest to x."""
    import numpy as np

    return float(np.float32(x))


def _packed_rows(rows: tuple[Row, ...]) -> dict[str, Any]:
    return {
        "numeric": [row.numeric if math.isfinite(row.numeric) else None for row in rows],
        "error": [_three(row.error) for row in rows],
        "rounding": [_three(abs(row.rounding)) for row in rows],
        "digits": [round(10 * row.digits) if math.isfinite(row.digits) else None for row in rows],
        "regime": "".join(REGIMES[row.regime] for row in rows),
    }


def _packed_lines(found: Lines) -> dict[str, float | None]:
    factors = {"truncation": found.truncation, **found.rounding}
    return {name: None if factor is None else _three(factor) for name, factor in factors.items()}


def _three(value: float) -> float | None:
    """Round to the three digits that are shown; None for what is no number."""
    return float(f"{value:.2e}") if math.isfinite(value) else None


def _embedded(data: Mapping[str, Any]) -> str:
    """Write JSON that can stand in a script element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", r"\u003c")
