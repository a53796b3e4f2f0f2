"""A gradient that lost a factor of 2: its error does not fall, whatever the step."""

from typing import Any

import numpy as np

import gradcheck as gc


def f(x: Any) -> Any:
    """Rosenbrock's valley."""
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


def df(x: Any) -> Any:
    """Its gradient, with 100 where 200 should be."""
    above = x[1] - x[0] ** 2
    return np.array([-400 * x[0] * above - 2 * (1 - x[0]), 100 * above])


wrong = gc.Case("rosenbrock", f=f, df=df, points=[[-1.2, 1.0]])
table = gc.sweep(wrong, stencils=[gc.CENTRAL], steps=[1e-1, 1e-2, 1e-3, 1e-4, 1e-5])
errors = table.pivot(index="h", columns="input", values="abs_error").iloc[::-1]

if __name__ == "__main__":
    print(errors)
    print(gc.convergence(gc.sweep(wrong, stencils=[gc.CENTRAL]))[["input", "behaviour"]])
