"""A report of a stored run, as web pages; none of the user's code runs.

The folder has no clock and no random number in it: the same store gives the same bytes.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from fnmatch import fnmatchcase
from hashlib import sha256
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from gradcheck import __version__
from gradcheck.batch.reading import Run
from gradcheck.batch.scanning import Scanned, messages, scan
from gradcheck.errors import SelectionError
from gradcheck.output.definition import Definition
from gradcheck.output.folder import ReportFolder, slugs
from gradcheck.output.html import markup, pages_of
from gradcheck.output.run_export import csv_lines, junit_lines, markdown, write_parquet
from gradcheck.output.run_index import RunIndex, index_of, shown
from gradcheck.output.run_listing import Listing, cut, listing
from gradcheck.output.run_pages import pages as pages_in_order
from gradcheck.output.run_pages import places

Progress = Callable[[int, int, str], object]

MOST_PAGES = 1000
"""So many cases get a page of their own, unless another number is asked for."""
TITLE = "Derivatives checked by finite differences"


@dataclass(frozen=True, kw_only=True)
class RunReport:
    """A report of a run that has been written."""

    folder: Path
    index: Path
    pages: tuple[Path, ...]
    """The pages of the cases, in the order in which they lead to one another."""
    counts: dict[str, int]
    """How many cases of the report came out how, the gravest first."""
    without: int
    """How many cases have no page although they fail or are inconclusive."""


def write(  # noqa: PLR0913  (the run, and options that are all named)
    run: Run,
    *,
    out: str | Path,
    definition: Definition | None = None,
    chosen: Sequence[str] = (),
    pages: int = MOST_PAGES,
    workers: int = 1,
    progress: Progress | None = None,
) -> RunReport:
    """Write the report of a run.

    Parameters
    ----------
    run : Run
        A stored run; see `gradcheck.read_run`.
    out : str or Path
        The folder to write: new, empty, or an earlier report, which is replaced. Other files in it
        stay as they are.
    definition : Definition, optional
        Title, introduction, cases and templates; what it says of stencils, steps, points and paths
        was decided by the run.
    chosen : sequence of str
        Names of cases that get a page though they pass.
    pages : int
        So many cases get a page at most: those that were chosen, then the gravest.
    workers : int
        How many processes share the work. More than one needs a script that may be imported
        (``if __name__ == "__main__":``). The report is the same.
    progress : callable, optional
        Called as ``progress(done, total, name)`` before each page, and once at the end.

    Returns
    -------
    RunReport

    Raises
    ------
    SelectionError
        If no case is selected, or none is called as one that was chosen.
    DefinitionError
        If a template cannot be used.
    OutputError
        If the folder holds something else, or cannot be written.
    StoreError
        If the store cannot be read.
    """
    title = definition.title if definition else TITLE
    template = definition.template if definition else None
    listed = listing(_selected(run, definition), chosen)
    _require_chosen(run, listed, chosen)
    names = _with_page(listed, pages)
    named = slugs(names)
    folder = ReportFolder.claim(out)
    wanted = list(zip(names, places(names, list(named.values())), strict=True))
    source = pages_in_order(run, wanted, report=title, template=template, workers=workers)
    written = []
    for number, (name, place) in enumerate(wanted):
        if progress is not None:
            progress(number, len(wanted), name)
        written.append(folder.write(f"cases/{place.slug}.html", next(source)))
    if progress is not None:
        progress(len(wanted), len(wanted), "")
    without = sum(1 for case in _all_wanted(listed) if case.name not in named)
    _write_data(run, folder)
    index = _write_index(
        folder,
        index_of(
            run,
            listed,
            title=title,
            introduction=definition.introduction if definition else "",
            pages=named,
            told=messages(run, shown(listed)),
            without=without,
            whole=len(run),
        ),
        template,
    )
    folder.finish()
    return RunReport(
        folder=folder.path,
        index=index,
        pages=tuple(written),
        counts=dict(listed.counts),
        without=without,
    )


def _selected(run: Run, definition: Definition | None) -> Iterator[Scanned]:
    """Yield the cases that a definition asks for, in the order of the run.

    Raises
    ------
    SelectionError
        If there are cases, but none that it asks for.
    """
    some = False
    for case in scan(run):
        if _is_selected(case, definition):
            some = True
            yield case
    if not some and len(run):
        raise SelectionError(
            f"no case of {run.path} has the name and the tags that the definition asks for"
        )


def _is_selected(case: Scanned, definition: Definition | None) -> bool:
    if definition is None:
        return True
    named = any(fnmatchcase(case.name, pattern) for pattern in definition.patterns)
    return (named or not definition.patterns) and {*definition.tags} <= {*case.tags, case.theme}


def _require_chosen(run: Run, listed: Listing, chosen: Sequence[str]) -> None:
    """Raise if there is no case of a name that was asked for.

    Raises
    ------
    SelectionError
        With names that are near.
    """
    missing = next((name for name in chosen if name not in {c.name for c in listed.chosen}), None)
    if missing is not None:
        near = get_close_matches(missing, [case.name for case in scan(run)], n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise SelectionError(f"no case of the report is called {missing!r}{hint}")


def _all_wanted(listed: Listing) -> Iterator[Scanned]:
    """Yield the cases that fail or are inconclusive, in the order of the first page."""
    for cluster in (*listed.failing, *listed.inconclusive):
        yield from cluster.cases


def _with_page(listed: Listing, most: int) -> list[str]:
    """Choose the cases that get a page; the first page shows no other while there is room."""
    chosen = [case.name for case in listed.chosen[:most]]
    failing = cut(listed.failing, most - len(chosen))
    used = len(chosen) + sum(len(cluster.cases) for cluster in failing)
    inconclusive = cut(listed.inconclusive, most - used)
    names = (case.name for cluster in (*failing, *inconclusive) for case in cluster.cases)
    return list(dict.fromkeys(chain(names, chosen)))


_TABLES = ("summary", "findings", "convergence")


def _write_data(run: Run, folder: ReportFolder) -> None:
    for name in _TABLES:
        folder.write_lines(f"data/{name}.csv.gz", csv_lines(run, name))
    folder.write_lines("data/junit.xml", junit_lines(run))
    folder.write("data/summary.md", markdown(run))
    if find_spec("pyarrow") is not None:
        with folder.opened("data/summary.parquet") as file:
            write_parquet(run, "summary", file)


def _write_index(folder: ReportFolder, index: RunIndex, template: Path | None) -> Path:
    pages = pages_of(template)
    folder.write("style.css", pages.source("style.css"))
    script = pages.source("run.js")
    html = pages.render(
        "run.html",
        report=index.title,
        version=__version__,
        root="",
        script=markup(script),
        script_digest=b64encode(sha256(script.encode()).digest()).decode(),
        parquet=find_spec("pyarrow") is not None,
        **{field.name: getattr(index, field.name) for field in fields(index)},
    )
    return folder.write("index.html", html)
