"""The laboratory where no script runs: two figures and a table of what it shows first."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from gradcheck.lessons import markup
from gradcheck.lessons.instruments.lab.data import Errors, Row
from gradcheck.lessons.instruments.lab.plan import Start
from gradcheck.lessons.instruments.lab.window import Window
from gradcheck.lessons.markup import Column
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE, canvas, decades, draw_grid, power_of_ten, set_words
from gradcheck.output.html import NONE
from gradcheck.output.svg import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ORANGE, _SKY, _BLUE, _GREEN, _PINK, _RED, *_ = PALETTE
_REACH = {"forward": (0.0, 1.0), "central": (-1.0, 1.0)}
"""Between which multiples of h the secant of a formula is drawn; the complex step has none."""


def panel(
    rows: Sequence[Row], seen: Window, *, errors: Errors, start: Start, words: Words
) -> Markup:
    """Write figures and table of the start.

    Parameters
    ----------
    rows : sequence of Row
        The quotients of the start, from the smallest step to the largest.
    seen : Window
        The function around the point.
    errors : Errors
        The derivative, and whether it is certified: only then there is a tangent.
    start : Start
        What the laboratory shows first.
    words : Words
        In which language.
    """
    formula = words(f"lab.{start.formula}-difference")
    facts = {"x": f"{start.x:g}", "h": f"{start.h:g}", "case": start.case, "formula": formula}
    facts["precision"] = words(f"lab.{start.precision}")
    shown = next(row for row in rows if row.h == start.h)
    derivative = errors.derivative if errors.is_certified else None
    tangent = "" if errors.is_certified else "-uncertified"
    secant = words(f"lab.static-secant{tangent}", **facts)
    error = words("lab.static-error", **facts)
    return Markup("<p>{}</p>\n{}\n{}\n{}").format(
        words("lab.without-script"),
        markup.figure(_secant(seen, shown, derivative, start, words), label=secant, caption=secant),
        markup.figure(_errors(rows, words), label=error, caption=error),
        _table(rows, errors, words, label=words("lab.static-table", **facts)),
    )


def _secant(
    seen: Window, row: Row, derivative: float | None, start: Start, words: Words
) -> "Figure":
    at = np.linspace(*seen.x, len(seen.values))
    x, y = start.x, seen.values[len(at) // 2]
    span = np.array(seen.x)
    left, right = _REACH.get(start.formula, (0.0, 0.0))
    with canvas(None) as axes:
        axes.plot(at, seen.values, color=INK, linewidth=1.8, label="f")
        if derivative is not None:
            tangent = y + derivative * (span - x)
            axes.plot(span, tangent, "--", color=_RED, label=words("lab.tangent"))
        low = y if left == 0 else _height(seen, x + left * row.h)
        name = words("lab.secant" if right else "lab.complex-line")
        line = low + row.numeric * (span - x - left * row.h)
        axes.plot(span, line, color=_BLUE, linewidth=1.4, label=name)
        ends = np.array([x + left * row.h, x + right * row.h])
        axes.plot(ends, np.interp(ends, at, seen.values), "o", color=_BLUE, markersize=6)
        axes.set_xlim(*seen.x)
        axes.set_ylim(*seen.y)
        draw_grid(axes)
        set_words(axes, title="", x="x", y="f")
        axes.legend(loc="best")
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def _height(seen: Window, x: float) -> float:
    return float(np.interp(x, np.linspace(*seen.x, len(seen.values)), seen.values))


def _errors(rows: Sequence[Row], words: Words) -> "Figure":
    from matplotlib.ticker import FuncFormatter, NullLocator

    h = np.array([row.h for row in rows])
    lines = (
        ("truncation-part", [abs(row.truncation) for row in rows], _BLUE, "--"),
        ("rounding-part", [abs(row.rounding) for row in rows], _RED, ":"),
        ("total", [row.error for row in rows], INK, "-"),
    )
    total = [row.error for row in rows if row.is_number and row.error > 0]
    low, high = (min(total), max(total)) if total else (1e-16, 1.0)
    with canvas(None) as axes:
        for name, values, colour, style in lines:
            known = np.array([value if value > 0 else math.nan for value in values])
            axes.plot(h, known, style, color=colour, linewidth=1.4, label=words(f"lab.{name}"))
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(h[0], h[-1])
        axes.set_ylim(low / 100, high * 10)
        axes.set_xticks(decades(h[0], h[-1], most=9))
        axes.set_yticks(decades(low / 100, high * 10, most=9))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(power_of_ten))
            axis.set_minor_locator(NullLocator())
        draw_grid(axes)
        set_words(axes, title="", x=words("lab.axis-h"), y=words("lab.axis-error"))
        axes.legend(loc="best")
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def _table(rows: Sequence[Row], errors: Errors, words: Words, *, label: str) -> Markup:
    columns = [
        Column("h"),
        *(Column(words(f"lab.{name}")) for name in ("quotient", "error")),
        Column(words("lab.dominates"), "words"),
    ]
    chosen = [row for row in reversed(rows) if _is_decade(row.h)]
    marks = {"truncation": "truncation", "rounding": "rounding", "balance": "balance"}
    return markup.table(
        columns,
        [
            (
                markup.step(row.h),
                markup.exactly(row.numeric) if math.isfinite(row.numeric) else NONE,
                markup.error(row.error),
                words(f"lab.{_named(row, errors)}"),
            )
            for row in chosen
        ],
        label=label,
        marks=[marks.get(row.regime, "") for row in chosen],
    )


def _named(row: Row, errors: Errors) -> str:
    if row.regime == "exact" and not errors.is_certified:
        return "agrees"
    return row.regime or "unknown"


def _is_decade(h: float) -> bool:
    return h == float(f"1e{round(math.log10(h))}")
