"""At which of the points entries are wrong, and what those points have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.conditions import parting
from gradcheck.verdict.diagnosis.evidence import Evidence

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_NAMED = 4
"""So many points are listed by number."""


def where_points(evidence: Evidence, among: Bools) -> str:
    """Say at which points there are such entries; "" if there are some at all points.

    Points count from 0, as in the table of the result.
    """
    count = len(evidence.samples)
    hit = np.unique(evidence.point[among])
    if len(hit) in (0, count):
        return ""
    numbers = [evidence.samples[k].number for k in hit.tolist()]
    listed = ", ".join(map(str, numbers[:_NAMED])) + (", ..." if len(numbers) > _NAMED else "")
    noun = "point" if len(numbers) == 1 else "points"
    text = f", at {len(hit)} of {count} points ({noun} {listed})"
    common = next(_in_common(evidence, np.isin(np.arange(count), hit)), "")
    return text + (f": those where {common}" if common else "")


def _in_common(evidence: Evidence, hit: Bools) -> Iterator[str]:
    """Yield conditions with the numbers 0 and 1 that just these points fulfil."""
    if not all(len(sample.x) for sample in evidence.samples):
        return
    for condition in parting(_quantities(evidence), hit, ~hit, (0.0, 1.0, -1.0)):
        if condition.special:
            yield condition.text


def _quantities(evidence: Evidence) -> Mapping[str, Array]:
    points = np.array([sample.x for sample in evidence.samples])
    values = np.array([sample.y for sample in evidence.samples])
    smallest, largest = "the smallest input is", "the largest input is"
    if evidence.inputs == 1:
        smallest = largest = "x is"
    found = {
        smallest: points.min(axis=1),
        largest: points.max(axis=1),
        "the largest |x| is": np.abs(points).max(axis=1),
        "the smallest |x| is": np.abs(points).min(axis=1),
    }
    if evidence.outputs == 1:
        found["f is"] = values[:, 0]
    return found
