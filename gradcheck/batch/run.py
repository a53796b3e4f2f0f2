"""Examine many cases and keep what came of them: `run`, and `resume` after an interruption."""

import os
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from gradcheck.batch.collecting import collected
from gradcheck.batch.crew import Crew, children, elsewhere, here
from gradcheck.batch.environment import environment
from gradcheck.batch.examining import examine
from gradcheck.batch.plan import Planned, plan_of
from gradcheck.batch.reading import Run, read_run
from gradcheck.batch.record import FAILURES, SKIPPED, Record
from gradcheck.batch.request import Request
from gradcheck.batch.settings import Limits, Settings, Tables
from gradcheck.batch.store import Store, require_new
from gradcheck.batch.worker import examine_planned
from gradcheck.behaviour.sweep import DEFAULT_STENCILS
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, SelectionError
from gradcheck.model.case import Case

Progress = Callable[[int, int, int, str], object]
"""Called as ``progress(done, failed, total, name)``, at the start and after each case."""

CasesLike = Iterable[Case] | Mapping[str, Case] | Request | str | Path | Sequence[str | Path]

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
    stencils: Iterable[Stencil] = DEFAULT_STENCILS,
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
        Of the error tables, as for `sweep`.

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
    >>> folder = tempfile.TemporaryDirectory()
    >>> cases = [
    ...     Case("sine", f=np.sin, df=np.cos, points=[0.7]),
    ...     Case("cosine", f=np.cos, df=np.sin, points=[0.7]),
    ... ]
    >>> result = run(cases, f"{folder.name}/results.sqlite", workers=0)
    >>> result.counts, list(result.failed["findings"])
    ({'fail': 1, 'pass': 1}, ['sign'])
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
    wanted = _wanted(cases, manner)
    with manner.crew() as crew:
        plan = wanted.plan(crew)
        with Store.create(store, settings, wanted.request) as opened:
            _carry_out(opened, plan, wanted.held, crew, manner)
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
    settings : Settings, optional
        By default those of the run.
    again : iterable of str
        Outcomes whose cases are done again whatever happened, such as "fail".
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
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = f"{folder.name}/results.sqlite"
    >>> sine = Case("sine", f=np.sin, df=np.cos, points=[0.7])
    >>> square = Case("square", f=np.square, df=lambda x: 2 * x, points=[0.7])
    >>> len(run([sine], store, workers=0)), len(resume(store, [sine, square], workers=0))
    (1, 2)
    """
    manner = Manner.of(
        workers=workers, executor=executor, maxfail=maxfail, progress=progress,
        limits=Limits(seconds=time_limit, memory=memory_limit),
    )  # fmt: skip
    with Store.reopen(store) as opened:
        wanted = _wanted(_asked_before(opened) if cases is None else cases, manner)
        with manner.crew() as crew:
            plan = wanted.plan(crew)
            opened.change(settings or opened.settings, wanted.request)
            _carry_out(opened, plan, wanted.held, crew, manner, again=again)
    return read_run(store)


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a run is carried out; nothing of it decides its rows, but for the limits."""

    workers: int
    executor: Executor | None
    limits: Limits
    maxfail: int | None
    progress: Progress

    @classmethod
    def of(
        cls,
        *,
        workers: int | None,
        executor: Any,
        limits: Limits,
        maxfail: int | None,
        progress: Progress | None,
    ) -> "Manner":
        """Take the options of `run`.

        Raises
        ------
        CaseError
            If one cannot be used.
        """
        for name, value, least in (("workers", workers, 0), ("maxfail", maxfail, 1)):
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int) or value < least
            ):
                raise CaseError(f"{name} must be a whole number of at least {least}, got {value!r}")
        if executor is not None:
            executor, slots = _executor(executor)
            workers = workers or slots
        if workers is None:
            workers = cores()
        return cls(
            workers=workers,
            executor=executor,
            limits=limits,
            maxfail=maxfail,
            progress=progress or (lambda _done, _failed, _total, _name: None),
        )

    @property
    def in_process(self) -> bool:
        """Whether this process does the work itself."""
        return self.executor is None and self.workers == 0

    def crew(self) -> AbstractContextManager[Crew]:
        """Return who does the work."""
        if self.in_process:
            return here()
        if self.executor is None:
            return children(self.workers, self.limits)
        return elsewhere(self.executor, self.workers, self.limits, token=uuid.uuid4().hex)


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """The cases of a run: by path, planned already, or held in memory."""

    request: dict[str, Any] = field(default_factory=dict)
    """What the store remembers, to find them again; empty if they came as objects."""
    planned: tuple[Planned, ...] = ()
    held: Mapping[str, Case] = field(default_factory=dict)

    def plan(self, crew: Crew) -> tuple[Planned, ...]:
        """Return the plan, with names that are unique.

        Raises
        ------
        LoadingError
            If there is no such path.
        SelectionError
            If there is no case.
        """
        if not self.request:
            return self.planned
        request = Request.from_json(self.request)
        found = tuple(filter(request.keeps, collected(request.folders(), crew)))
        if not found:
            raise SelectionError(f"no case is left to examine of {', '.join(request.paths)}")
        return found


