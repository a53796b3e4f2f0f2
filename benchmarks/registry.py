"""Count what the built-in registry shows, and time its report.

Printed are, for the whole registry: how many curves there are and how each behaves; of the smooth
cases at points in general position, how many curves are convergent, how many orders are within 0.1
of the stencil's (0.5 for central6), and which are not; for how many cases the split into truncation
and rounding error is certified; the time and size of `gradcheck report`.

A curve is one case, point, output, input and stencil. Where a stencil has no truncation error (low
polynomials, entries of a Jacobian that are constant), there is no order to observe: these curves
are labelled exact and counted apart.

Run: python benchmarks/registry.py
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import gradcheck as gc
from gradcheck.behaviour.recognition import BEHAVIOURS
from gradcheck.differences.stencil import NAMED

TOLERANCE = {"central6": 0.5}
ORDERS = {name: formula.order for name, formula in NAMED.items()}


def main() -> None:
    """Print the figures."""
    registry = gc.load_cases()
    rows, statuses = [], 0
    for case in registry.values():
        table = gc.sweep(case)
        statuses += int(table["status"].isna().sum())
        found = gc.convergence(table).astype({"case": str, "stencil": str, "behaviour": str})
        found["general"] = found["point"] < len(case.points)
        found["smooth"] = "smooth" in case.tags
        rows.append(found)
    curves = pd.concat(rows, ignore_index=True)
    print(f"{len(registry)} cases, {len(curves):,} curves")
    print(f"rows without a status: {statuses}")
    print(f"curves without a behaviour: {int((~curves['behaviour'].isin(list(BEHAVIOURS))).sum())}")
    print(
        "behaviours:", ", ".join(f"{n} {k}" for k, n in curves["behaviour"].value_counts().items())
    )
    smooth(curves[curves["smooth"] & curves["general"]])
    certified(registry)
    report()


def smooth(curves: pd.DataFrame) -> None:
    """Print how the smooth generic points are labelled, and every exception."""
    exact = curves["behaviour"] == "exact"
    rest = curves[~exact]
    expected = rest["stencil"].map(ORDERS)
    allowed = rest["stencil"].map(TOLERANCE).fillna(0.1)
    convergent = rest["behaviour"] == "convergent"
    near = (rest["observed_order"] - expected).abs() <= allowed
    print(f"\nsmooth generic points: {len(curves):,} curves, {int(exact.sum()):,} of them exact")
    print(f"of the other {len(rest):,}: {convergent.mean():.2%} convergent,", end=" ")
    print(f"{near.mean():.2%} with the order within 0.1 (central6: 0.5)")
    for name, group in rest.assign(convergent=convergent, near=near).groupby("stencil"):
        print(
            f"  {name:13}{len(group):6,} curves  {group['convergent'].mean():8.2%} convergent"
            f"  {group['near'].mean():8.2%} order"
        )
    print("which are not:")
    keys = ["case", "point", "output", "input", "stencil", "behaviour", "observed_order"]
    wrong = rest.loc[~(convergent & near), keys].sort_values(["stencil", "case"])
    print(wrong.to_string(index=False, float_format="{:.2f}".format) if len(wrong) else "  none")


def certified(registry: gc.Registry) -> None:
    """Print for how many cases both error parts are certified at the first point."""
    refused = {}
    for case in registry.values():
        first = gc.Case(
            case.name, f=case.f, df=case.df, points=case.all_points[:1], domain=case.domain
        )
        try:
            gc.split(first, stencils=[gc.CENTRAL], steps=[2.0**-8, 2.0**-20])
        except gc.NotCertifiable as error:
            refused[case.name] = str(error)
    print(
        f"\nsplit certified at the first point: {len(registry) - len(refused)} of {len(registry)}"
    )
    for reason in refused.values():
        print(f"  {reason}")


def report() -> None:
    """Print the time and size of the whole report, made by the command line."""
    folder = Path(tempfile.mkdtemp()) / "report"
    start = time.perf_counter()
    command = [sys.executable, "-m", "gradcheck", "report", "--quiet", "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - start
    files = [file for file in folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    print(f"\ngradcheck report: {seconds:.0f} s, {len(files)} files, {size / 1e6:.1f} MB,", end=" ")
    print(f"index.html {(folder / 'index.html').stat().st_size / 1e3:.0f} kB")
    shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
