"""The built-in cases from R to R: complete, right to all digits, and as rough as they claim."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from latex2mathml.converter import convert
from mpmath import mp, mpf

import gradcheck as gc
from gradcheck import content

THEMES = (
    "activation", "badly_scaled", "basics", "elementary", "kinked", "noisy", "oscillating",
    "published",
)  # fmt: skip
REGISTRY = gc.load_cases([content.folder("cases") / theme for theme in THEMES])
EPS = float(np.finfo(np.float64).eps)

NOISE: dict[str, Callable[[float, float], float]] = {
    "gelu": lambda f, _: 4 * EPS * abs(f),
    "sin-6-decimals": lambda _f, _slope: 5e-7,
    "sin-5-decimals": lambda _f, _slope: 5e-6,
    "x-exp-x-6-decimals": lambda _f, _slope: 5e-7,
    "exp-float32": lambda f, slope: 2.0**-23 * (abs(f) + 2.0 * abs(slope)),
    "sigmoid-float32": lambda f, slope: 2.0**-23 * (abs(f) + 2.0 * abs(slope)),
}
"""The noise of those f that cannot run in 50 digits, from f and its slope."""

DIGITS_LOST = {
    ("sigmoid", 20.0), ("sigmoid", 37.0), ("sigmoid-quotient", -355.0),
    ("sigmoid-quotient", -710.0), ("tanh", 20.0),
}  # fmt: skip
"""Special points at which a formula that is right on paper is what the case is about."""


class Digits:
    """A number of 50 digits on which NumPy's functions work, through its methods."""

    def __init__(self, value: Any) -> None:
        self.value: Any = mpf(value.value if isinstance(value, Digits) else value)

    def __repr__(self) -> str:
        return f"Digits({self.value})"


