"""`check`: is this derivative right?"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate
from gradcheck.differences.evaluate import text_of
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Slopes, Survey
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError, GradientMismatch
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike
from gradcheck.model.registry import Registry
from gradcheck.verdict import wording
from gradcheck.verdict.accuracy import derivative_noise
from gradcheck.verdict.directions import DEFAULT, LARGE, along, random_directions
from gradcheck.verdict.faults import Fault, Start, finish, notes, start
from gradcheck.verdict.judging import Judgement, Tolerance, judge
from gradcheck.verdict.result import VERDICTS, Entries, Reason, Result, Results, Verdict
from gradcheck.verdict.state import untouched
from gradcheck.verdict.subject import case_of, cases_in, points_of, speciality, tolerance_of

Array = npt.NDArray[Any]
Function = Callable[..., Any]

_DOUBTED = 8
"""So many of the worst entries are looked at again before they may fail."""


@overload
def check(
    f: Case,
    /,
    *,
    rtol: float | None = ...,
    atol: float = ...,
    directions: int | None = ...,
    entries: Literal["all"] | None = ...,
    seed: int = ...,
) -> Result: ...
@overload
def check(
    f: Registry | Iterable[Case],
    /,
    *,
    rtol: float | None = ...,
    atol: float = ...,
    directions: int | None = ...,
    entries: Literal["all"] | None = ...,
    seed: int = ...,
) -> Results: ...
@overload
def check(
    f: Function,
    df: Function,
    x: npt.ArrayLike | None = ...,
    *,
    rtol: float | None = ...,
    atol: float = ...,
    points: Sequence[npt.ArrayLike] | None = ...,
    domain: DomainLike | Domain = ...,
    directions: int | None = ...,
    entries: Literal["all"] | None = ...,
    seed: int = ...,
) -> Result: ...
def check(
    f: Any,
    df: Any = None,
    x: Any = None,
    *,
    rtol: float | None = None,
    atol: float = 0.0,
    points: Any = None,
    domain: DomainLike | Domain = None,
    directions: int | None = None,
    entries: Literal["all"] | None = None,
    seed: int = 0,
) -> Result | Results:
    """Check the derivative df of f against differences, with error bars.

    Every entry of the derivative is estimated from values of f alone, with a bound for the error
    of the estimate. An entry fails if df differs from it by more than the bar (significantly) and
    by more than is put down to rounding (materially); where the bar is wider than the question,
    the outcome is inconclusive.

    Parameters
    ----------
    f : callable, Case, or collection of cases
        ``f(x)`` returns a number or an array of shape `output`.
    df : callable
        ``df(x)`` returns the derivative, of shape ``(*output, *input)``; or, for an f that acts
        elementwise on arrays, an array of the shape of x.
    x : array_like
        The point, of shape `input`. f and df get float64 copies.
    rtol : float, optional
        The relative difference that is tolerated, of the larger of the two derivatives. None
        means: as tight as the precision of f and df allows, about 1e-9 at best.
    atol : float
        The absolute difference that is tolerated, in units of the derivative.
    points : sequence of array_like, optional
        Several points instead of x; three or more in general position find the most mistakes.
    domain : str, Interval, sequence of those, or callable, optional
        Where f is defined, as in `Case`. Without x and points, three points are drawn from it.
    directions : int, optional
        Check along so many random directions instead of entry by entry. On more than 2,000 inputs
        this is what happens unless `entries` says otherwise.
    entries : "all", optional
        Check entry by entry, however many there are.
    seed : int
        For the directions.

    Returns
    -------
    Result
        True in a condition if the derivative passes; or `Results` by name for several cases.

    Raises
    ------
    CaseError
        If the arguments, or what f and df return, cannot be used.

    Examples
    --------
    >>> result = check(np.sin, np.cos, 0.7)
    >>> bool(result), result.reason
    (True, <Reason.AGREES: 'agrees'>)
    >>> check(np.sin, lambda x: -np.cos(x), 0.7).verdict
    <Verdict.FAIL: 'fail'>
    """
    if entries not in (None, "all"):
        raise CaseError(f'entries must be "all" or left out, got {entries!r}')
    options = _Options(
        tolerance=tolerance_of(rtol, atol), directions=directions, entries=entries, seed=seed
    )
    if isinstance(f, Case):
        case = f
    elif not callable(f) and (cases := cases_in(f)) is not None:
        return Results({name: _check(case, options) for name, case in cases.items()})
    else:
        if x is not None and points is not None:
            raise CaseError("give either x or points, not both")
        case = case_of(f, df, points if x is None else [x], domain)
    return _check(case, options)


def assert_gradient(f: Any, df: Any = None, x: Any = None, **options: Any) -> Result:
    """Check a derivative, and raise where it does not pass.

    Parameters
    ----------
    f, df, x, **options
        As for `check`.

    Returns
    -------
    Result
        The result, where it passes.

    Raises
    ------
    GradientMismatch
        An AssertionError that shows the worst entries, if the outcome is not PASS.
    CaseError
        As `check`.

    Examples
    --------
    >>> assert_gradient(np.sin, np.cos, 0.7)
    <Result 'sin': pass (agrees)>
    """
    __tracebackhide__ = True
    result = check(f, df, x, **options)
    if not result:
        raise GradientMismatch("\n\n".join(map(str, _not_passed(result))))
    return result


def _not_passed(result: Result | Results) -> list[Result]:
    found = [result] if isinstance(result, Result) else list(result.values())
    return [one for one in found if not one]


@dataclass(frozen=True, kw_only=True)
class _Options:
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
class _Outcome:
    """What one point showed; the arrays have the shape (tracks, outputs)."""

    analytic: Array
    slopes: Slopes
    judgement: Judgement
    directions: Array | None
    elementwise: bool


def _check(case: Case, options: _Options) -> Result:
    """Check a case at all its points."""
    began = time.perf_counter()
    points = points_of(case)
    outcomes: list[_Outcome | None] = []
    faults: list[Fault] = []
    remarks: list[str] = []
    evaluations = 0
    output: tuple[int, ...] | None = None
    for point in points:
        f, df = Probe(case, "f", point.shape), Probe(case, "df", point.shape)
        outcome = None
        with untouched():
            try:
                outcome = _check_point(f, df, point, options)
            except Fault as fault:
                faults.append(fault)
        outcomes.append(outcome)
        evaluations += f.calls
        if outcome is not None and f.failure:
            remarks.append(f"at a step away from x, {f.failure}; such steps were left out")
        output = f.output if output is None else output
        remarks += notes(f, df)
    entries = _entries(outcomes)
    verdict, reason, message = _conclude(entries, faults, outcomes, points)
    significant = np.concatenate(
        [o.judgement.significant.T.reshape(-1) for o in outcomes if o is not None]
        or [np.empty(0, dtype=bool)]
    )
    remarks += _remarks(entries, significant, outcomes, points)
    return Result(
        case=case if case.points else _with_points(case, points),
        verdict=verdict,
        reason=reason,
        message=message,
        entries=entries,
        evaluations=evaluations,
        output_shape=output,
        seconds=time.perf_counter() - began,
        notes=tuple(dict.fromkeys(remarks)),
        elementwise=any(o.elementwise for o in outcomes if o is not None),
        directions=next((o.directions for o in outcomes if o is not None), None),
    )


def _check_point(f: Probe, df: Probe, point: Array, options: _Options) -> _Outcome:
    """Check at one point: faults first, then estimates, then the verdict on every entry."""
    begun = start(f, df, point)
    x = point.reshape(-1)
    count = None if begun.elementwise else options.count(len(x))
    directions = None if count is None else random_directions(count, scale_of(x), options.seed)
    survey = _survey(f, x, begun, directions)
    finish(f, df, point, begun)
    analytic, noise = _claims(begun, directions, len(x))
    judgement = judge(analytic, survey.slopes, options.tolerance, noise)
    if (judgement.verdict == VERDICTS.index(Verdict.FAIL)).any():
        _doubt(survey, judgement, analytic)
        judgement = judge(analytic, survey.slopes, options.tolerance, noise)
    if directions is None and (judgement.verdict != 0).any():
        judgement = _with_accuracy(df, x, begun, survey, judgement, options.tolerance)
    return _Outcome(
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
        return analytic, 1e-9 * sizes
    return analytic, np.zeros(analytic.shape)


def _doubt(survey: Survey, judgement: Judgement, analytic: Array) -> None:
    """Look again at the entries that are about to fail, the worst first."""
    failing = judgement.verdict == VERDICTS.index(Verdict.FAIL)
    failing &= np.isfinite(analytic) & np.isnan(survey.slopes.left)
    excess = np.abs(analytic - survey.slopes.value) / (survey.slopes.bar + judgement.materiality)
    worst = np.where(failing, excess, -1.0).max(axis=1, initial=-1.0)
    for track in np.argsort(-worst, kind="stable")[:_DOUBTED].tolist():
        if failing[track].any():
            survey.doubt(track, failing[track])


def _with_accuracy(
    df: Probe, x: Array, begun: Start, survey: Survey, judgement: Judgement, tolerance: Tolerance
) -> Judgement:
    """Judge again with df's own noise, where df may be the less accurate side."""
    noise = derivative_noise(df, x, begun.analytic, scale_of(x))
    noise = noise[None] if begun.elementwise else noise.reshape(-1, len(x)).T
    analytic, _ = _claims(begun, None, len(x))
    again = judge(analytic, survey.slopes, tolerance, noise)
    size = np.fmax(np.abs(analytic), np.abs(survey.slopes.value))
    lossy = (noise > _LOSSY * size) & (judgement.verdict != 0) & np.isfinite(analytic)
    lossy &= np.isnan(survey.slopes.left) & (again.verdict != VERDICTS.index(Verdict.FAIL))
    again.verdict[lossy] = VERDICTS.index(Verdict.INCONCLUSIVE)
    again.reason[lossy] = Reason.ANALYTIC_INACCURATE
    return again


