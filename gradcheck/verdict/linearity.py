"""Tell to rounding whether a map is linear, or one map the adjoint of another.

What rounding amounts to is taken from the sizes of what is added up and, where that does not
explain a difference, from the noise of the map itself, measured at neighbouring vectors: a map that
computes in float32 is linear to seven digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import scale_of
from gradcheck.verdict.accuracy import derivative_noise
from gradcheck.verdict.judging import Tolerance
from gradcheck.verdict.result import Finding

Array = npt.NDArray[Any]
Values = tuple[Array, ...]
"""What a map gives for two vectors, for a combination of them, and for 0."""

_A, _B = 0.75, -1.25
_ROUNDING = 2.0**-44
"""Rounding, relative to the sizes of what is added up."""
_NOISE = 64.0
"""So many levels of noise are no defect: levels are estimates."""

_MOST = 0.9
SINGLE = 2.0**-24
"""The rounding of a float32."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """How the map is spoken of."""

    role: str
    """Such as "jvp"."""
    vector: str
    """What its vector is called: "v", or "w"."""

    def of(self, argument: str) -> str:
        """Write a call: "jvp(x, 2 v)"."""
        return f"{self.role}(x, {argument})"


def not_linear(
    map_: Probe, vectors: Sequence[Array], tolerance: Tolerance, words: Words
) -> Finding | None:
    """Return the finding that a map is not linear; None if it is, to rounding.

    Parameters
    ----------
    map_ : Probe
        The map, a function of the vector.
    vectors : sequence of arrays of shape (size,)
        An even number of vectors in general position, at which it is finite.
    tolerance : Tolerance
        What the caller tolerates.
    words : Words
        How to speak of it.
    """
    for u, v in zip(vectors[::2], vectors[1::2], strict=True):
        message = _defect(map_, u, v, tolerance, words)
        if message:
            return Finding("not-linear", message, "A")
    return None


def _defect(map_: Probe, u: Array, v: Array, tolerance: Tolerance, words: Words) -> str:
    """Say in what way the map is not linear, as two vectors show; "" if they do not."""
    found = [map_.at(each) for each in (u, v, _A * u + _B * v, 0 * u)]
    values = tuple(np.full(1, np.nan) if y is None else y for y in found)
    at_u, at_v, _, at_zero = values
    must = f"{words.role} must be linear in {words.vector}"
    if not np.isfinite(at_zero).all():
        return f"{words.of('0')} is not finite, and must be 0: {must}"
    if not all(np.isfinite(each).all() for each in values):
        return f"{words.role} has no finite value for some {words.vector}: {must}"
    errors, sizes = _errors(values)
    if not _exceeds(errors, sizes, 0.0, tolerance).any():
        return ""
    noise = _noise(map_, u, at_u) + _noise(map_, v, at_v)
    wrong = _exceeds(errors, sizes, noise, tolerance).any(axis=0)
    if not wrong.any():
        return ""
    where = int(np.argmax(np.where(wrong, np.abs(errors).max(axis=0), -1.0)))
    return _kind(values, where, noise, tolerance, words, _index(map_, where)) or (
        f"{words.role} is not linear in {words.vector}: "
        f"{_numbers(values, where, words, _index(map_, where))}"
        f"{_growth(map_, u, at_u, noise, tolerance, words)}"
    )


def _errors(values: Values) -> tuple[Array, Array]:
    """Return what should be 0 for a linear map, and the sizes of what it is made of."""
    at_u, at_v, at_sum, at_zero = values
    sizes = np.abs(_A * at_u) + np.abs(_B * at_v) + np.abs(at_sum)
    return np.stack([at_sum - (_A * at_u + _B * at_v), at_zero]), sizes


def _kind(
    values: Values, where: int, noise: Array, tolerance: Tolerance, words: Words, shown: str
) -> str:
    """Say that a map is constant or affine, if it is."""
    at_u, at_v, _, at_zero = values
    errors, sizes = _errors(values)
    name = words.vector
    if not _exceeds(np.stack([at_u - at_v, at_u - at_zero]), sizes, noise, tolerance).any():
        return f"{words.role} ignores {name}: {words.of(name)} is the same for all {name}"
    left = errors[0] - (1 - _A - _B) * at_zero
    if not _exceeds(left, sizes + np.abs(at_zero), noise, tolerance).any():
        return (
            f"{words.role} is affine in {name}, not linear: "
            f"{words.of('0')}{shown} = {at_zero[where]:.6g} instead of 0"
        )
    return ""


def _numbers(values: Values, where: int, words: Words, shown: str) -> str:
    """Write what the map gives for a combination of vectors, and what it should."""
    at_u, at_v, at_sum, _ = values
    expected = _A * at_u[where] + _B * at_v[where]
    return (
        f"{words.of(f'{_A} a - {-_B} b')}{shown} = {at_sum[where]:.9g}, but "
        f"{_A} {words.of('a')}{shown} - {-_B} {words.of('b')}{shown} = {expected:.9g} "
        "for random a, b"
    )


def _growth(
    map_: Probe, u: Array, at_u: Array, noise: Array, tolerance: Tolerance, words: Words
) -> str:
    """Say by how much the values of a homogeneous map grow."""
    doubled, mirrored = map_.at(2 * u), map_.at(-u)
    if doubled is None or mirrored is None:
        return ""
    for factor, how in ((4, "a product of two of it"), (8, "a product of three of it")):
        if not _exceeds(doubled - factor * at_u, 8 * np.abs(at_u), noise, tolerance).any():
            return f" ({factor} times as large if {words.vector} is doubled: {how}?)"
    if not _exceeds(mirrored - at_u, np.abs(at_u), noise, tolerance).any():
        return f" (the same for -{words.vector} as for {words.vector})"
    return ""


def products_differ(
    maps: tuple[Probe, Probe], vectors: Sequence[tuple[Array, Array]], tolerance: Tolerance
) -> tuple[float, float] | None:
    """Return <w, J v> and <J* w, v> if they differ by more than rounding explains.

    Parameters
    ----------
    maps : pair of Probe
        J and J*, functions of v and of w.
    vectors : sequence of pairs of arrays
        v and w.
    tolerance : Tolerance
        What the caller tolerates.
    """
    forward, backward = maps
    for v, w in vectors:
        at_v, at_w = forward.at(v), backward.at(w)
        if at_v is None or at_w is None:
            continue
        left, right = w * at_v, v * at_w
        error = abs(float(left.sum() - right.sum()))
        size = float(np.sqrt((left**2).sum()) + np.sqrt((right**2).sum()))
        allowed = max(
            float(tolerance.material(np.array(size), np.array(size), np.zeros(()))),
            _ROUNDING * float(np.abs(left).sum() + np.abs(right).sum()),
        )
        if not error > allowed:
            continue
        noises = (w * _noise(forward, v, at_v), v * _noise(backward, w, at_w))
        blur = sum(float(np.sqrt((noise**2).sum())) for noise in noises)
        if error > allowed + _NOISE * blur:
            return float(left.sum()), float(right.sum())
    return None


def _exceeds(
    errors: Array, sizes: Array, noise: Array | float, tolerance: Tolerance
) -> npt.NDArray[np.bool_]:
    """Tell which errors neither rounding nor the caller's tolerance explains."""
    allowed = np.maximum(tolerance.material(sizes, sizes, np.zeros(sizes.shape)), _NOISE * noise)
    return np.asarray(~(np.abs(errors) <= np.maximum(allowed, _ROUNDING * sizes)))


def _noise(map_: Probe, v: Array, value: Array) -> Array:
    """Measure the noise of a map's values next to a vector."""
    everywhere = np.full(len(value), np.inf)
    noise = derivative_noise(map_, v, value, scale_of(v), within=everywhere)
    size = np.abs(value)
    with np.errstate(all="ignore"):
        share = np.nan_to_num(noise / size, nan=0.0, posinf=0.0)
    usual = float(np.quantile(share, _MOST))  # some values show less than they have, by chance
    if is_single(value):
        usual = max(usual, SINGLE)
    return np.maximum(noise, usual * size)


def is_single(values: Array) -> bool:
    """Tell whether all values look like those of a float32."""
    with np.errstate(all="ignore"):
        return bool((values.astype(np.float32) == values).all())


def _index(map_: Probe, flat: int) -> str:
    shape = map_.output or ()
    if not shape:
        return ""
    return f"[{', '.join(str(int(i)) for i in np.unravel_index(flat, shape))}]"
