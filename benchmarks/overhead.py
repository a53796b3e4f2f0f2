"""Time what a check costs beyond the evaluations of f that it makes.

The loss is a logistic regression with 2,000 rows and n = 10, 100 or 1,000 inputs. Printed are, for
gradcheck.check and for scipy.optimize.check_grad,

- ratio: (time of the check - time inside df) / (evaluations of f x time of one f);
- cpu: the same in processor time of this thread, which other programs hardly change;
- inside: the ratio, but divided by the time that this very check spent inside f. It does not suffer
  when the processor's clock changes, and shows what the check slows f down by;
- for n = 1,000, the whole time with f marked by gradcheck.batched, in times of one plain f, and how
  much of it f takes itself: np.logaddexp costs a point as much as a matrix product does.

The time of one f is the median over calls that are made just before and just after each check.
Checks take turns; each figure is the median over the rounds. Where other programs run, threads of
the BLAS wait for each other, and one plain f may take ten times as long: OPENBLAS_NUM_THREADS=1
makes figures repeatable.

Run: python benchmarks/overhead.py [N ...]
"""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import check_grad

import gradcheck as gc

Array = npt.NDArray[np.float64]

ROWS = 2000
ROUNDS = {10: 60, 100: 15, 1000: 3}
"""The number of inputs, and how often each check is repeated."""
CALLS = 20
"""Plain calls of f before and after each check."""
GOALS = {10: 1.3, 100: 1.1, 1000: 1.1}
BATCHED_GOAL = 250
BATCHED_INPUTS = 1000
BLOCK = 1000
"""The number of points at once whose cost is told beside that of the check."""


@dataclass(frozen=True)
class Span:
    """A stretch of time on two clocks."""

    wall: float
    cpu: float
    """The time that this thread had a processor."""

    def __sub__(self, other: "Span") -> "Span":
        return Span(self.wall - other.wall, self.cpu - other.cpu)

    @classmethod
    def now(cls) -> "Span":
        """Read both clocks."""
        return cls(perf_counter(), thread_time())


def total(spans: list[Span]) -> Span:
    """Add up."""
    return Span(sum(span.wall for span in spans), sum(span.cpu for span in spans))


class Timed:
    """A function that remembers how long each of its calls took."""

    def __init__(self, f: Callable[[Array], Any]) -> None:
        self.f = f
        self.spans: list[Span] = []

    def __call__(self, x: Array) -> Any:
        """Call, and remember how long it took."""
        start = Span.now()
        value = self.f(x)
        self.spans.append(Span.now() - start)
        return value


@dataclass(frozen=True)
class Loss:
    """The logistic loss of random data: labels of -1 and 1, and the point w where it is checked."""

    features: Array
    labels: Array
    w: Array

    @classmethod
    def random(cls, inputs: int) -> "Loss":
        """Draw the data."""
        rng = np.random.default_rng(inputs)
        features = rng.normal(size=(ROWS, inputs))
        labels = rng.choice([-1.0, 1.0], ROWS)
        return cls(features, labels, rng.normal(size=inputs) / np.sqrt(inputs))

    def f(self, w: Array) -> Any:
        """Compute the mean of log(1 + exp(-y Aw))."""
        return np.logaddexp(0.0, -self.labels * (self.features @ w)).mean()

    def df(self, w: Array) -> Any:
        """Compute the gradient."""
        shares = -self.labels / (1.0 + np.exp(self.labels * (self.features @ w)))
        return self.features.T @ shares / ROWS

    def of_many(self, w: Array) -> Any:
        """Compute f for w of shape (k, n) at once."""
        return np.logaddexp(0.0, -self.labels * (w @ self.features.T)).mean(axis=1)


@dataclass(frozen=True)
class Run:
    """What one check took."""

    evaluations: int
    whole: Span
    """The time of the check without the time inside df."""
    unit: Span
    """The time of one plain f, just before and after."""
    inside: Span
    """The time inside f, where that was measured."""

    @property
    def ratio(self) -> float:
        """The time in units of the evaluations by themselves."""
        return self.whole.wall / (self.evaluations * self.unit.wall)

    @property
    def cpu_ratio(self) -> float:
        """The same in processor time."""
        return self.whole.cpu / (self.evaluations * self.unit.cpu)


