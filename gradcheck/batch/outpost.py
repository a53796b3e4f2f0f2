"""What a worker of an executor does: it keeps children of its own at work, for each run some."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import current_process
from multiprocessing.util import Finalize
from threading import Lock, Timer
from typing import Any

from gradcheck.batch.environment import VERSION
from gradcheck.batch.settings import Limits
from gradcheck.batch.supervisor import Answer, Supervisors
from gradcheck.errors import RunError

IDLE = 60.0
"""Seconds after which the children of a run that asks for nothing more are ended."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """For which run a worker works."""

    run: str
    """A name for it; another run gets other children, since case files may have changed."""
    limits: Limits
    version: str = VERSION
    """Of gradcheck, where the run was started."""


def supervised(
    function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], errand: Errand
) -> list[Answer]:
    """Call a function on each of the arguments in a child of this process.

    Raises
    ------
    RunError
        If this process may have no children, or has another gradcheck.
    """
    if errand.version != VERSION:
        raise RunError(
            f"a worker has gradcheck {VERSION}, but the run was started with gradcheck "
            f"{errand.version}; install the same version in both places"
        )
    require_children()
    with _HERE.supervisors(errand) as supervisors:
        return supervisors.run(function, arguments)


def release(run: str) -> None:
    """End the children that this process keeps for a run, whatever they are doing."""
    _HERE.release(run)


async def release_there(run: str) -> None:
    """Do as `release` on a worker whose event loop must not stand still."""
    await asyncio.to_thread(release, run)


def require_children() -> None:
    """Refuse a process that may have no children.

    Raises
    ------
    RunError
        If it is a daemon.
    """
    if current_process().daemon:
        raise RunError(
            "this worker is a daemonic process, which may have no children, and each case needs "
            "a child process of its own; where it is a worker of Dask, set "
            "distributed.worker.daemon to false where the workers are started, such as by the "
            "environment variable DASK_DISTRIBUTED__WORKER__DAEMON=False, and start them again"
        )


class _Room:
    """The children of one run."""

    def __init__(self, limits: Limits) -> None:
        self.supervisors = Supervisors(limits)
        self.users = 0
        self.timer: Timer | None = None


class _Here:
    """The children of this process, for each run that it works for."""

    def __init__(self) -> None:
        self._rooms: dict[str, _Room] = {}
        self._lock = Lock()
        self._at_exit: Finalize | None = None

    @contextmanager
    def supervisors(self, errand: Errand) -> Iterator[Supervisors]:
        """Lend those of a run; when nobody has used them for a while, they are ended."""
        with self._lock:
            if self._at_exit is None:  # before the children are waited for, which is at 0
                self._at_exit = Finalize(None, self._end, exitpriority=100)
            room = self._rooms.setdefault(errand.run, _Room(errand.limits))
            room.users += 1
            if room.timer is not None:
                room.timer.cancel()
        try:
            yield room.supervisors
        finally:
            with self._lock:
                room.users -= 1
                if not room.users and self._rooms.get(errand.run) is room:
                    room.timer = Timer(IDLE, self._expire, (errand.run, room))
                    room.timer.daemon = True
                    room.timer.start()

    def release(self, run: str) -> None:
        """End those of a run."""
        with self._lock:
            room = self._rooms.pop(run, None)
        if room is not None:
            self._stop(room)

    def _expire(self, run: str, room: _Room) -> None:
        with self._lock:
            if room.users or self._rooms.get(run) is not room:
                return
            del self._rooms[run]
        self._stop(room)

    def _end(self) -> None:
        """End all, because the process ends."""
        for run in list(self._rooms):
            self.release(run)

    @staticmethod
    def _stop(room: _Room) -> None:
        if room.timer is not None:
            room.timer.cancel()
        room.supervisors.stop()


_HERE = _Here()
"""A worker of an executor has nothing of its own but its modules to keep its children in."""
