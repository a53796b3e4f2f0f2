"""The pages of many cases of a stored run, made by several processes where that is faster.

A process gets the path of the store and the names of cases; none of the user's code runs.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import cache
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path

from gradcheck.batch.reading import Run
from gradcheck.output.run_case import RunPlace, case_page

WORTH_A_PROCESS = 40
"""So many pages take longer than it takes to start a process."""
_CHUNK = 8

Wanted = tuple[str, RunPlace]


def places(names: Sequence[str], slugs: Sequence[str]) -> list[RunPlace]:
    """Line pages up, each with its neighbours."""
    links = list(zip(slugs, names, strict=True))
    return [
        RunPlace(
            slug=slug,
            previous=links[number - 1] if number else None,
            next=links[number + 1] if number + 1 < len(links) else None,
        )
        for number, slug in enumerate(slugs)
    ]


def pages(
    run: Run, wanted: Sequence[Wanted], *, report: str, template: Path | None, workers: int
) -> Iterator[str]:
    """Yield the pages in order.

    Parameters
    ----------
    run : Run
        What they are made from.
    wanted : sequence of (str, RunPlace)
        The name of each case, and where its page stands.
    report : str
        The title of the report.
    template : Path, optional
        A folder whose templates replace the built-in ones.
    workers : int
        How many processes may share the work.
    """
    with ExitStack() as stack:
        chunks = [wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK)]
        futures: list[Future[list[str]]] = []
        if workers > 1 and len(wanted) >= WORTH_A_PROCESS:
            pool = stack.enter_context(ProcessPoolExecutor(workers, mp_context=_context()))
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            futures = [pool.submit(_made, run.path, c, report, template) for c in chunks]
        for number, chunk in enumerate(chunks):
            try:
                made = futures[number].result() if futures else None
            except BrokenProcessPool:  # what is left is made here
                futures, made = [], None
            yield from made or _made(run.path, chunk, report, template)


def _made(store: Path, wanted: Sequence[Wanted], report: str, template: Path | None) -> list[str]:
    run = _run(store)
    return [case_page(run, name, place, report=report, template=template) for name, place in wanted]


@cache
def _run(store: Path) -> Run:
    return Run(store)


def _context() -> BaseContext:
    """Return how processes start: copied from one that has imported all, where that works."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context
