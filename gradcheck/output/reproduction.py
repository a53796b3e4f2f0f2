"""How to meet one case of a run again: a command line to be copied."""

import os
import shlex
from functools import lru_cache
from glob import escape
from pathlib import Path

from gradcheck.batch.settings import Settings


def shown_path(file: str) -> str:
    """Return a path as seen from here, as far as it is below.

    Examples
    --------
    >>> shown_path(str(Path.cwd() / "cases" / "mine.py"))
    'cases/mine.py'
    """
    return _shown(file, os.getcwd())  # noqa: PTH109  (of many, quickly)


@lru_cache(maxsize=256)
def _shown(file: str, here: str) -> str:
    path = Path(file)
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else file


def command(case: str, file: str, settings: Settings) -> str:
    """Return the command that examines one case of a run again; "" if none can.

    There is none for a case made in memory, or with letters in its name that no line can hold.

    Parameters
    ----------
    case, file : str
        Its name, and the path of its case file.
    settings : Settings
        Those of the run.

    Examples
    --------
    >>> command("x[0]", "/a b/mine.py", Settings(rtol=1e-6))
    "gradcheck check '/a b/mine.py::x[[]0]' --rtol 1e-06"
    """
    place = shown_path(file)
    if not file or case == place or "::" in case + place or not (place + case).isprintable():
        return ""
    parts = ["gradcheck", "check", f"{place}::{escape(case)}", *_options(settings)]
    if settings.points is not None:  # only a run draws points
        parts[1:2] = ["run", "--store", "again.sqlite"]
        parts += ["--points", str(settings.points)]
    return shlex.join(parts)


def _options(settings: Settings) -> list[str]:
    options: list[str] = []
    if settings.rtol is not None:
        options += ["--rtol", repr(settings.rtol)]
    if settings.atol:
        options += ["--atol", repr(settings.atol)]
    if settings.directions is not None:
        options += ["--directions", str(settings.directions)]
    if settings.entries is not None:
        options.append("--all-entries")
    if settings.seed:
        options += ["--seed", str(settings.seed)]
    return options
