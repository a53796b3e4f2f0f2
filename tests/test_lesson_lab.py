"""The laboratory of the lessons: what it measures, holds and refuses."""

import itertools
import json
import math
import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest

import gradcheck as gc
from gradcheck.errors import DefinitionError
from gradcheck.lessons.instruments.lab import instrument as lab
from gradcheck.lessons.instruments.lab.data import FORMULAS, PRECISIONS, Errors, Row, errors_at
from gradcheck.lessons.instruments.lab.microscope import ALPHABET, Slide, edges, pack, slides
from gradcheck.lessons.instruments.lab.plan import plan
from gradcheck.lessons.instruments.lab.single_precision import in_single_precision, is_lost
from gradcheck.lessons.instruments.lab.theory import BITS, Lines, lines
from gradcheck.lessons.instruments.lab.window import window
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import LANGUAGES, words_of
from gradcheck.model.registry import Registry
from gradcheck.output.explanation import digits
from gradcheck.output.toml_file import Value

STEPS = tuple(float(f"1e{exponent}") for exponent in range(-17, 1))

FUNCTIONS: dict[str, tuple[float, Callable[[Any], Any]]] = {
    "square": (1.0, lambda x: x**2),
    "exp-2x": (0.5, lambda x: mpmath.exp(2 * x)),
    "sigmoid": (1.0, lambda x: 1 / (1 + mpmath.exp(-x))),
    "sin": (1.0, mpmath.sin),
}
"""Cases, where they are taken, and the same functions for mpmath."""


@cache
def known() -> Registry:
    """Load the built-in cases once."""
    return gc.load_cases()


def setting(**block: Any) -> Setting:
    """Return a block of a laboratory with the built-in cases."""
    value = Value(Path("lesson.toml"), "lab", {"kind": "lab", "cases": ["square"], **block})
    return Setting(value, {}, Registry([*known().values(), *ODD]))


WIDE = np.float64(2.0)
"""A constant that takes float32 numbers up to float64."""

ODD = (
    gc.Case("wide", f=lambda x: WIDE * x, df=lambda _: 2.0, points=[1.0]),
    gc.Case("bare", f=lambda x: x, df=lambda _: 1.0),
    gc.Case("plane", f=lambda x: x[0], df=lambda _: np.array([1.0, 0.0]), points=[[1.0, 2.0]]),
)


def at(case: str, x: float) -> gc.Case:
    """Return a built-in case at one point."""
    found = known()[case]
    return gc.Case(case, f=found.f, df=found.df, points=[x], domain=found.domain)


@pytest.fixture(scope="module")
def measured() -> dict[str, Errors]:
    """Measure four functions at one point each."""
    return {name: errors_at(at(name, x), 0, STEPS) for name, (x, _) in FUNCTIONS.items()}


def unpack(text: str) -> list[float]:
    """Read what `pack` wrote."""
    pairs = [text[k : k + 2] for k in range(0, len(text), 2)]
    return [
        math.nan
        if pair == ".."
        else (64 * ALPHABET.index(pair[0]) + ALPHABET.index(pair[1])) * 4 / 4095 - 2
        for pair in pairs
    ]


# What is measured.


@pytest.mark.parametrize("name", FUNCTIONS)
def test_quotients_are_those_of_the_sweep(name: str, measured: dict[str, Errors]) -> None:
    """Every float64 quotient equals the one in the error table, bit by bit."""
    table = gc.sweep(at(name, FUNCTIONS[name][0]), stencils=FORMULAS, steps=STEPS)
    for formula in FORMULAS:
        expected = table[table["stencil"] == formula.name]["numeric"].tolist()

        assert [row.numeric for row in measured[name].rows[formula.name, "float64"]] == expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_both_parts_of_the_error_are_those_of_mpmath(
    name: str, measured: dict[str, Errors]
) -> None:
    """Truncation, rounding and total error agree with 80-digit arithmetic in both precisions."""
    x, f = FUNCTIONS[name]
    quotients: dict[str, Callable[[Any], Any]] = {
        "forward": lambda h: (f(mpmath.mpf(x) + h) - f(mpmath.mpf(x))) / h,
        "central": lambda h: (f(mpmath.mpf(x) + h) - f(mpmath.mpf(x) - h)) / (2 * h),
        "complex-step": lambda h: f(mpmath.mpc(x, h)).imag / h,
    }
    with mpmath.workdps(80):
        slope = mpmath.diff(f, x)
        for (formula, _), rows in measured[name].rows.items():
            for row in rows:
                exact = quotients[formula](mpmath.mpf(row.h))
                truncation, rounding = exact - slope, row.numeric - exact

                assert row.truncation == pytest.approx(float(truncation), rel=1e-9, abs=1e-40)
                assert row.rounding == pytest.approx(float(rounding), rel=1e-9, abs=1e-40)
                assert row.error == pytest.approx(abs(float(row.numeric - slope)), rel=1e-9)


