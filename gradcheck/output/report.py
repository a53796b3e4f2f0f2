"""A report: a folder of pages that show where limits converge and where precision breaks down.

A case that cannot be compared becomes a row with its reason; nothing that a case does stops the
others. The folder has no clock and no random number in it: the same cases give the same bytes.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gradcheck import __version__
from gradcheck.batch.crew import children
from gradcheck.batch.settings import Limits
from gradcheck.batch.supervisor import Answer
from gradcheck.behaviour.recognition import BEHAVIOURS
from gradcheck.errors import DefinitionError, GradcheckError
from gradcheck.model.case import Case, Origin
from gradcheck.model.loading import load_file
from gradcheck.model.registry import Registry
from gradcheck.output.case_page import CaseResult, Place, case_result, lost, relative
from gradcheck.output.definition import Definition
from gradcheck.output.export import csv_gz
from gradcheck.output.folder import ReportFolder, slugs
from gradcheck.output.html import markup, pages_of
from gradcheck.output.outcome import SIGNS, WORDS
from gradcheck.output.summary import joined, verdict_table

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], object]

TIME_LIMIT = 300.0
"""Seconds for one case, in a report that several processes share."""

MOST_FIGURES = 240
"""So many V plots in a whole report; each page has at least one, and at most four.

A report of many cases would otherwise take minutes to write: points without one have a sketch, and
of the cases of one file, which are relatives, the first has a picture of f and its derivative."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """A report that has been written."""

    folder: Path
    index: Path
    pages: tuple[Path, ...]
    """The pages of the cases, in the order in which they lead to one another."""
    cases: Registry
    """The cases that the report shows, with the points that the definition chose."""
    problems: tuple[str, ...]
    """Files that could not be loaded and cases that could not be compared, with the reasons."""
    summary: "pd.DataFrame"
    """A row for each case and stencil; see `gradcheck.output.summary.COLUMNS`."""
    verdicts: "pd.DataFrame"
    """A row for each case; see `gradcheck.output.summary.VERDICT_COLUMNS`."""


def build(
    definition: Definition,
    *,
    out: str | Path,
    cases: Registry | None = None,
    tables: Literal["selected", "all"] = "selected",
    progress: Progress | None = None,
    workers: int = 1,
) -> Report:
    """Write a report.

    Parameters
    ----------
    definition : Definition
        What the report shows; see `gradcheck.output.definition.read`.
    out : str or Path
        The folder to write: new, empty, or an earlier report, which is replaced. Other files in it
        stay as they are.
    cases : Registry, optional
        The cases to choose from; by default those that the definition names.
    tables : {"selected", "all"}
        How much of the error tables the data files hold: for large Jacobians the worst entries,
        or every row.
    progress : callable, optional
        Called as ``progress(done, total, name)`` before each case, and once at the end.
    workers : int
        How many processes share the work. More than one needs cases that the definition loads (a
        worker loads the file again), and a script that may be imported
        (``if __name__ == "__main__":``). The report is the same; only there, a case that crashes or
        hangs costs no more than its own row.

    Returns
    -------
    Report

    Raises
    ------
    DefinitionError
        If the definition asks for a case that does not exist, or its template cannot be used.
    OutputError
        If the folder holds something else, or cannot be written.
    """
    if tables not in ("selected", "all"):
        raise ValueError(f'tables is "selected" or "all", not {tables!r}')
    pool = definition.load() if cases is None else cases
    selected = definition.select(pool)
    shown = _arranged(
        case
        for case in selected.values()
        if definition.restrict(case).all_points or not case.all_points
    )
    folder = ReportFolder.claim(out)
    places = _places(shown, tables)
    results = []
    source = _results(shown, definition, places, workers if cases is None else 1)
    for number, case in enumerate(shown):
        if progress is not None:
            progress(number, len(shown), case.name)
        result = next(source)
        _write_case(folder, result)
        results.append(_without_page(result))
    if progress is not None:
        progress(len(shown), len(shown), "")
    problems = tuple(relative(problem, definition) for problem in pool.problems)
    left_out = [name for name in selected if name not in {case.name for case in shown}]
    index = _write_index(folder, definition, results, problems, left_out)
    folder.finish()
    return Report(
        folder=folder.path,
        index=index,
        pages=tuple(folder.path / "cases" / f"{result.slug}.html" for result in results),
        cases=Registry([definition.restrict(case) for case in shown], problems=pool.problems),
        problems=(*problems, *(result.problem for result in results if result.problem)),
        summary=joined([result.summary for result in results]),
        verdicts=_verdicts(results),
    )


def _arranged(cases: Iterator[Case]) -> tuple[Case, ...]:
    """Order cases by theme; within a theme they stay as they were."""
    return tuple(sorted(cases, key=lambda case: case.theme))


def _places(cases: Sequence[Case], tables: Literal["selected", "all"]) -> list[Place]:
    named = slugs(case.name for case in cases)
    links = [(named[case.name], case.name) for case in cases]
    detail = max(1, min(4, MOST_FIGURES // max(1, len(cases))))
    first_of_file = {case.origin.path: case.name for case in reversed(cases) if case.origin}
    drawn = {*first_of_file.values(), *(case.name for case in cases if not case.origin)}
    return [
        Place(
            number=number,
            total=len(links),
            slug=slug,
            previous=links[number - 1] if number else None,
            next=links[number + 1] if number + 1 < len(links) else None,
            detail=detail,
            picture=2 * len(cases) <= MOST_FIGURES or name in drawn,
            tables=tables,
        )
        for number, (slug, name) in enumerate(links)
    ]


def _results(
    cases: Sequence[Case], definition: Definition, places: Sequence[Place], workers: int
) -> Iterator[CaseResult]:
    """Yield the results in order, made here or by children of this process."""
    if workers <= 1:
        for case, place in zip(cases, places, strict=True):
            yield case_result(case, definition, place)
        return
    limits = Limits(seconds=TIME_LIMIT)
    with children(workers, limits, preload=(__name__, *_HEAVY)) as crew:
        tasks = [
            (case.name, case.origin, definition, place)
            for case, place in zip(cases, places, strict=True)
        ]
        waiting: dict[int, Answer] = {}
        turn = 0
        for number, answer in crew(_by_path, tasks):
            waiting[number] = answer
            while turn in waiting:
                yield _taken(waiting.pop(turn), cases[turn], definition, places[turn])
                turn += 1


def _taken(answer: Answer, case: Case, definition: Definition, place: Place) -> CaseResult:
    """Return what a child found; what it lost becomes the result of the case."""
    if isinstance(answer.value, GradcheckError):
        raise answer.value
    if answer.value is None:
        return lost(case, definition, place, f"{case.name}: {answer.message}")
    result: CaseResult = answer.value
    return result


_HEAVY = ("flint", "jinja2", "matplotlib.backends.backend_svg", "matplotlib.figure", "pandas")


def _by_path(
    name: str, origin: Origin, definition: Definition, place: Place
) -> CaseResult | DefinitionError:
    """Load a case in another process and examine it there."""
    _collect_rarely()
    try:
        return case_result(replace(_loaded(origin.path)[name], origin=origin), definition, place)
    except DefinitionError as error:  # of the template, not of the case
        return error


@cache
def _collect_rarely() -> None:
    """Let a child look for cyclic garbage less often: figures are full of cycles that live on."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@lru_cache(maxsize=4)
