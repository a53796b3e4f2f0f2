"""A cluster of dask.distributed as an executor, which counts the workers that are lost.

Where a worker dies, Dask hands its tasks to others, as often as its own settings say
(`distributed.scheduler.allowed-failures`). Here a chunk is begun once: a worker that gets one that
was begun before says so and leaves it, so that the run decides whether it is tried again.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from gradcheck.batch.outpost import release_there
from gradcheck.batch.scheduling import WorkerLost
from gradcheck.errors import CaseError, RunError

if TYPE_CHECKING:
    from distributed import Client

_LOOK = 1.0
"""Seconds between two looks at the size of the cluster."""
_PATIENCE = 10.0
"""Seconds in which the workers of a cluster should hear that a run has ended."""


@contextmanager
def connected(address: str) -> "Iterator[Client]":
    """Connect to the scheduler at an address, as long as the context lasts.

    Raises
    ------
    RunError
        If Dask is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise RunError(
            "a run on a cluster needs Dask: python -m pip install 'gradcheck[dask]'"
        ) from error
    try:
        client = Client(address, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise RunError(
            f"no scheduler of Dask answers at {address!r} ({type(error).__name__}: {error}); give "
            "the address that it prints when it starts, such as tcp://10.0.0.1:8786"
        ) from error
    with client:
        yield client


class DaskExecutor(Executor):
    """A Client with the shape of an executor, for as long as a run lasts.

    Raises
    ------
    CaseError
        If the Client is asynchronous, or this is a task of the cluster.
    """

    def __init__(self, client: "Client") -> None:
        if client.asynchronous:
            raise CaseError(
                "the Client is asynchronous, and a run waits for its workers; hand over one that "
                "was made with Client(..., asynchronous=False)"
            )
        if _within_a_task():
            raise CaseError(
                "a task of Dask cannot start a run on its own cluster, where it takes up the place "
                "that it waits for; start the run where the Client was made"
            )
        self._client: Any = client
        self._slots = 0
        self._looked = -_LOOK

    @property
    def slots(self) -> int:
        """How many threads the workers have now; 1 while there are no workers."""
        if monotonic() - self._looked >= _LOOK:
            with suppress(OSError):  # a lost scheduler shows in the futures
                self._slots = sum(self._client.nthreads().values())
            self._looked = monotonic()
        return max(1, self._slots)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Hand a call to a worker that begins it once."""
        source = self._client.submit(_once, fn, *args, pure=False, **kwargs)
        target: Future[Any] = Future()
        loop = self._client.loop
        target.add_done_callback(
            lambda done: loop.add_callback(_cancel, source) if done.cancelled() else None
        )
        loop.add_callback(self._hand_over, source, target)
        return target

    def release(self, run: str) -> None:
        """End the children that the workers keep for a run, as far as they can be reached."""
        if self._client.status != "running":
            return
        teller = Thread(target=self._tell, args=(run,), daemon=True)
        teller.start()
        teller.join(_PATIENCE)

    def _tell(self, run: str) -> None:
        with suppress(Exception):  # idle children end by themselves
            self._client.run(release_there, run, on_error="ignore")

    async def _hand_over(self, source: Any, target: "Future[Any]") -> None:
        """Hand what comes of a task to the future of a call; in the loop of the Client."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        value: Any = None
        trouble: BaseException | None = None
        try:
            value = await source.result()
            if value is None:
                trouble = WorkerLost("the process of the worker died")
        except KilledWorker:
            begun = await self._client.scheduler.get_metadata(keys=[source.key], default=None)
            trouble = WorkerLost("the process of the worker died", begun=begun is not None)
        except FutureCancelledError as error:
            trouble = RunError(_ENDINGS.get(error.reason, "the work on the cluster was cancelled"))
        except Exception as error:  # noqa: BLE001  (whoever waits for the call decides)
            trouble = error
        if not target.set_running_or_notify_cancel():
            return
        if trouble is None:
            target.set_result(value)
        else:
            target.set_exception(trouble)


_ENDINGS = {
    "scheduler-connection-lost": "the connection to the scheduler of the cluster was lost",
    "scheduler-restart": "the cluster was restarted",
}


def _once(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function on a worker, unless another worker began to; then None."""
    from distributed import get_worker, sync

    worker = get_worker()
    scheduler, place = worker.scheduler, [worker.get_current_task()]
    if sync(worker.loop, scheduler.get_metadata, keys=place, default=None) is not None:
        return None
    sync(worker.loop, scheduler.set_metadata, keys=place, value=worker.address)
    return function(*arguments)


async def _cancel(source: Any) -> None:
    with suppress(OSError):  # a lost scheduler has dropped it
        await source.cancel()


def _within_a_task() -> bool:
    from distributed import get_worker

    try:
        get_worker()
    except ValueError:
        return False
    return True