def _binary(name: str) -> Callable[[Digits, Any], Any]:
    def method(self: Digits, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            return NotImplemented
        result = getattr(self.value, name)(Digits(other).value)
        return result if isinstance(result, bool) else Digits(result)

    return method


def _unary(function: Callable[[Any], Any]) -> Callable[[Digits], Digits]:
    return lambda self: Digits(function(self.value))


for _name in (
    "add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow",
    "lt", "le", "gt", "ge", "eq", "ne",
):  # fmt: skip
    setattr(Digits, f"__{_name}__", _binary(f"__{_name}__"))
for _name, _function in {
    "__neg__": lambda x: -x, "exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "sin": mp.sin, "cos": mp.cos, "tan": mp.tan, "sinh": mp.sinh, "cosh": mp.cosh,
    "tanh": mp.tanh, "arcsin": mp.asin, "arccos": mp.acos, "arctan": mp.atan,
    "arcsinh": mp.asinh, "arctanh": mp.atanh, "expm1": mp.expm1, "log1p": mp.log1p,
    "exp2": lambda x: mpf(2) ** x, "log2": lambda x: mp.log(x, 2), "log10": mp.log10,
}.items():  # fmt: skip
    setattr(Digits, _name, _unary(_function))


def in_50_digits(case: gc.Case, x: float, order: int) -> Any:
    """Differentiate f with 50 digits, from f alone."""

    def value(t: Any) -> Any:
        result = case.f(Digits(t))
        return Digits(result.item() if isinstance(result, np.ndarray) else result).value

    with mp.workdps(50):
        return mp.diff(value, mpf(x), order)


def measured(case: gc.Case, x: float) -> tuple[float, float]:
    """Differentiate f by central differences; return the best with its error bar."""
    h = 2.0 ** -np.arange(1.0, 30.0)
    quotients = (case.f(x + h) - case.f(x - h)) / (2.0 * h)
    noise = NOISE[case.name](float(case.f(np.float64(x))), float(quotients[3]))
    bars = np.abs(quotients[1:] - quotients[:-1]) + 2.0 * noise / h[1:]
    best = int(np.argmin(bars))
    return float(quotients[1:][best]), float(bars[best])


def sweep(name: str, x: float, stencil: gc.Stencil, steps: list[float]) -> Any:
    """Return the quotients of a built-in case at one point."""
    case = REGISTRY[name]
    moved = gc.Case(name, f=case.f, df=case.df, points=[x], domain=case.domain)
    return gc.sweep(moved, stencils=[stencil], steps=steps)["numeric"].to_numpy()


every_case = pytest.mark.parametrize("name", list(REGISTRY))
SMOOTH = [name for name, case in REGISTRY.items() if "smooth" in case.tags]
CURVED = [name for name in SMOOTH if "polynomial" not in REGISTRY[name].tags]


def test_there_are_more_than_a_hundred_scalar_cases() -> None:
    """At least 100 cases exist besides the n-fold sigmoids, of which there are 20."""
    folded = [name for name in REGISTRY if name.startswith("n-fold-sigmoid")]

    assert [f"n-fold-sigmoid-{n:02d}" for n in range(1, 21)] == folded
    assert len(REGISTRY) - len(folded) >= 100


def test_the_sigmoid_is_an_activation() -> None:
    """The plain sigmoid is called "sigmoid" and lives in cases/activation."""
    assert gc.load_cases()["sigmoid"].theme == "activation"


@every_case
def test_a_case_says_what_it_is(name: str) -> None:
    """Every case has both formulas, a source, tags and scalar points; a smooth one has three."""
    case = REGISTRY[name]

    assert case.formula
    assert case.derivative_formula
    assert case.source
    assert case.tags
    assert all(point.shape == () for point in case.all_points)
    assert len(case.points) >= 3
    assert name == name.lower()


@every_case
def test_a_case_has_formulas_that_can_be_typeset(name: str) -> None:
    """Both formulas become MathML with no command left over."""
    case = REGISTRY[name]

    for formula in (case.formula, case.derivative_formula):
        mathml = convert(formula)
        assert mathml.startswith("<math")
        assert "\\" not in mathml


@every_case
def test_f_and_df_act_elementwise(name: str) -> None:
    """On the array of its points, f and df give what they give on each of them."""
    case = REGISTRY[name]
    points = np.array(case.points)

    for function in (case.f, case.df):
        assert points.shape == np.shape(function(points))
        singles = [float(function(point[()])) for point in case.points]
        np.testing.assert_allclose(function(points), singles, rtol=4 * EPS)


@every_case
def test_df_is_the_derivative_of_f(name: str) -> None:
    """At its points, df has the digits of a derivative computed from f with 50 digits.

    What is allowed is a few roundings of df itself and of its argument; where f cannot run with 50
    digits, the error bar of a difference quotient.
    """
    case = REGISTRY[name]

    for point in case.points:
        x, analytic = float(point), float(case.df(point[()]))
        if name in NOISE:
            numeric, bar = measured(case, x)
            assert abs(analytic - numeric) <= bar
            assert bar <= 0.05 * abs(analytic)
        else:
            expected, curvature = (float(in_50_digits(case, x, order)) for order in (1, 2))
            assert abs(analytic - expected) <= 32 * EPS * (abs(expected) + abs(x * curvature))


@pytest.mark.parametrize("name", SMOOTH)
def test_df_is_the_derivative_of_f_at_special_points_too(name: str) -> None:
    """Where a smooth case is special, df keeps its digits, unless the point is to lose them."""
    case = REGISTRY[name]

    for point in case.special_points.values():
        x = float(point)
        if name in NOISE or (name, x) in DIGITS_LOST:
            continue
        analytic = float(case.df(point[()]))
        expected, curvature = (float(in_50_digits(case, x, order)) for order in (1, 2))
        allowed = 32 * EPS * (abs(expected) + abs(x * curvature))
        assert abs(analytic - expected) <= max(allowed, 32 * EPS**2)


@pytest.mark.parametrize("name", CURVED)
def test_a_smooth_case_shows_the_order_of_each_formula(name: str) -> None:
    """At its points, the slope is p over three successive halvings of h, up to 0.1 (0.5)."""
    case = REGISTRY[name]
    orders = {"forward": 1, "central": 2, "central4": 4, "central6": 6}
    table = gc.sweep(case, stencils=[gc.FORWARD, gc.CENTRAL, gc.CENTRAL4, gc.CENTRAL6])
    used = table[(table["status"] == "ok") & (table["point"] < len(case.points))]

    for (_, formula), curve in used.groupby(["point", "stencil"], observed=True):
        p = orders[str(formula)]
        error = curve["abs_error"].to_numpy()
        error = error[: int(np.argmin(error))]
        slopes = np.log2(error[:-1] / error[1:])
        windows = np.lib.stride_tricks.sliding_window_view(slopes, 3)
        assert np.abs(windows - p).max(axis=1).min() <= (0.1 if p < 6 else 0.5)


# --- The sigmoid -------------------------------------------------------------------------------


def test_the_stable_sigmoid_and_the_quotient_agree_where_nothing_overflows() -> None:
    """e^-z / (1 + e^-z)² and the stable form agree to a few roundings from -350 to 700."""
    z = np.linspace(-350.0, 700.0, 2001)

    np.testing.assert_allclose(
        REGISTRY["sigmoid-quotient"].df(z), REGISTRY["sigmoid-stable"].df(z), rtol=8 * EPS
    )


def test_the_product_form_agrees_up_to_the_cancellation_in_one_minus_f() -> None:
    """F (1 - f) is off by ε e^z at most, and agrees to a few roundings for z ≤ 0."""
    z = np.linspace(-350.0, 30.0, 2001)
    product, stable = REGISTRY["sigmoid"].df(z), REGISTRY["sigmoid-stable"].df(z)

    assert (np.abs(product - stable) <= 4 * EPS * (1.0 + np.exp(z)) * stable).all()


def test_the_chain_rule_gives_the_same_sigmoid() -> None:
    """The case that the calculus built has the values and slopes of the one by hand."""
    z = np.linspace(-20.0, 20.0, 401)
    built, by_hand = REGISTRY["sigmoid-chain-rule"], REGISTRY["sigmoid-quotient"]

    np.testing.assert_allclose(built.f(z), by_hand.f(z), rtol=8 * EPS)
    np.testing.assert_allclose(built.df(z), by_hand.df(z), rtol=8 * EPS)


@pytest.mark.parametrize(
    ("z", "relative_error"), [(20.0, 3.6e-8), (30.0, 1e-3), (36.0, 0.04), (37.0, 1.0)]
)
def test_the_product_form_loses_digits_to_the_right(z: float, relative_error: float) -> None:
    """F (1 - f) is off by 3.6e-8 at 20, 1e-3 at 30, 4 % at 36, and exactly 0 at 37."""
    product, stable = REGISTRY["sigmoid"].df(z), REGISTRY["sigmoid-stable"].df(z)

    assert relative_error == pytest.approx(abs(product - stable) / stable, rel=0.2)


def test_the_product_form_is_exactly_zero_from_37_on() -> None:
    """F (1 - f) is 0 from 37 on, where the slope is 8.5e-17, and not yet at 36."""
    z = np.linspace(37.0, 700.0, 1001)

    assert not REGISTRY["sigmoid"].df(z).any()
    assert REGISTRY["sigmoid"].df(36.0) > 0.0
    assert pytest.approx(8.5e-17, rel=0.01) == REGISTRY["sigmoid-stable"].df(37.0)


def test_the_quotient_form_fails_to_the_left() -> None:
    """e^-z / (1 + e^-z)² is 0 at -355 and nan at -710; the stable form has the digits there."""
    with np.errstate(over="ignore", invalid="ignore"):
        zero, nothing = (float(REGISTRY["sigmoid-quotient"].df(z)) for z in (-355.0, -710.0))

    assert zero == 0.0
    assert np.isnan(nothing)
    assert REGISTRY["sigmoid-quotient"].df(-354.0) > 0.0
    assert pytest.approx(6.7e-155, rel=0.01) == float(REGISTRY["sigmoid-stable"].df(-355.0))
    assert pytest.approx(9.9e-305, rel=0.01) == float(REGISTRY["sigmoid-stable"].df(-700.0))
    assert np.exp(-710.0) == float(REGISTRY["sigmoid-stable"].df(-710.0))


@pytest.mark.parametrize(
    "name",
    ["sigmoid", "sigmoid-quotient", "sigmoid-stable", "sigmoid-chain-rule", "n-fold-sigmoid-01"],
)
def test_the_slope_of_every_sigmoid_at_0_is_a_quarter(name: str) -> None:
    """f'(0) = 0.25, exactly, in each form; 0 is one of the case's special points."""
    assert REGISTRY[name].df(np.float64(0.0)) == 0.25
    assert 0.0 in [float(point) for point in REGISTRY[name].special_points.values()]


def test_a_quarter_is_the_greatest_slope() -> None:
    """The slope of the slope is 0 at 0, positive on the left and negative on the right."""
    slope = REGISTRY["sigmoid-derivative"]
    right = np.linspace(1e-3, 10.0, 1000)

    assert slope.f(0.0) == 0.25
    assert slope.df(0.0) == 0.0
    assert (slope.df(-right) > 0.0).all()
    assert (slope.df(right) < 0.0).all()


def test_half_the_greatest_slope_is_at_1_76() -> None:
    """The slope s (1 - s) is 0.125 at the special point ln(3 + √8)."""
    slope = REGISTRY["sigmoid-derivative"]
    z = next(float(p) for reason, p in slope.special_points.items() if "half" in reason)

    assert pytest.approx(1.7627, abs=1e-4) == z
    assert pytest.approx(0.125, rel=8 * EPS) == slope.f(z)


@pytest.mark.parametrize(
    ("layers", "slope", "numeric_error"),
    [(1, 0.25, 2.7e-11), (5, 6.8e-4, 1.8e-9), (10, 3.9e-7, 1.1e-5), (15, 2.2e-10, 2.5e-2),
     (20, 1.3e-13, 1.0)],
)  # fmt: skip
def test_the_gradient_vanishes_with_the_layers(
    layers: int, slope: float, numeric_error: float
) -> None:
    """At 0 the n-fold sigmoid has the lesson's slopes; the central difference loses them."""
    case = REGISTRY[f"n-fold-sigmoid-{layers:02d}"]
    analytic = float(case.df(0.0))
    numeric = float(sweep(case.name, 0.0, gc.CENTRAL, [1e-5])[0])

    assert slope == pytest.approx(analytic, rel=0.02)
    assert analytic <= 0.25**layers
    assert abs(numeric / analytic - 1.0) <= 10.0 * numeric_error
    assert abs(numeric / analytic - 1.0) >= numeric_error / 1000.0


# --- The rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("built", "by_hand"),
    [
        ("chain-rule", "expanded-square"),
        ("sum-rule", "quadratic-minus-5"),
        ("product-rule", "product-x2-exp"),
    ],
)
def test_the_rules_give_what_was_worked_out_by_hand(built: str, by_hand: str) -> None:
    """A case of the calculus has the values and slopes of its twin."""
    x = np.linspace(-3.0, 3.0, 61)
    ours, theirs = REGISTRY[built], REGISTRY[by_hand]

    np.testing.assert_allclose(ours.f(x), theirs.f(x), rtol=1e-14, atol=1e-13)
    np.testing.assert_allclose(ours.df(x), theirs.df(x), rtol=1e-14, atol=1e-13)
    assert len(ours.derivation) >= 2


