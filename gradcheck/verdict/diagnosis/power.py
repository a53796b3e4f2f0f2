"""The power rule: exponent kept or lowered twice, factor lost, not differentiated at all."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.listed import lengths
from gradcheck.verdict.diagnosis.ratios import only, screening, survive, times, vary

Array = npt.NDArray[Any]

_CLEAR = 1e4
"""A derivative is compared with powers if it is so many error bars away from 0."""
_GLANCE = 1000
"""So many entries are looked at first, at all points."""
_ROUNDING = 1e-8
_ROUGH = 1e-5
"""How well an exponent is known that is taken for a whole or half one."""
_PLAIN = (-1.0, 2.0, 0.5)
"""Factors that have a better name than that of a lost exponent."""


def power_rule(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose a wrong power rule, where f is c x^p in each of its inputs."""
    p = power_of(evidence)
    if p is None:
        return
    x, text, less = evidence.x, f"x^{p:.6g}", f"x^{p - 1:.6g}"
    power_kept = f"{p:.6g} {text}" if p != 1 else "x"
    plans = [
        (x, f"it keeps the exponent, as if ({text})' were {power_kept}"),
        (1 / x, f"it lowers the exponent twice, as if ({text})' were {p:.6g} x^{p - 2:.6g}"),
        (x / p, "it is f itself, not differentiated"),
        (x * x / (p * (p + 1)), "it is the integral of f, not the derivative"),
        (1 / (p * x), f"it is x^{p - 2:.6g}, up to a constant, for ({text})'"),
        (np.full(len(x), 1 / p), f"it loses the factor {p:.6g}, as if ({text})' were {less}"),
        (np.full(len(x), (p - 1) / p), f"it has the factor {p - 1:.6g} in place of {p:.6g}"),
    ]
    sizes = lengths(evidence)
    rows = screening(evidence)
    some = only(evidence, rows)
    for ratio, message in plans:
        constant = not vary(ratio)
        if constant and (not ratio[0] or ratio[0] in (1.0, *_PLAIN)):
            continue
        if not survive(some, ratio[rows]):
            continue
        sure = p != 1 and not (constant and round(abs(p)) in sizes)
        relation = times(evidence, ratio)
        yield Hypothesis(
            code="power-rule",
            message=f"df has the power rule wrong{relation.where}: {message}",
            certainty="A" if sure else "B",
            predicted=relation.predicted,
            bar=relation.bar,
            tried=len(plans),
            supersedes=frozenset(
                {"log-parameter", "chain-factor", "block-factor"} if p != 1 else {"block-factor"}
            ),
        )


def power_of(evidence: Evidence) -> float | None:
    """Return p if f consists of powers c x^p of its inputs, each with its own c; else None."""
    if evidence.layout is Layout.DIRECTIONS:
        return None
    clear = evidence.compared & (evidence.strength > _CLEAR) & (evidence.x != 0)
    if not clear.any():
        return None
    x, n = evidence.x[clear], evidence.numeric[clear]
    error = 2 * evidence.bar[clear] / np.abs(n) + _ROUNDING
    if evidence.layout is Layout.ELEMENTWISE or evidence.inputs == 1:
        degree = n * x / evidence.y[clear]
        if (np.abs(degree - degree[0]) <= (error + error[0]) * np.abs(degree)).all():
            return _whole(float(degree[0]), certain=vary(x))
    place = evidence.places[clear]
    few = np.isin(place, place[:_GLANCE])
    for some in (few, np.ones(len(few), dtype=np.bool_)):
        found = _slope(np.log(np.abs(x[some])), np.log(np.abs(n[some])), error[some], place[some])
        if found is None:
            return None  # what a few entries forbid need not be looked at in all
    return found


def _slope(x: Array, n: Array, error: Array, place: Array) -> float | None:
    """Fit log |n| = log c + (p - 1) log |x|, with one c for all entries or one for each."""
    _, each = np.unique(place, return_inverse=True)
    for group in (np.zeros(len(x), dtype=np.intp), each):
        count = np.bincount(group)
        if len(x) - len(count) < 2:
            continue
        left, right = (v - (np.bincount(group, v) / count)[group] for v in (x, n))
        if not left.any():
            continue
        slope = float(left @ right / (left @ left))
        reach = error + (np.bincount(group, error) / count)[group]
        if (np.abs(right - slope * left) <= reach).all():
            return _whole(slope + 1, certain=True)
    return None


def _whole(p: float, *, certain: bool) -> float | None:
    """Round an exponent to a half if it nearly is one; None for what is no power."""
    near = round(2 * p) / 2
    if abs(p - near) <= _ROUGH:
        p = near
    elif not certain:
        return None
    return p if p != 0.0 and np.isfinite(p) else None
