"""Count what a check and the search for wrong entries cost from 10 to a million inputs.

Four sections:

- dense: all n derivatives of a logistic loss with 2,000 rows, n = 10, 100 and 1,000: evaluations of
  f, and the time beside that of one f, for gradcheck.check and its peers in scipy, whose figures
  carry no error bar;
- verdict: one answer about n inputs. Right gradients (false alarms), and gradients of which 1, 3 or
  100 entries are wrong by 10 % (found). scipy.optimize.check_grad(direction='random') returns a
  number without a verdict; it is given the threshold that separates right from wrong best, chosen
  afterwards for each loss, which no user has;
- locate: which entries are wrong. The reference is adaptive bisection with the same readings:
  each part that holds a mistake is halved, and both halves are read, without codes and without
  subtraction;
- a tridiagonal Jacobian of n / 10 rows, as benchmarks/sparse.py measures it.

The losses are sums of n sines with random signs, and of n softplus, whose gradient has one sign.
`time` is in units of one f, measured just before.

Run: python benchmarks/scale.py [--trials N] [--size N]
"""

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import check_grad
from scipy.optimize._numdiff import approx_derivative

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are not installed

import gradcheck as gc
from benchmarks import sparse
from benchmarks.overhead import Loss
from gradcheck.differences.tracks import scale_of

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Function = Callable[[Array], Any]

DENSE = {10: 20, 100: 5, 1000: 1}
"""The number of inputs, and how often each tool is timed."""
WRONG = (1, 3, 100)
FACTOR = 1.1
VERDICT_GOAL = 8
LOCATE_GOALS = {1: 16, 3: 60, 100: 850}
MANY = 100
"""For so many wrong entries there is one trial of the search only, and bisection, which takes
minutes, of the first loss alone."""


@dataclass(frozen=True)
class Sum:
    """A sum of n terms, one an input."""

    name: str
    f: Function
    df: Function
    x: Array

    def wrong(self, count: int, seed: int) -> tuple[Indices, Function]:
        """Return a gradient with some wrong entries, and which these are."""
        places = np.sort(np.random.default_rng(seed).choice(len(self.x), count, replace=False))

        def df(x: Array) -> Array:
            gradient = np.array(self.df(x))
            gradient[places] *= FACTOR
            return gradient

        return places, df


def sines(inputs: int) -> Sum:
    """Return a sum of sines with random signs."""
    generator = np.random.default_rng(inputs)
    signs = generator.choice([-1.0, 1.0], inputs)
    return Sum(
        "sines",
        lambda x: np.sum(signs * np.sin(x)),
        lambda x: signs * np.cos(x),
        generator.normal(size=inputs),
    )


def softplus(inputs: int) -> Sum:
    """Return a convex sum."""
    return Sum(
        "softplus",
        lambda x: np.sum(np.logaddexp(0.0, x)),
        lambda x: 1 / (1 + np.exp(-x)),
        np.random.default_rng(inputs).normal(size=inputs),
    )


class Counted:
    """A function that counts its calls."""

    def __init__(self, f: Function) -> None:
        self.f = f
        self.calls = 0

    def __call__(self, x: Array) -> Any:
        """Call, and count it."""
        self.calls += 1
        return self.f(x)


def seconds_of(f: Function, x: Array) -> float:
    """Return the time of one call: the median of five, after one that finds cold caches."""
    times = []
    for _ in range(6):
        start = perf_counter()
        f(x)
        times.append(perf_counter() - start)
    return statistics.median(times[1:])


# --- dense ---------------------------------------------------------------------------------------


def gradcheck_dense(f: Function, df: Function, w: Array) -> None:
    """Check every entry with gradcheck."""
    if not gc.check(f, df, w):
        raise SystemExit("the gradient is right, but gradcheck.check does not pass it")


DENSE_TOOLS: dict[str, Callable[[Function, Function, Array], Any]] = {
    "gradcheck.check": gradcheck_dense,
    "scipy check_grad": check_grad,
    "scipy 3-point": lambda f, _, w: approx_derivative(f, w, method="3-point"),
}