def test_the_sign_of_a_constant_leaves_no_trace() -> None:
    """3x² + 4x - 5 and 3x² + 4x + 5 have the same derivative, 6x + 4."""
    x = np.linspace(-3.0, 3.0, 61)

    assert (REGISTRY["quadratic-minus-5"].df(x) == REGISTRY["quadratic-plus-5"].df(x)).all()
    assert REGISTRY["quadratic-plus-5"].df(1.0) == 10.0


@pytest.mark.parametrize(("x", "slope"), [(3.5, 3.0), (1.5, -1.0), (2.0, 0.0)])
def test_the_bowl_has_the_slopes_of_the_text(x: float, slope: float) -> None:
    """(x - 2)² has the slopes +3, -1 and 0 at 3.5, 1.5 and 2, all of them points of the case."""
    assert slope == REGISTRY["bowl"].df(x)
    assert x in [float(point) for point in REGISTRY["bowl"].all_points]


@pytest.mark.parametrize("name", ["dome", "terrace"])
def test_a_slope_of_zero_makes_no_minimum(name: str) -> None:
    """-(x - 2)² and (x - 2)³ are level at 2, and lower nearby."""
    case = REGISTRY[name]

    assert case.df(2.0) == 0.0
    assert case.f(1.9) < case.f(2.0)


