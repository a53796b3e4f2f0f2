"""Compare two runs of the same cases: what fails now, what passes now, what else has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcheck.batch.connection import reading
from gradcheck.batch.reading import NOT_RUN, Run, read_run
from gradcheck.batch.record import FAILURES
from gradcheck.batch.surroundings import differences

if TYPE_CHECKING:
    import pandas as pd

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "newly failing": "did not fail before, or was not there, and fails now",
        "changed outcome": "came out in another way, but neither fails nor passes newly",
        "changed diagnosis": "fails in both, for other causes",
        "error grown": "the same outcome, with an error more than ten times as large",
        "missing": "is no longer there",
        "newly passing": "did not pass before, and passes now",
        "new": "was not there before, and does not fail",
    }
)
"""The kinds of change, the gravest first, and what they mean."""

GROWTH = 10.0
"""An error that has grown by more than this factor is told."""

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "case": "its name",
        "kind": "one of gradcheck.batch.comparing.KINDS (category, the gravest first)",
        "old_outcome": "one of gradcheck.batch.record.OUTCOMES, or not run; missing for a new case",
        "new_outcome": "the same of the new run; missing for a case that is gone",
        "old_findings": "codes of the causes, joined by commas",
        "new_findings": "the same of the new run",
        "old_error": "largest |analytic - numeric|, in units of the largest derivative of its block"
        " (float64)",
        "new_error": "the same of the new run (float64)",
        "file": "the case file in the new run; of a case that is gone, in the old one",
        "line": "where in it (int64)",
        "edited": "whether the case file has changed (boolean); missing if it is in one run only",
    }
)
"""The columns of `Comparison.changes`; text where nothing else is said."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Comparison:
    """What has changed between two runs; true if nothing fails newly."""

    old: str
    """The store of the old run."""
    new: str
    old_counts: Mapping[str, int]
    """As `Run.counts`."""
    new_counts: Mapping[str, int]
    changes: "pd.DataFrame"
    """A row a case that has changed, with the columns `COLUMNS`, the gravest first."""
    settings: tuple[str, ...]
    """What else differs and may be the reason: settings, versions, platform, in words."""
    unchanged: int
    """How many cases are in both runs and have not changed."""

    @property
    def newly_failing(self) -> "pd.DataFrame":
        """The changes of cases that fail now and did not before; new ones among them."""
        return self.of_kind("newly failing")

    @property
    def newly_passing(self) -> "pd.DataFrame":
        """The changes of cases that pass now and did not before."""
        return self.of_kind("newly passing")

    @property
    def changed_outcome(self) -> "pd.DataFrame":
        """The changes of cases that came out in another way, but neither fail nor pass newly."""
        return self.of_kind("changed outcome")

    @property
    def changed_diagnosis(self) -> "pd.DataFrame":
        """The changes of cases that fail in both runs, for other causes."""
        return self.of_kind("changed diagnosis")

    @property
    def error_grown(self) -> "pd.DataFrame":
        """The changes of cases whose error is more than ten times as large; see `compare`."""
        return self.of_kind("error grown")

    @property
    def missing(self) -> "pd.DataFrame":
        """The cases that are no longer there."""
        return self.of_kind("missing")

    @property
    def added(self) -> "pd.DataFrame":
        """The cases that were not there before and do not fail."""
        return self.of_kind("new")

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind, the gravest first; none is left out."""
        found = self.changes["kind"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in KINDS}

    def of_kind(self, kind: str) -> "pd.DataFrame":
        """Return the changes of one kind."""
        chosen = (self.changes["kind"] == kind).to_numpy()
        return self.changes[chosen].reset_index(drop=True)

    def to_html(self, path: str | Path) -> Path:
        """Write the comparison as one web page that needs no other file, and return its path.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        from gradcheck.output.comparison_html import write_page

        return write_page(self, path)

    def __bool__(self) -> bool:
        return not self.counts["newly failing"]

    def __repr__(self) -> str:
        told = ", ".join(f"{count} {kind}" for kind, count in self.counts.items() if count)
        return f"<Comparison: {told or 'no change'}>"

    def __str__(self) -> str:
        from gradcheck.output.comparison_text import text

        return text(self)

    def _repr_html_(self) -> str:
        from gradcheck.output.comparison_html import block

        return block(self)


