"""The only place that calls the user's functions: with copies, caught, counted, vectorised.

A function of one number that acts elementwise on arrays is evaluated once on all abscissae. That it
does so is found out, not declared: the whole-array call must agree with calls on single numbers.
"""

import contextlib
import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from gradcheck.differences.whole_arrays import Found, at_once
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain

Array = npt.NDArray[Any]

_FEW = 5
"""So many points are not more calls, one by one, than finding out whether whole arrays will do."""

Shape = tuple[int, ...]


class Status(IntEnum):
    """What became of one abscissa or one row; of several, the largest tells most."""

    OK = 0
    NOT_FINITE = 1
    RAISED = 2
    OUTSIDE_DOMAIN = 3
    STEP_LOST = 4

    @property
    def label(self) -> str:
        """The word that stands in tables."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True, kw_only=True)
class Values:
    """The values of f at many abscissae."""

    values: Array
    """Shape (count, outputs), float64 or complex128; NaN where there is no value."""
    status: npt.NDArray[np.int8]
    """Shape (count,): a `Status` code for each abscissa."""
    output: Shape | None
    """The shape of f(x); None if f never returned."""
    evaluations: int
    """Calls of f; a vectorised call counts as its number of abscissae."""
    failure: str
    """The first exception that f raised, with its place; "" if there was none."""


def evaluate(
    case: Case,
    abscissae: Array,
    *,
    output: Shape | None = None,
    candidates: npt.ArrayLike = (),
) -> Values:
    """Evaluate f at the abscissae.

    Parameters
    ----------
    case : Case
        Whose f is evaluated; its domain excludes abscissae (by their real parts).
    abscissae : array of shape (count, *input)
        Real or complex. f gets a fresh copy each time.
    output : tuple of int, optional
        The shape that f(x) must have, where it is known already.
    candidates : sequence of int, optional
        Abscissae of which the first in the domain tells, besides the first and the last of all,
        whether f acts elementwise.

    Raises
    ------
    CaseError
        If f returns something that is no number and no array of numbers, a complex number for a
        real x, or arrays of different shapes.
    """
    inside = None
    wanted = abscissae
    alone = np.asarray(candidates, dtype=int)
    if not case.domain.is_everywhere:
        inside = contains(case.domain, abscissae.real, name=case.name)
        wanted = abscissae[inside]
        alone = np.cumsum(inside)[alone[inside[alone]]] - 1
    kept = _complex_stays_complex() if abscissae.dtype.kind == "c" else contextlib.nullcontext()
    with np.errstate(all="ignore"), kept:
        number = output is None or output == ()
        place = int(alone[0]) if alone.size else None
        found = at_once(case.f, wanted, alone=place) if number else Found()
        if found.values is None:
            result = _one_by_one(case, wanted, output, found.calls)
        else:
            result = Values(
                values=found.values[:, None],
                status=(~np.isfinite(found.values)).view(np.int8),  # NOT_FINITE is 1
                output=(),
                evaluations=found.calls,
                failure="",
            )
    return result if inside is None else _spread(result, inside)


def evaluate_numbers(case: Case, abscissae: Array, *, out: Array, alone: int | None) -> bool:
    """Evaluate an f that acts elementwise and has a number for every x, on numbers.

    Parameters
    ----------
    abscissae, out : array of shape (count,)
        Where to evaluate, and what takes the values.
    alone : int or None
        Which abscissa tells, besides the first and the last, whether f acts elementwise.

    Returns
    -------
    bool
        False if f is not such a function, or its domain ends between; then `out` means nothing.
    """
    domain = case.domain
    if not (domain.is_everywhere or contains(domain, abscissae, name=case.name).all()):
        return False
    with np.errstate(all="ignore"):
        return at_once(case.f, abscissae, out=out, alone=alone).values is not None


def derivatives_of_numbers(case: Case, points: Array) -> Array | None:
    """Evaluate df at numbers, where it returns numbers; None if `evaluate_derivative` must see.

    Parameters
    ----------
    points : array of shape (count,)
        Where to evaluate.
    """
    if len(points) > _FEW:
        return None
    found = []
    with np.errstate(all="ignore"):
        for point in points:
            value = _call_derivative(case, point)
            if value.ndim:
                return None
            found.append(value)
    return np.array(found)


def _spread(found: Values, inside: npt.NDArray[np.bool_]) -> Values:
    """Put values inside the domain among those outside, which have none."""
    values = np.full((len(inside), found.values.shape[1]), np.nan, dtype=found.values.dtype)
    status = np.full(len(inside), Status.OUTSIDE_DOMAIN, dtype=np.int8)
    values[inside], status[inside] = found.values, found.status
    return replace(found, values=values, status=status)


@contextlib.contextmanager
def _complex_stays_complex() -> Iterator[None]:
    """Make dropping an imaginary part (math.sin, float(x)) an exception, not a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        yield


