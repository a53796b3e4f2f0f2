"""The rules of differentiation as functions of cases."""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import latex2mathml.converter
import numpy as np
import pytest
import sympy
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from sympy.parsing.sympy_parser import (
    convert_xor,
    function_exponentiation,
    implicit_multiplication,
    parse_expr,
    rationalize,
    standard_transformations,
)

import gradcheck
from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.evaluate import contains, evaluate
from gradcheck.errors import CaseError
from gradcheck.model.calculus import (
    Rule,
    add,
    compose,
    constant,
    cosine,
    divide,
    exponential,
    identity,
    logarithm,
    multiply,
    polynomial,
    power,
    scale,
    sine,
    subtract,
)
from gradcheck.model.calculus.notation import plain
from gradcheck.model.case import Case

EPS = np.finfo(float).eps
PROPERTY = settings(max_examples=40, deadline=None, derandomize=True)
SYMBOL = sympy.Symbol("x", real=True)


BOWL = Case(
    "bowl",
    f=lambda x: x[0] ** 2 + 2 * x[1] ** 2,
    df=lambda x: np.array([2 * x[0], 4 * x[1]]),
    points=[[0.3, -0.7]],
    formula="x_0^2 + 2 x_1^2",
)
TANH = Case(
    "tanh",
    f=np.tanh,
    df=lambda x: 1 / np.cosh(x) ** 2,
    points=[0.4],
    formula=r"\tanh x",
    derivative_formula=r"\frac{1}{\cosh^2 x}",
)
UNWRITTEN = Case("soft_step", f=np.tanh, df=lambda x: 1 / np.cosh(x) ** 2, points=[0.4])
ROTATION = Case(
    "rotation",
    f=lambda x: np.array([0.6 * x[0] - 0.8 * x[1], 0.8 * x[0] + 0.6 * x[1], x[0] * x[1]]),
    df=lambda x: np.array([[0.6, -0.8], [0.8, 0.6], [x[1], x[0]]]),
    points=[[0.3, -0.7]],
)


def sigmoid(**options: Any) -> Case:
    """Return the sigmoid by the chain rule."""
    return compose(power(-1), add(constant(1), exponential(-1)), **options)


@dataclass(frozen=True)
class Pair:
    """A case, what sympy takes it for, and all that sympy meets on the way."""

    case: Case
    expression: Any
    parts: tuple[Any, ...]


def pair(case: Case, expression: Any, *operands: Pair) -> Pair:
    """Join a case with its expression."""
    parts = {expression, *(part for operand in operands for part in operand.parts)}
    return Pair(case, expression, tuple(parts))


NUMBERS = st.sampled_from([-3, -2, -1, 1, 2, 3, 0.5, -1.5])
UNARY: dict[str, Callable[[Any], tuple[Case, Any]]] = {
    "power": lambda u: (power(2), u**2),
    "cube": lambda u: (power(3), u**3),
    "reciprocal": lambda u: (power(-1), 1 / u),
    "inverse square": lambda u: (power(-2), u**-2),
    "root": lambda u: (power(0.5), sympy.sqrt(u)),
    "cube root": lambda u: (power(Fraction(1, 3)), u ** sympy.Rational(1, 3)),
    "logarithm": lambda u: (logarithm(), sympy.log(u)),
    "sine": lambda u: (sine(), sympy.sin(u)),
    "cosine": lambda u: (cosine(), sympy.cos(u)),
    "decay": lambda u: (exponential(-1), sympy.exp(-u)),
    "growth": lambda u: (exponential(0.5), sympy.exp(u / 2)),
    "line": lambda u: (polynomial(4, 3), 3 * u + 4),
    "parabola": lambda u: (polynomial(0.5, 0, -2), sympy.Rational(1, 2) - 2 * u**2),
}


