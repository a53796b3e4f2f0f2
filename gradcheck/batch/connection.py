"""How a store is opened: who may write, and what is said where it cannot be used."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gradcheck.batch.schema import APPLICATION, VERSION
from gradcheck.errors import StoreError

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows)
    fcntl = None  # type: ignore[assignment]

_PATIENCE = 5.0
"""Seconds to wait for a reader to finish."""


def connected(path: Path) -> sqlite3.Connection:
    """Open a store to write; beside it there is a log while it is open."""
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    if fcntl is None:  # pragma: no cover  (Windows: the database itself keeps others away)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a store to read, also while a run writes to it.

    Raises
    ------
    StoreError
        If it is no store, of a newer schema, or damaged.
    """
    is_store(path)
    with explained(path):
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            connection.execute("PRAGMA query_only = ON")
            yield connection
        finally:
            connection.close()


def locked(path: Path) -> BinaryIO:
    """Keep other runs away, until the file that is returned is closed or this process ends.

    Raises
    ------
    StoreError
        If another run writes to the store.
    """
    file = path.open("rb")
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise StoreError(
                f"{path}: another run is writing to this store; wait until it ends, or choose "
                "another one"
            ) from None
    return file


def is_store(path: Path) -> None:
    """Refuse what is no store that this version can read.

    Raises
    ------
    StoreError
        Saying what it is instead.
    """
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        raise StoreError(f"{path}: there is no such store; make one with gradcheck run") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from None
    if not head:
        raise StoreError(f"{path}: an empty file, from a run that was stopped before it began")
    if not head.startswith(b"SQLite format 3\0") or len(head) < 100:
        raise StoreError(f"{path}: no store of gradcheck, or a damaged one")
    if int.from_bytes(head[68:72], "big") != APPLICATION:
        raise StoreError(f"{path}: a database, but no store of gradcheck")
    version = int.from_bytes(head[60:64], "big")
    if version > VERSION:
        raise StoreError(
            f"{path}: written by a newer gradcheck (schema {version}, this one reads up to "
            f"{VERSION}); update gradcheck"
        )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the database and the file system say into one clear error.

    Raises
    ------
    StoreError
        Instead of the errors of sqlite3 and of the operating system.
    """
    try:
        yield
    except StoreError:
        raise
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path}: {_meaning(error)}") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be used: {error.strerror or error}") from error


def _meaning(error: sqlite3.DatabaseError) -> str:
    code = getattr(error, "sqlite_errorname", "")
    for start, meaning in _MEANINGS.items():
        if code.startswith(start):
            return f"{meaning} ({error})"
    return f"the database refuses: {error}"


_MEANINGS = {
    "SQLITE_FULL": "the disk is full; what was written stays, make room and resume",
    "SQLITE_IOERR": "the disk does not answer; what was written stays",
    "SQLITE_READONLY": "the file or its folder cannot be written",
    "SQLITE_CANTOPEN": "cannot be opened; is the folder there, and may it be written?",
    "SQLITE_CORRUPT": "the store is damaged; nothing was changed, use a copy of it",
    "SQLITE_NOTADB": "no store of gradcheck, or a damaged one",
    "SQLITE_BUSY": "another program is using the store",
    "SQLITE_PERM": "the file may not be used",
}
