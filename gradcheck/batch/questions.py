"""What reports ask of a store, in SQL: which cases, and in which order."""

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from gradcheck.batch.connection import reading
from gradcheck.batch.schema import GRAVITY
from gradcheck.errors import SelectionError

Order = Literal["run", "gravest", "slowest", "name"]

_BY: dict[str, str] = {
    "run": "position",
    "gravest": f"{GRAVITY}, name",
    "slowest": "seconds DESC, name",
    "name": "name",
}
_PLANNED = "planned LEFT JOIN examined USING (id)"
_EXAMINED = "examined JOIN planned USING (id)"
PAGE = 2_000
"""So many cases are read at a time."""


def chosen(
    connection: sqlite3.Connection, where: str, parameters: tuple[Any, ...], order: Order
) -> Sequence[int]:
    """Return the numbers of the cases for which a condition holds.

    Cases that were not reached come last, where the order is about what came of them.
    """
    if order not in _BY:
        raise SelectionError(f"order must be one of {', '.join(_BY)}, got {order!r}")
    also = f"({where})" if where else "TRUE"
    if order in ("run", "name"):
        queries = [f"{_PLANNED} WHERE {also} ORDER BY {_BY[order]}"]
    else:
        queries = [
            f"{_EXAMINED} WHERE {also} ORDER BY {_BY[order]}",
            f"{_PLANNED} WHERE examined.id IS NULL AND {also} ORDER BY name",
        ]
    numbers = array("q")
    for query in queries:
        rows = connection.execute(f"SELECT planned.id FROM {query}", parameters)  # noqa: S608  (names of ours, and the caller's condition)
        numbers.extend(number for (number,) in rows)
    return numbers


def streamed(
    path: Path, numbers: Sequence[int], columns: str, tables: str, *, page: int = PAGE
) -> Iterator[tuple[Any, ...]]:
    """Yield columns of the cases with these numbers, in their order.

    The store is open only while a page is read: a slow reader never keeps a run from writing. A
    case that a run has removed since then is left out.
    """
    for start in range(0, len(numbers), page):
        here = numbers[start : start + page]
        marks = ", ".join("?" * len(here))
        query = f"SELECT planned.id, {columns} FROM {tables} WHERE planned.id IN ({marks})"  # noqa: S608  (names of ours)
        with reading(path) as connection:
            found = {row[0]: row[1:] for row in connection.execute(query, tuple(here))}
        yield from (found[number] for number in here if number in found)