def test_float32_quotients_are_those_of_a_program_in_float32(measured: dict[str, Errors]) -> None:
    """They are made of values that NumPy gives for x rounded to float32."""
    x = np.float64(0.5)

    def f(at: Any) -> Any:
        return np.float64(np.exp(np.float32(2.0) * np.float32(at)))

    rows = measured["exp-2x"].rows
    for h, forward, central in zip(
        STEPS, rows["forward", "float32"], rows["central", "float32"], strict=True
    ):
        assert forward.numeric == (f(x + h) - f(x)) / h
        assert central.numeric == (f(x + h) - f(x - h)) / (2 * h)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_regimes_are_those_of_split(name: str, measured: dict[str, Errors]) -> None:
    """What dominates is what `gc.split` says, but for quotients that no float64 could better."""
    table = gc.split(at(name, FUNCTIONS[name][0]), stencils=FORMULAS, steps=STEPS)
    for formula in FORMULAS:
        expected = table[table["stencil"] == formula.name]["regime"].astype(str).tolist()
        rows = measured[name].rows[formula.name, "float64"]
        for row, regime in zip(rows, expected, strict=True):
            if row.regime == "nearest":
                assert row.numeric == measured[name].derivative
                assert regime in {"truncation", "balance", "rounding"}
                assert row.error > 0
            else:
                assert row.regime == regime


def test_right_digits_are_counted_as_everywhere(measured: dict[str, Errors]) -> None:
    """They follow from the error and the derivative; where the derivative is 0 there are none."""
    for errors in measured.values():
        for row in itertools.chain(*errors.rows.values()):
            assert row.digits == digits(row.error, errors.derivative)
    flat = errors_at(at("square", 0.0), 0, STEPS).rows["forward", "float64"]
    assert all(math.isnan(row.digits) for row in flat)


def test_a_lost_step_is_told_in_both_precisions(measured: dict[str, Errors]) -> None:
    """At 1, h is lost below 1e-16 in float64 and below 6e-8 in float32, never off the real axis."""
    rows = measured["square"].rows

    def lost(formula: str, precision: str) -> list[float]:
        return [row.h for row in rows[formula, precision] if row.regime == "step-lost"]

    assert lost("forward", "float64") == [1e-17, 1e-16]
    assert lost("forward", "float32") == [h for h in STEPS if h < 6e-8]
    assert lost("complex-step", "float64") == lost("complex-step", "float32") == []
    assert is_lost(1.0, gc.CENTRAL, np.array([5e-8, 1e-8, 1e-6])).tolist() == [True, True, False]


def test_without_a_certificate_only_the_whole_error_is_told() -> None:
    """Where x|x| has its missing second derivative, df is the truth and no part is invented."""
    errors = errors_at(at("x-abs-x", 0.0), 0, STEPS)

    assert not errors.is_certified
    for row in errors.rows["central", "float64"]:
        assert row.error == pytest.approx(row.h)
        assert math.isnan(row.truncation)
        assert math.isnan(row.rounding)
        assert row.regime == ""


