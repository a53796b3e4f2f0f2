"""Formulas as small trees: made by functions that simplify in the obvious ways, nothing more.

Zero terms and factors of one disappear, numbers are added and multiplied, like terms and equal
bases are collected. Nothing is multiplied out. A tree is for reading: f and df never use it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: Fraction


@dataclass(frozen=True)
class Variable:
    """The x of the formula, a number or a point."""


@dataclass(frozen=True)
class Sum:
    """At least two terms, none of them a sum or zero."""

    terms: "tuple[Node, ...]"


@dataclass(frozen=True)
class Product:
    """At least two factors, none of them a product; a number comes first and is not 1."""

    factors: "tuple[Node, ...]"


@dataclass(frozen=True)
class Power:
    """A base raised to a constant exponent, neither 0 nor 1."""

    base: "Node"
    exponent: Fraction


@dataclass(frozen=True)
class Call:
    """A function of an argument."""

    symbol: str
    """LaTeX of the function's symbol."""
    word: str
    """The same in plain text."""
    argument: "Node"
    written: str = ""
    """LaTeX of the whole for the argument x, where the function has its own formula."""
    rank: int = 1
    """Where it stands in a product: 1 in between, 2 after those, 3 at the end (a gradient)."""


@dataclass(frozen=True)
class Quotient:
    """A fraction bar; trees get theirs just before they are written."""

    numerator: "Node"
    denominator: "Node"


Node = Number | Variable | Sum | Product | Power | Call | Quotient

X = Variable()
ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))


def number(value: float | Fraction) -> Number:
    """Make a constant; a float means the decimal number that it prints as."""
    return Number(value if isinstance(value, Fraction) else Fraction(repr(value)))


def total(terms: Iterable[Node]) -> Node:
    """Add: zeros disappear, like terms are collected where the first of them stands."""
    collected: dict[frozenset[Node], tuple[Fraction, Node]] = {}
    for term in terms:
        for part in term.terms if isinstance(term, Sum) else (term,):
            coefficient, rest = _split(part)
            key = frozenset(rest.factors if isinstance(rest, Product) else (rest,))
            known, shown = collected.get(key, (Fraction(0), rest))
            collected[key] = known + coefficient, shown
    kept = tuple(product([Number(c), rest]) for c, rest in collected.values() if c)
    return Sum(kept) if len(kept) > 1 else kept[0] if kept else ZERO


def product(factors: Iterable[Node]) -> Node:
    """Multiply: numbers become one, equal bases are collected; powers of x stand in front."""
    coefficient = Fraction(1)
    exponents: dict[Node, Fraction] = {}
    for factor in factors:
        for part in factor.factors if isinstance(factor, Product) else (factor,):
            if isinstance(part, Number):
                coefficient *= part.value
                continue
            base, exponent = _base(part)
            exponents[base] = exponents.get(base, Fraction(0)) + exponent
    if not coefficient:
        return ZERO
    rest = sorted((power(base, n) for base, n in exponents.items() if n), key=_rank)
    kept = (*([Number(coefficient)] if coefficient != 1 else []), *rest)
    return Product(kept) if len(kept) > 1 else kept[0] if kept else ONE


def power(base: Node, exponent: Fraction) -> Node:
    """Raise to a constant exponent; small powers of numbers are worked out."""
    if exponent == 0:
        return ONE
    is_small = exponent.denominator == 1 and abs(exponent) <= 16
    if isinstance(base, Number) and is_small and (base.value or exponent > 0):
        return Number(base.value**exponent.numerator)
    return base if exponent == 1 else Power(base, exponent)


def exponential(argument: Node) -> Node:
    """Return e to the argument."""
    return ONE if argument == ZERO else Call(r"\exp", "exp", argument)


def function(word: str, argument: Node) -> Node:
    r"""Return an elementary function that is written without parentheses: \sin x."""
    return Call(rf"\{word}", word, argument, rank=2)


def substitute(node: Node, inside: Node) -> Node:
    """Put `inside` in the place of x."""
    if isinstance(node, Variable):
        return inside
    match node:
        case Sum(terms) | Product(terms):
            combine = total if isinstance(node, Sum) else product
            return combine([substitute(term, inside) for term in terms])
        case Power(base, exponent):
            return power(substitute(base, inside), exponent)
        case Call(symbol, word, argument, written, rank):
            replaced = substitute(argument, inside)
            kept = written if replaced == argument else ""
            return (
                exponential(replaced)
                if symbol == r"\exp"
                else Call(symbol, word, replaced, kept, rank)
            )
    return node