def evaluate_derivative(case: Case, points: Array, output: Shape) -> Array:
    """Evaluate df at the points and check its shape.

    Parameters
    ----------
    points : array of shape (count, *input)
        Where to evaluate.
    output : tuple of int
        The shape of f(x).

    Returns
    -------
    array of shape (count, outputs, inputs)

    Raises
    ------
    CaseError
        If df raises, or returns anything but real numbers of shape ``(*output, *input)``.
    """
    count, shape = len(points), points.shape[1:]
    outputs, inputs = math.prod(output), math.prod(shape)
    with np.errstate(all="ignore"):
        if output == shape == () and count > _FEW:
            values = at_once(case.df, points).values
            if values is not None:
                return values.reshape(count, 1, 1)
        found = [_jacobian(case, point, output) for point in points]
    return np.array(found).reshape(count, outputs, inputs)


def derivative_output(case: Case, point: Array) -> Shape:
    """Return the shape of f(x) as df(x) tells it, for points where f itself has no value."""
    with np.errstate(all="ignore"):
        value = _call_derivative(case, point)
    outputs = value.ndim - point.ndim
    if outputs < 0 or value.shape[outputs:] != point.shape:
        raise CaseError(_wrong_shape(case, value.shape, point.shape, None))
    return value.shape[:outputs]


def contains(domain: Domain, points: Array, *, name: str) -> npt.NDArray[np.bool_]:
    """Tell which of the points, of shape (count, *input), lie in the domain.

    Raises
    ------
    CaseError
        If the user's predicate raises or gives no truth value.
    """
    inside = domain.box_contains(points)
    if domain.predicate is None:
        return inside
    try:
        with np.errstate(all="ignore"):
            for k in np.flatnonzero(inside).tolist():
                inside[k] = bool(domain.predicate(points[k].copy()))
    except (Exception, SystemExit) as error:
        raise CaseError(
            f"{name}: the domain's predicate must tell for every x whether f is defined there, "
            f"but it raised {words_of(error)}"
        ) from error
    return inside


def _one_by_one(case: Case, abscissae: Array, output: Shape | None, calls: int) -> Values:
    """Evaluate f on single abscissae, after so many calls that found out nothing."""
    count = len(abscissae)
    f, copied = case.f, abscissae.ndim > 1
    status = np.zeros(count, dtype=np.int8)
    places: list[int] = []
    returned: list[Any] = []
    failure = ""
    for k, x in enumerate(abscissae):
        try:
            value = f(x.copy() if copied else x)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (becomes the status of the row)
            status[k] = Status.RAISED
            failure = failure or f"f raised {words_of(error)} at x = {text_of(x)}"
            continue
        kind = type(value)
        if kind is np.float64 or kind is float:  # which need no looking at
            shape: Shape = ()
        else:
            value = as_numbers(case, "f", value, x)
            shape = value.shape
        if output is None:
            output = shape
        if shape != output:
            raise CaseError(
                f"{case.name}: f must return one shape, but it returned {output} before and "
                f"{shape} at x = {text_of(x)}"
            )
        places.append(k)
        returned.append(value)
    values = np.full(
        (count, math.prod(output or ())),
        np.nan,
        dtype=np.result_type(abscissae.dtype, np.float64),
    )
    if len(returned) == count > 0:
        values[...] = np.array(returned).reshape(count, -1)
    elif returned:
        values[places] = np.array(returned).reshape(len(returned), -1)
    status[(status == Status.OK) & ~np.isfinite(values).any(axis=1)] = Status.NOT_FINITE
    return Values(
        values=values,
        status=status,
        output=output if returned else None,
        evaluations=calls + count,
        failure=failure,
    )


