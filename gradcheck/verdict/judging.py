"""Compare what df claims with what differences show, entry by entry."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.slopes import Slopes
from gradcheck.verdict.result import VERDICTS, Reason, Verdict

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

MATERIAL = 1e-9
"""Smaller relative differences are put down to the rounding inside df."""
WIDE = 1e-2
"""A wider error bar, relative to the sizes at hand, tells nothing."""
SIGNIFICANT = 2.0
"""A difference of so many error bars is one."""

_CODE = {verdict: code for code, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """What the caller tolerates: |analytic - numeric| <= atol + rtol max(|analytic|, |numeric|)."""

    rtol: float | None = None
    """None: as tight as the precision of f and df allows."""
    atol: float = 0.0
    unit: float | Array = 1.0
    """What a derivative of 1 is in the derivatives that are compared: those along a direction are
    larger by the size of their input."""

    @property
    def absolute(self) -> float | Array:
        """Atol in units of the derivatives that are compared."""
        return self.atol * self.unit

    def material(self, analytic: Array, numeric: Array, noise: Array) -> Array:
        """Return the largest difference that does not count.

        Parameters
        ----------
        analytic, numeric : array
            The two derivatives.
        noise : array
            The measured noise of df.
        """
        size = np.fmax(np.abs(analytic), np.abs(numeric))
        size = np.where(np.isfinite(size), size, 0.0)
        if self.rtol is None:
            return np.maximum(self.absolute + MATERIAL * size, noise)
        return np.asarray(self.absolute + self.rtol * size)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The outcome for each entry; arrays of one shape."""

    verdict: npt.NDArray[np.int8]
    """Positions in `VERDICTS`."""
    reason: npt.NDArray[np.object_]
    materiality: Array
    scale: Array
    """The largest |numeric| of the same output."""
    significant: Bools
    """Where the two derivatives differ beyond the error bar, materially or not."""


def judge(analytic: Array, found: Slopes, tolerance: Tolerance, noise: Array) -> Judgement:
    """Judge the entries of one point.

    A difference fails if it is significant, beyond the error bar, and material, beyond what is
    tolerated. Where the bar is wider than the question, the entry is inconclusive.

    Parameters
    ----------
    analytic : array of shape (tracks, outputs)
        What df claims.
    found : Slopes
        The derivatives by differences, of the same shape.
    tolerance : Tolerance
        What the caller tolerates.
    noise : array of shape (tracks, outputs)
        The noise of df where it was measured, else 0.
    """
    numeric, bar = found.value, found.bar
    material = tolerance.material(analytic, numeric, noise)
    sizes = np.where(np.isfinite(numeric), np.abs(numeric), 0.0)
    scale = np.broadcast_to(sizes.max(axis=0, initial=0.0), sizes.shape)
    difference = np.abs(analytic - numeric)
    significant = difference > SIGNIFICANT * bar
    fails = difference > SIGNIFICANT * bar + material

    kinked = np.isfinite(found.left)
    inside = _is_between(analytic, found, material) if kinked.any() else kinked
    wide = _is_wide(analytic, found, tolerance, scale) & ~(difference + bar <= material)
    claimed = np.isfinite(analytic)
    missing = ~np.isfinite(numeric)

    verdict = np.full(numeric.shape, _CODE[Verdict.PASS], dtype=np.int8)
    reason = agreeing(numeric.shape)

    def put(where: Bools, outcome: Verdict, why: Reason) -> None:
        nonlocal reason
        if where.any():
            reason = reason if reason.flags.writeable else reason.copy()
            verdict[where], reason[where] = _CODE[outcome], why

    put(wide, Verdict.INCONCLUSIVE, Reason.NOISE)
    put(missing & found.blocked, Verdict.INCONCLUSIVE, Reason.DOMAIN)
    put(missing & ~found.blocked, Verdict.INCONCLUSIVE, Reason.NOISE)
    put(missing & found.steep, Verdict.INCONCLUSIVE, Reason.KINK)
    put(fails & ~missing, Verdict.FAIL, Reason.DISAGREES)
    put(kinked & inside, Verdict.INCONCLUSIVE, Reason.KINK)
    put(kinked & ~inside, Verdict.FAIL, Reason.KINK)
    put(~claimed, Verdict.FAIL, Reason.NOT_FINITE)
    return Judgement(
        verdict=verdict,
        reason=reason,
        materiality=material,
        scale=scale,
        significant=significant & claimed & ~missing & ~kinked,
    )


def agreeing(shape: tuple[int, ...]) -> npt.NDArray[np.object_]:
    """Return the reasons of entries that all agree, as a single one that is repeated."""
    return np.broadcast_to(np.array(Reason.AGREES, dtype=object), shape)


def _is_between(analytic: Array, found: Slopes, material: Array) -> Bools:
    """Tell where a claimed value lies between the one-sided slopes, as a subgradient does."""
    low, high = np.fmin(found.left, found.right), np.fmax(found.left, found.right)
    slack = SIGNIFICANT * (found.bar - (high - low) / 2) + material
    return (analytic >= low - slack) & (analytic <= high + slack)


def _is_wide(analytic: Array, found: Slopes, tolerance: Tolerance, scale: Array) -> Bools:
    """Tell which bars are too wide to say anything."""
    if tolerance.rtol is None and (found.bar <= WIDE * scale).all():
        return np.zeros(found.bar.shape, dtype=bool)
    size = np.fmax(np.fmax(np.abs(analytic), np.abs(found.value)), scale)
    if tolerance.rtol is not None:
        return ~(found.bar <= tolerance.absolute + tolerance.rtol * size)
    size = np.fmax(size, found.reach)
    nothing = (analytic == 0) & (found.value == 0)  # f is constant, as far as can be seen
    return np.asarray(~(found.bar <= np.maximum(WIDE * size, tolerance.absolute)) & ~nothing)