def _wanted(cases: CasesLike | tuple[Planned, ...], manner: Manner) -> _Wanted:
    if isinstance(cases, Request):
        return _Wanted(request=cases.to_json())
    if isinstance(cases, str | Path):
        return _Wanted(request=Request.of(cases).to_json())
    listed: list[Any] = list(cases.values() if isinstance(cases, Mapping) else cases)
    if not listed:
        raise SelectionError("there are no cases to examine")
    if all(isinstance(each, Planned) for each in listed):
        return _Wanted(planned=tuple(listed))
    if all(isinstance(each, str | Path) for each in listed):
        return _Wanted(request=Request.of(listed).to_json())
    held = _named_cases(listed)
    homeless = [name for name, case in held.items() if case.origin is None]
    if homeless and not manner.in_process:
        shown = ", ".join(map(repr, homeless[:3])) + (", ..." if len(homeless) > 3 else "")
        raise CaseError(
            f"{len(homeless)} of the cases were made in memory ({shown}), and workers load cases "
            "from their files; give workers=0, or write them into a case file"
        )
    return _Wanted(planned=plan_of(held.values()), held=held if manner.in_process else {})


def _named_cases(listed: Sequence[Any]) -> dict[str, Case]:
    held: dict[str, Case] = {}
    for case in listed:
        if not isinstance(case, Case):
            raise CaseError(f"a run takes cases, or paths of case files and folders, got {case!r}")
        if case.name in held:
            raise CaseError(f"two cases are called {case.name!r}; rename one of them")
        held[case.name] = case
    return held


def _asked_before(store: Store) -> CasesLike | tuple[Planned, ...]:
    """Return what a stored run was asked for, to be looked up again."""
    request = store.request
    if request:
        return Request.from_json(request)
    planned = store.planned()
    homeless = [each.name for each in planned if not each.file]
    if homeless:
        raise CaseError(
            f"{store.path}: {len(homeless)} of its cases were made in memory, such as "
            f"{homeless[0]!r}; hand the cases over again: gradcheck.resume(store, cases, workers=0)"
        )
    return planned


def _carry_out(
    store: Store,
    plan: Sequence[Planned],
    held: Mapping[str, Case],
    crew: Crew,
    manner: Manner,
    *,
    again: Iterable[str] = (),
) -> None:
    """Examine what is left of a plan, and write each row as it comes."""
    store.begin(environment(manner.workers, manner.executor, manner.limits))
    left = store.plan(plan, manner.limits, again=again)
    ending = "interrupted"
    try:
        ending = _examine(store, left, len(plan), held, crew, manner)
    except KeyboardInterrupt as error:
        error.add_note(f"go on with gradcheck.resume({str(store.path)!r})")
        raise
    finally:
        store.end(ending)


def _examine(
    store: Store,
    left: Sequence[Planned],
    total: int,
    held: Mapping[str, Case],
    crew: Crew,
    manner: Manner,
) -> str:
    """Return how it ended."""
    done, failed = total - len(left), 0
    manner.progress(done, failed, total, "")
    settings = store.settings
    kept = {each.name: each for each in left}
    with closing(_records(left, settings, held, crew)) as records:
        source = records if manner.maxfail is None else _in_order(records, left)
        for planned, record in source:
            store.put(planned.name, record)
            del kept[planned.name]
            done, failed = done + 1, failed + (record.outcome in FAILURES)
            manner.progress(done, failed, total, planned.name)
            if failed == manner.maxfail:
                break
    for planned in kept.values():
        message = f"the run was to end after {failed} {'failure' if failed == 1 else 'failures'}"
        store.put(planned.name, Record(outcome=SKIPPED, message=message))
    return "stopped early" if kept else "finished"


def _records(
    left: Sequence[Planned], settings: Settings, held: Mapping[str, Case], crew: Crew
) -> Generator[tuple[Planned, Record], None, None]:
    """Yield what comes of the cases, in the order in which it comes."""
    for planned in left:
        if planned.problem:
            yield planned, Record(outcome=planned.outcome, message=planned.problem)
    todo = [planned for planned in left if not planned.problem]
    function = examine_planned
    if held:

        def function(planned: Planned, settings: Settings) -> Record:
            return examine(held[planned.name], settings)

    for number, answer in crew(function, [(planned, settings) for planned in todo]):
        record = answer.value or Record(
            outcome=answer.outcome, message=answer.message, seconds=answer.seconds
        )
        yield todo[number], record


def _in_order(
    records: Iterable[tuple[Planned, Record]], order: Sequence[Planned]
) -> Iterator[tuple[Planned, Record]]:
    """Yield the records in the order of the run, so that an early end does not depend on luck."""
    waiting: dict[str, Record] = {}
    names = iter(order)
    turn = next(names, None)
    for planned, record in records:
        waiting[planned.name] = record
        while turn is not None and turn.name in waiting:
            yield turn, waiting.pop(turn.name)
            turn = next(names, None)


def _executor(executor: Any) -> tuple[Executor, int]:
    """Return the executor of a Client of dask, or the executor itself, and its size."""
    if hasattr(executor, "get_executor"):  # a Client of dask.distributed
        return executor.get_executor(pure=False), max(1, sum(executor.nthreads().values()))
    if not hasattr(executor, "submit"):
        raise CaseError(
            "executor must be a Client of dask.distributed or a concurrent.futures.Executor, got "
            f"{executor!r}"
        )
    return executor, getattr(executor, "_max_workers", None) or cores()
