"""Small cases by the thousand, and hand-written loops that do a share of what a sweep does."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import gradcheck as gc

Array = npt.NDArray[np.float64]

NAMES = (
    "quadratic-minus-5", "expanded-square", "exp-2x", "product-x2-exp", "sigmoid", "tanh",
    "softplus", "swish", "gelu-tanh", "arctan", "sin-1000x", "martins",
)  # fmt: skip
"""Cases of the built-in registry: from two multiplications a value to a dozen operations."""
STENCILS = (gc.FORWARD, gc.BACKWARD, gc.CENTRAL)
STEPS = np.ldexp(1.0, -np.arange(2, 35))
_OFFSETS = np.concatenate([[0.0], STEPS, -STEPS])


def elementwise(count: int) -> list[gc.Case]:
    """Return cases of functions of one number, with 1 to 5 points."""
    registry, draw = gc.load_cases(), np.random.default_rng(0)
    cases = []
    for k in range(count):
        model = registry[NAMES[k % len(NAMES)]]
        points = draw.uniform(0.6, 1.8, 1 + k % 5)
        cases.append(gc.Case(f"{model.name}-{k}", f=model.f, df=model.df, points=points))
    return cases


def of_several_inputs(count: int) -> list[gc.Case]:
    """Return cases of functions of 1 to 5 inputs, with one point."""
    draw = np.random.default_rng(0)
    functions: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...] = (
        (lambda x: np.sum(x * x), lambda x: 2 * x),
        (lambda x: np.exp(-0.5 * (x @ x)), lambda x: -x * np.exp(-0.5 * (x @ x))),
        (lambda x: np.sum(np.log1p(x * x)), lambda x: 2 * x / (1 + x * x)),
        (lambda x: np.prod(np.sin(x)), lambda x: np.prod(np.sin(x)) / np.tan(x)),
    )
    return [
        gc.Case(
            f"inputs-{k}",
            f=functions[k % 4][0],
            df=functions[k % 4][1],
            points=[draw.uniform(0.6, 1.8, 1 + k % 5)],
        )
        for k in range(count)
    ]


def written_loop(cases: Iterable[gc.Case]) -> list[list[float]]:
    """Write each formula down as it stands in a book, for every input, point and step."""
    return [_written(case) for case in cases]


def careful_loop(cases: Iterable[gc.Case]) -> list[list[float]]:
    """Ask for each value of f and df once, and use it in all formulas."""
    return [_careful(case) for case in cases]


def _lines(case: gc.Case) -> Iterable[tuple[Any, Any, tuple[int, ...]]]:
    """Yield points with the unit vectors along which they move, and the place in df."""
    for point in case.points:
        if point.ndim == 0:
            yield point[()], 1.0, ()
            continue
        for j, unit in enumerate(np.eye(point.size)):
            yield point, unit, (j,)


def _written(case: gc.Case) -> list[float]:
    f, df = case.f, case.df
    errors = []
    with np.errstate(all="ignore"):
        for x, unit, place in _lines(case):
            for h in STEPS:
                slope = np.asarray(df(x))[place] if place else df(x)
                move = h * unit
                errors.append(abs((f(x + move) - f(x)) / h - slope))
                errors.append(abs((f(x) - f(x - move)) / h - slope))
                errors.append(abs((f(x + move) - f(x - move)) / (2 * h) - slope))
    return errors


def _careful(case: gc.Case) -> list[float]:
    f, df = case.f, case.df
    errors = []
    with np.errstate(all="ignore"):
        for x, unit, place in _lines(case):
            middle, slope = f(x), np.asarray(df(x))[place] if place else df(x)
            for h in STEPS:
                move = h * unit
                up, down = f(x + move), f(x - move)
                errors.append(abs((up - middle) / h - slope))
                errors.append(abs((middle - down) / h - slope))
                errors.append(abs((up - down) / (2 * h) - slope))
    return errors


def by_hand(cases: Iterable[gc.Case], *, values_only: bool = False) -> None:
    """Call f once a case, on all abscissae, trusting that it acts elementwise; errors only."""
    count = len(STEPS)
    with np.errstate(all="ignore"):
        for case in cases:
            x = np.array([point[()] for point in case.points])
            values, slope = case.f(x[:, None] + _OFFSETS), case.df(x)[:, None]
            if values_only:
                continue
            middle, up, down = values[:, :1], values[:, 1 : count + 1], values[:, count + 1 :]
            np.abs((up - middle) / STEPS - slope)
            np.abs((middle - down) / STEPS - slope)
            np.abs((up - down) / (2 * STEPS) - slope)


@cache
def _loaded(file: str) -> Sequence[gc.Case]:
    return tuple(gc.load_cases(file).values())


def worked(file: str, numbers: Iterable[int]) -> int:
    """Do the careful loop for some cases of a file, which a process loads once."""
    cases = _loaded(file)
    return len(careful_loop([cases[k] for k in numbers]))


_FILE = '''"""Many small cases."""

import math

import numpy as np

import gradcheck as gc


def cheap(a):
    return lambda x: np.sin(a * x), lambda x: a * np.cos(a * x)


def python(a, terms=20):
    def f(x):
        total = 0.0
        for k in range(terms):
            total += math.sin(a * float(x) + k)
        return total

    def df(x):
        return sum(a * math.cos(a * float(x) + k) for k in range(terms))

    return f, df


def slow(a):
    return python(a, terms=400)


CASES = []
for number in range({count}):
    f, df = {kind}(0.5 + number / {count})
    points = [0.6 + 0.2 * k for k in range(1 + number % 5)]
    CASES.append(gc.Case(f"{kind}-{{number}}", f=f, df=df, points=points))
'''


def case_file(path: Path, kind: str, count: int) -> Path:
    """Write a case file of many cases: cheap, python or slow."""
    path.write_text(_FILE.format(kind=kind, count=count))
    return path
