"""Time the check of a tridiagonal Jacobian, beside that of SciPy's estimates of it.

Two residuals of differential equations with n unknowns: Bratu's, with an exponential, and one with
an exponential, a sine, a cosine and a hyperbolic tangent, where one f costs more. Printed are

- f calls: evaluations of f;
- time: in times of one f, the median over the rounds, both in processor time of this thread, which
  other programs hardly change; without df: less the time inside df, which the check calls twice;
- error: the largest and the median relative error of an entry against the exact Jacobian, in units
  of the largest entry of its row;
- covered: the share of the entries whose error bar holds. SciPy gives none.

Run: python benchmarks/sparse.py [--size N]
"""

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.optimize._numdiff import approx_derivative, group_columns

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are not installed

import gradcheck as gc

Array = npt.NDArray[np.float64]
Function = Callable[[Array], Any]

ROUNDS = 7
CALLS = 15
"""Plain calls of f before each round."""
EVALUATIONS_GOAL, TIME_GOAL = 15, 40


@dataclass(frozen=True)
class Residual:
    """A function of n unknowns, each of which meets its neighbours only."""

    name: str
    own: Function
    """What is added to the second differences, elementwise."""
    own_derivative: Function
    x: Array

    def f(self, x: Array) -> Array:
        """Return the residual."""
        y = self.own(x)
        y += 2 * x
        y[1:] -= x[:-1]
        y[:-1] -= x[1:]
        return np.asarray(y)

    def df(self, x: Array) -> Any:
        """Return its Jacobian."""
        side = np.full(len(x) - 1, -1.0)
        return sp.diags_array(
            [side, 2 + self.own_derivative(x), side], offsets=[-1, 0, 1], format="csr"
        )


def residuals(size: int) -> list[Residual]:
    """Return the residuals at a point in general position."""
    x = np.random.default_rng(size).uniform(0.2, 1.2, size)
    return [
        Residual("bratu", lambda x: -0.1 * np.exp(x), lambda x: -0.1 * np.exp(x), x),
        Residual(
            "four terms",
            lambda x: np.exp(x) + np.sin(x) * np.cos(2 * x) + np.tanh(x),
            lambda x: (
                np.exp(x)
                + np.cos(x) * np.cos(2 * x)
                - 2 * np.sin(x) * np.sin(2 * x)
                + 1 / np.cosh(x) ** 2
            ),
            x,
        ),
    ]


class Timed:
    """A function that counts its calls, and the processor time that they take."""

    def __init__(self, f: Function) -> None:
        self.f = f
        self.calls, self.seconds = 0, 0.0

    def __call__(self, x: Array) -> Any:
        """Call, and remember how long it took."""
        start = thread_time()
        value = self.f(x)
        self.seconds += thread_time() - start
        self.calls += 1
        return value


@dataclass(frozen=True, kw_only=True)
class Run:
    """One estimate of a Jacobian."""

    calls: int
    seconds: float
    in_df: float
    value: Any
    """The estimate, a sparse matrix."""
    bar: Any = None
    """A sparse matrix of the error bars, if there are any."""


def gradcheck(problem: Residual, pattern: Any) -> Run:
    """Check the Jacobian."""
    df = Timed(problem.df)
    start = thread_time()
    result = gc.check(problem.f, df, problem.x, sparsity=pattern)
    seconds = thread_time() - start
    if not result:
        raise SystemExit(f"the Jacobian is right, but gradcheck says: {result}")
    places = result.entries.output, result.entries.input
    value, bar = (
        sp.csr_array((numbers, places), shape=pattern.shape)
        for numbers in (result.entries.numeric, result.entries.error_bar)
    )
    return Run(calls=result.evaluations, seconds=seconds, in_df=df.seconds, value=value, bar=bar)


def scipy(problem: Residual, sparsity: Any, method: str) -> Run:
    """Estimate the Jacobian with SciPy."""
    f = Timed(problem.f)
    approx_derivative(f, problem.x, method=method, sparsity=sparsity)  # which is not timed
    start = thread_time()
    value = approx_derivative(problem.f, problem.x, method=method, sparsity=sparsity)
    return Run(calls=f.calls, seconds=thread_time() - start, in_df=0.0, value=value)


def tools(pattern: Any) -> dict[str, Callable[[Residual], Run]]:
    """Return what is compared, by name."""
    grouped = (pattern, group_columns(pattern))
    return {
        "gradcheck.check": lambda problem: gradcheck(problem, pattern),
        "scipy 2-point, grouped": lambda problem: scipy(problem, grouped, "2-point"),
        "scipy 3-point, grouped": lambda problem: scipy(problem, grouped, "3-point"),
        "scipy 2-point": lambda problem: scipy(problem, pattern, "2-point"),
        "scipy 3-point": lambda problem: scipy(problem, pattern, "3-point"),
    }


def seconds_of(f: Function, x: Array) -> float:
    """Return the processor time of one call: the median, after one that finds cold caches."""
    times = []
    for _ in range(CALLS + 1):
        start = thread_time()
        f(x)
        times.append(thread_time() - start)
    return statistics.median(times[1:])


def compare(problem: Residual) -> None:
    """Print a line for each tool."""
    pattern = sp.csr_array(problem.df(problem.x))
    pattern.data = np.ones_like(pattern.data)
    truth = sp.csr_array(problem.df(problem.x))
    exact, scale = truth.data, abs(truth).max(axis=1).toarray()
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    made = tools(pattern)
    runs: dict[str, list[tuple[Run, float]]] = {name: [] for name in made}
    for _ in range(ROUNDS):
        for name, tool in made.items():
            runs[name].append((tool(problem), seconds_of(problem.f, problem.x)))
    for name, found in runs.items():
        last = found[-1][0]
        error = np.abs(sp.csr_array(last.value).sorted_indices().data - exact)
        relative = error / scale[rows]
        whole = statistics.median(run.seconds / unit for run, unit in found)
        less = statistics.median((run.seconds - run.in_df) / unit for run, unit in found)
        covered = (
            "–" if last.bar is None else f"{(error <= last.bar.sorted_indices().data).mean():.3%}"
        )
        goal = ""
        if last.bar is not None:
            goal = f"  goal {EVALUATIONS_GOAL} f calls, time {TIME_GOAL}"
        print(
            f"{problem.name:12}{name:24}{last.calls:8}{whole:9.1f}{less:12.1f}"
            f"{relative.max():10.0e}{np.median(relative):9.0e}{covered:>10}{goal}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Time the check of a tridiagonal Jacobian.")
    parser.add_argument("--size", type=int, default=100_000, help="the number of unknowns")
    size = parser.parse_args().size
    if size < 2:
        parser.error("a line has at least two unknowns")
    measure(size)


def measure(size: int) -> None:
    """Compare the tools on all residuals of so many unknowns."""
    small = residuals(4)[0]
    gradcheck(small, small.df(small.x))  # which imports what it needs
    print(f"tridiagonal, n = {size:,}")
    print(
        f"{'residual':12}{'tool':24}{'f calls':>8}{'time':>9}{'without df':>12}"
        f"{'error':>10}{'median':>9}{'covered':>10}"
    )
    for problem in residuals(size):
        compare(problem)


if __name__ == "__main__":
    main()
