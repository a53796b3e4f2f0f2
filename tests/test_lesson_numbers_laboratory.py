"""The precision laboratory: its numbers are those that were measured and published beforehand."""

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc
from gradcheck.errors import DefinitionError
from gradcheck.lessons.definition import read
from gradcheck.lessons.instruments import poster, precisions, rulers
from gradcheck.lessons.instruments.errors import instrument as errors
from gradcheck.lessons.instruments.lab.data import PRECISIONS
from gradcheck.lessons.instruments.poster import PosterView
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import words_of
from gradcheck.output.toml_file import Value, parse

Array = npt.NDArray[np.float64]

INSTRUMENTS: dict[str, Callable[[Setting], Any]] = {
    "errors": errors.measure,
    "poster": poster.measure,
    "precisions": precisions.measure,
    "rulers": rulers.measure,
}
HALF_WAY, HALF_WAY_DOUBLE = 10**-2.5, 10**-5.5
"""The best steps of a grid with two steps a decade, in single and in double precision."""


@cache
def settings() -> dict[str, Setting]:
    """Return the blocks of the lesson."""
    return read("step-size").settings()


@cache
def measured(block: str) -> Any:
    """Return what the instrument of a block found."""
    setting = settings()[block]
    return INSTRUMENTS[setting.text("kind")](setting)


def view(block: str, lang: str = "en") -> Any:
    """Return the view of a block of the lesson."""
    return measured(block).view(words_of(lang))


@pytest.mark.parametrize(
    ("h", "precision", "printed"),
    [
        (HALF_WAY, "float32", "2e-06"),
        (HALF_WAY_DOUBLE, "float64", "1.2e-11"),
        (1e-5, "float32", "4.5e-03"),
    ],
)
def test_single_and_double_precision_err_as_published(
    h: float, precision: str, printed: str
) -> None:
    """The central difference of e^x at 1, relative to the slope, to the digits printed."""
    places = len(printed.partition("e")[0].partition(".")[2])

    assert printed == f"{view('precisions').relative(h, precision):.{places}e}"


def test_the_best_step_of_single_precision_lies_a_thousand_times_higher() -> None:
    """The best rows of the table are the steps half way between powers of ten."""
    table = view("precisions")

    best = [table.best(name).h for name in ("float32", "float64")]

    assert [HALF_WAY, HALF_WAY_DOUBLE] == pytest.approx(best, rel=1e-12)


def test_both_precisions_have_the_same_right_arm() -> None:
    """Truncation is a matter of the formula: where it dominates both, the errors are close."""
    rows = view("precisions").measured.curves
    pairs = [
        (one, other)
        for one, other in zip(*(rows[name] for name in PRECISIONS), strict=True)
        if one.regime == other.regime == "truncation" and one.h > HALF_WAY
    ]

    assert len(pairs) >= 3
    for one, other in pairs:
        assert one.truncation == other.truncation
        assert one.error == pytest.approx(other.error, rel=0.35)


def test_a_lost_step_is_no_number_in_either_precision() -> None:
    """1e-8 moves no float32 away from 1: the table names that instead of an error."""
    table = view("precisions")

    assert table.at(1e-8, "float32").regime == "step-lost"
    assert math.isnan(table.relative(1e-8, "float32"))
    assert table.at(1e-8, "float64").regime == "rounding"


@pytest.mark.parametrize(
    ("h", "regime", "printed"),
    [(1e-4, "truncation", "0.505"), (1e-5, "truncation", "0.55"), (1e-6, "exact", "1")],
)
def test_a_corner_near_x_shows_until_the_step_is_shorter(
    h: float, regime: str, printed: str
) -> None:
    """ReLU at 1e-6: half of the slope while h reaches across the corner."""
    row = next(row for row in view("near").measured.found.by_stencil["central"].rows if row.h == h)

    assert (regime, printed) == (row.regime, f"{row.numeric:.15g}")


def test_a_step_out_of_the_domain_is_marked_and_not_asked() -> None:
    """The logarithm at 1e-6 with h = 1e-5: math.log raises, and the engine does not ask f."""
    seen: list[float] = []

    def log(x: Any) -> Any:
        seen.extend(np.ravel(x).tolist())
        return np.log(x)

    built_in = gc.load_cases()["log"]
    case = replace(built_in, f=log, points=(np.asarray(1e-6),), special_points={})
    rows = gc.sweep(case, stencils=[gc.CENTRAL], steps=[1e-5, 1e-7])

    assert ["outside-domain", "ok"] == rows.sort_values("h", ascending=False)["status"].tolist()
    assert min(seen) > 0
    assert view("edge").at(1e-5).status == "outside-domain"
    assert view("edge").at(1e-5).regime == "outside the domain"
    with pytest.raises(ValueError, match=r"math domain error|positive"):
        math.log(1e-6 - 1e-5)