def _loaded(path: Path) -> dict[str, Case]:
    return {case.name: case for case in load_file(path)}


def _write_case(folder: ReportFolder, result: CaseResult) -> None:
    folder.write(f"cases/{result.slug}.html", result.page)
    if result.data:
        folder.write(f"data/{result.slug}.csv.gz", result.data)


def _without_page(result: CaseResult) -> CaseResult:
    """Forget what has been written, so that a report of many cases needs little memory."""
    return replace(result, page="", data=b"")


def _write_index(
    folder: ReportFolder,
    definition: Definition,
    results: Sequence[CaseResult],
    problems: Sequence[str],
    left_out: Sequence[str],
) -> Path:
    summary = joined([result.summary for result in results])
    folder.write("data/verdicts.csv.gz", csv_gz(_verdicts(results)))
    folder.write("data/summary.csv.gz", csv_gz(summary))
    folder.write("data/convergence.csv.gz", csv_gz(_all_curves(results)))
    pages = pages_of(definition.template)
    folder.write("style.css", pages.source("style.css"))
    counts = _behaviours(results)
    failed = [
        {"name": result.name, "slug": result.slug, "reason": result.problem}
        for result in results
        if result.problem
    ]
    attention = sorted(
        (result for result in results if result.verdict.needs_a_look and not result.problem),
        key=lambda result: result.verdict.rank,
    )
    html = pages.render(
        "index.html",
        report=definition.title,
        version=__version__,
        root="",
        introduction=[part.strip() for part in definition.introduction.split("\n\n")],
        stencils=[(formula.name, str(formula)) for formula in definition.stencils],
        totals={
            "cases": len(results),
            "compared": len(results) - len(failed),
            "points": sum(result.points for result in results if not result.problem),
            "curves": sum(counts.values()),
            "rows": sum(result.rows for result in results),
            "certified": sum(result.certified for result in results),
        },
        verdicts=_verdict_counts(results),
        behaviours=[
            {"name": name, "count": counts[name], "meaning": meaning}
            for name, meaning in BEHAVIOURS.items()
            if counts[name]
        ],
        broken_files=problems,
        failed=failed,
        attention=attention,
        left_out=left_out,
        themes=_themes(results),
    )
    return folder.write("index.html", html)