def gradcheck(f: Callable[[Array], Any], df: Callable[[Array], Any], w: Array) -> int:
    """Check with gradcheck; return the evaluations of f."""
    result = gc.check(f, df, w)
    if not result:
        raise SystemExit(f"the gradient is right, but the check says\n{result}")
    return int(result.evaluations)


def scipy(f: Callable[[Array], Any], df: Callable[[Array], Any], w: Array) -> int:
    """Check with scipy; return the evaluations of f, one for each input and one at w."""
    check_grad(f, df, w)
    return w.size + 1


Check = Callable[[Callable[[Array], Any], Callable[[Array], Any], Array], int]
CHECKS: dict[str, Check] = {"gradcheck": gradcheck, "scipy check_grad": scipy}


def one_call(loss: Loss) -> list[Span]:
    """Return the times of some calls of f; the first, which finds cold caches, is left out."""
    f = Timed(loss.f)
    for _ in range(CALLS + 1):
        f(loss.w)
    return f.spans[1:]


def run(check: Check, loss: Loss, f: Callable[[Array], Any], inside: Timed | None = None) -> Run:
    """Run a check of f once, with calls of the plain f before and after it."""
    one = one_call(loss)
    df = Timed(loss.df)
    start = Span.now()
    evaluations = check(f, df, loss.w)
    whole = Span.now() - start - total(df.spans)
    one += one_call(loss)
    wall, cpu = ([span.wall for span in one], [span.cpu for span in one])
    unit = Span(statistics.median(wall), statistics.median(cpu))
    return Run(evaluations, whole, unit, total(inside.spans if inside else []))


def dense(inputs: int) -> None:
    """Print the figures of all checks, entry by entry."""
    loss = Loss.random(inputs)
    plain: dict[str, list[Run]] = {name: [] for name in CHECKS}
    timed: dict[str, list[Run]] = {name: [] for name in CHECKS}
    for _ in range(ROUNDS[inputs]):
        for name, check in CHECKS.items():
            plain[name].append(run(check, loss, loss.f))
            f = Timed(loss.f)
            timed[name].append(run(check, loss, f, f))
            if len(f.spans) != timed[name][-1].evaluations:
                raise SystemExit(f"{name} called f {len(f.spans)} times, and counts otherwise")
    for name, runs in plain.items():
        ratios = [found.ratio for found in runs]
        cpu = statistics.median(found.cpu_ratio for found in runs)
        inside = statistics.median(found.whole.wall / found.inside.wall for found in timed[name])
        goal = f"goal {GOALS[inputs]}" if name == "gradcheck" else ""
        print(
            f"{inputs:6}  {name:18}{runs[0].evaluations:8}{statistics.median(ratios):8.3f}"
            f"{_quartiles(ratios, 3):>16}{cpu:8.3f}{inside:9.3f}  {goal}"
        )


def batched(inputs: int) -> None:
    """Print the time of a check of a batched f, in times of one plain f."""
    loss = Loss.random(inputs)
    runs = []
    for _ in range(ROUNDS[inputs]):
        f = Timed(loss.of_many)
        runs.append(run(gradcheck, loss, gc.batched(f), f))
    whole = [found.whole.wall / found.unit.wall for found in runs]
    inside = statistics.median(found.inside.wall / found.unit.wall for found in runs)
    start = perf_counter()
    loss.of_many(np.tile(loss.w, (BLOCK, 1)))
    block = (perf_counter() - start) / statistics.median(found.unit.wall for found in runs)
    print(
        f"{inputs:6}  {'gradcheck, batched':18}{runs[0].evaluations:8}  whole time: "
        f"{statistics.median(whole):.0f}{_quartiles(whole, 0)} plain calls of f, {inside:.0f} of "
        f"them inside f; goal {BATCHED_GOAL}; {BLOCK} points at once cost {block:.0f}"
    )


def _quartiles(numbers: list[float], digits: int) -> str:
    low, high = np.quantile(numbers, [0.25, 0.75])
    return f" ({low:.{digits}f}-{high:.{digits}f})"


def main() -> None:
    """Measure and print."""
    sizes = [int(word) for word in sys.argv[1:]] or list(ROUNDS)
    print("     n  check             f calls   ratio   (quartiles)     cpu   inside")
    for inputs in sizes:
        dense(inputs)
    if BATCHED_INPUTS in sizes:
        batched(BATCHED_INPUTS)


if __name__ == "__main__":
    main()
