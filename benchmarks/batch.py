"""Time batches: error tables of 2,000 small cases, whole runs, the store, its size and its report.

Run: python benchmarks/batch.py [sweep run scaling store sizes memory] [--cases N]

sweep    gradcheck.sweep of 2,000 small cases (1 to 5 points or inputs, 33 steps, 3 stencils) in one
         process, against loops over points and steps, and against whole arrays by hand.
run      gradcheck.run of 200 such cases (--runs) with all error tables, on 0, 1 and 2 workers,
         against the loop, joblib and pebble. A run also gives verdicts, error curves and a store;
         the others do not.
scaling  2 workers against 1: cheap f, f of single numbers in Python, and slow ones.
store    Rows written per second.
sizes    Store and report of 100, 10,000 and 100,000 cases; loading index.html in Chromium.
memory   Peak memory of the coordinator, in fresh processes.

Times are medians over interleaved rounds, given as multiples; of `sweep`, which is one process, in
seconds of the processor.
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the benchmarks are not installed

import gradcheck as gc
from benchmarks.small_cases import (
    STENCILS,
    STEPS,
    by_hand,
    careful_loop,
    case_file,
    elementwise,
    of_several_inputs,
    worked,
    written_loop,
)

ROUNDS = 3


def medians(
    contestants: Mapping[str, Callable[[], object]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the median time of each, in seconds, over interleaved rounds."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            start = clock()
            work()
            times[name].append(clock() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def show(times: Mapping[str, float], cases: Mapping[str, int], unit: str) -> None:
    """Print times a case, and how many times faster than `unit` each is."""
    each = {name: seconds / cases[name] for name, seconds in times.items()}
    for name, seconds in each.items():
        print(f"  {name:44}{seconds * 1e6:10.0f} us a case{each[unit] / seconds:9.2f} x")


def sweep(count: int) -> None:
    """Print how fast error tables are made in one process."""
    for title, cases in (
        ("f elementwise, 1 to 5 points", elementwise(count)),
        ("f of 1 to 5 inputs, not vectorised, 1 point", of_several_inputs(count)),
    ):
        few = cases[:120]  # twelve functions and five sizes fit evenly
        contestants: dict[str, tuple[Sequence[gc.Case], Callable[[Sequence[gc.Case]], object]]] = {
            "loop, as the formulas are written": (few, written_loop),
            "loop, each value of f once": (few, careful_loop),
            "gradcheck.sweep": (cases, table),
        }
        if cases[0].points[0].ndim == 0:
            contestants["whole arrays by hand, no table, no checks"] = (cases, by_hand)
            contestants["nothing but the calls of f and df by hand"] = (cases, calls_by_hand)
        table(cases)
        works = {name: partial(work, some) for name, (some, work) in contestants.items()}
        times = medians(works, 5, time.process_time)
        print(f"\nsweep: {count:,} cases, {title}, {len(STEPS)} steps, {len(STENCILS)} stencils")
        sizes = {name: len(c) for name, (c, _) in contestants.items()}
        show(times, sizes, "loop, as the formulas are written")


def table(cases: Sequence[gc.Case]) -> object:
    """Make the error table with gradcheck."""
    return gc.sweep(cases, stencils=STENCILS, steps=STEPS)


def calls_by_hand(cases: Sequence[gc.Case]) -> None:
    """Call f and df on whole arrays, and do nothing with the values."""
    by_hand(cases, values_only=True)


def run(count: int) -> None:
    """Print how fast whole runs are, against ways to run the loop on several cores."""
    import joblib
    import pebble

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, one = case_file(folder / "cheap.py", "cheap", count), folder / "one.py"
        case_file(one, "cheap", 1)
        chunks = min(count, 100)
        parts = [range(k, count, chunks) for k in range(chunks)]

        def with_pebble() -> None:
            with pebble.ProcessPool(2) as pool:
                list(pool.map(worked, [str(file)] * chunks, parts).result())

        def with_joblib() -> None:
            parallel = joblib.Parallel(n_jobs=2)
            parallel(joblib.delayed(worked)(str(file), [k]) for k in range(count))

        contestants: dict[str, Callable[[], object]] = {
            "loop in one process": lambda: worked(str(file), range(count)),
            "joblib, 2 workers, loop": with_joblib,
            "pebble alone, 2 workers, loop": with_pebble,
            "check only, one process": lambda: checked(file),
            **{
                f"gradcheck.run, {workers} workers, all tables": runner(file, workers)
                for workers in (0, 1, 2)
            },
        }
        times = medians(contestants, ROUNDS if count <= 500 else 1)
        starts = medians({f"{workers} workers": runner(one, workers) for workers in (0, 1, 2)})
    print(f"\nrun: {count:,} cheap cases with all tables, {cores()} cores")
    show(times, dict.fromkeys(times, count), "loop in one process")
    for label, seconds in times.items():
        print(f"  {label:44}{count / seconds:10.0f} cases/s")
    print("  a run of one case:", ", ".join(f"{k} {v:.2f} s" for k, v in starts.items()))


def checked(file: Path) -> None:
    """Check all cases of a file, one after the other."""
    for case in gc.load_cases(file).values():
        gc.check(case)


def runner(file: Path, workers: int, tables: Any = "all") -> Callable[[], object]:
    """Return what runs the cases of a file."""

    def start() -> None:
        with tempfile.TemporaryDirectory() as folder:
            gc.run(
                file, Path(folder) / "results.sqlite", workers=workers, tables=tables,
                stencils=STENCILS, steps=STEPS.tolist(),
            )  # fmt: skip

    return start


def scaling(count: int) -> None:
    """Print what a second worker brings, for verdicts alone."""
    print(
        f"\nscaling: 2 workers against 1, verdicts, {cores()} cores, median of {ROUNDS} rounds; "
        f"2 processes that only count bring {machine():.2f} here"
    )
    for kind, share, text in (
        ("cheap", 1, "f elementwise and cheap"),
        ("python", 2, "f not vectorised"),
        ("slow", 4, "f not vectorised, and slow"),
    ):
        cases = max(4, count // share)
        with tempfile.TemporaryDirectory() as folder:
            file = case_file(Path(folder) / f"{kind}.py", kind, cases)
            one = case_file(Path(folder) / "one.py", kind, 1)
            works = {f"{k}": runner(file, k, tables="suspects") for k in (1, 2)}
            works |= {f"{k}, start": runner(one, k, tables="suspects") for k in (1, 2)}
            times = medians(works)
        net = {workers: times[workers] - times[f"{workers}, start"] for workers in ("1", "2")}
        print(
            f"  {text:28}{cases:6,} cases of {net['1'] / cases * 1e3:5.1f} ms  1 worker "
            f"{times['1']:6.2f} s  2 workers {times['2']:6.2f} s  ratio "
            f"{times['1'] / times['2']:.2f}, without the start {net['1'] / net['2']:.2f}"
        )


def machine() -> float:
    """Return what a second process brings on this machine, without anything of gradcheck."""
    script = "print(sum(k * k for k in range(12_000_000)))"
    command = [sys.executable, "-c", script]

    def alone() -> None:
        for _ in range(2):
            subprocess.run(command, check=True, capture_output=True)

    def together() -> None:
        both = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
        for each in both:
            each.wait()

    times = medians({"alone": alone, "together": together}, 5)
    return times["alone"] / times["together"]


def store(count: int) -> None:
    """Print how many rows a second are written, one transaction each."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = synthetic(Path(folder) / "results.sqlite", 10 * count)
    print(f"\nstore: {10 * count:,} rows in {seconds:.1f} s, {10 * count / seconds:,.0f} rows/s")


