"""Measure how often a check of derivatives is wrong: false alarms, misses, evaluations.

The questions are some 350 functions with derivatives that are right (benchmarks/subjects/), tested
against the same functions in numbers of 260 digits; and mutants of these derivatives: wrong signs,
factors, dropped, swapped and transposed entries, relative errors from 1e-1 to 1e-8. There are two
families: standard (what people write) and hard (x from 1e-300 to 1e300, noise, edges, kinks nearby,
oscillation, plateaus, mixed magnitudes, hundreds of inputs). At points on a kink, where df is a
subgradient, only FAIL is wrong; they are counted apart.

Only *detectable* mutants count. The label knows no tool: the error of an entry must exceed 30 times
the best accuracy that central differences of float64 values could have there, computed from exact
Taylor coefficients and the noise that f is measured to have, and 10 times the rounding error of df
itself. The rule stands in benchmarks/subjects/conditioning.py, the peers' rules in tools.py.

Columns: `false alarm` and `inconclusive` are shares of the right derivatives; `missed` is the share
of detectable mutants that do not FAIL (inconclusive counts as missed); `raised` is how often the
tool raised an exception instead of an answer, which counts as inconclusive; `balanced` is the mean
of the share of right derivatives that PASS and the share of detectable mutants that FAIL.
Evaluations of f are those on right derivatives of n entries of x.

The functions are divided by a hash of their names: estimators are tuned on one half, and the other,
which is printed unless --half says otherwise, is kept for the report.

Run: python benchmarks/detection.py [--half tuning] [--tools gradcheck,scipy] [--details]
"""

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks.subjects import SUBJECTS
from benchmarks.subjects.labels import Question, questions
from benchmarks.subjects.mutants import Mutant
from benchmarks.subjects.tools import FAIL, INCONCLUSIVE, PASS, Outcome, Tool, installed, quiet

FAMILIES = ("standard", "hard", "standard and hard", "kink")
HALVES = ("tuning", "held-out")
COLUMNS = (
    "tool", "half", "points", "false alarm", "inconclusive", "raised", "mutants", "missed",
    "balanced", "median eval", "mean eval", "(eval-10)/n", "(eval-20)/n", "seconds",
)  # fmt: skip


