"""Numbers printed in books, papers and manuals, replayed with the package's own error table.

Truncation errors are compared to the printed digits. Where rounding dominates, the last bits of exp
and sin decide, and they differ between processors and mathematical libraries: there one unit in the
last place of each value of f is granted, carried through the formula, or a magnitude is compared.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    COMPLEX_STEP,
    FORWARD,
    Stencil,
    stencil,
)
from gradcheck.model.case import Case

Floats = npt.NDArray[np.float64]
Function = Callable[[Any], Any]

EPS = 2.0**-52


def column(
    name: str,
    functions: tuple[Function, Function],
    x: float,
    formula: Stencil,
    steps: Sequence[float],
) -> Floats:
    """Sweep one formula at one point; return the columns `numeric` and `analytic`, side by side."""
    f, df = functions
    case = Case("published", f=f, df=df, points=[x])
    table = sweep(case, stencils=[formula], steps=steps)

    assert list(steps) == table["h"].tolist()
    return table[name].to_numpy(dtype=np.float64)


# --- J. Ridders' example, as printed in the Ceres Solver manual --------------------------------


def ridders(x: Any) -> Any:
    """e^x / (sin x - x²)."""
    return np.exp(x) / (np.sin(x) - x**2)


def ridders_derivative(x: Any) -> Any:
    """Apply the quotient rule to it."""
    below = np.sin(x) - x**2
    return np.exp(x) * (below - np.cos(x) + 2 * x) / below**2


RIDDERS = [
    [141.678097131, 140.971663667, 140.796145400, 140.752333523, 140.741384778],
    [140.736185846, 140.737639311, 140.737729564, 140.737735196],
    [140.737736209, 140.737735581, 140.737735571],
    [140.737735571, 140.737735571],
    [140.737735571],
]
"""Ceres Solver, Numerical derivatives, Ridders' method: tableau for x = 1, h = 0.01 2^-m."""


def test_the_first_row_of_ridders_tableau_is_our_central_column() -> None:
    """Five central differences of e^x / (sin x - x²) agree to the nine printed decimals."""
    steps = [0.01 * 2.0**-m for m in range(5)]
    numeric = column("numeric", (ridders, ridders_derivative), 1.0, CENTRAL, steps)

    assert RIDDERS[0] == pytest.approx(numeric.tolist(), abs=6e-10, rel=0)


def test_ridders_tableau_grows_out_of_our_column() -> None:
    """Extrapolating our column gives the other ten entries, and the exact value to 1e-12."""
    steps = [0.01 * 2.0**-m for m in range(5)]
    row = column("numeric", (ridders, ridders_derivative), 1.0, CENTRAL, steps)
    for n, printed in enumerate(RIDDERS[1:], start=1):
        row = (4.0**n * row[1:] - row[:-1]) / (4.0**n - 1)
        assert printed == pytest.approx(row.tolist(), abs=6e-10, rel=0)

    exact = 140.73773557129660339  # mpmath, and the test of a D library
    assert abs(row[0] / exact - 1) < 1e-12
    assert exact == pytest.approx(float(ridders_derivative(np.float64(1.0))), rel=1e-15)


# --- T. Sauer, Numerical Analysis: e^x at 0 ----------------------------------------------------

SAUER = {
    # h     forward            central
    1e-1: (1.05170918075648, 1.00166750019844),
    1e-2: (1.00501670841679, 1.00001666674999),
    1e-3: (1.00050016670838, 1.00000016666668),
    1e-4: (1.00005000166714, 1.00000000166689),
    1e-5: (1.00000500000696, 1.00000000001210),
    1e-6: (1.00000049996218, 0.99999999997324),
    1e-7: (1.00000004943368, 0.99999999947364),
    1e-8: (0.99999999392253, 0.99999999392253),
    1e-9: (1.00000008274037, 1.00000002722922),
}


@pytest.mark.parametrize(("place", "formula"), [(0, FORWARD), (1, CENTRAL)])
@pytest.mark.parametrize("exp", [math.exp, np.exp], ids=["libm", "numpy"])
def test_sauers_table_is_reproduced_row_by_row(place: int, formula: Stencil, exp: Function) -> None:
    """All 18 quotients of e^x at 0 have the 14 printed decimals, but for the last bit of exp.

    With a correctly rounded exp all 18 are equal in print. A vectorised exp whose value at -1e-7
    is one unit in the last place lower moves the central quotient there by 5.6e-10.
    """
    steps = np.array(list(SAUER))
    printed = np.array([row[place] for row in SAUER.values()])
    numeric = column("numeric", (exp, exp), 0.0, formula, list(SAUER))
    one_bit = EPS * formula.condition / steps

    assert (np.abs(numeric - printed) <= 0.6e-14 + one_bit).all()


