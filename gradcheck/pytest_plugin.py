"""The pytest plugin: every case of a folder is a test that its derivative must pass.

It is switched on by naming the folders in the project's pytest configuration::

    gradcheck_cases = ["cases"]

A case file is then collected like a test file, one test a case, with an id such as
``cases/smooth/rosenbrock.py::rosenbrock``; ``-k`` also knows a case's tags and its theme. Every
pytest run of an environment loads this module, so the engine is imported when a case file is
found, and not before.
"""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import pytest

if TYPE_CHECKING:
    import pandas as pd

    from gradcheck.errors import GradcheckError
    from gradcheck.model.case import Case

SHOWN = 10
"""How many wrong entries a failure lists."""

_ROOTS: pytest.StashKey[dict[Path, Path]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option `gradcheck_cases`."""
    parser.addini(
        "gradcheck_cases",
        type="paths",
        default=[],
        help="folders (or files) of gradcheck cases, each of which becomes a test",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a folder that is not there."""
    for root in _roots(config):
        if not root.exists():
            raise pytest.UsageError(
                f"gradcheck_cases: no such file or folder: {root}; "
                "name folders with case files, relative to the configuration file"
            )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "CaseFile | None":
    """Collect a case file below one of the configured folders."""
    if file_path.suffix != ".py" or not any(
        file_path.is_relative_to(root) for root in _roots(parent.config)
    ):
        return None
    root = _case_files(parent.config).get(file_path)
    if root is None:
        return None
    return CaseFile.from_parent(parent, path=file_path, root=root)


@final
class CaseFile(pytest.File):
    """A file of cases; one that cannot be loaded is a collection error with file and line."""

    def __init__(self, *, root: Path, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = root

    def collect(self) -> "Iterator[CaseItem]":
        """Yield a test for each case, in the order of the file."""
        from gradcheck.errors import LoadingError
        from gradcheck.model.loading import load_file

        try:
            cases = load_file(self.path, root=self.root)
        except LoadingError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case)


@final
class CaseItem(pytest.Item):
    """The test of one case: differences over many steps must confirm its derivative."""

    def __init__(self, *, case: "Case", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.case = case
        self.extra_keyword_matches.update(case.tags | {case.theme} - {""})

    def runtest(self) -> None:
        """Sweep the case; fail where the error stalls, or where nothing can be said about it."""
        from gradcheck.behaviour.convergence import convergence
        from gradcheck.behaviour.sweep import sweep
        from gradcheck.errors import GradcheckError

        try:
            table = sweep(self.case)
            suspects = _suspects(self.case, convergence(table))
        except GradcheckError as error:
            pytest.fail(f"{error}\n{_culprit(error, self.case)}", pytrace=False)
        if len(suspects):
            pytest.fail(_mismatch(self.case, table, suspects), pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Tell pytest where the case is bound."""
        origin = self.case.origin
        return self.path, origin.line - 1 if origin else None, self.name


def _roots(config: pytest.Config) -> list[Path]:
    return [Path(os.path.abspath(path)) for path in config.getini("gradcheck_cases")]  # noqa: PTH100  (resolve() would follow symbolic links, which pytest's own paths do not)


def _case_files(config: pytest.Config) -> dict[Path, Path]:
    """Map each case file to the folder whose themes its subfolders are."""
    if _ROOTS not in config.stash:
        from gradcheck.model.loading import case_files

        found: dict[Path, Path] = {}
        for root in _roots(config):
            if root.is_file():
                found.setdefault(root, root.parent)
            else:
                found = {**dict.fromkeys(case_files(root), root), **found}
        config.stash[_ROOTS] = found
    return config.stash[_ROOTS]


def _suspects(case: "Case", groups: "pd.DataFrame") -> "pd.DataFrame":
    """Keep the groups at points in general position that speak against the derivative.

    Of the real stencils that can tell, the one of the highest order decides about an entry: it
    sees furthest. A complex step does not decide: it sees another function where f is not analytic
    in code (as `np.abs`). A group without a behaviour is always kept.
    """
    from gradcheck.behaviour.sweep import DEFAULT_STENCILS

    order = {formula.name: formula.order for formula in DEFAULT_STENCILS if not formula.is_complex}
    general = groups[groups["point"] < len(case.points)]
    behaviour = general["behaviour"].astype("object")
    unknown = general[behaviour.isna() | (behaviour == "")]
    telling = general[behaviour.isin(_TELLING)]
    telling = telling.assign(_order=telling["stencil"].astype("object").map(order))
    telling = telling.dropna(subset="_order").sort_values("_order", kind="stable")
    deciding = telling.drop_duplicates(list(_ENTRY), keep="last").drop(columns="_order")
    stalled = deciding[deciding["behaviour"].astype("object") == "stalled"]
    return unknown if len(unknown) else stalled


_ENTRY = ("point", "output", "input")
_TELLING = ("stalled", "convergent", "exact", "superconvergent", "reduced-order")


def _mismatch(case: "Case", table: "pd.DataFrame", suspects: "pd.DataFrame") -> str:
    """Say which entries are wrong, worst first, as an aligned table."""
    groups = suspects.drop_duplicates(list(_ENTRY)).to_dict("records")
    rows = sorted((_entry(case, table, group) for group in groups), key=lambda row: -row[0])
    noun = "entry disagrees" if len(rows) == 1 else "entries disagree"
    lines = [f"{case.name}: {len(rows)} {noun} with the difference quotients"]
    lines += _aligned([_HEADER, *(cells for _, cells in rows[:SHOWN])])
    if len(rows) > SHOWN:
        lines.append(f"  … and {len(rows) - SHOWN} more")
    if (suspects["behaviour"].astype("object") == "stalled").any():
        lines.append("stalled: the error stays, however small the step; look at df")
    lines.append(f"{case.origin}" if case.origin else "a case made in memory")
    return "\n".join(lines)


_HEADER = ("entry", "at x", "analytic", "numeric", "abs error", "rel error", "h", "behaviour")


def _entry(
    case: "Case", table: "pd.DataFrame", group: dict[Any, Any]
) -> tuple[float, tuple[str, ...]]:
    """Return the relative error of an entry, and its line in the failure's table."""
    same = table["stencil"].astype("object") == group["stencil"]
    for column in _ENTRY:
        same &= table[column] == group[column]
    row = _settled(table[same], group.get("predicted_h"))
    point = case.all_points[group["point"]]
    outputs = table.loc[table["point"] == group["point"], "output"].max() + 1
    output = f"[{group['output']}]" if outputs > 1 else ""
    cells = (
        f"∂f{output}/∂x{_index(group['input'], point.shape)}",
        _short(point.tolist()),
        f"{row['analytic']:.10g}",
        f"{row['numeric']:.10g}",
        f"{row['abs_error']:.1e}",
        f"{row['rel_error']:.1e}",
        f"{row['h']:.1e}",
        str(group["behaviour"]) or "none",
    )
    return float(row["rel_error"]), cells


def _settled(rows: "pd.DataFrame", predicted_h: float | None) -> "pd.Series[Any]":
    """Pick the step to show: the predicted optimum, or else where the quotients change least.

    Never the step with the smallest error, which would flatter the derivative that is on trial.
    """
    import numpy as np

    usable = rows[rows["status"] == "ok"].sort_values("h", ascending=False)
    if usable.empty:
        return rows.iloc[0]
    if predicted_h is not None and np.isfinite(predicted_h) and predicted_h > 0:
        distance = np.abs(np.log(usable["h"].to_numpy() / predicted_h))
        return usable.iloc[int(distance.argmin())]
    coarse = usable.iloc[: (len(usable) + 1) // 2]
    change = np.abs(np.diff(coarse["numeric"].to_numpy(), prepend=np.inf))
    return coarse.iloc[int(change.argmin())]


def _index(number: int, shape: tuple[int, ...]) -> str:
    import numpy as np

    if not shape:
        return ""
    return f"[{', '.join(str(int(k)) for k in np.unravel_index(number, shape))}]"


def _short(value: object, limit: int = 32) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Align words to the left and numbers to the right, indented by two."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    words = {"entry", "at x", "behaviour"}
    lines = (
        "  ".join(
            cell.ljust(width) if head in words else cell.rjust(width)
            for cell, width, head in zip(row, widths, rows[0], strict=True)
        )
        for row in rows
    )
    return [f"  {line.rstrip()}" for line in lines]


def _culprit(error: "GradcheckError", case: "Case") -> str:
    """Name the line that raised inside the user's function, or the one that binds the case."""
    if case.origin is None:
        return "a case made in memory"
    frames = traceback.extract_tb(error.__cause__.__traceback__) if error.__cause__ else []
    own = [frame.lineno for frame in frames if frame.filename == str(case.origin.path)]
    return f"{case.origin.path}:{own[-1] if own else case.origin.line}"
