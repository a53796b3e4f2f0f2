"""Examine many cases and keep what came of them: `run`, and `resume` after an interruption."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from gradcheck.batch.carrying_out import carry_out
from gradcheck.batch.creation import require_new
from gradcheck.batch.manner import Manner, Progress
from gradcheck.batch.reading import Run, read_run
from gradcheck.batch.settings import STENCILS, Limits, Settings, Tables
from gradcheck.batch.store import Store
from gradcheck.batch.wanted import CasesLike, asked_before, wanted
from gradcheck.differences.stencil import Stencil

_TIME_LIMIT = 60.0


def run(  # noqa: PLR0913  (the subject, and options that are all named)
    cases: CasesLike,
    store: str | Path = "results.sqlite",
    *,
    workers: int | None = None,
    executor: Any = None,
    time_limit: float = _TIME_LIMIT,
    memory_limit: int | None = None,
    maxfail: int | None = None,
    progress: Progress | None = None,
    seed: int = 0,
    points: int | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
    directions: int | None = None,
    entries: Literal["all"] | None = None,
    tables: Tables = "suspects",
    stencils: Iterable[Stencil] = STENCILS,
    steps: Sequence[float] | None = None,
) -> Run:
    """Check many cases, each safe from the others, and keep what came of them in one file.

    Every case ends in one row: pass, fail, inconclusive, error, timed-out, crashed or skipped. A
    case that raises, loops for ever, exhausts its memory or kills its process costs that row and
    nothing else. The same seed gives the same rows, whoever does the work.

    Parameters
    ----------
    cases : Registry, iterable of Case, path, or sequence of paths
        What is examined. Workers load the case files again, so cases made in memory need
        ``workers=0``. Of a path, not even the import runs in this process.
    store : str or Path
        The SQLite file to write; there must be none yet, see `resume`.
    workers : int, optional
        How many processes share the work; one a core by default. 0 means this process: then no
        limit holds, and a crash is one of the run.
    executor : dask.distributed.Client or concurrent.futures.Executor, optional
        Whose workers do the work instead; each starts supervised children of its own.
    time_limit : float
        Seconds for one case.
    memory_limit : int, optional
        Bytes that one case may use up (Linux).
    maxfail : int, optional
        End after so many failures; the cases after those become rows that say skipped.
    progress : callable, optional
        Called as ``progress(done, failed, total, name)``.
    seed : int
        Seed of random directions, and of points that are drawn.
    points : int, optional
        Check each case at so many points: its first ones, then others drawn from its domain.
    rtol, atol, directions, entries
        As for `check`.
    tables : {"none", "suspects", "all"}
        Whose error tables and error curves are kept too; suspects are those that do not pass.
    stencils, steps
        Of the error tables, as for `sweep`; by default forward, central and central4.

    Returns
    -------
    Run
        True in a condition if nothing failed.

    Raises
    ------
    StoreError
        If the store exists, or cannot be written.
    CaseError
        If cases or options cannot be used.
    LoadingError, SelectionError
        If there is no such path, or no case.
    RunError
        If the workers cannot start, or are gone.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from gradcheck import Case
    >>> folder = tempfile.TemporaryDirectory()
    >>> cases = [
    ...     Case("sine", f=np.sin, df=np.cos, points=[0.7]),
    ...     Case("cosine", f=np.cos, df=np.sin, points=[0.7]),
    ... ]
    >>> result = run(cases, f"{folder.name}/results.sqlite", workers=0)
    >>> result.counts, list(result.failed["findings"])
    ({'fail': 1, 'pass': 1}, ['sign'])
    >>> folder.cleanup()
    """
    settings = Settings(
        seed=seed, points=points, rtol=rtol, atol=atol, directions=directions, entries=entries,
        tables=tables, stencils=tuple(stencils), steps=None if steps is None else tuple(steps),
    )  # fmt: skip
    manner = Manner.of(
        workers=workers, executor=executor, maxfail=maxfail, progress=progress,
        limits=Limits(seconds=time_limit, memory=memory_limit),
    )  # fmt: skip
    require_new(Path(store))
    work = wanted(cases, manner)
    with manner.crew() as crew:
        plan = work.plan(crew)
        with Store.create(store, settings, work.request) as opened:
            carry_out(opened, plan, work.held, crew, manner)
    return read_run(store)


def resume(  # noqa: PLR0913  (the subject, and options that are all named)
    store: str | Path,
    cases: CasesLike | None = None,
    *,
    settings: Settings | None = None,
    again: Iterable[str] = (),
    workers: int | None = None,
    executor: Any = None,
    time_limit: float = _TIME_LIMIT,
    memory_limit: int | None = None,
    maxfail: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Go on with a run: what is done stays, what is missing or has changed is done.

    A case is done again if its file or the settings changed, if it was skipped, or if it timed out
    or crashed under other limits. Cases that are no longer there lose their rows.

    Parameters
    ----------
    store : str or Path
        The file that `run` wrote.
    cases : as for `run`, optional
        By default those that the run was asked for; needed for cases made in memory.
    settings : gradcheck.batch.settings.Settings, optional
        By default those of the run.
    again : iterable of str
        Outcomes whose cases are done again whatever happened, such as "fail". A case made in memory
        has no file whose change could be noticed.
    workers, executor, time_limit, memory_limit, maxfail, progress
        As for `run`.

    Returns
    -------
    Run

    Raises
    ------
    StoreError
        If it is no store, damaged, or another run is writing to it.
    CaseError, LoadingError, SelectionError, RunError
        As `run`.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from gradcheck import Case
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = f"{folder.name}/results.sqlite"
    >>> sine = Case("sine", f=np.sin, df=np.cos, points=[0.7])
    >>> square = Case("square", f=np.square, df=lambda x: 2 * x, points=[0.7])
    >>> len(run([sine], store, workers=0)), len(resume(store, [sine, square], workers=0))
    (1, 2)
    >>> folder.cleanup()
    """
    manner = Manner.of(
        workers=workers, executor=executor, maxfail=maxfail, progress=progress,
        limits=Limits(seconds=time_limit, memory=memory_limit),
    )  # fmt: skip
    with Store.reopen(store) as opened:
        work = wanted(asked_before(opened) if cases is None else cases, manner)
        with manner.crew() as crew:
            plan = work.plan(crew)
            opened.change(settings or opened.settings, work.request)
            carry_out(opened, plan, work.held, crew, manner, again=again)
    return read_run(store)