@pytest.mark.parametrize(("place", "formula"), [(0, FORWARD), (1, CENTRAL)])
def test_sauers_table_holds_to_every_printed_digit_with_correctly_rounded_values(
    place: int, formula: Stencil
) -> None:
    """Rounding rows included: forming the quotient adds nothing to the rounding of exp itself."""

    def exp(x: float) -> float:
        return float(Decimal(float(x)).exp(Context(prec=50)))

    numeric = column("numeric", (exp, exp), 0.0, formula, list(SAUER))

    assert [f"{row[place]:.14f}" for row in SAUER.values()] == [f"{n:.14f}" for n in numeric]


# --- R. Burden and D. Faires, Numerical Analysis, chapter 4 ------------------------------------


def x_exp(x: Any) -> Any:
    """X e^x, in the precision of the machine."""
    return x * np.exp(x)


def x_exp_derivative(x: Any) -> Any:
    """(1 + x) e^x."""
    return (1 + x) * np.exp(x)


def test_burden_and_faires_table_4_1() -> None:
    """Forward differences of ln x at 1.8, and the bound h / (2 · 1.8²) on their error."""
    steps = [0.1, 0.01, 0.001]
    functions = (np.log, np.reciprocal)
    numeric = column("numeric", functions, 1.8, FORWARD, steps)
    errors = column("abs_error", functions, 1.8, FORWARD, steps)
    bounds = np.array([0.0154321, 0.0015432, 0.0001543])

    assert [f"{n:.7f}" for n in numeric] == ["0.5406722", "0.5540180", "0.5554013"]
    assert (errors <= bounds).all()
    assert (errors >= 0.9 * bounds).any()


EXAMPLE_2 = {
    "three-point endpoint, h = 0.1":  (stencil([0, 1, 2]), 0.1, 22.032310),
    "three-point endpoint, h = -0.1": (stencil([-2, -1, 0]), 0.1, 22.054525),
    "three-point midpoint, h = 0.1":  (CENTRAL, 0.1, 22.228790),
    "three-point midpoint, h = 0.2":  (CENTRAL, 0.2, 22.414163),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLE_2)
def test_burden_and_faires_example_2_from_six_decimals(name: str) -> None:
    """Differences of x e^x at 2 from values rounded to six decimals, as the book tabulates them."""

    def tabulated(x: Any) -> Any:
        return np.round(x_exp(x), 6)

    formula, h, printed = EXAMPLE_2[name]
    numeric = column("numeric", (tabulated, x_exp_derivative), 2.0, formula, [h])

    assert [printed] == pytest.approx(numeric.tolist(), abs=0.51e-6, rel=0)


def test_burden_and_faires_five_point_formula() -> None:
    """The printed 22.166996 comes from values in full precision; exact is 22.167168."""
    functions = (x_exp, x_exp_derivative)
    numeric = column("numeric", functions, 2.0, CENTRAL4, [0.1])
    analytic = column("analytic", functions, 2.0, CENTRAL4, [0.1])

    assert [f"{numeric[0]:.6f}", f"{analytic[0]:.6f}"] == ["22.166996", "22.167168"]


TABLE_4_4 = {
    # h     quotient  error, cos(0.9) minus the quotient
    0.001: (0.62500, -0.00339),
    0.002: (0.62250, -0.00089),
    0.005: (0.62200, -0.00039),
    0.010: (0.62150, 0.00011),
    0.020: (0.62150, 0.00011),
    0.050: (0.62140, 0.00021),
    0.100: (0.62055, 0.00106),
}


def test_burden_and_faires_table_4_4_rounding_made_visible() -> None:
    """With sines of five decimals the central quotient is best near h = 0.028, then gets worse."""

    def tabulated(x: Any) -> Any:
        return np.round(np.sin(x), 5)

    functions = (tabulated, np.cos)
    numeric = column("numeric", functions, 0.9, CENTRAL, list(TABLE_4_4))
    errors = column("analytic", functions, 0.9, CENTRAL, list(TABLE_4_4)) - numeric

    assert [f"{q:.5f}" for q, _ in TABLE_4_4.values()] == [f"{n:.5f}" for n in numeric]
    assert [e for _, e in TABLE_4_4.values()] == pytest.approx(errors.tolist(), abs=1.01e-5, rel=0)
    best = list(TABLE_4_4)[int(np.argmin(np.abs(errors)))]
    predicted = (3 * 5e-6 / 0.69671) ** (1 / 3)
    assert predicted == pytest.approx(0.0278, abs=1e-4)
    assert predicted / 3 < best < predicted * 3


