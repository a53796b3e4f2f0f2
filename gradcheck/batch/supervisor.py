"""A supervisor keeps one child at work, and survives whatever becomes of it.

Items that the child finished are kept. The one that it was at when it ended costs its own row: if
it took too long, that is its outcome; if the process crashed, it is tried once more in a fresh
child, alone, so that no item pays for its neighbours.
"""

import os
import pickle
import re
import shutil
import signal
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, wait
from dataclasses import dataclass
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from pebble import ProcessExpired, ProcessPool

from gradcheck.batch.child import RETIRED, prepare, trace_of, work
from gradcheck.batch.examining import raised_text
from gradcheck.batch.record import CRASHED, TIMED_OUT
from gradcheck.batch.settings import Limits
from gradcheck.errors import RunError

GRACE = 2.0
"""Seconds after which a child is ended from outside, if its own watchdog was switched off."""
_LOOK = 0.25
"""Seconds between two looks at a silent child."""
_MISSED = 4
"""So often a child is found gone before it counts as one that ended with code 0: the pool, which
overlooks these and no others, may be slow to tell how a child died."""
_STARTS = 3
"""A child that ends so often before it does anything cannot start at all."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one item."""

    value: Any = None
    seconds: float = 0.0
    outcome: str = ""
    """`TIMED_OUT` or `CRASHED`; "" if there is a value."""
    message: str = ""
    """What happened, and where."""


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """How far a child came."""

    done: tuple[Answer, ...]
    """The first items, in their order."""
    ending: Answer | None = None
    """How the next item ended its child, if one did."""
    how: str = ""
    """How the child ended."""


@dataclass(frozen=True, kw_only=True)
class _Spooled:
    """What a child wrote down."""

    done: tuple[Answer, ...]
    in_flight: bool
    """Whether it is within an item, or was when it ended."""
    pid: int


class Supervisor:
    """One child, started when it is needed and again when it is lost."""

    def __init__(self, limits: Limits, preload: Sequence[str] = ()) -> None:
        self._limits = limits
        self._preload = preload
        self._folder = Path(tempfile.mkdtemp(prefix="gradcheck-"))
        self._pool = _pool(limits, preload)
        self._fresh = True
        self._stopped = False

    def run(
        self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> list[Answer]:
        """Call a function on each of the arguments in the child.

        Raises
        ------
        RunError
            If no child can be started.
        CancelledError
            If the supervisor was stopped.
        """
        answers: list[Answer] = []
        alone = False
        idle = 0
        while len(answers) < len(arguments):
            left = arguments[len(answers) :]
            fresh = self._fresh
            attempt = self._attempt(function, left[:1] if alone else left)
            answers += attempt.done
            culprit = attempt.ending is not None and (
                attempt.ending.outcome == TIMED_OUT or (fresh and not attempt.done)
            )
            if attempt.ending is not None and culprit:
                answers.append(attempt.ending)
            idle = 0 if attempt.done or attempt.ending else idle + 1
            alone = idle > 0 or (attempt.ending is not None and not culprit)
            if idle == _STARTS:
                raise RunError(f"a worker process {attempt.how}, before it began: {_START_HELP}")
        return answers

    def stop(self) -> None:
        """End the child, whatever it is doing."""
        self._stopped = True
        _end(self._pool)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _attempt(
        self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> _Attempt:
        if self._stopped:
            raise CancelledError
        spool = self._folder / "spool"
        self._folder.mkdir(exist_ok=True)  # an item may have removed it
        for file in (spool, trace_of(str(spool))):
            file.unlink(missing_ok=True)
        spool.touch()
        ending = self._ending(work, (function, arguments, str(spool), self._limits.seconds), spool)
        if self._stopped:  # what ended the child was not its item
            raise CancelledError
        found = _read(spool)
        self._fresh = ending is not None
        if ending is None and not found.done and len(arguments) == 1:
            self._fresh = True  # nobody but this item can have removed the file
            ending = "removed the file of its answer"
        elif not ending or not found.in_flight:
            return _Attempt(done=found.done, how=ending or "had nothing to say")
        trace = trace_of(str(spool))
        told = trace.read_text(errors="replace") if trace.exists() else ""
        if ending == TIMED_OUT or told.startswith("Timeout"):
            return _Attempt(done=found.done, ending=_timed_out(self._limits.seconds, told))
        return _Attempt(done=found.done, ending=_crashed(ending, told))

    def _ending(
        self, task: Callable[..., None], arguments: tuple[Any, ...], spool: Path
    ) -> str | None:
        """Let the child do a task, and return how it ended: "" if it retired, None if it lives."""
        ended = ""
        try:
            future = self._pool.schedule(task, args=arguments)
            ended = self._watched(future, spool)
            future.result()
        except ProcessExpired as error:
            return "" if error.exitcode == RETIRED else _exit_text(error.exitcode)
        except CancelledError:
            if not ended:
                raise
            return TIMED_OUT if ended == TIMED_OUT else _exit_text(0)
        except Exception as error:  # noqa: BLE001  (the child could not answer, or died idle)
            _end(self._pool)
            self._pool = _pool(self._limits, self._preload)
            return f"failed: {_first_line(raised_text(error))}"
        return None

    def _watched(self, task: Any, spool: Path) -> str:
        """Wait for a task; end it if its child does nothing more and nobody else notices.

        Returns
        -------
        str
            "" if the task ended by itself, `TIMED_OUT`, or `CRASHED`.
        """
        missed = 0
        while not wait([task], timeout=_LOOK).done:
            if self._stopped:
                raise CancelledError
            silent = time.time() - _written(spool)
            if silent < _LOOK:
                continue
            last = _read(spool)
            gone = last.pid and not _is_alive(last.pid)
            missed += bool(gone)
            late = last.in_flight and silent > self._limits.seconds + GRACE
            if missed == _MISSED or (late and not gone):
                task.cancel()
                return CRASHED if gone else TIMED_OUT
        return ""


def _pool(limits: Limits, preload: Sequence[str]) -> ProcessPool:
    return ProcessPool(
        max_workers=1, initializer=prepare, initargs=(limits.memory,), context=_context(preload)
    )


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


class Supervisors:
    """As many supervisors as there are threads that ask for one at a time."""

    def __init__(self, limits: Limits, preload: Sequence[str] = ()) -> None:
        self._limits = limits
        self._preload = preload
        self._idle: SimpleQueue[Supervisor] = SimpleQueue()
        self._all: list[Supervisor] = []
        self._stopped = False
        self._lock = Lock()

    def run(
        self, function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]
    ) -> list[Answer]:
        """Call a function on each of the arguments in a child; see `Supervisor.run`."""
        supervisor = self._taken()
        answers = supervisor.run(function, arguments)
        self._idle.put(supervisor)
        return answers

    def stop(self) -> None:
        """End all children."""
        with self._lock:
            self._stopped = True
        for supervisor in self._all:
            supervisor.stop()

    def _taken(self) -> Supervisor:
        """Return an idle supervisor, or a new one."""
        with self._lock:
            if self._stopped:
                raise CancelledError
            try:
                return self._idle.get_nowait()
            except Empty:
                supervisor = Supervisor(self._limits, self._preload)
                self._all.append(supervisor)
                return supervisor


_START_HELP = (
    'a script that calls gradcheck.run must do so under `if __name__ == "__main__":`, because '
    "the workers import it; or give workers=0"
)


def _read(spool: Path) -> _Spooled:
    """Read what a child spooled so far."""
    done: list[Answer] = []
    in_flight, pid = False, 0
    for kind, *content in _messages(spool):
        in_flight = kind == "start"
        if in_flight:
            (pid,) = content
        else:
            seconds, value = content
            done.append(Answer(value=value, seconds=seconds))
    return _Spooled(done=tuple(done), in_flight=in_flight, pid=pid)


def _written(spool: Path) -> float:
    """Return when a child last wrote; long ago if an item removed the file."""
    try:
        return spool.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _messages(spool: Path) -> Iterator[Any]:
    if not spool.exists():
        return
    with spool.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)  # noqa: S301  (our own child wrote it)
            except (EOFError, pickle.UnpicklingError):  # the last one was cut short
                return


