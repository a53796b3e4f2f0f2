"""Expression trees that run in NumPy and, with their derivatives, at any precision in mpmath.

The derivatives are those of forward-mode dual numbers in mpmath's arithmetic: nothing of gradcheck
takes part, so they are an independent truth.

References
----------
A. Griewank and A. Walther (2008), Evaluating Derivatives, 2nd edition, SIAM, section 3.1: the
forward mode.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

DIGITS = (50, 100, 200, 400, 800)
"""The decimal digits tried in turn, until two results in sequence agree."""
AGREEMENT = mpmath.mpf(10) ** -30
"""The relative difference up to which they do."""

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
FUNCTIONS = ("exp", "log", "sin", "cos", "tanh", "sqrt", "arctan")


@dataclass(frozen=True)
class Node:
    """A constant, a variable, an operator, or a function, with what it is applied to."""

    operation: str
    operands: "tuple[Node, ...]" = ()
    number: float = 0.0
    """The value of a constant; the index of a variable."""

    def __add__(self, other: "Node | float") -> "Node":
        return Node("+", (self, node(other)))

    def __radd__(self, other: float) -> "Node":
        return Node("+", (node(other), self))

    def __sub__(self, other: "Node | float") -> "Node":
        return Node("-", (self, node(other)))

    def __rsub__(self, other: float) -> "Node":
        return Node("-", (node(other), self))

    def __mul__(self, other: "Node | float") -> "Node":
        return Node("*", (self, node(other)))

    def __rmul__(self, other: float) -> "Node":
        return Node("*", (node(other), self))

    def __truediv__(self, other: "Node | float") -> "Node":
        return Node("/", (self, node(other)))

    def __rtruediv__(self, other: float) -> "Node":
        return Node("/", (node(other), self))

    def __pow__(self, exponent: float) -> "Node":
        return Node("**", (self, node(exponent)))

    def __str__(self) -> str:
        return text(self, ("x",) if self.variables <= {0} else None)

    @property
    def variables(self) -> set[int]:
        """The indices of the variables that occur."""
        if self.operation == "variable":
            return {int(self.number)}
        return set().union(*(operand.variables for operand in self.operands))


def node(value: Node | float) -> Node:
    """Return a node, made of a number if it is one."""
    return value if isinstance(value, Node) else Node("constant", number=float(value))


def variable(index: int = 0) -> Node:
    """Return the variable of this index."""
    return Node("variable", number=index)


def call(function: str, argument: Node) -> Node:
    """Return one of `FUNCTIONS`, applied."""
    return Node(function, (argument,))


def substitute(tree: Node, variables: Sequence[Node]) -> Node:
    """Put a tree in the place of each variable."""
    if tree.operation == "variable":
        return variables[int(tree.number)]
    operands = tuple(substitute(operand, variables) for operand in tree.operands)
    return Node(tree.operation, operands, tree.number)


def text(tree: Node, names: Sequence[str] | None = None) -> str:
    """Write the tree as Python, to be run after ``from numpy import *``."""
    if tree.operation == "constant":
        return repr(tree.number)
    if tree.operation == "variable":
        index = int(tree.number)
        return names[index] if names else f"x[{index}]"
    operands = [text(operand, names) for operand in tree.operands]
    if tree.operation in OPERATORS:
        return f"({operands[0]} {tree.operation} {operands[1]})"
    return f"{tree.operation}({operands[0]})"


@dataclass(frozen=True)
class Algebra:
    """What constants and functions are in one kind of arithmetic."""

    constant: Callable[[float], Any]
    functions: Mapping[str, Callable[[Any], Any]]


def evaluate(tree: Node, x: Sequence[Any], algebra: Algebra) -> Any:
    """Compute the tree for the variables x."""
    if tree.operation == "constant":
        return algebra.constant(tree.number)
    if tree.operation == "variable":
        return x[int(tree.number)]
    operands = [evaluate(operand, x, algebra) for operand in tree.operands]
    if tree.operation in OPERATORS:
        return OPERATORS[tree.operation](*operands)
    return algebra.functions[tree.operation](*operands)


DOUBLE = Algebra(np.float64, {name: getattr(np, name) for name in FUNCTIONS})
SINGLE = Algebra(np.float32, DOUBLE.functions)
EXACT = Algebra(
    mpmath.mpf,
    {
        **{name: getattr(mpmath, name) for name in FUNCTIONS if name != "arctan"},
        "arctan": mpmath.atan,
    },
)


@dataclass(frozen=True)
class Dual:
    """A number with its derivative along each variable, in mpmath's current precision."""

    value: Any
    slopes: tuple[Any, ...]

    def __add__(self, other: "Dual") -> "Dual":
        pairs = zip(self.slopes, other.slopes, strict=True)
        return Dual(self.value + other.value, tuple(a + b for a, b in pairs))

    def __sub__(self, other: "Dual") -> "Dual":
        pairs = zip(self.slopes, other.slopes, strict=True)
        return Dual(self.value - other.value, tuple(a - b for a, b in pairs))

    def __mul__(self, other: "Dual") -> "Dual":
        u, v = self.value, other.value
        pairs = zip(self.slopes, other.slopes, strict=True)
        return Dual(u * v, tuple(a * v + u * b for a, b in pairs))

    def __truediv__(self, other: "Dual") -> "Dual":
        u, v = self.value, other.value
        pairs = zip(self.slopes, other.slopes, strict=True)
        return Dual(u / v, tuple((a * v - u * b) / v**2 for a, b in pairs))

    def __pow__(self, other: "Dual") -> "Dual":
        """Raise to a constant power: the exponent's slopes are zero."""
        exponent = other.value
        return self.chain(self.value**exponent, exponent * self.value ** (exponent - 1))

    def chain(self, value: Any, slope: Any) -> "Dual":
        """Apply a function with this value and slope here."""
        return Dual(value, tuple(slope * inner for inner in self.slopes))


