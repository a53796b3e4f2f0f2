"""Write the plan of a run into its store; what has not changed since the last time stays."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from gradcheck.batch.plan import Planned


def noted(connection: sqlite3.Connection, cases: Sequence[Planned]) -> dict[str, int]:
    """Note the cases of a run in their order, and return their numbers by name.

    Cases that are no longer among them lose their rows.
    """
    before = {
        row[1]: row
        for row in connection.execute(
            "SELECT id, name, position, file, line, theme, source FROM planned"
        )
    }
    rows = [
        (text(each.name), position, text(each.file), each.line, text(each.theme), each.source)
        for position, each in enumerate(cases)
    ]
    gone = before.keys() - {row[0] for row in rows}
    connection.executemany(
        "DELETE FROM planned WHERE id = ?", ((before[name][0],) for name in sorted(gone))
    )
    connection.executemany(
        "INSERT INTO planned (name, position, file, line, theme, source) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET position = excluded.position, file = excluded.file, "
        "line = excluded.line, theme = excluded.theme, source = excluded.source",
        (row for row in rows if before.get(row[0], ())[1:] != row),
    )
    numbers = dict(connection.execute("SELECT name, id FROM planned"))
    _note_tags(connection, {numbers[text(each.name)]: _tags(each) for each in cases})
    return numbers


def text(given: str) -> str:
    """Return a text that can be stored: half a surrogate pair is spelt out."""
    return given if given.isascii() else given.encode("utf-8", "backslashreplace").decode("utf-8")


def _note_tags(connection: sqlite3.Connection, tags: dict[int, tuple[str, ...]]) -> None:
    before: dict[int, tuple[str, ...]] = {}
    for number, tag in connection.execute("SELECT id, tag FROM tag ORDER BY id, tag"):
        before[number] = (*before.get(number, ()), tag)
    changed = [number for number in tags if before.get(number, ()) != tags[number]]
    connection.executemany("DELETE FROM tag WHERE id = ?", ((number,) for number in changed))
    rows: Any = ((number, tag) for number in changed for tag in tags[number])
    connection.executemany("INSERT INTO tag VALUES (?, ?)", rows)


def _tags(case: Planned) -> tuple[str, ...]:
    return tuple(sorted({*map(text, case.tags)}))
