"""Measure what error bars are worth: how often they hold, and how much they exaggerate.

On random functions (`benchmarks/random_functions.py`), whose derivatives mpmath knows, compared are

- gradcheck.differentiate;
- scipy.differentiate.derivative with its `error`;
- numdifftools.Derivative with its `error_estimate`, where installed;
- jacobi.jacobi with its standard error, where installed;
- Ridders' method as in Numerical Recipes, with its error estimate.

scipy.optimize's approx_derivative gives no error, so there is nothing to calibrate. Each peer runs
with its defaults, along one variable at a time, and its numbers count even where it has doubts;
gradcheck gets the function as it is.

The columns, counted over the entries of gradients:

- covered: the share of answers with |value - truth| <= bar. An error of at most half an ulp of the
  truth counts as covered by any bar: a float64 cannot be closer.
- >10x: the share whose error is more than ten times the bar, in the same sense.
- bar/error: the median of bar / max(error, unit roundoff |truth|).
- rel. error: the median of |value - truth| / |truth|.
- f calls: the median of the evaluations of f for each entry; a vectorised call counts its points.
- no answer: the share of values or bars that are not finite, and of exceptions. These are left out
  of the other columns.

Functions fall into two halves by a hash of their names: one to tune with, one held out for the
figures, whose details nobody who tunes should see; `--seed` draws others that nobody has seen. To
reach: 99 % covered, a median bar of at most 30 errors.

Run: python benchmarks/calibration.py [--half tuning|held-out|all] [--count N] [--seed S]
     [--details] [--only NAME ...]
"""

import argparse
import statistics
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import mpmath
import numpy as np
import pandas as pd
from scipy.differentiate import derivative

import gradcheck as gc
from benchmarks.random_functions import COUNT, FAMILIES, HALVES, SEED, RandomFunction, functions

OURS = "gradcheck"
ROUNDOFF = 2.0**-53
GOAL_COVERED = 0.99
GOAL_RATIO = 30.0
LOOSEST = 30


@dataclass(frozen=True)
class Answer:
    """What a tool says about one derivative."""

    value: float
    bar: float
    evaluations: float
    failure: str = ""


Tool = Callable[[RandomFunction], list[Answer]]


