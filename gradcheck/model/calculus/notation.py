"""Write formula trees as LaTeX, or as the plain text of names and messages."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gradcheck.model.calculus.expression import (
    Call,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Variable,
    product,
    with_fractions,
)

_SUM, _PRODUCT, _POWER, _ATOM = 1, 2, 3, 4
"""How tightly a piece of formula holds together."""


@dataclass(frozen=True)
class _Piece:
    text: str
    strength: int

    def held(self, strength: int) -> str:
        """Return the text, in parentheses if it holds together less tightly than that."""
        return self.text if self.strength >= strength else _parenthesised(self.text)


@dataclass(frozen=True)
class _Notation:
    raised: str
    root: str
    fraction: str
    times: str
    ten: str


_LATEX = _Notation(
    raised="{}^{{{}}}",
    root=r"\sqrt{{{}}}",
    fraction=r"\frac{{{}}}{{{}}}",
    times=r" \cdot ",
    ten=r"{} \cdot 10^{{{}}}",
)
_PLAIN = _Notation(
    raised="{}^{}",
    root="sqrt({})",
    fraction="{}/{}",
    times=" * ",
    ten="{}e{}",
)


def latex(node: Node) -> str:
    """Write as LaTeX, negative powers as fractions."""
    return _write(with_fractions(node), _LATEX).text


def latex_with_powers(node: Node) -> str:
    """Write as LaTeX, negative powers as they are: what the power rule works on."""
    return _write(node, _LATEX).text


def plain(node: Node) -> str:
    """Write as plain text, negative powers as fractions."""
    return _write(with_fractions(node), _PLAIN).text


def plain_with_powers(node: Node) -> str:
    """Write as plain text, negative powers as they are."""
    return _write(node, _PLAIN).text


def symbol_of(name: str) -> str:
    """Write the name of a case as a function's symbol in LaTeX."""
    safe = re.sub(r"[^\w .,|+*/()-]|_", "-", name)
    return rf"\text{{{safe}}}"


def can_be_embedded(formula: str) -> bool:
    """Tell whether LaTeX of a user may become a part of a larger formula: an expression in x."""
    if re.search(r"[=,&]|\\\\|\\begin|\\left|\\text|\\mathrm|\\operatorname", formula):
        return False
    letters = set(re.findall(r"[a-zA-Z]", re.sub(r"\\[a-zA-Z]+", " ", formula)))
    return "x" in letters and not letters & set("tuvyz")


def _write(node: Node, notation: _Notation) -> _Piece:
    match node:
        case Number(value):
            piece = _number(value, notation)
        case Variable():
            piece = _Piece("x", _ATOM)
        case Sum(terms):
            piece = _sum(terms, notation)
        case Product(factors):
            piece = _product(factors, notation)
        case Power(base, exponent):
            piece = _power(base, exponent, notation)
        case Quotient(numerator, denominator):
            piece = _quotient(numerator, denominator, notation)
        case Call():
            piece = _call(node, notation)
    return piece


def _sum(terms: tuple[Node, ...], notation: _Notation) -> _Piece:
    text = ""
    for term in terms:
        negative = _is_negative(term)
        size = product([Number(Fraction(-1)), term]) if negative else term
        piece = _write(size, notation)
        bare = not negative and not piece.text.startswith("-")
        written = piece.held(_SUM if bare else _PRODUCT)
        if text:
            text += f" - {written}" if negative else f" + {written}"
        else:
            text = f"-{written}" if negative else written
    return _Piece(text, _SUM)


def _product(factors: tuple[Node, ...], notation: _Notation) -> _Piece:
    sign = ""
    if _is_negative(Product(factors)):
        sign = "-"
        size = product([Number(Fraction(-1)), *factors])
        factors = size.factors if isinstance(size, Product) else (size,)
    text = ""
    previous: Node | None = None
    for factor in factors:
        written = _write(factor, notation).held(_PRODUCT if len(factors) == 1 else _POWER)
        text += (_between(previous, text, written, notation) if previous else "") + written
        previous = factor
    return _Piece(sign + text, _SUM if sign else _PRODUCT)


def _between(left: Node, before: str, right: str, notation: _Notation) -> str:
    """Choose what stands between two factors: as little as can be read."""
    if right[0].isdigit():
        return notation.times
    if isinstance(left, Number):
        if notation is _PLAIN and re.match(r"[^\W\d]\w", right):
            return " "
        return "" if (before[-1].isdigit() and "e" not in before) or right[0] == "(" else " "
    if notation is _LATEX and isinstance(left, Call) and left.symbol != r"\exp":
        return r" \, "
    return "" if right.startswith("(") else " "


