"""The derivations in words: one step for every operand, then the step that joins them."""

from collections.abc import Sequence

from gradcheck.model.calculus import expression as tree
from gradcheck.model.calculus.expression import Node, Sum, X
from gradcheck.model.calculus.notation import latex, latex_with_powers, plain, plain_with_powers
from gradcheck.model.calculus.rule import constant_of, derivative_of, expression_of
from gradcheck.model.case import Case, DerivationStep

_U = tree.Call("u", "u", X, "u")


def text_of(case: Case) -> str:
    """Return the formula of a case as plain text, or the name of a user's case."""
    return plain(expression_of(case))


def chain_steps(outer: Case, inner: Case, outside: Node, derivative: Node) -> list[DerivationStep]:
    """Tell the chain rule: outer, inner, product of both; multiplied out if that is short."""
    keeps_powers = outer.rule is not None and outer.rule.keeps_powers
    write, write_text = (latex_with_powers, plain_with_powers) if keeps_powers else (latex, plain)
    outer_text = write_text(tree.substitute(expression_of(outer), _U))
    steps = [
        DerivationStep(
            "outer function",
            f"Write u for {text_of(inner)}. Differentiate {outer_text} with respect to u, "
            "then put u back.",
            write(outside),
        ),
        _step(
            "inner function",
            f"Differentiate what u stands for, {text_of(inner)}, with respect to x.",
            derivative_of(inner),
        ),
        _step("product of both", "Multiply the two: this is the chain rule.", derivative),
    ]
    expanded = tree.expanded(derivative)
    if expanded != derivative and (not isinstance(expanded, Sum) or len(expanded.terms) == 2):
        steps.append(_step("expansion", "Multiply out.", expanded))
    return steps


def scale_steps(case: Case, derivative: Node) -> list[DerivationStep]:
    """Tell the rule of the constant factor."""
    return [
        _step("term", f"Differentiate {text_of(case)} without the factor.", derivative_of(case)),
        _step("linearity", "A constant factor stays in front.", derivative),
    ]


def sum_steps(cases: Sequence[Case], derivative: Node) -> list[DerivationStep]:
    """Tell the rule of the sum, term by term."""
    terms = [case for case in cases if constant_of(case) is None]
    text = "Put the terms together again."
    if len(terms) < len(cases):
        text = "Put the terms together again; a constant adds nothing to the slope."
    return [
        *(
            _step("term", f"Differentiate the term {text_of(case)}.", derivative_of(case))
            for case in terms
        ),
        _step("linearity", text, derivative),
    ]


def product_steps(
    cases: Sequence[Case], parts: Sequence[Node], derivative: Node
) -> list[DerivationStep]:
    """Tell the product rule; `parts` are the products in which one factor is differentiated."""
    return [
        *(
            _step("factor", f"Differentiate {text_of(case)} and keep the rest.", part)
            for case, part in zip(cases, parts, strict=True)
            if constant_of(case) is None
        ),
        _step("product rule", "Add up: every factor has its turn once.", derivative),
    ]


def quotient_steps(numerator: Case, denominator: Case, derivative: Node) -> list[DerivationStep]:
    """Tell the quotient rule."""
    above, below = text_of(numerator), text_of(denominator)
    return [
        _step("numerator", f"Differentiate the numerator {above}.", derivative_of(numerator)),
        _step("denominator", f"Differentiate the denominator {below}.", derivative_of(denominator)),
        _step(
            "quotient rule",
            "First slope times denominator, minus numerator times second slope, all over the "
            "denominator squared.",
            derivative,
        ),
    ]


def _step(rule: str, text: str, formula: Node) -> DerivationStep:
    return DerivationStep(rule, text, latex(formula))
