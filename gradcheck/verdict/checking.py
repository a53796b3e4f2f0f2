"""Answer the question whether a derivative is right."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, overload

import numpy.typing as npt

from gradcheck.differences.evaluate import text_of
from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError, GradientMismatch
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike
from gradcheck.model.registry import Registry
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.gathering import gather
from gradcheck.verdict.diagnosis.hints import Hints, hints_of
from gradcheck.verdict.directions import require_directions
from gradcheck.verdict.entrance import Question, question
from gradcheck.verdict.faults import Fault, named, notes
from gradcheck.verdict.point import Options, Outcome, check_point
from gradcheck.verdict.result import Called, Finding, Result, Results
from gradcheck.verdict.sparse import check_sparse
from gradcheck.verdict.state import untouched
from gradcheck.verdict.subject import cases_in, points_of, tolerance_of
from gradcheck.verdict.summing_up import conclude, entries_of, remarks_on
from gradcheck.verdict.tree import on_trees
from gradcheck.verdict.wording import advised, options_text

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
    sparsity: Any = ...,
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
    sparsity: Any = ...,
    seed: int = ...,
    constants: Mapping[str, float] | None = ...,
    terms: Mapping[str, Function] | None = ...,
    factors: Mapping[str, Function] | None = ...,
) -> Results: ...
@overload
def check(
    f: Function,
    df: Function,
    x: Any = ...,
    *,
    rtol: float | None = ...,
    atol: float = ...,
    points: Sequence[Any] | Array | None = ...,
    domain: DomainLike | Domain = ...,
    directions: int | None = ...,
    entries: Literal["all"] | None = ...,
    sparsity: Any = ...,
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
    sparsity: Any = None,
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
        elementwise on arrays, an array of the shape of x. Where x is a tree, a tree like it, of
        arrays of shape ``(*output, *leaf)``.
    x : array_like, or container of such
        The point, of shape `input`. f and df get float64 copies. A dict, a named tuple, any type
        known to optree, and a list or tuple that holds arrays or containers, is a tree: f and df
        get a tree like it, and its entries have names such as "W1[2, 3]".
    rtol : float, optional
        The relative difference that is tolerated, of the larger of the two derivatives. None
        means: as tight as the precision of f and df allows, about 1e-9 at best.
    atol : float
        The absolute difference that is tolerated, in units of the derivative.
    points : sequence of points, optional
        Several points instead of x; three or more in general position find the most mistakes.
    domain : str, Interval, sequence of those, or callable, optional
        Where f is defined, as in `Case`. Without x and points, three points are drawn from it.
    directions : int, optional
        Check along so many random directions instead of entry by entry. On more than 2,000 inputs
        this is what happens unless `entries` says otherwise.
    entries : "all", optional
        Check entry by entry, however many there are.
    sparsity : matrix of shape (outputs, inputs), optional
        Dense or of scipy.sparse; not zero where the derivative may be. Only those entries are
        compared, many columns at a time, and there must be no others. df may return a matrix of
        scipy.sparse then.
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
    if sparsity is not None and (directions is not None or entries is not None):
        raise CaseError("sparsity tells which entries are compared; leave out directions, entries")
    hints = hints_of(constants, terms, factors)
    if not isinstance(f, Case) and not callable(f) and (cases := cases_in(f)) is not None:
        asked = {name: Question(case=case).on(sparsity) for name, case in cases.items()}
        return Results({name: _answer(each, options, hints) for name, each in asked.items()})
    return _answer(question(f, df, x, points, domain).on(sparsity), options, hints)


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


def _answer(asked: Question, options: Options, hints: Hints) -> Result:
    """Check a case at all its points."""
    began = time.perf_counter()
    case, structure, pattern = asked.case, asked.structure, asked.pattern
    options = replace(options, constants=hints.constants)
    if structure is not None:
        options, hints = replace(options, blocks=asked.blocks), on_trees(hints, structure)
    points = points_of(case)
    text = text_of if structure is None else structure.text
    outcomes: list[Outcome | None] = []
    faults: list[Fault] = []
    remarks: list[str] = []
    evaluations = 0
    output: tuple[int, ...] | None = None
    for point in points:
        f, df = (Probe(case, role, point.shape, structure) for role in ("f", "df"))
        outcome = None
        with untouched():
            try:
                outcome = (
                    check_point(f, df, point, options)
                    if pattern is None
                    else check_sparse(f, df, point, pattern, options)
                )
            except Fault as fault:
                faults.append(fault)
        outcomes.append(outcome)
        evaluations += f.calls
        if outcome is not None and f.failure:
            remarks.append(f"at a step away from x, {f.failure}; such steps were left out")
        output = f.output if output is None else output
        remarks += notes(f, df)
    entries = entries_of(outcomes, options.blocks)
    verdict, reason, message = conclude(entries, faults, outcomes, points, text)
    remarks += remarks_on(entries, outcomes, points, text)
    with untouched():
        blocks = options.blocks or whole(point.shape)
        evidence = gather(entries, outcomes, points, df, blocks, hints)
        seen = [finding for outcome in outcomes if outcome for finding in outcome.findings]
        findings = (*named(faults), *(seen or _named_causes(evidence)))
    return Result(
        case=case if case.points else _with_points(case, points),
        verdict=verdict,
        reason=reason,
        message=advised(message, reason, findings),
        entries=entries,
        evaluations=evaluations,
        output_shape=output,
        seconds=time.perf_counter() - began,
        findings=findings,
        notes=tuple(dict.fromkeys(remarks)),
        elementwise=any(o.elementwise for o in outcomes if o is not None),
        directions=next((o.directions for o in outcomes if o is not None), None),
        structure=structure,
        roles=Called(options=_written(options, asked)),
    )


def _named_causes(evidence: Evidence | None) -> tuple[Finding, ...]:
    """Name the mistake; what knows them all is imported where something fails only."""
    if evidence is None:
        return ()
    from gradcheck.verdict.diagnosis.naming import diagnose

    return diagnose(evidence)


def _written(options: Options, asked: Question) -> str:
    """Write the options that a result does not tell."""
    entries = "" if options.entries is None else f'entries="{options.entries}"'
    sparsity = "" if asked.pattern is None else "sparsity=S"
    return options_text(options.tolerance, entries, sparsity)


def _with_points(case: Case, points: tuple[Array, ...]) -> Case:
    """Return the case with the points that were made up for it."""
    return Case(
        case.name, f=case.f, df=case.df, points=points, domain=case.domain, origin=case.origin
    )
