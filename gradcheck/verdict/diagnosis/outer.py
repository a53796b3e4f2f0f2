"""The derivative of an outer function is missing: one factor a point, which changes with it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.candidates import of_points
from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.ratios import bound, fitted, only, screening, survive, times
from gradcheck.verdict.diagnosis.survivors import survivors

Array = npt.NDArray[Any]

_SHOWN = 4
"""So many fitted numbers are shown."""


def outer_factor(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose a factor that is a known function of f(x) or of the whole x, or an unknown one."""
    rows = screening(evidence)
    some = only(evidence, rows)
    candidates = list(of_points(some))
    found, tried = survivors(some, candidates) if candidates else ([], 0)
    if not found:
        yield from _unknown(evidence)
        return
    first = found[0]
    full = list(of_points(evidence))[first.number]
    relation = times(evidence, *full.ratio(first.size, inverse=first.inverse))
    ratio = full.text(first.size, inverse=first.inverse)
    missing = full.text(first.size, inverse=not first.inverse)
    yield Hypothesis(
        code="outer-factor",
        message=f"df is {ratio} times the derivative{relation.where}: the outer factor {missing} "
        "is missing; look at the derivative of the outermost function",
        certainty="A" if first.varies else "B",
        predicted=relation.predicted,
        bar=relation.bar,
        tried=tried,
        # of a function of the norm of x, both are multiples of x
        supersedes=frozenset({"block-factor", "regulariser", "regulariser-only"}),
    )


def _unknown(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose one unknown factor a point, the same for all its entries."""
    wrong = np.flatnonzero(evidence.wrong)
    found = {
        int(number): fitted(evidence, wrong[evidence.point[wrong] == number])
        for number in np.unique(evidence.point[wrong])
    }
    ratios = np.array([c for c, _ in found.values()])
    c, doubt = fitted(evidence, wrong)
    same = evidence.explained(c * evidence.numeric, bound(evidence, c, doubt))
    if not np.isfinite(ratios).all() or same[wrong].all():
        return  # a constant, or the only point
    ratio, error = np.ones(len(evidence.samples)), np.zeros(len(evidence.samples))
    for number, (c, doubt) in found.items():
        ratio[number], error[number] = c, doubt
    spread, doubt_of = ratio[evidence.point], error[evidence.point]
    rows = screening(evidence)
    if not survive(only(evidence, rows), spread[rows], doubt_of[rows]):
        return
    relation = times(evidence, spread, doubt_of)
    shown = ", ".join(f"{c:.6g}" for c in ratios[:_SHOWN])
    yield Hypothesis(
        code="outer-factor",
        message=f"df is the derivative times a number that is the same for all entries"
        f"{relation.where} but changes with the point ({shown}): look at the derivative of the "
        "outermost function",
        certainty="B",
        predicted=relation.predicted,
        bar=relation.bar,
        fitted=len(found),
        supersedes=frozenset({"regulariser-only", "precision"}),
    )
