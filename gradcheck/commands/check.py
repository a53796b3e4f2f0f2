"""`gradcheck check`: whether derivatives are right."""

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.selection import json_option, load, named, path_option, quiet_option
from gradcheck.commands.terminal import ExitCode, console, progress_on_stderr, say, write_json
from gradcheck.errors import CaseError, SelectionError

if TYPE_CHECKING:
    from gradcheck.model.case import Case
    from gradcheck.output.outcome import Outcome


@click.command(short_help="Check derivatives: pass, fail or inconclusive.")
@click.argument("targets", nargs=-1, metavar="[PATH[::NAME]]...")
@click.option("--f", "f", metavar="MODULE:NAME", help="Function to check, e.g. --f my_model:loss.")
@click.option("--df", "df", metavar="MODULE:NAME", help="Its derivative, e.g. --df my_model:grad.")
@click.option(
    "--at",
    "points",
    multiple=True,
    metavar="X",
    help='Point for --f and --df, e.g. --at 1.5 or --at "[1.0, 2.0]" (repeatable).',
)
@click.option(
    "-k",
    "keywords",
    multiple=True,
    metavar="PATTERN",
    help="Only cases with this in name, tags or theme, e.g. -k sigmoid or -k 'exp*' (repeatable).",
)
@click.option("--rtol", type=float, help="Relative difference to tolerate, e.g. --rtol 1e-6.")
@click.option(
    "--atol",
    type=float,
    default=0.0,
    help="Absolute difference to tolerate, e.g. --atol 1e-12.",
)
@click.option(
    "--directions",
    type=click.IntRange(min=1),
    metavar="N",
    help="Check along N random directions instead of entry by entry, e.g. --directions 8.",
)
@click.option("--all-entries", is_flag=True, help="Check every entry, however many inputs.")
@click.option("--seed", type=int, default=0, help="Seed of the random directions, e.g. --seed 1.")
@click.option("--strict", is_flag=True, help="Count inconclusive as failure.")
@path_option
@json_option
@quiet_option
def check(targets: tuple[str, ...], **options: Any) -> int:
    """Check derivatives against differences with error bars, e.g. gradcheck check my_cases/.

    PATH is a case file or a folder of those, and ::NAME one of its cases (or a pattern); a NAME
    alone is a built-in case. Without PATH, all built-in cases are checked.

    \b
    Any function with its derivative can be checked at given points:
      gradcheck check --f my_model:loss --df my_model:gradient --at "[0.3, -1.2]"
    """  # noqa: D301  (click's own mark for text that must not be rewrapped)
    choice = _Options(targets=targets, **options)
    choice.require_tolerances()
    cases, problems = choice.cases()
    outcomes, interrupted = _checked(cases, choice)
    if choice.as_json:
        from gradcheck.output.outcome import record

        write_json([record(each) for each in outcomes])
    elif outcomes:
        _print(outcomes)
    if interrupted:
        say(f"interrupted after {len(outcomes)} of {len(cases)} cases")
        return ExitCode.INTERRUPTED
    failed = problems or any(each.fails(strict=choice.strict) for each in outcomes)
    return ExitCode.FAILED if failed else ExitCode.OK


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What the arguments of `gradcheck check` ask for."""

    targets: tuple[str, ...]
    f: str | None
    df: str | None
    points: tuple[str, ...]
    keywords: tuple[str, ...]
    rtol: float | None
    atol: float
    directions: int | None
    all_entries: bool
    seed: int
    strict: bool
    paths: tuple[str, ...]
    as_json: bool
    quiet: bool

    def __post_init__(self) -> None:
        pair = [self.f is not None, self.df is not None, bool(self.points)]
        if any(pair) and not all(pair):
            raise click.UsageError("--f, --df and --at belong together; give all three")
        if any(pair) and (self.targets or self.paths or self.keywords):
            raise click.UsageError("give case files or --f and --df, not both")
        if self.directions is not None and self.all_entries:
            raise click.UsageError("--directions and --all-entries exclude each other; choose one")
        if self.seed < 0:
            raise click.BadParameter("a seed is a number of at least 0", param_hint="--seed")

    @property
    def of_check(self) -> dict[str, Any]:
        """The options of `gradcheck.check`."""
        return {
            "rtol": self.rtol,
            "atol": self.atol,
            "directions": self.directions,
            "entries": "all" if self.all_entries else None,
            "seed": self.seed,
        }

    def require_tolerances(self) -> None:
        """Refuse tolerances that are none, before any case is loaded."""
        from gradcheck.verdict.subject import tolerance_of

        try:
            tolerance_of(self.rtol, self.atol)
        except CaseError as error:
            raise click.UsageError(str(error)) from None

    def cases(self) -> "tuple[list[Case], tuple[str, ...]]":
        """Return the cases to check, and the problems of loading them."""
        if self.f is not None and self.df is not None:
            from gradcheck.commands.pair import pair

            return [pair(self.f, self.df, self.points)], ()
        cases, problems = _targeted(self.targets, self.paths)
        kept = [case for case in cases if not self.keywords or _fits(case, self.keywords)]
        if not kept:
            raise SelectionError(
                f"none of {len(cases)} cases has {' or '.join(map(repr, self.keywords))} in its "
                "name, tags or theme; `gradcheck list` shows all"
            )
        return kept, problems


def _targeted(targets: Sequence[str], paths: Sequence[str]) -> "tuple[list[Case], tuple[str, ...]]":
    """Return the cases of files, folders and names; each once."""
    if not targets:
        registry, problems = load(paths)
        return list(registry.values()), problems
    cases: dict[tuple[str, str], Case] = {}
    problems = ()
    for target in targets:
        if os.path.isdir(target):  # noqa: PTH112  (pathlib is not needed for anything else)
            registry, trouble = load([target])
            found = list(registry.values())
        elif "::" not in target and _looks_like_a_path(target) and not os.path.exists(target):  # noqa: PTH110  (as above)
            raise click.BadParameter(f"no such file or folder: {target}", param_hint="PATH")
        else:
            found, trouble = named([target], paths)
        problems += trouble
        for case in found:
            cases.setdefault((str(case.origin), case.name), case)
    return list(cases.values()), problems


def _looks_like_a_path(target: str) -> bool:
    return target.endswith(".py") or "/" in target or os.sep in target


def _fits(case: "Case", keywords: Iterable[str]) -> bool:
    """Tell whether a case has one of the keywords; a pattern must fit a whole word or name."""
    words = {word.lower() for word in (case.name, case.theme, *case.tags)}
    patterns = {
        keyword.lower() if set("*?[") & set(keyword) else f"*{keyword.lower()}*"
        for keyword in keywords
    }
    return any(fnmatchcase(word, pattern) for word in words for pattern in patterns)


def _checked(cases: "Sequence[Case]", choice: _Options) -> "tuple[list[Outcome], bool]":
    """Check the cases one after the other; tell whether that was interrupted."""
    from gradcheck.output.outcome import outcome_of

    outcomes: list[Outcome] = []
    with progress_on_stderr(quiet=choice.quiet or len(cases) < 2) as progress:
        try:
            for number, case in enumerate(cases):
                progress(number, len(cases), case.name)
                with redirect_stdout(sys.stderr):  # stdout is for data, whatever f prints
                    outcomes.append(outcome_of(case, **choice.of_check))
        except KeyboardInterrupt:
            return outcomes, True
        progress(len(cases), len(cases), "done")
    return outcomes, False


def _print(outcomes: "Sequence[Outcome]") -> None:
    """Print a line a case, everything about those that do not pass, and the counts."""
    from gradcheck.output.outcome import outcome_table, outcome_text, summary_line

    terminal = console()
    terminal.print(outcome_table(outcomes))
    for each in outcomes:
        if each.word != "pass" or len(outcomes) == 1:
            terminal.print()
            terminal.print(outcome_text(each), soft_wrap=True)
    terminal.print()
    terminal.print(summary_line(outcomes))
