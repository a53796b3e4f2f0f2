"""The rules that make new cases of others: linearity, product, quotient and chain rule.

With x of shape `input` and f(x) of shape `output`, the derivatives have shape (*output, *input):
the chain rule is outer'(g(x)) ∇g(x) for g: Rⁿ → R, and the other rules act on gradients likewise.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from operator import mul as times
from operator import truediv as over
from typing import Unpack

from gradcheck.errors import CaseError
from gradcheck.model.calculus import expression as tree
from gradcheck.model.calculus.derivation import (
    chain_steps,
    product_steps,
    quotient_steps,
    scale_steps,
    sum_steps,
    text_of,
)
from gradcheck.model.calculus.evaluation import (
    composed_derivative,
    product_derivative,
    quotient_derivative,
    signed_sum,
    sum_derivative,
    values,
    varying,
)
from gradcheck.model.calculus.expression import Node
from gradcheck.model.calculus.region import (
    NOT_ZERO,
    affine_preimage,
    intersection,
    nonzero,
    preimage,
)
from gradcheck.model.calculus.rule import (
    Options,
    Rule,
    Shape,
    build,
    common_input,
    derivative_of,
    expression_of,
    input_of,
    is_zero,
    require_cases,
    require_number,
    shape_text,
)
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain

_MINUS = tree.number(-1)


def compose(outer: Case, inner: Case, **options: Unpack[Options]) -> Case:
    r"""Build f(x) = outer(inner(x)) with f'(x) = outer'(inner(x)) inner'(x), the chain rule.

    Parameters
    ----------
    outer : Case
        A function of one number; it acts elementwise if the inner function gives an array.
    inner : Case
        A function of a number, or of an array (Rⁿ → R, then df is a gradient).
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If an operand is no case, or the outer function takes an array.

    Examples
    --------
    >>> from gradcheck import calculus as rules
    >>> inner = rules.add(rules.constant(1), rules.exponential(-1))
    >>> sigmoid = rules.compose(rules.power(-1), inner)
    >>> sigmoid.df(0.0)
    np.float64(0.25)
    >>> [step.formula for step in sigmoid.derivation]  # doctest: +NORMALIZE_WHITESPACE
    ['-(1 + e^{-x})^{-2}', '-e^{-x}', '\\frac{e^{-x}}{(1 + e^{-x})^{2}}']
    """
    require_cases("compose", the_outer_function=outer, the_inner_function=inner)
    if input_of(outer):
        raise CaseError(
            f"compose: the outer function {outer.name!r} must take a number, but it takes "
            f"{shape_text(input_of(outer) or ())}; it cannot take what {inner.name!r} gives"
        )
    inside = expression_of(inner)
    outside = tree.substitute(derivative_of(outer), inside)
    derivative = tree.product([outside, derivative_of(inner)])
    return build(
        Rule(
            kind="compose",
            operands=(outer, inner),
            expression=tree.substitute(expression_of(outer), inside),
            derivative=derivative,
            input=input_of(inner),
        ),
        f=lambda x: outer.f(inner.f(x)),
        df=lambda x: composed_derivative(outer, inner, x),
        steps=chain_steps(outer, inner, outside, derivative),
        domain=_reached(outer.domain, inner),
        options=options,
    )


def scale(factor: float | Fraction, case: Case, **options: Unpack[Options]) -> Case:
    """Build f(x) = c g(x) with f'(x) = c g'(x), by linearity.

    Parameters
    ----------
    factor : real number
        The constant factor c.
    case : Case
        The function g.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If the factor is no finite real number, or g is no case.

    Examples
    --------
    >>> from gradcheck import calculus as rules
    >>> tripled = rules.scale(3, rules.power(2))
    >>> tripled.formula, tripled.df(2.0)
    ('3x^{2}', 12.0)
    """
    given = require_number("scale", "the factor", factor)
    require_cases("scale", the_function=case)
    c = given if isinstance(given, int) else float(given)
    number = tree.number(given)
    derivative = tree.product([number, derivative_of(case)])
    return build(
        Rule(
            kind="scale",
            operands=(case,),
            parameters=(c,),
            expression=tree.product([number, expression_of(case)]),
            derivative=derivative,
            input=input_of(case),
        ),
        f=lambda x: c * case.f(x),
        df=lambda x: c * case.df(x),
        steps=scale_steps(case, derivative),
        domain=case.domain,
        options=options,
    )


def add(*cases: Case, **options: Unpack[Options]) -> Case:
    """Build the sum of cases; its derivative is the sum of theirs, by linearity.

    Parameters
    ----------
    *cases : Case
        The terms; all take the same x, only `constant` fits every x.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If there is no term, one is no case, two take an x of different shapes, or the domains
        have nothing in common.

    Examples
    --------
    >>> from gradcheck import calculus as rules
    >>> square, line = rules.scale(3, rules.power(2)), rules.scale(4, rules.identity())
    >>> total = rules.add(square, line, rules.constant(-5))
    >>> total.formula, total.derivative_formula
    ('3x^{2} + 4x - 5', '6x + 4')
    """
    _require_some("add", "term", cases)
    return _sum("add", cases, [1] * len(cases), options)


def subtract(minuend: Case, subtrahend: Case, **options: Unpack[Options]) -> Case:
    """Build f(x) = a(x) - b(x) with f'(x) = a'(x) - b'(x), by linearity.

    Parameters
    ----------
    minuend, subtrahend : Case
        The functions a and b; both take the same x, only `constant` fits every x.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If an operand is no case, they take an x of different shapes, or their domains have
        nothing in common.

    Examples
    --------
    >>> from gradcheck import calculus as rules
    >>> rules.subtract(rules.constant(1), rules.power(2)).formula
    '1 - x^{2}'
    """
    require_cases("subtract", the_minuend=minuend, the_subtrahend=subtrahend)
    return _sum("subtract", (minuend, subtrahend), [1, -1], options)


def multiply(*cases: Case, **options: Unpack[Options]) -> Case:
    """Build the product of cases; its derivative follows from the product rule.

    Parameters
    ----------
    *cases : Case
        The factors; all take the same x, only `constant` fits every x.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If there is no factor, one is no case, two take an x of different shapes, or the domains
        have nothing in common.

    Examples
    --------
    >>> from gradcheck import calculus as rules
    >>> product = rules.multiply(rules.power(2), rules.exponential(1))
    >>> product.formula, product.derivative_formula
    ('x^{2} e^{x}', '2x e^{x} + x^{2} e^{x}')
    """
    _require_some("multiply", "factor", cases)
    shape = common_input("multiply", varying(cases))
    trees = [expression_of(case) for case in cases]
    parts = [
        tree.product([*trees[:k], derivative_of(case), *trees[k + 1 :]])
        for k, case in enumerate(cases)
    ]
    derivative = tree.total(parts)
    return build(
        _rule("multiply", cases, tree.product(trees), derivative, shape),
        f=lambda x: reduce(times, values(cases, x)),
        df=lambda x: product_derivative(cases, x),
        steps=product_steps(cases, parts, derivative),
        domain=intersection(*((case.name, case.domain) for case in cases)),
        options=options,
    )


def divide(numerator: Case, denominator: Case, **options: Unpack[Options]) -> Case:
    r"""Build f(x) = a(x) / b(x) with f'(x) = (a'(x) - f(x) b'(x)) / b(x), the quotient rule.

    The formula shows (a' b - a b') / b², which is the same; written with f, b² cannot overflow.

    Parameters
    ----------
    numerator, denominator : Case
        The functions a and b; both take the same x, only `constant` fits every x. Where b is 0,
        there is no f.
    **options
        `name`, `points`, `special_points`, `domain`, `source`, `tags` of the case.

    Raises
    ------
    CaseError
        If an operand is no case, they take an x of different shapes, their domains have nothing
        in common, or the denominator is the constant 0.

    Examples
    --------
    >>> from gradcheck import calculus as rules
    >>> tangent = rules.divide(rules.sine(), rules.cosine())
    >>> print(tangent.derivative_formula)
    \frac{\cos^{2} x + \sin^{2} x}{\cos^{2} x}
    """
    require_cases("divide", the_numerator=numerator, the_denominator=denominator)
    cases = (numerator, denominator)
    above, below = expression_of(numerator), expression_of(denominator)
    if is_zero(below):
        raise CaseError(
            f"divide: {numerator.name!r} cannot be divided by {denominator.name!r}, which is 0 for "
            "every x; give a denominator that is not"
        )
    d_above, d_below = derivative_of(numerator), derivative_of(denominator)
    derivative = tree.product(
        [
            tree.total([tree.product([d_above, below]), tree.product([_MINUS, above, d_below])]),
            tree.power(below, Fraction(-2)),
        ]
    )
    return build(
        _rule(
            "divide",
            cases,
            tree.product([above, tree.power(below, Fraction(-1))]),
            derivative,
            common_input("divide", varying(cases)),
        ),
        f=lambda x: reduce(over, values(cases, x)),
        df=lambda x: quotient_derivative(numerator, denominator, x),
        steps=quotient_steps(numerator, denominator, derivative),
        domain=intersection(
            (numerator.name, numerator.domain),
            (denominator.name, _reached(NOT_ZERO, denominator)),
        ),
        options=options,
    )


def _sum(kind: str, cases: tuple[Case, ...], signs: Sequence[int], options: Options) -> Case:
    signed = [
        [
            tree.product([tree.number(sign), part(case)])
            for sign, case in zip(signs, cases, strict=True)
        ]
        for part in (expression_of, derivative_of)
    ]
    derivative = tree.total(signed[1])
    return build(
        _rule(kind, cases, tree.total(signed[0]), derivative, common_input(kind, varying(cases))),
        f=lambda x: signed_sum(signs, values(cases, x)),
        df=lambda x: sum_derivative(signs, cases, x),
        steps=sum_steps(cases, derivative),
        domain=intersection(*((case.name, case.domain) for case in cases)),
        options=options,
    )


def _rule(
    kind: str, cases: tuple[Case, ...], formula: Node, derivative: Node, shape: Shape | None
) -> Rule:
    return Rule(kind=kind, operands=cases, expression=formula, derivative=derivative, input=shape)


def _require_some(kind: str, role: str, cases: tuple[object, ...]) -> None:
    if not cases:
        raise CaseError(f"{kind}: give at least one case as a {role}")
    require_cases(kind, **{f"{role}_{k}": case for k, case in enumerate(cases, start=1)})


def _reached(outer: Domain, inner: Case) -> Domain:
    """Return where the inner function is defined and its value lies in the outer domain."""
    formula = expression_of(inner)
    if outer.is_everywhere or _lies_in(formula, outer):
        return inner.domain
    if formula == tree.X:
        return intersection((inner.name, inner.domain), (f"{outer}", outer))
    coefficients = tree.coefficients(formula) if input_of(inner) == () else None
    interval = affine_preimage(outer, coefficients) if coefficients else None
    text = text_of(inner)
    if interval is not None:
        return intersection((inner.name, inner.domain), (f"{text} in {outer}", interval))
    return preimage(outer, f=inner.f, text=text, inner=inner.domain)


def _lies_in(formula: Node, domain: Domain) -> bool:
    """Tell whether the form of a formula shows that its values lie in the domain."""
    if domain.predicate is not None:
        return domain.predicate is nonzero and tree.is_positive(formula)
    interval = domain.intervals[0]
    if len(domain.intervals) > 1 or interval.upper < math.inf or interval.lower > 0:
        return False
    includes_zero = interval.lower < 0 or interval.left == "closed"
    return (tree.is_not_negative if includes_zero else tree.is_positive)(formula)