_LOSSY = 1e-3
"""A derivative whose values scatter by more than this share has lost its digits."""


def _entries(outcomes: Sequence[_Outcome | None]) -> Entries:
    """Lay the points' entries one after the other, by point, output and input."""
    parts: dict[str, list[Array]] = {}
    for number, outcome in enumerate(outcomes):
        if outcome is None:
            continue
        tracks, outputs = outcome.analytic.shape
        inputs = np.arange(tracks)
        if outcome.elementwise:
            inputs = np.arange(outputs)
        columns = {
            "point": np.full(tracks * outputs, number, dtype=np.intp),
            "output": np.repeat(np.arange(outputs), tracks),
            "input": np.tile(inputs, 1 if outcome.elementwise else outputs),
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
    return Entries(**{name: np.concatenate(values) for name, values in parts.items()})


def _conclude(
    entries: Entries,
    faults: Sequence[Fault],
    outcomes: Sequence[_Outcome | None],
    points: Sequence[Array],
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
    message = wording.sentence(gravest, reason)
    outcome = outcomes[int(entries.point[row])]
    if reason is Reason.KINK and outcome is not None:
        output = int(entries.output[row])
        track = 0 if outcome.elementwise else int(entries.input[row])
        left, right = outcome.slopes.left[track, output], outcome.slopes.right[track, output]
        if np.isfinite(left):
            message = wording.kink_sentence(float(entries.analytic[row]), left, right)
    if len(points) > 1:
        message = f"At x = {text_of(points[int(entries.point[row])])}: {message}"
    return gravest, reason, message


def _remarks(
    entries: Entries,
    significant: Array,
    outcomes: Sequence[_Outcome | None],
    points: Sequence[Array],
) -> list[str]:
    """Return what else is worth knowing."""
    found = [wording.immaterial(entries, significant)]
    for outcome in outcomes:
        if outcome is None:
            continue
        if outcome.elementwise:
            found.append("f acts elementwise: df is compared with the diagonal of the Jacobian")
        if outcome.directions is not None:
            count, inputs = outcome.directions.shape
            found.append(wording.detection_power(count, inputs))
    general = [point for point in points if not speciality(point)]
    if not general:
        found.append(wording.special_point(points[0], speciality(points[0])))
    return [remark for remark in found if remark]


def _with_points(case: Case, points: tuple[Array, ...]) -> Case:
    """Return the case with the points that were made up for it."""
    return Case(
        case.name, f=case.f, df=case.df, points=points, domain=case.domain, origin=case.origin
    )
