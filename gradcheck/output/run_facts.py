"""When, where and how a run was carried out, in words."""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePath
from typing import Any

from gradcheck.batch.reading import Run
from gradcheck.batch.settings import Settings
from gradcheck.output.clipping import NAME, PLACE, TAG, clipped

SESSIONS = 5
"""So many times that a run was begun or resumed are told."""


def facts_of(run: Run, top: str) -> Iterator[tuple[str, str]]:
    """Yield times, settings and environment of a run, with a word for each.

    Parameters
    ----------
    run : Run
        Whose store is read.
    top : str
        The folder of the case files, "" if there is none.
    """
    for each in run.sessions[-SESSIONS:]:
        yield "Run", _session(each)
    if len(run.sessions) > SESSIONS:
        yield "Earlier", f"{len(run.sessions) - SESSIONS:,} more times that it was begun or resumed"
    yield from _settings(run.settings)
    if run.sessions:
        yield from _environment(run.sessions[-1])
    if top:
        yield "Case files in", clipped(top, NAME)


def _settings(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "Seed", str(settings.seed)
    points = "those of each case" if settings.points is None else f"{settings.points} a case"
    yield "Points", points
    rtol = "the error bars alone" if settings.rtol is None else f"rtol {settings.rtol:g}"
    yield "Tolerance", rtol + (f", atol {settings.atol:g}" if settings.atol else "")
    for word, value in (("Directions", settings.directions), ("Entries", settings.entries)):
        if value is not None:
            yield word, str(value)
    yield "Error tables", _TABLES[settings.tables]
    yield "Stencils", ", ".join(clipped(formula.name, TAG) for formula in settings.stencils[:20])


def _environment(session: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in sorted(session.items())[:_MOST_FACTS]:
        if key not in _OF_SESSION and value not in (None, ""):
            yield _FACTS.get(key, clipped(key, TAG)), _fact(key, value)


_MOST_FACTS = 40
_OF_SESSION = frozenset({"started", "stopped", "ending", "executor", "workers"})
_TABLES = {
    "none": "of no case",
    "suspects": "of the cases that do not pass",
    "all": "of all cases",
}
_FACTS = {"time_limit": "Time limit", "memory_limit": "Memory limit", "python": "Python"}


def _fact(key: str, value: Any) -> str:
    if key == "time_limit":
        return f"{value:g} s a case"
    if key == "memory_limit":
        return f"{value / 2**20:,.0f} MiB a case"
    return clipped(str(value), PLACE)


def _session(each: Mapping[str, Any]) -> str:
    started, stopped = each["started"], each["stopped"]
    parts = [clipped(str(started).replace("T", " ").replace("+00:00", " UTC"), TAG)]
    if stopped:
        took = datetime.fromisoformat(stopped) - datetime.fromisoformat(started)
        parts.append(f"{each['ending'] or 'ended'} after {duration(took.total_seconds())}")
    else:
        parts.append("not ended")
    workers = each.get("workers")
    if workers is not None:
        parts.append(
            "in one process" if workers == 0 else f"{workers} worker{'s' if workers != 1 else ''}"
        )
    if each.get("executor"):
        parts.append(f"on {clipped(str(each['executor']), TAG)}")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Write a time.

    Examples
    --------
    >>> duration(0.25), duration(75), duration(7322)
    ('0.25 s', '1 min 15 s', '2 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min {rest} s"


def common_folder(files: Mapping[str, Any]) -> str:
    """Return the folder that all files are in; "" if there is none."""
    folders = {os.path.dirname(file) for file in files if file}  # noqa: PTH120  (of many, quickly)
    try:
        top = os.path.commonpath(folders) if folders else ""
    except ValueError:  # on several drives
        return ""
    return "" if top == os.path.dirname(top) else top  # noqa: PTH120  (the root says nothing)


def relative_to(file: str, top: str) -> str:
    """Write a path as seen from a folder."""
    return PurePath(file).relative_to(top).as_posix() if top and file else file
