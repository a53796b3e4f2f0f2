"""What starting costs: `import gradcheck` and `gradcheck --help` against `import numpy`.

Run with `python benchmarks/startup.py`. Every measurement is a fresh process, the candidates take
turns (so that a slow moment of the machine hits all of them), and the medians are compared. The
interpreter's own start, which no library can help, is a row of its own.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 15

FIRST_SWEEP = (
    "import gradcheck as gc; "
    "gc.sweep(gc.Case('square', f=lambda x: x * x, df=lambda x: 2 * x, points=[1.0]))"
)

COMMAND = str(Path(sys.executable).with_name("gradcheck"))

CANDIDATES: dict[str, tuple[list[str], str]] = {
    "python -c pass": ([sys.executable, "-c", "pass"], ""),
    "import numpy": ([sys.executable, "-c", "import numpy"], "reference"),
    "import gradcheck": ([sys.executable, "-c", "import gradcheck"], "at most 1.1"),
    "gradcheck --help": ([COMMAND, "--help"], "at most 1.0"),
    "import pytest": ([sys.executable, "-c", "import pytest"], ""),
    "import gradcheck.pytest_plugin": (
        [sys.executable, "-c", "import gradcheck.pytest_plugin"],
        "",
    ),
    "gc.Case": ([sys.executable, "-c", "import gradcheck; gradcheck.Case"], ""),
    "import pandas": ([sys.executable, "-c", "import pandas"], ""),
    "first gc.sweep": ([sys.executable, "-c", FIRST_SWEEP], ""),
}


def seconds(command: list[str]) -> float:
    """Return the wall time of a fresh process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print a table of medians and ratios."""
    times: dict[str, list[float]] = {name: [] for name in CANDIDATES}
    for turn in range(ROUNDS + 1):
        for name, (command, _) in CANDIDATES.items():
            took = seconds(command)
            if turn > 0:  # the first turn fills the caches of the file system
                times[name].append(took)
    reference = statistics.median(times["import numpy"])
    print(f"{'':<32}{'median':>9}{'min':>9}{'max':>9}{'/ numpy':>9}   goal")
    for name, (_, goal) in CANDIDATES.items():
        middle = statistics.median(times[name])
        print(
            f"{name:<32}{1e3 * middle:>6.0f} ms{1e3 * min(times[name]):>6.0f} ms"
            f"{1e3 * max(times[name]):>6.0f} ms{middle / reference:>9.2f}   {goal}".rstrip()
        )
    print(f"\n{ROUNDS} rounds, fresh processes in turn, Python {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