# What theory says.


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_lines_of_theory_are_those_of_mpmath(name: str) -> None:
    """Their factors are |f″| / 2, |f‴| / 6 and the unit roundoff times |f|, or twice that."""
    x, f = FUNCTIONS[name]
    found = lines(at(name, x), x, FORMULAS)
    with mpmath.workdps(60):
        value, _, second, third = (abs(float(mpmath.diff(f, x, n))) for n in range(4))

    if name == "square":
        assert found["central"].truncation is found["complex-step"].truncation is None
    else:
        assert found["central"].truncation == pytest.approx(third / 6)
        assert found["complex-step"].truncation == pytest.approx(third / 6)
    assert found["forward"].truncation == pytest.approx(second / 2)
    for precision, bits in BITS.items():
        assert 2.0**-bits == np.finfo(precision).eps / 2
        assert found["forward"].rounding[precision] == pytest.approx(2 * 2.0**-bits * value)
        assert found["central"].rounding[precision] == pytest.approx(2.0**-bits * value)
        assert found["complex-step"].rounding[precision] is None


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_measured_truncation_keeps_to_the_line_of_theory(
    name: str, measured: dict[str, Errors]
) -> None:
    """At small steps it lies on the line; where there is no line, there is no truncation."""
    x, _ = FUNCTIONS[name]
    found = lines(at(name, x), x, FORMULAS)
    for formula in FORMULAS:
        factor = found[formula.name].truncation
        for row in measured[name].rows[formula.name, "float64"]:
            if factor is None:
                assert row.truncation == 0
            elif row.h <= 1e-3:
                expected = factor * row.h**formula.order
                assert abs(row.truncation) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(
    ("name", "x"), [("relu", 0.0), ("step", 0.0), ("x-abs-x", 0.0), ("sqrt-abs", 0.0)]
)
def test_theory_says_nothing_where_nothing_is_certified(name: str, x: float) -> None:
    """At a kink or a jump neither line is drawn."""
    nothing = Lines(truncation=None, rounding=dict.fromkeys(BITS))

    assert lines(at(name, x), x, FORMULAS) == {formula.name: nothing for formula in FORMULAS}


def test_a_line_that_vanishes_is_not_drawn() -> None:
    """The sigmoid has its point of inflection at 0; the sine has its zero there, too."""
    sigmoid, sine = (lines(at(name, 0.0), 0.0, FORMULAS) for name in ("sigmoid", "sin"))

    assert sigmoid["forward"].truncation is None
    assert sigmoid["central"].truncation == pytest.approx(1 / 48)
    assert sine["forward"].truncation is None
    assert sine["forward"].rounding == dict.fromkeys(BITS)


# The microscope.


def look(case: str, x: float, h: float, precision: str = "float64") -> Slide:
    """Look at a built-in case around a point."""
    chosen = at(case, x) if precision == "float64" else in_single_precision(at(case, x))
    slope = errors_at(at(case, x), 0, [h]).derivative
    return slides(chosen, x, [h], slope=slope, precision=precision)[0]


def test_the_microscope_shows_every_float_and_what_f_is_there() -> None:
    """Around 1 with h = 1e-16 these are the neighbours of 1, and x + h is 1 itself."""
    slide = look("square", 1.0, 1e-16)
    floats = [1.0 + float(t) * 1e-16 for t in slide.t]

    assert slide.kind == "floats"
    assert floats == [1 - 2.0**-52, 1 - 2.0**-53, 1.0, 1 + 2.0**-52]
    assert (slide.values * slide.height).tolist() == [float(at) ** 2 - 1.0 for at in floats]
    assert slide.ends[1] == 0.0
    assert slide.ends[0] * slide.height == pytest.approx((1 - 2.0**-53) ** 2 - 1)


def test_the_microscope_knows_the_floats_of_single_precision() -> None:
    """Around 1 with h = 1e-7 the neighbours are 2**-24 below and 2**-23 above."""
    slide = look("square", 1.0, 1e-7, "float32")
    offsets = sorted(float(t) * 1e-7 for t in slide.t)
    near = [offset for offset in offsets if abs(offset) < 2e-7]

    assert slide.kind == "floats"
    assert near == pytest.approx([-3 * 2.0**-24, -(2.0**-23), -(2.0**-24), 0, 2.0**-23], abs=1e-20)


@pytest.mark.parametrize(("h", "kind"), [(1.0, "curve"), (1e-6, "curve"), (2e-15, "stairs")])
def test_samples_that_are_not_all_floats_are_drawn_as_what_they_show(h: float, kind: str) -> None:
    """Steps of a staircase are drawn as steps only where the window shows them."""
    slide = look("sigmoid", 0.0, h)
    sampled = [1 / (1 + math.exp(-float(t) * h)) - 0.5 for t in slide.t]

    assert slide.kind == kind
    assert (slide.values * slide.height).tolist() == pytest.approx(sampled, abs=2.0**-52)


