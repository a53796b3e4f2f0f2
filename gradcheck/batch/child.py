"""What happens in the supervised child: the only process that runs the user's code.

The child writes what it finds to a spool file, item by item, so that whatever ends it costs only
the item in flight. A watchdog of the standard library (faulthandler), which needs no Python to
run, ends a child whose item takes too long, and writes down where it was.
"""

import ctypes
import faulthandler
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

RETIRED = 75
"""The exit code of a child that asks for a successor, because an item left threads behind."""


_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


_DIE_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2): no orphan goes on with its item when the run was killed."""


def prepare(memory: int | None) -> None:
    """Make a fresh process safe for others: quiet, deaf to Ctrl-C, with one thread, limited."""
    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the coordinator decides when to end
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # and is obeyed at once, even by a busy child
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  (for as long as we live)
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # for libraries that are loaded later
    threadpool_limits(1)
    _limit(memory)


def work(
    function: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    spool: str,
    seconds: float,
) -> None:
    """Call a function on each of the arguments, and spool what it returns.

    Parameters
    ----------
    function : callable
        Of ours; it may run the user's code.
    arguments : sequence of tuple
        One for each item.
    spool : str
        The file to append to: a start mark and an answer for each item.
    seconds : float
        How long an item may take.
    """
    home, process = Path.cwd(), os.getpid()
    with Path(spool).open("ab", buffering=0) as file, trace_of(spool).open("ab") as trace:
        faulthandler.enable(trace)
        for each in arguments:
            threads = threading.active_count()
            _write(file, ("start", process))
            faulthandler.dump_traceback_later(seconds, exit=True, file=trace)
            began = time.perf_counter()
            try:
                value = function(*each)
            finally:
                if os.getpid() != process:  # an item forked, and this is the copy
                    os._exit(0)
                faulthandler.cancel_dump_traceback_later()
            _write(file, ("done", time.perf_counter() - began, value))
            if threading.active_count() > threads:
                os._exit(RETIRED)
            _go_to(home)
        faulthandler.disable()


def trace_of(spool: str) -> Path:
    """Return the file that tells where a child was when it ended."""
    return Path(f"{spool}.trace")


def _write(file: BinaryIO, message: tuple[Any, ...]) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    while data:
        data = data[file.write(data) :]


def _go_to(home: Path) -> None:
    try:
        os.chdir(home)
    except OSError:  # an item removed the folder in which the run began
        os._exit(RETIRED)


def _limit(memory: int | None) -> None:
    """Limit the memory, no core files, and offer this process first where memory runs out."""
    try:
        import resource
    except ImportError:  # pragma: no cover  (Windows has no such limits)
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":  # pragma: no cover  (elsewhere the limit has no effect)
        return
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() == 1:  # it was gone before we asked
        os._exit(1)
    if memory is not None:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
