"""Measure how often the diagnosis names a mistake, and how often it names the wrong one.

The questions are the gallery of wrong gradients (tests/wrong/): 56 mistakes of a catalogue of forty
kinds, and more. Each was written down with the codes of findings that name it before any diagnosis
was asked. A few are nameless: no relation of the numbers gives them away, and whatever name they
get is wrong. All are checked at 1, 3 and 5 random points in general position, without hints and
with those constants, terms and factors that the author of f would know; over several seeds.

Columns, in numbers of mistakes; a range where seeds differ:

- named: an expected code is among the findings of the best certainty that is told;
- first: it is the very first finding;
- localised: what is told is true, but no name: only these entries are wrong, or an unknown
  constant; or the shape is wrong;
- unnamed: the check fails without any finding;
- missed: the verdict is not the one that the mistake deserves;
- misnamed A, B, C: a finding of certainty A is wrong; or, at the best certainty that is told, all
  findings are of this certainty and some are wrong, none right;
- rivals: of the named ones, those beside which something false is told, with the same certainty or
  with less.

The first seven numbers but `first` add up to all mistakes. To reach, of the catalogue's 56 and at
three points: 46 named without hints, 50 with hints, none misnamed with certainty A.

Run: python benchmarks/diagnosis.py [--points 1 3 5] [--seeds K] [--only PATTERN] [--details]
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # neither benchmarks nor tests are installed

import gradcheck as gc
from tests.wrong import GALLERY, LOCALISED, NAMELESS, Wrong

GOALS = {("catalogue", 3, False): 46, ("catalogue", 3, True): 50}
"""So many of the 56 are to be named; by set, points, and whether hints are given."""
HINTS = {False: "no", True: "yes"}
SETS: dict[str, Callable[[Wrong], bool]] = {
    "catalogue": lambda wrong: wrong.catalogue,
    "all": lambda wrong: bool(wrong.codes),
    "nameless": lambda wrong: not wrong.codes,
}
OUTCOMES = (
    "named", "localised", "unnamed", "missed", "misnamed A", "misnamed B", "misnamed C",
)  # fmt: skip
COLUMNS = (
    "set", "points", "hints", "mistakes", "named", "goal", "first", "localised", "unnamed",
    "missed", "misnamed A", "goal", "misnamed B", "misnamed C", "rivals",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What was told about one mistake."""

    wrong: Wrong
    outcome: str
    is_first: bool
    has_rivals: bool
    told: tuple[str, ...]

    def __str__(self) -> str:
        told = ", ".join(self.told) or "nothing"
        return f"{self.outcome}: {told}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask for every diagnosis and print the table."""
    options = _options(arguments)
    every = (*GALLERY.values(), *NAMELESS.values())
    gallery = [wrong for wrong in every if fnmatch(wrong.name, options.only)]
    answers = _answers(gallery, options.points, options.seeds)
    rows = [
        _row(
            chosen,
            points,
            hinted,
            [
                [each for each in answers[points, hinted, seed] if SETS[chosen](each.wrong)]
                for seed in range(options.seeds)
            ],
        )
        for chosen, points, hinted in product(SETS, options.points, HINTS)
    ]
    print(f"{len(gallery)} mistakes, {options.seeds} seeds")
    print(_aligned([list(COLUMNS), *rows]))
    if options.details:
        for points, hinted in product(options.points, HINTS):
            seeds = [answers[points, hinted, seed] for seed in range(options.seeds)]
            where = f"at {points} points, hints: {HINTS[hinted]}"
            unnamed = _details(
                seeds, lambda each: each.outcome != "named" and bool(each.wrong.codes)
            )
            print(f"\nnot named {where}", *(unnamed or ["  none"]), sep="\n")
            misnamed = _details(
                seeds, lambda each: each.outcome.startswith("misnamed") and not each.wrong.codes
            )
            print(f"\nnameless, but named {where}", *(misnamed or ["  none"]), sep="\n")
            doubted = _details(seeds, lambda each: each.outcome == "named" and each.has_rivals)
            print(f"\nnamed beside something false {where}", *(doubted or ["  none"]), sep="\n")


