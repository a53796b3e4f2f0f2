"""The split: truncation and rounding error, each measured, add up to the total."""

import math
from typing import Any

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.behaviour.regime import REGIMES, regime
from gradcheck.behaviour.split import COLUMNS, split
from gradcheck.behaviour.sweep import sweep
from gradcheck.behaviour.table import COLUMNS as SWEPT
from gradcheck.differences.stencil import CENTRAL, CENTRAL6, COMPLEX_STEP, FORWARD, stencil
from gradcheck.errors import CaseError, NotCertifiable, StencilError
from gradcheck.model.case import Case


def rosenbrock(x: Any) -> Any:
    """Return a value that is least at (1, 1)."""
    return 100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2


def rosenbrock_gradient(x: Any) -> Any:
    """Return the gradient of f."""
    across = x[1] - x[0] ** 2
    return np.array([-400.0 * x[0] * across - 2.0 * (1.0 - x[0]), 200.0 * across])


def softmax(x: Any) -> Any:
    """Return weights that add up to 1, without overflow."""
    weights = np.exp(x - np.max(x))
    return weights / np.sum(weights)


def softmax_jacobian(x: Any) -> Any:
    """Return the Jacobian."""
    return np.diag(softmax(x)) - np.outer(softmax(x), softmax(x))


EXPONENTIAL = Case("e^x", f=np.exp, df=np.exp, points=[1.0])
FAST = Case(
    "fast", f=lambda x: np.sin(1000 * x), df=lambda x: 1000 * np.cos(1000 * x), points=[1.0]
)
OFFSET = Case("offset", f=lambda x: 1e8 + np.sin(x), df=np.cos, points=[1.0])
ROSENBROCK = Case("rosenbrock", f=rosenbrock, df=rosenbrock_gradient, points=[[-1.2, 1.0]])
SOFTMAX = Case("softmax", f=softmax, df=softmax_jacobian, points=[[0.0, 1.0, 2.5]])
RELU = Case(
    "relu",
    f=lambda x: np.maximum(x, 0.0),
    df=lambda x: np.where(x > 0.0, 1.0, 0.0),
    points=[1.0],
    special_points={"kink": 0.0},
)


def mismatch(table: pd.DataFrame) -> float:
    """Return |truncation + rounding - total| in units in the last place of the larger part."""
    rows = table.dropna(subset=["truncation_error", "rounding_error", "total_error"])
    truncation, rounding = rows["truncation_error"], rows["rounding_error"]
    larger = np.maximum(truncation.abs(), rounding.abs())
    difference = (truncation + rounding - rows["total_error"]).abs()
    return float((difference / np.spacing(larger)).max())


@pytest.mark.parametrize("case", [EXPONENTIAL, FAST, OFFSET, ROSENBROCK, SOFTMAX], ids=repr)
def test_the_parts_add_up_to_the_total(case: Case) -> None:
    """For every row of every formula, up to two units in the last place of the larger part."""
    table = split(case)

    assert table.loc[table["status"] == "ok", "truncation_error"].notna().all()
    assert mismatch(table) <= 2.0


@pytest.mark.parametrize("case", [EXPONENTIAL, FAST, OFFSET, ROSENBROCK, SOFTMAX], ids=repr)
def test_the_radii_are_small_against_the_parts(case: Case) -> None:
    """Each truncation error is certain to the last digit of a float64."""
    table = split(case, steps=2.0 ** -np.arange(2.0, 52.0, 6.0))

    known = table[table["truncation_error"] != 0.0]
    assert (known["truncation_radius"] <= 2.0**-52 * known["truncation_error"].abs()).all()
    assert (table["rounding_radius"] <= 1e-15 * (1.0 + table["rounding_error"].abs())).all()


def test_the_table_is_the_error_table_with_more_columns() -> None:
    """The rows and columns of `sweep` come first and are the same."""
    table = split(ROSENBROCK, steps=[0.5, 0.25])

    assert list(table.columns) == [*SWEPT, *COLUMNS]
    pd.testing.assert_frame_equal(table[list(SWEPT)], sweep(ROSENBROCK, steps=[0.5, 0.25]))
    assert table.attrs["cases"].cases["rosenbrock"] is ROSENBROCK
    assert table.attrs["uncertified"] == ()


def test_the_parts_of_the_exponential_agree_with_fifty_digits() -> None:
    """Both parts of the central difference of e^x are those that mpmath computes."""
    table = split(EXPONENTIAL, stencils=[CENTRAL], steps=[0.1, 1e-5, 1e-11])

    with mpmath.workdps(80):
        for row in table.itertuples():
            h = mpmath.mpf(row.h)
            exact = mpmath.exp(1) * mpmath.sinh(h) / h
            truncation, rounding = exact - mpmath.exp(1), mpmath.mpf(row.numeric) - exact
            assert abs(row.truncation_error - truncation) <= row.truncation_radius
            assert abs(row.rounding_error - rounding) <= row.rounding_radius


