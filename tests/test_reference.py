"""The certified reference: enclosures contain the truth, and what is not certain is refused."""

import contextlib
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
import scipy.special
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcheck.differences.reference import Enclosures, derivatives, exact_quotients
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    stencil,
)
from gradcheck.errors import CaseError, NotCertifiable
from gradcheck.model.case import Case

Function = Callable[..., Any]


def case_of(f: Function, x: Any = 1.0, **options: Any) -> Case:
    """Make a case whose df plays no part."""
    return Case("example", f=f, df=f, points=[x], **options)


def enclosed(f: Function, x: Any, *, order: int = 4, direction: Any = None) -> Enclosures:
    """Enclose derivatives along a direction, by default the sum of the unit vectors."""
    v = np.ones(np.shape(x)) if direction is None else direction
    return derivatives(case_of(f, x), x, v, order=order)


def holds(ball: Any, truth: Any) -> bool:
    """Tell whether an arb contains an mpmath number known to 60 digits."""
    with flint.ctx.workprec(400):
        text = mpmath.nstr(truth, 60)
        return bool(
            flint.arb(f"{text} +/- {mpmath.nstr(abs(truth) * mpmath.mpf('1e-58'), 5)}").overlaps(
                ball
            )
        )


t = sympy.Symbol("t")

FUNCTIONS: list[tuple[str, Function, Any, float]] = [
    ("exp", np.exp, sympy.exp(t), 0.7),
    ("exp2", np.exp2, 2**t, 0.7),
    ("expm1", np.expm1, sympy.exp(t) - 1, 1e-9),
    ("log", np.log, sympy.log(t), 0.7),
    ("log2", np.log2, sympy.log(t, 2), 0.7),
    ("log10", np.log10, sympy.log(t, 10), 0.7),
    ("log1p", np.log1p, sympy.log(1 + t), 1e-9),
    ("sqrt", np.sqrt, sympy.sqrt(t), 0.7),
    ("cbrt", np.cbrt, sympy.cbrt(t), 0.7),
    ("square", np.square, t**2, -0.7),
    ("power", lambda x: np.power(x, 2.5), t ** sympy.Rational(5, 2), 0.7),
    ("two to x", lambda x: 2.0**x, 2**t, 0.7),
    ("x to x", lambda x: x**x, t**t, 0.7),
    ("reciprocal", np.reciprocal, 1 / t, 0.7),
    ("negative", np.negative, -t, 0.7),
    ("sin", np.sin, sympy.sin(t), 0.7),
    ("cos", np.cos, sympy.cos(t), 0.7),
    ("tan", np.tan, sympy.tan(t), 0.7),
    ("arcsin", np.arcsin, sympy.asin(t), 0.7),
    ("arccos", np.arccos, sympy.acos(t), 0.7),
    ("arctan", np.arctan, sympy.atan(t), 0.7),
    ("arctan2", lambda x: np.arctan2(x, -1 - x), sympy.atan2(t, -1 - t), 0.7),
    ("hypot", lambda x: np.hypot(x, 3.0), sympy.sqrt(t**2 + 9), 0.7),
    ("sinh", np.sinh, sympy.sinh(t), 0.7),
    ("cosh", np.cosh, sympy.cosh(t), 0.7),
    ("tanh", np.tanh, sympy.tanh(t), 0.7),
    ("arcsinh", np.arcsinh, sympy.asinh(t), -0.7),
    ("arccosh", np.arccosh, sympy.acosh(t), 1.7),
    ("arctanh", np.arctanh, sympy.atanh(t), 0.7),
    ("deg2rad", np.deg2rad, t * sympy.pi / 180, 0.7),
    ("abs", lambda x: np.abs(x) ** 3, (-t) ** 3, -0.7),
    ("sign", lambda x: np.sign(x) * x, -t, -0.7),
    ("maximum", lambda x: np.maximum(x**2, 0.3), t**2, 0.7),
    ("where", lambda x: np.where(x > 0, np.log(x), np.exp(x)), sympy.exp(t), -0.7),
    ("clip", lambda x: np.clip(x, 0.0, 1.0), t, 0.7),
    ("remainder", lambda x: np.exp(x) % 1.0, sympy.exp(t) - 2, 0.7),
    ("logaddexp", lambda x: np.logaddexp(x, 0.0), sympy.log(1 + sympy.exp(t)), 0.7),
    ("expit", scipy.special.expit, 1 / (1 + sympy.exp(-t)), 0.7),
    ("erf", scipy.special.erf, sympy.erf(t), 0.7),
    ("gamma", scipy.special.gamma, sympy.gamma(t), 2.7),
    ("gammaln", scipy.special.gammaln, sympy.loggamma(t), 2.7),
    ("ndtr", scipy.special.ndtr, sympy.erfc(-t / sympy.sqrt(2)) / 2, 0.7),
]