def synthetic(path: Path, count: int) -> float:
    """Write a store of many rows, of a few real records repeated; return the seconds of writing."""
    from gradcheck.batch.examining import examine
    from gradcheck.batch.plan import Planned
    from gradcheck.batch.settings import Limits, Settings
    from gradcheck.batch.store import Store

    settings = Settings()
    records = [examine(case, settings) for case in _samples()]
    opened = Store.create(path, settings, {})
    opened.begin({})
    planned = [Planned(name=f"case-{k:06}") for k in range(count)]
    opened.plan(planned, Limits())
    start = time.perf_counter()
    for k, each in enumerate(planned):
        opened.put(each.name, records[0 if k % 100 else k // 100 % len(records)])
    seconds = time.perf_counter() - start
    opened.end("finished")
    opened.close()
    return seconds


def _samples() -> Iterable[gc.Case]:
    """Yield a right case, which most rows are made of, and some wrong ones."""
    right = elementwise(12)
    yield right[0]
    for case, factor in zip(right[1:5], (2.0, -1.0, 1.01, 0.5), strict=True):
        yield replaced(case, factor)


def replaced(case: gc.Case, factor: float) -> gc.Case:
    """Return a case whose df is wrong by a factor."""
    return gc.Case(case.name, f=case.f, df=lambda x: factor * case.df(x), points=case.points)


def sizes(counts: Sequence[int]) -> None:
    """Print how large stores and reports are, how long writing takes, and how long loading."""
    print("\nsizes: of synthetic rows, a few real records repeated, 1 % of the cases not all right")
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            synthetic(folder / "results.sqlite", count)
            size = (folder / "results.sqlite").stat().st_size
            text = f"  {count:8,} cases  store {size / 1e6:8.2f} MB ({size / count:.0f} B a case)"
            start = time.perf_counter()
            index = gc.read_run(folder / "results.sqlite").to_html(folder / "report")
            seconds = time.perf_counter() - start
            files = [file for file in (folder / "report").rglob("*") if file.is_file()]
            whole = sum(file.stat().st_size for file in files)
            print(
                f"{text}  report {seconds:5.1f} s, {len(files)} files, {whole / 1e6:.2f} MB, "
                f"index.html {index.stat().st_size / 1e3:.0f} kB, loads in {loading(index)}"
            )


def loading(page: Path) -> str:
    """Return how long headless Chromium takes to load a page."""
    browser = shutil.which("chromium")
    if browser is None:
        return "(no chromium on the PATH)"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return "(playwright is not installed)"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        tab = opened.new_page()
        tab.goto("about:blank")
        start = time.perf_counter()
        tab.goto(page.as_uri(), wait_until="load")
        seconds = time.perf_counter() - start
        opened.close()
    return f"{seconds:.2f} s"


def memory() -> None:
    """Print the peak memory of the coordinator, each in a process of its own."""
    print("\nmemory: peak of the coordinator")
    for what in ("import", "run 100", "run 1000", "run 10000", "store 100000", "report 10000"):
        command = [sys.executable, __file__, "peak", *what.split()]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"  {what:16}{done.stdout.strip()}")


def peak(what: str, count: int) -> None:
    """Do one thing, and print the peak memory of this process."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "results.sqlite"
        if what == "run":
            file = case_file(folder / "cheap.py", "cheap", count)
            gc.run(file, path, workers=2, tables="none")
        elif what == "store":
            synthetic(path, count)
        elif what == "import":
            print(gc.run.__name__, end=": ")
        if what == "report":
            synthetic(path, count)
            gc.read_run(path).to_html(folder / "report")
    print(f"{peak_memory():6.0f} MB, {time.perf_counter() - start:.1f} s")


def peak_memory() -> float:
    """Return the peak memory of this process, in MB; not that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sections that are named, or all."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["peak"]:
        peak(given[1], int(given[2]) if len(given) > 2 else 0)
        return
    works: dict[str, Callable[[argparse.Namespace], None]] = {
        "sweep": lambda o: sweep(o.cases),
        "run": lambda o: run(o.runs),
        "scaling": lambda o: scaling(o.cases),
        "store": lambda o: store(o.cases),
        "sizes": lambda o: sizes(o.sizes),
        "memory": lambda _: memory(),
    }
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sections", nargs="*", help=f"of {', '.join(works)}; all by default")
    parser.add_argument("--cases", type=int, default=2_000, help="how many small cases")
    parser.add_argument("--runs", type=int, default=200, help="how many cases a whole run has")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 100_000])
    options = parser.parse_args(given)
    unknown = set(options.sections) - set(works)
    if unknown:
        parser.error(f"unknown sections: {', '.join(sorted(unknown))}")
    for name in options.sections or works:
        works[name](options)


if __name__ == "__main__":
    main()
