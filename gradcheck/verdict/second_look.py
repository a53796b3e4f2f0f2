"""A second look at what is about to fail: many more steps before a derivative is accused."""

from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from gradcheck.differences.slopes import Slopes, Survey
from gradcheck.verdict.judging import Judgement, Tolerance, judge
from gradcheck.verdict.result import VERDICTS, Reason, Verdict

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Record = TypeVar("Record", Slopes, Judgement)

_DOUBTED = 8
"""So many of the worst tracks are looked at again before they may fail."""
_OVERWHELMING = 100.0
"""A difference of so many bounds needs no second look where f is smooth along a direction."""
_LOSSY = 1e-3
"""A derivative whose values scatter by more than this share has lost its digits."""
_FAIL, _INCONCLUSIVE = VERDICTS.index(Verdict.FAIL), VERDICTS.index(Verdict.INCONCLUSIVE)


def clear(judgement: Judgement, analytic: Array, slopes: Slopes) -> Bools:
    """Tell which entries pass, or differ by so much that no second look is needed."""
    passes: Bools = judgement.verdict == 0
    if passes.all():
        return passes
    bound = slopes.bar + judgement.materiality
    return np.asarray(passes | (np.abs(analytic - slopes.value) > _OVERWHELMING * bound))


def with_columns(record: Record, outputs: Array, other: Record) -> Record:
    """Return a record of arrays over tracks and outputs, some outputs taken from another one."""
    changed = {}
    for each in fields(record):
        values = np.array(getattr(record, each.name))
        values[:, outputs] = getattr(other, each.name)
        changed[each.name] = values
    return replace(record, **changed)


def columns(record: Record, outputs: Array) -> Record:
    """Return a record of arrays over tracks and outputs for some outputs alone."""
    chosen = {each.name: getattr(record, each.name)[:, outputs] for each in fields(record)}
    return replace(record, **chosen)


def exchanged(record: Record, where: Bools, other: Record, outputs: Array) -> Record:
    """Return a record of arrays over some outputs, in some places as in a record of all."""
    if not where.any():
        return record
    changed = {
        each.name: np.where(
            where, getattr(other, each.name)[:, outputs], getattr(record, each.name)
        )
        for each in fields(record)
    }
    return replace(record, **changed)


def judged(survey: Survey, analytic: Array, tolerance: Tolerance, noise: Array) -> Judgement:
    """Judge, after a second look at what is about to fail.

    Parameters
    ----------
    survey : Survey
        The estimates, which the second look may correct.
    analytic, noise : array of shape (tracks, outputs)
        What df claims, and its noise.
    tolerance : Tolerance
        What the caller tolerates.
    """
    judgement = judge(analytic, survey.slopes, tolerance, noise)
    if not (judgement.verdict == _FAIL).any():
        return judgement
    _doubt(survey, judgement, analytic, tolerance, noise)
    return judge(analytic, survey.slopes, tolerance, noise)


def with_accuracy(
    judgement: Judgement, analytic: Array, slopes: Slopes, tolerance: Tolerance, noise: Array
) -> Judgement:
    """Judge again with df's own noise, where df may be the less accurate side.

    Parameters
    ----------
    judgement : Judgement
        That without it.
    analytic, noise : array of shape (tracks, outputs)
        What df claims, and its noise as it was measured.
    slopes : Slopes
        The derivatives by differences.
    tolerance : Tolerance
        What the caller tolerates.
    """
    again = judge(analytic, slopes, tolerance, noise)
    size = np.fmax(np.abs(analytic), np.abs(slopes.value))
    lossy = (noise > _LOSSY * size) & (judgement.verdict != 0) & np.isfinite(analytic)
    lossy &= np.isnan(slopes.left) & (again.verdict != _FAIL)
    again.verdict[lossy] = _INCONCLUSIVE
    reason = np.where(lossy, np.array(Reason.ANALYTIC_INACCURATE, dtype=object), again.reason)
    return replace(again, reason=reason)


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
