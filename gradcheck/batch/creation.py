"""Make the file of a store, whole or not at all, and in nobody's place."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from gradcheck.batch.connection import beside, explained, require_path
from gradcheck.batch.record import CURVE_COLUMNS
from gradcheck.batch.schema import APPLICATION, CURVE_KINDS, GRAVITY, SCHEMA, VERSION
from gradcheck.batch.settings import Settings
from gradcheck.errors import StoreError


def require_new(path: Path) -> None:
    """Refuse a place where no new store can be made; an empty file is in nobody's way.

    Raises
    ------
    StoreError
        If there is anything that a run would overwrite, or no folder to write to.
    """
    require_path(path)
    with explained(path):
        _require_free(path)
        folder = path.absolute().parent
        if not folder.is_dir():
            raise StoreError(f"{path}: there is no folder {folder}; make it first")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StoreError(f"{path}: the folder {folder} cannot be written")
        for ending in ("-wal", "-journal"):
            log = beside(path, ending)
            if log.exists() and log.stat().st_size:
                _require_free(path)  # another run may have begun since the first look
                raise StoreError(
                    f"{log} was left by a run that was killed, and its store is gone; move it to "
                    "where the store is now, or delete it"
                )


def _require_free(path: Path) -> None:
    """Raise if there is a file that a run would overwrite."""
    if path.exists() and (not path.is_file() or path.stat().st_size):
        raise StoreError(
            f"{path}: there is such a file already; go on with its run (gradcheck.resume, "
            "--resume), or choose another store"
        )


def fill(path: Path, settings: Settings, request: dict[str, Any]) -> None:
    """Make the file with its tables in one step, so that there is never half of one."""
    fresh = beside(path, "-new")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in _statements():
            connection.execute(statement)
        connection.execute(
            "INSERT INTO run VALUES (?, ?)", (settings.to_json(), json.dumps(request))
        )
        content = connection.serialize()
    try:
        fresh.write_bytes(content)
        beside(path, "-shm").unlink(missing_ok=True)
        fresh.replace(beside(path, ""))
    finally:
        fresh.unlink(missing_ok=True)


def _statements() -> list[str]:
    columns = ",\n".join(f'"{name}" {CURVE_KINDS.get(name, "REAL")}' for name in CURVE_COLUMNS)
    schema = SCHEMA.format(gravity=GRAVITY, curve_columns=columns)
    return [
        f"PRAGMA application_id = {APPLICATION}",
        f"PRAGMA user_version = {VERSION}",
        *(part for part in schema.split(";") if part.strip()),
    ]
