"""The columns of the tables that a stored run is read as, and their values."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcheck.batch.connection import understood
from gradcheck.batch.record import CURVE_COLUMNS, OUTCOMES
from gradcheck.batch.schema import CURVE_KINDS

if TYPE_CHECKING:
    import pandas as pd


class Column(NamedTuple):
    """A column of a table."""

    dtype: str
    meaning: str


SUMMARY: Mapping[str, Column] = MappingProxyType(
    {
        "case": Column("str", "its name"),
        "theme": Column("str", "the folder of its case file, below the one that was run"),
        "outcome": Column(
            "category",
            "one of gradcheck.batch.record.OUTCOMES, ordered, the gravest first; missing where the "
            "case was not reached",
        ),
        "reason": Column("str", "the reason of a verdict; empty otherwise"),
        "findings": Column("str", "codes of the causes, the surest first, joined by commas"),
        "message": Column("str", "what was found or went wrong, and what to do"),
        "resolution": Column("float64", "smallest relative error that would have been caught"),
        "error": Column(
            "float64", "largest |analytic - numeric|, in units of the block's largest derivative"
        ),
        "noise": Column("float64", "largest error bar, in the same units"),
        "excess": Column("float64", "largest |analytic - numeric|, in units of what is tolerated"),
        "evaluations": Column("Int64", "calls of f"),
        "entries": Column("Int64", "entries that were compared"),
        "wrong": Column("Int64", "how many of them fail"),
        "points": Column("Int64", "points at which they were compared"),
        "seconds": Column("float64", "how long it took, the user's functions included"),
        "file": Column("str", "the case file; empty for a case made in memory"),
        "line": Column("int64", "where in it"),
    }
)
"""The columns of `Run.summary`.

Numbers are missing (NaN, <NA>) where the case was not reached or there is nothing to measure, and
infinite where nothing bounds them.
"""

_FLOATS = [name for name, column in SUMMARY.items() if column.dtype == "float64"]

FINDINGS: Mapping[str, Column] = MappingProxyType(
    {
        "case": Column("str", "its name"),
        "rank": Column("int64", "0 for the surest finding of the case, then 1, ..."),
        "code": Column("str", "what `gradcheck explain` knows, such as sign or factor"),
        "certainty": Column("str", "A, B or C, the surest first"),
        "message": Column("str", "what was found"),
    }
)
"""The columns of `Run.findings`."""

_DTYPES = {"INTEGER": "int64", "TEXT": "str", "REAL": "float64"}

CONVERGENCE: Mapping[str, Column] = MappingProxyType(
    {"case": Column("str", "its name")}
    | {
        name: Column(_DTYPES[CURVE_KINDS.get(name, "REAL")], "as in gradcheck.convergence")
        for name in CURVE_COLUMNS
    }
)
"""The columns of `Run.convergence`; words are text here, where `gradcheck.convergence` has
categories."""


def framed(
    path: Path, rows: Sequence[tuple[Any, ...]], columns: Mapping[str, Column]
) -> "pd.DataFrame":
    """Make a table of rows of a store, with the dtypes that the columns say.

    Raises
    ------
    StoreError
        If the rows hold something else.
    """
    import pandas as pd

    kinds: dict[str, Any] = {name: column.dtype for name, column in columns.items()}
    if "outcome" in kinds:
        kinds["outcome"] = pd.CategoricalDtype(list(OUTCOMES), ordered=True)
    with understood(path):
        table = pd.DataFrame.from_records(rows, columns=list(columns))
        text = [name for name, kind in kinds.items() if kind == "str"]
        table[text] = table[text].fillna("")
        return table.astype(kinds)


def plain(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row of the summary by its columns; the database keeps no NaN."""
    record = dict(zip(SUMMARY, row, strict=True))
    if record["outcome"] is None:  # not reached
        return record | dict.fromkeys(("reason", "findings", "message"), "")
    return record | {name: math.nan for name in _FLOATS if record[name] is None}
