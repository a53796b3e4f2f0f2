"""Tables for the terminal: the registry, errors over h, and how they behave.

Names and formulas come from other people's files: they are shown as text, never as markup, and
control characters as escapes.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from gradcheck.model.registry import Registry
from gradcheck.output.entry import KEYS, Entry, printable, records
from gradcheck.output.explanation import digits

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

Array = npt.NDArray[Any]
Rows = Literal["decades", "all"]

NOTHING = "–"
"""What stands where a number does not exist."""

_SHORT_STATUS = {"step-lost": "lost", "outside-domain": "outside", "not-finite": "not finite"}
_ATTENTION = frozenset(
    {"stalled", "kink", "jump", "vertical-tangent", "oscillation", "noise", "domain"}
)
_FEW = 25
"""So many steps are shown one and all."""


def registry_table(cases: Registry) -> "Table":
    """Tabulate cases: name, theme, inputs, points, domain.

    Examples
    --------
    >>> from gradcheck.model.case import Case
    >>> square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0])
    >>> registry_table(Registry([square])).row_count
    1
    """
    table = _table("case", "theme", "inputs>", "points>", "domain", "tags")
    for case in cases.values():
        table.add_row(
            _text(case.name, "bold"),
            _text(case.theme),
            str(case.all_points[0].size if case.all_points else 0),
            str(len(case.all_points)),
            _text(str(case.domain)),
            _text(", ".join(sorted(case.tags - {case.theme})), "dim"),
        )
    return table


def entry_table(
    entry: Entry, convergence: "pd.DataFrame", *, rows: Rows = "decades"
) -> "RenderableType":
    """Tabulate the errors of one entry over h.

    With one stencil: h, the quotient, its error, the order seen between neighbouring steps, and the
    branch. With several: their errors side by side, the smallest of each column marked with a star,
    and below them the observed order, the best h (where the error and its neighbours are least) and
    the h below which rounding dominates.

    Parameters
    ----------
    entry : Entry
        Which entry, from `gradcheck.output.entry.find_entry`.
    convergence : pandas.DataFrame
        What `gradcheck.convergence` says about it.
    rows : {"decades", "all"}
        Every step, or one a decade and the best ones; up to 25 steps are always shown.
    """
    from rich.console import Group

    here = (convergence["case"] == entry.case).to_numpy()
    for column in ("point", "output", "input"):
        here = here & (convergence[column] == getattr(entry, column)).to_numpy()
    facts = {str(row["stencil"]): row for row in records(convergence[here])}
    names = entry.rows["stencil"].astype(str)
    curves = {
        str(name): entry.rows[(names == name).to_numpy()].sort_values("h", ascending=False)
        for name in dict.fromkeys(names)
    }
    heading = _text(entry.title, "bold")
    heading.append(f"   df = {_number(entry.analytic, '.10g')}", "dim")
    if len(curves) == 1:
        ((name, curve),) = curves.items()
        heading.append(f"   {printable(name)}", "bold")
        table = _one_stencil(curve, facts.get(name, {}), rows)
    else:
        table = _several_stencils(curves, facts, rows)
    return Group(heading, table, "")


def summary(convergence: "pd.DataFrame", table: "pd.DataFrame") -> "RenderableType":
    """Tabulate how the errors behave: a table a case, a row for each point and stencil.

    Of several entries at a point, the one that reaches the fewest digits is shown.

    Parameters
    ----------
    convergence : pandas.DataFrame
        From `gradcheck.convergence`.
    table : pandas.DataFrame
        The error table that it was made of.
    """
    from rich.console import Group

    claims = table.drop_duplicates(list(KEYS))[[*KEYS, "analytic"]]
    analytic = {tuple(row[key] for key in KEYS): row["analytic"] for row in records(claims)}
    parts: list[RenderableType] = []
    for case, part in convergence.groupby("case", sort=False, observed=True):
        parts += [_text(str(case), "bold"), _summary_of_case(str(case), part, analytic), ""]
    return Group(*parts)


def branch_of(h: Array, facts: Mapping[str, Any]) -> list[str]:
    """Name the branch of each step: "truncation", "rounding", or "" where it is neither."""
    upper, lower = (float(facts.get(name, np.nan)) for name in ("h_from", "h_to"))
    breakdown = float(facts.get("breakdown_h", np.nan))
    return [
        "truncation" if lower <= step <= upper else "rounding" if step <= breakdown else ""
        for step in h.tolist()
    ]


def _one_stencil(curve: "pd.DataFrame", facts: Mapping[str, Any], rows: Rows) -> "Table":
    table = _table("h>", "numeric>", "error>", "order>", "branch")
    h, error = curve["h"].to_numpy(), curve["abs_error"].to_numpy()
    status = curve["status"].astype(str).to_numpy()
    numeric = curve["numeric"].to_numpy()
    best = _best(error, status)
    kept = _kept(h, [best], rows)
    order = _orders(h[kept], np.where(status[kept] == "ok", error[kept], np.nan))
    branches = branch_of(h, facts)
    for k, step_order in zip(kept, order, strict=True):
        is_ok = status[k] == "ok"
        branch = branches[k] if is_ok else status[k]
        style = "bold green" if k == best else "" if is_ok and branch != "rounding" else "dim"
        table.add_row(
            f"{h[k]:.3g}",
            _text(_number(numeric[k], ".15g"), style),
            _text(_error(error[k]) + ("*" if k == best else " "), style),
            _number(step_order, ".2f"),
            _text(printable(branch), style),
        )
    return table


def _several_stencils(
    curves: Mapping[str, "pd.DataFrame"], facts: Mapping[str, Mapping[str, Any]], rows: Rows
) -> "Table":
    """Tabulate the errors of several stencils that were swept over the same steps."""
    heads = [printable(name).replace("-", "-\n") for name in curves]
    table = _table("h>", *[f"{head}>" for head in heads])
    cells: dict[float, dict[str, Text]] = {}
    best_rows = []
    for name, curve in curves.items():
        h, error = curve["h"].to_numpy(), curve["abs_error"].to_numpy()
        status = curve["status"].astype(str).to_numpy()
        best = _best(error, status)
        best_rows.append(best)
        branches = branch_of(h, facts.get(name, {}))
        for k, step in enumerate(h.tolist()):
            cells.setdefault(step, {})[name] = _cell(error[k], status[k], branches[k], k == best)
    h = np.array(list(cells))
    for k in _kept(h, best_rows, rows):
        step = float(h[k])
        table.add_row(f"{step:.2e}", *[cells[step].get(name, NOTHING) for name in curves])
    table.add_section()
    for label, column, form in (
        ("order", "observed_order", ".2f"),
        ("best h", "optimal_h", ".1e"),
        ("rounding <", "breakdown_h", ".1e"),
    ):
        numbers = [_number(facts.get(name, {}).get(column, np.nan), form) for name in curves]
        table.add_row(_text(label, "dim"), *[f"{number} " for number in numbers])
    return table


def _cell(error: float, status: str, branch: str, is_best: bool) -> "Text":  # noqa: FBT001  (private)
    if status != "ok":
        return _text(f"{_SHORT_STATUS.get(status, status)} ", "dim")
    if is_best:
        return _text(f"{_error(error)}*", "bold green")
    return _text(f"{_error(error)} ", "dim" if branch == "rounding" else "")


def _summary_of_case(
    case: str, part: "pd.DataFrame", analytic: Mapping[tuple[Any, ...], float]
) -> "Table":
    table = _table("point>", "x>", "stencil", "order>", "best h>", "digits>", "behaviour")
    entries = int(part[["output", "input"]].drop_duplicates().shape[0])
    rows = records(part)
    for row in rows:
        df = analytic.get((case, row["point"], row["output"], row["input"]), np.nan)
        row["digits"] = digits(float(row["best_error"]), df)
    previous = None
    for row in _worst_rows(rows):
        place = (row["point"], row["output"], row["input"])
        if previous is not None and place[0] != previous[0]:
            table.add_section()
        new = place != previous
        entry = f" [{row['output']}, {row['input']}]" if entries > 1 else ""
        behaviour = str(row["behaviour"])
        table.add_row(
            f"{row['point']}{entry}" if new else "",
            _number(row["x"], ".6g") if new else "",
            _text(str(row["stencil"])),
            _order(row),
            _number(row["optimal_h"], ".1e"),
            _number(row["digits"], ".1f"),
            _text(behaviour, "yellow" if behaviour in _ATTENTION else ""),
        )
        previous = place
    return table


def _worst_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one row for each point and stencil: the one with the fewest digits."""
    worst: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["point"], str(row["stencil"]))
        if key not in worst or row["digits"] < worst[key]["digits"]:
            worst[key] = row
    return list(worst.values())


