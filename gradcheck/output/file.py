"""One file, written piece by piece: it is there as a whole, or not at all."""

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gradcheck.errors import GradcheckError, OutputError


@contextmanager
def whole_file(path: str | Path, *, beside: Path | None = None) -> Iterator[BinaryIO]:
    """Open a file to write; it appears, or replaces the earlier one, when the block ends well.

    Parameters
    ----------
    path : str or Path
        A new file, or a regular file to be replaced.
    beside : Path, optional
        A file that must not be replaced, because it is what the content is made of.

    Raises
    ------
    OutputError
        If there is something else of that name, or the file system refuses.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with whole_file(f"{folder.name}/a.txt") as file:
    ...     size = file.write(b"all of it")
    >>> Path(folder.name, "a.txt").read_bytes()
    b'all of it'
    >>> folder.cleanup()
    """
    target = Path(path)
    try:
        _require_replaceable(target, beside)
        part = target.with_name(f".gradcheck-{uuid.uuid4().hex}.part")
        with part.open("xb") as file, _removed_on_error(part):
            yield file
            file.flush()
            os.fsync(file.fileno())
        _move(part, target)
    except GradcheckError:
        raise
    except OSError as error:
        raise OutputError(
            f"{target}: cannot be written: {error.strerror or error}; choose another file"
        ) from error


@contextmanager
def _removed_on_error(part: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _move(part: Path, target: Path) -> None:
    """Put a finished file in its place, with the permissions of the one that it replaces."""
    with _removed_on_error(part):
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.replace(target)


def _require_replaceable(target: Path, beside: Path | None) -> None:
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISREG(mode):
        raise OutputError(
            f"{target}: no regular file, so it is not replaced; choose another name, or remove it"
        )
    if beside is not None and target.samefile(beside):
        raise OutputError(f"{target}: this is the store itself; choose another name")
