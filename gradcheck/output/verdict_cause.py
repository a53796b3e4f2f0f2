"""What a diagnosis says, in words: causes with their certainty, and rivals among them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gradcheck.output.entry import printable
from gradcheck.output.verdict_name import entry_names
from gradcheck.verdict.result import VERDICTS, Result, Verdict

_LABELS: Mapping[str, str] = MappingProxyType({"A": "cause", "B": "probable cause", "C": "look at"})

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "A": "an exact relation that holds for all entries at all points, and has one usual cause: "
        "mend that first, then check again",
        "B": "an exact relation that holds for all entries at all points, but two or three "
        "mistakes lead to it: read the formula with each of them in mind",
        "C": "no relation between df and the derivative is known here, only where they differ: "
        "look at the code behind these entries",
    }
)
"""What a certainty means, and what to do."""

_LONG = 90
"""Characters of a mistake that would hide the rest of a first line."""

NAMED = 100
"""So many entries of a cause are named in a record."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One finding, ready to be told; its words are printable, but not escaped for HTML."""

    code: str
    certainty: str
    words: str
    """The mistake and what to do, without a full stop."""

    @property
    def label(self) -> str:
        """How sure it is, in a word and a letter: "cause (A)"."""
        return f"{_LABELS[self.certainty]} ({self.certainty})"

    @property
    def is_exact(self) -> bool:
        """Whether it names a mistake, and not only a place."""
        return self.certainty != "C"

    @property
    def mistake(self) -> str:
        """The mistake alone, without the clauses that say what to do, and shortly if it is long."""
        words = self.words.partition("; ")[0]
        return words.partition(": ")[0] if len(words) > _LONG else words

    def __str__(self) -> str:
        return f"{self.label}: {self.words}"


def causes_of(result: Result) -> tuple[Cause, ...]:
    """Return the findings of a result, each with how many of the wrong entries if not all."""
    wrong = int((result.entries.verdict == VERDICTS.index(Verdict.FAIL)).sum())
    causes = []
    for each in result.findings:
        part = 0 < len(each.entries) < wrong
        explained = f" ({len(each.entries):,} of {wrong:,} wrong entries)" if part else ""
        words = printable(" ".join(each.message.split()))
        causes.append(Cause(code=each.code, certainty=each.certainty, words=f"{words}{explained}"))
    return tuple(causes)


def headline(causes: Sequence[Cause]) -> str:
    """Name the mistake for the end of a first line; of rivals the codes, of a place nothing.

    Examples
    --------
    >>> sign = Cause(code="sign", certainty="A", words="df has the wrong sign; negate it")
    >>> headline([sign])
    ': df has the wrong sign'
    >>> rivals = [Cause(code=code, certainty="B", words="") for code in ("abs", "square")]
    >>> headline(rivals)
    ': probably abs or square'
    """
    exact = [each for each in causes if each.is_exact]
    certain = [each for each in exact if each.certainty == "A"]
    for few in (certain, exact):
        if len(few) == 1:
            return f": {few[0].mistake}"
    return f": probably {' or '.join(dict.fromkeys(each.code for each in exact))}" if exact else ""


def rivalry(causes: Iterable[Cause], df: str = "df") -> str:
    """Say that causes compete; nothing for a single one, or where only places are known."""
    rivals = sum(each.is_exact for each in causes)
    return f"{rivals} causes compete: each would explain what {df} claims" if rivals > 1 else ""


def codes(causes: Iterable[Cause]) -> str:
    """List codes with certainty for a cell of a table: "sign (A)".

    Examples
    --------
    >>> codes([Cause(code=code, certainty="B", words="") for code in ("abs", "square", "abs")])
    'abs (B), square (B)'
    """
    return ", ".join(dict.fromkeys(f"{each.code} ({each.certainty})" for each in causes))


def records_of(result: Result) -> list[dict[str, Any]]:
    """Return the findings as plain values, with the entries by name, for JSON."""
    return [
        {
            "code": each.code,
            "certainty": each.certainty,
            "message": each.message,
            "count": len(each.entries),
            "entries": [
                {"point": int(result.entries.point[row]), "name": name}
                for row, name in zip(
                    each.entries[:NAMED], entry_names(result, each.entries[:NAMED]), strict=True
                )
            ],
        }
        for each in result.findings
    ]