def test_the_window_of_the_microscope_fits_tangent_and_secant() -> None:
    """The tangent never leaves it, and the two ends of the secant lie within it."""
    for case, (x, _) in FUNCTIONS.items():
        slope = errors_at(at(case, x), 0, STEPS).derivative
        seen = slides(at(case, x), x, STEPS, slope=slope, precision="float64")
        for h, slide in zip(STEPS, seen, strict=True):
            assert 2 * h * abs(slope) <= slide.height * (1 + 1e-12)
            assert max(map(abs, slide.ends)) <= 1


def test_packed_numbers_come_back() -> None:
    """Within half a level of 4095, the ends exactly, and no number as none."""
    numbers = np.random.default_rng(5).uniform(-2, 2, 300)

    assert unpack(pack(numbers)) == pytest.approx(numbers.tolist(), abs=2 / 4095 + 1e-12)
    assert unpack(pack([-2.0, 2.0, -9.0, 9.0])) == [-2.0, 2.0, -2.0, 2.0]
    assert math.isnan(unpack(pack([math.nan]))[0])


def test_each_float_is_the_nearest_up_to_the_middle() -> None:
    """The edges of the staircase lie half way between the floats."""
    assert edges(np.array([0.0, 1.0, 3.0])).tolist() == [0.0, 0.5, 2.0, 3.0]


# The view of the function.


def test_the_view_comes_close_where_f_turns_often() -> None:
    """sin(1000x) is seen over a few waves, a parabola over the largest secant."""
    waves, parabola = (window(at(name, 1.0), 1.0, 1.0) for name in ("sin-1000x", "square"))

    assert parabola.x == pytest.approx((-0.4, 2.4))
    assert waves.x[1] - waves.x[0] < 0.03
    assert np.nanmax(np.abs(parabola.scaled())) <= 1


def test_the_view_ends_where_the_domain_does() -> None:
    """The logarithm has no values left of 0, and the lower edge is not infinity."""
    seen = window(at("log", 1.0), 1.0, 1.0)
    x = np.linspace(*seen.x, len(seen.values))

    assert np.isnan(seen.values[x < 0]).all()
    assert np.isfinite(seen.values[x > 0.01]).all()
    assert np.isfinite(seen.y).all()


# The page.


