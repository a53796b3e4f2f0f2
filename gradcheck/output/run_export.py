"""A stored run in the formats that other programs read, and as a comment for a pull request."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from gradcheck.batch.reading import Run
from gradcheck.errors import OutputError
from gradcheck.output.file import whole_file
from gradcheck.output.run_json import jsonl_lines
from gradcheck.output.run_junit import junit_lines
from gradcheck.output.run_markdown import markdown
from gradcheck.output.run_table import TABLES, csv_lines, pages, write_parquet

__all__ = [
    "FORMATS",
    "TABLES",
    "csv_lines",
    "encoded",
    "export",
    "jsonl_lines",
    "junit_lines",
    "lines_of",
    "markdown",
    "pages",
    "write_parquet",
]

Format = Literal["csv", "parquet", "jsonl", "junit", "markdown"]

_WHOLE: Mapping[str, Callable[[Run], Iterator[str]]] = MappingProxyType(
    {
        "jsonl": jsonl_lines,
        "junit": junit_lines,
        "markdown": lambda run: iter(markdown(run).splitlines()),
    }
)
"""Formats that tell a run as a whole."""

FORMATS: tuple[Format, ...] = ("csv", "parquet", "jsonl", "junit", "markdown")


def export(run: Run, to: str, what: str = "summary", out: str | Path | None = None) -> Path | str:
    """Write a run in another format.

    Parameters
    ----------
    run : Run
        What is written; none of the user's code runs.
    to : {"csv", "parquet", "jsonl", "junit", "markdown"}
        The format.
    what : {"summary", "findings", "convergence", "entries"}
        Which table, for CSV and Parquet; the other formats tell of the cases.
    out : str or Path, optional
        The file to write, whole or not at all; an earlier one is replaced. Parquet needs one.

    Returns
    -------
    Path or str
        The file, or the text if there is none. The text of a large run is large: see `lines_of`.

    Raises
    ------
    OutputError
        If there is no such format or table, or the file cannot be written.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> import gradcheck as gc
    >>> folder = tempfile.TemporaryDirectory()
    >>> stored = gc.run(
    ...     [gc.Case("=1+1", f=abs, df=lambda x: 1.0, points=[2.0])],
    ...     f"{folder.name}/results.sqlite",
    ...     workers=0,
    ... )
    >>> export(stored, "csv").splitlines()[1].split(",")[:3]
    ["'=1+1", '', 'pass']
    >>> folder.cleanup()
    """
    if to == "parquet":
        pages(run, what)
        if out is None:
            raise OutputError("Parquet is no text; say which file to write (out=, --out)")
        with whole_file(out, beside=run.path) as file:
            write_parquet(run, what, file)
        return Path(out)
    lines = lines_of(run, to, what)
    if out is None:
        return "".join(f"{line}\n" for line in lines)
    with whole_file(out, beside=run.path) as file:
        file.writelines(encoded(line) for line in lines)
    return Path(out)


def lines_of(run: Run, to: str, what: str = "summary") -> Iterator[str]:
    """Return the lines of a text format, one by one, so that the memory does not grow.

    Raises
    ------
    OutputError
        If there is no such format or table.
    """
    if to not in FORMATS or to == "parquet":
        texts = [each for each in FORMATS if each != "parquet"]
        raise OutputError(f"the format must be one of {', '.join(texts)}, or parquet, got {to!r}")
    if to == "csv":
        pages(run, what)  # refused before the first line
        return csv_lines(run, what)
    if what != "summary":
        raise OutputError(
            f"{to} tells of the cases, not of {what!r}; tables are for csv and parquet"
        )
    return _WHOLE[to](run)


def encoded(line: str) -> bytes:
    """Return a line as it stands in a file."""
    return f"{line}\n".encode(errors="backslashreplace")