def compare(old: Run | str | Path, new: Run | str | Path) -> Comparison:
    """Compare two runs, case by case; cases are the same if they have the same name.

    An error counts as grown if it is more than ten times the largest of three numbers: the old
    error, and the largest error bars of the old and of the new run. Below the error bars an error
    cannot be told from none, so what rounding does there is no change, and two runs of the same
    thing never differ.

    Parameters
    ----------
    old, new : Run, str or Path
        Runs, or the paths of their stores.

    Returns
    -------
    Comparison
        True in a condition if nothing fails newly.

    Raises
    ------
    StoreError
        If a path is no store, or a store cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> import gradcheck as gc
    >>> folder = tempfile.TemporaryDirectory()
    >>> right = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
    >>> wrong = gc.Case("sine", f=np.sin, df=lambda x: -np.cos(x), points=[0.7])
    >>> before = gc.run([right], f"{folder.name}/before.sqlite", workers=0)
    >>> after = gc.run([wrong], f"{folder.name}/after.sqlite", workers=0)
    >>> comparison = compare(before, after)
    >>> bool(comparison), list(comparison.newly_failing["case"])
    (False, ['sine'])
    >>> folder.cleanup()
    """
    old, new = _run(old), _run(new)
    table = _side_by_side(_cases(old), _cases(new))
    kinds = _kinds(table)
    return Comparison(
        old=str(old.path),
        new=str(new.path),
        old_counts=MappingProxyType(old.counts),
        new_counts=MappingProxyType(new.counts),
        changes=_changes(table, kinds),
        settings=differences(old, new),
        unchanged=int((kinds == "").sum()),
    )


def _run(given: Run | str | Path) -> Run:
    return given if isinstance(given, Run) else read_run(given)


_COMPARED = {"outcome": "object", "findings": "object", "error": "float64", "noise": "float64",
             "file": "object", "line": "int64", "source": "object"}  # fmt: skip


def _cases(run: Run) -> "pd.DataFrame":
    """Read what is compared, a row a case."""
    import pandas as pd

    with reading(run.path) as connection:
        rows = connection.execute(
            "SELECT name, coalesce(outcome, ?), coalesce(findings, ''), error, noise, file, line, "
            "source FROM planned LEFT JOIN examined USING (id) ORDER BY position",
            (NOT_RUN,),
        ).fetchall()
    table = pd.DataFrame.from_records(rows, columns=["case", *_COMPARED])
    return table.astype(_COMPARED).set_index("case")


def _side_by_side(old: "pd.DataFrame", new: "pd.DataFrame") -> "pd.DataFrame":
    """Put the rows of a case next to each other: in the order of the new run, missing ones last."""
    gone = old.index[~old.index.isin(new.index)]
    names = new.index.append(gone)
    before, after = old.reindex(names), new.reindex(names)
    return before.add_prefix("old_").join(after.add_prefix("new_"))


def _kinds(table: "pd.DataFrame") -> Any:
    """Name the change of each row; "" for none."""
    there = table["new_outcome"].notna().to_numpy()
    known = table["old_outcome"].notna().to_numpy()
    failed, fails = (table[f"{side}_outcome"].isin(FAILURES).to_numpy() for side in ("old", "new"))
    other = (table["old_outcome"] != table["new_outcome"]).to_numpy()
    passes = (table["new_outcome"] == "pass").to_numpy()
    conditions = {
        "newly failing": fails & ~failed,
        "missing": ~there,
        "new": ~known,
        "newly passing": passes & other,
        "changed outcome": other,
        "changed diagnosis": fails & _other_causes(table),
        "error grown": _grown(table),
    }
    return np.select(list(conditions.values()), list(conditions), default="")


def _other_causes(table: "pd.DataFrame") -> Any:
    """Tell where the codes differ, in whatever order they stand."""
    pairs = zip(table["old_findings"], table["new_findings"], strict=True)
    return np.array([a != b and _codes(a) != _codes(b) for a, b in pairs], dtype=bool)


def _codes(findings: Any) -> set[str]:
    return set(findings.split(", ")) if isinstance(findings, str) else set()


def _grown(table: "pd.DataFrame") -> Any:
    """Tell where the error has grown beyond what the error bars allow; see `compare`."""
    old, new = table["old_error"].to_numpy(), table["new_error"].to_numpy()
    bars = np.fmax(table["old_noise"].to_numpy(), table["new_noise"].to_numpy())
    return new > GROWTH * np.where(np.isnan(old), np.nan, np.fmax(old, bars))


def _changes(table: "pd.DataFrame", kinds: Any) -> "pd.DataFrame":
    import pandas as pd

    rows = table[kinds != ""]
    both = (rows["old_source"].notna() & rows["new_source"].notna()).to_numpy()
    other = (rows["old_source"] != rows["new_source"]).to_numpy()
    texts = ("old_outcome", "new_outcome", "old_findings", "new_findings")
    columns = {
        "case": pd.Series(rows.index, dtype="str"),
        "kind": pd.Categorical(
            kinds[kinds != ""], dtype=pd.CategoricalDtype(list(KINDS), ordered=True)
        ),
        **{name: pd.Series(rows[name].to_numpy(), dtype="str") for name in texts},
        "old_error": rows["old_error"].to_numpy(),
        "new_error": rows["new_error"].to_numpy(),
        "file": pd.Series(rows["new_file"].fillna(rows["old_file"]).to_numpy(), dtype="str"),
        "line": rows["new_line"].fillna(rows["old_line"]).to_numpy().astype(np.int64),
        "edited": pd.Series(np.where(both, other, None), dtype="boolean"),
    }
    found = pd.DataFrame({name: columns[name] for name in COLUMNS})
    return found.sort_values("kind", kind="stable", ignore_index=True)
