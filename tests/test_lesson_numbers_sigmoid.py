"""The numbers that the lesson on the sigmoid teaches, each measured again by its instruments.

The expected digits are those of a computation that was made once, by hand and with NumPy; mpmath
with 50 digits is the judge of what is true.
"""

import math
from functools import cache
from importlib import import_module
from typing import Any

import mpmath
import pytest

from gradcheck.lessons.definition import read
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import words_of
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Reason, Verdict

mpmath.mp.dps = 50


@cache
def settings() -> dict[str, Setting]:
    """Read the blocks of the lesson."""
    return read("sigmoid").settings()


@cache
def found(block: str) -> Any:
    """Measure what a block of the lesson asks."""
    return ask(settings()[block])


def ask(setting: Setting) -> Any:
    """Measure with the instrument that a block names."""
    return import_module(f"gradcheck.lessons.instruments.{setting.text('kind')}").measure(setting)


@cache
def view(block: str) -> Any:
    """Return what the text of the lesson uses of a block."""
    return found(block).view(words_of("en"))


def at(kind: str, **block: Any) -> Any:
    """Return the view of another block of an instrument, beside those of the lesson."""
    example = settings()["scan"]
    value = Value(example.block.file, "other", {"kind": kind, **block})
    return ask(Setting(value, {}, example.cases)).view(words_of("en"))


def sigmoid(z: Any) -> Any:
    """Return the sigmoid with 50 digits."""
    return 1 / (1 + mpmath.exp(-mpmath.mpf(z)))


def slope(z: Any) -> Any:
    """Return its derivative with 50 digits."""
    e = mpmath.exp(-mpmath.mpf(z))
    return e / (1 + e) ** 2


def shown(value: float, digits: int) -> str:
    """Write a number with so many digits."""
    return f"{value:.{digits - 1}e}"


# Two curves on top of each other


def test_the_grid_misses_0_and_ends_before_its_end() -> None:
    """The number nearest to 0 is -3.55e-14, and the last one is 9.9."""
    overlay = view("overlay")

    assert shown(overlay.nearest(0.0), 3) == "-3.55e-14"
    assert shown(overlay.last, 3) == "9.90e+00"
    assert overlay.count == 200


def test_the_overlay_hides_a_difference_of_seven_digits() -> None:
    """At most 1.7e-11 lies between both curves, and 1.2e-7 of the slope, at 9.2."""
    overlay = view("overlay")

    assert shown(overlay.most, 2) == "1.7e-11"
    assert shown(overlay.most_relative, 2) == "1.2e-07"
    assert f"{overlay.most_relative_at:.1f}" == "9.2"


def test_neither_curve_is_wrong_but_the_formula_is_nearer() -> None:
    """Both errors are what mpmath finds, and the error bar of the estimate covers its own."""
    overlay = view("overlay")
    z = overlay.most_relative_at
    truth = slope(z)
    f = sigmoid(z)

    assert abs(f * (1 - f) - truth) < mpmath.mpf("1e-45")
    assert overlay.formula_error < 1e-12
    assert overlay.numeric_error > 1e-8
    assert overlay.bar < 1e-8


# The formula, and wrong ones


@pytest.mark.parametrize(
    ("number", "half", "zero"),
    [
        (1, 0.25, 0.0),
        (2, 0.6225, 0.5),
        (3, 0.3775, 0.5),
        (4, 0.3875, 0.25),
        (5, -0.235, -0.25),
        (6, 0.3775, 0.5),
    ],
)
def test_what_a_wrong_formula_says(number: int, half: float, zero: float) -> None:
    """At 0.5 and at 0 each wrong formula has the value of the table."""
    claims = view("claims")

    assert claims.at(number, 0.5) == pytest.approx(half, abs=5e-5)
    assert claims.at(number, 0.0) == pytest.approx(zero, abs=1e-15)


def test_one_wrong_formula_gets_through_at_0() -> None:
    """All six are found at four points, but f² passes at 0, where it is 0.25 as well."""
    claims = view("claims")
    square = found("claims").claims[3]

    assert claims.truth(0.5) == pytest.approx(0.2350, abs=5e-5)
    assert claims.here == 0.25 == float(slope(0))
    assert (claims.count, claims.unnoticed, claims.noticed_together) == (6, 1, 6)
    assert square.alone.verdict is Verdict.PASS
    assert square.together.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("number", "code"), [(1, "expects-output"), (2, "chain-factor"), (5, "sign")]
)
def test_a_wrong_formula_is_named(number: int, code: str) -> None:
    """The diagnosis at four points says what the mistake is."""
    (finding,) = found("claims").claims[number - 1].together.findings

    assert (finding.code, finding.certainty) == (code, "A")


