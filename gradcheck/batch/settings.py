"""What a run is asked to do: what decides its rows, and the limits that only guard it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from gradcheck.behaviour.sweep import DEFAULT_STENCILS
from gradcheck.differences.stencil import NAMED, Stencil, stencil
from gradcheck.differences.steps import listed_steps
from gradcheck.errors import CaseError
from gradcheck.verdict.directions import require_directions
from gradcheck.verdict.subject import tolerance_of

Tables = Literal["none", "suspects", "all"]
TABLES: tuple[Tables, ...] = ("none", "suspects", "all")


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
    stencils: tuple[Stencil, ...] = DEFAULT_STENCILS
    steps: tuple[float, ...] | None = None
    """The steps of the error tables; None: those of `gradcheck.sweep`."""

    def __post_init__(self) -> None:
        for name, least in (("seed", 0), ("points", 1)):
            value = getattr(self, name)
            if (value is not None or name == "seed") and (
                isinstance(value, bool) or not isinstance(value, int) or value < least
            ):
                raise CaseError(f"{name} must be a whole number of at least {least}, got {value!r}")
        tolerance_of(self.rtol, self.atol)
        require_directions(self.directions)
        if self.entries not in (None, "all"):
            raise CaseError(f'entries must be "all" or left out, got {self.entries!r}')
        if self.tables not in TABLES:
            raise CaseError(f"tables must be one of {', '.join(TABLES)}, got {self.tables!r}")
        if self.steps is not None:
            listed = tuple(listed_steps(self.steps).tolist())
            object.__setattr__(self, "steps", listed)

    @property
    def of_check(self) -> dict[str, Any]:
        """The options of `gradcheck.check`."""
        return {name: getattr(self, name) for name in _OF_CHECK}

    def to_json(self) -> str:
        """Write the settings as text; equal settings give equal text."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["stencils"] = [
            {"name": formula.name, "offsets": [[o.real, o.imag] for o in formula.offsets]}
            for formula in self.stencils
        ]
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """Read what `to_json` wrote."""
        values = json.loads(text)
        values["stencils"] = tuple(map(_stencil, values["stencils"]))
        values["steps"] = None if values["steps"] is None else tuple(values["steps"])
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
        for name, value in (("time_limit", self.seconds), ("memory_limit", self.memory)):
            if value is None and name == "memory_limit":
                continue
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise CaseError(f"{name} must be a positive number, got {value!r}")


def _stencil(written: Mapping[str, Any]) -> Stencil:
    if written["name"] in NAMED:
        return NAMED[written["name"]]
    return stencil([real for real, _ in written["offsets"]], name=written["name"])
