"""Faults of the check, recognised before the gradient is accused."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import shape_hint, text_of
from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError
from gradcheck.verdict.result import Reason, Verdict

Array = npt.NDArray[Any]

_FAR = 2.0**-9
"""How far away f is called before it is called at x once more."""
_SAME = 2.0**-48
"""Values that differ by less, relatively, are the same: sums in another order may do that."""


class Fault(Exception):  # noqa: N818  (becomes a result, and never leaves the check)
    """A reason why f and df cannot be compared at a point."""

    def __init__(self, verdict: Verdict, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.reason = reason
        self.message = message


@dataclass(frozen=True)
class Start:
    """The values at the point itself."""

    center: Array
    """f(x), flattened."""
    analytic: Array
    """df(x), flattened."""
    elementwise: bool
    """Whether df gives the diagonal of the Jacobian of an elementwise f."""


def start(f: Probe, df: Probe, point: Array) -> Start:
    """Evaluate f and df at the point.

    Raises
    ------
    Fault
        If one of them raises, changes its argument, is not finite, has the wrong shape, or if df
        gives different values for the same x.
    """
    center = f.at(point)
    _require_unchanged(f)
    if center is None:
        raise Fault(
            Verdict.INCONCLUSIVE,
            Reason.RAISED,
            f"{f.failure}; choose a point at which f has a value",
        )
    if not len(center):
        raise CaseError("f must return a number or an array of numbers, got an empty array")
    if not np.isfinite(center).all():
        raise Fault(
            Verdict.INCONCLUSIVE,
            Reason.NOT_FINITE,
            f"f is not finite at x = {text_of(point)}; choose a point at which it is",
        )
    analytic = df.at(point)
    _require_unchanged(df)
    if analytic is None:
        raise Fault(
            Verdict.FAIL,
            Reason.RAISED,
            f"{df.failure}; df must return the derivative wherever f is smooth",
        )
    _require_repeatable(df, "df", point, analytic)
    output, shape = f.output or (), point.shape
    if df.output == (*output, *shape):
        return Start(center, analytic, elementwise=False)
    if df.output == output == shape and _acts_elementwise(f, point, center):
        return Start(center, analytic, elementwise=True)
    expected = (*output, *shape)
    hint = shape_hint(df.output or (), shape, expected)
    raise Fault(
        Verdict.FAIL,
        Reason.WRONG_SHAPE,
        f"df must return the shape {expected} (that of f(x), then that of x), got {df.output}"
        + (f"; {hint}" if hint else ""),
    )


def repeat(f: Probe, point: Array, begun: Start) -> None:
    """Evaluate f at the point once more.

    Raises
    ------
    Fault
        If it gives a different value.
    """
    _require_repeatable(f, "f", point, begun.center)
    _require_unchanged(f)


def finish(f: Probe, df: Probe, point: Array, begun: Start) -> None:
    """Look once more whether f still gives the value that it gave at first.

    Raises
    ------
    Fault
        If f depends on what it was called with before, or has changed an argument.
    """
    f.at(point * (1 + _FAR) + _FAR)
    repeat(f, point, begun)
    _require_unchanged(df)


def notes(f: Probe, df: Probe) -> list[str]:
    """Say what is harmless here, as every call gets a copy, but dangerous elsewhere."""
    found = []
    for probe, role in ((f, "f"), (df, "df")):
        if probe.returns_argument:
            found.append(f"{role} returns a view of its argument: writing to one changes the other")
        elif probe.returns_buffer:
            found.append(f"{role} returns the same memory each time: keep a copy of what it gives")
    return found


def _require_unchanged(probe: Probe) -> None:
    if probe.mutation:
        raise Fault(
            Verdict.FAIL,
            Reason.MUTATES_INPUT,
            f"{probe.mutation}; let it work on a copy (x = x.copy())",
        )


def _require_repeatable(probe: Probe, role: str, point: Array, first: Array) -> None:
    """Raise if the same x no longer gives the first value."""
    again = probe.at(point)
    if _same(again, first):
        return
    third, fourth = probe.at(point), probe.at(point)
    size = float(np.nanmax(np.abs(_difference(again, first)), initial=0.0))
    drift = _same(_difference(fourth, third), _difference(third, again), within=1e-6)
    if _same(third, again) or (drift and not _same(fourth, third)):
        raise Fault(
            Verdict.INCONCLUSIVE,
            Reason.STATEFUL,
            f"{role} remembers earlier calls: the same x = {text_of(point)} gives values that "
            f"differ by {size:.1e}; let it depend on x alone (no counter, cache or accumulator)",
        )
    raise Fault(
        Verdict.INCONCLUSIVE,
        Reason.NONDETERMINISTIC,
        f"{role} is not deterministic: the same x = {text_of(point)} gives values that differ by "
        f"{size:.1e}; fix the seed, or switch off what is random",
    )


def _difference(left: Array | None, right: Array | None) -> Array:
    if left is None or right is None or left.shape != right.shape:
        return np.array([np.inf])
    return left - right


def _same(left: Array | None, right: Array | None, within: float = _SAME) -> bool:
    if left is None or right is None:
        return left is right
    close = np.abs(left - right) <= within * np.maximum(np.abs(left), np.abs(right))
    return bool((close | (left == right) | (np.isnan(left) & np.isnan(right))).all())


def _acts_elementwise(f: Probe, point: Array, center: Array) -> bool:
    """Tell whether every output depends on its own input alone."""
    if point.size == 1:
        return True
    x = point.reshape(-1)
    moved = x + np.where(x == 0, 1.0, np.abs(x)) * 2.0**-20
    some = np.arange(len(x)) % 2 == 0
    half, other = f.rows(np.stack([np.where(some, moved, x), np.where(some, x, moved)]))
    return _same(half[~some], center[~some]) and _same(other[some], center[some])
