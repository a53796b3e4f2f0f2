"""A report of a stored run, as web pages; none of the user's code runs."""

from dataclasses import dataclass
from pathlib import Path

from gradcheck.batch.reading import Run


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """A report of a run that has been written."""

    folder: Path
    index: Path


def write(run: Run, *, out: str | Path) -> RunReport:
    """Write the report of a run."""
    raise NotImplementedError(run, out)