def _power(base: Node, exponent: Fraction, notation: _Notation) -> _Piece:
    if exponent == Fraction(1, 2):
        return _Piece(notation.root.format(_write(base, notation).text), _ATOM)
    written = _exponent(exponent, notation)
    if isinstance(base, Call) and base.rank == 2 and exponent.denominator == 1 and exponent > 1:
        raised = notation.raised.format(base.symbol if notation is _LATEX else base.word, written)
        return _applied(raised, base.argument, notation)
    return _Piece(notation.raised.format(_write(base, notation).held(_ATOM), written), _POWER)


def _exponent(value: Fraction, notation: _Notation) -> str:
    simple = value.denominator <= 12
    text = str(value) if simple else _number(value, notation).text
    return text if notation is _LATEX else _raised_plain(text)


def _quotient(numerator: Node, denominator: Node, notation: _Notation) -> _Piece:
    above, below = _write(numerator, notation), _write(denominator, notation)
    if notation is _LATEX:
        return _Piece(notation.fraction.format(above.text, below.text), _POWER)
    return _Piece(notation.fraction.format(above.held(_PRODUCT), below.held(_POWER)), _PRODUCT)


def _call(node: Call, notation: _Notation) -> _Piece:
    if node.symbol == r"\exp":
        argument = _write(node.argument, notation).text
        written = argument if notation is _LATEX else _raised_plain(argument)
        return _Piece(notation.raised.format("e", written), _POWER)
    if notation is _LATEX and node.written:
        return _Piece(node.written, _strength(node.written))
    symbol = node.symbol if notation is _LATEX else node.word
    if node.rank == 2:
        return _applied(symbol, node.argument, notation)
    if notation is _PLAIN and isinstance(node.argument, Variable):
        return _Piece(symbol, _ATOM if re.fullmatch(r"\w+", symbol) else 0)
    return _Piece(f"{symbol}{_parenthesised(_write(node.argument, notation).text)}", _POWER)


def _applied(symbol: str, argument: Node, notation: _Notation) -> _Piece:
    r"""Write an elementary function: \sin x, \sin(3x)."""
    written = _write(argument, notation).text
    if notation is _LATEX and isinstance(argument, Variable):
        return _Piece(f"{symbol} {written}", _POWER)
    return _Piece(f"{symbol}{_parenthesised(written)}", _POWER)


def _raised_plain(exponent: str) -> str:
    return exponent if exponent.isdigit() or exponent == "x" else f"({exponent})"


def _number(value: Fraction, notation: _Notation) -> _Piece:
    """Write a number: as a decimal of at most 15 digits, or as the fraction of small integers."""
    if value.denominator <= 1000 and set(_prime_factors(value.denominator)) - {2, 5}:
        text = notation.fraction.format(abs(value.numerator), value.denominator)
        strength = _POWER if notation is _LATEX else _PRODUCT
        return _Piece(f"-{text}" if value < 0 else text, _SUM if value < 0 else strength)
    decimal = Decimal(f"{float(value):.15g}").normalize()
    exponent = decimal.adjusted()
    strength = _ATOM if value >= 0 else _SUM
    if -5 < exponent < 7:
        return _Piece(f"{decimal:f}", strength)
    text = notation.ten.format(f"{decimal.scaleb(-exponent).normalize():f}", exponent)
    if notation is _LATEX:
        text = text.removeprefix(r"1 \cdot ").replace(r"-1 \cdot ", "-")
    return _Piece(text, min(strength, _POWER))


def _prime_factors(value: int) -> list[int]:
    factors, divisor = [], 2
    while value > 1:
        while value % divisor == 0:
            factors.append(divisor)
            value //= divisor
        divisor += 1
    return factors


def _is_negative(node: Node) -> bool:
    leading = node.factors[0] if isinstance(node, Product) else node
    return isinstance(leading, Number) and leading.value < 0


def _strength(formula: str) -> int:
    """Tell how tightly a user's formula holds together, from what stands outside of brackets."""
    if formula == "x":
        return _ATOM
    outside, nested = "", formula
    while outside != nested:
        outside, nested = nested, re.sub(r"\{[^{}]*\}|\([^()]*\)", "", nested)
    if re.search(r"[-+/]", outside):
        return _SUM
    is_one_piece = re.fullmatch(r"\\?[a-zA-Z]*(\^[a-zA-Z0-9])?( ?x)?", outside)
    return _POWER if is_one_piece else _PRODUCT


def _parenthesised(text: str) -> str:
    return rf"\left({text}\right)" if r"\frac" in text else f"({text})"