@pytest.mark.parametrize(
    ("stencil", "errors"),
    [
        (gc.FORWARD, [5.8e-1, 5.5e-2, 5.4e-3, 5.4e-4]),
        (gc.CENTRAL, [3.6e-2, 3.6e-4, 3.6e-6, 3.6e-8]),
    ],
    ids=str,
)
def test_exp_2x_shows_orders_one_and_two(stencil: gc.Stencil, errors: list[float]) -> None:
    """The errors of the lesson for e^(2x) at 0.5 come out: a tenth, or a hundredth, each time."""
    numeric = sweep("exp-2x", 0.5, stencil, [1e-1, 1e-2, 1e-3, 1e-4])

    np.testing.assert_allclose(np.abs(numeric - 2.0 * np.e), errors, rtol=0.02)


def test_the_central_error_of_a_cube_is_the_square_of_h() -> None:
    """For x³ at 2 the central difference is 12 + h²."""
    h = [2.0**-3, 2.0**-5, 2.0**-7]

    assert [12.0 + step**2 for step in h] == sweep("cube", 2.0, gc.CENTRAL, h).tolist()


# --- The traps ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "x", "forward", "backward", "central"),
    [
        ("corner", 2.0, 1.0, -1.0, 0.0),
        ("relu", 0.0, 1.0, 0.0, 0.5),
        ("leaky-relu", 0.0, 1.0, 0.1, 0.55),
        ("soft-threshold", 0.5, 1.0, 0.0, 0.5),
        ("hard-tanh", 1.0, 0.0, 1.0, 0.5),
    ],
)
def test_a_kink_has_two_slopes(
    name: str, x: float, forward: float, backward: float, central: float
) -> None:
    """One-sided differences give the one-sided slopes, the central one the mean; df lies within."""
    slopes = [float(sweep(name, x, s, [2.0**-9])[0]) for s in (gc.FORWARD, gc.BACKWARD, gc.CENTRAL)]

    assert pytest.approx([forward, backward, central], rel=1e-12) == slopes
    assert min(forward, backward) <= REGISTRY[name].df(np.float64(x)) <= max(forward, backward)