JOINS: dict[str, tuple[Callable[[Case, Case], Case], Callable[[Any, Any], Any]]] = {
    "add": (add, operator.add),
    "subtract": (subtract, operator.sub),
    "multiply": (multiply, operator.mul),
    "divide": (divide, operator.truediv),
}


def _leaf(kind: str) -> Pair:
    return pair(*UNARY[kind](SYMBOL))


def _composed(kind: str, inner: Pair) -> Pair:
    outer, expression = UNARY[kind](inner.expression)
    return pair(compose(outer, inner.case), expression, inner)


def _scaled(factor: float, inner: Pair) -> Pair:
    return pair(scale(factor, inner.case), sympy.Rational(factor) * inner.expression, inner)


def _joined(kind: str, a: Pair, b: Pair) -> Pair:
    assume(kind != "divide" or b.expression != 0)
    join, combine = JOINS[kind]
    try:
        case = join(a.case, b.case)
    except CaseError as error:
        assert "no interval in common" in str(error)  # noqa: PT017  (the one good reason)
        reject()
    return pair(case, combine(a.expression, b.expression), a, b)


def _constant(value: float) -> Pair:
    return pair(constant(value), sympy.Rational(value))


LEAVES = st.one_of(
    st.sampled_from(sorted(UNARY)).map(_leaf),
    st.just(pair(identity(), SYMBOL)),
    NUMBERS.map(_constant),
)
TREES = st.recursive(
    LEAVES,
    lambda inside: st.one_of(
        st.builds(_composed, st.sampled_from(sorted(UNARY)), inside),
        st.builds(_scaled, NUMBERS, inside),
        st.builds(_joined, st.sampled_from(sorted(JOINS)), inside, inside),
    ),
    max_leaves=4,
)
POINTS = st.fractions(min_value=Fraction(1, 4), max_value=2, max_denominator=64)


class Exact:
    """A value that remembers what is done to it, as a sympy expression."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression

    def __add__(self, other: Any) -> "Exact":
        return Exact(self.expression + expression_of(other))

    def __mul__(self, other: Any) -> "Exact":
        return Exact(self.expression * expression_of(other))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> "Exact":
        return Exact(-self.expression)

    def __sub__(self, other: Any) -> "Exact":
        return Exact(self.expression - expression_of(other))

    def __rsub__(self, other: Any) -> "Exact":
        return Exact(expression_of(other) - self.expression)

    def __truediv__(self, other: Any) -> "Exact":
        return Exact(self.expression / expression_of(other))

    def __rtruediv__(self, other: Any) -> "Exact":
        return Exact(expression_of(other) / self.expression)

    def __pow__(self, exponent: float) -> "Exact":
        return Exact(self.expression ** sympy.Rational(Fraction(exponent).limit_denominator(10**6)))

    def exp(self) -> "Exact":
        """Return the exp of the value, as np.exp asks for it."""
        return Exact(sympy.exp(self.expression))

    def log(self) -> "Exact":
        """Return the log of the value, as np.log asks for it."""
        return Exact(sympy.log(self.expression))

    def sin(self) -> "Exact":
        """Return the sin of the value, as np.sin asks for it."""
        return Exact(sympy.sin(self.expression))

    def cos(self) -> "Exact":
        """Return the cos of the value, as np.cos asks for it."""
        return Exact(sympy.cos(self.expression))


def expression_of(value: Any) -> Any:
    """Return the exact sympy number or expression of an operand."""
    if isinstance(value, Exact):
        return value.expression
    return sympy.Rational(Fraction(value).limit_denominator(10**6))


def is_regular(made: Pair, at: Fraction) -> bool:
    """Tell whether every part has a moderate real value at the point."""
    for part in made.parts:
        value = number_at(part, at)
        if not value.is_real or not sympy.Rational(1, 1000) < abs(value) < 1000:
            return False
    return True


def number_at(expression: Any, at: Fraction) -> Any:
    """Evaluate to 30 digits."""
    return sympy.sympify(expression).subs(SYMBOL, sympy.Rational(at)).evalf(30)


def agree(one: Any, other: Any, at: Fraction, *, within: float = 1e-20) -> bool:
    """Tell whether two expressions have the same value at a point."""
    a, b = number_at(one, at), number_at(other, at)
    return bool(abs(a - b) <= within * (1 + abs(a)))


def read_plain(text: str) -> Any:
    """Let sympy read a formula in plain text."""
    return parse_expr(
        text,
        local_dict={"x": SYMBOL, "e": sympy.E, "ln": sympy.log},
        transformations=(
            *standard_transformations,
            convert_xor,
            function_exponentiation,
            implicit_multiplication,
            rationalize,
        ),
    )


def read_latex(text: str) -> Any:
    """Let sympy read the LaTeX that the calculus writes."""
    text = re.sub(r"\\left|\\right|\\,", " ", text).replace(r"\cdot", "*")
    text = text.replace("{", "(").replace("}", ")")
    while (start := text.find(r"\frac(")) >= 0:
        above = closing(text, start + 5)
        below = closing(text, above)
        fraction = f"({text[start + 5 : above]}/{text[above:below]})"
        text = text[:start] + fraction + text[below:]
    text = re.sub(r"\\(sin|cos|ln)(\^\(\d+\))? x", r"\1\2(x)", text)
    return read_plain(text.replace("\\", ""))


def closing(text: str, start: int) -> int:
    """Return the place behind the parenthesis that closes the one at `start`."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    raise ValueError(text)


