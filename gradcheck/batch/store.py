"""The store of a run, for the one that writes it: a row a case, a transaction a row.

A store is one SQLite file. While a run writes, it keeps a write-ahead log beside it, so that a run
that is killed loses only the cases in flight; on close it goes back to a single file.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from gradcheck.batch.connection import connected, explained, is_store, locked
from gradcheck.batch.plan import Planned, digest_of
from gradcheck.batch.record import CRASHED, CURVE_COLUMNS, SKIPPED, TIMED_OUT, Record
from gradcheck.batch.schema import APPLICATION, CURVE_KINDS, SCHEMA, VERSION
from gradcheck.batch.settings import Limits, Settings
from gradcheck.errors import StoreError


class Store:
    """A store that is being written. Close it, or use it in a ``with`` statement.

    Raises
    ------
    StoreError
        From every method, if the file system or the database refuses; what was written stays.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: Any) -> None:
        self.path = path
        self._connection = connection
        self._lock = lock
        self._session = 0
        self._limits = ""
        self._ids: dict[str, int] = {}
        self._sources: dict[str, str] = {}
        self.settings = Settings()

    @classmethod
    def create(cls, path: str | Path, settings: Settings, request: dict[str, Any]) -> "Store":
        """Make a new store.

        Raises
        ------
        StoreError
            If there is a file of that name, which is left as it is, or none can be made.
        """
        path = Path(path)
        with explained(path):
            path.touch()
            lock = locked(path)
            require_new(path)  # now that no other run can make it
            _fill(path, settings, request)
            connection = connected(path)
        store = cls(path, connection, lock)
        store.settings = settings
        return store

    @classmethod
    def reopen(cls, path: str | Path) -> "Store":
        """Open a store to go on with its run.

        Raises
        ------
        StoreError
            If it is no store, of a newer schema, damaged, or another run is writing to it.
        """
        path = Path(path)
        is_store(path)
        with explained(path):
            lock = locked(path)
            connection = connected(path)
            store = cls(path, connection, lock)
            (settings,) = connection.execute("SELECT settings FROM run").fetchone()
            store.settings = Settings.from_json(settings)
        return store

    @property
    def request(self) -> dict[str, Any]:
        """Which files and cases were asked for."""
        with explained(self.path):
            (text,) = self._connection.execute("SELECT request FROM run").fetchone()
        found: dict[str, Any] = json.loads(text)
        return found

    def change(self, settings: Settings, request: dict[str, Any]) -> None:
        """Go on with other settings, or other cases; rows that depend on them are done again."""
        with explained(self.path), _transaction(self._connection):
            self._connection.execute(
                "UPDATE run SET settings = ?, request = ?",
                (settings.to_json(), json.dumps(request)),
            )
        self.settings = settings

    def begin(self, environment: dict[str, Any]) -> None:
        """Note that a run begins to write, and where."""
        with explained(self.path), _transaction(self._connection):
            cursor = self._connection.execute(
                "INSERT INTO session (started, environment) VALUES (?, ?)",
                (_now(), json.dumps(environment, sort_keys=True)),
            )
            self._session = cursor.lastrowid or 0

    def planned(self) -> tuple[Planned, ...]:
        """Return the plan of the run so far; the case files are looked at anew."""
        digest_of.cache_clear()
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT id, name, file, line, theme FROM planned ORDER BY position"
            ).fetchall()
            tags: dict[int, list[str]] = {}
            for number, tag in self._connection.execute("SELECT id, tag FROM tag ORDER BY tag"):
                tags.setdefault(number, []).append(tag)
        return tuple(
            Planned(
                name=name, file=file, line=line, theme=theme, tags=tuple(tags.get(number, ())),
                source=digest_of(Path(file)) if file else "",
            )
            for number, name, file, line, theme in rows
        )  # fmt: skip

    def plan(
        self, cases: Sequence[Planned], limits: Limits, *, again: Iterable[str] = ()
    ) -> list[Planned]:
        """Note what is to be examined, and return what of it is still to do.

        Rows of cases that are no longer among them are removed; rows that came from another
        source, or from other settings, are to be done again, and so are skipped ones.

        Parameters
        ----------
        cases : sequence of Planned
            All cases of the run, in its order, with names of their own.
        limits : Limits
            They decide, besides the settings, the rows of cases that timed out or crashed.
        again : iterable of str
            Outcomes whose cases are to be done again in any case.
        """
        with explained(self.path), _transaction(self._connection):
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY)")
            self._connection.execute("DELETE FROM kept")
            self._connection.executemany("INSERT INTO kept VALUES (?)", ((c.name,) for c in cases))
            self._connection.execute(
                "DELETE FROM planned WHERE name NOT IN (SELECT name FROM kept)"
            )
            self._connection.executemany(
                "INSERT INTO planned (position, name, file, line, theme, source) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
                "position = excluded.position, file = excluded.file, line = excluded.line, "
                "theme = excluded.theme, source = excluded.source",
                (
                    (number, c.name, c.file, c.line, c.theme, c.source)
                    for number, c in enumerate(cases)
                ),
            )
            self._ids = dict(self._connection.execute("SELECT name, id FROM planned"))
            self._connection.execute("DELETE FROM tag")
            self._connection.executemany(
                "INSERT INTO tag VALUES (?, ?)",
                ((self._ids[c.name], tag) for c in cases for tag in dict.fromkeys(c.tags)),
            )
            done = {
                name: (outcome, made_from)
                for name, outcome, made_from in self._connection.execute(
                    "SELECT name, outcome, made_from FROM planned JOIN examined USING (id)"
                )
            }
            self._limits = f"{limits.seconds} {limits.memory}"
            self._sources = {c.name: c.source for c in cases}
            never = {SKIPPED, *again}
            left = [
                c
                for c in cases
                if c.name not in done
                or done[c.name][0] in never
                or done[c.name][1] != self._made_from(c.name, done[c.name][0])
            ]
            self._forget(left)
        return left

    def put(self, name: str, record: Record) -> None:
        """Write what came of a planned case, whole or not at all."""
        number = self._ids[name]
        with explained(self.path), _transaction(self._connection):
            self._connection.execute(
                f"INSERT INTO examined VALUES ({', '.join('?' * 16)})",  # noqa: S608  (only marks)
                (
                    number, self._session, self._made_from(name, record.outcome), record.outcome,
                    record.reason, record.message,
                    ", ".join(dict.fromkeys(finding.code for finding in record.findings)),
                    record.resolution, record.error, record.noise, record.excess,
                    record.evaluations, record.entries, record.wrong, record.points, record.seconds,
                ),
            )  # fmt: skip
            self._connection.executemany(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?)",
                (
                    (number, rank, finding.code, finding.certainty, finding.message)
                    for rank, finding in enumerate(record.findings)
                ),
            )
            for table, packed in (("result", record.result), ("error_table", record.table)):
                if packed:
                    self._connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (number, packed))  # noqa: S608  (two names of ours)
            self._connection.executemany(
                f"INSERT INTO curve VALUES (?, ?, {', '.join('?' * len(CURVE_COLUMNS))})",  # noqa: S608  (only marks)
                ((number, rank, *curve) for rank, curve in enumerate(record.curves)),
            )

    def end(self, ending: str) -> None:
        """Note how the session ended."""
        with explained(self.path), _transaction(self._connection):
            self._connection.execute(
                "UPDATE session SET stopped = ?, ending = ? WHERE id = ?",
                (_now(), ending, self._session),
            )

    def close(self) -> None:
        """Make it a single file again, which can be copied, and let others write."""
        with explained(self.path):
            try:
                self._connection.execute("PRAGMA journal_mode = DELETE")
            finally:
                self._connection.close()
                self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _made_from(self, name: str, outcome: str) -> str:
        parts = [self._sources[name], self.settings.to_json()]
        if outcome in (TIMED_OUT, CRASHED):
            parts.append(self._limits)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def _forget(self, cases: Iterable[Planned]) -> None:
        self._connection.executemany(
            "DELETE FROM examined WHERE id = ?", ((self._ids[case.name],) for case in cases)
        )


def require_new(path: Path) -> None:
    """Refuse a store that there is already; an empty file is none.

    Raises
    ------
    StoreError
        If there is anything that a run would overwrite.
    """
    with explained(path):
        if path.is_dir() or (path.exists() and path.stat().st_size):
            raise StoreError(
                f"{path}: there is such a file already; go on with its run (gradcheck.resume, "
                "--resume), or choose another store"
            )


def _fill(path: Path, settings: Settings, request: dict[str, Any]) -> None:
    """Make the tables, without a log, so that the file itself says at once what it is."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        with _transaction(connection):
            for statement in _statements():
                connection.execute(statement)
            connection.execute(
                "INSERT INTO run VALUES (?, ?)", (settings.to_json(), json.dumps(request))
            )
    finally:
        connection.close()


def _statements() -> list[str]:
    columns = ",\n".join(f'"{name}" {CURVE_KINDS.get(name, "REAL")}' for name in CURVE_COLUMNS)
    schema = SCHEMA.replace("{curve_columns}", columns)
    return [
        f"PRAGMA application_id = {APPLICATION}",
        f"PRAGMA user_version = {VERSION}",
        *(part for part in schema.split(";") if part.strip()),
    ]


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