@pytest.mark.parametrize(
    ("name", "x", "h", "central"),
    [
        ("relu-near-kink", 1e-6, [1e-4, 1e-5, 1e-6], [0.505, 0.55, 1.0]),
        ("step", 0.0, [1e-2, 1e-4, 1e-6], [50.0, 5000.0, 5e5]),
        ("sqrt-abs", 0.0, [1e-2, 1e-4, 1e-6], [0.0, 0.0, 0.0]),
        ("x-abs-x", 0.0, [1e-2, 1e-4, 1e-6], [1e-2, 1e-4, 1e-6]),
        ("abs-cubed", 0.0, [1e-2, 1e-4, 1e-6], [0.0, 0.0, 0.0]),
    ],
)
def test_a_trap_has_the_central_differences_of_the_lesson(
    name: str, x: float, h: list[float], central: list[float]
) -> None:
    """Close to a kink, at a jump and at powers of |x|, the quotients are those of the lesson."""
    np.testing.assert_allclose(sweep(name, x, gc.CENTRAL, h), central, rtol=1e-9)


def test_a_vertical_tangent_grows_like_the_inverse_root_of_h() -> None:
    """The one-sided differences of √|x| at 0 are 10, 100, 1000, and negative to the left."""
    h = [1e-2, 1e-4, 1e-6]

    np.testing.assert_allclose(sweep("sqrt-abs", 0.0, gc.FORWARD, h), [10.0, 100.0, 1000.0])
    np.testing.assert_allclose(sweep("sqrt-abs", 0.0, gc.BACKWARD, h), [-10.0, -100.0, -1000.0])