def test_the_right_formula_passes_in_both_shapes() -> None:
    """At five points both shapes agree with mpmath, and the estimate within its error bar."""
    scan = found("scan")

    assert scan.points == (-3.0, -1.0, 0.0, 0.5, 2.0)
    for z, slopes, estimate in zip(scan.points, scan.slopes.T, scan.estimates, strict=True):
        assert slopes == pytest.approx([float(slope(z))] * 2, rel=1e-14)
        assert abs(estimate.value - float(slope(z))) <= estimate.error_bar
    assert all(result.verdict is Verdict.PASS for result in (*scan.checks, *scan.together))


def test_each_step_of_the_derivation_is_checked_by_itself() -> None:
    """The three steps pass, and the three slips fail, each for its own reason."""
    slips = [step.result for step in found("slips").steps]

    assert (view("rule").passed, view("rule").count) == (3, 3)
    assert view("slips").passed == 0
    assert [result.findings[0].code for result in slips] == ["sign", "sign", "chain-factor"]


# The order of accuracy


def test_the_forward_difference_gains_an_order_at_0() -> None:
    """Both orders are 2.0 at 0, where f″ vanishes, and 1.0 and 2.0 at 1."""
    zero, one = view("order_zero"), view("order_one")

    assert f"{zero.order('forward'):.1f}" == f"{zero.order('central'):.1f}" == "2.0"
    assert (f"{one.order('forward'):.1f}", f"{one.order('central'):.1f}") == ("1.0", "2.0")
    assert abs(mpmath.diff(sigmoid, 0, 2)) < mpmath.mpf("1e-30")


def test_the_central_difference_gains_two_where_the_third_derivative_vanishes() -> None:
    """At ln(2 + √3) the order of the central difference is 4."""
    turning = view("turning")

    assert turning.x == float(mpmath.log(2 + mpmath.sqrt(3)))
    assert turning.order("central") == pytest.approx(4.0, abs=0.01)
    assert turning.order("forward") == pytest.approx(1.0, abs=0.01)


def test_small_steps_lose_the_derivative_at_1() -> None:
    """At 1 the central error is 4.5e-4 for h = 1e-13, and the quotient is 0 for h = 1e-16."""
    errors = at("errors", case="sigmoid", x=1.0, stencils=["central"], steps=[1e-13, 1e-16])

    assert shown(errors.at(1e-13).abs_error, 2) == "4.5e-04"
    assert errors.at(1e-16).numeric == 0.0


# The maximum


def test_the_maximum_is_a_quarter() -> None:
    """The scan finds 0.25 at 0; f″ is 0 there, f‴ is negative; f′ is even."""
    peak = view("peak")

    assert (peak.value, peak.at, peak.second, peak.third) == (0.25, 0.0, 0.0, -0.125)
    assert peak.uneven < 1e-14
    assert float(mpmath.diff(sigmoid, 0, 3)) == pytest.approx(-0.125, abs=1e-25)


def test_half_the_maximum_is_at_plus_and_minus_1_76() -> None:
    """f′ = 0.125 at ±ln(3 + √8), to twelve digits."""
    exact = float(mpmath.log(3 + mpmath.sqrt(8)))
    left, right = view("peak").crossings

    assert f"{right:.2f}" == "1.76"
    assert (left, right) == pytest.approx((-exact, exact), rel=1e-12)


def test_the_second_difference_agrees_with_the_certified_second_derivative() -> None:
    """Both are what mpmath says, the difference as far as it can be."""
    peak = found("peak")
    exact = [float(mpmath.diff(sigmoid, z, 2)) for z in peak.rows.tolist()]

    assert peak.second == pytest.approx(exact, rel=1e-14, abs=1e-30)
    assert peak.second_difference == pytest.approx(exact, abs=2e-7)


# Where the formulas break


@pytest.mark.parametrize(("z", "error"), [(20, "3.6e-08"), (30, "1.0e-03"), (36, "4.3e-02")])
def test_the_short_formula_loses_digits_on_the_right(z: float, error: str) -> None:
    """The relative error of f(1 - f) at 20, 30 and 36."""
    assert shown(view("walls").error(1, z), 2) == error


@pytest.mark.parametrize(
    ("z", "digits"), [(37, "8.5e-17"), (-355, "6.7e-155"), (-700, "9.9e-305"), (20, "2.1e-09")]
)
def test_the_true_slope_far_out(z: float, digits: str) -> None:
    """The certified slope has the digits of mpmath, and of the table."""
    truth = view("walls").truth(z)

    assert shown(truth, 2) == digits
    assert truth == float(slope(z))