def _answers(
    gallery: Sequence[Wrong], points: Sequence[int], seeds: int
) -> dict[tuple[int, bool, int], list[Answer]]:
    """Return the answers by points, hints and seed; what has no hints is asked but once."""
    found = {}
    for count, seed in product(points, range(seeds)):
        plain = [answer(wrong, points=count, seed=seed, hinted=False) for wrong in gallery]
        found[count, False, seed] = plain
        found[count, True, seed] = [
            answer(each.wrong, points=count, seed=seed, hinted=True) if each.wrong.hints else each
            for each in plain
        ]
    return found


def answer(wrong: Wrong, *, points: int, seed: int, hinted: bool) -> Answer:
    """Let gradcheck diagnose one mistake."""
    result = wrong.check(points=points, seed=seed, hinted=hinted)
    return judged(wrong, result.verdict, result.reason, result.findings)


def judged(
    wrong: Wrong, verdict: gc.Verdict, reason: str, findings: Sequence[gc.Finding]
) -> Answer:
    """Compare what was told with what should be."""
    return Answer(
        wrong=wrong,
        outcome=_outcome(wrong, findings)
        if (verdict, reason) == (wrong.verdict, wrong.reason)
        else "missed",
        is_first=bool(findings) and findings[0].code in wrong.codes,
        has_rivals=any(_is_false(wrong, finding) for finding in findings),
        told=tuple(f"{finding.code} {finding.certainty}" for finding in findings),
    )


def _outcome(wrong: Wrong, findings: Sequence[gc.Finding]) -> str:
    if any(finding.certainty == "A" and _is_false(wrong, finding) for finding in findings):
        return "misnamed A"
    if wrong.is_named_by(findings):
        return "named"
    best = min((finding.certainty for finding in findings), default="C")
    if any(finding.certainty == best and _is_false(wrong, finding) for finding in findings):
        return f"misnamed {best}"
    return "localised" if findings or wrong.reason == "wrong-shape" else "unnamed"


def _is_false(wrong: Wrong, finding: gc.Finding) -> bool:
    return finding.code not in wrong.codes | wrong.partial | LOCALISED


def _row(chosen: str, points: int, hinted: bool, seeds: list[list[Answer]]) -> list[str]:  # noqa: FBT001  (a cell)
    counts = [Counter(each.outcome for each in answers) for answers in seeds]
    numbers = {outcome: [count[outcome] for count in counts] for outcome in OUTCOMES}
    named = [[each for each in answers if each.outcome == "named"] for answers in seeds]
    goal = GOALS.get((chosen, points, hinted))
    return [
        chosen,
        str(points),
        HINTS[hinted],
        str(len(seeds[0])),
        _range(numbers["named"]),
        "" if goal is None else f">= {goal}",
        _range([sum(each.is_first for each in answers) for answers in named]),
        *(_range(numbers[outcome]) for outcome in ("localised", "unnamed", "missed")),
        _range(numbers["misnamed A"]),
        "0" if points == 3 else "",
        *(_range(numbers[outcome]) for outcome in ("misnamed B", "misnamed C")),
        _range([sum(each.has_rivals for each in answers) for answers in named]),
    ]


def _details(seeds: list[list[Answer]], chosen: Callable[[Answer], bool]) -> list[str]:
    """Describe every mistake whose answer for at least one seed is chosen."""
    lines = []
    for answers in zip(*seeds, strict=True):
        if not any(map(chosen, answers)):
            continue
        wrong, told = answers[0].wrong, defaultdict[str, list[int]](list)
        for seed, each in enumerate(answers):
            told[str(each)].append(seed)
        mark = "*" if wrong.catalogue else " "
        needs = " (with hints)" * wrong.needs_hints + f" ({wrong.needs} points)" * (wrong.needs > 1)
        lines += [
            f"{mark} {wrong.name}: {wrong.title}",
            f"      expected {', '.join(sorted(wrong.codes)) or 'no name'}{needs}",
            *(f"      seed {', '.join(map(str, which))}: {text}" for text, which in told.items()),
        ]
    return lines


def _range(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low}-{high}"


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--points", type=int, nargs="+", default=[1, 3, 5], metavar="K")
    parser.add_argument("--seeds", type=int, default=3, metavar="K", help="how many")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="such as 'ridge*'")
    parser.add_argument(
        "--details", action="store_true", help="list what is not named; * is in the catalogue"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
