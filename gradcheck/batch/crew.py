"""Who does the work: this process, children of this process, or workers elsewhere."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from gradcheck.batch.cluster import DaskExecutor
from gradcheck.batch.outpost import Errand, release, require_children, supervised
from gradcheck.batch.scheduling import scheduled
from gradcheck.batch.settings import Limits
from gradcheck.batch.supervisor import Answer, Supervisors
from gradcheck.errors import CaseError, RunError

Crew = Callable[[Callable[..., Any], Sequence[tuple[Any, ...]]], Iterator[tuple[int, Answer]]]
"""Calls a function on each of many arguments somewhere, and yields their numbers with the answers.
"""


@contextmanager
def here() -> Iterator[Crew]:
    """Work in this process, with as many threads in BLAS as a child would have: one."""

    def crew(
        function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Answer]]:
        for number, each in enumerate(arguments):
            yield number, Answer(value=function(*each))

    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield crew


@contextmanager
def children(workers: int, limits: Limits, *, preload: Sequence[str] = ()) -> Iterator[Crew]:
    """Work in so many children of this process, which have these modules when they start."""
    require_children()
    supervisors = Supervisors(limits, preload)
    threads = ThreadPoolExecutor(workers, thread_name_prefix="gradcheck")

    def crew(
        function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Answer]]:
        def submit(numbers: Sequence[int]) -> Future[list[Answer]]:
            return threads.submit(supervisors.run, function, [arguments[k] for k in numbers])

        return scheduled(range(len(arguments)), submit, lambda: workers)

    try:
        yield crew
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        supervisors.stop()


@contextmanager
def elsewhere(executor: Executor, slots: Callable[[], int], errand: Errand) -> Iterator[Crew]:
    """Work through an executor, whose workers start children of their own."""

    def crew(
        function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Answer]]:
        def submit(numbers: Sequence[int]) -> Future[list[Answer]]:
            chosen = [arguments[k] for k in numbers]
            try:
                return executor.submit(supervised, function, chosen, errand)
            except RuntimeError as error:
                raise RunError(
                    f"the executor takes no more work ({type(error).__name__}: {error})"
                ) from error

        return scheduled(range(len(arguments)), submit, slots)

    try:
        yield crew
    finally:
        release(errand.run)  # an executor of threads works here
        if isinstance(executor, DaskExecutor):
            executor.release(errand.run)


def hired(executor: Any, workers: int | None) -> tuple[Executor, Callable[[], int]]:
    """Return something with the shape of an executor, and what tells how much it does at a time.

    Raises
    ------
    CaseError
        If it cannot do the work of a run.
    """
    if hasattr(executor, "get_executor"):  # a Client of dask.distributed
        cluster = DaskExecutor(executor)
        return cluster, lambda: workers or cluster.slots
    if type(executor).__module__.startswith("distributed"):
        raise CaseError(f"hand over the Client of Dask itself, got {executor!r}")
    if not callable(getattr(executor, "submit", None)):
        raise CaseError(
            "executor must be a concurrent.futures.Executor or a Client of Dask, such as "
            f"distributed.Client('tcp://10.0.0.1:8786'), got {executor!r}"
        )
    sizes = (getattr(executor, name, None) for name in _SIZES)
    size = workers or next(filter(None, sizes), None) or cores()
    return executor, lambda: size


_SIZES = ("_max_workers", "num_workers")
"""What executors call the number of their workers: those of Python, those of MPI."""


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
