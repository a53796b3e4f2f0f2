"""Hand out items in chunks: large ones where an item is cheap, small ones near the end."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass
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
_AHEAD = 2
"""Chunks for each worker that are handed out before it asks."""

Submit = Callable[[Sequence[T]], "Future[list[Answer]]"]


@dataclass(frozen=True)
class _Chunk(Generic[T]):
    items: tuple[T, ...]
    attempt: int = 1


def scheduled(items: Sequence[T], submit: Submit[T], slots: int) -> Iterator[tuple[T, Answer]]:
    """Yield the items with their answers, in the order in which they come.

    Parameters
    ----------
    items : sequence
        What is to be done.
    submit : callable
        Hands a chunk of items to a worker, and returns the future of its answers.
    slots : int
        How many chunks are worked on at a time.

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
            while (todo or again) and len(running) < _AHEAD * slots:
                chunk = again.popleft() if again else _taken(todo, pace.size(len(todo), slots))
                running[submit(chunk.items)] = chunk
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                chunk = running.pop(future)
                answers = _answers(future, chunk)
                if answers is None:
                    again += (_Chunk((item,), chunk.attempt + 1) for item in chunk.items)
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


def _answers(future: "Future[list[Answer]]", chunk: _Chunk[T]) -> list[Answer] | None:
    """Return the answers; None if the worker was lost and the chunk should be tried again."""
    try:
        return future.result()
    except GradcheckError:
        raise
    except (Exception, CancelledError) as error:
        if not _is_lost(error):
            raise RunError(
                f"the workers cannot do their work: {type(error).__name__}: {error}; is the same "
                "gradcheck installed there?"
            ) from error
        if chunk.attempt < ATTEMPTS:
            return None
        message = f"the worker was lost {ATTEMPTS} times: {type(error).__name__}: {error}"
        return [Answer(outcome=CRASHED, message=message)] * len(chunk.items)


def _is_lost(error: BaseException) -> bool:
    """Tell whether an executor says that a worker died, and can go on without it."""
    return isinstance(error, CancelledError | ConnectionError) or type(error).__module__.startswith(
        "distributed"
    )
