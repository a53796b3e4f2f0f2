"""What became of a case that was to be checked: its result, or the reason why there is none."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from gradcheck.errors import GradcheckError
from gradcheck.model.case import Case
from gradcheck.output import verdict_number as number
from gradcheck.output.entry import printable, records
from gradcheck.output.text import NOTHING
from gradcheck.output.verdict_cause import causes_of, codes, records_of
from gradcheck.output.verdict_story import SHOWN
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import VERDICTS, Result, Verdict

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table
    from rich.text import Text

ERROR = "error"
"""The word for a case that could not be checked; the others are those of `Verdict`."""

WORDS = ("fail", ERROR, "inconclusive", "pass")
"""What an outcome can be, the gravest first."""

SIGNS: Mapping[str, str] = MappingProxyType(
    {"pass": "✓", "inconclusive": "?", "fail": "✕", ERROR: "!"}
)
"""A sign for each, so that nothing rests on colour."""

STYLES = {"pass": "green", "inconclusive": "yellow", "fail": "bold red", ERROR: "bold red"}
_COUNTED = {"pass": "passed", "fail": "failed", "inconclusive": "inconclusive"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The outcome of checking one case."""

    case: Case
    result: Result | None
    problem: str = ""
    """Why the case could not be checked; "" if there is a result."""

    @property
    def word(self) -> str:
        """One of `WORDS`."""
        return ERROR if self.result is None else self.result.verdict.value

    @property
    def reason(self) -> str:
        """Why it came out so; "" for an error, whose reason is a text of its own."""
        return "" if self.result is None else self.result.reason.value

    @property
    def message(self) -> str:
        """What was found, and what to do."""
        return self.problem if self.result is None else self.result.message

    def fails(self, *, strict: bool) -> bool:
        """Tell whether this speaks against the case; if strict, an open question does so too."""
        return self.word != "pass" and (strict or self.word != "inconclusive")

    def __str__(self) -> str:
        if self.result is not None:
            return str(self.result)
        place = f"\nlook at {self.case.origin}" if self.case.origin else ""
        name = self.case.name
        what = self.problem if self.problem.startswith(f"{name}: ") else f"{name}: {self.problem}"
        return printable_lines(f"ERROR: {what}{place}")


def outcome_of(case: Case, **options: Any) -> Outcome:
    """Check a case; one that cannot be checked is an outcome too.

    Parameters
    ----------
    case : Case
        What is checked.
    **options
        Those of `gradcheck.check`.

    Examples
    --------
    >>> import numpy as np
    >>> outcome_of(Case("sine", f=np.sin, df=np.cos, points=[0.7])).word
    'pass'
    >>> outcome_of(Case("nowhere", f=np.sin, df=np.cos)).problem
    'nowhere: there is no point to check at; give x, points=[...], or a domain of intervals'
    """
    try:
        return Outcome(case=case, result=check(case, **options))
    except GradcheckError as error:
        return Outcome(case=case, result=None, problem=str(error))


def outcome_table(outcomes: Iterable[Outcome]) -> "Table":
    """Tabulate outcomes for the terminal, a line a case."""
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0),
        header_style="bold",
    )  # fmt: skip
    table.add_column("verdict", no_wrap=True)
    table.add_column("case", overflow="fold")
    table.add_column("reason", overflow="fold")
    table.add_column("resolution", justify="right")
    table.add_column("evaluations", justify="right")
    for each in outcomes:
        table.add_row(
            _text(f"{SIGNS[each.word]} {each.word}", STYLES[each.word]),
            _text(each.case.name),
            _text(_why(each)),
            NOTHING if each.result is None else resolution_text(each.result.resolution),
            NOTHING if each.result is None else f"{each.result.evaluations:,}",
        )
    return table


def _why(outcome: Outcome) -> str:
    """Say in a cell what the matter is: the finding if there is one, and the reason."""
    if outcome.result is None:
        return "see below"
    found = codes(causes_of(outcome.result))
    return "" if outcome.result else f"{found}: {outcome.reason}" if found else outcome.reason


def outcome_text(outcome: Outcome) -> "Text":
    """Tell all about an outcome, the verdict in its colour."""
    from rich.text import Text

    text = Text(str(outcome))
    text.stylize(STYLES[outcome.word], 0, len(outcome.word))
    return text


def summary_line(outcomes: Iterable[Outcome]) -> str:
    """Count the outcomes: "187 cases: 181 passed, 5 inconclusive, 1 failed".

    Examples
    --------
    >>> case = Case("nowhere", f=abs, df=abs)
    >>> summary_line([outcome_of(case)])
    '1 case: 1 error'
    """
    counts = Counter(each.word for each in outcomes)
    total = sum(counts.values())
    parts = [
        f"{counts[word]:,} {_COUNTED.get(word, word)}{'s' if _is_plural(word, counts) else ''}"
        for word in reversed(WORDS)
        if counts[word]
    ]
    return f"{total:,} {'case' if total == 1 else 'cases'}: {', '.join(parts)}"


def resolution_text(resolution: float) -> str:
    """Write a resolution with one digit, rounded up; nothing where none can be stated.

    Examples
    --------
    >>> resolution_text(2.1e-10), resolution_text(float("inf"))
    ('3e-10', '–')
    """
    return number.bound(resolution) if resolution < 1 else NOTHING


def record(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as plain values, for JSON.

    Examples
    --------
    >>> import numpy as np
    >>> found = record(outcome_of(Case("square", f=np.square, df=np.exp, points=[0.5])))
    >>> found["verdict"], found["reason"], found["worst"][0]["name"]
    ('fail', 'disagrees', 'x')
    """
    result, origin = outcome.result, outcome.case.origin
    return {
        "case": outcome.case.name,
        "verdict": outcome.word,
        "reason": outcome.reason or None,
        "resolution": None if result is None else result.resolution,
        "evaluations": None if result is None else result.evaluations,
        "entries": None if result is None else len(result.entries),
        "wrong": None if result is None else wrong_entries(result),
        "seconds": None if result is None else result.seconds,
        "findings": [] if result is None else records_of(result),
        "message": outcome.message,
        "notes": [] if result is None else list(result.notes),
        "worst": [] if result is None else _worst(result),
        "origin": str(origin) if origin else None,
    }


def wrong_entries(result: Result) -> int:
    """Count the entries that fail."""
    return int((result.entries.verdict == VERDICTS.index(Verdict.FAIL)).sum())


def printable_lines(text: str) -> str:
    """Write control characters as escapes, but for the ends of lines."""
    return "\n".join(map(printable, text.splitlines()))


def _worst(result: Result) -> list[dict[str, Any]]:
    worst: pd.DataFrame = result.table.head(SHOWN)
    reasons = result.entries.reason[result.entries.worst_first()[:SHOWN]].tolist()
    return [
        {**row, "reason": str(reason)} for row, reason in zip(records(worst), reasons, strict=True)
    ]


def _is_plural(word: str, counts: Mapping[str, int]) -> bool:
    return word == ERROR and counts[word] > 1


def _text(words: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(printable(words), style=style, overflow="fold")