def _order(row: Mapping[str, Any]) -> str:
    order, error = float(row["observed_order"]), float(row["order_error"])
    if not np.isfinite(order):
        return NOTHING
    return f"{order:.2f} ± {error:.2f}" if np.isfinite(error) else f"{order:.2f}"


def _orders(h: Array, error: Array) -> Array:
    """Return the slope of log error against log h from the row above; NaN where there is none."""
    with np.errstate(all="ignore"):
        slopes = np.diff(np.log(error)) / np.diff(np.log(h))
    return np.concatenate([[np.nan], np.where(np.isfinite(slopes), slopes, np.nan)])


def _best(error: Array, status: Array) -> int:
    """Return the row of the smallest error, the largest step of several; -1 if there is none."""
    usable = np.where((status == "ok") & np.isfinite(error), error, np.inf)
    return int(usable.argmin()) if np.isfinite(usable).any() else -1


def _kept(h: Array, best: Iterable[int], rows: Rows) -> list[int]:
    """Return which rows to show, by index."""
    if rows == "all" or len(h) <= _FEW:
        return list(range(len(h)))
    decade = np.log10(h)
    wanted = np.arange(np.floor(decade.min()), np.ceil(decade.max()) + 1)
    nearest = {int(np.abs(decade - power).argmin()) for power in wanted}
    return sorted(nearest | {k for k in best if k >= 0})


def _error(error: float) -> str:
    return "0" if error == 0 else _number(error, ".1e")


def _number(value: float, form: str) -> str:
    return format(float(value), form) if np.isfinite(value) else NOTHING


def _text(words: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(printable(words), style=style, overflow="fold")


def _table(*columns: str) -> "Table":
    """Make a light table; a column whose name ends in ">" holds numbers, aligned to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
        header_style="bold",
    )  # fmt: skip
    for column in columns:
        name = column.removesuffix(">")
        table.add_column(
            Text(name),
            justify="right" if name != column else "left",
            overflow="fold",
            no_wrap=name == "case",  # whole names, for reading and copying
        )
    return table
