"""A verdict as text: what was found, the worst entries in an aligned table, how to reproduce it."""

import textwrap
from collections.abc import Iterable, Sequence

from gradcheck.output.verdict_block import HEADER
from gradcheck.output.verdict_story import WORDS, Story, story
from gradcheck.verdict.result import Result

WIDTH = 96
"""Where prose is wrapped."""


def text(result: Result) -> str:
    """Tell a verdict: a line for a pass, else causes, worst entries, and how to meet them again."""
    told = story(result)
    headline = f"{told.verdict.name}: {told.sentence}"
    notes = (line for note in told.notes for line in _wrapped(note, first="- ", rest="  "))
    return "\n".join([headline, *_reasons(told), *_entries(told), *notes, *_ending(told)])


def mismatch_text(result: Result) -> str:
    """Tell why a check did not pass, for an exception: its first line stands for itself."""
    return text(result)


def _reasons(told: Story) -> Iterable[str]:
    if told.rivalry:
        yield from _wrapped(f"{told.rivalry}.")
    for cause in told.causes:
        yield from _wrapped(str(cause), rest="  ")
    if told.message:
        yield from _wrapped(told.message)


def _entries(told: Story) -> Iterable[str]:
    if told.rows:
        yield from aligned(told.header, [row.cells for row in told.rows])
    if told.more:
        yield f"  {told.more}"
    if told.blocks:
        yield from aligned(HEADER, [row.cells for row in told.blocks])
    if told.more_blocks:
        yield f"  {told.more_blocks}"


def _ending(told: Story) -> Iterable[str]:
    if told.closing:
        yield from _wrapped(f"({told.closing})", rest=" ")
    if told.recipe:
        yield f"to reproduce: {told.call} with"
        yield from (f"    {line}" for line in told.recipe)
    if told.origin:
        yield f"look at {told.origin}"


def _wrapped(prose: str, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        prose,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Align words to the left and numbers to the right, line by line, indented."""
    columns = [
        _column(head, cells) for head, cells in zip(header, zip(*rows, strict=True), strict=True)
    ]
    return [f"  {'  '.join(cells).rstrip()}" for cells in zip(*columns, strict=True)]


def _column(head: str, cells: Sequence[str]) -> list[str]:
    width = max(map(len, (head, *cells)))
    if head in WORDS:
        return [cell.ljust(width) for cell in (head, *cells)]
    return [cell.rjust(width) for cell in (head, *cells)]