class Counted:
    """A function that counts at how many points it is evaluated."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f = f
        self.count = 0

    def __call__(self, t: Any) -> Any:
        """Evaluate at a number, or at each number of an array."""
        self.count += np.size(t)
        return self.f(t)


def ours(function: RandomFunction) -> list[Answer]:
    """Run gradcheck on the whole gradient."""
    estimate = gc.differentiate(function, function.point)
    entries = len(function.x)
    values = np.asarray(estimate.value, dtype=float).reshape(entries)
    bars = np.asarray(estimate.error_bar, dtype=float).reshape(entries)
    pairs = zip(values.tolist(), bars.tolist(), strict=True)
    return [Answer(value, bar, estimate.evaluations / entries) for value, bar in pairs]


def by_variable(method: Callable[[Callable[[Any], Any], float], tuple[Any, Any]]) -> Tool:
    """Make a tool of a method that gives value and bar for a function of one variable."""

    def tool(function: RandomFunction) -> list[Answer]:
        answers = []
        for index, x in enumerate(function.x):
            f = Counted(function.along(index))
            try:
                value, bar = method(f, x)
            except Exception as error:  # noqa: BLE001  (a tool's exception is a result)
                answers.append(_failed(error, f.count))
            else:
                answers.append(Answer(float(value), float(bar), f.count))
        return answers

    return tool


def scipy_derivative(f: Callable[[Any], Any], x: float) -> tuple[Any, Any]:
    """Run scipy.differentiate."""
    result = derivative(f, x)
    return result.df, result.error


def numdifftools_derivative(f: Callable[[Any], Any], x: float) -> tuple[Any, Any]:
    """Run numdifftools: some versions return (value, info), others one record of both."""
    found = import_module("numdifftools").Derivative(f, full_output=True)(x)
    info = found if hasattr(found, "error_estimate") else found[1]
    return found[0], info.error_estimate


def jacobi_derivative(f: Callable[[Any], Any], x: float) -> tuple[Any, Any]:
    """Run jacobi."""
    value, error = import_module("jacobi").jacobi(f, x)
    return value, error


def ridders(f: Callable[[Any], Any], x: float) -> tuple[float, float]:
    """Extrapolate central differences by Neville's scheme, steps shrinking from 0.1 |x|.

    C. J. F. Ridders (1982), Advances in Engineering Software 4(2), 75-76; W. H. Press et al.
    (2007), Numerical Recipes, 3rd edition, section 5.7: ten steps, each 1.4 times smaller.
    """
    shrink, safety, steps = 1.4, 2.0, 10
    h = 0.1 * abs(x) or 0.1
    above: list[float] = []
    value, error = np.nan, np.inf
    for k in range(steps):
        row = [float(f(x + h) - f(x - h)) / (2 * h)]
        for j in range(1, k + 1):
            factor = shrink ** (2 * j)
            row.append((row[j - 1] * factor - above[j - 1]) / (factor - 1))
            disagreement = max(abs(row[j] - row[j - 1]), abs(row[j] - above[j - 1]))
            if disagreement <= error:
                value, error = row[j], disagreement
        if k and abs(row[k] - above[k - 1]) >= safety * error:
            break
        above, h = row, h / shrink
    return value, error


def available() -> dict[str, Tool]:
    """Return the tools that are installed."""
    tools: dict[str, Tool] = {OURS: ours, "scipy.differentiate": by_variable(scipy_derivative)}
    if find_spec("numdifftools"):
        tools["numdifftools"] = by_variable(numdifftools_derivative)
    if find_spec("jacobi"):
        tools["jacobi"] = by_variable(jacobi_derivative)
    return tools | {"ridders": by_variable(ridders)}


def _failed(error: Exception, evaluations: float) -> Answer:
    return Answer(np.nan, np.nan, evaluations, f"{type(error).__name__}: {error}")


def measure(tools: dict[str, Tool], drawn: Iterable[RandomFunction]) -> pd.DataFrame:
    """Run all tools on all functions; a row for each tool and entry."""
    rows: list[dict[str, Any]] = []
    for function in drawn:
        for name, tool in tools.items():
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    answers = tool(function)
                except Exception as error:  # noqa: BLE001  (a tool's exception is a result)
                    answers = [_failed(error, np.nan)] * len(function.x)
            slopes = function.truth.slopes
            rows += [
                _row(name, function, index, answer)
                for index, (answer, _) in enumerate(zip(answers, slopes, strict=True))
            ]
    return pd.DataFrame(rows)


def _row(tool: str, function: RandomFunction, index: int, answer: Answer) -> dict[str, Any]:
    slope = function.truth.slopes[index]
    truth = abs(float(slope))
    answered = bool(np.isfinite(answer.value) and np.isfinite(answer.bar))
    error = float(abs(mpmath.mpf(answer.value) - slope)) if answered else np.nan
    shown = 0.0 if error <= 0.5 * np.spacing(truth) else error
    return {
        "tool": tool,
        "family": function.family,
        "function": function,
        "entry": index,
        "truth": float(slope),
        "value": answer.value,
        "bar": answer.bar,
        "error": error,
        "rel_error": error / truth,
        "covered": shown <= answer.bar,
        "far_out": shown > 10 * answer.bar,
        "ratio": answer.bar / max(error, ROUNDOFF * truth) if answered else np.nan,
        "evaluations": answer.evaluations,
        "answered": answered,
        "failure": answer.failure,
    }


def summary(rows: pd.DataFrame) -> dict[str, str]:
    """Write the figures of one tool on some of the entries."""
    answers = rows[rows["answered"]]
    figures = {"entries": f"{len(rows)}", "no answer": f"{1 - len(answers) / len(rows):.1%}"}
    if answers.empty:
        return figures
    return {
        "entries": figures["entries"],
        "covered": f"{answers['covered'].mean():.1%}",
        ">10x": f"{answers['far_out'].mean():.1%}",
        "bar/error": f"{statistics.median(answers['ratio']):.3g}",
        "rel. error": f"{statistics.median(answers['rel_error']):.1e}",
        "f calls": f"{statistics.median(answers['evaluations']):.4g}",
        "no answer": figures["no answer"],
    }


def show(title: str, tables: dict[str, pd.DataFrame]) -> None:
    """Print a row of figures for each table that is not empty."""
    rows = {name: summary(table) for name, table in tables.items() if len(table)}
    print(f"\n{title}")
    print(pd.DataFrame.from_dict(rows, orient="index").fillna("").to_string())


def families(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a table of one column: the families against the tools."""
    answers = rows[rows["answered"]]
    groups = answers.groupby(["family", "tool"], sort=False)[column]
    table = (groups.mean() if column == "covered" else groups.median()).unstack()  # noqa: PD010
    return table.reindex(["plain", *FAMILIES]).dropna(how="all")