def dense() -> None:
    """Print the evaluations and the time of all entries."""
    print("dense: all entries of a logistic loss, 2,000 rows")
    print(f"{'n':>7}  {'tool':18}{'f calls':>9}{'time':>9}")
    warm = Loss.random(2)
    gc.check(warm.f, warm.df, warm.w)  # which imports what it needs
    for inputs, rounds in DENSE.items():
        loss = Loss.random(inputs)
        for name, tool in DENSE_TOOLS.items():
            times = []
            for _ in range(rounds):
                f, unit = Counted(loss.f), seconds_of(loss.f, loss.w)
                start = perf_counter()
                tool(f, loss.df, loss.w)
                times.append((perf_counter() - start) / unit)
            print(f"{inputs:7,}  {name:18}{f.calls:9,}{statistics.median(times):9.0f}")


# --- verdict -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """What a tool said: of right gradients, and of wrong ones by the number of wrong entries."""

    calls: list[int]
    """Of f, in each trial."""
    alarms: int
    found: dict[int, int]


Judge = Callable[[Sum, Function, int], tuple[bool, int]]
"""Says whether a gradient fails, and how often it called f."""


def by_gradcheck(loss: Sum, df: Function, seed: int) -> tuple[bool, int]:
    """Ask gradcheck.check."""
    f = Counted(loss.f)
    verdict = gc.check(f, df, loss.x, seed=seed).verdict
    return verdict is gc.Verdict.FAIL, f.calls


def answers(loss: Sum, judge: Judge, trials: int) -> Answers:
    """Ask about right and wrong gradients."""
    right = [judge(loss, loss.df, seed) for seed in range(trials)]
    found = {
        count: [judge(loss, loss.wrong(count, seed)[1], seed) for seed in range(trials)]
        for count in WRONG
    }
    everything = [*right, *(one for several in found.values() for one in several)]
    return Answers(
        calls=[calls for _, calls in everything],
        alarms=sum(failed for failed, _ in right),
        found={count: sum(failed for failed, _ in several) for count, several in found.items()},
    )


def random_direction(loss: Sum, trials: int) -> Answers:
    """Ask scipy, with the threshold that is best for these very numbers."""

    def error(df: Function, seed: int) -> float:
        return float(check_grad(f, df, loss.x, direction="random", seed=seed))

    f = Counted(loss.f)
    right = np.array([error(loss.df, seed) for seed in range(trials)])
    calls = f.calls // trials
    wrong = {
        count: np.array([error(loss.wrong(count, seed)[1], seed) for seed in range(trials)])
        for count in WRONG
    }
    every = np.concatenate(list(wrong.values()))
    candidates = [-1.0, *right.tolist(), *every.tolist()]
    best = max(candidates, key=lambda c: (every > c).mean() - (right > c).mean())
    return Answers(
        calls=[calls],
        alarms=int((right > best).sum()),
        found={count: int((errors > best).sum()) for count, errors in wrong.items()},
    )


def verdicts(losses: Sequence[Sum], trials: int) -> None:
    """Print what the tools say about many inputs at once."""
    inputs = len(losses[0].x)
    print(f"\nverdict: n = {inputs:,}, {trials} trials; goal {VERDICT_GOAL} evaluations")
    heads = "".join(f"{f'found, {count} wrong':>18}" for count in WRONG)
    print(f"{'loss':10}{'tool':36}{'f calls':>9}{'false alarms':>14}{heads}")
    for loss in losses:
        _show(loss.name, "gradcheck.check", answers(loss, by_gradcheck, trials))
        name = "scipy random direction, in hindsight"
        _show(loss.name, name, random_direction(loss, trials))


def _show(loss: str, tool: str, said: Answers) -> None:
    found = "".join(f"{said.found[count]:18}" for count in WRONG)
    print(f"{loss:10}{tool:36}{_span(said.calls):>9}{said.alarms:14}{found}", flush=True)