@pytest.fixture(scope="module")
def small() -> lab.Measured:
    """Measure a small laboratory with one point that nothing certifies."""
    return lab.measure(
        setting(
            cases=["square", "x-abs-x"],
            points={"square": [1.0, 0.1], "x-abs-x": [0.0]},
            steps={"per_decade": 1},
            start={"case": "square", "x": 1.0, "stencil": "central", "h": 1e-8},
        )
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_holds_what_was_measured(small: lab.Measured, lang: str) -> None:
    """All quotients with all digits, errors with the three digits that are shown."""
    panel = small.view(words_of(lang)).panel
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', panel, re.DOTALL)
    assert found
    data = json.loads(found[1])

    assert data["steps"] == list(STEPS) == list(small.steps)
    assert [case["name"] for case in data["cases"]] == ["square", "x-abs-x"]
    for case in data["cases"]:
        for place in case["places"]:
            for name, line in small.places[case["name"], place["x"]].theory.items():
                factors = {"truncation": line.truncation, **line.rounding}
                assert place["theory"][name] == {
                    key: None if factor is None else float(f"{factor:.2e}")
                    for key, factor in factors.items()
                }
            rows = small.places[case["name"], place["x"]].errors.rows
            for formula, precision in itertools.product(FORMULAS, PRECISIONS):
                kept = place["errors"][formula.name][precision]
                measured = rows[formula.name, precision]
                assert kept["numeric"] == [row.numeric for row in measured]
                assert kept["error"] == [float(f"{row.error:.2e}") for row in measured]
                names = [data["regimes"][letter] for letter in kept["regime"]]
                assert names == [row.regime or "unknown" for row in measured]
                assert set(names) <= data["words"].keys()


def test_the_page_holds_the_slides(small: lab.Measured) -> None:
    """Samples and places of the microscope come back within a level."""
    place = small.view(words_of("en")).data["cases"][0]["places"][0]
    for precision in PRECISIONS:
        kept, seen = place["lens"][precision], small.places["square", 1.0].slides[precision]
        for (height, kind, samples, places), slide in zip(kept, seen, strict=True):
            values = np.clip([*slide.ends, *slide.values], -2, 2)
            assert height == float(f"{slide.height:.2e}")
            assert slide.kind.startswith(kind)
            assert unpack(samples) == pytest.approx(values.tolist(), abs=1e-3)
            assert len(unpack(places)) == (2 * len(slide.t) + 1 if kind == "f" else 0)


def test_eight_functions_at_three_points_fit_into_a_page() -> None:
    """With the default steps a function at three points takes an eighth of 1.2 MB at most."""
    view = lab.measure(setting(cases=["sigmoid"], points={"sigmoid": [0.0, 1.0, 20.0]})).view(
        words_of("ja")
    )

    assert len(view.measured.steps) == 69
    assert len(view.panel.encode()) < 1.2e6 / 8


def test_without_a_script_there_are_figures_and_a_table(small: lab.Measured) -> None:
    """The table of the start has a row for every decade, with quotient, error and regime."""
    panel = str(small.view(words_of("en")).panel)
    plain = panel[panel.index("<noscript>") : panel.index("</noscript>")]
    rows = re.findall(r"<tr[^>]*><th scope=\"row\".*?</tr>", plain, re.DOTALL)
    expected = small.places["square", 1.0].errors.rows["central", "float64"][::-1]

    assert plain.count("<svg") == 2
    assert len(rows) == len(STEPS)
    for text, row in zip(rows, expected, strict=True):
        assert re.findall(r'<data value="([^"]*)"', text) == [
            repr(row.h),
            repr(row.numeric),
            repr(row.error),
        ]
        assert words_of("en")(f"lab.{row.regime}") in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_script_an_uncertified_start_has_no_tangent(lang: str) -> None:
    """Figure and caption of x|x| have no tangent, and its table calls no quotient exact."""
    words = words_of(lang)
    found = lab.measure(
        setting(
            cases=["x-abs-x"],
            points={"x-abs-x": [0.0]},
            start={"stencil": "complex-step"},
        )
    )
    panel = str(found.view(words).panel)
    plain = panel[panel.index("<noscript>") : panel.index("</noscript>")]

    assert words("lab.tangent") not in plain
    assert words("lab.static-secant-uncertified", x="0", h="1") in plain
    assert f">{words('lab.agrees')}<" in plain
    assert f">{words('lab.exact')}<" not in plain


def test_the_texts_can_ask_for_rows(small: lab.Measured) -> None:
    """`at` gives one quotient, `best` the smallest error of a formula in a precision."""
    view = small.view(words_of("en"))
    rows = small.places["square", 1.0].errors.rows["forward", "float64"]
    best: Row = view.best("square", 1.0, "forward")

    assert view.at("square", 1.0, "forward", 1e-3) is rows[STEPS.index(1e-3)]
    assert best.error == min(row.error for row in rows)
    assert best.h == 1e-8
    assert view.best("square", 1.0, "forward", "float32").h > 1e-5


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("cube", 1.0, "forward", 1.0), "there is no 'cube' at 1.0; there are: square at 1,"),
        (("square", 1.0, "backward", 1.0), "there is no 'backward', 'float64'; there are: forward"),
        (("square", 1.0, "forward", 0.3), "there is no step 0.3"),
    ],
)
def test_a_text_that_asks_for_what_is_not_there_is_told(
    small: lab.Measured, asked: tuple[str, float, str, float], message: str
) -> None:
    """The message names the block and what there is."""
    with pytest.raises(DefinitionError, match=f"^lab: {re.escape(message)}"):
        small.view(words_of("en")).at(*asked)


# The block.


