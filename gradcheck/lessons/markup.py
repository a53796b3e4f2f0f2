"""The pieces of a lesson in HTML: numbers, tables, figures, code.

Every number that a lesson shows goes through here and stands in a ``<data>`` element, whose value
is the number as the engine computed it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from gradcheck.output.drawing import power_of_ten
from gradcheck.output.html import NONE
from gradcheck.output.mathml import mathml
from gradcheck.output.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Cell = str | Markup


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, and how its cells are set."""

    head: Cell
    style: str = "num"
    """Classes: "num" (right-aligned digits), "words", or more of them."""


def data(value: float, text: str) -> Markup:
    """Write a number as `text`, and what was computed as the value of the element."""
    exact = value if isinstance(value, int) else float(value)
    return Markup('<data value="{}">{}</data>').format(repr(exact), text)


def step(h: float) -> Markup:
    """Write a step size: "10⁻⁸", or "3.16e-04" where it is no power of ten."""
    exponent = round(math.log10(h)) if h > 0 else 0
    text = power_of_ten(h) if h == float(f"1e{exponent}") else short(h, 3)
    return data(h, text)


def error(value: float) -> Markup:
    """Write an error with its sign if it is negative: "3.1e-12", "0" for none at all."""
    if not math.isfinite(value):
        return escape(NONE)
    value = float(value)
    return data(value, "0" if value == 0 else f"{value:.1e}".replace("-", "−", value < 0))


def number(value: float, digits: int = 6) -> Markup:
    """Write a number with so many significant digits, without trailing zeros.

    Examples
    --------
    >>> print(number(2.00001, 3), number(float("nan")))
    <data value="2.00001">2</data> nan
    """
    value = float(value) + 0.0  # -0.0 is 0
    if not math.isfinite(value):
        return escape(str(value).replace("inf", "∞").replace("-", "−"))
    return data(value, short(value, digits).replace("-", "−", value < 0))


def exactly(value: float) -> Markup:
    """Write all the digits that a float64 has."""
    return number(value, 17) if short(value, 16) != repr(value) else number(value, 16)


def fixed(value: float, places: int = 2) -> Markup:
    """Write a number with so many places after the point."""
    if not math.isfinite(value):
        return escape(NONE)
    return data(value, f"{value:.{places}f}".replace("-", "−"))


def count(value: int) -> Markup:
    """Write a whole number: "12,345"."""
    return data(value, f"{value:,}")


def percent(value: float, digits: int = 2) -> Markup:
    """Write a share: 0.161 as "16 %"."""
    return data(value, f"{short(100 * value, digits)} %")


def short(value: float, digits: int) -> str:
    """Write a float with so many significant digits, as Python does.

    Examples
    --------
    >>> short(0.1, 3), short(1e-8, 3), short(1234567.0, 9)
    ('0.1', '1e-08', '1234567')
    """
    return f"{value:.{digits}g}"


def formula(latex: str) -> Markup:
    """Write LaTeX as MathML within a line."""
    return Markup(mathml(latex))  # noqa: S704  (built from an allowlist)


def formula_block(latex: str) -> Markup:
    """Write LaTeX as MathML on a line of its own."""
    return Markup('<div class="formula" tabindex="0">{}</div>').format(
        Markup(mathml(latex, display="block"))  # noqa: S704  (built from an allowlist)
    )


def table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    *,
    label: str,
    style: str = "",
    marks: Sequence[str] = (),
) -> Markup:
    """Write a table that scrolls by itself where the page is narrow.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequences of str or Markup
        The first cell of each row is its heading.
    label : str
        What the table is, as its caption.
    style : str
        Further classes of the table.
    marks : sequence of str
        A class for each row: "truncation", "rounding", "balance", "bad", "good" or "".
    """
    heads = Markup().join(
        Markup('<th scope="col" class="{}">{}</th>').format(each.style, each.head)
        for each in columns
    )
    marked = tuple(marks) or ("",) * len(rows)
    body = Markup("\n").join(
        Markup("<tr{}>{}</tr>").format(
            Markup(' class="{}"').format(mark) if mark else "", _cells(columns, row)
        )
        for row, mark in zip(rows, marked, strict=True)
    )
    return Markup(
        '<div class="scroll" role="region" aria-label="{}" tabindex="0">\n'
        '<table class="{}">\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n'
        "<tbody>\n{}\n</tbody>\n</table>\n</div>"
    ).format(label, f"figures {style}".strip(), label, heads, body)


def _cells(columns: Sequence[Column], row: Sequence[Cell]) -> Markup:
    first, *rest = ((each.style, cell) for each, cell in zip(columns, row, strict=True))
    return Markup('<th scope="row" class="{}">{}</th>').format(*first) + Markup().join(
        Markup('<td class="{}">{}</td>').format(style, cell) for style, cell in rest
    )


def figure(drawn: "Figure", *, label: str, caption: Cell = "") -> Markup:
    """Write a matplotlib figure as inline SVG with words for those who cannot see it."""
    return svg_figure(to_svg(drawn), label=label, caption=caption)


def svg_figure(svg: str, *, label: str, caption: Cell = "") -> Markup:
    """Write SVG that this package drew (``role="img"``) with its label and caption."""
    named = re.sub(r'role="img"', f'role="img" aria-label="{escape(label)}"', svg, count=1)
    below = Markup("<figcaption>{}</figcaption>").format(caption) if caption else ""
    drawing = Markup(named)  # noqa: S704  (drawn by this package; the label is escaped)
    return Markup('<figure class="drawn" tabindex="0">{}{}</figure>').format(drawing, below)


def code(source: str, *, label: str) -> Markup:
    """Write a block of code."""
    return Markup(
        '<pre class="code" tabindex="0" role="region" aria-label="{}"><code>{}</code></pre>'
    ).format(label, source)
