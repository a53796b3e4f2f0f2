"""Faults of the check, recognised before the gradient is accused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import shape_hint
from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError
from gradcheck.verdict.memory import after_moving, after_repetition, alike, difference, same
from gradcheck.verdict.result import Finding, Reason, Verdict
from gradcheck.verdict.wrong_shape import findings_of

Array = npt.NDArray[Any]

_FAR = 2.0**-9
"""How far away f and df are called before they are called at x once more."""


class Fault(Exception):  # noqa: N818  (becomes a result, and never leaves the check)
    """A reason why f and df cannot be compared at a point."""

    def __init__(
        self, verdict: Verdict, reason: Reason, message: str, findings: tuple[Finding, ...] = ()
    ) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.reason = reason
        self.message = message
        self.findings = findings


@dataclass(frozen=True)
class Start:
    """The values at the point itself."""

    center: Array
    """f(x), flattened."""
    analytic: Array
    """df(x), flattened."""
    elementwise: bool
    """Whether df gives the diagonal of the Jacobian of an elementwise f."""


def start(
    f: Probe,
    df: Probe,
    point: Array,
    *,
    claims: tuple[int, ...] | None = None,
    constants: Mapping[str, float] = MappingProxyType({}),
) -> Start:
    """Evaluate f and df at the point.

    Parameters
    ----------
    f, df : Probe
        The functions.
    point : array of shape `input`
        The point.
    claims : tuple of int, optional
        The shape of df(x), if that is not ``(*output, *input)``.
    constants : mapping of str to float
        Numbers that the caller named, one of which may be the length of an axis too many.

    Raises
    ------
    Fault
        If one of them raises, changes its argument, is not finite, has the wrong shape, or if df
        gives different values for the same x.
    """
    center = f.at(point)
    require_unchanged(f)
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
            f"f is not finite at x = {f.text(point)}; choose a point at which it is",
        )
    analytic = df.at(point)
    require_unchanged(df)
    if analytic is None:
        raise Fault(
            Verdict.FAIL,
            Reason.RAISED,
            f"{df.failure}; df must return the derivative wherever f is smooth",
        )
    _require_repeatable(df, "df", point, analytic)
    output, shape = f.output or (), point.shape
    if df.output == ((*output, *shape) if claims is None else claims):
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
        ()
        if claims is not None
        else findings_of(f, point, center, analytic.reshape(df.output or ()), constants),
    )


def repeat(f: Probe, point: Array, begun: Start) -> None:
    """Evaluate f at the point once more.

    Raises
    ------
    Fault
        If it gives a different value.
    """
    _require_repeatable(f, "f", point, begun.center)
    require_unchanged(f)


def finish(f: Probe, df: Probe, point: Array, begun: Start) -> None:
    """Look once more whether f and df still give the values that they gave at first.

    Raises
    ------
    Fault
        If one of them depends on what was called before, or has changed an argument.
    """
    elsewhere = _elsewhere(point)
    seen = f.at(elsewhere)
    there = None if seen is None or not np.isfinite(seen).all() else df.at(elsewhere)
    back = df.at(point)
    repeat(f, point, begun)
    require_unchanged(df)
    if alike(back, begun.analytic):
        return
    size = float(np.nanmax(np.abs(difference(back, begun.analytic)), initial=0.0))
    raise Fault(
        Verdict.INCONCLUSIVE,
        Reason.STATEFUL,
        f"df remembers earlier calls: after f and df were called elsewhere, the same x = "
        f"{df.text(point)} gives values that differ by {size:.1e}; let it depend on x alone",
        after_moving(f, df, point, elsewhere, begun.analytic, there),
    )


def named(faults: Sequence[Fault]) -> tuple[Finding, ...]:
    """Return the causes that the faults tell, each once, the surest first."""
    found: dict[str, Finding] = {}
    for finding in sorted(
        (finding for fault in faults for finding in fault.findings), key=lambda one: one.certainty
    ):
        found.setdefault(finding.code, finding)
    return tuple(found.values())


def notes(f: Probe, df: Probe) -> list[str]:
    """Say what is harmless here, as every call gets a copy, but dangerous elsewhere."""
    found = []
    for probe, role in ((f, "f"), (df, "df")):
        if probe.returns_argument:
            found.append(f"{role} returns a view of its argument: writing to one changes the other")
        elif probe.returns_buffer:
            found.append(f"{role} returns the same memory each time: keep a copy of what it gives")
    return found


def require_unchanged(probe: Probe) -> None:
    """Raise if a function has changed its argument.

    Raises
    ------
    Fault
        That says so.
    """
    if probe.mutation:
        copy = "x.copy()" if probe.structure is None else "copy.deepcopy(x)"
        raise Fault(
            Verdict.FAIL,
            Reason.MUTATES_INPUT,
            f"{probe.mutation}; let it work on a copy (x = {copy})",
        )


def _require_repeatable(probe: Probe, role: str, point: Array, first: Array) -> None:
    """Raise if the same x no longer gives the first value."""
    again = probe.at(point)
    if same(again, first):
        return
    third, fourth = probe.at(point), probe.at(point)
    size = float(np.nanmax(np.abs(difference(again, first)), initial=0.0))
    drift = same(difference(fourth, third), difference(third, again), within=1e-6)
    if same(third, again) or (drift and not same(fourth, third)):
        raise Fault(
            Verdict.INCONCLUSIVE,
            Reason.STATEFUL,
            f"{role} remembers earlier calls: the same x = {probe.text(point)} gives values that "
            f"differ by {size:.1e}; let it depend on x alone (no counter, cache or accumulator)",
            after_repetition(probe, point, _elsewhere(point), (first, again, third, fourth))
            if role == "df"
            else (),
        )
    raise Fault(
        Verdict.INCONCLUSIVE,
        Reason.NONDETERMINISTIC,
        f"{role} is not deterministic: the same x = {probe.text(point)} gives values that "
        f"differ by {size:.1e}; fix the seed, or switch off what is random",
    )


def _elsewhere(point: Array) -> Array:
    return np.asarray(point * (1 + _FAR) + _FAR)


def _acts_elementwise(f: Probe, point: Array, center: Array) -> bool:
    """Tell whether every output depends on its own input alone."""
    if point.size == 1:
        return True
    x = point.reshape(-1)
    moved = x + np.where(x == 0, 1.0, np.abs(x)) * 2.0**-20
    some = np.arange(len(x)) % 2 == 0
    half, other = f.rows(np.stack([np.where(some, moved, x), np.where(some, x, moved)]))
    return same(half[~some], center[~some]) and same(other[some], center[some])
