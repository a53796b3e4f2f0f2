"""The outcome of a check that compares some entries of the Jacobian only."""

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from gradcheck.differences.compression import Compressed
from gradcheck.differences.grouping import Pattern
from gradcheck.differences.slopes import Slopes
from gradcheck.verdict.faults import Start
from gradcheck.verdict.judging import MATERIAL, Judgement
from gradcheck.verdict.point import Outcome
from gradcheck.verdict.result import VERDICTS, Finding, Reason, Verdict

Array = npt.NDArray[Any]
Record = TypeVar("Record", Slopes, Judgement)

_SHOWN = 3
"""So many derivatives outside the pattern are listed."""
_FAIL, _INCONCLUSIVE = VERDICTS.index(Verdict.FAIL), VERDICTS.index(Verdict.INCONCLUSIVE)


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A derivative of f that the pattern leaves out."""

    row: int
    column: int
    value: float
    bar: float


def on_places(begun: Start, grouped: Compressed, slopes: Slopes, judgement: Judgement) -> Outcome:
    """Return the outcome with one track an entry, from derivatives along the groups."""
    pattern = grouped.pattern
    value = grouped.by_input(slopes.value)
    nothing = np.broadcast_to(np.nan, (len(pattern), 1))
    never = np.broadcast_to(np.False_, (len(pattern), 1))
    return Outcome(
        center=begun.center,
        analytic=begun.analytic[:, None],
        slopes=Slopes(
            value=value[:, None],
            bar=grouped.by_input(slopes.bar)[:, None],
            span=nothing,
            reach=nothing,
            left=grouped.by_input(slopes.left)[:, None],
            right=grouped.by_input(slopes.right)[:, None],
            blocked=never,
            steep=never,
        ),
        judgement=Judgement(
            verdict=grouped.entries(judgement.verdict)[:, None],
            reason=grouped.entries(judgement.reason)[:, None],
            materiality=grouped.by_input(judgement.materiality)[:, None],
            scale=_largest(np.abs(value), pattern)[:, None],
            significant=grouped.entries(judgement.significant)[:, None],
        ),
        directions=None,
        elementwise=False,
        places=(pattern.rows, pattern.columns),
        groups=grouped.groups,
    )


def blurred(outcome: Outcome, rows: Array) -> Outcome:
    """Return the outcome with nothing said of some rows: f does not behave as its entries say."""
    assert outcome.places is not None
    there = np.isin(outcome.places[0], rows)[:, None]
    judgement = outcome.judgement
    verdict = np.where(there, np.int8(_INCONCLUSIVE), judgement.verdict)
    reason = np.where(there, np.array(Reason.NOISE, dtype=object), judgement.reason)
    return replace(outcome, judgement=replace(judgement, verdict=verdict, reason=reason))


def with_strangers(outcome: Outcome, strangers: list[Stranger], outputs: int) -> Outcome:
    """Return the outcome with derivatives outside the pattern, which df claims to be 0.

    Parameters
    ----------
    outcome : Outcome
        That of the entries.
    strangers : list of Stranger
        The others.
    outputs : int
        In how many outputs there are such.
    """
    assert outcome.places is not None
    own = np.array([(each.row, each.column) for each in strangers], dtype=np.intp)
    output = np.concatenate([outcome.places[0], own[:, 0]])
    input_ = np.concatenate([outcome.places[1], own[:, 1]])
    order = np.lexsort((input_, output))
    value, bar = (
        np.array([getattr(each, name) for each in strangers])[:, None] for name in ("value", "bar")
    )
    nothing, unknown = np.zeros(value.shape), np.full(value.shape, np.nan)
    never = np.zeros(value.shape, dtype=bool)
    slopes = Slopes(
        value=value, bar=bar, span=unknown, reach=unknown,
        left=unknown, right=unknown, blocked=never, steep=never,
    )  # fmt: skip
    judgement = Judgement(
        verdict=np.full(value.shape, _FAIL, dtype=np.int8),
        reason=np.full(value.shape, Reason.SPARSITY, dtype=object),
        materiality=MATERIAL * np.abs(value),
        scale=np.abs(value),
        significant=~never,
    )
    named = ", ".join(str((each.row, each.column)) for each in strangers[:_SHOWN])
    text = f"the pattern leaves out {named} (row, column), where f has a derivative"
    if outputs > len({each.row for each in strangers}):
        text += f"; derivatives are missing in {outputs:,} outputs"
    return replace(
        outcome,
        analytic=np.concatenate([outcome.analytic, nothing])[order],
        slopes=_joined(outcome.slopes, slopes, order),
        judgement=_joined(outcome.judgement, judgement, order),
        places=(output[order], input_[order]),
        findings=(Finding("sparsity", text, "A"),),
    )


def _joined(record: Record, other: Record, order: Array) -> Record:
    both = {
        each.name: np.concatenate([getattr(record, each.name), getattr(other, each.name)])[order]
        for each in fields(record)
    }
    return replace(record, **both)


def _largest(values: Array, pattern: Pattern) -> Array:
    """Return for each entry the largest value in its row."""
    counts = np.diff(pattern.starts)
    filled = counts > 0
    if not filled.any():
        return values
    largest = np.fmax.reduceat(values, pattern.starts[:-1][filled])
    return np.repeat(np.nan_to_num(largest), counts[filled])
