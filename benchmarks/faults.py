"""A run of 500 cases, 12 of them hostile: what comes of the others, and what the twelve cost.

    python benchmarks/faults.py [--cases 500] [--workers 2] [--time-limit 2] [--repeats 3]

The clean run has the same innocent cases, without the hostile ones. Goals: 500 rows; the innocent
rows equal those of the clean run; at most 1.5 times its time, plus the time limits.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gradcheck as gc
from benchmarks import hostile

SAME = ["case", "outcome", "reason", "findings", "message", "resolution", "error", "evaluations"]
MEMORY = 1 << 30


def timed(folder: Path, store: Path, options: argparse.Namespace) -> tuple[float, gc.Run]:
    """Run the cases of a folder; return the seconds it took, and the run."""
    began = time.perf_counter()
    done = gc.run(
        folder,
        store,
        workers=options.workers,
        time_limit=options.time_limit,
        memory_limit=MEMORY,
    )
    return time.perf_counter() - began, done


def main() -> int:
    """Run both folders several times, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--time-limit", type=float, default=2.0)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    innocent = options.cases - len(hostile.KINDS)
    limits = hostile.TIMED * options.time_limit
    good = True
    factors = []
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        hostile.write(home / "clean", innocent=innocent, hostile=False)
        hostile.write(home / "both", innocent=innocent, hostile=True)
        timed(home / "clean", home / "warm.sqlite", options)  # the workers' parent starts once
        for number in range(options.repeats):
            clean, expected = timed(home / "clean", home / f"clean-{number}.sqlite", options)
            both, found = timed(home / "both", home / f"both-{number}.sqlite", options)
            rows = found.summary
            others = rows[rows["case"].str.startswith("innocent")].reset_index(drop=True)
            same = others[SAME].equals(expected.summary[SAME])
            outcomes = dict(zip(rows["case"], rows["outcome"], strict=True))
            as_expected = sum(
                outcomes[name] == outcome or outcome == "stateful-or-pass"
                for name, (_, outcome) in hostile.KINDS.items()
            )
            factors.append((both - limits) / clean)
            good &= same and as_expected == len(hostile.KINDS) and len(rows) == options.cases
            print(
                f"run {number + 1}: {len(rows)} rows, {len(others)} innocent "
                f"{'equal' if same else 'DIFFERENT'}, hostile as expected {as_expected} of "
                f"{len(hostile.KINDS)}; clean {clean:.1f} s, with hostile {both:.1f} s, "
                f"time limits {limits:.1f} s: {factors[-1]:.2f} x the clean run plus the limits"
            )
    print(f"median {statistics.median(factors):.2f} x (goal 1.5)")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