@pytest.mark.parametrize(
    ("row", "numeric", "mended"),
    [(0, 1.0000000000000009, 1.0), (1, 1.0, 1.0), (2, 0.99999999392252903, 1.0), (3, 1.0, 1.0),
     (4, 1.000088900582341, 1.0)],
)  # fmt: skip
def test_a_tenth_is_not_taken_and_a_sixteenth_is(row: int, numeric: float, mended: float) -> None:
    """f(x) = x at 1 for 0.1, 2^-4, 1e-8, 2^-26, 1e-12; divided by (x + h) - x all are right."""
    found = view("floats").row(row)

    assert (numeric, mended) == (found.numeric, found.mended)


def test_steps_far_from_zero_arrive_as_others() -> None:
    """At 1e8 the floats are 2^-26 apart: 1e-8 becomes that, 1e-9 is lost and the quotient 0."""
    shorter, lost = (view("far").row(number) for number in (-2, -1))

    assert (1e-8, 2.0**-26) == (shorter.h, shorter.arrived)
    assert (1e-9, 0.0, 0.0, "step-lost") == (lost.h, lost.arrived, lost.numeric, lost.status)


@pytest.mark.parametrize("name", ["forward", "central", "central4", "richardson", "complex-step"])
def test_the_cost_of_a_formula_is_what_the_engine_spends(name: str) -> None:
    """The table's calls of f are the places at which a sweep asks f for this formula."""
    readings = view("cost").measured.readings[0]
    formula = readings.by_stencil[name].stencil
    seen: set[complex] = set()

    def f(x: Any) -> Any:
        seen.update(np.ravel(x).tolist())
        return np.exp(2.0 * x)

    case = gc.Case("counted", f=f, df=lambda x: 2.0 * np.exp(2.0 * x), points=[0.5])
    gc.sweep(case, stencils=[formula], steps=[0.25])

    wanted = {0.5 + offset * 0.25 for offset in formula.offsets}
    assert rulers.calls(formula) == len(wanted) == len(seen & wanted)
    assert seen - wanted <= {0.5}, "f(x) itself may be asked to know the shape"


def test_richardson_is_the_combination_of_two_central_differences() -> None:
    """Its weights are those of (4 D(h/2) - D(h)) / 3."""
    formula = view("better").measured.found.by_stencil["richardson"].stencil

    assert [1 / 6, -4 / 3, 4 / 3, -1 / 6] == pytest.approx(list(formula.weights), rel=1e-15)
    assert formula.order == 4


@pytest.mark.parametrize(
    ("stencil", "h", "printed"),
    [("central", 1e-2, "6.7e-05"), ("richardson", 1e-2, "3.3e-10"),
     ("complex-step", 1e-2, "6.7e-05"), ("complex-step", 1e-4, "6.7e-09")],
)  # fmt: skip
def test_better_rulers_err_as_published(stencil: str, h: float, printed: str) -> None:
    """Relative errors for e^(2x) at 0.5, to the digits printed."""
    assert printed == f"{view('better').at(h, stencil).rel_error:.1e}"


def test_the_complex_step_has_no_left_arm() -> None:
    """From 1e-8 down to 1e-200 the error stays within the last bit."""
    rows = view("better").measured.found.by_stencil["complex-step"].rows
    small = [row.rel_error for row in rows if row.h <= 1e-8]

    assert len(small) >= 3
    assert max(small) <= 2.0**-53


def test_the_complex_step_of_an_absolute_value_is_zero() -> None:
    """|x| at -1: 0 for every step instead of -1, while the central difference has the slope."""
    found = view("blind").measured.found.by_stencil

    assert {0.0} == {row.numeric for row in found["complex-step"].rows}
    assert all(abs(row.numeric + 1) < 1e-6 for row in found["central"].rows)


@pytest.mark.parametrize(
    ("block", "derivative"),
    [("better", lambda x: 2 * mpmath.exp(2 * x)), ("waves", lambda x: 1000 * mpmath.cos(1000 * x)),
     ("cancelled", lambda x: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2),
     ("edge", lambda x: 1 / x), ("far", mpmath.cos)],
)  # fmt: skip
def test_the_judge_agrees_with_another_one(block: str, derivative: Any) -> None:
    """The certified slope is the float64 nearest to what mpmath computes with 50 digits."""
    found = view(block).measured.found
    with mpmath.workdps(50):
        expected = float(derivative(mpmath.mpf(found.x)))

    assert found.is_certified
    assert expected == found.true


def test_the_forecast_is_where_both_parts_balance() -> None:
    """(B / (p A))^(1/(p+1)) by hand for e^x at 1, with f' = f'' = f''' = e."""
    for name, order, rise, weight in (("forward", 1, math.e / 2, 2), ("central", 2, math.e / 6, 1)):
        reading = next(
            found.by_stencil[name]
            for found in view("best").measured.readings
            if found.case.name == "exp"
        )
        noise = float(reading.facts["noise"])
        expected = (weight * noise / (order * rise)) ** (1 / (order + 1))
        assert expected == pytest.approx(view("best").predicted_h("exp", name), rel=1e-12)
        assert 0.5 < noise / (2.0**-53 * math.e) < 4, "the noise is the rounding of f"


