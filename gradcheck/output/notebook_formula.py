r"""What has a formula, as LaTeX between dollar signs: for notebooks, which set it.

A formula that carries more than mathematics, or that the MathML converter cannot read, is left out:
then a notebook shows the HTML or the text instead.
"""

import re

from gradcheck.differences.stencil import Offset, Stencil
from gradcheck.model.calculus.notation import symbol_of
from gradcheck.model.case import Case
from gradcheck.model.domain import Interval
from gradcheck.output.mathml import mathml

_STEERING = re.compile(
    r"(?<!\\)\$|\\(href|url|class|style|cssId|html\w*|require|include\w*|input|def|let|newcommand)\b"
)
"""What ends the formula, or tells the notebook to do something."""
_EXPONENT = re.compile(r"e([+-]?)0*(\d+)")


def case(one: Case) -> str | None:
    r"""Write f and its derivative as one displayed formula; None if f has none.

    Examples
    --------
    >>> square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, formula="x^2",
    ...               derivative_formula="2 x")
    >>> print(case(square))
    $$f(x) = x^2, \qquad f'(x) = 2 x$$
    """
    given = (("f(x)", one.formula), ("f'(x)", one.derivative_formula))
    parts = [f"{symbol} = {formula}" for symbol, formula in given if formula]
    whole = r", \qquad ".join(parts)
    return f"$${whole}$$" if parts and all(map(_is_formula, (f for _, f in given if f))) else None


def stencil(one: Stencil) -> str:
    r"""Write a difference formula with its name and the order of its error.

    Examples
    --------
    >>> from gradcheck.differences.stencil import CENTRAL
    >>> print(stencil(CENTRAL))
    $$\text{central}: \quad f'(x) = \frac{-f(x - h) + f(x + h)}{2 h} + O(h^{2})$$
    """
    terms = [
        _term(numerator, offset)
        for numerator, offset in zip(one.numerators, one.offsets, strict=True)
        if numerator != 0
    ]
    above = " ".join(terms).removeprefix("+ ")
    above = f"-{above[2:]}" if above.startswith("- ") else above
    below = f"{one.denominator if one.denominator != 1 else ''} h".strip()
    below += f"^{{{one.derivative}}}" if one.derivative != 1 else ""
    slope = "f" + _prime(one.derivative)
    quotient = rf"\frac{{{above}}}{{{below}}}"
    error = f"h^{{{one.order}}}" if one.order != 1 else "h"
    return rf"$${symbol_of(one.name)}: \quad {slope}(x) = {quotient} + O({error})$$"


def interval(one: Interval) -> str:
    r"""Write an interval.

    Examples
    --------
    >>> print(interval(Interval.parse("(0, inf)")))
    $(0, \infty)$
    """
    text = str(one).replace("inf", r"\infty")
    written = _EXPONENT.sub(_power, text)
    return f"${written}$"


def _power(found: re.Match[str]) -> str:
    sign = "-" if found[1] == "-" else ""
    return rf" \cdot 10^{{{sign}{found[2]}}}"


def _is_formula(latex: str) -> bool:
    return not _STEERING.search(latex) and mathml(latex).startswith("<math")


def _prime(derivative: int) -> str:
    return "'" * derivative if derivative <= 3 else rf"^{{({derivative})}}"


def _term(numerator: complex, offset: Offset) -> str:
    """Write one term of a formula, sign first: "- 8 f(x - h)"."""
    if isinstance(numerator, complex) or isinstance(offset, complex):
        factor, shift = _complex(numerator), _complex(offset)
        inner = f"{factor} f(x + {shift} h)"
        return rf"+ \mathrm{{Re}}({inner})"
    sign, size = ("-" if numerator < 0 else "+"), abs(numerator)
    factor = "" if size == 1 else f"{size} "
    if offset == 0:
        return f"{sign} {factor}f(x)"
    length = "h" if abs(offset) == 1 else f"{_number(abs(offset))} h"
    return f"{sign} {factor}f(x {'-' if offset < 0 else '+'} {length})"


def _complex(value: complex) -> str:
    real, imaginary = value.real, value.imag
    unit = "i" if abs(imaginary) == 1 else f"{_number(abs(imaginary))} i"
    if imaginary == 0:
        return _number(real)
    if real == 0:
        return f"-{unit}" if imaginary < 0 else unit
    return f"({_number(real)} {'-' if imaginary < 0 else '+'} {unit})"


def _number(value: float) -> str:
    mantissa, power, exponent = f"{value:g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if power else mantissa
