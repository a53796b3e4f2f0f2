"""Kill a run at random moments, resume it, and compare its store with that of a run left alone.

    python benchmarks/kill.py [--moments 20] [--seed 0] [--cases 300]

A line a moment: who worked, when the run was killed, the rows it had then, the rows after it was
resumed, and whether all that was stored is equal but for times and sessions. Goal: every store.
"""

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gradcheck as gc
from gradcheck.errors import StoreError

STORED = {
    "run": "SELECT settings, request FROM run",
    "planned": "SELECT position, name, file, line, theme, source FROM planned ORDER BY position",
    "tag": "SELECT position, tag FROM tag JOIN planned USING (id) ORDER BY position, tag",
    "examined": (
        "SELECT position, made_from, outcome, reason, message, findings, resolution, error, noise, "
        "excess, evaluations, entries, wrong, points "
        "FROM examined JOIN planned USING (id) ORDER BY position"
    ),
    "finding": "SELECT position, finding.* FROM finding JOIN planned USING (id) "
    "ORDER BY position, rank",
    "result": "SELECT position, packed FROM result JOIN planned USING (id) ORDER BY position",
    "error_table": "SELECT position, packed FROM error_table JOIN planned USING (id) "
    "ORDER BY position",
    "curve": "SELECT position, curve.* FROM curve JOIN planned USING (id) "
    "ORDER BY position, number",
}
"""What two runs of the same cases have in common: all but times, sessions and row numbers."""

_FILE = """
import numpy as np

import gradcheck as gc

cases = [
    gc.Case(
        f"case-{number}",
        f=lambda x, a=number: a * x * x,
        df=lambda x, a=number: (2 if a % 30 else 3) * a * x,
        points=[0.3 + number],
        tags=["third"] if number % 3 == 0 else [],
    )
    for number in range({first}, {last})
]
"""
_RUN = """
import sys
import gradcheck as gc

if __name__ == "__main__":
    gc.run(sys.argv[1], sys.argv[2], workers=int(sys.argv[3]), tables=sys.argv[4])
"""


def write_cases(folder: Path, count: int, *, per_file: int = 10) -> None:
    """Write case files with so many cheap cases; one in thirty has a wrong derivative."""
    folder.mkdir(parents=True)
    for first in range(1, count + 1, per_file):
        text = _FILE.replace("{first}", str(first))
        text = text.replace("{last}", str(min(first + per_file, count + 1)))
        (folder / f"cases_{first:04}.py").write_text(text, encoding="utf-8")


def stored(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return what a store holds, but for times, sessions and row numbers."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        found = {name: connection.execute(query).fetchall() for name, query in STORED.items()}
    finally:
        connection.close()
    numbered = {"finding", "curve"}
    return {
        name: [(row[0], *row[2:]) if name in numbered else row for row in rows]
        for name, rows in found.items()
    }


def rows_of(path: Path) -> int | None:
    """Return how many rows a store has; None if there is no store yet."""
    try:
        counts = gc.read_run(path).counts
    except StoreError:
        return None
    return sum(count for word, count in counts.items() if word != "not run")


def killed(
    folder: Path,
    store: Path,
    workers: int,
    when: Callable[[Path], bool],
    *,
    tables: str = "suspects",
) -> int | None:
    """Start a run in a process of its own, kill -9 it, and return how many rows it had then.

    Parameters
    ----------
    when : callable
        Called again and again with the store; the run is killed when it returns True.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(folder), str(store), str(workers), tables],
        start_new_session=True,
    )
    while process.poll() is None and not when(store):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    return rows_of(store)


def finished(folder: Path, store: Path) -> gc.Run:
    """Go on with a run that was killed; where there is no store, begin anew."""
    return gc.resume(store, workers=0) if store.exists() else gc.run(folder, store, workers=0)


def main() -> int:
    """Kill runs at random moments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cases", type=int, default=300)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311  (moments, no secrets)
    equal = 0
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        write_cases(home / "cases", options.cases)
        seconds: dict[int, float] = {}
        for workers in (0, 1):  # how long it takes, and what it gives
            began = time.monotonic()
            killed(home / "cases", home / f"whole-{workers}.sqlite", workers, lambda _: False)
            seconds[workers] = time.monotonic() - began
        expected = stored(home / "whole-0.sqlite")
        same = expected == stored(home / "whole-1.sqlite")
        print(f"{options.cases} cases, {seconds[0]:.1f} s in one process, {seconds[1]:.1f} s with")
        print(f"a worker; their stores are {'equal' if same else 'NOT EQUAL'}")
        print("workers  seconds  rows when killed  rows after resume  equal")
        for number in range(options.moments):
            workers = number % 2
            moment = chance.uniform(0, seconds[workers])
            store = home / f"{number}.sqlite"
            end = time.monotonic() + moment
            before = killed(home / "cases", store, workers, _waiting(end))
            found = finished(home / "cases", store)
            right = stored(store) == expected and not _litter(store)
            equal += right
            shown = "no store" if before is None else before
            print(f"{workers:7} {moment:8.2f} {shown:>17} {len(found):18}  {right}", flush=True)
    print(f"{equal} of {options.moments} stores are equal to that of a run left alone")
    return 0 if same and equal == options.moments else 1


def _waiting(end: float) -> Callable[[Path], bool]:
    """Return what tells, after a short rest, whether a moment has come."""

    def come(_: Path) -> bool:
        time.sleep(0.002)
        return time.monotonic() >= end

    return come


def _litter(store: Path) -> list[str]:
    """Return the files beside a store that belong to it."""
    return [each.name for each in store.parent.glob(f"{store.name}-*")]


if __name__ == "__main__":
    sys.exit(main())
