"""How a store is read: a table as a whole, or page by page, in the memory of a few cases.

Between two pages the store is closed: a slow reader never keeps a run from writing. A case that the
run has removed since then is left out.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gradcheck.batch.connection import reading, understood
from gradcheck.batch.framing import CONVERGENCE, FINDINGS, SUMMARY, Column, framed
from gradcheck.batch.record import CURVE_COLUMNS
from gradcheck.batch.schema import GRAVITY
from gradcheck.errors import SelectionError

if TYPE_CHECKING:
    import pandas as pd

Order = Literal["run", "gravest", "slowest", "name"]

PAGE = 2_000
"""So many cases are read at a time."""


class Query(NamedTuple):
    """What is read of cases, in SQL: some rows of each."""

    columns: str
    tables: str = "planned LEFT JOIN examined USING (id)"
    order: str = "position"


class Table(NamedTuple):
    """A query, and the columns of its rows as a table."""

    query: Query
    columns: Mapping[str, Column]


TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "summary": Table(Query(", ".join(SUMMARY).replace("case", "name", 1)), SUMMARY),
        "findings": Table(
            Query(
                "name, rank, code, certainty, finding.message",
                "finding JOIN planned USING (id)",
                "position, rank",
            ),
            FINDINGS,
        ),
        "convergence": Table(
            Query(
                ", ".join(("name", *(f'curve."{name}"' for name in CURVE_COLUMNS))),
                "curve JOIN planned USING (id)",
                "position, number",
            ),
            CONVERGENCE,
        ),
    }
)
"""The tables of `gradcheck.batch.reading.Run`."""


def whole(path: Path, name: str) -> "pd.DataFrame":
    """Read one of `TABLES`, in the order of the run."""
    query, columns = TABLES[name]
    with reading(path) as connection:
        rows = connection.execute(
            f"SELECT {query.columns} FROM {query.tables} ORDER BY {query.order}"  # noqa: S608  (names of ours)
        ).fetchall()
    return framed(path, rows, columns)


def table_pages(path: Path, name: str, where: str = "TRUE", *of: Any) -> "Iterator[pd.DataFrame]":
    """Yield one of `TABLES` in the order of the run; there is at least one page.

    The pages of all tables are about the same cases: those for which a condition holds.
    """
    query, columns = TABLES[name]
    for rows in pages(path, query, case_numbers(path, where, of)):
        yield framed(path, rows, columns)


_BY: Mapping[Order, str] = MappingProxyType(
    {"run": "position", "gravest": f"{GRAVITY}, name", "slowest": "seconds DESC, name",
     "name": "name"}
)  # fmt: skip


def case_numbers(
    path: Path, where: str = "TRUE", of: Sequence[Any] = (), order: Order = "run"
) -> Sequence[int]:
    """Return the numbers of the cases for which a condition holds.

    Cases that were not reached come last, where the order is about what came of them.

    Raises
    ------
    SelectionError
        If there is no such order.
    """
    if order not in _BY:
        raise SelectionError(f"order must be one of {', '.join(_BY)}, got {order!r}")
    planned = f"planned LEFT JOIN examined USING (id) WHERE ({where})"
    queries = [f"{planned} ORDER BY {_BY[order]}"]
    if order in ("gravest", "slowest"):  # each part by an index of its own
        examined = f"examined JOIN planned USING (id) WHERE ({where})"
        queries = [f"{examined} ORDER BY {_BY[order]}",
                   f"{planned} AND examined.id IS NULL ORDER BY name"]  # fmt: skip
    numbers = array("q")
    with reading(path) as connection, understood(path):
        for query in queries:
            rows = connection.execute(f"SELECT planned.id FROM {query}", of)  # noqa: S608  (names of ours, and the caller's condition)
            numbers.extend(number for (number,) in rows)
    return numbers


def pages(
    path: Path, query: Query, numbers: Sequence[int], *, size: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of the cases with these numbers, in their order; there is at least one page.

    A page has the rows of so many cases, `PAGE` by default.
    """
    size = size or PAGE
    for start in range(0, len(numbers) or 1, size):
        here = {number: place for place, number in enumerate(numbers[start : start + size])}
        marks = ", ".join("?" * len(here))
        with reading(path) as connection:
            rows = connection.execute(
                f"SELECT planned.id, {query.columns} FROM {query.tables} "  # noqa: S608  (names of ours)
                f"WHERE planned.id IN ({marks}) ORDER BY {query.order}",
                tuple(here),
            ).fetchall()
        rows.sort(key=lambda row: here[row[0]])
        yield [row[1:] for row in rows]
