"""Time the error table of 780,000 rows against hand-written NumPy, on the same work, in one run.

12 elementwise functions of the built-in registry x 200 points x 5 stencils x 65 steps. Compared are

- raw: nothing but evaluating the functions at every abscissa that some stencil needs;
- hand: the fastest NumPy and pandas I know for the same rows and columns, written for exactly this
  work: no domains, no shapes, no checks, columns filled in one preallocated set of arrays;
- loop: a teacher's triple loop (over points, stencils and steps) on 1/50 of the work, times 50;
- gradcheck.sweep.

Times are medians over interleaved rounds, printed as multiples of raw. Peak memory is measured by
tracemalloc, in multiples of the table.

Run: python benchmarks/sweep.py
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

import gradcheck as gc

Array = npt.NDArray[np.float64]
Function = Callable[..., npt.NDArray[np.float64]]

NAMES = (
    "quadratic-minus-5", "expanded-square", "exp-2x", "product-x2-exp", "sigmoid", "tanh",
    "softplus", "swish", "gelu-tanh", "arctan", "sin-1000x", "martins",
)  # fmt: skip
"""Cases of the built-in registry: from two multiplications a value to a dozen operations."""
REGISTRY = gc.load_cases()
FUNCTIONS: dict[str, tuple[Function, Function]] = {
    name: (REGISTRY[name].f, REGISTRY[name].df) for name in NAMES
}
POINTS = 200
STENCILS = (gc.FORWARD, gc.BACKWARD, gc.CENTRAL, gc.CENTRAL4, gc.COMPLEX_STEP)
STEPS = np.ldexp(1.0, -np.arange(2, 67))
ROUNDS = 15
LOOP_SHARE = 50

WORK = {
    name: np.sort(np.random.default_rng(seed).uniform(0.6, 1.8, POINTS))
    for seed, name in enumerate(FUNCTIONS)
}
CASES = [gc.Case(name, f=f, df=df, points=WORK[name]) for name, (f, df) in FUNCTIONS.items()]


def raw() -> None:
    """Evaluate each function at x, x ± h, x ± 2h and x + ih."""
    for name, (f, _) in FUNCTIONS.items():
        with np.errstate(all="ignore"):
            for abscissae in _abscissae(WORK[name]):
                f(abscissae)


def _abscissae(x: Array) -> tuple[npt.NDArray[np.generic], ...]:
    real = np.empty((4, POINTS, STEPS.size))
    for k, offset in enumerate((1, -1, 2, -2)):
        np.add(x[:, None], offset * STEPS, out=real[k])
    return x, real, x[:, None] + 1j * STEPS


ABSCISSAE = {name: _abscissae(x) for name, x in WORK.items()}


def raw_values() -> None:
    """Evaluate each function at abscissae that are there already."""
    for name, (f, _) in FUNCTIONS.items():
        with np.errstate(all="ignore"):
            for abscissae in ABSCISSAE[name]:
                f(abscissae)


def in_blocks(f: Function, x: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Evaluate f in blocks whose temporaries stay in the cache."""
    flat = x.reshape(-1)
    values = np.empty_like(flat)
    for start in range(0, flat.size, 2**13):
        values[start : start + 2**13] = f(flat[start : start + 2**13])
    return values.reshape(x.shape)


