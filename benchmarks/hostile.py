"""Twelve kinds of case that try to take others with them, among many that do no harm."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "raises": ("1 / 0", "inconclusive"),
        "loops": ("loop()", "timed-out"),
        "loops-in-c": ('re.match("(a+)+$", "a" * 60 + "b")', "timed-out"),
        "sleeps-unwatched": ("faulthandler.cancel_dump_traceback_later(), nap()", "timed-out"),
        "sys-exit": ("sys.exit(3)", "inconclusive"),
        "os-exit": ("os._exit(0)", "crashed"),
        "abort": ("os.abort()", "crashed"),
        "segfault": ("ctypes.string_at(0)", "crashed"),
        "sigkill": ("os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
        "memory": ("hoard()", "inconclusive"),
        "closes-files": ("os.closerange(3, 256)", "crashed"),
        "late-thread": ("threading.Timer(0.1, os._exit, (7,)).start()", "stateful-or-pass"),
    }
)
"""What each does when f is called, and what must come of it; a thread may or may not show."""

TIMED = sum(outcome == "timed-out" for _, outcome in KINDS.values())

_HOSTILE = '''"""A case that does harm."""

import ctypes
import faulthandler
import os
import re
import signal
import sys
import threading
import time

import numpy as np

from gradcheck import Case


def loop():
    while True:
        pass


def nap():
    while True:
        time.sleep(1.0)


def hoard():
    kept = []
    while True:
        kept.append(np.empty(10_000_000))


def f(x):
    {deed}
    return np.sin(x)


case = Case("{name}", f=f, df=np.cos, points=[0.3])
'''

_INNOCENT = '''"""Cases that do no harm: every tenth is wrong by a factor of 2."""

import numpy as np

from gradcheck import Case


def make(number):
    a = 0.5 + number / 97
    factor = 2.0 if number % 10 == 3 else 1.0
    return Case(
        f"innocent-{number:03}",
        f=lambda x: np.sin(a * x).sum(),
        df=lambda x: factor * a * np.cos(a * x),
        points=[[0.3, 0.7], [1.1, -0.4]],
    )


cases = [make(number) for number in range({start}, {stop})]
'''


def write(folder: Path, *, innocent: int, hostile: bool) -> None:
    """Write case files: so many innocent cases, and between them the hostile ones, if asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    each = -(-innocent // len(KINDS))
    for number, (name, (deed, _)) in enumerate(KINDS.items()):
        start, stop = number * each, min((number + 1) * each, innocent)
        text = _INNOCENT.replace("{start}", str(start)).replace("{stop}", str(stop))
        (folder / f"{number:02}_a_innocent.py").write_text(text, encoding="utf-8")
        if hostile:
            text = _HOSTILE.replace("{deed}", deed).replace("{name}", name)
            (folder / f"{number:02}_b_hostile.py").write_text(text, encoding="utf-8")
