"""The wrong entries that a search has found: their true derivatives, and what they share."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.verdict.blocks import Block
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout, Sample
from gradcheck.verdict.diagnosis.naming import diagnose
from gradcheck.verdict.gauge import Gauge
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT
from gradcheck.verdict.result import VERDICTS, Entries, Finding, Reason, Verdict
from gradcheck.verdict.search import Exhausted

Array = npt.NDArray[Any]

_LOOKED_AT = 10
"""Of so many inputs by which df is not finite, the true derivative is told."""


def wrong_entries(gauge: Gauge, claims: Array) -> tuple[Entries, list[tuple[int, int]]]:
    """Return the entries that are wrong, and ranges of inputs of which too little is known.

    Parameters
    ----------
    gauge : Gauge
        With the mistakes that the search has found.
    claims : array of shape (outputs, inputs)
        df(x).
    """
    broken = np.flatnonzero(~np.isfinite(claims).all(axis=0))
    found: dict[tuple[int, int], tuple[float, float]] = dict.fromkeys(
        zip(*(axis.tolist() for axis in np.nonzero(~np.isfinite(claims))), strict=True),
        (np.nan, np.inf),
    )
    partly = np.isfinite(claims[:, broken]).any(axis=0)
    unknown = [(index, index + 1) for index in broken[partly].tolist()[_LOOKED_AT:]]
    mistakes = gauge.mistakes()
    if len(claims) == 1:
        for index, mistake in mistakes.items():
            found[0, index] = float(claims[0, index]) - mistake.value, mistake.bar
        mistakes = {}
    first = broken[np.argsort(~partly, kind="stable")]  # those that hold numbers, too
    for index in [*first[:_LOOKED_AT].tolist(), *mistakes]:
        wrong = _wrong_in(gauge, claims, index)
        found |= wrong
        if not wrong and np.isfinite(claims[:, index]).any():
            unknown.append((index, index + 1))
    return _entries(found, claims), unknown


def causes(
    entries: Entries, df: Probe, point: Array, center: Array, blocks: tuple[Block, ...]
) -> tuple[Finding, ...]:
    """Say what the wrong entries have in common, if anything explains them all."""
    known = np.isfinite(entries.analytic) & np.isfinite(entries.error_bar)
    if not known.any():
        return ()
    x = point.reshape(-1)
    row = np.flatnonzero(known)
    place = entries.output[row] * len(x) + entries.input[row]

    def ask(elsewhere: Array) -> Array | None:
        claims = df.at(elsewhere.reshape(point.shape))
        return None if claims is None or not np.isfinite(claims[place]).all() else claims[place]

    shape = df.output or ()
    evidence = Evidence(
        row=row,
        point=entries.point[row],
        output=entries.output[row],
        input=entries.input[row],
        claimed=entries.analytic[row],
        numeric=entries.numeric[row],
        bar=entries.error_bar[row],
        slack=entries.materiality[row],
        wrong=np.ones(len(row), dtype=bool),
        compared=np.ones(len(row), dtype=bool),
        undefined=np.zeros(len(row), dtype=bool),
        x=x[entries.input[row]],
        y=center[entries.output[row]],
        samples=(Sample(number=0, x=x, y=center, rows=slice(0, len(row))),),
        input_shape=point.shape,
        output_shape=shape[: len(shape) - point.ndim],
        layout=Layout.SPARSE,
        blocks=blocks,
        ask=ask,
    )
    return tuple(finding for finding in diagnose(evidence) if finding.certainty != "C")


def _wrong_in(
    gauge: Gauge, claims: Array, index: int
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the wrong entries of one input; none if it cannot be looked at."""
    try:
        values, bars = gauge.column(index)
    except Exhausted:
        return {}
    claimed = claims[:, index]
    material = MATERIAL * np.fmax(np.abs(claimed), np.abs(values))
    right = np.abs(claimed - values) <= SIGNIFICANT * bars + material
    return {
        (output, index): (float(values[output]), float(bars[output]))
        for output in np.flatnonzero(~right).tolist()
    }


def _entries(found: dict[tuple[int, int], tuple[float, float]], claims: Array) -> Entries:
    """Return them in the order of df(x)."""
    order = sorted(found)
    rows, columns = (_indices(place[k] for place in order) for k in (0, 1))
    analytic = claims[rows, columns]
    numeric, bar = (np.array([found[place][k] for place in order]) for k in (0, 1))
    finite = np.isfinite(analytic)
    largest = np.abs(claims[np.isfinite(claims)]).max(initial=0.0)
    return Entries(
        point=np.zeros(len(order), dtype=np.intp),
        output=rows,
        input=columns,
        analytic=analytic,
        numeric=numeric,
        error_bar=bar,
        materiality=MATERIAL * np.fmax(np.abs(analytic), np.abs(numeric)),
        scale=np.full(len(order), largest),
        verdict=np.full(len(order), VERDICTS.index(Verdict.FAIL), dtype=np.int8),
        reason=np.where(finite, Reason.DISAGREES, Reason.NOT_FINITE).astype(object),
    )


def _indices(numbers: Iterable[int]) -> npt.NDArray[np.intp]:
    return np.fromiter(numbers, dtype=np.intp)
