"""Who does the work: this process, children of this process, or workers elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Any

from gradcheck.batch.scheduling import scheduled
from gradcheck.batch.settings import Limits
from gradcheck.batch.supervisor import Answer, Supervisors

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
def children(workers: int, limits: Limits) -> Iterator[Crew]:
    """Work in so many children of this process."""
    supervisors = Supervisors(limits)
    threads = ThreadPoolExecutor(workers, thread_name_prefix="gradcheck")

    def crew(
        function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Answer]]:
        def submit(numbers: Sequence[int]) -> Future[list[Answer]]:
            return threads.submit(supervisors.run, function, [arguments[k] for k in numbers])

        return scheduled(range(len(arguments)), submit, workers)

    try:
        yield crew
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        supervisors.stop()


@contextmanager
def elsewhere(executor: Executor, slots: int, limits: Limits, token: str) -> Iterator[Crew]:
    """Work through an executor, whose workers start children of their own."""

    def crew(
        function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Answer]]:
        def submit(numbers: Sequence[int]) -> Future[list[Answer]]:
            chosen = [arguments[k] for k in numbers]
            return executor.submit(supervised, function, chosen, limits, token)

        return scheduled(range(len(arguments)), submit, slots)

    yield crew


def supervised(
    function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], limits: Limits, token: str
) -> list[Answer]:
    """Do on a worker what `children` does here."""
    return _HERE.of(limits, token).run(function, arguments)


class _Here:
    """The supervisors of this process, for the run that it works for."""

    def __init__(self) -> None:
        self._token = ""
        self._supervisors: Supervisors | None = None
        self._lock = Lock()

    def of(self, limits: Limits, token: str) -> Supervisors:
        """Return them; those of an earlier run are ended, since case files may have changed."""
        with self._lock:
            if self._supervisors is None or self._token != token:
                if self._supervisors is not None:
                    self._supervisors.stop()
                self._supervisors, self._token = Supervisors(limits), token
            return self._supervisors


_HERE = _Here()
"""A worker of an executor has nothing of its own but its modules to keep its children in."""
