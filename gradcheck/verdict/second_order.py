"""Check second derivatives: the Hessian as a matrix, or as a function that applies it."""

import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.verdict.checking import check
from gradcheck.verdict.examining import examine, failed, without_advice
from gradcheck.verdict.inquiry import Inquiry, Look, inquiry, map_at, points_text
from gradcheck.verdict.linearity import products_differ
from gradcheck.verdict.result import Finding, Reason, Result, Verdict
from gradcheck.verdict.roles import retold, speaking
from gradcheck.verdict.state import untouched
from gradcheck.verdict.summing_up import entries_of
from gradcheck.verdict.symmetry import asymmetric, not_a_gradient, square

Array = npt.NDArray[Any]
Function = Callable[..., Any]

_ROLES = {"f": "df", "df": "hess"}


def check_hessian(  # noqa: PLR0913  (the subject, and options that are all named)
    df: Function,
    hess: Function,
    x: npt.ArrayLike | None = None,
    *,
    points: Sequence[npt.ArrayLike] | Array | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    directions: int | None = None,
    seed: int = 0,
) -> Result:
    """Check a Hessian against differences of the gradient, and for symmetry.

    Parameters
    ----------
    df : callable
        ``df(x)`` returns the gradient, of the shape of x; check it first, with `check`.
    hess : callable
        ``hess(x)`` returns the Hessian, of shape ``(*x.shape, *x.shape)``; or, if it takes two
        arguments, ``hess(x, v)`` returns the Hessian times v, of the shape of x. Arguments are
        copies.
    x : array_like
        The point.
    points : sequence of array_like, optional
        Several points of one shape instead of x.
    rtol, atol : float, optional
        What to tolerate, as in `check`; also of the tests for symmetry and linearity.
    directions : int, optional
        Check along so many random directions. Without it, matrices are checked as in `check`, and
        ``hess(x, v)`` as in `check_jvp`.
    seed : int
        For the random directions.

    Returns
    -------
    Result
        As of `check`, with df as the function and hess as its derivative.

    Raises
    ------
    CaseError
        If the arguments, or what df and hess return, cannot be used.

    Examples
    --------
    >>> df = lambda x: np.array([2 * x[0] * x[1], x[0] ** 2])
    >>> hess = lambda x: np.array([[2 * x[1], 2 * x[0]], [2 * x[0], 0]])
    >>> bool(check_hessian(df, hess, [0.3, 0.7]))
    True
    >>> bool(check_hessian(df, lambda x, v: hess(x) @ v, [0.3, 0.7]))
    True
    """
    with speaking(_ROLES):
        asked = inquiry(
            df, hess, x,
            role="hess", points=points, rtol=rtol, atol=atol, directions=directions, seed=seed,
        )  # fmt: skip
        mistaken = _not_of_the_shape_of_x(asked)
        if mistaken is not None:
            return mistaken
        began = time.perf_counter()
        result = _of_operator(asked) if _takes_a_vector(hess) else _of_matrix(asked)
        result = _with_symmetry(asked, result)
    return replace(
        result,
        evaluations=result.evaluations + len(asked.case.points),  # to see the shape of df
        seconds=time.perf_counter() - began,
        roles=asked.called,
    )


def _takes_a_vector(hess: Function) -> bool:
    """Tell by the signature whether it needs two arguments."""
    try:
        parameters = inspect.signature(hess).parameters.values()
    except (TypeError, ValueError):  # it tells nobody, as some functions written in C
        return False
    positional = {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD}
    needed = [each for each in parameters if each.kind in positional and each.default is each.empty]
    return len(needed) >= 2


def _not_of_the_shape_of_x(asked: Inquiry) -> Result | None:
    """Return the result that df is no gradient, if its value tells so by its shape."""
    for point in asked.case.points:
        df = Probe(asked.case, "f", point.shape)
        with untouched():
            df.at(point)
        if df.output is None or df.output == point.shape:
            continue
        hint = ": is it the function itself?" if df.output in ((), (1,)) else ""
        return Result(
            case=asked.case,
            verdict=Verdict.FAIL,
            reason=Reason.WRONG_SHAPE,
            message=f"df must return the shape of x, {point.shape}, got {df.output}{hint}",
            entries=entries_of([]),
            evaluations=df.calls,
            output_shape=df.output,
            roles=asked.called,
        )
    return None


def _of_matrix(asked: Inquiry) -> Result:
    options = {**asked.options, "directions": asked.directions}
    return retold(without_advice(check(asked.case, **options)), _ROLES)


def _of_operator(asked: Inquiry) -> Result:
    """Check hess(x, v), whose matrix is looked at afterwards if there is one."""
    note = "w · hess(x, v) = v · hess(x, w) for random v, w: hess is symmetric"
    return retold(examine(asked, _symmetry_of_operator(asked), note), _ROLES)


def _symmetry_of_operator(asked: Inquiry) -> Callable[[Look], Finding | None]:
    def symmetry(look: Look) -> Finding | None:
        vectors = asked.vectors(look.point, look.output)
        map_ = map_at(asked, asked.action(), look.point, look.output)
        pairs = list(zip(vectors[::2], vectors[1::2], strict=True))
        products = products_differ((map_, map_), pairs, asked.tolerance)
        if products is None:
            return None
        left, right = products
        return Finding(
            "asymmetric",
            f"hess is not symmetric: w · hess(x, v) = {left:.12g}, but v · hess(x, w) = "
            f"{right:.12g} for random v, w",
            "A",
        )

    return symmetry


def _with_symmetry(asked: Inquiry, result: Result) -> Result:
    """Look at the matrices, claimed and by differences, where they were compared by entries."""
    if any(finding.code in ("not-linear", "argument-order") for finding in result.findings):
        return result
    case, compared = asked.case, 0
    for number, point in reversed(list(enumerate(case.points))):
        found = square(result, number, point.shape)
        if found is None:
            continue
        compared += 1
        where = points_text(case.points, point)
        with np.errstate(all="ignore"):
            claim = asymmetric(found, asked.tolerance)
            gradient, calls = not_a_gradient(case, point, found, asked.tolerance)
        result = replace(result, evaluations=result.evaluations + calls)
        kept = [each for each in (gradient, claim) if each is not None]
        result = failed(_without_products(result, claim), kept, where)
    if compared and result and case.points[0].size > 1:
        note = "hess is symmetric, and so are the differences of df"
        result = replace(result, notes=(*result.notes, note))
    return result


def _without_products(result: Result, claim: Finding | None) -> Result:
    """Drop the finding of the products where the entries are named."""
    if claim is None:
        return result
    kept = tuple(each for each in result.findings if each.code != claim.code)
    return replace(result, findings=kept)
