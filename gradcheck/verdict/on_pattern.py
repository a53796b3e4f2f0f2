"""What df claims of a sparse Jacobian, on the pattern and outside it."""

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.grouping import Pattern
from gradcheck.differences.probe import Refusal
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.faults import Fault
from gradcheck.verdict.result import Finding, Reason, Verdict

Array = npt.NDArray[Any]

_LISTED = 4
"""So many places outside the pattern are listed."""


def sparse_case(case: Case, pattern: Pattern) -> Case:
    """Return the case with a df whose values are those on the pattern, in its order.

    A derivative of another shape, and one that is not zero outside the pattern, is refused.
    """

    def claims(x: Array) -> Any:
        value = call(x)
        try:
            return _on_pattern(value, pattern, np.shape(x))
        except (Fault, CaseError) as error:
            return Refusal(error)

    call = case.df
    return Case(
        case.name, f=case.f, df=claims, points=case.points, domain=case.domain, origin=case.origin,
        special_points=case.special_points,
    )  # fmt: skip


def _on_pattern(value: Any, pattern: Pattern, inputs: tuple[int, ...]) -> Any:
    """Return the values of a derivative by x of shape `inputs` on the pattern.

    Raises
    ------
    Fault
        If it has another shape, or a value outside.
    """
    import scipy.sparse

    if not scipy.sparse.issparse(value):
        return _dense_on_pattern(value, pattern, inputs)
    if value.shape != pattern.shape:
        raise _wrong_shape(value.shape, pattern)
    rows = value.tocsr()
    if not rows.has_canonical_format:
        rows = rows.copy()
        rows.sum_duplicates()
    data = rows.data
    if data.dtype.kind not in "biuf":
        raise CaseError(f"df must return real numbers, got a sparse matrix of {data.dtype}")
    same = len(rows.indices) == len(pattern) and np.array_equal(rows.indices, pattern.columns)
    if same and np.array_equal(rows.indptr, pattern.starts):
        return np.array(data, dtype=np.float64)
    places = np.repeat(np.arange(pattern.shape[0]), np.diff(rows.indptr)) * pattern.shape[1]
    return _matched(places + rows.indices, data, pattern)


def _dense_on_pattern(value: Any, pattern: Pattern, inputs: tuple[int, ...]) -> Any:
    if isinstance(value, list | tuple | dict | str | bytes):
        return value  # which is refused like that of any df
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        return value
    outputs = array.shape[: array.ndim - len(inputs)]
    fits = (*outputs, *inputs) == array.shape and prod(outputs) == pattern.shape[0]
    if array.shape != pattern.shape and not fits:
        raise _wrong_shape(array.shape, pattern)
    flat = array.reshape(-1)
    places = np.flatnonzero(flat)
    return _matched(places, flat[places], pattern)


def _matched(places: Array, data: Array, pattern: Pattern) -> Array:
    """Lay values at positions of the flattened matrix out in the order of the pattern."""
    where = np.searchsorted(pattern.keys, places)
    inside = np.zeros(len(places), dtype=bool)
    if len(pattern):
        inside = pattern.keys[np.minimum(where, len(pattern) - 1)] == places
    outside = places[~inside & (data != 0)]
    if len(outside):
        shown = ", ".join(str(divmod(int(k), pattern.shape[1])) for k in outside[:_LISTED])
        more = f" and {len(outside) - _LISTED:,} more" if len(outside) > _LISTED else ""
        text = f"df is not zero at {shown}{more} (row, column), outside the pattern"
        raise Fault(
            Verdict.FAIL,
            Reason.SPARSITY,
            f"{text}; correct df, or the pattern",
            (Finding("sparsity", text, "A"),),
        )
    values = np.zeros(len(pattern))
    values[where[inside]] = data[inside]
    return values


def _wrong_shape(shape: tuple[int, ...], pattern: Pattern) -> Fault:
    return Fault(
        Verdict.FAIL,
        Reason.WRONG_SHAPE,
        f"df must return the shape of the pattern, {pattern.shape}, got {shape}"
        + ("; it is transposed" if shape == pattern.shape[::-1] else ""),
    )
