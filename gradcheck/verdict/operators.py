"""Check functions that apply a derivative to a vector: Jacobian-vector and vector-Jacobian."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.action import Action
from gradcheck.differences.evaluate import text_of
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.examining import Extra, examine
from gradcheck.verdict.inquiry import Inquiry, Look, inquiry
from gradcheck.verdict.linearity import products_differ
from gradcheck.verdict.result import Finding, Result
from gradcheck.verdict.roles import speaking

Array = npt.NDArray[Any]
Function = Callable[..., Any]

_PRODUCTS = 3
"""So many pairs of vectors are multiplied."""


def check_jvp(  # noqa: PLR0913  (the subject, and options that are all named)
    f: Function,
    jvp: Function,
    x: npt.ArrayLike | None = None,
    *,
    points: Sequence[npt.ArrayLike] | Array | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    directions: int | None = None,
    seed: int = 0,
) -> Result:
    """Check a function that returns the derivative of f along a vector, J v.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns a number or an array.
    jvp : callable
        ``jvp(x, v)``, for v of the shape of x, returns the derivative of f at x along v, of the
        shape of f(x); linear in v. Both arguments are copies.
    x : array_like
        The point.
    points : sequence of array_like, optional
        Several points of one shape instead of x.
    rtol, atol : float, optional
        What to tolerate, as in `check`; also of the test for linearity.
    directions : int, optional
        Apply it to so many random vectors. Without it, up to 50 inputs are looked at one by one;
        more are looked at along 3 random vectors, at a cost that does not depend on their number.
    seed : int
        For the random vectors.

    Returns
    -------
    Result
        As of `check`: entries of the Jacobian, or derivatives along the random vectors.

    Raises
    ------
    CaseError
        If the arguments, or what f and jvp return, cannot be used.

    Examples
    --------
    >>> result = check_jvp(np.sin, lambda x, v: np.cos(x) * v, np.array([0.3, 0.7]))
    >>> bool(result)
    True
    >>> check_jvp(np.sin, lambda x, v: np.cos(x) * v**2, np.array([0.3, 0.7])).findings[0].code
    'not-linear'
    """
    asked = inquiry(
        f, jvp, x, role="jvp", points=points, rtol=rtol, atol=atol, directions=directions, seed=seed
    )
    return examine(asked)


def check_vjp(  # noqa: PLR0913  (the subject, and options that are all named)
    f: Function,
    vjp: Function,
    x: npt.ArrayLike | None = None,
    *,
    jvp: Function | None = None,
    points: Sequence[npt.ArrayLike] | Array | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    directions: int | None = None,
    seed: int = 0,
) -> Result:
    """Check a function that returns the transposed Jacobian times a vector, Jᵀ w.

    Parameters
    ----------
    f : callable
        ``f(x)`` returns a number or an array.
    vjp : callable
        ``vjp(x, w)``, for w of the shape of f(x), returns the gradient of the product of w and f,
        of the shape of x; linear in w. Both arguments are copies.
    x : array_like
        The point.
    jvp : callable, optional
        As for `check_jvp`. The two must then be adjoint, w · jvp(x, v) = vjp(x, w) · v, to
        rounding, however roughly differences of f can tell.
    points : sequence of array_like, optional
        Several points of one shape instead of x.
    rtol, atol : float, optional
        What to tolerate, as in `check`; also of the tests for linearity and adjointness.
    directions : int, optional
        Compare along so many random directions of x, as in `check`.
    seed : int
        For the random vectors.

    Returns
    -------
    Result
        As of `check`. Up to 50 outputs are looked at one by one; of more, the products with 3
        random vectors.

    Raises
    ------
    CaseError
        If the arguments, or what the functions return, cannot be used.

    Examples
    --------
    >>> result = check_vjp(np.sin, lambda x, w: np.cos(x) * w, np.array([0.3, 0.7]))
    >>> bool(result)
    True
    """
    asked = inquiry(
        f, vjp, x, role="vjp", points=points, rtol=rtol, atol=atol, directions=directions, seed=seed
    )
    if jvp is None:
        return examine(asked)
    if not callable(jvp):
        raise CaseError(f"jvp must be a function, got {jvp!r}")
    note = f"dot-product test: w · jvp(x, v) = vjp(x, w) · v for {_PRODUCTS} random pairs v, w"
    asked = replace(asked, also="jvp=jvp")
    return examine(asked, _adjointness(asked, jvp), note)


def _adjointness(asked: Inquiry, jvp: Function) -> Extra:
    """Return the dot-product test."""

    def adjoint(look: Look) -> Finding | None:
        point, output = look.point, look.output
        forward = Action(jvp, asked.case.name, "jvp").at(point, point.shape)
        backward = asked.action().at(point, output)
        scale = scale_of(point.reshape(-1))
        ones = np.ones(int(np.prod(output)))
        vs = Directions(blocks=whole(point.shape), each=_PRODUCTS, scale=scale, seed=asked.seed + 1)
        ws = Directions(blocks=whole(output), each=_PRODUCTS, scale=ones, seed=asked.seed + 2)
        with speaking({"f": "jvp", "x": "v"}):
            value = forward.at(vs[0])
        if value is None or forward.output != output or not np.isfinite(value).all():
            raise CaseError(
                f"jvp must return finite numbers of f's shape {output} at x = {text_of(point)}; "
                "check it first: gc.check_jvp(f, jvp, x)"
            )
        pairs = list(zip(vs, ws, strict=True))
        products = products_differ((forward, backward), pairs, asked.tolerance)
        if products is None:
            return None
        left, right = products
        return Finding(
            "not-adjoint",
            f"vjp is not the adjoint of jvp: w · jvp(x, v) = {left:.12g}, but vjp(x, w) · v = "
            f"{right:.12g} for random v, w",
            "A",
        )

    return adjoint
