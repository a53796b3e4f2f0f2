"""What came of a run, for the terminal: what did not pass, the slowest, and the counts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import CRASHED, ERROR, OUTCOMES, SKIPPED, TIMED_OUT
from gradcheck.batch.scanning import with_causes
from gradcheck.output.entry import printable

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

MOST_ROWS = 20
"""So many cases that did not pass are shown; the others are counted."""
MOST_LETTERS = 240
"""A longer message is cut; `gradcheck explain` tells all."""
_SLOW = 1.0
"""Seconds that a case may take without being called slow."""
_SLOWEST = 3

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "fail": "✕", CRASHED: "✕", TIMED_OUT: "✕", ERROR: "!", "inconclusive": "?", SKIPPED: "-",
        "pass": "✓",
    }
)  # fmt: skip
"""A sign for each outcome, so that nothing rests on colour."""
_STYLES = {"inconclusive": "yellow"}
_COUNTED = {"pass": "passed", "fail": "failed"}
_SUSPECT = tuple(word for word in OUTCOMES if word not in ("pass", SKIPPED))
_SUSPECTS = (f"outcome IN ({', '.join('?' * len(_SUSPECT))})", _SUSPECT)
"""The condition that holds for them, in SQL."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """What a command did to a run."""

    seconds: float
    """Wall time."""
    before: int = 0
    """How many cases were done before it began."""


def run_text(run: Run, effort: Effort) -> "Group":
    """Tell what came of a run: what did not pass, the slowest cases, the counts."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Table | Text] = []
    suspects = sum(run.counts.get(word, 0) for word in _SUSPECT)
    if suspects:
        parts.append(_suspects(run))
    if suspects > MOST_ROWS:
        parts.append(Text(f"and {suspects - MOST_ROWS:,} more that did not pass", style="dim"))
    slow = slowest(run)
    if suspects:
        parts.append(Text(""))
    if slow:
        parts.append(Text(slow))
    parts.append(Text(counts_line(run, effort), style="bold"))
    return Group(*parts)


def counts_line(run: Run, effort: Effort) -> str:
    """Count the outcomes: "500 cases: 488 passed, 5 failed, 7 inconclusive in 12.3 s"."""
    counts = run.counts
    order = ["pass", *(word for word in OUTCOMES if word != "pass"), NOT_RUN]
    parts = [_counted(word, counts[word]) for word in order if counts.get(word)]
    before = f" ({effort.before:,} of them before)" if effort.before else ""
    total = len(run)
    cases = f"{total:,} {'case' if total == 1 else 'cases'}"
    return f"{cases}: {', '.join(parts)} in {duration(effort.seconds)}{before}"


def slowest(run: Run) -> str:
    """Name the slowest cases, if any took long; "" otherwise."""
    rows = islice(run.records("seconds >= ?", (_SLOW,), order="slowest"), _SLOWEST)
    named = [f"{printable(row['case'])} {duration(row['seconds'])}" for row in rows]
    return f"slowest: {', '.join(named)}" if named else ""


def first_suspect(run: Run) -> dict[str, Any] | None:
    """Return the row of the gravest case that did not pass and has a file; None if none is so."""
    return next((row for row in _suspect_rows(run) if _is_case(row)), None)


def run_record(run: Run, effort: Effort) -> dict[str, Any]:
    """Return what came of a run as plain values, for JSON."""
    return {
        "schema": 1,
        "store": str(run.path.resolve()),
        "ending": run.sessions[-1]["ending"] if run.sessions else None,
        "seconds": effort.seconds,
        "cases": len(run),
        "counts": run.counts,
        "settings": json.loads(run.settings.to_json()),
        "rows": [
            {
                **row,
                "findings": [{"rank": rank} | each for rank, each in enumerate(row["findings"])],
                "origin": f"{row['file']}:{row['line']}" if row["file"] else None,
            }
            for row in with_causes(run, *_SUSPECTS, order="gravest")
        ],
    }


def duration(seconds: float) -> str:
    """Write a time as people say it.

    Examples
    --------
    >>> duration(0.042), duration(12.34), duration(754), duration(7260)
    ('0.04 s', '12.3 s', '12 min 34 s', '2 h 01 min')
    """
    if seconds < 1:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def _counted(word: str, count: int) -> str:
    plural = "s" if word == ERROR and count > 1 else ""
    return f"{count:,} {_COUNTED.get(word, word)}{plural}"


def _suspect_rows(run: Run) -> Iterator[dict[str, Any]]:
    return run.records(*_SUSPECTS, order="gravest")


def _suspects(run: Run) -> "Table":
    """Tabulate what did not pass, the gravest first."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0),
        header_style="bold",
    )  # fmt: skip
    table.add_column("outcome", no_wrap=True)
    table.add_column("case", overflow="fold", ratio=None, max_width=40)
    table.add_column("what was found", overflow="fold")
    for row in islice(_suspect_rows(run), MOST_ROWS):
        word = str(row["outcome"])
        what = Text(overflow="fold")
        if row["findings"]:
            what.append(f"{printable(row['findings'])}: ", style="bold")
        what.append(_cut(_message(run, row)))
        table.add_row(
            Text(f"{SIGNS[word]} {word}", style=_STYLES.get(word, "bold red")),
            Text(printable(row["case"]), overflow="fold"),
            what,
        )
    return table


def _message(run: Run, row: Mapping[str, Any]) -> str:
    """Return what the surest finding says; without one, why the case did not pass."""
    if not row["findings"]:
        return str(row["message"])
    return run.result(row["case"]).findings[0].message


def _is_case(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is of a case, and not of a file that could not be loaded."""
    file = row["case"].partition("::")[0]
    return bool(row["file"]) and not (file.endswith(".py") and row["file"].endswith(file))


def _cut(message: str) -> str:
    """Put a message on one line of limited length."""
    line = printable(" ".join(message.split()))
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"
