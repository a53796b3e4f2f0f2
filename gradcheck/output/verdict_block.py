"""The parts of x, such as the leaves of a tree, each with its own verdict."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from gradcheck.output.entry import printable
from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.result import VERDICTS, Result, Verdict

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("block", "shape", "entries", "wrong", "error", "resolution", "verdict")
"""The columns of `Result.blocks`."""

HEADER = ("block", "shape", "wrong", "error / bound", "verdict")
"""What is shown of them in a story."""

SHOWN = 12
"""So many blocks are shown; of more, the worst."""

_FAIL = VERDICTS.index(Verdict.FAIL)


def block_numbers(result: Result) -> npt.NDArray[np.intp]:
    """Tell for each entry to which part of x it belongs."""
    entries = result.entries
    if result.directions is not None:
        names = [part.name for part in result.parts(0)]
        known = [names.index(each.name) for each in result.directions.blocks]
        return np.array(known, dtype=np.intp)[entries.input // result.directions.each]
    if result.structure is None:
        return np.zeros(len(entries), dtype=np.intp)
    return numbers_of(result.parts(0), entries.input)


def block_table(result: Result) -> "pd.DataFrame":
    """Tabulate the parts of x, a row each, in their order.

    Returns
    -------
    pandas.DataFrame
        With the columns

        - `block` (text): "W1", "layers[0].b", or "x" where x is an array;
        - `shape` (text): as in "(2, 3)"; of points that differ in shape, all shapes;
        - `entries` (int64): how many entries, or directions, were compared at all points;
        - `wrong` (int64): how many of them fail;
        - `error` (float64): the largest |analytic - numeric| in units of its bound, which is error
          bar plus materiality; NaN where nothing was compared;
        - `resolution` (float64): the relative error, in units of the block's largest derivative,
          that would be caught; NaN where nothing was compared;
        - `verdict` (category, ordered): "pass" < "inconclusive" < "fail"; missing where nothing was
          compared.
    """
    import pandas as pd

    entries, numbers = result.entries, block_numbers(result)
    parts = result.parts(0)
    with np.errstate(all="ignore"):
        excess = entries.abs_error / (entries.error_bar + entries.materiality)
    excess = np.where(entries.abs_error == 0, 0.0, excess)
    excess = np.where(np.isnan(excess), np.inf, excess)
    codes = np.full(len(parts), -1, dtype=np.int8)
    wrong = np.zeros(len(parts), dtype=np.int64)
    error, resolution = np.full((2, len(parts)), -np.inf)
    np.maximum.at(codes, numbers, entries.verdict)
    np.add.at(wrong, numbers, entries.verdict == _FAIL)
    np.maximum.at(error, numbers, excess)
    np.maximum.at(resolution, numbers, entries.resolution)
    columns = {
        "block": pd.Series([part.name for part in parts], dtype=object),
        "shape": pd.Series(_shapes(result), dtype=object),
        "entries": np.bincount(numbers, minlength=len(parts)).astype(np.int64),
        "wrong": wrong,
        "error": np.where(codes < 0, np.nan, error),
        "resolution": np.where(codes < 0, np.nan, resolution),
        "verdict": pd.Categorical.from_codes(
            codes, dtype=pd.CategoricalDtype([each.value for each in VERDICTS], ordered=True)
        ),
    }
    return pd.DataFrame({name: columns[name] for name in COLUMNS})


def block_rows(result: Result) -> tuple[list[tuple[Verdict, tuple[str, ...]]], str]:
    """Return what is shown of the blocks, and how many are left out; nothing of a single one."""
    if result.structure is None or len(result.structure.parts) < 2 or not len(result.entries):
        return [], ""
    table = result.blocks[result.blocks["entries"] > 0]
    left = len(table) - SHOWN
    more = ""
    if left > 0:
        worst = table.sort_values(["verdict", "error"], ascending=False, kind="stable")
        more = f"… and {left:,} more block{'s' if left > 1 else ''}"
        passing = (worst["verdict"].iloc[SHOWN:] == Verdict.PASS.value).all()
        more += ", all right" if passing else ""
        table = worst.iloc[:SHOWN]
    cells = zip(
        map(printable, table["block"].tolist()),
        table["shape"].tolist(),
        map("{:,} of {:,}".format, table["wrong"].tolist(), table["entries"].tolist()),
        map("{:.1g}".format, table["error"].tolist()),
        table["verdict"].tolist(),
        strict=True,
    )
    return [(Verdict(row[-1]), row) for row in cells], more


def _shapes(result: Result) -> list[str]:
    if result.structure is not None:
        return [str(part.shape) for part in result.parts(0)]
    shapes = dict.fromkeys(str(point.shape) for point in result.case.all_points)
    return [", ".join(shapes)]