def test_the_chain_rule_of_the_lesson_gives_18x_plus_24() -> None:
    """(3x + 4)² has the derivative 18x + 24, in four steps."""
    case = compose(power(2), polynomial(4, 3))

    assert case.name == "(3x + 4)^2"
    assert case.formula == "(3x + 4)^{2}"
    assert case.derivative_formula == "18x + 24"
    assert [step.formula for step in case.derivation] == ["2(3x + 4)", "3", "6(3x + 4)", "18x + 24"]
    assert (case.f(1.0), case.df(1.0)) == (49.0, 42.0)


def test_the_sigmoid_is_derived_in_three_steps() -> None:
    """The sigmoid's derivation is outer, inner, product of both."""
    derivation = sigmoid().derivation

    assert [(step.rule, step.formula) for step in derivation] == [
        ("outer function", "-(1 + e^{-x})^{-2}"),
        ("inner function", "-e^{-x}"),
        ("product of both", r"\frac{e^{-x}}{(1 + e^{-x})^{2}}"),
    ]
    assert all(step.text.endswith(".") for step in derivation)


def test_a_case_that_is_built_by_a_rule_remembers_how() -> None:
    """`rule` says kind, operands and parameters, and can be asked for every operand in turn."""
    inner = polynomial(4, 3)
    case = compose(power(2), inner)

    assert isinstance(case.rule, Rule)
    assert (case.rule.kind, case.rule.operands[1]) == ("compose", inner)
    assert inner.rule is not None
    assert (inner.rule.kind, inner.rule.parameters) == ("polynomial", (4, 3))


def test_a_rule_takes_what_a_case_takes() -> None:
    """Name, points, special points, domain, source and tags go to the new case."""
    case = sigmoid(
        name="chain-rule",
        points=[1.0, -2.0],
        special_points={"the steepest place": 0.0},
        domain="(-5, 5)",
        source="a lesson",
        tags=("activation",),
    )

    assert case.name == "chain-rule"
    assert [float(point) for point in case.all_points] == [1.0, -2.0, 0.0]
    assert list(case.special_points) == ["the steepest place"]
    assert str(case.domain) == "(-5, 5)"
    assert (case.source, case.tags) == ("a lesson", frozenset({"activation"}))


