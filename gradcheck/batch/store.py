"""The store of a run, for the one that writes it: a row a case, a transaction a row.

A store is one SQLite file. While a run writes, it keeps a write-ahead log beside it, so that a run
that is killed loses only the cases in flight; on close it goes back to a single file.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gradcheck.batch.connection import (
    Lock,
    connected,
    disconnect,
    explained,
    reading,
    require_file,
    require_sound,
    understood,
)
from gradcheck.batch.creation import fill, require_new
from gradcheck.batch.plan import Planned, digest_of
from gradcheck.batch.planning import noted, text
from gradcheck.batch.record import CRASHED, CURVE_COLUMNS, OUTCOMES, SKIPPED, TIMED_OUT, Record
from gradcheck.batch.settings import Limits, Settings
from gradcheck.errors import CaseError, StoreError


class Store:
    """A store that is being written. Close it, or use it in a ``with`` statement.

    Raises
    ------
    StoreError
        From every method, if the file system or the database refuses; what was written stays.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, settings: Settings, lock: Lock
    ) -> None:
        self.path = path
        self.settings = settings
        self._connection = connection
        self._lock = lock
        self._session = 0
        self._limits = ""
        self._ids: dict[str, int] = {}
        self._sources: dict[str, str] = {}
        self._digests: dict[tuple[str, str], str] = {}

    @classmethod
    def create(cls, path: str | Path, settings: Settings, request: dict[str, Any]) -> "Store":
        """Make a new store.

        Raises
        ------
        StoreError
            If there is a file of that name, which is left as it is, or none can be made.
        """
        path = Path(path)
        require_new(path)
        with explained(path), _held(path) as lock:
            require_new(path)  # now that no other run can make it
            fill(path, settings, request)
            return cls(path, connected(path), settings, lock)

    @classmethod
    def reopen(cls, path: str | Path) -> "Store":
        """Open a store to go on with its run.

        Raises
        ------
        StoreError
            If it is no store, of a newer schema, damaged, or another run is writing to it.
        """
        path = Path(path)
        require_file(path)
        with explained(path), _held(path) as lock:
            settings = _settings_of_sound(path)
            return cls(path, connected(path), settings, lock)

    @property
    def request(self) -> dict[str, Any]:
        """Which files and cases were asked for."""
        with explained(self.path), understood(self.path):
            (request,) = self._connection.execute("SELECT request FROM run").fetchone()
            return dict(json.loads(request))

    def change(self, settings: Settings, request: dict[str, Any]) -> None:
        """Go on with other settings, or other cases; rows that depend on them are done again."""
        with explained(self.path), _transaction(self._connection):
            self._connection.execute(
                "UPDATE run SET settings = ?, request = ?",
                (settings.to_json(), json.dumps(request)),
            )
        self.settings = settings
        self._digests.clear()

    def begin(self, environment: dict[str, Any]) -> None:
        """Note that a run begins to write, and where."""
        with explained(self.path), _transaction(self._connection):
            cursor = self._connection.execute(
                "INSERT INTO session (started, environment) VALUES (?, ?)",
                (_now(), json.dumps(environment, sort_keys=True)),
            )
            self._session = cursor.lastrowid or 0

    def planned(self) -> tuple[Planned, ...]:
        """Return the plan of the run so far; the case files are looked at anew.

        Raises
        ------
        StoreError
            If there is none: the run was stopped before it was written down.
        """
        digest = cache(digest_of)
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT id, name, file, line, theme FROM planned ORDER BY position"
            ).fetchall()
            tags: dict[int, list[str]] = {}
            for number, tag in self._connection.execute("SELECT id, tag FROM tag ORDER BY tag"):
                tags.setdefault(number, []).append(tag)
        if not rows:
            raise StoreError(
                f"{self.path}: the run was stopped before its cases were noted; hand them over "
                "(gradcheck.resume(store, cases)), or delete the store and run anew"
            )
        return tuple(
            Planned(
                name=name, file=file, line=line, theme=theme, tags=tuple(tags.get(number, ())),
                source=digest(Path(file)) if file else "",
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

        Raises
        ------
        CaseError
            If one of those is no outcome.
        """
        never = {SKIPPED, *_outcomes(again)}
        with explained(self.path), _transaction(self._connection):
            self._ids = noted(self._connection, cases)
            done = {
                name: (outcome, made_from)
                for name, outcome, made_from in self._connection.execute(
                    "SELECT name, outcome, made_from FROM planned JOIN examined USING (id)"
                )
            }
            self._limits = f"{limits.seconds} {limits.memory}"
            self._sources = {text(c.name): c.source for c in cases}
            left = [c for c in cases if not self._stays(text(c.name), done, never)]
            self._connection.executemany(
                "DELETE FROM examined WHERE id = ?", ((self._ids[text(c.name)],) for c in left)
            )
        return left

    def put(self, name: str, record: Record) -> None:
        """Write what came of a planned case, whole or not at all."""
        name = text(name)
        number = self._ids[name]
        with explained(self.path), _transaction(self._connection):
            self._connection.execute(
                f"INSERT INTO examined VALUES ({', '.join('?' * 16)})",  # noqa: S608  (only marks)
                (
                    number, self._session, self._made_from(name, record.outcome), record.outcome,
                    record.reason, text(record.message),
                    ", ".join(dict.fromkeys(finding.code for finding in record.findings)),
                    record.resolution, record.error, record.noise, record.excess,
                    record.evaluations, record.entries, record.wrong, record.points, record.seconds,
                ),
            )  # fmt: skip
            self._connection.executemany(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?)",
                (
                    (number, rank, finding.code, finding.certainty, text(finding.message))
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
                disconnect(self._connection)
            finally:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: object, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except StoreError as trouble:
            if error is None:
                raise
            error.add_note(str(trouble))

    def _made_from(self, name: str, outcome: str) -> str:
        limits = self._limits if outcome in (TIMED_OUT, CRASHED) else ""
        key = (self._sources[name], limits)
        if key not in self._digests:
            whole = "\n".join((key[0], self.settings.to_json(), *filter(None, (limits,))))
            self._digests[key] = hashlib.sha256(whole.encode()).hexdigest()[:16]
        return self._digests[key]

    def _stays(self, name: str, done: Mapping[str, tuple[str, str]], never: set[str]) -> bool:
        """Tell whether there is a row of a case, and it would come out the same again."""
        if name not in done:
            return False
        outcome, made_from = done[name]
        return outcome not in never and made_from == self._made_from(name, outcome)


def _settings_of_sound(path: Path) -> Settings:
    require_sound(path)
    with reading(path) as connection, understood(path):
        return Settings.from_json(connection.execute("SELECT settings FROM run").fetchone()[0])


@contextmanager
def _held(path: Path) -> Iterator[Lock]:
    """Take the lock of a store; it stays taken unless something goes wrong."""
    lock = Lock(path)
    try:
        yield lock
    except BaseException:
        lock.release()
        raise


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _outcomes(given: Iterable[str]) -> tuple[str, ...]:
    words = (given,) if isinstance(given, str) else tuple(given)
    for word in words:
        if word not in OUTCOMES:
            raise CaseError(f"again takes some of {', '.join(OUTCOMES)}, got {word!r}")
    return words


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
