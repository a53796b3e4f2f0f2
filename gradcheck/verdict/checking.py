"""Answer the question whether a derivative is right."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, overload

import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError, GradientMismatch
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike
from gradcheck.model.registry import Registry
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.diagnosis import diagnose
from gradcheck.verdict.diagnosis.gathering import gather
from gradcheck.verdict.diagnosis.hints import Hints, hints_of
from gradcheck.verdict.directions import require_directions
from gradcheck.verdict.faults import Fault, notes
from gradcheck.verdict.point import Options, Outcome, check_point
from gradcheck.verdict.result import Result, Results
from gradcheck.verdict.state import untouched
from gradcheck.verdict.subject import case_of, cases_in, points_of, tolerance_of
from gradcheck.verdict.summing_up import conclude, entries_of, remarks_on

Array = npt.NDArray[Any]
Function = Callable[..., Any]


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
    constants: Mapping[str, float] | None = ...,
    terms: Mapping[str, Function] | None = ...,
    factors: Mapping[str, Function] | None = ...,
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
    constants: Mapping[str, float] | None = ...,
    terms: Mapping[str, Function] | None = ...,
    factors: Mapping[str, Function] | None = ...,
) -> Results: ...
@overload
def check(
    f: Function,
    df: Function,
    x: npt.ArrayLike | None = ...,
    *,
    rtol: float | None = ...,
    atol: float = ...,
    points: Sequence[npt.ArrayLike] | Array | None = ...,
    domain: DomainLike | Domain = ...,
    directions: int | None = ...,
    entries: Literal["all"] | None = ...,
    seed: int = ...,
    constants: Mapping[str, float] | None = ...,
    terms: Mapping[str, Function] | None = ...,
    factors: Mapping[str, Function] | None = ...,
) -> Result: ...
def check(  # noqa: PLR0913  (the subject, and options that are all named)
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
    constants: Mapping[str, float] | None = None,
    terms: Mapping[str, Function] | None = None,
    factors: Mapping[str, Function] | None = None,
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
    constants : mapping of str to float, optional
        Numbers in f by name, such as {"batch": 32}: a wrong df is compared with them.
    terms : mapping of str to callable, optional
        Functions of x whose sum is f; a term whose derivative is wrong is then named.
    factors : mapping of str to callable, optional
        Functions of x whose product or quotient is f; a wrong product rule is then named.

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
    >>> import numpy as np
    >>> result = check(np.sin, np.cos, 0.7)
    >>> bool(result), result.reason
    (True, <Reason.AGREES: 'agrees'>)
    >>> check(np.sin, lambda x: -np.cos(x), 0.7).verdict
    <Verdict.FAIL: 'fail'>
    """
    if entries not in (None, "all"):
        raise CaseError(f'entries must be "all" or left out, got {entries!r}')
    require_directions(directions)
    options = Options(
        tolerance=tolerance_of(rtol, atol), directions=directions, entries=entries, seed=seed
    )
    hints = hints_of(constants, terms, factors)
    if isinstance(f, Case):
        case = f
    elif not callable(f) and (cases := cases_in(f)) is not None:
        return Results({name: _check(case, options, hints) for name, case in cases.items()})
    else:
        if x is not None and points is not None:
            raise CaseError("give either x or points, not both")
        case = case_of(f, df, points if x is None else [x], domain)
    return _check(case, options, hints)


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
    >>> import numpy as np
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


def _check(case: Case, options: Options, hints: Hints) -> Result:
    """Check a case at all its points."""
    began = time.perf_counter()
    points = points_of(case)
    outcomes: list[Outcome | None] = []
    faults: list[Fault] = []
    remarks: list[str] = []
    evaluations = 0
    output: tuple[int, ...] | None = None
    for point in points:
        f, df = Probe(case, "f", point.shape), Probe(case, "df", point.shape)
        outcome = None
        with untouched():
            try:
                outcome = check_point(f, df, point, options)
            except Fault as fault:
                faults.append(fault)
        outcomes.append(outcome)
        evaluations += f.calls
        if outcome is not None and f.failure:
            remarks.append(f"at a step away from x, {f.failure}; such steps were left out")
        output = f.output if output is None else output
        remarks += notes(f, df)
    entries = entries_of(outcomes)
    verdict, reason, message = conclude(entries, faults, outcomes, points)
    remarks += remarks_on(entries, outcomes, points)
    with untouched():
        evidence = gather(entries, outcomes, points, df, whole(point.shape), hints)
        findings = () if evidence is None else diagnose(evidence)
    return Result(
        case=case if case.points else _with_points(case, points),
        verdict=verdict,
        reason=reason,
        message=message,
        entries=entries,
        evaluations=evaluations,
        output_shape=output,
        seconds=time.perf_counter() - began,
        findings=findings,
        notes=tuple(dict.fromkeys(remarks)),
        elementwise=any(o.elementwise for o in outcomes if o is not None),
        directions=next((o.directions for o in outcomes if o is not None), None),
    )


def _with_points(case: Case, points: tuple[Array, ...]) -> Case:
    """Return the case with the points that were made up for it."""
    return Case(
        case.name, f=case.f, df=case.df, points=points, domain=case.domain, origin=case.origin
    )