def test_the_walls_are_at_37_355_and_710() -> None:
    """f(1 - f) is 0 from 37 on, the quotient 0 from -355 on, and not a number from -710 on."""
    walls = view("walls")

    assert walls.zero_from(1, 1) == 37
    assert walls.zero_from(2, -1) == -355
    assert walls.lost_from(2, -1) == -710
    assert walls.value(1, 36) != 0 == walls.value(1, 37)
    assert walls.value(2, -354) != 0 == walls.value(2, -355)
    assert math.isnan(walls.value(2, -710))


def test_the_stable_formula_is_fine_everywhere() -> None:
    """From -720 to 720 its relative error stays below 1e-15, as mpmath confirms at some points."""
    walls = view("walls")

    assert walls.worst(3) < 1e-15
    assert math.isinf(walls.worst(2))
    for z in (-710, -355, -40, 0, 37, 710):
        assert walls.value(3, z) == pytest.approx(float(slope(z)), rel=1e-15)


def test_no_step_rescues_the_difference_at_20() -> None:
    """The slope is 2e-9; h = 1e-2 and 1e-3 leave an error of 3e-14 and 2e-14, 1e-8 gives 0."""
    walls = view("walls")
    error = {h: abs(walls.quotient(h) - float(slope(20))) for h in (1e-2, 1e-3)}

    assert (shown(error[1e-2], 1), shown(error[1e-3], 1)) == ("3e-14", "2e-14")
    assert walls.best_step == 1e-3
    assert walls.quotient(1e-8) == 0.0


def test_what_a_check_says_far_out() -> None:
    """It passes at 20, blames the formula at 30 and the noise at 37, and compares zeros at 40."""
    said = {x: (result.verdict, result.reason) for x, _, _, result in found("walls").checks}

    assert said == {
        -20: (Verdict.PASS, Reason.AGREES),
        20: (Verdict.PASS, Reason.AGREES),
        30: (Verdict.INCONCLUSIVE, Reason.ANALYTIC_INACCURATE),
        37: (Verdict.INCONCLUSIVE, Reason.NOISE),
        40: (Verdict.PASS, Reason.AGREES),
    }


# Ever more layers


@pytest.mark.parametrize(
    ("layers", "truth", "bound", "error"),
    [
        (1, "2.5e-01", "2.5e-01", "2.7e-11"),
        (5, "6.8e-04", "9.8e-04", "1.8e-09"),
        (10, "3.9e-07", "9.5e-07", "1.1e-05"),
        (15, "2.2e-10", "9.3e-10", "2.5e-02"),
        (20, "1.3e-13", "9.1e-13", "1.0e+00"),
    ],
)
def test_the_derivative_through_layers(layers: int, truth: str, bound: str, error: str) -> None:
    """The derivative, its bound, and the relative error of the central difference for h = 1e-5."""
    layered = view("layers")
    z, product = mpmath.mpf(0), mpmath.mpf(1)
    for _ in range(layers):
        product, z = product * slope(z), sigmoid(z)

    assert layered.truth(layers) == pytest.approx(float(product), rel=1e-15)
    assert shown(layered.truth(layers), 2) == truth
    assert shown(layered.limit(layers), 2) == bound
    assert shown(layered.error(layers), 2) == error


def test_the_derivative_meets_its_floor_near_16_layers() -> None:
    """The floor is 29 % at 16 layers and above 100 % at 17; a check goes on to 19."""
    layers = view("layers")

    assert shown(layers.floor(16), 2) == "2.9e-01"
    assert (layers.crossing, layers.undecided) == (17, 20)
    assert (layers.passes, layers.failures) == (19, 0)


def test_the_complex_step_has_no_floor() -> None:
    """Through 20 layers it has all digits, for a step of 1e-20."""
    assert view("deep").at(1e-20).rel_error < 1e-15


# ReLU


def test_the_active_path_of_relu_keeps_a_slope_of_1() -> None:
    """Through any number of layers the derivative is 1, and every check passes."""
    active = view("active")

    assert {active.truth(layers) for layers in range(1, 21)} == {1.0}
    assert (active.passes, active.failures) == (20, 0)


def test_three_differences_tell_three_stories_about_a_corner() -> None:
    """At the corner of ReLU: 1 from the right, 0 from the left, 0.5 in the middle, for every h."""
    kink = view("kink")

    for h in kink.steps:
        slopes = [kink.at(h, name).numeric for name in ("forward", "backward", "central")]
        assert slopes == pytest.approx([1.0, 0.0, 0.5])
    assert found("corner").checks[1].reason is Reason.KINK
