"""`gradcheck explain`: the whole story of one case."""

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.question import Question, question_options
from gradcheck.commands.selection import json_option, path_option
from gradcheck.commands.terminal import ExitCode, console, write_json

if TYPE_CHECKING:
    from gradcheck.model.case import Case


@click.command(short_help="Explain the verdict on one derivative.")
@click.argument("target", required=False, metavar="[PATH::NAME]")
@question_options
@path_option
@json_option
def explain(*, target: str | None, as_json: bool, **options: Any) -> int:
    """Explain the verdict on one derivative, e.g. gradcheck explain my_cases/losses.py::huber.

    Verdict, causes and how sure they are, the worst entries, the error of the worst one against h,
    and what to do. The target is a case file with ::NAME, or the name of a built-in case.

    \b
    Any function with its derivative can be explained at given points:
      gradcheck explain --f my_model:loss --df my_model:gradient --at "[0.3, -1.2]"
    """  # noqa: D301  (click's own mark for text that must not be rewrapped)
    question = Question(targets=() if target is None else (target,), **options)
    question.require_tolerances()
    case, problems = _only_case(question)
    from gradcheck.output.outcome import outcome_of
    from gradcheck.output.whole_story import story_record, styled_story, whole_story

    with redirect_stdout(sys.stderr):  # stdout is for data, whatever f prints
        whole = whole_story(outcome_of(case, **question.of_check))
    if as_json:
        write_json(story_record(whole))
    else:
        terminal = console()
        terminal.print(styled_story(whole, width=terminal.width), soft_wrap=True)
    failed = problems or whole.outcome.fails(strict=question.strict)
    return ExitCode.FAILED if failed else ExitCode.OK


def _only_case(question: Question) -> "tuple[Case, tuple[str, ...]]":
    """Return the one case that is meant, and the problems of loading it."""
    if not question.targets and question.f is None and not question.paths:
        raise click.UsageError(
            "give a case, such as sigmoid or my_cases/losses.py::huber, or --f, --df and --at"
        )
    cases, problems = question.cases()
    if len(cases) > 1:
        target = " ".join(question.targets or question.paths)
        names = ", ".join(case.name for case in cases[:5]) + (", …" if len(cases) > 5 else "")
        raise click.UsageError(
            f"{target} stands for {len(cases)} cases ({names}); explain one of them, as FILE::NAME"
        )
    return cases[0], problems
