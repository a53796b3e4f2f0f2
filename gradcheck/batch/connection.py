"""How a store is opened: who may write, and what is said where it cannot be used."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gradcheck.batch.schema import APPLICATION, VERSION
from gradcheck.errors import StoreError

try:
    import fcntl
except ImportError:  # pragma: no cover  (Windows)
    fcntl = None  # type: ignore[assignment]

PATIENCE = 5.0
"""Seconds to wait for a reader to finish."""
_PAUSE = 0.02
"""Seconds between two attempts."""


def connected(path: Path) -> sqlite3.Connection:
    """Open a store to write; beside it there is a log while it is open."""
    connection = sqlite3.connect(path.absolute(), timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -32000")  # KiB
        if fcntl is None:  # pragma: no cover  (Windows: the database itself keeps others away)
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def disconnect(connection: sqlite3.Connection) -> None:
    """Close a store that was written and make it a single file again, which can be copied.

    Where others read for longer than we wait, the log stays beside it, and whoever writes next
    takes it in.
    """
    try:
        ended = time.monotonic() + PATIENCE
        while not _is_single(connection) and time.monotonic() < ended:
            time.sleep(_PAUSE)
    finally:
        connection.close()


def _is_single(connection: sqlite3.Connection) -> bool:
    """Try to take the log in; False while others read."""
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_BUSY":
            raise
        return False
    return True


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a store to read, also while a run writes to it.

    Raises
    ------
    StoreError
        If it is no store, of a newer schema, or damaged.
    """
    require_file(path)
    with explained(path):
        connection = _readable(path)
        try:
            _require_ours(path, connection)
            yield connection
        finally:
            connection.close()


class Lock:
    """Keeps other runs away from a store, until it is released or this process ends.

    The lock is on a file beside the store: closing any other file of ours that is the store would
    lift the locks that the database itself has on it (POSIX).

    Raises
    ------
    StoreError
        If another run writes to the store.
    """

    def __init__(self, path: Path) -> None:
        self._path = beside(path, "-lock")
        self._file = _locked(path, self._path)

    def release(self) -> None:
        """Let others write."""
        if not self._file.closed:
            self._path.unlink(missing_ok=True)
            self._file.close()


def _locked(store: Path, path: Path) -> IO[bytes]:
    while True:
        file = path.open("ab")
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        except BlockingIOError:
            file.close()
            raise StoreError(
                f"{store}: another run is writing to this store; wait until it ends, or choose "
                "another one"
            ) from None
        except FileNotFoundError:
            pass
        except BaseException:
            file.close()
            raise
        file.close()  # the run that held it has ended, and taken the file away


def beside(path: Path, ending: str) -> Path:
    """Return the path of a file that belongs to a store, whatever links lead to it."""
    return Path(f"{os.path.realpath(path)}{ending}")


def require_file(path: Path) -> None:
    """Refuse what is no file, or an empty one; its content is looked at by the database alone.

    Raises
    ------
    StoreError
        Saying what it is instead.
    """
    require_path(path)
    with explained(path):
        if not path.exists():
            raise StoreError(f"{path}: there is no such store; make one with gradcheck run")
        if not path.is_file():
            raise StoreError(f"{path}: a store is a file, and this is none")
        if not path.stat().st_size:
            raise StoreError(f"{path}: an empty file, no store of gradcheck")


def require_path(path: Path) -> None:
    """Refuse what no file can be called.

    Raises
    ------
    StoreError
        If there is a null character in it.
    """
    if "\0" in str(path):
        raise StoreError(
            f"{str(path)!r}: no file can be called so: there is a null character in it"
        )


def require_sound(path: Path) -> None:
    """Refuse to write into a store that is damaged.

    Raises
    ------
    StoreError
        If the database finds that its parts do not fit together.
    """
    with reading(path) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        if path.stat().st_size < pages * size and not beside(path, "-wal").exists():
            found = "its last page is cut short"  # which the database fills up with zeros
        if found != "ok":
            raise StoreError(f"{path}: {_MEANINGS['SQLITE_CORRUPT']} ({found})")


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
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {_meaning(error)}") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be used: {error.strerror or error}") from error
    except UnicodeEncodeError as error:
        raise StoreError(f"{path}: cannot keep this text: {error}") from error
    except UnicodeDecodeError as error:  # in what the database says of itself
        raise StoreError(f"{path}: {_MEANINGS['SQLITE_CORRUPT']} ({error})") from error


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Turn what goes wrong with the content of a store into one clear error.

    Raises
    ------
    StoreError
        If it is not what a run writes.
    """
    try:
        yield
    except (ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError,
            ValueError) as error:  # fmt: skip
        raise StoreError(f"{path}: {_MEANINGS['SQLITE_CORRUPT']} ({error})") from error


def _readable(path: Path) -> sqlite3.Connection:
    try:
        return _probed(path, "ro")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise
    return _probed(path, "rw")  # a run was killed while it closed: its journal has to be undone


def _probed(path: Path, mode: str) -> sqlite3.Connection:
    """Open a database and look at it once."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(address, uri=True, timeout=PATIENCE)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _require_ours(path: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise StoreError(f"{path}: a database, but no store of gradcheck")
    if not 0 < version <= VERSION:
        raise StoreError(
            f"{path}: written by a newer gradcheck (schema {version}, this one reads up to "
            f"{VERSION}); update gradcheck"
        )


def _meaning(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorname", "")
    for start, meaning in _MEANINGS.items():
        if code.startswith(start):
            return f"{meaning} ({error})"
    return f"the database refuses: {error}"


_MEANINGS = {
    "SQLITE_FULL": "the disk is full; what was written stays, make room and resume",
    "SQLITE_IOERR": "the disk cannot be read or written; what was written stays",
    "SQLITE_READONLY": "the file or its folder cannot be written",
    "SQLITE_CANTOPEN": "cannot be opened; is the folder there, and may it be written?",
    "SQLITE_CORRUPT": "the store is damaged; nothing was changed, use a copy of it",
    "SQLITE_NOTADB": "no store of gradcheck, or a damaged one",
    "SQLITE_BUSY": "another program is using the store; try again when it has finished",
    "SQLITE_PERM": "the file may not be used",
}
