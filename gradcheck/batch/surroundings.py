"""In what two runs differ besides their cases: settings, versions, platform, limits; in words."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from gradcheck.batch.reading import Run

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "points": "points of a case",
        "tables": "error tables that are kept",
        "time_limit": "seconds for a case",
        "memory_limit": "bytes for a case",
    }
)
_MISSING: Mapping[str, str] = MappingProxyType(
    {
        "points": "its own",
        "rtol": "as tight as f allows",
        "directions": "none",
        "entries": "directions where there are very many",
        "steps": "the default ones",
        "memory_limit": "no limit",
    }
)
"""What it means that nothing was set."""

_ENVIRONMENT = (
    "gradcheck", "python", "numpy", "scipy", "platform", "machine", "time_limit", "memory_limit",
)  # fmt: skip
"""What of the environment can change a row; workers and executors cannot."""


def differences(old: Run, new: Run) -> tuple[str, ...]:
    """Return a line for each difference: "numpy: 2.1.0 before, 2.2.0 now".

    A run that was resumed may have had several values; all are told, the latest last.
    """
    return (*_of_settings(old, new), *_of_environment(old, new))


def _of_settings(old: Run, new: Run) -> Iterator[str]:
    for field in fields(old.settings):
        before, now = (getattr(run.settings, field.name) for run in (old, new))
        if before != now:
            yield _line(field.name, _words(field.name, before), _words(field.name, now))


def _of_environment(old: Run, new: Run) -> Iterator[str]:
    for name in _ENVIRONMENT:
        before, now = _values(old, name), _values(new, name)
        if before != now:
            yield _line(name, " and ".join(before), " and ".join(now))


def _values(run: Run, name: str) -> list[str]:
    """Return the different values of the sessions of a run."""
    return list(dict.fromkeys(_words(name, each.get(name)) for each in run.sessions))


def _line(name: str, before: str, now: str) -> str:
    return f"{_NAMES.get(name, name)}: {before} before, {now} now"


def _words(name: str, value: Any) -> str:
    if value is None:
        return _MISSING.get(name, "none")
    if name == "stencils":
        return ", ".join(stencil.name for stencil in value) or "none"
    if name == "steps":
        return f"{len(value)} from {max(value):g} to {min(value):g}" if value else "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
