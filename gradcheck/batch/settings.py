"""What a run is asked to do: what decides its rows, and the limits that only guard it."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np

from gradcheck.differences.stencil import CENTRAL, CENTRAL4, FORWARD, Stencil
from gradcheck.differences.steps import listed_steps
from gradcheck.errors import CaseError
from gradcheck.verdict.directions import require_directions
from gradcheck.verdict.subject import tolerance_of

Tables = Literal["none", "suspects", "all"]
TABLES: tuple[Tables, ...] = ("none", "suspects", "all")

STENCILS = (FORWARD, CENTRAL, CENTRAL4)
"""Enough to see a V of each order; all that `gradcheck.sweep` takes would cost twice as much."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides the rows of a run: the same settings give the same rows.

    Raises
    ------
    CaseError
        If a value cannot be used.
    """

    seed: int = 0
    """For random directions, and for points that are drawn."""
    points: int | None = None
    """Check each case at so many points; None: at those that it has."""
    rtol: float | None = None
    atol: float = 0.0
    directions: int | None = None
    entries: Literal["all"] | None = None
    tables: Tables = "suspects"
    """Whose error tables and error curves are kept: of no case, of those that do not pass, of all.
    """
    stencils: tuple[Stencil, ...] = STENCILS
    """Of the error tables."""
    steps: tuple[float, ...] | None = None
    """The steps of the error tables; None: those of `gradcheck.sweep`."""

    def __post_init__(self) -> None:
        tolerance = tolerance_of(self.rtol, self.atol)
        require_directions(self.directions)
        if self.entries not in (None, "all"):
            raise CaseError(f'entries must be "all" or left out, got {self.entries!r}')
        if self.tables not in TABLES:
            raise CaseError(f"tables must be one of {', '.join(TABLES)}, got {self.tables!r}")
        plain = {
            "seed": whole_number("seed", self.seed, least=0),
            "points": None if self.points is None else whole_number("points", self.points),
            "rtol": tolerance.rtol,
            "atol": tolerance.atol,
            "directions": None if self.directions is None else int(self.directions),
            "stencils": _listed_stencils(self.stencils),
            "steps": None if self.steps is None else tuple(listed_steps(self.steps).tolist()),
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)

    @property
    def of_check(self) -> dict[str, Any]:
        """The options of `gradcheck.check`."""
        return {name: getattr(self, name) for name in _OF_CHECK}

    def to_json(self) -> str:
        """Write the settings as text; equal settings give equal text."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["stencils"] = list(map(_written, self.stencils))
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        values["stencils"] = tuple(map(_read, values["stencils"]))
        return cls(**values)


_OF_CHECK = ("rtol", "atol", "directions", "entries", "seed")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a case may use up in a process of its own.

    Raises
    ------
    CaseError
        If a limit is no positive number.
    """

    seconds: float = 60.0
    """Wall time."""
    memory: int | None = None
    """Bytes, beyond what the process needs before it examines anything; None: no limit."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _seconds(self.seconds))
        if self.memory is not None:
            object.__setattr__(self, "memory", whole_number("memory_limit", self.memory))


def whole_number(name: str, value: Any, *, least: int = 1) -> int:
    """Return a whole number, of NumPy or not, as an int.

    Raises
    ------
    CaseError
        If it is none, or too small.
    """
    if isinstance(value, bool | np.bool) or not isinstance(value, Integral) or value < least:
        raise CaseError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return int(value)


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < math.inf:
        raise CaseError(f"time_limit must be a positive number of seconds, got {value!r}")
    return float(value)


def _listed_stencils(given: Any) -> tuple[Stencil, ...]:
    listed = tuple(given) if isinstance(given, Iterable) else (given,)
    wrong = [each for each in listed if not isinstance(each, Stencil)]
    if wrong or not listed:
        raise CaseError(
            "stencils must be some formulas, such as [gradcheck.CENTRAL, "
            f"gradcheck.stencil([-2, 0, 5])], got {wrong[0] if wrong else given!r}"
        )
    names = [each.name for each in listed]
    if len({*names}) != len(names):
        raise CaseError(f"stencils must have names of their own, got {', '.join(names)}")
    return listed


def _written(formula: Stencil) -> dict[str, Any]:
    """Return a formula as plain values; numbers as pairs where they may be complex."""
    values = {field.name: getattr(formula, field.name) for field in fields(formula)}
    for name in ("offsets", "numerators"):
        values[name] = [
            [number.real, number.imag] if isinstance(number, complex) else number
            for number in values[name]
        ]
    return values


def _read(values: dict[str, Any]) -> Stencil:
    for name in ("offsets", "numerators"):
        values[name] = tuple(
            complex(*number) if isinstance(number, list) else number for number in values[name]
        )
    return Stencil(**values)
