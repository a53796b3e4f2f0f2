"""Sentences: what a verdict means, and what to do."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.directions import Directions, Power
from gradcheck.verdict.judging import Tolerance
from gradcheck.verdict.result import Entries, Finding, Reason, Verdict

Array = npt.NDArray[Any]

_SENTENCES = {
    (Verdict.PASS, Reason.AGREES): "df agrees with the differences of f.",
    (Verdict.FAIL, Reason.DISAGREES): (
        "df disagrees with the differences of f, beyond their error bars."
    ),
    (Verdict.FAIL, Reason.SPARSITY): (
        "f has a derivative that the sparsity pattern leaves out; entries in the same row may seem "
        "wrong because of it. Add it to the pattern, and to df."
    ),
    (Verdict.FAIL, Reason.NOT_FINITE): (
        "df is not finite where f is smooth; guard the formula against division by zero, "
        "overflow, and logarithms of zero."
    ),
    (Verdict.FAIL, Reason.KINK): (
        "f has a kink here, and the value of df lies outside the two one-sided slopes: it is no "
        "subgradient either."
    ),
    (Verdict.INCONCLUSIVE, Reason.KINK): (
        "f has no derivative here: it has a kink, a jump or a vertical tangent. Move x off it to "
        "check df."
    ),
    (Verdict.INCONCLUSIVE, Reason.NOISE): (
        "The error bar is too wide to tell: f is too noisy or too flat beside its size. Make f "
        "more precise (float64 inside, tighter solver tolerance, no large offset), move x, or "
        "accept it by a larger atol or rtol."
    ),
    (Verdict.INCONCLUSIVE, Reason.DOMAIN): (
        "There is no usable step: f has no values next to x, on one side at least. Move x away "
        "from the edge of its domain."
    ),
    (Verdict.INCONCLUSIVE, Reason.ANALYTIC_INACCURATE): (
        "df loses digits here: its values at neighbouring floats scatter by more than they differ "
        "from the differences of f. The formula may be right in exact arithmetic; rewrite it "
        "without cancellation."
    ),
}


def sentence(verdict: Verdict, reason: Reason) -> str:
    """Return what a verdict means, and what to do about it."""
    return _SENTENCES[verdict, reason]


def options_text(tolerance: Tolerance, *others: str) -> str:
    """Write the options with which a check is asked again: "rtol=0.001, sparsity=S"."""
    rtol = [] if tolerance.rtol is None else [f"rtol={tolerance.rtol!r}"]
    atol = [f"atol={tolerance.atol!r}"] if tolerance.atol else []
    return ", ".join([*rtol, *atol, *filter(None, others)])


def advised(message: str, reason: Reason, findings: Sequence[Finding]) -> str:
    """Add how to go on by hand where entries disagree and no finding names the mistake."""
    if reason is not Reason.DISAGREES or any(each.certainty != "C" for each in findings):
        return message
    return (
        f"{message.rstrip('.')}; no mistake that is known here explains all wrong entries. Compare "
        "their ratios, and tell the check what f is made of: constants=, terms=, factors=."
    )


def kink_sentence(analytic: float, left: float, right: float) -> str:
    """Say where a claimed value stands beside the slopes of the two sides."""
    left, right = left + 0.0, right + 0.0  # no -0
    sides = f"f has a kink here: its slope is {left:.6g} to the left and {right:.6g} to the right"
    tolerance = 1e-6 * max(abs(left), abs(right), abs(left - right))
    if abs(analytic - left) <= tolerance:
        return f"{sides}; df gives the left one. Move x off the kink to check df."
    if abs(analytic - right) <= tolerance:
        return f"{sides}; df gives the right one. Move x off the kink to check df."
    if min(left, right) < analytic < max(left, right):
        return (
            f"{sides}; df gives {analytic:.6g}, which lies between: a valid subgradient. "
            "Move x off the kink to check df."
        )
    return f"{sides}; df gives {analytic:.6g}, which is not between them."


def immaterial(entries: Entries, significant: Array) -> str:
    """Say what was seen and let pass."""
    rows = np.flatnonzero(significant & (entries.verdict == 0))
    if not len(rows):
        return ""
    with np.errstate(all="ignore"):
        size = np.fmax(np.abs(entries.analytic[rows]), np.abs(entries.numeric[rows]))
        worst = float(np.nanmax(entries.abs_error[rows] / size))
    if len(rows) == 1:
        return f"1 entry differs by {worst:.0e} of its size: beyond the error bar, but immaterial"
    return (
        f"{len(rows)} entries differ by up to {worst:.0e} of their sizes: beyond the error bars, "
        "but immaterial"
    )


def grouped(entries: int, groups: int) -> str:
    """Say how a sparse Jacobian was compared."""
    columns = f"in {groups:,} groups of columns" if groups > 1 else "all columns at once"
    return f"{entries:,} {'entry' if entries == 1 else 'entries'} compared {columns}"


def special_point(x: str, what: str) -> str:
    """Advise against a point that hides mistakes."""
    return (
        f"{what} (x = {x}): such points hide mistakes; check at three or more points in "
        "general position (points=[...])"
    )


def detection_power(directions: Directions, power: Power) -> str:
    """Say what a check along random directions can see."""
    blocks = len(directions.blocks)
    plural = "" if directions.each == 1 else "s"
    count = f"{directions.each} random direction{plural}" + (" a block" if blocks > 1 else "")
    return (
        f"checked along {count} instead of {directions.inputs:,} entries: one entry of average "
        f"size shows if it is wrong by more than {power.single:.0e} of itself, mistakes in many "
        f"entries if their norm exceeds {power.spread:.0e} of the gradient's (99 % certain); "
        'gc.locate finds the wrong entries, entries="all" checks each'
    )