@pytest.mark.parametrize(
    ("f", "formula", "x"), [row[1:] for row in FUNCTIONS], ids=[row[0] for row in FUNCTIONS]
)
def test_enclosures_contain_the_derivatives_at_fifty_digits(
    f: Function, formula: Any, x: float
) -> None:
    """Each ball holds the symbolic derivative at 50 digits, and is tight for a float64."""
    found = enclosed(f, x, order=3)

    exact = sympy.Rational(*x.as_integer_ratio())
    with mpmath.workdps(70):
        for order in range(4):
            truth = formula.diff(t, order).subs(t, exact).evalf(70)
            assert holds(found.balls[order][0], mpmath.mpf(str(truth)))
            assert found.radius[order, 0] <= 2.0**-52 * abs(found.mid[order, 0])


def test_values_of_elementary_functions_hold_in_arrays_too() -> None:
    """An array goes through element by element, and its outputs keep their order and shape."""
    x = np.array([[0.1, 0.2], [0.3, 0.4]])

    found = enclosed(lambda x: np.exp(x) @ x, x, order=1)

    assert found.output == (2, 2)
    np.testing.assert_allclose((np.exp(x) @ x).ravel(), found.mid[0], rtol=1e-15)


REDUCTIONS: list[tuple[str, Function]] = [
    ("sum", np.sum),
    ("mean", np.mean),
    ("var", np.var),
    ("std", np.std),
    ("prod", np.prod),
    ("max", np.max),
    ("min", np.min),
    ("dot", lambda x: np.dot(x, x)),
    ("matmul", lambda x: x @ np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 3.0], [1.0, 1.0, 1.0]]) @ x),
    ("einsum", lambda x: np.einsum("i,j,i->", x, x, x)),
    ("norm", np.linalg.norm),
    ("log sum exp", lambda x: np.max(x) + np.log(np.sum(np.exp(x - np.max(x))))),
    ("log det", lambda x: np.linalg.slogdet(np.outer(x, x) + np.diag(x))[1]),
    ("solve", lambda x: x @ np.linalg.solve(np.outer(x, x) + np.eye(3), x)),
    ("inverse", lambda x: np.sum(np.linalg.inv(np.outer(x, x) + np.eye(3)))),
    ("cholesky", lambda x: np.sum(np.linalg.cholesky(np.outer(x, x) + np.eye(3)))),
    ("filled", lambda x: np.sum(np.exp(np.where(x > 1.0, x, 0.0)))),
    ("stored", lambda x: np.sum(_stored(x))),
]


def _stored(x: Any) -> Any:
    y = np.zeros_like(x)
    y[0] = x[0] ** 2
    y[1:] += x[:-1]
    return np.exp(y)


@pytest.mark.parametrize("f", [f for _, f in REDUCTIONS], ids=[name for name, _ in REDUCTIONS])
def test_functions_of_a_vector_agree_with_the_complex_step_or_high_precision(f: Function) -> None:
    """Values agree with NumPy's, and derivatives with central differences of certified values."""
    x, v = np.array([0.5, 1.5, 2.5]), np.array([1.0, -2.0, 0.5])
    case = case_of(f, x)

    found = derivatives(case, x, v, order=1)
    quotient = exact_quotients(case, x, v, formulas=[CENTRAL6], h=[2.0**-20])

    assert float(f(x)) == pytest.approx(found.mid[0, 0], rel=1e-14)
    row = quotient.quotients["central6"][0]
    assert row is not None
    assert float(row[0]) == pytest.approx(found.mid[1, 0], rel=1e-15, abs=1e-25)


def _put(x: Any) -> Any:
    y = np.zeros(2)
    y[0] = x[0]
    return y


def _complain(x: Any) -> Any:
    raise LookupError(f"no such x: {type(x).__name__}")


def _hiding(x: Any) -> Any:
    try:
        return abs(x)
    except Exception:  # noqa: BLE001  (that is what is tested)
        return x


