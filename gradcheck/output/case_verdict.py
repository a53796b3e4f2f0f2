"""What a report says about the verdict on a case, in plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gradcheck.model.case import Case
from gradcheck.output import verdict_number as number
from gradcheck.output.outcome import (
    ERROR,
    SIGNS,
    Outcome,
    outcome_of,
    resolution_text,
    wrong_entries,
)
from gradcheck.output.verdict_cause import Cause, codes
from gradcheck.output.verdict_name import entry_names, point_name
from gradcheck.output.verdict_story import story
from gradcheck.verdict.result import VERDICTS, Result

LISTED = 6
"""So many of the worst entries are on a page."""

NOT_CHECKED = ""
"""Stands for the verdict where there is no point in general position."""

_RANKS: Mapping[str, int] = MappingProxyType(
    {"fail": 0, ERROR: 1, "inconclusive": 2, NOT_CHECKED: 3, "pass": 4}
)


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """One entry of the derivative, as text."""

    verdict: str
    sign: str
    name: str
    x: str
    analytic: str
    numeric: str
    """With its error bar."""
    ratio: str
    resolution: str


@dataclass(frozen=True, kw_only=True)
class CaseVerdict:
    """The verdict on a case; plain values, so that another process can hand it over."""

    word: str
    """A verdict, `ERROR`, or `NOT_CHECKED`."""
    reason: str = ""
    sentence: str
    rivalry: str = ""
    """That several causes compete; "" if they do not."""
    causes: tuple[Cause, ...] = ()
    """What explains the wrong entries, the surest first."""
    message: str = ""
    notes: tuple[str, ...] = ()
    closing: str = ""
    resolution: float = float("nan")
    evaluations: int = 0
    entries: int = 0
    """How many entries were compared."""
    wrong: int = 0
    """How many of them fail."""
    worst: tuple[EntryLine, ...] = ()

    @property
    def sign(self) -> str:
        """A sign for the verdict, so that nothing rests on colour."""
        return SIGNS.get(self.word, "–")

    @property
    def rank(self) -> int:
        """A number to sort by, the gravest first."""
        return _RANKS[self.word]

    @property
    def resolution_text(self) -> str:
        """The resolution with one digit; a dash where there is none."""
        return resolution_text(self.resolution)

    @property
    def codes(self) -> str:
        """The codes of the causes with their certainty, as in "sign (A)"."""
        return codes(self.causes)

    @property
    def needs_a_look(self) -> bool:
        """Whether a reader should look at the case."""
        return self.rank <= _RANKS["inconclusive"]


def case_verdict(case: Case) -> CaseVerdict:
    """Check a case at its points in general position; whatever goes wrong becomes the verdict.

    Examples
    --------
    >>> found = case_verdict(Case("sine", f=np.sin, df=np.cos, points=[0.7]))
    >>> found.word, found.worst[0].name, found.resolution < 1e-8
    ('pass', '∂f/∂x', True)
    """
    if not case.points:
        return CaseVerdict(word=NOT_CHECKED, sentence="no point in general position to check at")
    try:
        outcome = outcome_of(case)
    except Exception as error:  # noqa: BLE001  (one case never stops a report)
        outcome = Outcome(case=case, result=None, problem=f"{type(error).__name__}: {error}")
    if outcome.result is None:
        reason = outcome.problem.removeprefix(f"{case.name}: ")
        return CaseVerdict(word=ERROR, sentence=f"not checked: {reason}")
    return told(outcome.result)


def told(result: Result) -> CaseVerdict:
    """Tell what a report says about a result."""
    parts = story(result)
    return CaseVerdict(
        word=result.verdict.value,
        reason=result.reason.value,
        sentence=parts.sentence,
        rivalry=parts.rivalry,
        causes=parts.causes,
        message=parts.message,
        notes=parts.notes,
        closing=parts.closing,
        resolution=result.resolution,
        evaluations=result.evaluations,
        entries=len(result.entries),
        wrong=wrong_entries(result),
        worst=_worst(result),
    )


def _worst(result: Result) -> tuple[EntryLine, ...]:
    entries = result.entries
    rows = entries.worst_first()[:LISTED].tolist()
    names = entry_names(result, rows)
    several = len(np.unique(entries.point)) > 1
    lines = []
    for row, name in zip(rows, names, strict=True):
        analytic, numeric, error_bar = (
            float(column[row]) for column in (entries.analytic, entries.numeric, entries.error_bar)
        )
        verdict = VERDICTS[int(entries.verdict[row])].value
        lines.append(
            EntryLine(
                verdict=verdict,
                sign=SIGNS[verdict],
                name=name,
                x=point_name(result, int(entries.point[row])) if several else "",
                analytic=number.analytic(analytic, like=numeric, error_bar=error_bar),
                numeric=number.plus_minus(numeric, error_bar),
                ratio=number.ratio(analytic, numeric, error_bar),
                resolution=resolution_text(float(entries.resolution[row])),
            )
        )
    return tuple(lines)