@pytest.mark.parametrize(
    ("case", "name", "formula", "derivative"),
    [
        (constant(5), "5", "5", "0"),
        (constant(-2.5), "-2.5", "-2.5", "0"),
        (identity(), "x", "x", "1"),
        (power(2), "x^2", "x^{2}", "2x"),
        (power(1), "x", "x", "1"),
        (power(0), "1", "1", "0"),
        (power(-1), "x^(-1)", "x^{-1}", "-x^{-2}"),
        (power(0.5), "sqrt(x)", r"\sqrt{x}", r"\frac{1}{2\sqrt{x}}"),
        (power(Fraction(1, 3)), "x^(1/3)", "x^{1/3}", r"\frac{1}{3x^{2/3}}"),
        (polynomial(-5, 4, 3), "3x^2 + 4x - 5", "3x^{2} + 4x - 5", "6x + 4"),
        (polynomial(3, -1), "-x + 3", "-x + 3", "-1"),
        (polynomial(1, 0, 0), "1", "1", "0"),
        (polynomial(0, 0.1), "0.1x", "0.1x", "0.1"),
        (polynomial(0, 2e-8), "2e-8 x", r"2 \cdot 10^{-8} x", r"2 \cdot 10^{-8}"),
        (polynomial(0, Fraction(1, 3)), "(1/3) x", r"\frac{1}{3} x", r"\frac{1}{3}"),
        (exponential(), "e^x", "e^{x}", "e^{x}"),
        (exponential(-1), "e^(-x)", "e^{-x}", "-e^{-x}"),
        (exponential(2), "e^(2x)", "e^{2x}", "2e^{2x}"),
        (sine(), "sin(x)", r"\sin x", r"\cos x"),
        (cosine(), "cos(x)", r"\cos x", r"-\sin x"),
        (logarithm(), "ln(x)", r"\ln x", r"\frac{1}{x}"),
    ],
)
def test_an_elementary_function_is_written_as_a_mathematician_would(
    case: Case, name: str, formula: str, derivative: str
) -> None:
    """No factor 1, no "+ -", no exponent 1, no dot where juxtaposition serves."""
    assert (case.name, case.formula, case.derivative_formula) == (name, formula, derivative)


@pytest.mark.parametrize(
    ("case", "formula", "derivative"),
    [
        (scale(3, power(2)), "3x^{2}", "6x"),
        (scale(-1, polynomial(4, 3)), "-(3x + 4)", "-3"),
        (add(scale(3, power(2)), scale(4, identity()), constant(-5)), "3x^{2} + 4x - 5", "6x + 4"),
        (subtract(constant(1), polynomial(1, 1)), "1 - (x + 1)", "-1"),
        (multiply(power(2), exponential()), "x^{2} e^{x}", "2x e^{x} + x^{2} e^{x}"),
        (multiply(polynomial(1, 1), polynomial(2, 1)), "(x + 1)(x + 2)", "2x + 3"),
        (divide(constant(1), polynomial(1, 1)), r"\frac{1}{x + 1}", r"-\frac{1}{(x + 1)^{2}}"),
        (divide(logarithm(), identity()), r"\frac{\ln x}{x}", r"\frac{1 - \ln x}{x^{2}}"),
        (compose(power(3), polynomial(4, 3)), "(3x + 4)^{3}", "9(3x + 4)^{2}"),
        (compose(power(2), sine()), r"\sin^{2} x", r"2\sin x \, \cos x"),
        (compose(sine(), polynomial(0, 3)), r"\sin(3x)", r"3\cos(3x)"),
        (compose(logarithm(), polynomial(4, 3)), r"\ln(3x + 4)", r"\frac{3}{3x + 4}"),
        (compose(exponential(-1), power(2)), "e^{-x^{2}}", "-2x e^{-x^{2}}"),
        (compose(power(2), TANH), r"(\tanh x)^{2}", r"2\tanh x \, \frac{1}{\cosh^2 x}"),
        (compose(TANH, power(2)), r"\text{tanh}(x^{2})", r"2x \text{tanh}'(x^{2})"),
        (add(UNWRITTEN, identity()), r"\text{soft-step}(x) + x", r"\text{soft-step}'(x) + 1"),
        (compose(exponential(), BOWL), "e^{x_0^2 + 2 x_1^2}",
         r"e^{x_0^2 + 2 x_1^2} \nabla \text{bowl}(x)"),
    ],
)  # fmt: skip
def test_the_result_of_a_rule_is_written_as_a_mathematician_would(
    case: Case, formula: str, derivative: str
) -> None:
    """Zero terms and factors of one are gone, constants are multiplied, no parenthesis is idle."""
    assert (case.formula, case.derivative_formula) == (formula, derivative)