def with_fractions(node: Node) -> Node:
    """Turn negative powers into fraction bars."""
    match node:
        case Sum(terms):
            return Sum(tuple(with_fractions(term) for term in terms))
        case Power(base, exponent) if exponent > 0:
            return Power(with_fractions(base), exponent)
        case Power() | Product():
            return _fraction(node.factors if isinstance(node, Product) else (node,))
        case Call(symbol, word, argument, written, rank):
            return Call(symbol, word, with_fractions(argument), written, rank)
    return node


def coefficients(node: Node) -> tuple[Fraction, ...] | None:
    """Return the coefficients of a polynomial, lowest first; None if it is none of degree ≤ 12."""
    match node:
        case Number(value):
            return (value,)
        case Variable():
            return (Fraction(0), Fraction(1))
        case Sum(terms):
            return _combined([coefficients(term) for term in terms], _plus)
        case Product(factors):
            return _combined([coefficients(factor) for factor in factors], _times)
        case Power(base, exponent) if exponent.denominator == 1 and 1 < exponent <= 12:
            return _combined([coefficients(base)] * exponent.numerator, _times)
    return None


def polynomial(values: Iterable[Fraction]) -> Node:
    """Write a polynomial out, highest power first."""
    terms = [
        product([Number(value), power(X, Fraction(degree))]) for degree, value in enumerate(values)
    ]
    return total(reversed(terms))


def expanded(node: Node) -> Node:
    """Multiply a polynomial out; anything else stays as it is."""
    values = coefficients(node)
    return node if values is None else polynomial(values)


def is_positive(node: Node) -> bool:
    """Tell whether the formula is above zero for every x, as far as its form shows."""
    match node:
        case Number(value):
            return value > 0
        case Sum(terms):
            return all(map(is_not_negative, terms)) and any(map(is_positive, terms))
        case Product(factors):
            return all(map(is_positive, factors))
        case Power(base, _):
            return is_positive(base)
    return isinstance(node, Call) and node.symbol == r"\exp"


def is_not_negative(node: Node) -> bool:
    """Tell whether the formula is never below zero, as far as its form shows."""
    match node:
        case Number(value):
            return value >= 0
        case Sum(terms):
            return all(map(is_not_negative, terms))
        case Product(factors):
            return all(map(is_not_negative, factors))
        case Power(base, exponent):
            is_even_or_rooted = exponent.numerator % 2 == 0 or exponent.denominator > 1
            return is_even_or_rooted or is_not_negative(base)
    return is_positive(node)


def _split(node: Node) -> tuple[Fraction, Node]:
    """Split into the numerical coefficient and the rest."""
    if isinstance(node, Number):
        return node.value, ONE
    if isinstance(node, Product) and isinstance(node.factors[0], Number):
        return node.factors[0].value, product(node.factors[1:])
    return Fraction(1), node


def _base(node: Node) -> tuple[Node, Fraction]:
    """Split into base and exponent; whole exponents on top of each other are multiplied."""
    if not isinstance(node, Power):
        return node, Fraction(1)
    exponent, node = node.exponent, node.base
    while isinstance(node, Power) and exponent.denominator == node.exponent.denominator == 1:
        exponent, node = exponent * node.exponent, node.base
    return node, exponent


def _rank(node: Node) -> int:
    base = node.base if isinstance(node, Power) else node
    return base.rank if isinstance(base, Call) else int(not isinstance(base, Variable))


def _fraction(factors: tuple[Node, ...]) -> Node:
    above: list[Node] = []
    below: list[Node] = []
    coefficient = Fraction(1)
    for factor in factors:
        if isinstance(factor, Number):
            coefficient = factor.value
        elif isinstance(factor, Power) and factor.exponent < 0:
            below.append(power(with_fractions(factor.base), -factor.exponent))
        else:
            above.append(with_fractions(factor))
    if not below:
        return product([Number(coefficient), *above])
    size, sign = abs(coefficient), Fraction(1 if coefficient > 0 else -1)
    if size.denominator <= 12:
        below.append(Number(Fraction(size.denominator)))
        size = Fraction(size.numerator)
    return product([Number(sign), Quotient(product([Number(size), *above]), product(below))])


_Coefficients = tuple[Fraction, ...]


def _combined(
    parts: list[_Coefficients | None],
    operation: Callable[[_Coefficients, _Coefficients], _Coefficients],
) -> _Coefficients | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    result = known[0]
    for part in known[1:]:
        result = operation(result, part)
        if len(result) > 13:
            return None
    return result


def _plus(a: _Coefficients, b: _Coefficients) -> _Coefficients:
    return tuple(x + y for x, y in zip_longest(a, b, fillvalue=Fraction(0)))


def _times(a: _Coefficients, b: _Coefficients) -> _Coefficients:
    result = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] += x * y
    return tuple(result)