_SLOPES: Mapping[str, Callable[[Any, Any], Any]] = {
    "exp": lambda _, y: y,
    "log": lambda u, _: 1 / u,
    "sin": lambda u, _: mpmath.cos(u),
    "cos": lambda u, _: -mpmath.sin(u),
    "tanh": lambda _, y: 1 - y**2,
    "sqrt": lambda _, y: 1 / (2 * y),
    "arctan": lambda u, _: 1 / (1 + u**2),
}
"""The derivative of each function from its argument u and its value y."""


def _dual_function(name: str) -> Callable[[Dual], Dual]:
    function, slope = EXACT.functions[name], _SLOPES[name]

    def apply(u: Dual) -> Dual:
        value = function(u.value)
        return u.chain(value, slope(u.value, value))

    return apply


_DUAL_FUNCTIONS = {name: _dual_function(name) for name in FUNCTIONS}


def truth(tree: Node, x: Sequence[float], constant: type = float) -> Dual:
    """Compute value and derivatives to 30 digits or more; the float64 numbers x are exact.

    Parameters
    ----------
    tree : Node
        What to differentiate.
    x : sequence of float
        The variables.
    constant : type
        The type to which f rounds its constants, such as np.float32.

    Raises
    ------
    ArithmeticError
        If the digits do not settle, a number is complex, or it is divided by zero.
    """
    previous = None
    for digits in DIGITS:
        with mpmath.workdps(digits):
            found = _dual(tree, x, constant)
            if previous is not None and _agree(previous, found):
                return found
            previous = found
    raise ArithmeticError(f"the digits of {tree} do not settle at {x}")


def _dual(tree: Node, x: Sequence[float], constant: type) -> Dual:
    zero, one = mpmath.mpf(0), mpmath.mpf(1)
    count = len(x)

    def embed(number: float) -> Dual:
        return Dual(mpmath.mpf(float(constant(number))), (zero,) * count)

    seeds = [
        Dual(mpmath.mpf(number), tuple(one if k == i else zero for k in range(count)))
        for i, number in enumerate(x)
    ]
    found: Dual = evaluate(tree, seeds, Algebra(embed, _DUAL_FUNCTIONS))
    if not all(isinstance(part, mpmath.mpf) for part in (found.value, *found.slopes)):
        raise ArithmeticError(f"{tree} is complex at {x}")
    return found


def _agree(first: Dual, second: Dual) -> bool:
    pairs = zip((first.value, *first.slopes), (second.value, *second.slopes), strict=True)
    return all(abs(a - b) <= AGREEMENT * abs(b) for a, b in pairs)
