"""`gradcheck check`: whether derivatives are right."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.progress import progress_on_stderr
from gradcheck.commands.question import Question, question_options
from gradcheck.commands.selection import json_option, keyword_option, path_option, quiet_option
from gradcheck.commands.terminal import ExitCode, console, say, write_json
from gradcheck.errors import SelectionError

if TYPE_CHECKING:
    from gradcheck.batch.expression import Labels
    from gradcheck.model.case import Case
    from gradcheck.output.outcome import Outcome


@click.command(short_help="Check derivatives: pass, fail or inconclusive.")
@click.argument("targets", nargs=-1, metavar="[PATH[::NAME]]...")
@question_options
@keyword_option
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
        from gradcheck.batch.expression import chosen

        cases, problems = super().cases()
        kept = [case for case in cases if chosen(self.keywords, _labels(case))]
        if not kept:
            raise SelectionError(
                f"none of {len(cases)} cases has {' or '.join(map(repr, self.keywords))} in its "
                "name, tags, theme or file name; `gradcheck list` shows all"
            )
        return kept, problems


def _labels(case: "Case") -> "Labels":
    from gradcheck.batch.expression import Labels

    file = "" if case.origin is None else str(case.origin.path)
    return Labels(name=case.name, theme=case.theme, tags=case.tags, file=file)


def _checked(cases: "Sequence[Case]", choice: _Options) -> "tuple[list[Outcome], bool]":
    """Check the cases one after the other; tell whether that was interrupted."""
    from gradcheck.output.outcome import outcome_of

    outcomes: list[Outcome] = []
    failed = 0
    with progress_on_stderr(quiet=choice.quiet or len(cases) < 2) as progress:
        try:
            for number, case in enumerate(cases):
                progress(number, len(cases), case.name, failed)
                with redirect_stdout(sys.stderr):  # stdout is for data, whatever f prints
                    outcomes.append(outcome_of(case, **choice.of_check))
                failed += outcomes[-1].fails(strict=choice.strict)
        except KeyboardInterrupt:
            return outcomes, True
        progress(len(cases), len(cases), "done", failed)
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
