"""The check at one point: faults, estimates, the judgement, and second looks."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Slopes, Survey
from gradcheck.differences.tracks import scale_of
from gradcheck.verdict.accuracy import derivative_noise
from gradcheck.verdict.directions import DEFAULT, LARGE, along, random_directions
from gradcheck.verdict.faults import Start, finish, repeat, start
from gradcheck.verdict.judging import MATERIAL, Judgement, Tolerance, judge
from gradcheck.verdict.result import VERDICTS, Reason, Verdict

Array = npt.NDArray[Any]

_DOUBTED = 8
"""So many of the worst entries are looked at again before they may fail."""
_LOSSY = 1e-3
"""A derivative whose values scatter by more than this share has lost its digits."""
_FAIL, _INCONCLUSIVE = VERDICTS.index(Verdict.FAIL), VERDICTS.index(Verdict.INCONCLUSIVE)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a derivative is to be checked."""

    tolerance: Tolerance
    directions: int | None
    entries: Literal["all"] | None
    seed: int

    def count(self, inputs: int) -> int | None:
        """Return how many directions to check; None for every entry."""
        if self.directions is not None:
            return self.directions
        return DEFAULT if inputs > LARGE and self.entries is None else None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one point showed; arrays have the shape (tracks, outputs) if nothing else is said."""

    center: Array
    """f(x), of shape (outputs,)."""
    analytic: Array
    slopes: Slopes
    judgement: Judgement
    directions: Array | None
    elementwise: bool


def check_point(f: Probe, df: Probe, point: Array, options: Options) -> Outcome:
    """Check at one point: faults first, then estimates, then the verdict on every entry."""
    begun = start(f, df, point)
    repeat(f, point, begun)
    x = point.reshape(-1)
    count = None if begun.elementwise else options.count(len(x))
    directions = None if count is None else random_directions(count, scale_of(x), options.seed)
    survey = _survey(f, x, begun, directions)
    finish(f, df, point, begun)
    analytic, noise = _claims(begun, directions, len(x))
    judgement = judge(analytic, survey.slopes, options.tolerance, noise)
    if (judgement.verdict == _FAIL).any():
        _doubt(survey, judgement, analytic, options.tolerance, noise)
        judgement = judge(analytic, survey.slopes, options.tolerance, noise)
    if directions is None and (judgement.verdict != 0).any():
        judgement = _with_accuracy(df, x, begun, survey, judgement, options.tolerance)
    return Outcome(
        center=begun.center,
        analytic=analytic,
        slopes=survey.slopes,
        judgement=judgement,
        directions=directions,
        elementwise=begun.elementwise,
    )


def _survey(f: Probe, x: Array, begun: Start, directions: Array | None) -> Survey:
    if begun.elementwise:
        return estimate.elementwise(f, x, begun.center)
    if directions is not None:
        return estimate.by_direction(f, x, begun.center, directions)
    return estimate.by_input(f, x, begun.center)


def _claims(begun: Start, directions: Array | None, inputs: int) -> tuple[Array, Array]:
    """Return what df claims along the tracks, and the rounding of sums over many inputs."""
    if begun.elementwise:
        analytic = begun.analytic[None]
    elif directions is None:
        analytic = begun.analytic.reshape(-1, inputs).T
    else:
        analytic, sizes = along(begun.analytic.reshape(-1, inputs), directions)
        return analytic, MATERIAL * sizes
    return analytic, np.zeros(analytic.shape)


def _doubt(
    survey: Survey, judgement: Judgement, analytic: Array, tolerance: Tolerance, noise: Array
) -> None:
    """Look again at entries that are about to fail, the worst first, until one is sure to."""
    failing = judgement.verdict == _FAIL
    failing &= np.isfinite(analytic) & np.isnan(survey.slopes.left)
    excess = np.abs(analytic - survey.slopes.value) / (survey.slopes.bar + judgement.materiality)
    worst = np.where(failing, excess, -1.0).max(axis=1, initial=-1.0)
    for track in np.argsort(-worst, kind="stable")[:_DOUBTED].tolist():
        if not failing[track].any():
            break
        survey.doubt(track, failing[track], analytic[track])
        again = judge(analytic, survey.slopes, tolerance, noise)
        if (failing[track] & (again.verdict[track] == _FAIL)).any():
            break  # one mistake is enough


def _with_accuracy(
    df: Probe, x: Array, begun: Start, survey: Survey, judgement: Judgement, tolerance: Tolerance
) -> Judgement:
    """Judge again with df's own noise, where df may be the less accurate side."""
    scale = scale_of(x)
    spans = survey.slopes.span / (scale if begun.elementwise else scale[:, None])
    within = spans.min(axis=0)  # all inputs are moved at once
    if not begun.elementwise:
        within = np.repeat(within, len(x))
    noise = derivative_noise(df, x, begun.analytic, scale, within=within)
    noise = noise[None] if begun.elementwise else noise.reshape(-1, len(x)).T
    analytic, _ = _claims(begun, None, len(x))
    again = judge(analytic, survey.slopes, tolerance, noise)
    size = np.fmax(np.abs(analytic), np.abs(survey.slopes.value))
    lossy = (noise > _LOSSY * size) & (judgement.verdict != 0) & np.isfinite(analytic)
    lossy &= np.isnan(survey.slopes.left) & (again.verdict != _FAIL)
    again.verdict[lossy] = _INCONCLUSIVE
    again.reason[lossy] = Reason.ANALYTIC_INACCURATE
    return again