def _all_curves(results: Sequence[CaseResult]) -> "pd.DataFrame":
    import pandas as pd

    parts = [result.convergence for result in results if result.convergence is not None]
    if not parts:
        return pd.DataFrame(columns=pd.Index(["case"]))
    text = {"case": str, "stencil": str, "behaviour": str}
    return pd.concat([part.astype(text) for part in parts], ignore_index=True)


def _behaviours(results: Sequence[CaseResult]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for result in results:
        if result.convergence is not None:
            counts.update(result.convergence["behaviour"].astype(str))
    return counts


def _verdicts(results: Sequence[CaseResult]) -> "pd.DataFrame":
    return verdict_table((result.theme, result.name, result.verdict) for result in results)


def _verdict_counts(results: Sequence[CaseResult]) -> list[dict[str, Any]]:
    """Count the verdicts that occur, those that pass first."""
    counts = Counter(result.verdict.word for result in results)
    return [
        {"word": word, "sign": SIGNS[word], "count": counts[word]}
        for word in reversed(WORDS)
        if counts[word]
    ]


def _themes(results: Sequence[CaseResult]) -> list[dict[str, Any]]:
    """Group the results by theme, a row a case, with a cell for each stencil; what fails first."""
    rows: dict[str, list[dict[str, Any]]] = {result.theme: [] for result in results}
    for result in sorted(results, key=lambda result: (not result.problem, result.verdict.rank)):
        rows[result.theme].append(
            {
                "name": result.name,
                "slug": result.slug,
                "problem": result.problem,
                "verdict": result.verdict,
                "sketch": markup(result.sketch),
                "points": result.points,
                "entries": result.entries,
                "cells": [] if result.problem else result.summary.to_dict("records"),
            }
        )
    anchors = slugs(rows)
    return [
        {"name": theme or "cases", "anchor": f"theme-{anchors[theme]}", "rows": listed}
        for theme, listed in rows.items()
    ]
