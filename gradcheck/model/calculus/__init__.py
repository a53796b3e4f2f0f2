"""The rules of differentiation as functions of cases: each builds f, df, formula and derivation.

>>> square = compose(power(2), polynomial(4, 3), points=[1.0])
>>> square
Case('(3x + 4)^2', points=1)
>>> square.f(1.0), square.df(1.0)
(49.0, 42.0)
>>> for step in square.derivation:
...     print(f"{step.rule:>15}: {step.formula}")
 outer function: 2(3x + 4)
 inner function: 3
product of both: 6(3x + 4)
      expansion: 18x + 24

Every function takes, by name, what the new case is to have besides: `name` (by default its formula
as plain text), `points`, `special_points`, `domain` (in addition to what the rule asks for),
`source` and `tags`.
"""

from gradcheck.model.calculus.combination import (
    add,
    compose,
    divide,
    multiply,
    scale,
    subtract,
)
from gradcheck.model.calculus.elementary import (
    constant,
    cosine,
    exponential,
    identity,
    logarithm,
    polynomial,
    power,
    sine,
)
from gradcheck.model.calculus.rule import Options, Rule

__all__ = [
    "Options",
    "Rule",
    "add",
    "compose",
    "constant",
    "cosine",
    "divide",
    "exponential",
    "identity",
    "logarithm",
    "multiply",
    "polynomial",
    "power",
    "scale",
    "sine",
    "subtract",
]