REFUSED: list[tuple[str, Function, Any, str]] = [
    ("kink", np.abs, 0.0, "exactly at a kink or a jump"),
    ("relu at 0", lambda x: np.maximum(x, 0.0), 0.0, "the derivative depends on the side"),
    ("float", lambda x: float(x), 1.0, "f needs a float in `"),  # noqa: PLW0108  (its line is quoted)
    ("math", lambda x: math.exp(x), 1.0, "math"),  # noqa: PLW0108  (its line is quoted)
    ("astype", lambda x: x.astype(np.float32), [1.0], "float(), math.*, astype"),
    ("scalar astype", lambda x: x.astype(np.float32), 1.0, "f uses x.astype"),
    ("asarray", lambda x: np.asarray(x, dtype=float), [1.0], "dtype=float"),
    ("zeros", _put, [1.0, 2.0], "np.zeros_like(x)"),
    ("round", lambda x: np.round(x, 3), 1.0, "f rounds its numbers"),
    ("round array", lambda x: np.round(x, 3), [1.0], "f rounds its numbers"),
    ("builtin round", lambda x: round(x, 3), 1.0, "f rounds its numbers"),
    ("int", lambda x: int(x), 1.5, "f needs an integer"),  # noqa: PLW0108  (its line is quoted)
    ("eigenvalues", lambda x: np.linalg.eigvalsh(np.diag(x)), [1.0], "np.linalg.eigvalsh"),
    ("slogdet", lambda x: np.linalg.slogdet(np.array([[x[0]]]))[1], [1.0], "np.linalg.slogdet"),
    ("bessel", lambda x: scipy.special.jv(0, x), 1.0, "f calls jv, which needs floats"),
    ("logsumexp", scipy.special.logsumexp, [1.0, 2.0], "f calls scipy.special.logsumexp"),
    ("truth", lambda x: 1.0 if x else 0.0, 1.0, "truth value"),
    ("log", np.log, -1.0, "not finite there (a root or a logarithm"),
    ("sqrt", np.sqrt, -1.0, "not finite there (a root or a logarithm"),
    ("sqrt at 0", np.sqrt, 0.0, "not finite there"),
    ("division", lambda x: np.sin(x) / x, 0.0, "a division by zero"),
    ("nothing", lambda _: None, 1.0, "f must return real numbers, but it returned None"),
    ("complex", lambda x: 1j * x, 1.0, "f must return real numbers"),
    ("raises", lambda x: x.nonsense, 1.0, "f uses x.nonsense"),
    ("own error", _complain, 1.0, "f raised LookupError: no such x"),
    ("hidden", _hiding, 0.0, "exactly at a kink"),
]