def test_burden_and_faires_table_4_6_richardson_extrapolation() -> None:
    """Central differences with h = 0.2, 0.1, 0.05, extrapolated twice, give 22.167168."""
    first = column("numeric", (x_exp, x_exp_derivative), 2.0, CENTRAL, [0.2, 0.1, 0.05])
    second = first[1:] + (first[1:] - first[:-1]) / 3
    third = second[1:] + (second[1:] - second[:-1]) / 15

    # The book's third value of the first column, 22.18256486, is cut off, not rounded.
    assert pytest.approx(first.tolist(), abs=1.01e-6, rel=0) == [22.414160, 22.228786, 22.182564]
    assert pytest.approx(second.tolist(), abs=1.01e-6, rel=0) == [22.166995, 22.167157]
    assert pytest.approx(third.tolist(), abs=1.01e-6, rel=0) == [22.167168]


# --- U. Ascher and C. Greif, A First Course in Numerical Methods, examples 1.2 and 1.3 ---------

ASCHER_GREIF = {
    0.1: 4.716676e-2,
    0.01: 4.666196e-3,
    0.001: 4.660799e-4,
    1e-4: 4.660256e-5,
    1e-7: 4.619326e-8,
    1e-8: 4.361050e-10,
    1e-9: 5.594726e-8,
    1e-10: 1.669696e-7,
    1e-11: 7.938531e-6,
    1e-15: 8.173146e-2,
    1e-16: 3.623578e-1,
}
"""Forward errors of sin at 1.2; without the row for 1e-13, which no correct sine gives."""


def test_ascher_and_greif_forward_errors_of_the_sine() -> None:
    """Printed digits on the truncation branch, and one bit of sin on the rounding branch."""
    steps = np.array(list(ASCHER_GREIF))
    errors = column("abs_error", (np.sin, np.cos), 1.2, FORWARD, list(ASCHER_GREIF))
    printed = np.array(list(ASCHER_GREIF.values()))
    one_bit = EPS * FORWARD.condition / steps

    assert (np.abs(errors - printed) <= 0.51e-6 * printed + one_bit).all()
    assert errors[-1] == math.cos(1.2), "x + 1e-16 is x, so that the quotient is zero"


def test_ascher_and_greif_the_smallest_forward_error_is_at_1e_8() -> None:
    """The table's V: errors fall like h down to 1e-8 and grow like 1/h below."""
    errors = column("abs_error", (np.sin, np.cos), 1.2, FORWARD, list(ASCHER_GREIF))

    assert list(ASCHER_GREIF)[int(np.argmin(errors))] == 1e-8


def test_ascher_and_greif_central_errors_of_the_sine() -> None:
    """The central companion falls like h² and is already touched by rounding at 1e-7."""
    steps = np.array([1e-1, 1e-2, 1e-3, 1e-4, 1e-7])
    printed = np.array([6.036277e-04, 6.039266e-06, 6.039301e-08, 6.036187e-10, 1.190064e-10])
    errors = column("abs_error", (np.sin, np.cos), 1.2, CENTRAL, steps.tolist())

    assert (np.abs(errors - printed) <= 0.51e-6 * printed + EPS / steps).all()


# --- R. LeVeque, Finite Difference Methods for ODEs and PDEs, table 1.1 ------------------------

LEVEQUE = {
    # formula    0.1          0.05         0.01         0.001
    "D+": (FORWARD,                 (-4.2939e-02, -2.1257e-02, -4.2163e-03, -4.2083e-04)),
    "D-": (BACKWARD,                (4.1138e-02, 2.0807e-02, 4.1983e-03, 4.2065e-04)),
    "D0": (CENTRAL,                 (-9.0005e-04, -2.2510e-04, -9.0050e-06, -9.0050e-08)),
    "D3": (stencil([-2, -1, 0, 1]), (6.8207e-05, 8.6491e-06, 6.9941e-08, 6.9979e-11)),
}  # fmt: skip


@pytest.mark.parametrize("name", LEVEQUE)
def test_leveque_table_1_1(name: str) -> None:
    """Signed errors of four formulas for the sine at 1, D3 being our stencil(-2, -1, 0, 1)."""
    formula, row = LEVEQUE[name]
    steps = np.array([0.1, 0.05, 0.01, 0.001])
    functions = (np.sin, np.cos)
    errors = column("numeric", functions, 1.0, formula, steps.tolist()) - math.cos(1.0)
    printed = np.array(row)

    assert (np.abs(errors - printed) <= 0.51e-4 * np.abs(printed) + EPS / steps).all()


