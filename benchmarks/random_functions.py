"""Random functions with points and certain derivatives, for calibrating error bars.

Functions are expression trees over + - * /, powers, exp, log, sin, cos, tanh, sqrt, arctan,
constants and affine arguments. "plain" ones have one variable, or one in four of them 2 to 5; the
`FAMILIES` are hard in one way each. The k-th function of a family depends on nothing but the seed,
the family and k, so that more functions are the same functions and some more.

Functions that are not finite or absurdly large at their point are drawn anew. With float32 inside,
or with rounded values, the true derivative is that of the smooth function underneath.

Run: python benchmarks/random_functions.py [COUNT], to see some of them
"""

import hashlib
import math
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np

from benchmarks.expression import (
    DOUBLE,
    EXACT,
    FUNCTIONS,
    SINGLE,
    Algebra,
    Dual,
    Node,
    call,
    evaluate,
    node,
    substitute,
    text,
    truth,
    variable,
)

SEED = 20_240_229
COUNT = 1000
PLAIN_SHARE = 0.6
HALVES = ("tuning", "held-out")

LARGEST = 1e6
"""A core with a value or derivative beyond this is absurd, as is one flatter than its inverse."""
EXPONENTS = (2.0, 3.0, 4.0, 5.0, -1.0, -2.0, 0.5, 1.5, 2.5, -0.5, 0.75)
X = variable()

Rng = np.random.Generator


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A tree with its point, and what f does to the values."""

    tree: Node
    x: tuple[float, ...]
    decimals: int | None = None
    """Values are rounded to so many decimals."""
    single: bool = False
    """Whether f computes in float32."""


@dataclass(frozen=True, kw_only=True)
class RandomFunction(Draft):
    """A function with one point and its true derivatives there."""

    family: str
    number: int
    """Counts the functions of the family."""
    truth: Dual
    """The value and the derivatives of the smooth function, to 30 digits or more."""

    def __call__(self, x: Any) -> Any:
        """Evaluate in float64, for x of shape () or (k,), or of shape (n,) or (n, k) for n > 1."""
        return values(self, x if len(self.x) > 1 else [x])

    def exact(self, *x: Any) -> Any:
        """Evaluate the smooth function in mpmath's current precision."""
        rounded = SINGLE.constant if self.single else DOUBLE.constant
        constants = Algebra(lambda c: mpmath.mpf(float(rounded(c))), EXACT.functions)
        return evaluate(self.tree, x, constants)

    @property
    def point(self) -> Any:
        """The point: a float, or an array of shape (n,)."""
        return np.array(self.x) if len(self.x) > 1 else self.x[0]

    @property
    def half(self) -> str:
        """The half of the functions that it belongs to, by a hash of its name."""
        return HALVES[hashlib.sha256(self.name.encode()).digest()[0] % 2]

    @property
    def name(self) -> str:
        """The family with the number."""
        return f"{self.family} {self.number}"

    def along(self, index: int) -> Callable[[Any], Any]:
        """Return f as a function of one variable, which may be an array; the others stay."""

        def f(t: Any) -> Any:
            return values(self, [t if k == index else x for k, x in enumerate(self.x)])

        return f

    def __str__(self) -> str:
        body = text(self.tree, ["x"] if len(self.x) == 1 else None)
        body = f"in float32: {body}" if self.single else body
        return f"round({body}, {self.decimals})" if self.decimals is not None else body


def values(draft: Draft, x: Sequence[Any]) -> Any:
    """Evaluate the draft in floating point, elementwise for arrays among the variables."""
    if draft.single:
        return np.float64(evaluate(draft.tree, [np.float32(part) for part in x], SINGLE))
    found = evaluate(draft.tree, [np.float64(part) for part in x], DOUBLE)
    return found if draft.decimals is None else np.round(found, draft.decimals)


