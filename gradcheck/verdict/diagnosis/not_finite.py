"""Where df is NaN or infinite although f is smooth, and what those entries have in common."""

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.conditions import conditions
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.points import where_points
from gradcheck.verdict.diagnosis.scope import words
from gradcheck.verdict.result import Finding

Bools = npt.NDArray[np.bool_]

_LUCKY = -0.5
"""A threshold with another number than 0 or 1 must part this well."""


def not_finite(evidence: Evidence) -> Finding | None:
    """Say where df is not finite, and under which condition; None if it is finite everywhere."""
    undefined = evidence.undefined
    if not undefined.any():
        return None
    claims = evidence.claimed[undefined]
    what = "NaN" if np.isnan(claims).all() else "infinite" if np.isinf(claims).all() else "NaN or ∞"
    rows = tuple(evidence.row[undefined].tolist())
    finite = np.isfinite(evidence.claimed) & np.isfinite(evidence.numeric)
    found = [
        each
        for each in conditions(evidence, undefined, finite)
        if each.special or each.chance <= _LUCKY
    ]
    if found:
        text = found[0].text
        message = f"df is {what} exactly where {text}, although f is smooth there"
        advice = "treat it apart (limit, series or mask)" if " = " in text else "guard the formula"
        return Finding("not-finite", f"{message}; {advice}", "B", rows)
    where = _where(evidence)
    return Finding(
        "not-finite",
        f"df is {what} in {where}, although f is smooth there; guard the formula against division "
        "by zero, overflow and logarithms of zero",
        "C",
        rows,
    )


def _where(evidence: Evidence) -> str:
    undefined = evidence.undefined
    if evidence.layout is Layout.DIRECTIONS:
        return "all directions" if undefined.all() else "some directions"
    among = evidence.at_all_points(undefined)
    return words(evidence, among, undefined | evidence.compared) + where_points(evidence, undefined)