@dataclass
class Tally:
    """What one tool said about one family in one half."""

    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    evaluations: list[int] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    raised: int = 0
    seconds: float = 0.0

    def add(self, other: "Tally") -> None:
        """Count what another tally holds in this one too."""
        self.right += other.right
        self.wrong += other.wrong
        self.evaluations += other.evaluations
        self.inputs += other.inputs
        self.raised += other.raised
        self.seconds += other.seconds

    def row(self) -> list[str]:
        """Return the cells after tool and half."""
        passed, missed = _share(self.right, PASS), 1 - _share(self.wrong, FAIL)
        evaluations, n = np.array(self.evaluations), np.array(self.inputs)
        return [
            f"{len(self.right)}",
            _percent(_share(self.right, FAIL)),
            _percent(_share(self.right, INCONCLUSIVE)),
            f"{self.raised}",
            f"{len(self.wrong)}",
            _percent(missed) if self.wrong else "-",
            _percent((passed + 1 - missed) / 2) if self.wrong else "-",
            f"{np.median(evaluations):.0f}",
            f"{np.mean(evaluations):.0f}",
            f"{np.median((evaluations - 10) / n):.1f}",
            f"{np.mean((evaluations - 20) / n):.1f}",
            f"{self.seconds:.1f}",
        ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Put the questions and print the tables."""
    options = _options(arguments)
    halves = HALVES if options.half == "all" else (options.half,)
    subjects = [s for s in SUBJECTS if s.half in halves and fnmatch(s.name, options.subjects)]
    tools = installed(options.tools.split(",") if options.tools else None)
    tallies = {(t, f, h): Tally() for f in FAMILIES for t in tools for h in halves}
    for question in questions(subjects, options.max_mutants):
        for name, tool in tools.items():
            tally = Tally()
            ask(question, tool, tally, details=options.details and name == "gradcheck")
            for family in FAMILIES:
                if question.subject.family in family.split(" and "):
                    tallies[name, family, question.subject.half].add(tally)
    for family in FAMILIES:
        rows = [[t, h, *y.row()] for (t, f, h), y in tallies.items() if f == family and y.right]
        if rows:
            count = sum(s.family in family.split(" and ") for s in subjects)
            print(f"\n{family}: {count} functions")
            print(_aligned([list(COLUMNS), *rows]))


def ask(question: Question, tool: Tool, tally: Tally, *, details: bool) -> None:
    """Let a tool judge the right derivative and every detectable mutant."""
    start = time.perf_counter()
    subject = question.subject
    with quiet():
        judge = tool(subject, question.point)
        if judge is None:
            return
        outcome = judge(subject.df)
        tally.right.append(outcome.verdict)
        tally.raised += isinstance(outcome.result, Exception)
        tally.evaluations.append(outcome.evaluations)
        tally.inputs.append(int(np.size(question.point)))
        for mutant in question.detectable:
            answer = judge(mutant.function(subject.df))
            tally.wrong.append(answer.verdict)
            tally.raised += isinstance(answer.result, Exception)
            if details and answer.verdict != FAIL:
                print(_detail(question, answer, mutant))
    if details and outcome.verdict != PASS and not (subject.kink and outcome.verdict != FAIL):
        print(_detail(question, outcome, None))
    tally.seconds += time.perf_counter() - start


def _detail(question: Question, outcome: Outcome, mutant: Mutant | None) -> str:
    """Describe one wrong or missing answer of gradcheck."""
    what = {FAIL: "FALSE ALARM", INCONCLUSIVE: "INCONCLUSIVE"}[outcome.verdict] if (
        mutant is None
    ) else f"MISS ({outcome.verdict}) of {mutant.name!r}"  # fmt: skip
    name = f"{question.subject.family} {question.subject.name}[{question.number}]"
    lines = [f"{what}: {name}, n={np.size(question.point)}"]
    result = outcome.result
    if isinstance(result, Exception):
        return "\n".join([*lines, f"    raised {type(result).__name__}: {result}"])
    lines[0] += f", reason {result.reason}, {outcome.evaluations} evaluations"
    lines += [_entry(question, result, place) for place in _places(question, result, mutant)]
    return "\n".join(lines)


def _places(question: Question, result: Any, mutant: Mutant | None) -> list[int]:
    """Return the flat places of the entries to show: the worst, or the one that was changed."""
    inputs = int(np.size(question.point))
    if mutant is None:
        rows = result.entries.worst_first()[:2]
        places = result.entries.output[rows] * inputs + result.entries.input[rows]
        return [int(place) for place in places]
    change = np.abs(np.asarray(mutant.of(question.jacobian)) - question.jacobian).reshape(-1)
    return [int(np.argmax(change))]


def _entry(question: Question, result: Any, place: int) -> str:
    """Describe one entry: what differences and df said, and the truth."""
    inputs = int(np.size(question.point))
    output, column = divmod(place, inputs)
    entries = result.entries
    rows = np.flatnonzero((entries.output == output) & (entries.input == column))
    x = float(np.ravel(question.point)[column])
    if not rows.size:
        return f"    d{output}/dx{column} at {x!r}: no entry"
    row = int(rows[0])
    numeric, claim = float(entries.numeric[row]), float(entries.analytic[row])
    bar, material = float(entries.error_bar[row]), float(entries.materiality[row])
    text = (
        f"    d{output}/dx{column} at {x!r}: numeric {numeric:.15g} +- {bar:.1e}"
        f" (material {material:.1e}), analytic {claim:.15g}"
    )
    if question.subject.kink:
        return text
    known = question.conditioning.entry(place)
    return text + (
        f", truth {known.truth:.15g}; error of numeric {abs(numeric - known.truth):.1e}, of"
        f" analytic {abs(claim - known.truth):.1e}, possible accuracy {known.accuracy:.1e},"
        f" noise {float(question.conditioning.noise[output]):.1e}"
    )


def _share(verdicts: list[str], verdict: str) -> float:
    return sum(v == verdict for v in verdicts) / len(verdicts) if verdicts else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--half", choices=[*HALVES, "all"], default="held-out")
    parser.add_argument("--tools", help="names of tools or packages, such as gradcheck,scipy")
    parser.add_argument("--subjects", default="*", metavar="PATTERN", help="such as 'sine*'")
    parser.add_argument("--max-mutants", type=int, metavar="K", help="at most so many a point")
    parser.add_argument(
        "--details", action="store_true", help="describe every wrong answer of gradcheck"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
