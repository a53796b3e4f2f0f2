"""The folder of a report: claimed safely, written file by file, replaced without touching others.

A hidden list of the files that were written is the mark by which a folder is known as a report.
Only files on that list are ever removed.
"""

import gzip
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from gradcheck.errors import OutputError

MARK = ".gradcheck-report"
"""The list of the files that gradcheck wrote; no folder without it is ever replaced."""

_HEADING = "gradcheck report, version 1: the files below are replaced by the next report"
_OURS = re.compile(
    r"index\.html|style\.css|cases/[a-z0-9_-]+\.html"
    r"|data/[a-z0-9_-]+\.(csv\.gz|xml|md|parquet)"
)
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", "index", "summary", "convergence", "verdicts"}
    | {f"{device}{number}" for device in ("com", "lpt") for number in range(10)}
)
_LONGEST_SLUG = 60
_COMPRESSION, _BUFFER = 4, 1 << 20


@dataclass(frozen=True)
class ReportFolder:
    """A folder that belongs to the report being written.

    Raises
    ------
    OutputError
        From every method, if the file system refuses.
    """

    path: Path
    _written: list[str] = field(default_factory=list)

    @classmethod
    def claim(cls, path: str | Path) -> "ReportFolder":
        """Make the folder, or take over one that is empty or holds an earlier report.

        Raises
        ------
        OutputError
            If the path is a file, a folder with other content, or cannot be written.
        """
        folder = cls(Path(path))
        try:
            folder._require_ours()
            folder.path.mkdir(parents=True, exist_ok=True)
            for inner in ("cases", "data"):
                if (folder.path / inner).is_symlink():
                    raise OutputError(f"{folder.path / inner}: a link; remove it, or choose --out")
                (folder.path / inner).mkdir(exist_ok=True)
            if not (folder.path / MARK).exists():
                folder._write_mark([])
        except OSError as error:
            raise _refused(folder.path, error) from error
        return folder

    def write(self, name: str, data: str | bytes) -> Path:
        """Write one file of the report, whole or not at all.

        Parameters
        ----------
        name : str
            Path within the folder: index.html, style.css, cases/*.html, or data/* as csv.gz,
            xml, md or parquet.
        data : str or bytes
            The content; text is written as UTF-8 with newlines as they are.
        """
        with self.opened(name) as file:
            file.write(data.encode(errors="replace") if isinstance(data, str) else data)
        return self.path / name

    def write_lines(self, name: str, lines: Iterable[str]) -> Path:
        """Write one file line by line, so that a long one needs little memory.

        Parameters
        ----------
        name : str
            As for `write`; what ends in .gz is compressed.
        lines : iterable of str
            Without their ends.
        """
        with self.opened(name) as file, _compressed(file, name) as inner:
            for line in lines:
                inner.write(f"{line}\n".encode(errors="replace"))
        return self.path / name

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """Open one file of the report; it takes its place when the block ends well."""
        assert _OURS.fullmatch(name), name
        target = self.path / name
        part = target.with_name(f".{target.name}.part")
        try:
            part.unlink(missing_ok=True)
            try:
                with part.open("xb") as file:
                    yield file
                part.replace(target)  # a link is replaced, not followed
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise _refused(target, error) from error
        self._written.append(name)

    def finish(self) -> None:
        """Remove the files of an earlier report that this one did not write, and list its own."""
        try:
            for name in set(self._listed()) - set(self._written):
                (self.path / name).unlink(missing_ok=True)
            self._write_mark(sorted(self._written))
        except OSError as error:
            raise _refused(self.path, error) from error

    def _require_ours(self) -> None:
        if self.path.is_dir():
            if any(self.path.iterdir()) and not self._is_report():
                raise OutputError(
                    f"{self.path}: the folder exists and holds no gradcheck report, so nothing in "
                    "it is touched; choose another folder with --out, or empty this one"
                )
        elif self.path.exists() or self.path.is_symlink():
            raise OutputError(f"{self.path}: a file, but a report is a folder; choose another")

    def _is_report(self) -> bool:
        mark = self.path / MARK
        return mark.is_file() and mark.read_bytes().startswith(_HEADING.encode())

    def _listed(self) -> list[str]:
        lines = (self.path / MARK).read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if _OURS.fullmatch(line)]

    def _write_mark(self, names: Iterable[str]) -> None:
        lines = "".join(f"{line}\n" for line in (_HEADING, *names))
        _replace(self.path / MARK, lines.encode())


def slugs(names: Iterable[str]) -> dict[str, str]:
    """Give every name a file name of its own that no system can misread.

    A name of lower-case letters, digits, "-" and "_" keeps it; any other is simplified and gets
    eight digits of its SHA-256, so that names which differ in case or accents only stay apart.

    Examples
    --------
    >>> list(slugs(["exp-2x", "Exp 2x", "../../etc/passwd", "con"]).values())
    ['exp-2x', 'exp-2x-96d6bedb', 'etc-passwd-3754d6cb', 'con-1143da2b']
    """
    listed = list(names)
    chosen = {name: name for name in listed if _is_slug(name)}
    taken = set(chosen)
    for name in listed:
        if name in chosen:
            continue
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        lengths = (n for n in range(8, 65) if f"{_simplified(name)}-{digest[:n]}" not in taken)
        chosen[name] = f"{_simplified(name)}-{digest[: next(lengths)]}"
        taken.add(chosen[name])
    return {name: chosen[name] for name in listed}


def _is_slug(name: str) -> bool:
    fits = re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) is not None
    return fits and len(name) <= _LONGEST_SLUG and name not in _RESERVED


def _simplified(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[: _LONGEST_SLUG - 9].strip("-") or "case"


@contextmanager
def _compressed(file: BinaryIO, name: str) -> Iterator[io.BufferedWriter | BinaryIO]:
    """Compress what goes into a file whose name says so; equal content gives equal bytes."""
    if not name.endswith(".gz"):
        yield file
        return
    with (
        gzip.GzipFile("", "wb", fileobj=file, compresslevel=_COMPRESSION, mtime=0) as packed,
        io.BufferedWriter(packed, _BUFFER) as buffered,
    ):
        yield buffered


def _replace(target: Path, data: bytes) -> None:
    """Write beside the target and move into place, so that a link is replaced, not followed."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    part.write_bytes(data)
    part.replace(target)


def _refused(path: Path, error: OSError) -> OutputError:
    if isinstance(error, OutputError):
        return error
    reason = error.strerror or str(error)
    return OutputError(f"{path}: cannot be written: {reason}; choose another folder with --out")
