"""What a derivative of the wrong shape holds: the right numbers, laid out or summed otherwise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate
from gradcheck.differences.probe import Probe
from gradcheck.verdict.directions import LARGE
from gradcheck.verdict.judging import SIGNIFICANT
from gradcheck.verdict.result import Finding

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

_ROUNDING = 1e-9
"""Values agree if they differ by less, relatively, or by the error bar of the differences."""
_COINCIDENCE = -4.0
"""log10 of the chance with which unrelated numbers may agree."""
_AXES = 5
"""Sums are looked for over the axes of Jacobians of up to so many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Relation:
    """Something that the claims may be, made of the true derivative."""

    code: str
    message: str
    claimed: Array
    """The claims, or what they come down to."""
    numeric: Array
    """What they are by differences then."""
    bar: Array
    is_plain: bool = False
    """Whether the shapes alone suggest it."""

    @property
    def agrees(self) -> bool:
        """Whether all numbers agree, and not by chance."""
        size = np.maximum(np.abs(self.claimed), np.abs(self.numeric))
        width = SIGNIFICANT * self.bar + _ROUNDING * size
        error = np.abs(self.claimed - self.numeric)
        if not (error <= width).all() or not size.any():
            return False
        share = np.minimum(1.0, width[size > 0] / size[size > 0])
        return float(np.log10(share).sum()) <= _COINCIDENCE


def findings_of(
    f: Probe, point: Array, center: Array, df: Array, constants: Mapping[str, float]
) -> tuple[Finding, ...]:
    """Name what a derivative of the wrong shape is, if that can be told.

    Parameters
    ----------
    f : Probe
        The function.
    point : array of shape `input`
        The point.
    center : array of shape (outputs,)
        f(x).
    df : array
        The derivative in the shape that it was given.
    constants : mapping of str to float
        Numbers that the caller named.
    """
    output = f.output or ()
    expected = (*output, *point.shape)
    few = point.size <= LARGE and np.isfinite(df).all()
    numeric, bar = _derivative(f, point, center) if few else np.full((2, *expected), np.nan)
    with np.errstate(all="ignore"):
        relations = list(_relations(df, numeric, bar, output))
        certain = next((each for each in relations if few and each.agrees), None)
    if certain is not None:
        return _named(certain.code, certain.message, "A")
    for each in relations:
        if each.is_plain:
            doubt = "; its numbers are wrong as well" if few else ""
            return _named(each.code, f"by its shape, {each.message}{doubt}", "B")
    return _of_constants(df, expected, constants)


def _named(code: str, message: str, certainty: Literal["A", "B"]) -> tuple[Finding, ...]:
    return (Finding(code, message, certainty),)


def _derivative(f: Probe, point: Array, center: Array) -> tuple[Array, Array]:
    """Return the derivative by differences and its bar, in the shape that df should have."""
    found = estimate.by_input(f, point.reshape(-1), center).slopes
    shape = (*(f.output or ()), *point.shape)
    return found.value.T.reshape(shape), found.bar.T.reshape(shape)


def _relations(df: Array, numeric: Array, bar: Array, output: Shape) -> Iterator[_Relation]:
    """Yield what the shape allows the claims to be, the likeliest first."""
    expected, first = numeric.shape, len(output)
    exchanged = (*range(first, len(expected)), *range(first))
    for axes in dict.fromkeys((exchanged, tuple(reversed(range(len(expected)))))):
        if len(axes) > 1 and axes != tuple(range(len(axes))):
            yield from _turned(df, numeric.transpose(axes), bar.transpose(axes), of_both=first > 0)
    if df.size == numeric.size:
        shape = ", ".join(map(str, expected)) or "()"
        yield _Relation(
            code="shape",
            message=f"df is right but for its shape: return df(x).reshape({shape})",
            claimed=df.reshape(expected),
            numeric=numeric,
            bar=bar,
        )
    inputs = expected[first:]
    if output and prod(output) == prod(inputs) and df.shape in (output, inputs):
        square = (df.size, df.size)
        yield _Relation(
            code="diagonal-only",
            message="df is the diagonal of the Jacobian only, but f is not elementwise",
            claimed=df.reshape(-1),
            numeric=np.diagonal(numeric.reshape(square)),
            bar=np.diagonal(bar.reshape(square)),
        )
    yield from _not_summed(df, numeric, bar)
    yield from _summed(df, numeric, bar, first)


def _turned(df: Array, numeric: Array, bar: Array, *, of_both: bool) -> Iterator[_Relation]:
    """Yield that df has its axes in another order, or was flattened with them in that order."""
    if df.size != numeric.size:
        return
    is_transposed = df.shape == numeric.shape
    what = "df is the transposed Jacobian" if of_both else "df is transposed"
    advice = "its first axes belong to f(x), its last to x" if of_both else "return df(x).T"
    yield _Relation(
        code="transposed" if is_transposed else "flatten-order",
        message=f"{what}: {advice}"
        if is_transposed
        else f"{what} and flattened, of shape {numeric.shape} before",
        claimed=df.reshape(numeric.shape),
        numeric=numeric,
        bar=bar,
        is_plain=is_transposed,
    )


def _not_summed(df: Array, numeric: Array, bar: Array) -> Iterator[_Relation]:
    """Yield that df has an axis too many, over which it should be summed."""
    for axis in range(df.ndim):
        if df.shape[:axis] + df.shape[axis + 1 :] != numeric.shape:
            continue
        for name, values in (("sum", df.sum(axis=axis)), ("mean", df.mean(axis=axis))):
            yield _Relation(
                code="wrong-axis",
                message=f"df is not summed over its axis {axis}: return df(x).{name}(axis={axis})",
                claimed=values,
                numeric=numeric,
                bar=bar,
            )


def _summed(df: Array, numeric: Array, bar: Array, first: int) -> Iterator[_Relation]:
    """Yield that df is summed over axes of the derivative."""
    if numeric.ndim > _AXES:
        return
    for count in range(1, numeric.ndim + 1):
        for over in combinations(range(numeric.ndim), count):
            total, width = numeric.sum(axis=over), bar.sum(axis=over)
            if df.size != total.size or df.size == numeric.size:
                continue
            if tuple(n for n in df.shape if n > 1) != tuple(n for n in total.shape if n > 1):
                continue
            names = " and ".join(
                f"axis {k} of f" if k < first else f"axis {k - first} of x" for k in over
            )
            number = prod(numeric.shape[k] for k in over)
            for noun, scale in (("sum", 1.0), ("mean", 1 / number)):
                yield _Relation(
                    code="wrong-axis",
                    message=f"df is the {noun} of the derivative over {names}: "
                    "reduce over other axes, or not at all",
                    claimed=df.reshape(total.shape),
                    numeric=scale * total,
                    bar=scale * width,
                )


def _of_constants(
    df: Array, expected: Shape, constants: Mapping[str, float]
) -> tuple[Finding, ...]:
    """Name a wrong axis by its length, where the caller gave that a name."""
    names = {value: name for name, value in constants.items() if value not in expected}
    for axis, length in enumerate(df.shape):
        if length in names and length > 1:
            message = (
                f"axis {axis} of df has the length {names[length]} = {length}, but df should have "
                "the axes of f(x) and x alone: it is summed over another axis, or not summed"
            )
            return _named("wrong-axis", message, "B")
    return ()
