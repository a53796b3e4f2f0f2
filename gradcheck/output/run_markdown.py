"""A stored run as Markdown: a comment for a pull request."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import FAILURES, OUTCOMES
from gradcheck.errors import SelectionError
from gradcheck.output.markdown_text import code, fence, prose
from gradcheck.output.reproduction import command, shown_path
from gradcheck.output.verdict_cause import causes_of

MOST = 20
"""So many cases that failed are listed."""

_LIMIT = 58_000
"""Bytes of a comment; GitHub takes 65,536 characters."""
_CAUSES = 3
_COUNTED = {"pass": "passed", "fail": "failed", "error": "not examined", "timed-out": "timed out"}
_HEADER = ("| outcome | case | what | where |", "|---|---|---|---|")


def markdown(run: Run, most: int = MOST) -> str:
    """Tell a run in Markdown: counts, what failed and why, and how to see it again.

    Whatever names and messages hold, they are text: no table breaks, and there is no link, image,
    tag or mention but ours. The text stays below 60,000 characters.

    Parameters
    ----------
    run : Run
        What is told.
    most : int
        List at most so many cases, the gravest first.
    """
    rows = list(_gravest(run, most))
    failed = sum(run.counts.get(word, 0) for word in FAILURES)
    parts = [_title(run, failed), "", _counts(run), ""]
    table, again = _within(run, rows, _LIMIT - len("\n".join(parts).encode()))
    if table:
        parts += [*_HEADER, *table, ""]
    if len(table) < failed:
        parts += [f"The first {len(table):,} of {failed:,} are listed, the gravest first.", ""]
    if again:
        parts += ["<details><summary>To reproduce</summary>", "", *fence(again, "sh"), ""]
        parts += ["</details>", ""]
    return "\n".join(parts)


def _title(run: Run, failed: int) -> str:
    total = len(run)
    cases = "1 case" if total == 1 else f"{total:,} cases"
    if failed:
        return f"### gradcheck: {failed:,} of {cases} failed"
    passed = run.counts.get("pass", 0)
    if passed == total:
        return f"### gradcheck: {cases} passed"
    return f"### gradcheck: none of {cases} failed, {passed:,} passed"


def _counts(run: Run) -> str:
    """Count the outcomes, the gravest first: "**1 failed**, 186 passed"."""
    words = []
    for word in (*OUTCOMES, NOT_RUN):
        count = run.counts.get(word, 0)
        told = f"{count:,} {_COUNTED.get(word, word)}"
        words += [f"**{told}**" if word in FAILURES else told] * bool(count)
    return f"{', '.join(words) or 'no cases'}."


def _gravest(run: Run, most: int) -> Iterator[dict[str, Any]]:
    """Yield rows of the summary that are failures, the gravest first."""
    marks = ", ".join("?" * len(FAILURES))
    return islice(run.records(f"outcome IN ({marks})", FAILURES, order="gravest"), max(most, 0))


def _within(run: Run, rows: Sequence[dict[str, Any]], room: int) -> tuple[list[str], list[str]]:
    """Return as many lines of the table, and of commands, as there is room for."""
    lines: list[str] = []
    commands: list[str] = []
    left = room - 500  # for the words between them
    for row in rows:
        line = _line(run, row)
        again = command(row["case"], row["file"], run.settings)
        left -= len(f"{line}\n{again}\n".encode())
        if left < 0:
            break
        lines.append(line)
        commands += [again] * bool(again)
    return lines, commands


def _line(run: Run, row: dict[str, Any]) -> str:
    where = f"{shown_path(row['file'])}:{row['line']}" if row["file"] else ""
    cells = (row["outcome"], code(row["case"], longest=100), _what(run, row), code(where))
    return f"| {' | '.join(cells)} |"


def _what(run: Run, row: dict[str, Any]) -> str:
    """Say in words what is wrong: the causes, or else what was found."""
    if row["outcome"] == "fail" and row["findings"]:
        try:
            causes = causes_of(run.result(row["case"]))
        except SelectionError:  # a run that goes on is about to do it again
            causes = ()
        if causes:
            told = [f"{each.label}: {prose(each.words)}" for each in causes[:_CAUSES]]
            more = len(causes) - _CAUSES
            return "<br>".join([*told, *([f"and {more} more"] if more > 0 else [])])
    return prose(row["message"] or row["reason"])
