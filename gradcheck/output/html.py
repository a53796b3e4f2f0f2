"""HTML from templates: everything is escaped, except what this module writes by itself."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradcheck import content
from gradcheck.errors import DefinitionError
from gradcheck.output.explanation import SIGNS
from gradcheck.output.mathml import mathml

if TYPE_CHECKING:
    import pandas as pd
    from jinja2 import Environment
    from markupsafe import Markup

NONE = "–"
"""What stands where there is no number."""

_STATUS_WORDS = {
    "step-lost": "lost", "outside-domain": "outside", "raised": "raised", "not-finite": "not finite"
}  # fmt: skip


class Pages:
    """The templates of a report.

    Parameters
    ----------
    override : Path, optional
        A folder whose templates replace the built-in ones of the same name.

    Raises
    ------
    DefinitionError
        When a template of that folder cannot be used.
    """

    def __init__(self, override: Path | None = None) -> None:
        self._environment = _environment(override)

    def render(self, template: str, **context: Any) -> str:
        """Fill in a template."""
        from jinja2 import TemplateError

        try:
            return self._environment.get_template(template).render(context)
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            place = f"{getattr(error, 'filename', None) or template}{f':{line}' if line else ''}"
            raise DefinitionError(
                f"{place}: the template cannot be used: {type(error).__name__}: {error}"
            ) from error

    def source(self, template: str) -> str:
        """Return a file of the templates' folder as it is."""
        loader = self._environment.loader
        assert loader is not None
        return loader.get_source(self._environment, template)[0]


@cache
def pages_of(override: Path | None) -> Pages:
    """Return the templates, read once."""
    return Pages(override)


def _environment(override: Path | None) -> "Environment":
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    folders = [override] if override else []
    folders.append(content.folder("reports") / "templates")
    environment = SandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "step": step,
        "error": error,
        "order": order,
        "digits": one_decimal,
        "math": lambda latex: markup(mathml(latex, display="block")),
        "sign": lambda behaviour: SIGNS.get(behaviour, "?"),
    }
    return environment


def step(h: float) -> str:
    """Write a step size: "7.63e-06"."""
    return f"{h:.2e}" if math.isfinite(h) else NONE


def error(value: float) -> str:
    """Write an error: "3.1e-12", "0" for none at all."""
    if not math.isfinite(value):
        return NONE
    return "0" if value == 0 else f"{value:.1e}"


def order(value: float) -> str:
    """Write an observed order: "1.98"."""
    return f"{value:.2f}" if math.isfinite(value) else NONE


def one_decimal(value: float) -> str:
    """Write a number of digits: "10.8"."""
    return f"{value:.1f}" if math.isfinite(value) else NONE


def error_table(rows: "pd.DataFrame", *, breakdown: dict[str, float]) -> "Markup":
    """Write the errors of one entry: a row a step, a column a stencil.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows of one entry of the error table.
    breakdown : dict of str to float
        For each stencil the step below which rounding dominates; NaN where it never does.

    Returns
    -------
    Markup
        ``<thead>`` and ``<tbody>``. The smallest error of a column has class ``b``, errors on the
        rounding branch have class ``r``.
    """
    names = list(rows["stencil"].astype(str).unique())
    lines = zip(
        rows["stencil"].astype(str), rows["h"], rows["abs_error"], rows["status"], strict=True
    )
    columns: dict[str, dict[float, tuple[float, str]]] = {name: {} for name in names}
    for name, h, value, status in lines:
        columns[name][h] = (value, str(status))
    least = {
        name: min((value for value, status in column.values() if status == "ok"), default=math.nan)
        for name, column in columns.items()
    }
    steps = sorted({h for column in columns.values() for h in column}, reverse=True)
    body = [
        f"<tr><th>{h:.2e}"
        + "".join(
            _error_cell(
                *columns[name].get(h, (math.nan, "")),
                least[name],
                below=h < breakdown.get(name, math.nan),
            )
            for name in names
        )
        for h in steps
    ]
    return _table(["h", *names], body)


def parts_table(rows: "pd.DataFrame") -> "Markup":
    """Write the steps of one entry and stencil: h, quotient, error, and both parts if measured."""
    words = {"h": "h", "numeric": "numeric", "abs_error": "error"}
    if "truncation_error" in rows:
        words |= {"truncation_error": "truncation", "rounding_error": "rounding"}
    ordered = rows.sort_values("h", ascending=False, kind="stable")
    writers: list[Callable[[float], str]] = [_signed_error] * len(words)
    writers[:3] = [step, _numeric, error]
    cells = [
        [writer(value) for value in ordered[column]]
        for writer, column in zip(writers, words, strict=True)
    ]
    statuses = ordered["status"].astype(str)
    body = [
        f"<tr><th>{h}" + _quotient_cell(numeric, status) + "".join(f"<td>{cell}" for cell in rest)
        for h, numeric, *rest, status in zip(*cells, statuses, strict=True)
    ]
    return _table(list(words.values()), body)


def markup(trusted: str) -> "Markup":
    """Mark text that this package wrote as safe: figures, and nothing that a case says."""
    from markupsafe import Markup

    return Markup(trusted)  # noqa: S704  (the caller made it, with all foreign text escaped)


def _table(heads: Sequence[str], body: Sequence[str]) -> "Markup":
    from markupsafe import escape

    head = "".join(f"<th scope=col>{escape(name)}" for name in heads)
    return markup(f"<thead><tr>{head}</thead>\n<tbody>\n" + "\n".join(body) + "\n</tbody>")


def _error_cell(value: float, status: str, least: float, *, below: bool) -> str:
    if status != "ok" or not math.isfinite(value):
        return f"<td class=s>{_STATUS_WORDS.get(status, NONE)}"
    mark = " class=b" if value == least else " class=r" if below else ""
    return f"<td{mark}>{error(value)}"


def _quotient_cell(numeric: str, status: str) -> str:
    return f"<td class=s>{_STATUS_WORDS[status]}" if status in _STATUS_WORDS else f"<td>{numeric}"


def _numeric(value: float) -> str:
    return f"{value:.15e}" if math.isfinite(value) else NONE


def _signed_error(value: float) -> str:
    if not math.isfinite(value):
        return NONE
    return "0" if value == 0 else f"{value:+.1e}"
