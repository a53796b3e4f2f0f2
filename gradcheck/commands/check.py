"""`gradcheck check`: whether derivatives are right."""

import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.question import Question, question_options
from gradcheck.commands.selection import json_option, path_option, quiet_option
from gradcheck.commands.terminal import ExitCode, console, progress_on_stderr, say, write_json
from gradcheck.errors import SelectionError

if TYPE_CHECKING:
    from gradcheck.model.case import Case
    from gradcheck.output.outcome import Outcome


@click.command(short_help="Check derivatives: pass, fail or inconclusive.")
@click.argument("targets", nargs=-1, metavar="[PATH[::NAME]]...")
@question_options
@click.option(
    "-k",
    "keywords",
    multiple=True,
    metavar="PATTERN",
    help="Only cases with this in name, tags or theme, e.g. -k sigmoid or -k 'exp*' (repeatable).",
)
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
class _Options(Question):
    """What the arguments of `gradcheck check` ask for."""

    keywords: tuple[str, ...]
    as_json: bool
    quiet: bool

    @property
    def names_cases(self) -> bool:
        """Whether cases are asked for, in any way."""
        return bool(self.keywords) or super().names_cases

    def cases(self) -> "tuple[list[Case], tuple[str, ...]]":
        """Return the cases to check, and the problems of loading them."""
        cases, problems = super().cases()
        kept = [case for case in cases if not self.keywords or _fits(case, self.keywords)]
        if not kept:
            raise SelectionError(
                f"none of {len(cases)} cases has {' or '.join(map(repr, self.keywords))} in its "
                "name, tags or theme; `gradcheck list` shows all"
            )
        return kept, problems


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