def hand() -> pd.DataFrame:
    """Make the same table with code for nothing else."""
    shape = (len(FUNCTIONS), POINTS, len(STENCILS), STEPS.size)
    rows = len(FUNCTIONS) * POINTS * len(STENCILS) * STEPS.size
    block = np.empty(rows * (6 * 8 + 3 * 4 + 3), dtype=np.uint8)
    ends = rows * np.cumsum([0, 6 * 8, 3 * 4, 3])
    eights = block[ends[0] : ends[1]].view(np.float64).reshape(6, *shape)
    fours = block[ends[1] : ends[2]].view(np.int32).reshape(3, *shape)
    ones = block[ends[2] : ends[3]].view(np.int8).reshape(3, *shape)
    names = ("x", "h", "numeric", "analytic", "abs_error", "rel_error")
    floats = dict(zip(names, eights, strict=True))
    integers = dict(zip(("point", "output", "input"), fours, strict=True))
    codes = dict(zip(("case", "stencil", "status"), ones, strict=True))
    integers["point"][...] = np.arange(POINTS)[:, None, None]
    integers["output"][...] = 0
    integers["input"][...] = 0
    codes["case"][...] = np.arange(len(FUNCTIONS))[:, None, None, None]
    codes["stencil"][...] = np.arange(len(STENCILS))[:, None]
    floats["h"][...] = STEPS
    for k, (name, (f, df)) in enumerate(FUNCTIONS.items()):
        x = WORK[name]
        with np.errstate(all="ignore"):
            center, real, off_axis = _abscissae(x)
            middle, imaginary = f(center)[:, None], in_blocks(f, off_axis)
            up, down, up2, down2 = in_blocks(f, real)
            numeric = floats["numeric"][k]
            np.subtract(up, middle, out=numeric[:, 0])
            np.subtract(middle, down, out=numeric[:, 1])
            np.subtract(up, down, out=numeric[:, 2])
            np.subtract(down2, up2, out=numeric[:, 3])
            numeric[:, 3] += 8 * numeric[:, 2]
            numeric[:, 4] = imaginary.imag
            numeric /= STEPS * np.array([1.0, 1.0, 2.0, 12.0, 1.0])[:, None]
            slope = df(x)[:, None, None]
            absolute, relative = floats["abs_error"][k], floats["rel_error"][k]
            np.abs(np.subtract(numeric, slope, out=absolute), out=absolute)
            np.maximum(np.abs(numeric, out=relative), np.abs(slope), out=relative)
            np.divide(absolute, relative, out=relative, where=relative != 0)
        floats["analytic"][k] = slope
        floats["x"][k] = x[:, None, None]
        lost_up, lost_down, lost_up2, lost_down2 = real == x[:, None]
        status = codes["status"][k]
        np.logical_not(np.isfinite(absolute), out=status.view(np.bool_))
        for column, lost in (
            (0, lost_up), (1, lost_down), (2, lost_up | lost_down),
            (3, lost_up | lost_down | lost_up2 | lost_down2),
        ):  # fmt: skip
            np.maximum(status[:, column], lost.view(np.int8) * np.int8(4), out=status[:, column])
    words = {
        "case": list(FUNCTIONS),
        "stencil": [formula.name for formula in STENCILS],
        "status": ["ok", "not-finite", "raised", "outside-domain", "step-lost"],
    }
    categories = {
        name: pd.Categorical.from_codes(
            code.reshape(-1), dtype=pd.CategoricalDtype(words[name]), validate=False
        )
        for name, code in codes.items()
    }
    flat = {name: column.reshape(-1) for name, column in {**floats, **integers}.items()}
    every = {**flat, **categories}
    order = (
        "case", "point", "x", "output", "input", "stencil", "h", "numeric", "analytic",
        "abs_error", "rel_error", "status",
    )  # fmt: skip
    return pd.DataFrame({name: every[name] for name in order}, copy=False)


def loop() -> pd.DataFrame:
    """Do a share of the work as a textbook would: three loops and a list of rows."""
    rows = []
    for name, (f, df) in FUNCTIONS.items():
        for point, x in enumerate(WORK[name][::LOOP_SHARE]):
            for formula in STENCILS:
                for h in STEPS:
                    terms = zip(formula.weights, formula.offsets, strict=True)
                    with np.errstate(all="ignore"):
                        total = sum(weight * f(x + offset * h) for weight, offset in terms)
                    numeric = float(np.real(total)) / h
                    analytic = float(df(x))
                    error = abs(numeric - analytic)
                    largest = max(abs(numeric), abs(analytic))
                    relative = error / largest if largest else 0.0
                    status = "step-lost" if x + h == x else "ok"
                    rows.append(
                        (name, point, x, 0, 0, formula.name, h, numeric, analytic, error, relative,
                         status)
                    )  # fmt: skip
    return pd.DataFrame(rows)


def table() -> pd.DataFrame:
    """Make the table with gradcheck."""
    return gc.sweep(CASES, stencils=STENCILS, steps=STEPS)


def main() -> None:
    """Check that both tables are the same, then time and weigh them."""
    ours, theirs = table(), hand()
    pd.testing.assert_frame_equal(ours, theirs, rtol=0, atol=0)
    size = int(ours.memory_usage(index=False).sum())
    print(f"{len(ours):,} rows, {size / 1e6:.0f} MB; the hand-written table is equal to the bit")
    contestants: dict[str, Callable[[], object]] = {
        "raw": raw,
        "raw, abscissae given": raw_values,
        "hand": hand,
        "sweep": table,
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    start = time.perf_counter()
    loop()
    looped = (time.perf_counter() - start) * LOOP_SHARE
    medians = {name: statistics.median(values) for name, values in times.items()}
    peaks = {"hand": _peak(hand), "sweep": _peak(table)}
    print(f"{'':22}{'ms':>9}{'x raw':>9}{'x hand':>9}{'peak / table':>15}")
    for name, median in {**medians, "loop (scaled)": looped}.items():
        peak = f"{peaks[name] / size:15.2f}" if name in peaks else ""
        in_raw, in_hand = median / medians["raw"], median / medians["hand"]
        print(f"{name:22}{median * 1e3:9.1f}{in_raw:9.2f}{in_hand:9.2f}{peak}")


def _peak(run: Callable[[], object]) -> int:
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


if __name__ == "__main__":
    main()
