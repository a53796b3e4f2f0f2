"""Hand out items in chunks: large ones where an item is cheap, small ones near the end."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from gradcheck.batch.record import CRASHED
from gradcheck.batch.supervisor import Answer
from gradcheck.errors import GradcheckError, RunError

T = TypeVar("T")

CHUNK_SECONDS = 0.4
"""A chunk should take so long: far more than handing it over."""
MOST = 400
"""So many items a chunk at most: what is lost if the coordinator is killed."""
ATTEMPTS = 3
"""An item whose workers are lost so often is given up."""
_DELAYS = 100
"""So often a chunk may be lost before a worker began it."""
_AHEAD = 2
"""Chunks for each worker that are handed out before it asks."""

Submit = Callable[[Sequence[T]], "Future[list[Answer]]"]


class WorkerLost(Exception):  # noqa: N818  (a fact, which costs its chunk another attempt)
    """A worker died, and its executor can go on without it."""

    def __init__(self, message: str, *, begun: bool = True) -> None:
        super().__init__(message)
        self.begun = begun
        """Whether it had begun the chunk."""


@dataclass(frozen=True)
class _Chunk(Generic[T]):
    items: tuple[T, ...]
    attempt: int = 1
    delays: int = 0

    def next(self, lost: BaseException) -> "Iterator[_Chunk[T]]":
        """Yield what is tried next: each item alone, or all again if no item can be at fault."""
        if isinstance(lost, WorkerLost) and not lost.begun:
            yield replace(self, delays=self.delays + 1)
        else:
            yield from (_Chunk((item,), self.attempt + 1, self.delays) for item in self.items)


def scheduled(
    items: Sequence[T], submit: Submit[T], slots: Callable[[], int]
) -> Iterator[tuple[T, Answer]]:
    """Yield the items with their answers, in the order in which they come.

    Parameters
    ----------
    items : sequence
        What is to be done.
    submit : callable
        Hands a chunk of items to a worker, and returns the future of its answers.
    slots : callable
        Tells how many chunks are worked on at a time, which may change.

    Raises
    ------
    RunError
        If the workers are gone, or cannot do anything.
    """
    todo = deque(items)
    again: deque[_Chunk[T]] = deque()
    running: dict[Future[list[Answer]], _Chunk[T]] = {}
    pace = _Pace()
    try:
        while todo or again or running:
            places = slots()
            while (todo or again) and len(running) < _AHEAD * places:
                chunk = again.popleft() if again else _taken(todo, pace.size(len(todo), places))
                running[submit(chunk.items)] = chunk
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(finished, key=_has_failed):
                chunk = running.pop(future)
                answers = _answers(future, chunk)
                if isinstance(answers, BaseException):
                    again += chunk.next(answers)
                    continue
                pace.learn(answers)
                yield from zip(chunk.items, answers, strict=True)
    finally:
        for future in running:
            future.cancel()


class _Pace:
    """How long an item takes, as far as is known."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._items = 0

    def learn(self, answers: Sequence[Answer]) -> None:
        self._seconds += sum(answer.seconds for answer in answers)
        self._items += len(answers)

    def size(self, left: int, slots: int) -> int:
        """Return how many items the next chunk has."""
        if not self._items:
            return 1
        fitting = CHUNK_SECONDS * self._items / max(self._seconds, 1e-9)
        shared = left / (2 * slots)
        return max(1, int(min(fitting, shared, MOST)))


def _taken(todo: "deque[T]", count: int) -> _Chunk[T]:
    return _Chunk(tuple(todo.popleft() for _ in range(min(count, len(todo)))))


def _has_failed(future: "Future[list[Answer]]") -> bool:
    return future.cancelled() or future.exception() is not None


def _answers(
    future: "Future[list[Answer]]", chunk: _Chunk[T]
) -> list[Answer] | WorkerLost | ConnectionError:
    """Return the answers, or how the worker was lost, if the chunk should be tried again."""
    try:
        return future.result()
    except GradcheckError:
        raise
    except (WorkerLost, ConnectionError) as error:
        if chunk.delays == _DELAYS:
            raise RunError("the workers die before they begin anything; see their logs") from error
        if chunk.attempt < ATTEMPTS or (isinstance(error, WorkerLost) and not error.begun):
            return error
        message = f"its worker was lost {ATTEMPTS} times while it was examined: {error}"
        return [Answer(outcome=CRASHED, message=message)] * len(chunk.items)
    except (BrokenExecutor, CancelledError) as error:
        how = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise RunError(f"the executor has given up its workers ({how})") from error
    except Exception as error:
        raise RunError(
            f"the workers cannot do their work: {type(error).__name__}: {error}; is the same "
            "gradcheck installed there?"
        ) from error