def test_the_default_steps_say_what_they_are() -> None:
    """Four a decade from 1e-17 to 1, each the number that its three digits say."""
    steps = plan(setting()).steps

    assert (len(steps), steps[0], steps[-1]) == (69, 1e-17, 1.0)
    assert all(Fraction(h) == Fraction(float(f"{h:.2e}")) for h in steps)
    assert {1e-8, 3.16e-8, 1.78e-8, 5.62e-8} <= set(steps)


def test_a_block_may_leave_out_everything_but_the_cases() -> None:
    """Then the case's own points are taken, and the start is the largest step of the first."""
    found = plan(setting(cases=["exp-2x", "square"]))

    assert [float(x) for x in found.cases[0].all_points] == [0.5, -0.8, 1.3]
    assert (found.start.case, found.start.x, found.start.h) == ("exp-2x", 0.5, 1.0)
    assert (found.start.formula, found.start.precision) == ("forward", "float64")


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"cases": ["no-such"]}, "lab.cases[0]: "),
        ({"cases": ["plane"]}, "lab.cases: expected functions of one number, but plane takes"),
        ({"cases": ["bare"]}, "lab.cases: bare has no points"),
        ({"cases": ["square", "square"]}, "lab.cases: expected different cases"),
        ({"cases": ["wide"]}, "lab.cases: wide: "),
        ({"points": {"cube": [1.0]}}, "lab.points.cube: no such case"),
        ({"points": {"square": 1.0}}, "lab.points.square: expected a list of numbers, got 1.0"),
        ({"points": {"square": [1.0, 1]}}, "lab.points.square: expected different points"),
        ({"points": [1.0]}, "lab.points: expected a table, got [1.0]"),
        ({"steps": [1.0]}, "lab.steps: expected a table, got [1.0]"),
        ({"steps": {"smalest": 1e-3}}, "lab.steps.smalest: unknown key; did you mean 'smallest'?"),
        ({"steps": {"smallest": 2.0}}, "lab.steps: expected 0 < smallest < largest"),
        ({"steps": {"smallest": "x"}}, "lab.steps.smallest: expected a number"),
        ({"steps": {"per_decade": 0.5}}, "lab.steps: expected per_decade from 1 to 20"),
        ({"steps": {"smallest": 0.7}}, "lab.steps: expected 2 to 1000 steps"),
        ({"start": {"case": "sin"}}, "lab.start.case: expected one of square, got 'sin'"),
        ({"start": {"x": 9.0}}, "lab.start.x: expected one of -1.7, 0.6, 2.3, got 9.0"),
        ({"start": {"stencil": "backward"}}, "lab.start.stencil: expected one of forward, central"),
        ({"start": {"precision": "float16"}}, "lab.start.precision: expected one of float64"),
        ({"start": {"h": 0.3}}, "lab.start.h: expected one of 1e-17"),
        ({"start": {"hh": 0.3}}, "lab.start.hh: unknown key"),
        ({"start": 3}, "lab.start: expected a table, got 3"),
        ({"stepps": {}}, "lab.stepps: unknown key; did you mean 'steps'?"),
    ],
)
def test_a_mistake_in_the_block_is_named(block: dict[str, Any], message: str) -> None:
    """File, block and key come first, then what was expected and what came."""
    with pytest.raises(DefinitionError) as caught:
        lab.measure(setting(**block))

    assert str(caught.value).startswith(f"lesson.toml: {message}")


def test_empty_tables_stand_for_what_the_cases_say() -> None:
    """Whoever lists other cases gets rid of the points and the start of the built-in block."""
    found = plan(setting(cases=["exp-2x"], points={}, start={}))

    assert [float(x) for x in found.cases[0].all_points] == [0.5, -0.8, 1.3]
    assert found.start.case == "exp-2x"
    with pytest.raises(DefinitionError, match=r"write points = \{\} for the points of the cases"):
        plan(setting(cases=["exp-2x"], points={"square": [1.0]}))
    with pytest.raises(DefinitionError, match=r"write start = \{\} to begin with the first case"):
        plan(setting(cases=["exp-2x"], start={"case": "square"}))


def test_an_f_that_leaves_single_precision_is_told_so() -> None:
    """A float64 constant of NumPy would make float32 a pretence."""
    with pytest.raises(DefinitionError, match="it returns float64 for float32; write constants"):
        lab.measure(setting(cases=["wide"]))