def test_the_forecast_is_close_to_what_is_observed() -> None:
    """Within a factor of ten for all functions and formulas; the text tells the largest."""
    best = view("best")
    factors = [
        best.optimum(found.case.name, name).h / best.predicted_h(found.case.name, name)
        for found in best.measured.readings
        for name in found.by_stencil
    ]

    assert len(factors) == 8
    assert best.farthest == max(max(factor, 1 / factor) for factor in factors)
    assert best.farthest < 10


@pytest.mark.parametrize(("name", "power"), [("forward", 1 / 2), ("central", 1 / 3)])
def test_best_steps_are_powers_of_epsilon(name: str, power: float) -> None:
    """The square root of ε for order 1 and its cube root for order 2, within a factor of 10."""
    best = view("best")
    rule = np.finfo(float).eps ** power

    for found in best.measured.readings:
        assert 0.1 < best.optimum(found.case.name, name).h / rule < 10


def slope(h: Array, gap: Array) -> float:
    """Return the slope of a line through the logarithms."""
    return float(np.polyfit(np.log(h), np.log(gap), 1)[0])


def test_the_poster_has_three_shapes() -> None:
    """1/h on the left, h² on the right, and a flat line for the wrong derivative."""
    found: PosterView = view("poster")
    h = np.array(poster._STEPS)  # noqa: SLF001  (the steps of the figure)
    right, wrong = found.measured.right, found.measured.wrong
    left, middle = h < 1e-7, (h > 1e-12) & (h < 1e-3)

    assert slope(h[h >= 1e-4], right[h >= 1e-4]) == pytest.approx(2.0, abs=0.05)
    assert slope(h[left], right[left]) == pytest.approx(-1.0, abs=0.25)
    assert wrong[middle] == pytest.approx(math.e, rel=1e-4)
    assert found.flat == pytest.approx(math.e, rel=1e-6)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_figures_and_tables_speak_the_language(lang: str) -> None:
    """Their words are those of the language, as text, and each is named for a screen reader."""
    words = words_of(lang)
    figure = view("poster", lang).figure
    for key in ("poster", "poster-bug", "right", "wrong", "poster-label", "poster-caption"):
        assert words(f"laboratory.{key}") in figure
    assert words("laboratory.float32") in view("precisions", lang).figure
    assert words("laboratory.float32") in view("precisions", lang).table
    assert words("laboratory.predicted-h") in view("best", lang).table
    assert words("laboratory.calls") in view("cost", lang).costs


def test_tables_have_a_row_for_each_step_and_formula() -> None:
    """The table of precisions, the forecasts and the costs leave nothing out."""
    rows = {
        "precisions": view("precisions").table,
        "best": view("best").table,
        "cost": view("cost").costs,
    }

    assert {"precisions": 8, "best": 8, "cost": 5} == {
        name: table.count("<tr") - 1 for name, table in rows.items()
    }


BAD = {
    'kind = "precisions"\nstencil = "central4"': (
        "block.stencil", "one of forward, central", "'central4'",
    ),
    'kind = "precisions"\ncase = "rosenbrock"\nx = [1.0, 2.0]': (
        "block.case", "a function of one number", "'rosenbrock'",
    ),
    'kind = "precisions"\nsteep = 1.0': ("block.steep", "unknown", "steps"),
    'kind = "rulers"\ncases = ["sin"]\npoints = {cos = 1.0}': (
        "block.points.cos", "unknown", "sin",
    ),
    'kind = "rulers"\ncases = ["sin"]\npoints = 3': ("block.points", "a table such as", "3"),
    'kind = "rulers"\ncases = ["rosenbrock"]': (
        "block.cases", "functions of one number", "'rosenbrock'",
    ),
    'kind = "rulers"\ncases = ["log"]\npoints = {log = -1.0}': (
        "block.points.log", "outside the domain", "-1.0",
    ),
    'kind = "poster"\nwrong = "sinus"\nstencil = "central"': (
        "block.wrong", "did you mean", "sinus",
    ),
    'kind = "poster"\nwrong = "sin"\nstencil = "middle"': ("block.stencil", "stencil", "'middle'"),
}  # fmt: skip


@pytest.mark.parametrize("block", BAD)
def test_a_bad_block_is_named_with_what_was_expected(block: str, tmp_path: Path) -> None:
    """File, block and key, what was expected and what came."""
    file = tmp_path / "lesson.toml"
    file.write_text(f"[block]\n{block}\n", encoding="utf-8")
    known = settings()["vee"]
    setting = Setting(Value(file, "block", parse(file)["block"]), known.example, known.cases)

    with pytest.raises(DefinitionError) as caught:
        INSTRUMENTS[setting.text("kind")](setting)

    for part in (str(file), *BAD[block]):
        assert part in str(caught.value)