def _span(calls: list[int]) -> str:
    """Write the fewest and the most."""
    return f"{min(calls)}-{max(calls)}" if len(set(calls)) > 1 else f"{calls[0]}"


# --- locate --------------------------------------------------------------------------------------


def by_locate(loss: Sum, df: Function, seed: int) -> tuple[Indices, int]:
    """Ask gradcheck.locate."""
    f = Counted(loss.f)
    found = gc.locate(f, df, loss.x, seed=seed)
    if f.calls != found.evaluations:
        raise SystemExit(f"f was called {f.calls} times, and {found.evaluations} are counted")
    return found.wrong if found.exact else np.empty(0, dtype=np.intp), f.calls


def by_bisection(loss: Sum, df: Function, seed: int) -> tuple[Indices, int]:
    """Halve every part whose reading is not zero, until single entries are left."""
    f, x, gradient = Counted(loss.f), loss.x, np.asarray(df(loss.x))
    generator = np.random.default_rng(seed)
    weights = generator.uniform(0.5, 1, len(x)) * generator.choice([-1, 1], len(x)) * scale_of(x)
    noise = 8 * 2.0**-53 * abs(float(loss.f(x)))
    h = float(np.cbrt(noise / np.linalg.norm(gradient * weights)))
    bar = 2 * noise / h
    found = []
    parts = [(0, len(x))]
    while parts:
        start, stop = parts.pop()
        move = np.zeros(len(x))
        move[start:stop] = weights[start:stop]
        slope = (f(x + h * move) - f(x - h * move)) / (2 * h)
        if abs(float(gradient @ move) - slope) <= 2 * bar:
            continue
        if stop - start == 1:
            found.append(start)
            continue
        middle = (start + stop) // 2
        parts += [(start, middle), (middle, stop)]
    return np.sort(np.array(found, dtype=np.intp)), f.calls


LOCATORS = {"gradcheck.locate": by_locate, "plain bisection": by_bisection}


def locations(losses: Sequence[Sum], trials: int) -> None:
    """Print how many evaluations it takes to find the wrong entries."""
    print(f"\nlocate: n = {len(losses[0].x):,}, entries wrong by 10 %")
    print(f"{'loss':10}{'wrong':>6}  {'tool':18}{'f calls':>12}{'goal':>6}{'exact':>9}{'time':>8}")
    for loss in losses:
        for count in WRONG:
            for name, tool in LOCATORS.items():
                if tool is by_bisection and count >= MANY and loss is not losses[0]:
                    continue
                _locations(loss, count, name, 1 if count >= MANY else trials, tool)


def _locations(
    loss: Sum,
    count: int,
    name: str,
    trials: int,
    tool: Callable[[Sum, Function, int], tuple[Indices, int]],
) -> None:
    unit = seconds_of(loss.f, loss.x)
    calls, times, exact = [], [], 0
    for seed in range(trials):
        places, df = loss.wrong(count, seed)
        start = perf_counter()
        found, evaluations = tool(loss, df, seed)
        times.append((perf_counter() - start) / unit)
        calls.append(evaluations)
        exact += np.array_equal(found, places)
    goal = LOCATE_GOALS[count] if name == "gradcheck.locate" else ""
    print(
        f"{loss.name:10}{count:6}  {name:18}{_span(calls):>12}{goal:>6}{f'{exact} of {trials}':>9}"
        f"{statistics.median(times):8.0f}",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--trials", type=int, default=10, metavar="N", help="of each verdict")
    parser.add_argument("--size", type=int, default=1_000_000, metavar="N", help="inputs")
    options = parser.parse_args(arguments)
    losses = [sines(options.size), softplus(options.size)]
    dense()
    verdicts(losses, options.trials)
    locations(losses, max(1, options.trials // 3))
    print()
    sparse.measure(max(2, options.size // 10))


if __name__ == "__main__":
    main()
