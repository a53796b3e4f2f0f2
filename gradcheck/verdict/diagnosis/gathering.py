"""Gather the evidence: from the outcomes at single points to arrays over all entries."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.verdict.blocks import Block
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout, Part, Sample
from gradcheck.verdict.diagnosis.hints import Hints, parts, require_product, require_sum
from gradcheck.verdict.directions import Directions, along
from gradcheck.verdict.faults import Fault
from gradcheck.verdict.point import Outcome
from gradcheck.verdict.result import VERDICTS, Entries, Reason, Verdict

Array = npt.NDArray[Any]

_PASS, _FAIL = VERDICTS.index(Verdict.PASS), VERDICTS.index(Verdict.FAIL)


def gather(
    entries: Entries,
    outcomes: Sequence[Outcome | None],
    points: Sequence[Array],
    df: Probe,
    blocks: tuple[Block, ...],
    hints: Hints,
) -> Evidence | None:
    """Return the evidence of the points that have the shape of the first with a wrong entry.

    None if there is no entry that fails.
    """
    failing = np.flatnonzero(entries.verdict == _FAIL)
    if not len(failing):
        return None
    worst = int(entries.point[failing[0]])
    alike = [
        number
        for number, outcome in enumerate(outcomes)
        if outcome is not None and points[number].shape == points[worst].shape
    ]
    known = {number: outcome for number in alike if (outcome := outcomes[number]) is not None}
    row = np.flatnonzero(np.isin(entries.point, alike))
    number, output, input_ = entries.point[row], entries.output[row], entries.input[row]
    samples = tuple(
        Sample(
            number=each,
            x=points[each].reshape(-1),
            y=outcome.center,
            rows=slice(*np.searchsorted(number, [each, each + 1]).tolist()),
        )
        for each, outcome in known.items()
    )
    layout = _layout(known[worst])
    claimed, numeric = entries.analytic[row], entries.numeric[row]
    smooth = np.isfinite(numeric) & (entries.reason[row] != Reason.KINK)
    fails = (entries.verdict[row] == _FAIL) & smooth
    finite = np.isfinite(claimed)
    values = np.concatenate([sample.y[output[sample.rows]] for sample in samples])
    terms, factors = _parts(hints, [points[each] for each in known], layout, len(samples[0].y))
    require_sum(terms, values)
    require_product(factors, values)
    return Evidence(
        row=row,
        point=np.searchsorted(alike, number),
        output=output,
        input=input_,
        claimed=claimed,
        numeric=numeric,
        bar=entries.error_bar[row],
        slack=entries.materiality[row],
        wrong=fails & finite,
        compared=((entries.verdict[row] == _PASS) | (fails & finite)) & smooth,
        undefined=fails & ~finite,
        x=_of_inputs(samples, layout, input_),
        y=values,
        samples=samples,
        input_shape=points[worst].shape,
        output_shape=df.output[: len(df.output) - points[worst].ndim] if df.output else (),
        layout=layout,
        blocks=blocks,
        each=1 if (lines := known[worst].directions) is None else lines.each,
        ask=_asking(df, points[worst].shape, known[worst].directions),
        constants=hints.constants,
        terms=terms,
        factors=factors,
    )


def _parts(
    hints: Hints, points: Sequence[Array], layout: Layout, outputs: int
) -> tuple[dict[str, Part], dict[str, Part]]:
    """Return the caller's terms and factors, where the entries are those of f's own inputs."""
    if layout not in (Layout.JACOBIAN, Layout.ELEMENTWISE):
        return {}, {}
    elementwise = layout is Layout.ELEMENTWISE
    return (
        parts("term", hints.terms, points, outputs, elementwise=elementwise),
        parts("factor", hints.factors, points, outputs, elementwise=elementwise),
    )


def _layout(outcome: Outcome) -> Layout:
    if outcome.directions is not None:
        return Layout.DIRECTIONS
    if outcome.places is not None:
        return Layout.SPARSE
    return Layout.ELEMENTWISE if outcome.elementwise else Layout.JACOBIAN


def _of_inputs(samples: Sequence[Sample], layout: Layout, input_: Array) -> Array:
    if layout is Layout.DIRECTIONS:
        return np.full(len(input_), np.nan)
    return np.concatenate([sample.x[input_[sample.rows]] for sample in samples])


def _asking(
    df: Probe, shape: tuple[int, ...], directions: Directions | None
) -> Callable[[Array], Array | None]:
    def ask(x: Array) -> Array | None:
        try:
            claims = df.at(np.asarray(x, dtype=np.float64).reshape(shape))
        except Fault:  # a tree of another structure here
            return None
        if claims is None or not np.isfinite(claims).all():
            return None
        if directions is None:
            return claims
        return along(claims.reshape(-1, directions.inputs), directions)[0].T.reshape(-1)

    return ask
