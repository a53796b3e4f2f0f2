"""A comparison of two runs as text: what fails now, what else has changed, and what may be why."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gradcheck.batch.comparing import KINDS, Comparison
from gradcheck.batch.reading import NOT_RUN
from gradcheck.batch.record import OUTCOMES
from gradcheck.output.entry import printable, records
from gradcheck.output.reproduction import shown_path
from gradcheck.output.text import NOTHING

if TYPE_CHECKING:
    import pandas as pd

MOST = 50
"""So many cases of each kind are listed; the others are counted."""

_LONGEST = 80
"""Characters of a name, and of codes; the records have all."""
_COUNTED = {"pass": "passed", "fail": "failed"}


def text(comparison: Comparison) -> str:
    """Tell a comparison, the gravest changes first."""
    lines = [
        headline(comparison),
        *(f"  {side}" for side in sides(comparison)),
        *_sections(comparison),
    ]
    if comparison.settings:
        lines += ["", "what else differs, and may be the reason:"]
        lines += [f"  {printable(line)}" for line in comparison.settings]
    return "\n".join(lines)


def headline(comparison: Comparison) -> str:
    """Count the changes in a line: "1 newly failing, 2 missing, 184 unchanged"."""
    told = [f"{count:,} {kind}" for kind, count in comparison.counts.items() if count]
    return ", ".join([*(told or ["no change"]), f"{comparison.unchanged:,} unchanged"])


def sides(comparison: Comparison) -> tuple[str, str]:
    """Name both stores with what came of their cases."""
    return (
        f"old: {printable(comparison.old)}: {counts_text(comparison.old_counts)}",
        f"new: {printable(comparison.new)}: {counts_text(comparison.new_counts)}",
    )


def counts_text(counts: Mapping[str, int]) -> str:
    """Count outcomes, the gravest first: "187 cases: 1 failed, 186 passed".

    Examples
    --------
    >>> counts_text({"fail": 1, "pass": 186})
    '187 cases: 1 failed, 186 passed'
    """
    total = sum(counts.values())
    words = [
        f"{counts[word]:,} {_COUNTED.get(word, word)}"
        for word in (*OUTCOMES, NOT_RUN)
        if counts.get(word)
    ]
    cases = "1 case" if total == 1 else f"{total:,} cases"
    return f"{cases}: {', '.join(words)}" if words else cases


def change_text(change: Mapping[str, Any]) -> str:
    """Say how a case has changed: "pass -> fail (sign)", or its errors if those have."""
    if change["kind"] == "error grown":
        return f"error {_error(change['old_error'])} -> {_error(change['new_error'])}"
    before, now = (_state(change, side) for side in ("old", "new"))
    return " -> ".join(filter(None, (before, now)))


def place_text(change: Mapping[str, Any]) -> str:
    """Say where a case stands, and whether its file has changed."""
    if not change["file"]:
        return NOTHING
    edited = " (edited)" if change["edited"] is True else ""
    return f"{printable(shown_path(change['file']))}:{change['line']}{edited}"


def change_records(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the changes as plain values; None where there is none."""
    return _plain(comparison.changes)


def listed(comparison: Comparison, most: int) -> Iterator[tuple[str, list[dict[str, Any]], int]]:
    """Yield kind, changes to be shown, and how many more there are, for each kind that occurs."""
    for kind in KINDS:
        rows = comparison.of_kind(kind)
        if len(rows):
            yield kind, _plain(rows.head(most)), max(0, len(rows) - most)


def _plain(changes: "pd.DataFrame") -> list[dict[str, Any]]:
    known = changes.astype(object).where(changes.notna(), None)
    return records(known)


def _sections(comparison: Comparison) -> Iterable[str]:
    for kind, changes, more in listed(comparison, MOST):
        yield ""
        yield f"{kind} ({KINDS[kind]}):"
        cells = [(_short(each["case"]), change_text(each), place_text(each)) for each in changes]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for row in cells:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            yield f"  {'  '.join(padded).rstrip()}"
        if more:
            yield f"  and {more:,} more"


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _state(change: Mapping[str, Any], side: str) -> str:
    """Name an outcome, with its causes if it is a failure that has some."""
    outcome, findings = change[f"{side}_outcome"], change[f"{side}_findings"]
    if not isinstance(outcome, str):
        return ""
    return f"{outcome} ({_short(findings)})" if findings else outcome


def _error(value: float) -> str:
    return f"{value:.1e}" if math.isfinite(value) else "infinite"
