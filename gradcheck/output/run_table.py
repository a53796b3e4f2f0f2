"""The tables of a stored run, page by page, as CSV and as Parquet."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from gradcheck.batch import paging
from gradcheck.batch.reading import Run
from gradcheck.errors import OutputError
from gradcheck.output.entry import printable
from gradcheck.output.export import quoted
from gradcheck.output.verdict_name import input_names
from gradcheck.verdict.result import COLUMNS, VERDICTS, Result

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

_RESULTS = 200
"""The entries of so many cases make a page."""
_ROWS = 50_000
_BYTES = 2**24
"""So many rows, or bytes of them, make a row group of Parquet, if there are so many."""

TABLES = (*paging.TABLES, "entries")
"""What a run can tell as a table."""


def entry_pages(run: Run) -> "Iterator[pd.DataFrame]":
    """Yield the entries that were compared, case by case, each worst first.

    The columns are `case` (text) and those of `Result.table`, where `name` is text.
    """
    found = (result for _, result in run.results())
    empty = True
    while parts := list(map(_compared, islice(found, _RESULTS))):
        yield _entry_table(parts)
        empty = False
    if empty:
        yield _entry_table([])


def csv_lines(run: Run, what: str = "summary") -> Iterator[str]:
    """Yield the lines of a table as CSV, the header first.

    No cell runs as a formula in a spreadsheet: text that could gets an apostrophe in front.
    Control characters are written as escapes, so that a row is a line. Numbers have the digits
    that give them back exactly; a missing one is an empty cell.

    Parameters
    ----------
    run : Run
        What is told.
    what : {"summary", "findings", "convergence", "entries"}
        Which table.

    Raises
    ------
    OutputError
        If there is no such table.
    """
    head = True
    for page in pages(run, what):
        if head:
            yield ",".join(page.columns)
            head = False
        yield from map(",".join, zip(*(_cells(page[name]) for name in page.columns), strict=True))


def write_parquet(run: Run, what: str, file: BinaryIO) -> None:
    """Write a table as Parquet, a group of rows at a time; reading gives the same dtypes.

    Raises
    ------
    OutputError
        If there is no such table, or pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise OutputError(
            'Parquet needs pyarrow, which is not installed; pip install "gradcheck[parquet]"'
        ) from error
    found = pages(run, what)
    first = next(found)
    schema = pa.Schema.from_pandas(first.iloc[:0], preserve_index=False)
    waiting: list[Any] = []
    with parquet.ParquetWriter(file, schema) as writer:
        for page in chain([first], found):
            waiting.append(pa.Table.from_pandas(page, schema, preserve_index=False))
            if sum(map(len, waiting)) >= _ROWS or sum(t.nbytes for t in waiting) >= _BYTES:
                writer.write_table(pa.concat_tables(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.concat_tables(waiting))


def pages(run: Run, what: str) -> "Iterator[pd.DataFrame]":
    """Return the pages of a table.

    Raises
    ------
    OutputError
        If there is no such table.
    """
    if what not in TABLES:
        raise OutputError(f"what must be one of {', '.join(TABLES)}, got {what!r}")
    return entry_pages(run) if what == "entries" else paging.table_pages(run.path, what)


def _compared(result: Result) -> dict[str, Array]:
    """Return the columns of one case that are not calculated from others, worst entry first."""
    entries = result.entries
    order = entries.worst_first()
    points, inputs = entries.point[order], entries.input[order]
    names = np.empty(len(order), dtype=object)
    for point in np.unique(points).tolist():
        here = points == point
        names[here] = input_names(result, point, inputs[here])
    numbers = ("output", "analytic", "numeric", "error_bar", "abs_error", "resolution", "verdict")
    return {
        "case": np.full(len(order), result.case.name, dtype=object),
        "point": points,
        "input": inputs,
        "name": names,
        **{name: getattr(entries, name)[order] for name in numbers},
    }


def _entry_table(parts: Sequence[Mapping[str, Array]]) -> "pd.DataFrame":
    """Put the entries of cases together, with the columns of `Result.table`."""
    import pandas as pd

    names = ("case", *(name for name in COLUMNS if name not in ("rel_error", "ratio")))
    columns = {
        name: np.concatenate([part[name] for part in parts]) if parts else np.empty(0)
        for name in names
    }
    analytic, numeric = (columns[name].astype(np.float64) for name in ("analytic", "numeric"))
    with np.errstate(all="ignore"):
        larger = np.maximum(np.abs(analytic), np.abs(numeric))
        columns["rel_error"] = np.where(larger == 0, 0.0, columns["abs_error"] / larger)
        columns["ratio"] = analytic / numeric
    kinds = {"case": "str", "point": "int32", "output": "int32", "input": "int32", "name": "str"}
    words = pd.CategoricalDtype([each.value for each in VERDICTS], ordered=True)
    codes = columns["verdict"].astype(np.int8)
    table = pd.DataFrame({name: columns.get(name) for name in ("case", *COLUMNS)})
    table["verdict"] = pd.Categorical.from_codes(codes, dtype=words)
    floats = dict.fromkeys((n for n in COLUMNS if n not in (*kinds, "verdict")), "float64")
    return table.astype(kinds | floats)


def _cells(column: "pd.Series[Any]") -> list[str]:
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        words = [*map(_text, column.cat.categories), ""]
        return [words[code] for code in column.cat.codes.tolist()]
    if column.dtype.kind in "fiu":
        return [_number(each) for each in column.tolist()]
    return list(map(_text, column.tolist()))


def _number(value: Any) -> str:
    """Write a number; neither NaN nor NA equals itself for sure, and both are missing."""
    import pandas as pd

    return "" if pd.isna(value) else repr(value)


def _text(text: Any) -> str:
    return quoted(printable(str(text)))