def details(rows: pd.DataFrame) -> None:
    """Print the entries of gradcheck without an answer, uncovered ones and the loosest."""
    answers = rows[rows["answered"]]
    uncovered = answers[~answers["covered"]]
    _list("without an answer", rows[~rows["answered"]])
    _list("uncovered, the worst first", uncovered.sort_values("ratio"))
    loosest = answers.sort_values("ratio", ascending=False).head(LOOSEST)
    _list(f"the {LOOSEST} loosest", loosest)


def _list(title: str, rows: pd.DataFrame) -> None:
    print(f"\n{OURS}, {title}: {len(rows)}")
    for row in rows.to_dict("records"):
        function = row["function"]
        entry = f", entry {row['entry']}" if len(function.x) > 1 else ""
        print(f"- {function.name}{entry}: {function}")
        print(f"    x = {', '.join(map(repr, function.x))}")
        found = f"value {row['value']:.17g}, bar {row['bar']:.2e}, error {row['error']:.2e}"
        print(f"    truth {row['truth']:.17g}, {row['failure'] or found}")
        print(f"    bar/error {row['ratio']:.3g}, {row['evaluations']:.4g} calls of f")


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Calibrate error bars.")
    parser.add_argument(
        "--half", choices=(*HALVES, "all"), help="default: held-out, but tuning for details"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="another one: functions never seen")
    parser.add_argument("--count", type=int, default=COUNT, help="functions, of both halves")
    parser.add_argument("--details", action="store_true", help=f"list entries of {OURS}")
    parser.add_argument("--only", nargs="+", choices=available(), help="tools to run")
    wanted = parser.parse_args(arguments)
    wanted.half = wanted.half or ("tuning" if wanted.details else "held-out")
    return wanted


def main() -> None:
    """Measure and print."""
    wanted = options(sys.argv[1:])
    tools = {k: tool for k, tool in available().items() if not wanted.only or k in wanted.only}
    drawn = [f for f in functions(wanted.count, wanted.seed) if wanted.half in (f.half, "all")]
    rows = measure(tools, drawn)
    print(f"{len(drawn)} of {wanted.count} functions, half: {wanted.half}, seed {wanted.seed}")
    print(f"goals: covered >= {GOAL_COVERED:.0%}, median bar/error <= {GOAL_RATIO:.0f}")
    by_tool = {tool: rows[rows["tool"] == tool] for tool in tools}
    show("all", by_tool)
    for share, plain in (("plain", True), ("families", False)):
        show(
            share, {k: table[(table["family"] == "plain") == plain] for k, table in by_tool.items()}
        )
    if OURS in tools:
        own = by_tool[OURS]
        show(f"{OURS} by family", {k: own[own["family"] == k] for k in ["plain", *FAMILIES]})
    print("\ncovered, by family")
    print(families(rows, "covered").map("{:.1%}".format, na_action="ignore").to_string(na_rep=""))
    print("\nbar/error, by family")
    print(families(rows, "ratio").map("{:.3g}".format, na_action="ignore").to_string(na_rep=""))
    print("\nexceptions of the tools")
    raised = rows.loc[rows["failure"] != "", ["tool", "failure"]].value_counts()
    print(raised.to_string() if len(raised) else "none")
    if wanted.details and OURS in tools:
        details(by_tool[OURS])


if __name__ == "__main__":
    main()
