"""How the calculus builds a case: the rule that made it, its formulas and its domain together."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from numbers import Rational, Real
from typing import Any, TypedDict

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError
from gradcheck.model.calculus import notation
from gradcheck.model.calculus.expression import Call, Node, Number, Power, X
from gradcheck.model.calculus.region import intersection
from gradcheck.model.case import Array, Case, DerivationStep, Function
from gradcheck.model.domain import Domain, DomainLike

Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How the calculus built a case.

    Examples
    --------
    >>> from gradcheck.model.calculus import power
    >>> power(3).rule.kind, power(3).rule.parameters
    ('power', (3,))
    """

    kind: str
    """The function that built it: "compose", "power", "add", ..."""
    operands: tuple[Case, ...] = ()
    """The cases that it was built from, in the order of the arguments."""
    parameters: tuple[float, ...] = ()
    """The numbers that it was built from."""
    expression: Node = field(repr=False)
    """The formula of f as a tree."""
    derivative: Node = field(repr=False)
    """The formula of df as a tree."""
    input: Shape | None = field(default=(), repr=False)
    """The shape of x: () for a function of one number, None where it is not known."""

    @property
    def keeps_powers(self) -> bool:
        """Whether negative powers are written as such, since the power rule works on them."""
        if self.kind == "compose":
            outer = self.operands[0].rule
            return outer is not None and outer.keeps_powers
        return self.kind == "power" and (
            isinstance(self.expression, Power) and self.expression.exponent.denominator == 1
        )


class Options(TypedDict, total=False):
    """What every function of the calculus takes besides its operands, all by name."""

    name: str | None
    """What the case is called; None: its formula as plain text."""
    points: Iterable[npt.ArrayLike]
    special_points: Mapping[str, npt.ArrayLike]
    domain: DomainLike | Domain
    """Restricts the domain further than the rule does by itself."""
    source: str
    tags: Iterable[str]


def build(
    rule: Rule,
    *,
    f: Function,
    df: Function,
    steps: Iterable[DerivationStep],
    domain: Domain,
    options: Options,
) -> Case:
    """Make the case of a rule.

    Raises
    ------
    CaseError
        If a point does not have the shape of x, or lies outside the domain.
    TypeError
        If an option has an unknown name.
    """
    given: dict[str, Any] = dict(options)
    unknown = sorted(given.keys() - Options.__annotations__.keys())
    if unknown:
        raise TypeError(
            f"{rule.kind}() takes the options {', '.join(Options.__annotations__)}; "
            f"got {', '.join(unknown)}"
        )
    name = given.pop("name", None)
    name = default_name(rule) if name is None else name
    own = given.pop("domain", None)
    if own is not None:
        try:
            restricted = Domain.of(own)
        except (TypeError, ValueError) as error:
            raise CaseError(f"{name}: the domain cannot be read: {error}") from None
        domain = intersection((f"{name} by its rule", domain), ("the given domain", restricted))
    write = notation.latex_with_powers if rule.keeps_powers else notation.latex
    listed = tuple(steps)
    case = Case(
        name,
        f=f,
        df=df,
        formula=write(rule.expression),
        derivative_formula=listed[-1].formula,
        derivation=listed,
        domain=domain,
        rule=rule,
        **given,
    )
    for point in case.all_points:
        _require_shape(case, rule.input, point)
    return case


def default_name(rule: Rule) -> str:
    """Return the formula as plain text."""
    write = notation.plain_with_powers if rule.keeps_powers else notation.plain
    return write(rule.expression)


def require_cases(kind: str, **operands: object) -> None:
    """Refuse operands that are no cases, with a word on what was probably meant."""
    for role, operand in operands.items():
        if isinstance(operand, Case):
            continue
        label = role.replace("_", " ")
        hint = "give a gradcheck.Case or what a function of gradcheck.calculus returns"
        if isinstance(operand, Real):
            hint = f"for a fixed number write constant({operand!r})"
        elif callable(operand):
            hint = "a function alone has no derivative; wrap it: Case(name, f=..., df=...)"
        raise CaseError(f"{kind}: {label} must be a case, got {operand!r}; {hint}")


def require_number(kind: str, role: str, value: object) -> float | Fraction:
    """Return an int, a float or a Fraction, or say why the parameter cannot be used."""
    if isinstance(value, Rational | np.integer) and not isinstance(value, bool):
        exact = Fraction(int(value.numerator), int(value.denominator))
        return int(exact) if exact.denominator == 1 else exact
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        decimal = float(value)
        return int(decimal) if decimal.is_integer() and abs(decimal) < 1e15 else decimal
    raise CaseError(f"{kind}: {role} must be a finite real number, got {value!r}")


def input_of(case: Case) -> Shape | None:
    """Return the shape of x, as far as the rule or the points of the case tell."""
    if case.rule is not None:
        return case.rule.input
    shapes = {point.shape for point in case.all_points}
    return shapes.pop() if len(shapes) == 1 else None


def common_input(kind: str, cases: Iterable[Case]) -> Shape | None:
    """Return the shape of x that all cases share; None if none of them tells.

    Raises
    ------
    CaseError
        If two of the cases take different shapes; it names both.
    """
    first: tuple[Case, Shape] | None = None
    for case in cases:
        shape = input_of(case)
        if shape is None:
            continue
        if first is None:
            first = case, shape
        elif first[1] != shape:
            raise CaseError(
                f"{kind}: all operands must take the same x, but {first[0].name!r} takes "
                f"{shape_text(first[1])} and {case.name!r} takes {shape_text(shape)}"
            )
    return first[1] if first else None


def shape_text(shape: Shape) -> str:
    """Say in words what a shape is: "a number", "an array of shape (3,)"."""
    return f"an array of shape {shape}" if shape else "a number"


def expression_of(case: Case) -> Node:
    """Return the formula of f as a tree; a user's case enters by its formula or its name."""
    if case.rule is not None:
        return case.rule.expression
    written = case.formula if notation.can_be_embedded(case.formula) else ""
    return Call(notation.symbol_of(case.name), case.name, X, written)


def derivative_of(case: Case) -> Node:
    """Return the formula of df as a tree; a gradient stands last in a product."""
    if case.rule is not None:
        return case.rule.derivative
    formula = case.derivative_formula
    written = formula if notation.can_be_embedded(formula) else ""
    symbol = notation.symbol_of(case.name)
    if input_of(case):
        return Call(rf"\nabla {symbol}", f"∇{case.name}", X, written, rank=3)
    return Call(f"{symbol}'", f"{case.name}'", X, written)


def constant_of(case: Case) -> float | None:
    """Return the value of a constant, None for everything else."""
    rule = case.rule
    return rule.parameters[0] if rule is not None and rule.kind == "constant" else None


def is_zero(node: Node) -> bool:
    """Tell whether a tree is the number 0."""
    return isinstance(node, Number) and node.value == 0


def _require_shape(case: Case, expected: Shape | None, point: Array) -> None:
    if expected is None or point.shape == expected:
        return
    raise CaseError(
        f"{case.name}: x must be {shape_text(expected)}, got the point {point.tolist()} of shape "
        f"{point.shape}" + ("; give numbers as points, it acts on each" if not expected else "")
    )
