"""From the outcomes at single points to one result: entries, conclusion, remarks."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import text_of
from gradcheck.verdict import wording
from gradcheck.verdict.blocks import Block, numbers_of
from gradcheck.verdict.faults import Fault
from gradcheck.verdict.point import Outcome
from gradcheck.verdict.result import VERDICTS, Entries, Reason, Verdict
from gradcheck.verdict.subject import speciality

Array = npt.NDArray[Any]


def entries_of(outcomes: Sequence[Outcome | None], blocks: tuple[Block, ...] = ()) -> Entries:
    """Lay the points' entries one after the other, by point, output and input.

    Errors are relative to the largest derivative by the same block of x.
    """
    parts: dict[str, list[Array]] = {}
    for number, outcome in enumerate(outcomes):
        if outcome is None:
            continue
        output, input_ = _places(outcome)
        columns = {
            "point": np.broadcast_to(np.intp(number), len(output)),
            "output": output,
            "input": input_,
            "analytic": outcome.analytic,
            "numeric": outcome.slopes.value,
            "error_bar": outcome.slopes.bar,
            "materiality": outcome.judgement.materiality,
            "scale": outcome.judgement.scale,
            "verdict": outcome.judgement.verdict,
            "reason": outcome.judgement.reason,
        }
        for name, values in columns.items():
            parts.setdefault(name, []).append(np.asarray(values).T.reshape(-1))
    if not parts:
        nothing, index = np.empty(0), np.empty(0, dtype=np.intp)
        return Entries(
            point=index, output=index, input=index, analytic=nothing, numeric=nothing,
            error_bar=nothing, materiality=nothing, scale=nothing,
            verdict=np.empty(0, dtype=np.int8), reason=np.empty(0, dtype=object),
        )  # fmt: skip
    columns = {
        name: values[0] if len(values) == 1 else np.concatenate(values)
        for name, values in parts.items()
    }
    if len(blocks) > 1:
        directions = next(o.directions for o in outcomes if o is not None)
        if directions is None:
            block = numbers_of(blocks, columns["input"])
        else:
            block = columns["input"] // directions.each
        columns["scale"] = _scale_of_blocks(columns, block)
    columns["scale"] = _scale(columns)
    return Entries(**columns)


def _places(outcome: Outcome) -> tuple[Array, Array]:
    """Return the output and the input of each entry."""
    if outcome.places is not None:
        return outcome.places
    tracks, outputs = outcome.analytic.shape
    if outcome.elementwise:
        return np.arange(outputs), np.arange(outputs)
    return np.repeat(np.arange(outputs), tracks), np.tile(np.arange(tracks), outputs)


def _scale_of_blocks(columns: dict[str, Array], block: Array) -> Array:
    """Return the largest |numeric| by the same block, at the same point, for the same output."""
    numeric = np.where(np.isfinite(columns["numeric"]), np.abs(columns["numeric"]), 0.0)
    place = np.stack([columns["point"], columns["output"], block])
    _, group = np.unique(place, axis=1, return_inverse=True)
    group = group.reshape(-1)
    largest = np.zeros(group.max(initial=-1) + 1)
    np.maximum.at(largest, group, numeric)
    own = largest[group]
    return np.where(own == 0, columns["scale"], own)


def _scale(columns: dict[str, Array]) -> Array:
    """Return what errors are relative to: for outputs whose derivatives are all 0, the others."""
    scale: Array = columns["scale"]
    if scale.all():
        return scale
    for number in np.unique(columns["point"]).tolist():
        here = columns["point"] == number
        scale = np.where(here & (scale == 0), scale[here].max(), scale)
    return np.where(scale == 0, scale.max(), scale)


def conclude(
    entries: Entries,
    faults: Sequence[Fault],
    outcomes: Sequence[Outcome | None],
    points: Sequence[Array],
    text: Callable[[Array], str] = text_of,
) -> tuple[Verdict, Reason, str]:
    """Return the gravest verdict of all points and entries, its reason, and what to do."""
    fault = max(faults, key=lambda fault: VERDICTS.index(fault.verdict), default=None)
    gravest = VERDICTS[int(entries.verdict.max(initial=0))]
    if fault is not None and VERDICTS.index(fault.verdict) >= VERDICTS.index(gravest):
        return fault.verdict, fault.reason, fault.message
    if gravest is Verdict.PASS:
        return Verdict.PASS, Reason.AGREES, wording.sentence(Verdict.PASS, Reason.AGREES)
    row = int(entries.worst_first()[0])
    reason = entries.reason[row]
    if gravest is Verdict.FAIL and (entries.reason == Reason.SPARSITY).any():
        reason = Reason.SPARSITY  # which spoils other entries as well
    message = wording.sentence(gravest, reason)
    outcome = outcomes[int(entries.point[row])]
    if reason is Reason.KINK and outcome is not None:
        place = row - int(np.searchsorted(entries.point, entries.point[row]))
        left, right = (
            side.T.reshape(-1)[place] for side in (outcome.slopes.left, outcome.slopes.right)
        )
        if np.isfinite(left):
            message = wording.kink_sentence(float(entries.analytic[row]), left, right)
    if len(points) > 1:
        message = f"At x = {text(points[int(entries.point[row])])}: {message}"
    return gravest, reason, message


def remarks_on(
    entries: Entries,
    outcomes: Sequence[Outcome | None],
    points: Sequence[Array],
    text: Callable[[Array], str] = text_of,
) -> list[str]:
    """Return what else is worth knowing."""
    known = [outcome for outcome in outcomes if outcome is not None]
    parts = [outcome.judgement.significant.T.reshape(-1) for outcome in known]
    significant = parts[0] if len(parts) == 1 else np.concatenate([*parts, np.zeros(0, bool)])
    found = [wording.immaterial(entries, significant)]
    for outcome in known:
        if outcome.elementwise:
            found.append("f acts elementwise: df is compared with the diagonal of the Jacobian")
        if outcome.groups is not None:
            found.append(wording.grouped(len(outcome.analytic), outcome.groups))
        if outcome.directions is not None and outcome.power is not None:
            found.append(wording.detection_power(outcome.directions, outcome.power))
    general = [point for point in points if not speciality(point)]
    if not general:
        found.append(wording.special_point(text(points[0]), speciality(points[0])))
    return [remark for remark in found if remark]