@pytest.mark.parametrize(
    "formula", ["f(x) = x^2", r"\begin{cases} x \end{cases}", "z^2", r"\theta + 1", ""]
)
def test_a_formula_that_is_no_expression_in_x_is_replaced_by_the_name(formula: str) -> None:
    """What would read wrongly inside a larger formula enters as g(x)."""
    case = Case("g", f=np.tanh, df=np.tanh, formula=formula)

    assert compose(power(2), case).formula == r"(\text{g}(x))^{2}"


@PROPERTY
@given(made=TREES, at=POINTS)
def test_f_and_df_are_what_sympy_derives(made: Pair, at: Fraction) -> None:
    """Fed with an exact symbol, f gives sympy's expression and df its derivative, to 20 digits."""
    assume(is_regular(made, at))
    symbol = np.array(Exact(SYMBOL), dtype=object)

    f, df = (expression_of(function(symbol)) for function in (made.case.f, made.case.df))

    assert agree(made.expression, f, at)
    assert agree(sympy.diff(made.expression, SYMBOL), df, at)


@PROPERTY
@given(made=TREES, at=POINTS)
def test_the_numbers_are_those_of_sympy(made: Pair, at: Fraction) -> None:
    """In floating point f and df agree with sympy, where no part is large or small."""
    assume(is_regular(made, at))

    assert agree(made.expression, float(made.case.f(float(at))), at, within=1e-9)
    slope = sympy.diff(made.expression, SYMBOL)
    assert agree(slope, float(made.case.df(float(at))), at, within=1e-8)


@PROPERTY
@given(made=TREES, at=POINTS)
def test_the_formulas_mean_what_f_and_df_compute(made: Pair, at: Fraction) -> None:
    """Read back by sympy, name, formula and the formulas of the derivative are f and f'."""
    assume(is_regular(made, at))
    case, slope = made.case, sympy.diff(made.expression, SYMBOL)
    assert case.rule is not None

    assert agree(made.expression, read_plain(case.name), at)
    assert agree(made.expression, read_latex(case.formula), at)
    assert agree(slope, read_plain(plain(case.rule.derivative)), at)
    assert agree(slope, read_latex(case.derivative_formula), at)


@PROPERTY
@given(made=TREES)
def test_every_formula_becomes_mathml(made: Pair) -> None:
    """Formulas and steps convert, and the last step is the derivative."""
    case = made.case
    formulas = [case.formula, case.derivative_formula, *(s.formula for s in case.derivation)]

    assert all("<math" in latex2mathml.converter.convert(formula) for formula in formulas)
    assert not any("1x" in re.sub(r"\d{2,}x|\.\d+x", "", f) or "+ -" in f for f in formulas)
    assert case.derivation[-1].formula == case.derivative_formula
    assert case.name.isprintable()


@PROPERTY
@given(made=TREES, at=st.fractions(min_value=-3, max_value=3, max_denominator=16))
def test_a_domain_claims_no_point_at_which_f_has_no_value(made: Pair, at: Fraction) -> None:
    """Inside the domain every part of the formula has a real and finite value."""
    x = np.array([float(at)])
    inside = contains(made.case.domain, x, name=made.case.name)[0]
    values = [sympy.sympify(part).subs(SYMBOL, sympy.Rational(at)) for part in made.parts]

    if any(value.is_real is False or value.is_finite is False for value in values):
        with np.errstate(all="ignore"):
            assert not inside or np.isfinite(made.case.f(x)).all()
    elif all(abs(value.evalf()) > 1e-9 for value in values):
        assert inside