# --- W. Squire and G. Trapp (1998); J. Martins, P. Sturdza, J. Alonso (2003) -------------------


def martins(x: Any) -> Any:
    """e^x / √(sin³x + cos³x)."""
    return np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3)


MARTINS_DERIVATIVE = 4.0534278938986206577
"""At 1.5; Martins, Sturdza and Alonso (2003), doi:10.1145/838250.838251, and mpmath."""

SQUIRE_TRAPP = {
    "x^(9/2)": (lambda x: x**4.5, 18.6008127342597586831856),
    "e^x / (sin³x + cos³x)": (
        lambda x: np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3),
        3.62203370071632604259777098,
    ),
    "e^x / √(sin³x + cos³x)": (martins, MARTINS_DERIVATIVE),
}


@pytest.mark.parametrize("name", SQUIRE_TRAPP)
def test_the_complex_step_gives_the_published_derivatives_to_full_precision(name: str) -> None:
    """At 1.5 with h = 1e-20 three published examples are met to four last places."""
    f, published = SQUIRE_TRAPP[name]
    numeric = column("numeric", (f, lambda _: published), 1.5, COMPLEX_STEP, [1e-20])

    assert [published] == pytest.approx(numeric.tolist(), rel=4 * EPS, abs=0)


MARTINS = {
    # h     forward    central    complex step
    1e-1: (5.314e-01, 5.414e-02, 5.309e-02),
    1e-2: (4.786e-02, 5.362e-04, 5.361e-04),
    1e-3: (4.737e-03, 5.361e-06, 5.361e-06),
    1e-4: (4.732e-04, 5.361e-08, 5.361e-08),
    1e-5: (4.732e-05, 5.473e-10, 5.361e-10),
    1e-6: (4.732e-06, 5.629e-10, 5.363e-12),
    1e-8: (9.936e-08, 3.387e-08, 0.0),
    1e-12: (1.107e-03, 2.184e-04, 0.0),
}
"""Errors of the three formulas at 1.5; zero stands for "a few units in the last place"."""


@pytest.mark.parametrize(("place", "formula"), [(0, FORWARD), (1, CENTRAL), (2, COMPLEX_STEP)])
def test_the_errors_of_martins_example(place: int, formula: Stencil) -> None:
    """Differences break down, the complex step does not: the published figure, in numbers.

    f is 4.5 and a few operations long: its rounding error is granted four units in the last place.
    """
    steps = np.array(list(MARTINS))
    functions = (martins, lambda _: MARTINS_DERIVATIVE)
    errors = column("abs_error", functions, 1.5, formula, list(MARTINS))
    printed = np.array([row[place] for row in MARTINS.values()])
    cancelled = 0.0 if formula is COMPLEX_STEP else 4 * EPS * 4.5 * formula.condition
    rounding = cancelled / steps + 4 * EPS * MARTINS_DERIVATIVE

    assert (np.abs(errors - printed) <= 1.1e-3 * printed + rounding).all()


def test_the_difference_is_lost_at_1e_16_and_the_complex_step_is_not() -> None:
    """At h = 1e-16 the forward error is f' itself; the complex step has 15 digits."""
    functions = (martins, lambda _: MARTINS_DERIVATIVE)

    assert column("abs_error", functions, 1.5, FORWARD, [1e-16]).tolist() == [MARTINS_DERIVATIVE]
    assert column("abs_error", functions, 1.5, COMPLEX_STEP, [1e-16])[0] < 4e-15


def test_boisgeraults_forward_differences_of_exp() -> None:
    """S. Boisgérault's lecture notes (Mines ParisTech): exp at 0, but for the last bit of exp."""
    steps = np.array([1e-4, 1e-8, 1e-12])
    printed = np.array([1.000050001667141, 0.999999993922529, 1.000088900582341])
    numeric = column("numeric", (np.exp, np.exp), 0.0, FORWARD, steps.tolist())

    assert (np.abs(numeric - printed) <= 1e-15 + EPS / steps).all()


# --- the packages FiniteDifferences.jl and pnd -------------------------------------------------


def test_the_five_point_formula_of_finitedifferences_jl() -> None:
    """With sin at 1 and a fixed h = 1e-3 on five points: published as 0.5403023058679624."""
    five = stencil((-2, -1, 0, 1, 2))
    numeric = column("numeric", (np.sin, np.cos), 1.0, five, [1e-3])

    assert pytest.approx(numeric.tolist(), abs=EPS / 1e-3, rel=0) == [0.5403023058679624]


