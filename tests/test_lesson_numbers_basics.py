"""The numbers of the lesson on the basics: what the engine says, to the digits that were printed.

The printed numbers are compared to all of their digits. Two of them mean something else than an
error of the engine's tables:

- The best steps 1.5e-8 and 6e-6 are eps^(1/2) and eps^(1/3). The engine predicts the best step of
  the very function, 1.1e-8 and 3.5e-6 for e^(2x), which is within a factor of 2.
- For x² at 1e8 and h = 1, 5e-9 is the relative truncation error. The forward quotient itself is
  right, since its rounding error is as large with the other sign; "exact for h = 600" is said of
  the central formula.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import gradcheck as gc
from gradcheck.differences.stencil import NAMED
from gradcheck.lessons.instruments.errors.rows import Readings, Row, read_errors
from gradcheck.model.case import Case

CASES = gc.load_cases()


def digits(text: str) -> int:
    """Return how many significant digits a printed number has."""
    mantissa = text.lower().partition("e")[0].lstrip("-").replace(".", "").lstrip("0")
    return max(1, len(mantissa))


def printed(value: float, like: str) -> float:
    """Round a number to as many digits as the printed one has."""
    return float(f"{value:.{digits(like) - 1}e}")


def assert_printed(values: Iterable[float], expected: str) -> None:
    """Compare numbers with printed ones, to the digits of each."""
    texts = expected.replace(",", " ").split()
    found = [printed(value, text) for value, text in zip(values, texts, strict=True)]
    assert found == [float(text) for text in texts]


def measured(name: str, x: float, steps: Iterable[float], *stencils: str) -> Readings:
    """Measure a built-in case at a point, with some formulas: by default the two usual ones."""
    case = replace(CASES[name], points=(np.asarray(x, float),), special_points={})
    formulas = [NAMED[each] for each in stencils or ("forward", "central")]
    return read_errors(case, stencils=formulas, steps=list(steps), curve=[1e-1, 1e-2, 1e-3])


def rows(name: str, x: float, steps: Iterable[float], stencil: str) -> tuple[Row, ...]:
    """Return the rows of one formula."""
    return measured(name, x, steps, stencil).by_stencil[stencil].rows


def errors(name: str, x: float, steps: Iterable[float], stencil: str) -> list[float]:
    """Return the sizes of the errors."""
    return [row.abs_error for row in rows(name, x, steps, stencil)]


def quotients(name: str, x: float, steps: Iterable[float], stencil: str) -> list[float]:
    """Return the difference quotients."""
    return [row.numeric for row in rows(name, x, steps, stencil)]


def curve(name: str, x: float, stencil: gc.Stencil) -> dict[str, Any]:
    """Return what the convergence table says of the default curve."""
    case = replace(CASES[name], points=(np.asarray(x),), special_points={})
    steps = 10.0 ** -np.linspace(0, 16, 65)
    table = gc.convergence(gc.sweep(case, stencils=[stencil], steps=steps))
    return dict(table.iloc[0])


# The sign of a slope.


@pytest.mark.parametrize(("x", "slope"), [(3.5, 3.0), (1.5, -1.0), (2.0, 0.0)])
def test_the_valley_has_the_slopes_of_the_text(x: float, slope: float) -> None:
    """They are 3, -1 and 0, within the error bar of the estimate."""
    found = gc.differentiate(CASES["bowl"].f, x)

    assert abs(found.value - slope) <= found.error_bar <= 1e-11


@pytest.mark.parametrize(("name", "kind"), [("terrace", "neither"), ("dome", "maximum")])
def test_a_slope_of_zero_is_no_minimum(name: str, kind: str) -> None:
    """At 2 the slope is 0, and on one side at least the values are smaller."""
    f = CASES[name].f
    found = gc.differentiate(f, 2.0)

    assert abs(found.value) <= found.error_bar
    assert (f(1.5) < f(2.0) < f(2.5)) if kind == "neither" else (f(1.5) < f(2.0) > f(2.5))


def test_a_corner_has_slopes_from_each_side_and_an_invented_one() -> None:
    """Of |x - 2| at 2: forward 1, backward -1, central 0."""
    found = measured("corner", 2.0, [0.5, 0.125], "forward", "backward", "central").by_stencil

    assert [row.numeric for row in found["forward"].rows] == [1.0, 1.0]
    assert [row.numeric for row in found["backward"].rows] == [-1.0, -1.0]
    assert [row.numeric for row in found["central"].rows] == [0.0, 0.0]


# From secant to tangent.


def test_the_slopes_of_the_secant_are_those_of_the_table() -> None:
    """3, 2.1, 2.01, ...: then 1.999999987845, 2.000177801, 2.220446, and 0 in the end."""
    steps = [1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-8, 1e-12, 1e-15, 1e-16]

    found = quotients("square", 1.0, steps, "forward")

    assert_printed(found, "3 2.1 2.01 2.001 2.0001 1.999999987845 2.000177801 2.220446 0")


@pytest.mark.parametrize("h", [1.0, 1e-1, 1e-2, 1e-3, 1e-4])
def test_the_error_of_the_secant_is_h(h: float) -> None:
    """The truncation error is h, to the last digit; the rounding error is far below."""
    (row,) = rows("square", 1.0, [h], "forward")

    assert row.truncation == h
    assert abs(row.rounding) <= 1e-8 * h


# Order.

FOUR = [1e-1, 1e-2, 1e-3, 1e-4]


@pytest.mark.parametrize(
    ("stencil", "order", "expected"),
    [
        ("forward", 1.0, "5.8e-1 5.5e-2 5.4e-3 5.4e-4"),
        ("central", 2.0, "3.6e-2 3.6e-4 3.6e-6 3.6e-8"),
    ],
)
def test_the_exponential_shows_order_one_against_order_two(
    stencil: str, order: float, expected: str
) -> None:
    """The errors of e^(2x) at 0.5 fall by 10 and by 100 a row."""
    assert_printed(errors("exp-2x", 0.5, FOUR, stencil), expected)

    formula = {"forward": gc.FORWARD, "central": gc.CENTRAL}[stencil]
    assert curve("exp-2x", 0.5, formula)["observed_order"] == pytest.approx(order, abs=0.01)


def test_the_best_steps_are_those_of_theory() -> None:
    """Forward best between 1e-9 and 1e-8, error 1.3e-8; central 1e-6 to 1e-5, error 1e-10."""
    steps = [10.0**-k for k in range(1, 13)]

    forward = min(rows("exp-2x", 0.5, steps, "forward"), key=lambda row: row.abs_error)
    central = min(rows("exp-2x", 0.5, steps, "central"), key=lambda row: row.abs_error)

    assert 1e-9 <= forward.h <= 1e-8
    assert 1e-6 <= central.h <= 1e-5
    assert_printed([forward.abs_error, central.abs_error], "1.3e-8 1e-10")


@pytest.mark.parametrize(("stencil", "h"), [(gc.FORWARD, 1.5e-8), (gc.CENTRAL, 6e-6)])
def test_the_predicted_steps_are_of_the_size_that_theory_gives(
    stencil: gc.Stencil, h: float
) -> None:
    """They are eps^(1/(p+1)) times a number between 1/2 and 2 that depends on the function."""
    assert h / 2 <= curve("exp-2x", 0.5, stencil)["predicted_h"] <= 2 * h


def test_the_central_difference_is_exact_for_quadratics() -> None:
    """At h = 1 forward gives 3 and 51, central exactly 2 and 42; there is no order."""
    assert quotients("square", 1.0, [1.0], "forward") == [3.0]
    assert quotients("chain-rule", 1.0, [1.0], "forward") == [51.0]
    assert quotients("square", 1.0, [1.0], "central") == [2.0]
    assert quotients("chain-rule", 1.0, [1.0], "central") == [42.0]
    assert curve("square", 1.0, gc.CENTRAL)["behaviour"] == "exact"
    assert np.isnan(curve("square", 1.0, gc.CENTRAL)["observed_order"])


def test_the_central_error_of_the_cube_is_h_squared() -> None:
    """1.0e-2, 1.0e-4, 1.0e-6, 1.0e-8 at 2."""
    assert_printed(errors("cube", 2.0, FOUR, "central"), "1.0e-2 1.0e-4 1.0e-6 1.0e-8")


@pytest.mark.parametrize(
    ("x", "forward", "behaviour"), [(0.0, 2.0, "superconvergent"), (1.0, 1.0, "convergent")]
)
def test_the_sigmoid_at_zero_is_superconvergent(x: float, forward: float, behaviour: str) -> None:
    """Forward has order 2 at z = 0, since f'' is 0 there, and order 1 at z = 1; central has 2."""
    found = curve("sigmoid", x, gc.FORWARD)

    assert found["observed_order"] == pytest.approx(forward, abs=0.01)
    assert found["behaviour"] == behaviour
    assert curve("sigmoid", x, gc.CENTRAL)["observed_order"] == pytest.approx(2.0, abs=0.01)


def test_at_zero_forward_and_central_difference_of_the_sigmoid_are_one() -> None:
    """Their errors agree down to the rounding, since the sigmoid is odd around (0, 1/2)."""
    found = measured("sigmoid", 0.0, [1e-1, 1e-2, 1e-3]).by_stencil

    np.testing.assert_allclose(
        [row.abs_error for row in found["forward"].rows],
        [row.abs_error for row in found["central"].rows],
        atol=2e-13,
        rtol=0.0,
    )


# The rules.


@pytest.mark.parametrize(
    ("name", "x", "true", "forward", "central"),
    [
        ("constant", 2.0, "0", "0 0 0", "0 0 0"),
        ("identity", 2.0, "1", "8.9e-16 2.1e-14 1.1e-13", ""),
        ("square", 3.0, "6", "1e-1 1e-2 1e-3", "5e-15 1e-13 7e-13"),
        ("power-5", 1.2, "10.368", "1.9 0.17 0.017", "0.14 1.4e-3 1.4e-5"),
        ("exp-minus-1.5x", 0.7, "-0.5249066", "3.7e-2 3.9e-3 3.9e-4", "2e-3 2e-5 2e-7"),
        ("quadratic-minus-5", 1.0, "10", "0.3 0.03 0.003", ""),
        ("product-x2-exp", 1.0, "8.154845", "1.0 9.6e-2 9.5e-3", "5.9e-2 5.9e-4 5.9e-6"),
        ("chain-rule", 1.0, "42", "0.9 0.09 0.009", ""),
    ],
)
def test_the_cards_have_the_errors_that_were_printed(
    name: str, x: float, true: str, forward: str, central: str
) -> None:
    """True derivative, forward and central errors for h = 1e-1, 1e-2, 1e-3."""
    found = measured(name, x, [1e-1, 1e-2, 1e-3])

    assert_printed([found.true], true)
    assert_printed([row.abs_error for row in found.by_stencil["forward"].rows], forward)
    if central:
        assert_printed([row.abs_error for row in found.by_stencil["central"].rows], central)


@pytest.mark.parametrize(
    ("name", "x", "first"), [("quadratic-minus-5", 1.0, "4e-15"), ("chain-rule", 1.0, "6e-14")]
)
def test_where_the_central_difference_is_exact_its_error_is_rounding(
    name: str, x: float, first: str
) -> None:
    """The first central error is the printed one, and no row has a truncation error."""
    found = rows(name, x, [1e-1, 1e-2, 1e-3], "central")

    assert_printed([found[0].abs_error], first)
    assert [row.truncation for row in found] == [0.0, 0.0, 0.0]


def test_the_central_errors_of_the_identity_are_of_the_same_size() -> None:
    """There is no truncation error, and rounding grows as h falls."""
    found = rows("identity", 2.0, [1e-1, 1e-2, 1e-3], "central")

    assert [row.truncation for row in found] == [0.0, 0.0, 0.0]
    assert 0 < found[0].abs_error < found[1].abs_error < found[2].abs_error < 1.2e-13


def test_the_partial_derivatives_are_exact_up_to_rounding() -> None:
    """They are 3 and 4 at (1.3, -0.7), whichever variable is moved."""
    case = replace(CASES["partial-derivatives"], points=(np.array([1.3, -0.7]),), special_points={})
    table = gc.split(case, stencils=[gc.FORWARD, gc.CENTRAL], steps=[1e-1, 1e-2, 1e-3])

    assert table.groupby("input")["derivative"].first().tolist() == [3.0, 4.0]
    assert (table["truncation_error"] == 0.0).all()
    assert (table["rounding_error"].abs() <= 1e-12).all()


def test_the_bracket_and_its_expansion_agree() -> None:
    """(3x + 4)² and 9x² + 24x + 16 have the derivative 42 at 1."""
    true = [measured(name, 1.0, [1e-2]).true for name in ("chain-rule", "expanded-square")]

    assert true == [42.0, 42.0]


# Cancellation, and steps that are lost.


def test_the_quotient_of_the_sigmoid_loses_all_digits() -> None:
    """At z = 1 the central error is 4.5e-4 for h = 1e-13, and the quotient 0 for h = 1e-16."""
    assert_printed(errors("sigmoid", 1.0, [1e-13], "central"), "4.5e-4")
    assert quotients("sigmoid", 1.0, [1e-16], "central") == [0.0]


def test_a_step_vanishes_next_to_a_large_number() -> None:
    """Of x² at 1e8: 0 for h = 1e-9; for h = 1 truncation of 5e-9; for h = 600 central is exact."""
    found = measured("square", 1e8, [600.0, 1.0, 1e-9]).by_stencil
    whole, one, lost = found["central"].rows

    assert (lost.numeric, lost.status) == (0.0, "step-lost")
    assert found["forward"].rows[1].truncation / 2e8 == 5e-9
    assert found["forward"].rows[1].error == one.error == 0.0
    assert whole.error == 0.0


def test_the_logarithm_next_to_the_edge_of_its_domain_has_no_quotient() -> None:
    """At 1e-6 a central step of 1e-5 leaves the domain, where math.log raises."""
    case = replace(CASES["log"], points=(np.asarray(1e-6),), special_points={})

    table = gc.sweep(case, stencils=[gc.CENTRAL], steps=[1e-5])

    assert table["status"].tolist() == ["outside-domain"]
    with pytest.raises(ValueError, match="math domain error"):
        math.log(1e-6 - 1e-5)


def test_a_decimal_step_is_no_binary_number() -> None:
    """The slope of f(x) = x at 1 shows (x + h) - x over h, to all digits."""
    steps = [0.1, 1e-8, 1e-12, 2.0**-26]

    found = rows("identity", 1.0, steps, "forward")

    assert found[0].numeric == 1.0000000000000009
    assert_printed([found[1].numeric], "0.99999999392")
    assert found[2].numeric == 1.000088900582341
    assert found[3].numeric == 1.0
    assert [row.mended for row in found] == [1.0, 1.0, 1.0, 1.0]


def test_the_same_digits_stand_in_the_slope_of_the_exponential_at_zero() -> None:
    """(e^h - 1) / h at 1e-12 is 1.000088900582341: it is not the exponential, it is h."""
    assert quotients("exp", 0.0, [1e-12], "forward") == [1.000088900582341]


def test_rounded_values_move_the_best_step() -> None:
    """Of sin with 6 decimals: the errors are those printed, and the best step is 1e-2."""
    steps = [10.0**-k for k in range(1, 8)]

    found = errors("sin-6-decimals", 1.0, steps, "central")

    assert_printed(found, "9e-4 2.3e-6 2e-4 3e-4 4e-2 0.46 0.54")
    assert steps[int(np.argmin(found))] == 1e-2


# Kinks, jumps, vertical tangents.

ABS = Case("abs", f=np.abs, df=np.sign, points=[0.0])
STEPS = [0.5, 1e-3, 1e-7]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (ABS, (1.0, -1.0, 0.0)),
        (replace(CASES["relu"], points=(np.asarray(0.0),), special_points={}), (1.0, 0.0, 0.5)),
        (
            Case("leaky", f=lambda x: np.where(x > 0, x, 0.1 * x), df=np.sign, points=[0.0]),
            (1.0, 0.1, 0.55),
        ),
    ],
    ids=["abs", "relu", "leaky"],
)
def test_a_kink_has_the_same_quotients_for_every_h(
    case: Case, expected: tuple[float, float, float]
) -> None:
    """Forward, backward and central quotient at 0 do not depend on h."""
    table = gc.sweep(case, stencils=[gc.FORWARD, gc.BACKWARD, gc.CENTRAL], steps=STEPS)

    found = table.groupby("stencil", observed=True)["numeric"]
    for name, slope in zip(("forward", "backward", "central"), expected, strict=True):
        assert found.get_group(name).tolist() == pytest.approx([slope] * 3, rel=1e-15)


def test_next_to_a_kink_the_step_decides() -> None:
    """ReLU at 1e-6: 0.505, 0.55 and 1.0 for h = 1e-4, 1e-5, 1e-6."""
    found = quotients("relu-near-kink", 1e-6, [1e-4, 1e-5, 1e-6], "central")

    assert_printed(found, "0.505 0.55 1.0")


def test_across_a_jump_the_quotient_grows_like_one_over_h() -> None:
    """50, 5000 and 5e5 for the step function at 0."""
    assert quotients("step", 0.0, [1e-2, 1e-4, 1e-6], "central") == [50.0, 5000.0, 5e5]


@pytest.mark.parametrize(("stencil", "sign"), [("forward", 1), ("backward", -1)])
def test_at_a_vertical_tangent_the_quotient_grows_like_its_root(stencil: str, sign: int) -> None:
    """sqrt|x| at 0: 10, 100, 1000 for h = 1e-2, 1e-4, 1e-6, and the same with the other sign."""
    found = quotients("sqrt-abs", 0.0, [1e-2, 1e-4, 1e-6], stencil)

    assert found == pytest.approx([sign * 10.0, sign * 100.0, sign * 1000.0], rel=1e-15)


def test_where_f_is_smooth_only_once_a_central_formula_has_order_one() -> None:
    """The quotient of x |x| at 0 converges like h."""
    assert errors("x-abs-x", 0.0, [1e-1, 1e-2, 1e-3], "central") == pytest.approx(
        [1e-1, 1e-2, 1e-3], rel=1e-15
    )
    found = curve("x-abs-x", 0.0, gc.CENTRAL)
    assert found["behaviour"] == "reduced-order"
    assert found["observed_order"] == pytest.approx(1.0, abs=1e-6)


def test_an_oscillation_hides_the_order_until_h_is_below_its_wavelength() -> None:
    """sin(1000x) at 1: 100 %, 100 %, 16 %, and then order 2."""
    found = rows("sin-1000x", 1.0, [1e-1, 1e-2, 1e-3, 1e-4, 1e-5], "central")

    assert_printed([found[2].rel_error], "0.16")
    assert all(0.9 <= row.rel_error <= 1.1 for row in found[:2])
    assert found[3].abs_error / found[4].abs_error == pytest.approx(100.0, rel=0.02)


# Better rulers.


def test_the_complex_step_is_exact_to_the_smallest_h() -> None:
    """e^(2x): 6.7e-5 at 1e-2, 6.7e-9 at 1e-4, then nothing left down to 1e-200."""
    found = rows("exp-2x", 0.5, [1e-2, 1e-4, 1e-8, 1e-100, 1e-200], "complex-step")

    assert_printed([row.rel_error for row in found[:2]], "6.7e-5 6.7e-9")
    assert all(row.rel_error < 2.0**-52 for row in found[2:])


def test_the_complex_step_sees_nothing_at_a_kink() -> None:
    """It says 0 for |x| at -1, whose slope is -1, since |x + ih| does not change at first."""
    case = replace(ABS, points=(np.asarray(-1.0),))

    table = gc.sweep(case, stencils=[gc.COMPLEX_STEP], steps=[1e-20])

    assert table[["numeric", "analytic"]].to_numpy().tolist() == [[0.0, -1.0]]


def test_richardson_takes_one_more_order_pair_away() -> None:
    """The central formula of order 4 is Richardson's step: 6.7e-5 becomes 3.3e-10 at h = 1e-2.

    With h/2 as its smaller step, that is the central formula at h = 1e-2 and 5e-3.
    """
    whole, half = rows("exp-2x", 0.5, [1e-2, 5e-3], "central")
    extrapolated = (4 * half.numeric - whole.numeric) / 3

    assert_printed([whole.rel_error], "6.7e-5")
    assert_printed([abs(extrapolated - whole.true) / whole.true], "3.3e-10")
