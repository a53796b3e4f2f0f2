"""A stored run in pages, so that any number of cases needs the memory of a few.

The store is open only while a page is read: a slow reader never keeps a run from writing.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gradcheck.batch.connection import reading
from gradcheck.batch.reading import Run
from gradcheck.batch.record import CURVE_COLUMNS
from gradcheck.batch.schema import CURVE_KINDS

if TYPE_CHECKING:
    import pandas as pd

PAGE = 2_000
"""So many cases are read at a time."""

_FINDINGS = {"case": "str", "rank": "int64", "code": "str", "certainty": "str", "message": "str"}
_KINDS = {"INTEGER": "int64", "TEXT": "str", "REAL": "float64"}
_CURVES = {"case": "str"} | {
    name: _KINDS[CURVE_KINDS.get(name, "REAL")] for name in CURVE_COLUMNS
}  # fmt: skip


def summary_pages(run: Run) -> "Iterator[pd.DataFrame]":
    """Yield `Run.summary` in its order, some rows at a time."""
    for place in _places(run, PAGE):
        yield run.rows("WHERE position >= ? AND position < ? ORDER BY position", place)


def finding_pages(run: Run) -> "Iterator[pd.DataFrame]":
    """Yield `Run.findings` in its order: page by page those of the cases of `summary_pages`."""
    query = (
        "SELECT name, rank, code, certainty, finding.message FROM finding "
        "JOIN planned USING (id) WHERE position >= ? AND position < ? ORDER BY position, rank"
    )
    for place in _places(run, PAGE):
        yield _frame(run, query, place, _FINDINGS)


def convergence_pages(run: Run) -> "Iterator[pd.DataFrame]":
    """Yield `Run.convergence` in its order: page by page that of the cases of `summary_pages`."""
    columns = ", ".join(f'curve."{name}"' for name in CURVE_COLUMNS)
    query = (
        f"SELECT name, {columns} FROM curve JOIN planned USING (id) "  # noqa: S608  (names of ours)
        "WHERE position >= ? AND position < ? ORDER BY position, number"
    )
    for place in _places(run, PAGE):
        yield _frame(run, query, place, _CURVES)


def case_records(run: Run) -> Iterator[dict[str, Any]]:
    """Yield a case at a time: the columns `SUMMARY` as plain values, None where there is none.

    Under `findings` stands a list with code, certainty and message of each, the surest first.
    """
    for rows, findings in zip(summary_pages(run), finding_pages(run), strict=True):
        found: dict[str, list[dict[str, Any]]] = {}
        for case, _rank, code, certainty, message in findings.itertuples(index=False, name=None):
            cause = {"code": code, "certainty": certainty, "message": message}
            found.setdefault(case, []).append(cause)
        columns = [_plain(rows[name]) for name in rows.columns]
        for values in zip(*columns, strict=True):
            record = dict(zip(rows.columns, values, strict=True))
            yield record | {"findings": found.get(record["case"], [])}


def _places(run: Run, size: int) -> Iterator[tuple[int, int]]:
    """Yield the ends of the pages, in positions of cases; a run has at least one page."""
    with reading(run.path) as connection:
        (last,) = connection.execute("SELECT max(position) FROM planned").fetchone()
    for start in range(0, (last or 0) + 1, size):
        yield start, start + size


def _plain(column: "pd.Series[Any]") -> list[Any]:
    return column.astype(object).where(column.notna().to_numpy(), None).tolist()


def _frame(run: Run, query: str, place: tuple[int, int], kinds: dict[str, Any]) -> "pd.DataFrame":
    import pandas as pd

    with reading(run.path) as connection:
        rows = connection.execute(query, place).fetchall()
    return pd.DataFrame.from_records(rows, columns=list(kinds)).astype(kinds)