def _jacobian(case: Case, point: Array, output: Shape) -> Array:
    value = _call_derivative(case, point)
    if value.shape != (*output, *point.shape):
        raise CaseError(_wrong_shape(case, value.shape, point.shape, (*output, *point.shape)))
    return value


def _call_derivative(case: Case, point: Array) -> Array:
    argument = point[()] if point.ndim == 0 else point.copy()
    try:
        value = case.df(argument)
    except (Exception, SystemExit) as error:
        raise CaseError(
            f"{case.name}: df raised {words_of(error)} at x = {text_of(point)}; "
            "df must return the derivative at every point of the case"
        ) from error
    if type(value) is np.float64:
        number: object = value  # which has all that is asked of an array
        return cast("Array", number)
    return as_numbers(case, "df", value, point)


def as_numbers(
    case: Case, role: str, value: Any, x: Array, text: Callable[[Array], str] | None = None
) -> Array:
    """Return what f or df gave as a float64 (or complex128) array, or say why it cannot be."""
    expected = f"{case.name}: {role} must return a number or a NumPy array of numbers"
    text = text_of if text is None else text
    if value is None:
        raise CaseError(f"{expected}, got None at x = {text(x)}; is a `return` missing?")
    if hasattr(value, "tocsr"):
        raise CaseError(
            f"{expected}, got a sparse matrix of shape {value.shape} at x = {text(x)}; tell where "
            "it may differ from zero, such as check(f, df, x, sparsity=df(x) != 0), or call "
            "toarray()"
        )
    if isinstance(value, list | tuple | dict | str | bytes):
        kind = type(value).__name__
        article = "an" if kind[0] in "aeiou" else "a"
        raise CaseError(
            f"{expected}, got {article} {kind} at x = {text(x)}: {_short(value)}; "
            "return np.array([...])"
        )
    try:
        array = np.asarray(value)
    except (Exception, SystemExit) as error:
        raise CaseError(
            f"{expected}, got {type(value).__name__}, which cannot be made an array: "
            f"{words_of(error)}"
        ) from error
    if array.dtype.kind == "c" and np.asarray(x).dtype.kind != "c":
        raise CaseError(
            f"{expected}, got the complex {_short(value)} for the real x = {text(x)}; "
            "return its real part if that is what is meant"
        )
    if array.dtype.kind not in "fiubc":
        raise CaseError(f"{expected}, got {_short(value)} ({array.dtype}) at x = {text(x)}")
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _wrong_shape(case: Case, got: Shape, point: Shape, expected: Shape | None) -> str:
    shown = "(*output, *input)" if expected is None else expected
    message = (
        f"{case.name}: df must return the shape {shown} (that of f(x), then that of x), got {got}"
    )
    hint = shape_hint(got, point, expected)
    return f"{message}; {hint}" if hint else message


def shape_hint(got: Shape, point: Shape, expected: Shape | None) -> str:
    """Say what to do about a derivative of the wrong shape; "" where nothing comes to mind."""
    hints = {got[::-1]: "return its transpose"}
    if got[-1:] == (1,):
        hints[got[:-1]] = "return df(x)[..., 0]"
    if got[:1] == (1,):
        hints[got[1:]] = "return df(x)[0]"
    if got == point:
        hints[1, *got] = "or let f return a number instead of an array of one"
    if expected in hints:
        return hints[expected]
    if len(point) == 1 and got == point:
        return "for an elementwise function, give numbers as points, not an array"
    return ""


def words_of(error: BaseException) -> str:
    """Write an exception for a message, however long or unwilling it is."""
    try:
        words = str(error)
    except Exception:  # noqa: BLE001  (the exception is the user's, and so is its fault)
        words = "(without words)"
    return f"{type(error).__name__}: {words[:_WORDS]}{'…' if len(words) > _WORDS else ''}"


_WORDS = 200


def text_of(x: Array) -> str:
    """Write a point for a message."""
    return _short(x.tolist())


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