def test_the_curtis_reid_quantities_of_pnd() -> None:
    """For sin at 1, u = |forward - central| / (ε |f| / 2h) is 45035996 at 1e-4; h1 is 1.490116e-7.

    There it is near the 100 aimed at (99.8 in the vignette, up to the bits that cancel).
    """

    def ratio(h: float) -> float:
        forward = column("numeric", (np.sin, np.cos), 1.0, FORWARD, [h])
        central = column("numeric", (np.sin, np.cos), 1.0, CENTRAL, [h])
        return float(abs(forward - central)[0] / (EPS / 2 * math.sin(1.0) / h))

    shortened = 1e-4 * math.sqrt(100 / ratio(1e-4))

    assert pytest.approx(ratio(1e-4), rel=2e-7) == 45035996
    assert pytest.approx(shortened, rel=1e-6) == 1.490116e-07
    assert pytest.approx(ratio(shortened), abs=4) == 99.8


def test_the_slope_of_the_truncation_error_of_the_sine() -> None:
    """Between h = 2^-8 and 2^-9 the central error at π/4 falls with slope 1.9999990 (pnd)."""
    errors = column("abs_error", (np.sin, np.cos), math.pi / 4, CENTRAL, [2.0**-8, 2.0**-9])

    assert np.log2(errors[0] / errors[1]) == pytest.approx(1.9999990, abs=1e-6)


def test_the_optimal_central_step_of_the_sine() -> None:
    """pnd: (1.5 ε tan 1)^(1/3) = 8.03e-6, which our coefficient and condition give as well."""
    published = 8.03e-6
    truncation = CENTRAL.truncation_coefficient * math.cos(1.0)
    rounding = CENTRAL.condition * EPS / 2 * math.sin(1.0)
    balanced = (rounding / (CENTRAL.order * truncation)) ** (1 / (CENTRAL.order + 1))

    assert published == pytest.approx(balanced, rel=1e-3)


# --- the package numericalderivative: optimal steps for ε_f = 1e-16 -----------------------------

OPTIMAL = {
    # problem           f″            f‴            forward    central
    "x² at 1":         (2,            0,            1.414e-08, math.inf),
    "1/x at 1":        (2,            -6,           1.414e-08, 3.684e-06),
    "e^x at 1":        (math.e,       math.e,       1.213e-08, 4.797e-06),
    "ln x at 1":       (-1,           2,            2.000e-08, 5.313e-06),
    "√x at 1":         (-0.25,        0.375,        4.000e-08, 9.283e-06),
    "arctan at 0.5":   (-0.64,        -0.256,       2.500e-08, 1.054e-05),
    "sin at 1":        (-0.8414710,   -0.5403023,   2.180e-08, 8.219e-06),
    "e^(-1e-6 x)":     (9.99999e-13,  -9.99999e-19, 2.000e-02, 6.694),
    "Gill et al.":     (24.26611,     53.14556,     4.060e-09, 1.781e-06),
    "(e^x - 1)²":      (-6.704751e-4, -6.700250e-4, 7.724e-07, 7.650e-05),
    "e^(100x)":        (27182.82,     2.718282e6,   1.213e-10, 4.797e-08),
    "x⁴ + 3x² - 10x":  (17.99976,     23.99976,     4.714e-09, 2.321e-06),
    "1e4x³+.01x²+5x":  (0.02006,      6e4,          1.412e-07, 1.710e-07),
    "e^(4x)":          (873.5704,     3494.282,     6.767e-10, 4.412e-07),
    "e^(x²)":          (16.30969,     54.36564,     4.952e-09, 1.767e-06),
    "x² ln x":         (3,            2,            1.155e-08, 5.313e-06),
}  # fmt: skip


@pytest.mark.parametrize("problem", OPTIMAL)
def test_published_optimal_steps_follow_from_coefficient_condition_and_order(problem: str) -> None:
    """h* = (ε_f condition / (p |C f^(p+1)|))^(1/(p+1)) gives the package's printed steps."""
    second, third, *printed = OPTIMAL[problem]
    steps = []
    for formula, derivative in ((FORWARD, second), (CENTRAL, third)):
        p = formula.order
        slope = p * abs(formula.truncation_coefficient * derivative)
        balance = 1e-16 * formula.condition / slope if slope else math.inf
        steps.append(balance ** (1 / (p + 1)))

    assert printed == pytest.approx(steps, rel=5e-4)