def _timed_out(seconds: float, trace: str) -> Answer:
    return Answer(
        outcome=TIMED_OUT,
        seconds=seconds,
        message=f"not finished after {seconds:g} s{_place(trace)}; mend it, or give it more time",
    )


def _crashed(how: str, trace: str) -> Answer:
    return Answer(outcome=CRASHED, message=f"the process {how}{_place(trace)}")


def _exit_text(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended with exit code {code}"
    starved = ", as the system does where memory runs out" if -code == signal.SIGKILL else ""
    return f"was killed by {_signal_name(-code)}{starved}"


def _place(trace: str) -> str:
    """Name the innermost line of a trace that is neither ours nor a library's."""
    for file, line, name in re.findall(r'File "([^"]+)", line (\d+) in (.+)', trace):
        path = Path(file)
        if file.startswith("<") or any(path.is_relative_to(folder) for folder in _LIBRARIES):
            continue
        return f", in {name} ({file}:{line})"
    return ""


_LIBRARIES = tuple(
    {
        Path(__file__).resolve().parents[1],
        *(
            Path(sysconfig.get_path(name))
            for name in ("stdlib", "platstdlib", "purelib", "platlib")
        ),
    }
)
"""Where no case file is."""


def _is_alive(pid: int) -> bool:
    """Tell whether a process is there; where that cannot be asked, it is said to be."""
    if os.name != "posix":  # pragma: no cover
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _first_line(text: str) -> str:
    """Return what a message says first; those of multiprocessing go on for pages."""
    return " ".join(text.partition(".")[0].split()) if "\n" in text else text


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


_NEEDED = ("gradcheck.batch.worker", "gradcheck.verdict.diagnosis.naming", "pandas")
"""What examining a case imports, sooner or later; a child that is copied from a process with all
of this starts at once."""


def _context(preload: Sequence[str]) -> BaseContext:
    """Return how children start: copied from a process that has imported all, where that works."""
    if "forkserver" not in get_all_start_methods():  # pragma: no cover  (Windows)
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([*_NEEDED, *preload])
    return context
