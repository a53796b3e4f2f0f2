"""The page of one case, and what the index and the data files need to know about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gradcheck import __version__, content
from gradcheck.errors import DefinitionError, GradcheckError
from gradcheck.model.case import Case
from gradcheck.output.case_verdict import CaseVerdict, case_verdict
from gradcheck.output.definition import Definition
from gradcheck.output.explanation import explain
from gradcheck.output.export import csv_gz
from gradcheck.output.html import error_table, markup, pages_of, parts_table
from gradcheck.output.outcome import ERROR
from gradcheck.output.sketch import sketch
from gradcheck.output.study import LARGE, Study, shown_points, study
from gradcheck.output.summary import ENTRY, behaviour_counts, failed, summarise

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup
    from matplotlib.axes import Axes

MOST_PARTS = 2
"""So many points at most get the tables of both error parts, which are long."""
LISTED_POINTS = 60
LISTED_ENTRIES = 12


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page stands in the report."""

    number: int
    total: int
    slug: str
    previous: tuple[str, str] | None
    """Slug and name of the page before this one."""
    next: tuple[str, str] | None
    detail: int
    """How many points have a V plot and, up to `MOST_PARTS` and with at most twice as many inputs,
    both error parts."""
    picture: bool
    """Whether the page has a picture of f and its derivative."""
    tables: Literal["selected", "all"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CaseResult:
    """What came of one case: plain values, so that another process can hand it over."""

    name: str
    theme: str
    slug: str
    page: str
    data: bytes
    """The error table as gzip CSV; empty if the case could not be compared."""
    convergence: "pd.DataFrame | None"
    summary: "pd.DataFrame"
    verdict: CaseVerdict
    sketch: str
    problem: str
    certified: bool
    points: int
    entries: int
    rows: int


def case_result(case: Case, definition: Definition, place: Place) -> CaseResult:
    """Check and compare a case and write its page; whatever goes wrong in it becomes its result.

    Raises
    ------
    DefinitionError
        If the definition's template cannot be used.
    """
    verdict = case_verdict(definition.restrict(case))
    try:
        examined = study(
            case, definition, parts=min(place.detail, MOST_PARTS), inputs=2 * place.detail
        )
        return _succeeded(examined, definition, place, verdict)
    except DefinitionError:
        raise
    except GradcheckError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001  (one case never stops a report)
        reason = f"{case.name}: {type(error).__name__}: {error}"
    return _failed(case, definition, place, verdict, relative(reason, definition))


def lost(case: Case, definition: Definition, place: Place, problem: str) -> CaseResult:
    """Return the result of a case that ended its process, or took too long."""
    verdict = CaseVerdict(
        word=ERROR, sentence=f"not checked: {problem.removeprefix(f'{case.name}: ')}"
    )
    return _failed(case, definition, place, verdict, relative(problem, definition))


def _succeeded(
    examined: Study, definition: Definition, place: Place, verdict: CaseVerdict
) -> CaseResult:
    case = examined.case
    written = examined.table if place.tables == "all" else examined.rows_to_write()
    data = csv_gz(written)
    sections = list(_sections(examined, place))
    context = {
        "problem": "",
        "verdict": verdict,
        "behaviours": behaviour_counts(examined.convergence["behaviour"]),
        "points": _points(examined),
        "left_out": max(0, len(case.all_points) - LISTED_POINTS),
        "picture": _picture(case) if place.picture else {"svg": "", "reason": ""},
        "sections": sections,
        "uncertified": examined.uncertified,
        "certified": not examined.uncertified,
        "large": LARGE if examined.is_large else 0,
        "data": {"rows": len(written), "total": len(examined.table), "size": len(data)},
    }
    first = sections[0]["rows"]
    return CaseResult(
        name=case.name,
        theme=case.theme,
        slug=place.slug,
        page=_rendered(case, definition, place, context),
        data=data,
        convergence=examined.convergence,
        summary=summarise(examined.convergence, theme=case.theme),
        verdict=verdict,
        sketch=sketch(_thinned(first), label=f"V plot of {case.name}"),
        problem="",
        certified=not examined.uncertified,
        points=len(case.all_points),
        entries=len(examined.entries),
        rows=len(examined.table),
    )


def _failed(
    case: Case, definition: Definition, place: Place, verdict: CaseVerdict, problem: str
) -> CaseResult:
    return CaseResult(
        name=case.name,
        theme=case.theme,
        slug=place.slug,
        page=_rendered(case, definition, place, {"problem": problem, "verdict": verdict}),
        data=b"",
        convergence=None,
        summary=failed(case.name, theme=case.theme, problem=problem),
        verdict=verdict,
        sketch="",
        problem=problem,
        certified=False,
        points=len(case.all_points),
        entries=0,
        rows=0,
    )


def _rendered(case: Case, definition: Definition, place: Place, context: dict[str, Any]) -> str:
    facts = {
        "name": case.name,
        "theme": case.theme,
        "formula": case.formula,
        "derivative_formula": case.derivative_formula,
        "derivation": case.derivation,
        "domain": str(case.domain),
        "source": case.source,
        "tags": sorted(case.tags),
        "origin": relative(str(case.origin), definition) if case.origin else "",
    }
    return pages_of(definition.template).render(
        "case.html",
        report=definition.title,
        version=__version__,
        root="../",
        case=facts,
        place=place,
        stencils=[(formula.name, str(formula)) for formula in definition.stencils],
        **context,
    )


def _points(examined: Study) -> list[dict[str, Any]]:
    """List the points with what happened there."""
    reasons = [""] * len(examined.case.points) + list(examined.case.special_points)
    curves = examined.convergence
    shown = set(shown_points(examined.case))
    numbers = range(min(len(reasons), LISTED_POINTS))
    return [
        {
            "number": number,
            "x": point_text(examined.case, number),
            "reason": reasons[number],
            "behaviours": behaviour_counts(group["behaviour"]),
            "error": float(group["best_error"].min()),
            "digits": float(group["digits"].median()),
            "shown": number in shown,
        }
        for number in numbers
        for group in [curves[(curves["point"] == number).to_numpy()]]
    ]


def _sections(examined: Study, place: Place) -> Iterator[dict[str, Any]]:
    """Describe the points that are shown, each by its worst entry."""
    case, table = examined.case, examined.table
    reasons = [""] * len(case.points) + list(case.special_points)
    entries = examined.entries
    shown = shown_points(case)
    for number in sorted(shown):
        here = entries[(entries["point"] == number).to_numpy()]
        worst = here.iloc[0]
        rows = _of_entry(table, worst)
        facts = _of_entry(examined.convergence, worst)
        breakdown = dict(zip(facts["stencil"].astype(str), facts["breakdown_h"], strict=True))
        figure = _error_figure(rows, facts) if number in shown[: place.detail] else ""
        yield {
            "number": number,
            "x": point_text(case, number),
            "reason": reasons[number],
            "entry": _entry_text(worst, single=len(here) == 1),
            "analytic": float(worst["analytic"]),
            "count": len(here),
            "figure": figure,
            "sketch": "" if figure else markup(sketch(rows, label=f"V plot at point {number}")),
            "curves": [_curve(row) for row in facts.to_dict("records")],
            "others": list(_others(examined, here)),
            "errors": error_table(rows, breakdown=breakdown),
            "parts": list(_parts(rows)) if number in shown[: min(place.detail, MOST_PARTS)] else [],
            "rows": rows,
        }


def _of_entry(table: "pd.DataFrame", entry: "pd.Series[Any]") -> "pd.DataFrame":
    chosen = np.ones(len(table), dtype=bool)
    for key in ENTRY:
        chosen &= table[key].to_numpy() == int(entry[key])
    return table.iloc[np.flatnonzero(chosen)]


def _curve(row: dict[Any, Any]) -> dict[str, Any]:
    return {**row, "stencil": str(row["stencil"]), "behaviour": str(row["behaviour"]),
            "sentence": explain(row)}  # fmt: skip


def _others(examined: Study, here: "pd.DataFrame") -> Iterator[dict[str, Any]]:
    """List the entries of a point after the worst one, up to a limit."""
    for _, entry in here.iloc[1 : LISTED_ENTRIES + 1].iterrows():
        curves = _of_entry(examined.convergence, entry)
        yield {
            "entry": _entry_text(entry, single=False),
            "analytic": float(entry["analytic"]),
            "error": float(curves["best_error"].min()),
            "digits": float(curves["digits"].max()),
            "behaviours": behaviour_counts(curves["behaviour"]),
        }


def _parts(rows: "pd.DataFrame") -> Iterator[tuple[str, "Markup"]]:
    for name in rows["stencil"].unique():
        yield str(name), parts_table(rows[(rows["stencil"] == name).to_numpy()])


def _error_figure(rows: "pd.DataFrame", facts: "pd.DataFrame") -> "Markup":
    from gradcheck.output import figure

    return _svg(figure.errors(rows, convergence=facts))


def _picture(case: Case) -> dict[str, Any]:
    """Draw f and df of one number; with more inputs there is no such picture."""
    from gradcheck.output import figure

    if any(point.size != 1 for point in case.all_points):
        return {"svg": "", "reason": ""}
    try:
        return {"svg": _svg(figure.function(case)), "reason": ""}
    except Exception as error:  # noqa: BLE001  (f may fail between the points; the page says so)
        return {"svg": "", "reason": f"{type(error).__name__}: {error}"}


def _svg(axes: "Axes") -> "Markup":
    from matplotlib.figure import Figure

    from gradcheck.output.svg import to_svg

    assert isinstance(axes.figure, Figure)
    return markup(to_svg(axes.figure))


def _thinned(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Keep every second step: enough for a sketch of an index."""
    return rows[(rows.groupby("stencil", observed=True).cumcount() % 2 == 0).to_numpy()]


def point_text(case: Case, number: int) -> str:
    """Write a point: "0.7", "(-1.2, 1)", "(1, 2, 3, 4, …) of shape (3, 3)"."""
    point = case.all_points[number]
    if point.ndim == 0:
        return f"{point:.6g}"
    first = ", ".join(f"{x:.6g}" for x in point.reshape(-1)[:6])
    more = ", …" if point.size > 6 else ""
    shape = f" of shape {point.shape}" if point.ndim > 1 or more else ""
    return f"({first}{more}){shape}"


def _entry_text(entry: "pd.Series[Any]", *, single: bool) -> str:
    if single:
        return ""
    return f"output {int(entry['output'])}, input {int(entry['input'])}"


def relative(text: str, definition: Definition) -> str:
    """Write paths relative to where they belong: a report names no folder of this machine."""
    for folder in (content.folder("cases").parent, definition.file.resolve().parent, Path.cwd()):
        text = text.replace(f"{folder}/", "")
    return text