@pytest.mark.parametrize(
    ("f", "x", "reason"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_not_certifiable_says_why(f: Function, x: Any, reason: str) -> None:
    """The message names the case, the reason and the point."""
    with pytest.raises(NotCertifiable) as raised:
        enclosed(f, x)

    assert str(raised.value).startswith("example: not certifiable, because ")
    assert reason in str(raised.value)
    assert str(raised.value).endswith(f"x = {x}")


@pytest.mark.parametrize("f", [np.exp, np.abs, lambda x: math.exp(x)])  # noqa: PLW0108  (a user's f)
def test_the_settings_of_flint_are_restored(f: Function) -> None:
    """Precision and number of terms are afterwards what they were, also after an exception."""
    flint.ctx.prec, flint.ctx.cap = 77, 5
    try:
        with contextlib.suppress(NotCertifiable):
            enclosed(f, 0.0)
        after = flint.ctx.prec, flint.ctx.cap
    finally:
        flint.ctx.default()

    assert after == (77, 5)


def test_constants_are_the_binary_numbers_they_are() -> None:
    """0.1 in f is the float64 0.1, not one tenth."""
    found = enclosed(lambda x: 0.1 * x, 1.0, order=1)

    assert flint.arb(0.1) == found.balls[1][0]


def test_a_derivative_that_is_zero_is_resolved_to_nothing_a_float_can_hold() -> None:
    """sin² + cos² has derivatives that cancel only up to the precision, which is raised."""
    found = enclosed(lambda x: np.sin(x) ** 2 + np.cos(x) ** 2, 2.0, order=1)

    assert found.mid[1, 0] == 0.0
    assert found.radius[1, 0] <= 5e-324
    assert found.precision > 1000


def test_exp_of_minus_40_keeps_its_relative_precision() -> None:
    """sigmoid'(40), which float64 arithmetic loses completely, is enclosed."""
    found = enclosed(lambda x: 1 / (1 + np.exp(-x)), 40.0, order=1)

    assert found.mid[1, 0] == pytest.approx(math.exp(-40.0), rel=1e-15)


def test_directions_need_the_shape_of_the_point() -> None:
    """A direction of another shape is named."""
    with pytest.raises(CaseError, match=r"example: a direction has the shape of the point, \(2,\)"):
        derivatives(case_of(np.sum, [1.0, 2.0]), [1.0, 2.0], 1.0, order=1)


def test_orders_below_zero_are_refused() -> None:
    """There is no derivative of order -1."""
    with pytest.raises(
        CaseError, match=r"example: the order of a derivative is at least 0, got -1"
    ):
        derivatives(case_of(np.sin), 1.0, 1.0, order=-1)


coefficients = st.lists(st.integers(-50, 50), min_size=1, max_size=7)


@settings(deadline=None, max_examples=40)
@given(coefficients, st.integers(-8, 8), st.integers(-30, 1))
def test_quotients_of_polynomials_are_exact(a: list[int], eighths: int, exponent: int) -> None:
    """The exact quotient of a polynomial is what rational arithmetic says, for every formula."""
    x, h = eighths / 8, 2.0**exponent
    formulas = [FORWARD, BACKWARD, CENTRAL, CENTRAL4, stencil([-2, 0, 5]), stencil([-1, 0, 1], 2)]

    found = exact_quotients(case_of(_polynomial(a), x), x, 1.0, formulas=formulas, h=[h])

    for formula in formulas:
        truth = sum(
            int(numerator.real) * _polynomial(a)(Fraction(x) + Fraction(offset.real) * Fraction(h))
            for numerator, offset in zip(formula.numerators, formula.offsets, strict=True)
        ) / (formula.denominator * Fraction(h) ** formula.derivative)
        row = found.quotients[formula.name][0]
        assert row is not None
        with flint.ctx.workprec(2000):
            exact = flint.arb(flint.fmpq(truth.numerator, truth.denominator))
            assert row[0].overlaps(exact)
            assert row[0].rad() <= abs(exact) * flint.arb(2) ** -60


def _polynomial(a: list[int]) -> Callable[[Any], Any]:
    def value(x: Any) -> Any:
        total = x * 0
        for coefficient in reversed(a):
            total = total * x + coefficient
        return total

    return value


def test_the_complex_step_of_the_exponential_is_known_in_closed_form() -> None:
    """Im e^(x + ih) / h = e^x sin(h) / h."""
    found = exact_quotients(case_of(np.exp), 1.0, 1.0, formulas=[COMPLEX_STEP], h=[0.5])

    row = found.quotients["complex-step"][0]
    assert row is not None
    with mpmath.workdps(70):
        assert holds(row[0], mpmath.exp(1) * mpmath.sin(0.5) / 0.5)


def test_the_complex_step_orders_complex_numbers_as_numpy_does() -> None:
    """np.maximum compares real parts first, so that ReLU off its kink has a complex step."""
    relu = case_of(lambda x: np.maximum(x, 0.0))

    found = exact_quotients(relu, 1.0, 1.0, formulas=[COMPLEX_STEP], h=[0.5])

    row = found.quotients["complex-step"][0]
    assert row is not None
    assert float(row[0]) == 1.0


def test_at_a_kink_there_are_quotients_but_no_derivative() -> None:
    """|x| at 0 has the forward quotient 1 and says why it has no derivative."""
    found = exact_quotients(case_of(np.abs, 0.0), 0.0, 1.0, formulas=[FORWARD], h=[0.5])

    assert found.derivatives[1] is None
    assert "kink" in found.reasons["derivative"]
    row = found.quotients["forward"][0]
    assert row is not None
    assert float(row[0]) == 1.0


def test_abscissae_outside_the_domain_are_not_evaluated() -> None:
    """A quotient that needs f outside its domain is unknown, though f could be evaluated."""
    case = case_of(lambda x: x**2, 0.25, domain="[0, 1]")

    found = exact_quotients(case, 0.25, 1.0, formulas=[FORWARD, CENTRAL], h=[0.5])

    assert found.quotients["forward"][0] is not None
    assert found.quotients["central"] == (None,)
    assert found.reasons == {"central": "x + o h v leaves the domain"}


def test_truncation_errors_are_resolved_down_to_the_smallest_steps() -> None:
    """At h = 2⁻⁶⁰ the error of central6, 2⁻³⁶⁰ small, still has all its digits."""
    h = 2.0**-60
    found = exact_quotients(case_of(np.exp), 1.0, 1.0, formulas=[CENTRAL6], h=[h])

    row, derivative = found.quotients["central6"][0], found.derivatives[1]
    assert row is not None
    assert derivative is not None
    with flint.ctx.workprec(found.precision):
        error = row[0] - derivative[0]
    assert error.rel_accuracy_bits() >= 60
    assert float(error) == pytest.approx(CENTRAL6.truncation_coefficient * h**6 * math.e, rel=1e-9)


def test_user_code_gets_a_fresh_array_each_time() -> None:
    """An f that writes into x does not harm the next evaluation."""

    def careless(x: Any) -> Any:
        x[0] = x[0] * x[1]
        return x[0]

    found = enclosed(careless, [2.0, 3.0], order=2, direction=[1.0, 0.0])

    assert found.mid[:, 0].tolist() == [6.0, 3.0, 0.0]


def test_wide_balls_refuse_instead_of_guessing() -> None:
    """An iteration that doubles its error 10,000 times cannot be enclosed at 4096 bits."""

    def chaotic(x: Any) -> Any:
        for _ in range(5000):
            x = 4.0 * x * (1.0 - x)
        return x

    with pytest.raises(NotCertifiable, match="example: not certifiable, because "):
        enclosed(chaotic, 0.3, order=1)
