"""A run that was stored, for the one that reads it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradcheck.batch.archive import unpack_result, unpack_table
from gradcheck.batch.connection import reading
from gradcheck.batch.record import CURVE_COLUMNS, FAILURES, OUTCOMES
from gradcheck.batch.settings import Settings
from gradcheck.errors import SelectionError
from gradcheck.model.case import Origin
from gradcheck.verdict.result import Result

if TYPE_CHECKING:
    import pandas as pd

SUMMARY: Mapping[str, str] = {
    "case": "its name",
    "theme": "the folder of its case file, below the one that was run",
    "outcome": "one of gradcheck.batch.record.OUTCOMES (category, the gravest first); missing "
    "where the run was interrupted before it",
    "reason": "the reason of a verdict; empty otherwise",
    "findings": "codes of the causes, the surest first, joined by commas",
    "message": "what was found or went wrong, and what to do",
    "resolution": "smallest relative error that would have been caught",
    "error": "largest |analytic - numeric|, in units of the largest derivative of its block",
    "noise": "largest error bar, in the same units",
    "excess": "largest |analytic - numeric|, in units of what is tolerated",
    "evaluations": "calls of f (Int64)",
    "entries": "entries that were compared (Int64)",
    "wrong": "how many of them fail (Int64)",
    "points": "points at which they were compared (Int64)",
    "seconds": "how long it took, the user's functions included",
    "file": "the case file; empty for a case made in memory",
    "line": "where in it",
}
"""The columns of `Run.summary`; numbers are float64 where nothing else is said."""

_INTEGERS = ("evaluations", "entries", "wrong", "points")
NOT_RUN = "not run"
"""Stands for the outcome of a case that was not reached."""


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A run in its store; true if nothing failed.

    The store is opened anew for each question, so that a run which still goes on can be watched;
    what was read once is kept.
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        with reading(self.path) as connection:
            connection.execute("SELECT settings, request FROM run").fetchone()

    @cached_property
    def settings(self) -> Settings:
        """What decided the rows."""
        with reading(self.path) as connection:
            return Settings.from_json(connection.execute("SELECT settings FROM run").fetchone()[0])

    @cached_property
    def sessions(self) -> tuple[dict[str, Any], ...]:
        """The run and each time that it was resumed: started, stopped, ending, environment."""
        with reading(self.path) as connection:
            rows = connection.execute(
                "SELECT started, stopped, ending, environment FROM session ORDER BY id"
            ).fetchall()
        return tuple(
            {"started": a, "stopped": b, "ending": c, **json.loads(d)} for a, b, c, d in rows
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many cases came out how, the gravest first; cases that were not reached last."""
        with reading(self.path) as connection:
            found = dict(
                connection.execute("SELECT outcome, count(*) FROM examined GROUP BY outcome")
            )
            (total,) = connection.execute("SELECT count(*) FROM planned").fetchone()
        counts = {word: found[word] for word in OUTCOMES if word in found}
        left = total - sum(counts.values())
        return counts | ({NOT_RUN: left} if left else {})

    @cached_property
    def summary(self) -> "pd.DataFrame":
        """A row a case, in the order of the run, with the columns `SUMMARY`."""
        return self.rows()

    @property
    def failed(self) -> "pd.DataFrame":
        """The rows of `summary` that make the run fail: fail, crashed, timed-out, error."""
        chosen = self.summary["outcome"].isin(FAILURES)
        return self.summary[chosen.to_numpy()].reset_index(drop=True)

    def rows(self, where: str = "", parameters: tuple[Any, ...] = ()) -> "pd.DataFrame":
        """Return rows of the summary; `where` may be any end of a query on its columns."""
        import pandas as pd

        columns = ", ".join(_SOURCES.get(name, f'"{name}"') for name in SUMMARY)
        query = f"SELECT {columns} FROM planned LEFT JOIN examined USING (id)"  # noqa: S608  (names of ours)
        with reading(self.path) as connection:
            found = connection.execute(f"{query} {where or 'ORDER BY position'}", parameters)
            rows = found.fetchall()
        table = pd.DataFrame.from_records(rows, columns=list(SUMMARY))
        kinds: dict[str, Any] = dict.fromkeys(_INTEGERS, "Int64")
        kinds |= dict.fromkeys(("resolution", "error", "noise", "excess", "seconds"), "float64")
        kinds |= dict.fromkeys(("case", "theme", "reason", "findings", "message", "file"), "str")
        kinds |= {"line": "int64", "outcome": pd.CategoricalDtype(list(OUTCOMES), ordered=True)}
        text = ["reason", "findings", "message"]
        table[text] = table[text].fillna("")
        return table.astype(kinds)

    @cached_property
    def findings(self) -> "pd.DataFrame":
        """A row for each finding, with case, rank, code, certainty and message."""
        return self._frame(
            "SELECT name AS 'case', rank, code, certainty, finding.message FROM finding "
            "JOIN planned USING (id) ORDER BY position, rank"
        )

    @cached_property
    def convergence(self) -> "pd.DataFrame":
        """A row for each error curve that was kept, with the columns of `gradcheck.convergence`."""
        columns = ", ".join(f'curve."{name}"' for name in CURVE_COLUMNS)
        return self._frame(
            f"SELECT name AS 'case', {columns} FROM curve JOIN planned USING (id) "  # noqa: S608  (names of ours)
            "ORDER BY position, number"
        )

    def result(self, case: str) -> Result:
        """Return the whole result of a case, as `gradcheck.check` gave it.

        Raises
        ------
        SelectionError
            If there is no such case, or it has no result: it crashed, for instance.
        """
        with reading(self.path) as connection:
            row = connection.execute(
                "SELECT outcome, message, packed, file, line, theme, seconds FROM planned "
                "LEFT JOIN examined USING (id) LEFT JOIN result USING (id) WHERE name = ?",
                (case,),
            ).fetchone()
        if row is None:
            raise SelectionError(_unknown(case, self.summary["case"]))
        outcome, message, packed, file, line, theme, seconds = row
        if packed is None:
            raise SelectionError(f"{case}: there is no result: {outcome or NOT_RUN}: {message}")
        origin = Origin(Path(file), line, theme) if file else None
        return unpack_result(packed, case, origin, seconds)

    def table(self, case: str) -> "pd.DataFrame":
        """Return the error table of a case, as `gradcheck.sweep` gave it.

        Raises
        ------
        SelectionError
            If there is no such case, or its table was not kept.
        """
        with reading(self.path) as connection:
            row = connection.execute(
                "SELECT packed FROM planned LEFT JOIN error_table USING (id) WHERE name = ?",
                (case,),
            ).fetchone()
        if row is None:
            raise SelectionError(_unknown(case, self.summary["case"]))
        if row[0] is None:
            raise SelectionError(
                f'{case}: its error table was not kept; run with tables="all" to keep those of '
                "cases that pass"
            )
        return unpack_table(row[0], case)

    def to_html(self, folder: str | Path) -> Path:
        """Write a report of the run as web pages, and return the path of its first page.

        Raises
        ------
        OutputError
            If the folder holds something else, or cannot be written.
        """
        from gradcheck.output.run_report import write

        return write(self, out=folder).index

    def __bool__(self) -> bool:
        return not any(word in self.counts for word in (*FAILURES, NOT_RUN))

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {word}" for word, count in self.counts.items())
        return f"<Run {str(self.path)!r}: {counts or 'no cases'}>"

    def _frame(self, query: str) -> "pd.DataFrame":
        import pandas as pd

        with reading(self.path) as connection:
            return pd.read_sql_query(query, connection)


def read_run(store: str | Path) -> Run:
    """Read a run from its store.

    Parameters
    ----------
    store : str or Path
        The file that `run` wrote; also one that a run is still writing.

    Raises
    ------
    StoreError
        If it is no store, damaged, or of a newer schema.
    """
    return Run(Path(store))


_SOURCES = {"case": "name", "file": "file", "line": "line"}


def _unknown(name: str, names: "pd.Series[str]") -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names.tolist(), n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return f"no case of the run is called {name!r}{hint}"