def functions(count: int = COUNT, seed: int = SEED) -> list[RandomFunction]:
    """Draw the functions: the plain ones, then as many of each family.

    >>> [function.name for function in functions(25)][14:17]
    ['plain 14', 'oscillating 0', 'badly scaled x 0']
    """
    plain = round(PLAIN_SHARE * count)
    rest = range(count - plain)
    names = [("plain", k) for k in range(plain)]
    families = list(FAMILIES)
    names += [(families[k % len(families)], k // len(families)) for k in rest]
    return [draw(family, number, seed) for family, number in names]


def draw(family: str, number: int, seed: int = SEED) -> RandomFunction:
    """Draw one function: proposals are made until one is acceptable."""
    rng = np.random.default_rng([seed, zlib.crc32(family.encode()), number])
    propose = (plain if number % 4 else plain_of_several) if family == "plain" else FAMILIES[family]
    while True:
        draft = propose(rng)
        found = _truth(draft)
        if found is not None:
            return RandomFunction(
                tree=draft.tree,
                x=draft.x,
                decimals=draft.decimals,
                single=draft.single,
                family=family,
                number=number,
                truth=found,
            )


def _truth(draft: Draft) -> Dual | None:
    """Return the exact value and derivatives, unless something is infinite, undefined or zero."""
    if draft.tree.variables != set(range(len(draft.x))):
        return None
    try:
        with np.errstate(over="raise", divide="raise", invalid="raise"):
            values(draft, draft.x)
        found = truth(draft.tree, draft.x, np.float32 if draft.single else np.float64)
    except (ArithmeticError, ValueError):
        return None
    slopes = [abs(float(slope)) for slope in found.slopes]
    return found if all(0 < slope < math.inf for slope in slopes) else None


def tree(rng: Rng, depth: int, variables: int) -> Node:
    """Grow a tree with affine functions of a variable, and a few constants, as leaves."""
    if depth == 0:
        x = variable(int(rng.integers(variables)))
        leaves = (x, node(coefficient(rng)), coefficient(rng) * x + coefficient(rng))
        return leaves[rng.choice(3, p=[0.2, 0.1, 0.7])]
    kind = rng.choice(3, p=[0.45, 0.15, 0.4])
    first = tree(rng, depth - 1, variables)
    if kind == 0:
        second = tree(rng, int(rng.integers(depth)), variables)
        return Node(str(rng.choice(["+", "-", "*", "/"])), (first, second))
    if kind == 1:
        return first ** float(rng.choice(EXPONENTS))
    return call(str(rng.choice(FUNCTIONS)), first)


def coefficient(rng: Rng) -> float:
    """Draw a constant of three digits between 0.1 and 5, of either sign."""
    return float(f"{rng.choice([-1, 1]) * power_of_ten(rng, -1, 0.7):.3g}")


def power_of_ten(rng: Rng, low: float, high: float) -> float:
    """Draw a number between 10^low and 10^high, uniform in its logarithm."""
    return float(10.0 ** rng.uniform(low, high))


def core(rng: Rng, *, depth: int = 2, variables: int = 1) -> Draft:
    """Draw a function whose value and derivatives are of moderate size at a moderate point."""
    while True:
        draft = Draft(
            tree=tree(rng, int(rng.integers(depth // 2, depth + 1)), variables),
            x=tuple(rng.uniform(-3.0, 3.0, variables).tolist()),
        )
        found = _truth(draft)
        if found is None or abs(found.value) > LARGEST:
            continue
        if all(1 / LARGEST < abs(slope) < LARGEST for slope in found.slopes):
            return draft


def plain(rng: Rng) -> Draft:
    """Draw a function of one variable."""
    return core(rng, depth=4)


def plain_of_several(rng: Rng) -> Draft:
    """Draw a function of 2 to 5 variables."""
    return core(rng, depth=4, variables=int(rng.integers(2, 6)))


def oscillating(rng: Rng) -> Draft:
    """Draw a wave of frequency 10 to 1e4, times or plus something smooth."""
    smooth = core(rng)
    wave = call(
        str(rng.choice(["sin", "cos"])), rounded(power_of_ten(rng, 1, 4)) * X + coefficient(rng)
    )
    both = wave * smooth.tree if rng.random() < 0.5 else coefficient(rng) * wave + smooth.tree
    return Draft(tree=both, x=smooth.x)


def badly_scaled(rng: Rng) -> Draft:
    """Draw a function of x / s, with x near s = 1e-6 to 1e6, one in five 1e-100 or 1e100."""
    smooth = core(rng)
    extreme = rng.random() < 0.2
    scale = float(rng.choice([1e-100, 1e100])) if extreme else rounded(power_of_ten(rng, -6, 6))
    return Draft(tree=substitute(smooth.tree, [X / scale]), x=(smooth.x[0] * scale,))


def offset(rng: Rng) -> Draft:
    """Draw a function with 10^k added, one in four with 10^k subtracted from x; k = 2 to 9."""
    smooth = core(rng)
    far = 10.0 ** int(rng.integers(2, 10))
    if rng.random() < 0.75:
        return Draft(tree=smooth.tree + far, x=smooth.x)
    return Draft(tree=substitute(smooth.tree, [X - far]), x=(smooth.x[0] + far,))


def near_edge(rng: Rng) -> Draft:
    """Draw a function with the edge of its domain at a distance of 1e-9 to 0.1."""
    smooth = core(rng)
    x = smooth.x[0]
    distance = power_of_ten(rng, -9, -1)
    side = -1 if rng.random() < 0.5 else 1
    edge = x - side * distance
    inside = X - edge if side == 1 else edge - X
    kind = rng.integers(4)
    root = call("sqrt", inside)
    singular = (call("log", inside), root, inside**0.75, root * call("log", inside))[kind]
    return Draft(tree=coefficient(rng) * singular + smooth.tree, x=smooth.x)


def float32_inside(rng: Rng) -> Draft:
    """Draw a function that computes in float32."""
    smooth = core(rng)
    return Draft(tree=smooth.tree, x=smooth.x, single=True)


def rounded_values(rng: Rng) -> Draft:
    """Draw a function that rounds its values to 6 to 10 decimals."""
    smooth = core(rng)
    return Draft(tree=smooth.tree, x=smooth.x, decimals=int(rng.integers(6, 11)))


def steep_sigmoid(rng: Rng) -> Draft:
    """Draw a step of width 1e-4 to 0.1, less than 12 widths away; half of them on something."""
    smooth = core(rng)
    x = smooth.x[0]
    steepness = rounded(power_of_ten(rng, 1, 4))
    inner = steepness * (X - (x - float(rng.uniform(-12.0, 12.0)) / steepness))
    logistic = 1.0 / (1.0 + call("exp", -1.0 * inner))
    step = (logistic, call("tanh", inner), call("arctan", inner))[rng.integers(3)]
    step = coefficient(rng) * step
    return Draft(tree=step + smooth.tree if rng.random() < 0.5 else step, x=smooth.x)


def near_stationary(rng: Rng) -> Draft:
    """Draw a function whose slope is 1e-10 to 0.1 of what its terms have."""
    smooth = core(rng)
    x = smooth.x[0]
    share = power_of_ten(rng, -10, -1)
    if rng.random() < 0.5:
        slope = float(truth(smooth.tree, smooth.x).slopes[0]) * (1.0 - share)
        return Draft(tree=smooth.tree - slope * X, x=smooth.x)
    bottom = X - (x - share)
    return Draft(
        tree=coefficient(rng) * bottom**2 + coefficient(rng) * bottom**3 + coefficient(rng),
        x=smooth.x,
    )


def scaled_values(rng: Rng) -> Draft:
    """Draw a function with values of size 1e-40 to 1e-10, or 1e10 to 1e40."""
    smooth = core(rng)
    scale = rounded(power_of_ten(rng, 10, 40) ** float(rng.choice([-1, 1])))
    return Draft(tree=scale * smooth.tree, x=smooth.x)


def mixed_magnitudes(rng: Rng) -> Draft:
    """Draw a function of 2 to 5 variables whose values, or whose variables, differ by up to 1e12.

    One of both varies; otherwise derivatives of size 1 are lost in the rounding of others.
    """
    cores = [core(rng) for _ in range(int(rng.integers(2, 6)))]
    scales = [rounded(power_of_ten(rng, -6, 6)) for _ in cores]
    variables = [variable(k) for k in range(len(cores))]
    if rng.random() < 0.5:
        terms = [
            scale * substitute(smooth.tree, [x])
            for smooth, scale, x in zip(cores, scales, variables, strict=True)
        ]
        return Draft(tree=sum(terms[1:], terms[0]), x=tuple(smooth.x[0] for smooth in cores))
    terms = [
        substitute(smooth.tree, [x / scale])
        for smooth, scale, x in zip(cores, scales, variables, strict=True)
    ]
    points = tuple(smooth.x[0] * scale for smooth, scale in zip(cores, scales, strict=True))
    return Draft(tree=sum(terms[1:], terms[0]), x=points)


def rounded(value: float) -> float:
    """Keep three digits."""
    return float(f"{value:.3g}")


FAMILIES: Mapping[str, Callable[[Rng], Draft]] = {
    "oscillating": oscillating,
    "badly scaled x": badly_scaled,
    "offset": offset,
    "near an edge": near_edge,
    "float32 inside": float32_inside,
    "rounded values": rounded_values,
    "steep sigmoid": steep_sigmoid,
    "near stationary": near_stationary,
    "scaled values": scaled_values,
    "mixed magnitudes": mixed_magnitudes,
}
"""The families apart from "plain"; each function draws a proposal."""


def main() -> None:
    """Print functions, points, values and derivatives."""
    for function in functions(int(sys.argv[1]) if len(sys.argv) > 1 else 40):
        value, *slopes = (mpmath.nstr(part, 17) for part in _parts(function.truth))
        print(f"{function.name} ({function.half}): {function}")
        print(f"    x = {', '.join(map(repr, function.x))}")
        print(f"    f = {value}, f' = {', '.join(slopes)}")


def _parts(found: Dual) -> Iterator[Any]:
    yield found.value
    yield from found.slopes


if __name__ == "__main__":
    main()