@PROPERTY
@given(
    n=st.integers(0, 6),
    line=st.tuples(*[st.integers(-9, 9)] * 2),
    x=st.floats(-4, 4),
)
def test_composed_equals_expanded(n: int, line: tuple[int, int], x: float) -> None:
    """(a + b x)^n by the chain rule is its expanded polynomial, within the rounding of both."""
    a, b = line
    composed = compose(power(n), polynomial(a, b))
    expanded = polynomial(*(math.comb(n, k) * a ** (n - k) * b**k for k in range(n + 1)))
    size = abs(a) + abs(b * x)
    condition = {"f": size**n, "df": n * abs(b) * size ** max(n - 1, 0)}

    for role, bound in condition.items():
        one, other = getattr(composed, role)(x), getattr(expanded, role)(x)
        assert abs(one - other) <= 4 * (n + 1) * EPS * bound


@PROPERTY
@given(
    factors=st.tuples(*[st.integers(-9, 9)] * 2),
    x=st.floats(0.1, 5),
)
def test_differentiation_is_linear(factors: tuple[int, int], x: float) -> None:
    """(a f + b g)' is a f' + b g', to the last bit."""
    a, b = factors
    one, other = exponential(0.5), logarithm()

    combined = add(scale(a, one), scale(b, other))

    assert combined.df(x) == a * one.df(x) + b * other.df(x)


@PROPERTY
@given(x=st.floats(0.1, 5))
def test_the_product_rule_commutes(x: float) -> None:
    """The products f g and g f have the same values and derivatives, to the last bit."""
    one, other = multiply(sine(), exponential()), multiply(exponential(), sine())

    assert (one.f(x), one.df(x)) == (other.f(x), other.df(x))


@PROPERTY
@given(x=st.floats(0.1, 5))
def test_a_quotient_is_a_product_with_the_power_minus_one(x: float) -> None:
    """The forms a / b and a b^(-1) agree within a few units in the last place of their terms."""
    above, below = sine(), polynomial(1, 0, 1)
    quotient = divide(above, below)
    product = multiply(above, compose(power(-1), below))
    size = abs(above.df(x) / below.f(x)) + abs(above.f(x) * below.df(x) / below.f(x) ** 2)

    assert abs(quotient.f(x) - product.f(x)) <= 4 * EPS * abs(product.f(x))
    assert abs(quotient.df(x) - product.df(x)) <= 8 * EPS * size


def test_a_quotient_of_large_numbers_does_not_overflow() -> None:
    """The derivative of x / (1e200 x + 1e200) needs no square of the denominator."""
    assert divide(identity(), polynomial(1e200, 1e200)).df(1.0) == pytest.approx(0.25e-200)


@pytest.mark.parametrize(
    "case",
    [constant(5), identity(), power(3), power(0), polynomial(7), polynomial(1, 2), exponential(-2),
     sine(), logarithm(), sigmoid(), add(constant(1), constant(2)), divide(sine(), power(2)),
     multiply(constant(2), constant(3)), scale(2, cosine())],
    ids=lambda case: case.name,
)  # fmt: skip
def test_f_and_df_act_elementwise(case: Case) -> None:
    """Arrays of any shape give arrays of that shape with the values of single numbers."""
    x = np.array([[0.5, 1.0, 1.5], [2.0, 2.5, 3.0]])

    for function in (case.f, case.df):
        singles = [function(value) for value in x.ravel()]
        assert function(x).shape == x.shape
        assert function(x).ravel() == pytest.approx(singles, rel=4 * EPS)


