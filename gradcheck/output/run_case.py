"""The page of one case of a stored run; none of the user's code runs."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gradcheck import __version__
from gradcheck.batch.one_case import Background, background
from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import CRASHED, ERROR, OUTCOMES, SKIPPED, TIMED_OUT
from gradcheck.errors import SelectionError
from gradcheck.output.case_verdict import told
from gradcheck.output.clipping import NAME, clipped
from gradcheck.output.entry import printable
from gradcheck.output.error_histogram import spread
from gradcheck.output.error_strip import strip
from gradcheck.output.heat_map import heat_maps
from gradcheck.output.html import markup, pages_of
from gradcheck.output.outcome import printable_lines
from gradcheck.output.recipe import loaded_again, recipe
from gradcheck.output.reproduction import command
from gradcheck.output.run_facts import duration
from gradcheck.output.run_index import SIGN_OF
from gradcheck.output.stored_curves import stored_curves
from gradcheck.output.whole_story import advice
from gradcheck.verdict.result import VERDICTS, Result

_WITH_RESULT = frozenset(str(verdict) for verdict in VERDICTS)

_ADVICE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        CRASHED: (
            "Check the case alone, as below: its last words are on the terminal then",
            "Look at the line that is named, and at compiled code that is called there",
            "To see where each thread was, run it by python -X faulthandler -m gradcheck",
        ),
        TIMED_OUT: (
            "Look at the line that is named: what must come true so that it ends?",
            "If it is only slow, give it more time: --time-limit, or time_limit= of gradcheck.run",
        ),
        ERROR: ("Mend what the message names, and check the case alone, as below",),
        SKIPPED: ("Go on with the run: gradcheck run --resume, or gradcheck.resume",),
        NOT_RUN: ("Go on with the run: gradcheck run --resume, or gradcheck.resume",),
    }
)
"""What to do where there is no verdict."""

_VERSIONS = ("gradcheck", "python", "numpy", "scipy")


@dataclass(frozen=True, kw_only=True)
class RunPlace:
    """Where a page stands among the pages of a report."""

    slug: str
    previous: tuple[str, str] | None = None
    """Slug and name of the page before this one."""
    next: tuple[str, str] | None = None


def case_page(
    run: Run, name: str, place: RunPlace, *, report: str, template: Path | None = None
) -> str:
    """Write the page of one case, whatever came of it.

    Parameters
    ----------
    run : Run
        A stored run.
    name : str
        The name of the case.
    place : RunPlace
        The page's own place, and its neighbours.
    report : str
        The title of the report.
    template : Path, optional
        A folder whose templates replace the built-in ones of the same name.

    Raises
    ------
    SelectionError
        If the run has no such case.
    DefinitionError
        If a template of that folder cannot be used.
    """
    row = next(run.records("name = ?", (name,)), None)
    if row is None:
        raise SelectionError(f"no case of the run is called {name!r}")
    behind = background(run, name)
    outcome = row["outcome"] or NOT_RUN
    pages = pages_of(template)
    script = pages.source("copy.js")
    context = (
        _judged(run, run.result(name), behind)
        if outcome in _WITH_RESULT
        else _unjudged(run, row, outcome)
    )
    return pages.render(
        "run_case.html",
        report=report,
        version=__version__,
        root="../",
        name=clipped(name, NAME),
        outcome={"word": outcome, "sign": SIGN_OF[outcome], "css": outcome.replace(" ", "-")},
        theme=printable(row["theme"]),
        facts=list(_facts(run, row, behind)),
        walk={"previous": _link(place.previous), "next": _link(place.next)},
        script=markup(script),
        script_digest=b64encode(sha256(script.encode()).digest()).decode(),
        **context,
    )


def _judged(run: Run, result: Result, behind: Background) -> dict[str, Any]:
    """Describe a case that has a verdict."""
    case = result.case
    again = recipe(result, run.settings)
    verdict = told(result)
    return {
        "verdict": verdict,
        "message": "",
        "advice": list(advice(result, verdict.causes)),
        "maps": heat_maps(result),
        "strip": strip(result),
        "spread": spread(result),
        "curves": stored_curves(run, result, behind.curves),
        "again": {
            "script": again.script,
            "remark": again.remark,
            "command": _command(run, case.name, str(case.origin.path) if case.origin else ""),
        },
        "case": {
            "formula": case.formula,
            "derivative_formula": case.derivative_formula,
            "derivation": case.derivation,
            "source": printable(case.source),
        },
    }


def _unjudged(run: Run, row: Mapping[str, Any], outcome: str) -> dict[str, Any]:
    """Describe a case that has no verdict: what happened, and what to do."""
    line = _command(run, row["case"], row["file"])
    return {
        "verdict": None,
        "message": printable_lines(row["message"]),
        "meaning": OUTCOMES.get(outcome, "the run has not come to the case"),
        "advice": _ADVICE[outcome],
        "again": {
            "script": "" if line or not row["file"] else loaded_again(row["file"], row["case"]),
            "remark": "",
            "command": line,
        },
        "case": None,
    }


def _command(run: Run, name: str, file: str) -> str:
    return command(name, file, run.settings)


def _facts(run: Run, row: Mapping[str, Any], behind: Background) -> Iterator[tuple[str, str]]:
    """Yield what there is to know about a case, with a word for each."""
    if row["file"]:
        yield "Defined in", printable(f"{row['file']}:{row['line']}")
    if behind.tags:
        yield "Tags", printable(", ".join(behind.tags))
    if row["seconds"]:
        yield "Time", duration(row["seconds"])
    if row["entries"]:
        yield "Compared", _compared(row)
    if run.settings.seed:
        yield "Seed", str(run.settings.seed)
    found = [
        f"{name} {behind.environment[name]}" for name in _VERSIONS if behind.environment.get(name)
    ]
    if found:
        yield "Versions", printable(", ".join(found))


def _compared(row: Mapping[str, Any]) -> str:
    parts = [("entry", "entries"), ("point", "points"), ("evaluation of f", "evaluations of f")]
    counts = [row[name] for name in ("entries", "points", "evaluations")]
    entries, points, evaluations = (
        f"{count:,} {one if count == 1 else many}"
        for count, (one, many) in zip(counts, parts, strict=True)
    )
    return f"{entries} at {points}, with {evaluations}"


def _link(neighbour: tuple[str, str] | None) -> tuple[str, str] | None:
    return None if neighbour is None else (neighbour[0], clipped(neighbour[1], NAME))