def test_a_fast_oscillation_hides_above_its_wavelength() -> None:
    """For sin(1000x) at 1 the error is about 100 % at h = 1e-1, 16 % at 1e-3, 0.17 % at 1e-4."""
    analytic = REGISTRY["sin-1000x"].df(1.0)
    relative = np.abs(sweep("sin-1000x", 1.0, gc.CENTRAL, [1e-1, 1e-3, 1e-4]) / analytic - 1.0)

    np.testing.assert_allclose(relative, [1.0, 0.1585, 1.666e-3], rtol=0.01)


def test_six_decimals_move_the_best_step_to_a_hundredth() -> None:
    """For sin with 6 decimals the error is below 1e-5 at h = 1e-2 and above 0.1 at 1e-6."""
    error = np.abs(sweep("sin-6-decimals", 1.0, gc.CENTRAL, [1e-1, 1e-2, 1e-6]) - np.cos(1.0))

    assert pytest.approx(9e-4, rel=0.01) == error[0]
    assert error[1] < 1e-5
    assert error[2] > 0.1


def test_five_decimals_give_the_table_of_burden_and_faires() -> None:
    """Table 4.4 comes out for sin at 0.9 with 5 decimals, digit by digit."""
    h = [0.001, 0.002, 0.005, 0.010, 0.020, 0.050, 0.100]
    printed = [0.62500, 0.62250, 0.62200, 0.62150, 0.62150, 0.62140, 0.62055]

    np.testing.assert_allclose(sweep("sin-5-decimals", 0.9, gc.CENTRAL, h), printed, atol=1e-9)


def test_single_precision_needs_larger_steps() -> None:
    """With float32 inside, h = 2⁻⁸ leaves an error below 1e-4, and h = 1e-5 one above 1e-3."""
    error = np.abs(sweep("exp-float32", 1.0, gc.CENTRAL, [2.0**-8, 1e-5]) - np.e)

    assert error[0] < 1e-4
    assert error[1] > 1e-3


def test_all_digits_of_one_minus_cos_cancel() -> None:
    """1 - cos x is exactly 0 at 1e-8, while its derivative is 1e-8."""
    case = REGISTRY["one-minus-cos"]

    assert case.f(1e-8) == 0.0
    assert pytest.approx(1e-8) == case.df(1e-8)


def test_a_derivative_may_exist_without_a_limit() -> None:
    """x² sin(1/x) has the slope 0 at 0, and slopes near -1 and 1 as close to 0 as one likes."""
    case = REGISTRY["x2-sin-inverse"]
    turns = np.array([2000.0, 2001.0]) * np.pi

    assert float(case.df(np.float64(0.0))) == 0.0
    np.testing.assert_allclose(case.df(1.0 / turns), [-1.0, 1.0], atol=1e-9)


# --- Published values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "x", "derivative"),
    [
        ("ridders",           1.0,          140.73773557129660339),
        ("power-nine-halves", 1.5,           18.600812734259758683),
        ("squire-trapp",      1.5,            3.6220337007163260426),
        ("martins",           1.5,            4.0534278938986206577),
        ("x-exp-x",           2.0,           22.167168296791951),
        ("arctan",            np.sqrt(2.0),   1.0 / 3.0),
        ("log",               1.8,            1.0 / 1.8),
        ("reciprocal",        1.0,           -1.0),
        ("exp-minus-1e-6x",   1.0,           -9.999990000005e-07),
        ("gmsw",              1.0,            9.548655),
        ("sxxn-1",           -8.0,           -6.707002e-04),
        ("exp-100x",          0.01,         271.8282),
        ("sxxn-3",            0.99999,       -1.799988e-04),
        ("sxxn-4",            1e-9,           5.0),
        ("oliver-1",          1.0,          218.3926),
        ("oliver-2",          1.0,            5.436564),
        ("oliver-3",          1.0,            1.0),
    ],
)  # fmt: skip
def test_a_published_derivative_comes_out(name: str, x: float, derivative: float) -> None:
    """At the published point, which the case lists, df has the published digits."""
    case = REGISTRY[name]

    assert pytest.approx(derivative, rel=2e-7) == float(case.df(np.float64(x)))
    assert x in [float(point) for point in case.all_points]
