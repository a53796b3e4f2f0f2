"""The functions that the calculus starts from, R → R, each with its own rule of differentiation.

They act elementwise on arrays. They are written with operators and ``np.*`` only, so that numbers,
arrays, complex steps and the certified reference can all pass through them.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Unpack

import numpy as np

from gradcheck.errors import CaseError
from gradcheck.model.calculus import expression as tree
from gradcheck.model.calculus.expression import ONE, ZERO, Node, X
from gradcheck.model.calculus.notation import latex, latex_with_powers, plain
from gradcheck.model.calculus.region import EVERYWHERE, NOT_NEGATIVE, NOT_ZERO, POSITIVE
from gradcheck.model.calculus.rule import Options, Rule, build, require_number
from gradcheck.model.case import Case, DerivationStep, Function
from gradcheck.model.domain import Domain


def constant(value: float | Fraction, **options: Unpack[Options]) -> Case:
    """Build f(x) = c with f'(x) = 0.

    Parameters
    ----------
    value : real number
        The constant c.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If the value is no finite real number.

    Examples
    --------
    >>> constant(5).f(np.ones(3))
    array([5., 5., 5.])
    """
    given = require_number("constant", "the value", value)
    c = _plain_number(given)
    formula = tree.number(given)
    return build(
        Rule(kind="constant", parameters=(c,), expression=formula, derivative=ZERO),
        f=lambda x: c + 0 * x,
        df=lambda x: 0 * x,
        steps=_one_step("constant rule", "A constant never changes, so its slope is 0.", ZERO),
        domain=EVERYWHERE,
        options=options,
    )


def identity(**options: Unpack[Options]) -> Case:
    """Build f(x) = x with f'(x) = 1.

    Parameters
    ----------
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Examples
    --------
    >>> identity().df(np.array([2.0, 3.0]))
    array([1., 1.])
    """
    return build(
        Rule(kind="identity", expression=X, derivative=ONE),
        f=lambda x: 1 * x,
        df=lambda x: 1 + 0 * x,
        steps=_one_step("identity rule", "f grows exactly as much as x does: slope 1.", ONE),
        domain=EVERYWHERE,
        options=options,
    )


def power(exponent: float | Fraction, **options: Unpack[Options]) -> Case:
    """Build f(x) = x^n with f'(x) = n x^(n - 1).

    Its domain leaves out 0 for negative integers n; for other n it is x ≥ 0, or x > 0 if n < 0.

    Parameters
    ----------
    exponent : real number
        The exponent n; a `fractions.Fraction` such as 1/3 is kept as such in the formula.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If the exponent is no finite real number.

    Examples
    --------
    >>> cube = power(3)
    >>> cube.df(2.0), cube.derivative_formula
    (12.0, '3x^{2}')
    >>> str(power(-1).domain)
    'x ≠ 0'
    """
    given = require_number("power", "the exponent", exponent)
    n = _plain_number(given)
    exact = tree.number(given).value
    derivative = tree.product([tree.number(given), tree.power(X, exact - 1)])
    write = latex_with_powers if exact.denominator == 1 else latex
    text = "Bring the exponent down as a factor, then lower the exponent by one."
    return build(
        Rule(
            kind="power",
            parameters=(n,),
            expression=tree.power(X, exact),
            derivative=derivative,
        ),
        f=lambda x: x**n,
        df=(lambda x: n * x ** (n - 1)) if n else (lambda x: 0 * x),
        steps=[DerivationStep("power rule", text, write(derivative))],
        domain=_domain_of_power(exact),
        options=options,
    )


def polynomial(*coefficients: float | Fraction, **options: Unpack[Options]) -> Case:
    """Build f(x) = c0 + c1 x + c2 x² + …, evaluated by Horner's rule.

    Parameters
    ----------
    *coefficients : real numbers
        c0, c1, c2, ...: the lowest power first.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If there is no coefficient, or one is no finite real number.

    Examples
    --------
    >>> parabola = polynomial(-5, 4, 3)
    >>> parabola.formula, parabola.derivative_formula
    ('3x^{2} + 4x - 5', '6x + 4')
    >>> parabola.f(2.0), parabola.df(2.0)
    (15.0, 16.0)
    """
    given = [require_number("polynomial", f"c{k}", c) for k, c in enumerate(coefficients)]
    if not given:
        raise CaseError("polynomial: give at least one coefficient: polynomial(c0, c1, ...)")
    while len(given) > 1 and not given[-1]:
        given.pop()
    exact = [tree.number(c).value for c in given]
    slopes = [k * c for k, c in enumerate(exact)][1:] or [Fraction(0)]
    derivative = tree.polynomial(slopes)
    numbers = [_plain_number(c) for c in given]
    return build(
        Rule(
            kind="polynomial",
            parameters=tuple(numbers),
            expression=tree.polynomial(exact),
            derivative=derivative,
        ),
        f=_horner(numbers),
        df=_horner([k * c for k, c in enumerate(numbers)][1:] or [0]),
        steps=_polynomial_steps(exact, derivative),
        domain=EVERYWHERE,
        options=options,
    )


def exponential(rate: float | Fraction = 1, **options: Unpack[Options]) -> Case:
    """Build f(x) = e^(ax) with f'(x) = a e^(ax).

    Parameters
    ----------
    rate : real number
        The factor a of the exponent.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If the rate is no finite real number.

    Examples
    --------
    >>> decay = exponential(-2)
    >>> float(decay.df(0.0)), decay.derivative_formula
    (-2.0, '-2e^{-2x}')
    """
    given = require_number("exponential", "the rate", rate)
    a = _plain_number(given)
    formula = tree.exponential(tree.product([tree.number(given), X]))
    derivative = tree.product([tree.number(given), formula])
    text = "The exponential function is its own derivative; the factor of x comes in front."
    return build(
        Rule(kind="exponential", parameters=(a,), expression=formula, derivative=derivative),
        f=lambda x: np.exp(a * x),
        df=lambda x: a * np.exp(a * x),
        steps=_one_step("exponential rule", text, derivative),
        domain=EVERYWHERE,
        options=options,
    )


def logarithm(**options: Unpack[Options]) -> Case:
    """Build the natural logarithm, f'(x) = 1/x, for x > 0.

    Parameters
    ----------
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Examples
    --------
    >>> logarithm().df(4.0), str(logarithm().domain)
    (0.25, '(0, inf)')
    """
    derivative = tree.power(X, Fraction(-1))
    text = "The slope of ln x is the reciprocal of x."
    return build(
        Rule(kind="logarithm", expression=tree.function("ln", X), derivative=derivative),
        f=np.log,
        df=lambda x: 1 / x,
        steps=_one_step("logarithm rule", text, derivative),
        domain=POSITIVE,
        options=options,
    )


def sine(**options: Unpack[Options]) -> Case:
    """Build f(x) = sin x with f'(x) = cos x.

    Parameters
    ----------
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Examples
    --------
    >>> sine().f(0.0), sine().df(0.0)
    (np.float64(0.0), np.float64(1.0))
    """
    derivative = tree.function("cos", X)
    return build(
        Rule(kind="sine", expression=tree.function("sin", X), derivative=derivative),
        f=np.sin,
        df=np.cos,
        steps=_one_step("sine rule", "The slope of the sine is the cosine.", derivative),
        domain=EVERYWHERE,
        options=options,
    )


def cosine(**options: Unpack[Options]) -> Case:
    r"""Build f(x) = cos x with f'(x) = -sin x.

    Parameters
    ----------
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Examples
    --------
    >>> print(cosine().derivative_formula)
    -\sin x
    """
    derivative = tree.product([tree.number(-1), tree.function("sin", X)])
    text = "The slope of the cosine is the sine with its sign changed."
    return build(
        Rule(kind="cosine", expression=tree.function("cos", X), derivative=derivative),
        f=np.cos,
        df=lambda x: -np.sin(x),
        steps=_one_step("cosine rule", text, derivative),
        domain=EVERYWHERE,
        options=options,
    )


def _plain_number(value: float | Fraction) -> float:
    """Return an int that a double holds exactly as it is, anything else as a float."""
    return value if isinstance(value, int) and abs(value) <= 2**53 else float(value)


def _one_step(rule: str, text: str, derivative: Node) -> list[DerivationStep]:
    return [DerivationStep(rule, text, latex(derivative))]


def _domain_of_power(exponent: Fraction) -> Domain:
    if exponent.denominator == 1:
        return EVERYWHERE if exponent >= 0 else NOT_ZERO
    return NOT_NEGATIVE if exponent > 0 else POSITIVE


def _horner(coefficients: Sequence[float]) -> Function:
    *lower, leading = coefficients
    if not lower:
        return lambda x: leading + 0 * x

    def value(x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (a number, an array, a series)
        result = leading
        for coefficient in reversed(lower):
            result = x * result + coefficient  # x first: it knows how to multiply
        return result

    return value


def _polynomial_steps(exact: Sequence[Fraction], derivative: Node) -> Iterable[DerivationStep]:
    terms = [(c, tree.power(X, Fraction(k))) for k, c in enumerate(exact) if c]
    if len(terms) > 1 or (len(exact) > 1 and terms[0][0] != 1):
        primed = [
            tree.product([tree.number(c), tree.Call(f"({latex(p)})'", f"({plain(p)})'", X, primed)])
            for c, p in reversed(terms)
            for primed in [f"({latex(p)})'"]
        ]
        text = "Take the terms one by one; the constant factors stay in front."
        yield DerivationStep("linearity", text, latex(tree.total(primed)))
    text = "Every power gives its exponent as a factor and loses one; constants vanish."
    yield DerivationStep("power rule", text, latex(derivative))
