"""A run that was stored, for the one that reads it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradcheck.batch.archive import unpack_result, unpack_table
from gradcheck.batch.connection import reading, understood
from gradcheck.batch.framing import plain
from gradcheck.batch.paging import TABLES, Order, Query, case_numbers, pages, whole
from gradcheck.batch.record import FAILURES, OUTCOMES
from gradcheck.batch.settings import Settings
from gradcheck.errors import SelectionError
from gradcheck.model.case import Origin
from gradcheck.verdict.result import Result

if TYPE_CHECKING:
    import pandas as pd

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
        with reading(self.path) as connection, understood(self.path):
            return Settings.from_json(connection.execute("SELECT settings FROM run").fetchone()[0])

    @cached_property
    def request(self) -> dict[str, Any]:
        """Which files and cases were asked for; empty if the cases came as objects."""
        with reading(self.path) as connection:
            (text,) = connection.execute("SELECT request FROM run").fetchone()
        found: dict[str, Any] = json.loads(text)
        return found

    @cached_property
    def sessions(self) -> tuple[dict[str, Any], ...]:
        """The run and each time that it was resumed: started, stopped, ending, environment."""
        with reading(self.path) as connection:
            rows = connection.execute(
                "SELECT started, stopped, ending, environment FROM session ORDER BY id"
            ).fetchall()
        with understood(self.path):
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
        return whole(self.path, "summary")

    @property
    def failed(self) -> "pd.DataFrame":
        """The rows of `summary` that make the run fail: fail, crashed, timed-out, error."""
        chosen = self.summary["outcome"].isin(FAILURES)
        return self.summary[chosen.to_numpy()].reset_index(drop=True)

    def records(
        self, where: str = "TRUE", parameters: tuple[Any, ...] = (), *, order: Order = "run"
    ) -> Iterator[dict[str, Any]]:
        """Return the rows of the summary one by one, in the memory of a few of them.

        The keys are the columns `SUMMARY`, the values are plain: str, int, float, and None where
        a case was not reached. Where they are NaN in `summary`, they are so here.

        Parameters
        ----------
        where : str
            A condition in SQL on the columns of the store (`name` is that of the case), such as
            "outcome = ?"; by default all cases.
        parameters : tuple
            What stands for its question marks.
        order : {"run", "gravest", "slowest", "name"}
            "gravest" begins with failures, "slowest" with what took longest; both end with cases
            that were not reached. Among equals the name decides.

        Raises
        ------
        SelectionError
            If there is no such order.
        """
        numbers = case_numbers(self.path, where, parameters, order)
        found = pages(self.path, TABLES["summary"].query, numbers)
        return map(plain, chain.from_iterable(found))

    def results(
        self, where: str = "TRUE", parameters: tuple[Any, ...] = (), *, order: Order = "run"
    ) -> Iterator[tuple[str, Result]]:
        """Return name and whole result of each case that has one, in the memory of a few.

        Parameters
        ----------
        where, parameters, order
            As for `records`.
        """
        numbers = case_numbers(self.path, where, parameters, order)
        found = pages(self.path, _RESULT, numbers, size=_RESULTS)
        return ((row[0], self._result(*row)) for row in chain.from_iterable(found))

    @cached_property
    def findings(self) -> "pd.DataFrame":
        """A row for each finding, in the order of the run, with the columns `FINDINGS`."""
        return whole(self.path, "findings")

    @cached_property
    def convergence(self) -> "pd.DataFrame":
        """A row for each error curve that was kept, with the columns `CONVERGENCE`."""
        return whole(self.path, "convergence")

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
        return self._result(case, packed, file, line, theme, seconds)

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

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_found import run

        return run(self)

    def _result(
        self, name: str, packed: bytes, file: str, line: int, theme: str, seconds: float
    ) -> Result:
        with understood(self.path):
            origin = Origin(Path(file), line, theme) if file else None
            return unpack_result(packed, name, origin, seconds)


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


_RESULT = Query(
    "name, packed, file, line, theme, seconds",
    "planned JOIN examined USING (id) JOIN result USING (id)",
)
_RESULTS = 100
"""So many whole results are read at a time: each may be large."""


def _unknown(name: str, names: "pd.Series[str]") -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names.tolist(), n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return f"no case of the run is called {name!r}{hint}"