def test_a_constant_has_the_shape_of_x() -> None:
    """constant(5) gives an array of fives."""
    np.testing.assert_array_equal(constant(5).f(np.ones(3)), [5.0, 5.0, 5.0], strict=True)
    np.testing.assert_array_equal(constant(5).df(np.ones(3)), np.zeros(3), strict=True)


def test_a_composed_case_is_evaluated_as_a_whole_array() -> None:
    """The engine finds out that a composed f acts elementwise, also on complex numbers."""
    x = np.linspace(-2.0, 2.0, 9)

    values = evaluate(sigmoid(), x + 1e-20j)

    assert values.output == ()
    assert values.values[:, 0].imag / 1e-20 == pytest.approx(sigmoid().df(x), rel=1e-14)


VECTOR_CASES = [
    compose(exponential(-1), BOWL, points=[[0.3, -0.7]]),
    compose(power(2), add(constant(1), BOWL), points=[[0.3, -0.7]]),
    add(BOWL, scale(2, BOWL), constant(3), points=[[0.3, -0.7]]),
    subtract(constant(1), BOWL, points=[[0.3, -0.7]]),
    multiply(BOWL, compose(sine(), BOWL), constant(2), points=[[0.3, -0.7]]),
    divide(constant(1), add(constant(1), BOWL), points=[[0.3, -0.7]]),
    divide(BOWL, constant(4), points=[[0.3, -0.7]]),
    compose(power(3), ROTATION, points=[[0.3, -0.7]]),
    multiply(BOWL, ROTATION, points=[[0.3, -0.7]]),
    multiply(ROTATION, ROTATION, points=[[0.3, -0.7]]),
    divide(ROTATION, add(constant(1), BOWL), points=[[0.3, -0.7]]),
    divide(BOWL, add(constant(2), ROTATION), points=[[0.3, -0.7]]),
    add(ROTATION, BOWL, points=[[0.3, -0.7]]),
]


@pytest.mark.parametrize("case", VECTOR_CASES, ids=lambda case: case.name)
def test_the_rules_hold_for_gradients_and_jacobians(case: Case) -> None:
    """Every entry of the derivative agrees with the central difference of order 4."""
    table = sweep(case, stencils=[gradcheck.CENTRAL4])

    best = table.groupby(["output", "input"], observed=True)["abs_error"].min()

    assert len(best) == int(np.size(case.df(np.array([0.3, -0.7]))))
    assert best.max() < 1e-10


@pytest.mark.parametrize(
    ("case", "domain"),
    [
        (power(2), "everywhere"),
        (power(-1), "x ≠ 0"),
        (power(0.5), "[0, inf)"),
        (power(-0.5), "(0, inf)"),
        (logarithm(), "(0, inf)"),
        (sigmoid(), "everywhere"),
        (compose(logarithm(), polynomial(4, 3)), "(-1.3333333333333333, inf)"),
        (compose(power(0.5), polynomial(4, -3)), "(-inf, 1.3333333333333333]"),
        (compose(power(0.5), polynomial(1, 0, 1)), "everywhere"),
        (compose(logarithm(), polynomial(-1, 0, 1)), "x^2 - 1 in (0, inf)"),
        (compose(power(-1), polynomial(-2, 1)), "x - 2 ≠ 0"),
        (divide(sine(), identity()), "x ≠ 0"),
        (divide(logarithm(), identity()), "(0, inf)"),
        (divide(constant(1), compose(exponential(), sine())), "everywhere"),
        (divide(sine(), cosine()), "cos(x) ≠ 0"),
        (add(logarithm(), compose(power(0.5), polynomial(1, -1))), "(0, 1]"),
        (multiply(logarithm(), compose(power(-1), polynomial(-2, 1))), "(0, inf) and x - 2 ≠ 0"),
        (exponential(domain="[0, 1]"), "[0, 1]"),
    ],
)
def test_a_domain_is_as_large_as_it_may_be_and_says_so(case: Case, domain: str) -> None:
    """Boxes stay boxes, what cannot vanish restricts nothing, the rest is told in words."""
    assert str(case.domain) == domain


