"""What Ctrl-C and SIGTERM do to a command that has children: the first ends it in good order."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gradcheck.commands.terminal import ExitCode

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def two_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on the first signal; on the second, end at once with all children."""
    if threading.current_thread() is not threading.main_thread():  # no signal ever comes here
        yield
        return
    before = {number: signal.signal(number, _first) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _first(_number: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        signal.signal(number, _second)
    raise KeyboardInterrupt


def _second(_number: int, _frame: FrameType | None) -> None:
    for child in multiprocessing.active_children():
        child.kill()
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\x1b[?25h\n")  # a bar hides the cursor
    os._exit(ExitCode.INTERRUPTED)
