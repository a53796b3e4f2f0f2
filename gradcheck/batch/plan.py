"""Which cases a run examines, and where they come from."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gradcheck.model.case import Case


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A case that a run examines, or a file that could not be loaded."""

    name: str
    """Of the case; of a file without cases, its path as it was given."""
    file: str = ""
    """The case file, absolute; "" for a case made in memory."""
    line: int = 0
    theme: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    """A digest of the case file; "" for a case made in memory."""
    problem: str = ""
    """Why there is nothing to examine: the file cannot be loaded; "" for a case."""
    outcome: str = "error"
    """What comes of it, if there is a problem."""

    @property
    def where(self) -> str:
        """File and line, "" for a case made in memory."""
        return f"{self.file}:{self.line}" if self.file else ""


def plan_of(cases: Iterable[Case]) -> tuple[Planned, ...]:
    """Plan to examine cases that are loaded already; each file is read once."""
    digest = cache(digest_of)
    return tuple(_planned(case, digest) for case in cases)


def _planned(case: Case, digest: Callable[[Path], str]) -> Planned:
    origin = case.origin
    if origin is None:
        return Planned(name=case.name, tags=tuple(sorted(case.tags)))
    return Planned(
        name=case.name,
        file=str(origin.path),
        line=origin.line,
        theme=origin.theme,
        tags=tuple(sorted(case.tags)),
        source=digest(origin.path),
    )


def digest_of(path: Path) -> str:
    """Return a digest of the bytes of a file; "gone" if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return "gone"
