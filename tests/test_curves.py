"""Curves do not depend on how the rows of a table are sorted, cut or kept."""

import io
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import gradcheck as gc
from gradcheck.behaviour.order import medians, run_lengths, running_maximum

CASES = (
    gc.Case("decay", f=lambda x: np.exp(-x), df=lambda x: -np.exp(-x), points=[0.3, 2.0]),
    gc.Case("area", f=np.prod, df=lambda x: x[::-1].copy(), points=[[1.5, 0.5]]),
    gc.Case("logarithm", f=np.log, df=lambda x: 1 / x, points=[0.01], domain="(0, inf)"),
)
KEYS = ["case", "point", "output", "input", "stencil"]

Change = Callable[[pd.DataFrame], pd.DataFrame]


def swept() -> pd.DataFrame:
    """Return a table in which some rows have no value."""
    return gc.sweep(CASES, stencils=(gc.FORWARD, gc.CENTRAL, gc.COMPLEX_STEP))


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as a text file keeps it."""
    return pd.read_csv(io.StringIO(table.to_csv(index=False)))


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.sample(frac=1.0, random_state=7),
        lambda table: table[::-1],
        lambda table: table.sort_values(["h", "stencil"], kind="stable"),
        lambda table: table.set_axis(np.zeros(len(table), dtype=int)),
        lambda table: table.astype({"case": object, "stencil": object, "status": object}),
        lambda table: table.astype({"point": float, "input": "Int64"}),
        as_text,
        lambda table: table.assign(case=table["case"].cat.reorder_categories(names()[::-1])),
    ],
    ids=[
        "shuffled", "backwards", "by step", "one index", "objects", "other numbers", "text",
        "categories turned round",
    ],
)  # fmt: skip
def test_the_curves_are_those_of_the_table_as_it_was_swept(change: Change) -> None:
    """Whatever the order and the types of the rows, each curve is told the same about."""
    table = swept()
    wanted, found = (
        gc.convergence(each, cases=CASES).astype({"case": str, "stencil": str})
        for each in (table, change(table))
    )

    pd.testing.assert_frame_equal(
        wanted.sort_values(KEYS, ignore_index=True),
        found.sort_values(KEYS, ignore_index=True),
        check_exact=True,
        check_dtype=False,
    )


def names() -> list[str]:
    """Return the names of the cases."""
    return [case.name for case in CASES]


def test_a_part_of_a_table_has_the_curves_of_the_whole() -> None:
    """The curves of some cases and stencils are those rows of the curves of all."""
    table = swept()
    whole = gc.convergence(table)
    part, rows = (each[each["stencil"] == "central"] for each in (table, whole))

    pd.testing.assert_frame_equal(
        rows.reset_index(drop=True), gc.convergence(part), check_exact=True
    )


def test_the_keys_keep_their_types() -> None:
    """Columns that name a curve have the types that they have in the table."""
    table = swept().astype({"case": object})

    found = gc.convergence(table)

    kept = [*KEYS, "x"]
    assert table[kept].dtypes.to_dict() == found[kept].dtypes.to_dict()


def test_lines_of_different_lengths_are_told_apart() -> None:
    """A curve with fewer rows than the others is the curve of these rows alone."""
    table = swept()
    short = table[(table["case"] != "decay") | (table["h"] < 0.1)]

    found = gc.convergence(short).query("case == 'decay'")
    alone = gc.convergence(short[short["case"] == "decay"])

    pd.testing.assert_frame_equal(found.reset_index(drop=True), alone, check_exact=True)


def test_errors_near_the_largest_float_are_no_warning() -> None:
    """Where errors times steps are more than a float64 holds, the curves say what they can."""
    huge = gc.Case("huge", f=np.exp, df=lambda x: -np.exp(x), points=[709.0])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gc.convergence(gc.sweep(huge, steps=[4.0, 2.0, 0.5, 0.25, 0.125]))

    assert len(found) == 6


def test_a_median_leaves_out_what_is_missing() -> None:
    """The median of each line is that of its numbers, NaN where it has none."""
    values = np.array([[3.0, np.nan, 1.0], [2.0, 8.0, 4.0], [np.nan] * 3, [np.nan, 5.0, np.nan]])

    assert medians(values) == pytest.approx([2.0, 4.0, np.nan, 5.0], nan_ok=True)


def test_a_running_maximum_looks_at_neighbours_only() -> None:
    """Each place has the largest of its neighbours, and none where it has no value itself."""
    values = np.array([[5.0, 1.0, 2.0, np.nan, 3.0, 0.0]])

    assert running_maximum(values, 3) == pytest.approx(
        np.array([[5.0, 5.0, 2.0, np.nan, 3.0, 3.0]]), nan_ok=True
    )
    assert running_maximum(values, 5) == pytest.approx(
        np.array([[5.0, 5.0, 5.0, np.nan, 3.0, 3.0]]), nan_ok=True
    )


def test_runs_are_counted_up_to_each_place() -> None:
    """A run starts anew after each gap."""
    mask = np.array([[True, True, False, True], [False, True, True, True]])

    assert run_lengths(mask).tolist() == [[1, 2, 0, 1], [0, 1, 2, 3]]