@settings(deadline=None, max_examples=30)
@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 20))
def test_the_central_difference_of_a_cubic_has_the_truncation_error_a_h_squared(
    a: int, b: int, x: int, halvings: int
) -> None:
    """For a x³ + b x² the quotient is exactly f′(x) + a h², wherever x is."""
    cubic = Case(
        "cubic", f=lambda x: a * x**3 + b * x**2, df=lambda x: 3 * a * x**2 + 2 * b * x, points=[x]
    )
    h = 2.0**-halvings

    table = split(cubic, stencils=[CENTRAL], steps=[h])

    assert table["truncation_error"].tolist() == [a * h**2]
    assert table["truncation_radius"].tolist() == [0.0]
    assert table["analytic_error"].tolist() == [0.0]


def test_truncation_follows_the_power_of_h_where_rounding_has_long_taken_over() -> None:
    """The truncation error of central6 is C f⁽⁷⁾ h⁶ at steps where the total error is all noise."""
    h = 2.0 ** -np.array([10.0, 20.0, 30.0, 40.0])

    table = split(EXPONENTIAL, stencils=[CENTRAL6], steps=h)

    expected = CENTRAL6.truncation_coefficient * math.e * h**6
    np.testing.assert_allclose(table["truncation_error"], expected, rtol=1e-5)
    assert (table["total_error"].abs() > 1e6 * table["truncation_error"].abs()).all()


def test_the_complex_step_has_truncation_but_no_cancellation() -> None:
    """Its rounding error stays at the last digits for the smallest h."""
    table = split(EXPONENTIAL, stencils=[COMPLEX_STEP])

    assert (table["rounding_error"].abs() <= 4e-15).all()
    assert table["truncation_error"].iloc[0] == pytest.approx(
        math.e * (math.sin(2.0) / 2.0 - 1.0), rel=1e-15
    )


def test_a_lost_step_is_all_rounding_error() -> None:
    """Where x + h == x the quotient is 0, and the truncation error is still known."""
    table = split(EXPONENTIAL, stencils=[FORWARD], steps=[2.0**-60])

    assert table["status"].tolist() == ["step-lost"]
    assert table["truncation_error"].tolist() == pytest.approx([math.e * 2.0**-61], rel=1e-15)
    assert table["rounding_error"].tolist() == pytest.approx([-math.e], rel=1e-15)


def test_an_inaccurate_df_shows_in_the_analytic_error() -> None:
    """analytic_error is the error of df itself."""
    wrong = Case("wrong", f=np.exp, df=lambda x: np.exp(x) + 0.5, points=[0.0])

    table = split(wrong, stencils=[FORWARD], steps=[0.5])

    assert table["derivative"].tolist() == [1.0]
    assert table["analytic_error"].tolist() == [0.5]


def test_outside_the_domain_there_is_nothing_to_split() -> None:
    """Rows that need f outside its domain keep NaN, others of the same table do not."""
    logarithm = Case("log", f=np.log, df=lambda x: 1 / x, points=[0.5], domain="(0, inf)")

    table = split(logarithm, stencils=[FORWARD, CENTRAL], steps=[1.0, 0.25])

    assert table["status"].tolist() == ["ok", "ok", "outside-domain", "ok"]
    assert table["truncation_error"].isna().tolist() == [False, False, True, False]
    assert table["total_error"].isna().tolist() == [False, False, True, False]
    assert "central" in table.attrs["uncertified"][0]


def test_a_kink_has_rounding_errors_but_no_derivative() -> None:
    """The rows of the special point keep their rounding error; the reason is kept."""
    table = split(RELU, stencils=[FORWARD, COMPLEX_STEP], steps=[0.5])

    kink = table[table["point"] == 1]
    assert kink["truncation_error"].isna().all()
    assert kink["rounding_error"].tolist()[0] == 0.0
    assert any("derivative not certifiable at point 1" in r for r in table.attrs["uncertified"])


def test_points_can_be_chosen() -> None:
    """Only the points asked for are certified; the rows of the others are there."""
    table = split(RELU, stencils=[FORWARD], steps=[0.5], points=[1])

    assert table["point"].tolist() == [0, 1]
    assert table["rounding_error"].isna().tolist() == [True, False]


@pytest.mark.parametrize(("points", "got"), [([2], r"\[2\]"), ([], "none")])
def test_points_that_do_not_exist_are_named(points: list[int], got: str) -> None:
    """The message gives the numbers that exist."""
    with pytest.raises(CaseError, match=f"relu: points are numbers from 0 to 1, .* got {got}"):
        split(RELU, points=points)