@pytest.mark.parametrize(
    ("case", "inside", "outside"),
    [
        (power(-1), [-1.0, 1e-300], [0.0]),
        (compose(logarithm(), polynomial(-1, 0, 1)), [-2.0, 1.5], [0.0, 1.0]),
        (compose(power(-1), compose(logarithm(), polynomial(0, 1))), [0.5, 3.0], [-1.0, 0.0, 1.0]),
        (multiply(logarithm(), compose(power(-1), polynomial(-2, 1))), [1.0, 3.0], [-1.0, 2.0]),
        (exponential(domain=lambda x: x != 1), [0.0, 2.0], [1.0]),
    ],
)
def test_a_predicate_leaves_out_what_it_should(
    case: Case, inside: list[float], outside: list[float]
) -> None:
    """The predicate asks the operands in turn, the inner one first."""
    found = contains(case.domain, np.array(inside + outside), name=case.name)

    assert found.tolist() == [True] * len(inside) + [False] * len(outside)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: compose(BOWL, power(2)),
         ("compose: the outer function 'bowl' must take a number, "
          "but it takes an array of shape (2,); it cannot take what 'x^2' gives")),
        (lambda: add(BOWL, power(2)),
         ("add: all operands must take the same x, but 'bowl' takes "
          "an array of shape (2,) and 'x^2' takes a number")),
        (lambda: add(logarithm(), compose(logarithm(), polynomial(0, -1))),
         "the domains of ln(x), (0, inf), and of ln(-x), (-inf, 0), have no interval in common"),
        (add, "add: give at least one case as a term"),
        (lambda: multiply(power(2), 3),  # type: ignore[arg-type]
         ("multiply: factor 2 must be a case, got 3; for a fixed "
          "number write constant(3)")),
        (lambda: compose(power(2), np.sin),  # type: ignore[arg-type]
         ("compose: the inner function must be a case, got "
          "<ufunc 'sin'>; a function alone has no derivative")),
        (lambda: divide(sine(), "x"),  # type: ignore[arg-type]
         ("divide: the denominator must be a case, got 'x'; give a "
          "gradcheck.Case")),
        (lambda: divide(sine(), constant(0)), "divide: 'sin(x)' cannot be divided by '0'"),
        (lambda: power(math.nan), "power: the exponent must be a finite real number, got nan"),
        (lambda: scale(1j, sine()), "scale: the factor must be a finite real number, got 1j"),  # type: ignore[arg-type]
        (lambda: polynomial(1, True), "polynomial: c1 must be a finite real number, got True"),  # noqa: FBT003  (a boolean is no number)
        (polynomial, "polynomial: give at least one coefficient"),
        (lambda: power(2, points=[[1.0, 2.0]]),
         ("x^2: x must be a number, got the point "
          "[1.0, 2.0] of shape (2,); give numbers as points, it acts on each")),
        (lambda: logarithm(points=[-1.0]), "ln(x): the point -1.0 lies outside the domain"),
        (lambda: sine(domain="[1, 0]"), "sin(x): the domain cannot be read"),
        (lambda: sine(name=""), "a case's name is printable text"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_both_names(
    build: Callable[[], Case], message: str
) -> None:
    """The error names the rule or case, what was expected, what came, and what to do."""
    with pytest.raises(CaseError, match=re.escape(message)):
        build()


def test_an_unknown_option_is_named() -> None:
    """A misspelt option is a TypeError that lists the options there are."""
    with pytest.raises(TypeError, match=r"sine\(\) takes the options name, .*; got point$"):
        sine(point=[1.0])  # type: ignore[call-arg]


def test_the_calculus_is_reachable_from_the_top() -> None:
    """`gradcheck.calculus` is the module with all the rules."""
    assert gradcheck.calculus.compose is compose
    assert all(hasattr(gradcheck.calculus, name) for name in gradcheck.calculus.__all__)