def test_a_stencil_that_cannot_be_certified_leaves_the_others_alone() -> None:
    """An f that takes integer parts has no complex step, but forward differences."""
    saw = Case("saw", f=lambda x: x - np.floor(x), df=lambda _: 1.0, points=[0.25])

    table = split(saw, stencils=[FORWARD, COMPLEX_STEP], steps=[0.5])

    assert table["truncation_error"].isna().tolist() == [False, True]
    assert "complex-step not certifiable at point 0" in table.attrs["uncertified"][0]


def test_a_case_of_which_nothing_can_be_certified_says_why() -> None:
    """math.exp in f takes floats only."""
    case = Case("plain", f=lambda x: math.exp(x), df=math.exp, points=[1.0])  # noqa: PLW0108

    with pytest.raises(NotCertifiable, match=r"plain: not certifiable, because .* needs a float"):
        split(case)


def test_only_first_derivatives_are_split() -> None:
    """A formula for f″ is refused as `sweep` refuses it."""
    with pytest.raises(StencilError, match="derivative 2"):
        split(EXPONENTIAL, stencils=[stencil([-1, 0, 1], 2)])


def test_matrices_come_in_the_order_of_the_table() -> None:
    """Outputs and inputs of a softmax Jacobian are not mixed up."""
    table = split(SOFTMAX, stencils=[CENTRAL], steps=[0.125])

    jacobian = softmax_jacobian(np.array([0.0, 1.0, 2.5]))
    np.testing.assert_allclose(
        table["derivative"].to_numpy().reshape(3, 3), jacobian, rtol=1e-14, atol=0.0
    )
    assert table["analytic_error"].abs().max() <= 1e-16


def test_the_scaled_error_levels_off_where_truncation_dominates() -> None:
    """total_error / h^p is C f⁽ᵖ⁺¹⁾ on the truncation branch, for every order p."""
    table = split(EXPONENTIAL, stencils=[FORWARD, CENTRAL], steps=[1e-3, 1e-4])

    constants = [FORWARD.truncation_coefficient * math.e, CENTRAL.truncation_coefficient * math.e]
    assert table["regime"].tolist() == ["truncation"] * 4
    np.testing.assert_allclose(table["scaled_error"], np.repeat(constants, 2), rtol=1e-3)
    np.testing.assert_array_equal(
        table["scaled_error"], table["total_error"] / table["h"] ** [1.0, 1.0, 2.0, 2.0]
    )


def test_the_regime_tells_which_part_dominates() -> None:
    """Truncation, balance, rounding and a lost step follow each other as h falls."""
    table = split(EXPONENTIAL, stencils=[CENTRAL], steps=[1e-2, 6e-6, 1e-9, 1e-17])

    assert table["regime"].tolist() == ["truncation", "balance", "rounding", "step-lost"]
    assert list(table["regime"].cat.categories) == list(REGIMES)


def test_a_quotient_without_any_error_is_exact() -> None:
    """The central difference of a parabola at h = 1, all of whose values are floats."""
    square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[1.0])

    table = split(square, stencils=[CENTRAL], steps=[1.0, 1e-3])

    assert table["regime"].tolist() == ["exact", "rounding"]
    assert table["scaled_error"].iloc[0] == 0.0


def test_there_is_no_regime_without_certainty() -> None:
    """At a kink it is empty, and outside the domain it is the status."""
    logarithm = Case("log", f=np.log, df=lambda x: 1 / x, points=[0.5], domain="(0, inf)")

    kink = split(RELU, stencils=[FORWARD], steps=[0.5]).query("point == 1")
    outside = split(logarithm, stencils=[CENTRAL], steps=[1.0])

    assert kink["regime"].tolist() == [""]
    assert outside["regime"].tolist() == ["outside-domain"]


def test_an_h_that_vanishes_when_raised_to_the_order_leaves_no_finite_scaled_error() -> None:
    """h² of 1e-200 is 0: the scaled error of the complex step is inf, and 0 if there is none."""
    table = split(EXPONENTIAL, stencils=[COMPLEX_STEP], steps=[1e-200])

    assert table["total_error"].abs().item() < 1e-15
    assert math.isinf(table["scaled_error"].item())


@pytest.mark.parametrize(
    ("truncation", "rounding", "expected"),
    [(3.1, 1.0, "truncation"), (3.0, -1.0, "balance"), (1.0, 3.0, "balance"),
     (-1.0, 3.1, "rounding"), (0.0, 1e-300, "rounding"), (math.nan, 1.0, "")],
)  # fmt: skip
def test_a_part_dominates_if_it_is_more_than_three_times_the_other(
    truncation: float, rounding: float, expected: str
) -> None:
    """The rule is symmetric, whatever the signs, and silent where a part is unknown."""
    found = regime(
        truncation=[truncation], rounding=[rounding], total=[truncation + rounding], status=["ok"]
    )

    assert found.tolist() == [expected]
