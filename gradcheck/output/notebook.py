"""The pieces of what a notebook shows: one small block, its own styles, no script.

Colours are the page's own or transparent, so that a block is readable in a light and in a dark
notebook. Everything but `Markup` is escaped, and foreign text is cut short by `text`.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from gradcheck.output.clipping import MESSAGE, NAME, clipped
from gradcheck.output.mathml import mathml

Piece = str | Markup

SHOWN = 20
"""So many rows of a table are shown; the others are counted."""

_BLOCK = "font-size:13px;line-height:1.5;max-width:70em;margin:.3em 0;color:inherit"
_LINE = "margin:.35em 0"
_TABLE = "border-collapse:collapse;margin:.4em 0;color:inherit;font-size:inherit"
_CELL = "padding:.15em .8em;border:0;color:inherit;vertical-align:baseline"
_HEAD = f"{_CELL};font-weight:600;border-bottom:1px solid rgba(128,128,128,.6)"
_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre"


def block(*pieces: Piece) -> str:
    """Put pieces into one block."""
    inside = Markup("\n").join(piece for piece in pieces if piece)
    return str(Markup('<div style="{}">\n{}\n</div>').format(_BLOCK, inside))


def heading(title: Piece, beside: Piece = "") -> Markup:
    """Write what a block is about, and something quieter beside it."""
    quiet = Markup(' <span style="opacity:.75">{}</span>').format(beside) if beside else ""
    return Markup('<div style="{}"><b>{}</b>{}</div>').format(_LINE, title, quiet)


def line(words: Piece) -> Markup:
    """Write a line."""
    return Markup('<div style="{}">{}</div>').format(_LINE, words)


def quiet(words: Piece) -> Markup:
    """Write a line that stands back."""
    return Markup('<div style="{};opacity:.75">{}</div>').format(_LINE, words)


def bullets(items: Iterable[Piece]) -> Markup:
    """Write a list; nothing if it is empty."""
    inside = Markup().join(Markup("<li>{}</li>").format(item) for item in items)
    style = "margin:.35em 0;padding-left:1.4em"
    return Markup('<ul style="{}">{}</ul>').format(style, inside) if inside else Markup()


def details(summary: Piece, inside: Piece) -> Markup:
    """Write something that is opened by a click."""
    return Markup('<details style="{}"><summary>{}</summary>{}</details>').format(
        _LINE, summary, inside
    )


def facts(pairs: Iterable[tuple[str, Piece]]) -> Markup:
    """Write words with what they stand for, a row each; those that stand for nothing are left out.

    Examples
    --------
    >>> print(facts([("f", "x"), ("source", "")]).count("<tr"))
    1
    """
    rows = Markup().join(
        Markup(
            '<tr style="background:transparent">'
            '<th scope="row" style="{};text-align:left;font-weight:400;opacity:.75">{}</th>'
            '<td style="{};text-align:left">{}</td></tr>'
        ).format(_CELL, word, _CELL, piece)
        for word, piece in pairs
        if piece
    )
    return _scrolled(Markup("<tbody>{}</tbody>").format(rows))


def table(heads: Sequence[str], rows: Sequence[Sequence[Piece]], *, more: int = 0) -> Markup:
    """Write a table; nothing if there are no rows.

    Parameters
    ----------
    heads : sequence of str
        Names of the columns; one that ends in ">" holds numbers, which stand on the right.
    rows : sequence of sequences of str or Markup
    more : int
        How many rows are not shown.
    """
    if not rows:
        return Markup()
    aligned = [
        (head.removesuffix(">"), "right" if head.endswith(">") else "left") for head in heads
    ]
    head = Markup().join(
        Markup('<th scope="col" style="{};text-align:{}">{}</th>').format(_HEAD, side, name)
        for name, side in aligned
    )
    sides = [(side, f";{_MONO}" if side == "right" else "") for _, side in aligned]
    body = Markup("\n").join(
        Markup('<tr style="background:transparent">{}</tr>').format(
            Markup().join(
                Markup('<td style="{};text-align:{}{}">{}</td>').format(_CELL, side, mono, cell)
                for (side, mono), cell in zip(sides, row, strict=True)
            )
        )
        for row in rows
    )
    shown = _scrolled(
        Markup("<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody>").format(head, body)
    )
    return shown + quiet(f"and {more:,} more") if more else shown


def math(latex: str) -> Markup:
    """Set a formula, a very long one as its source; nothing if there is none."""
    if len(latex) > MESSAGE:
        return code(latex)
    return Markup(mathml(latex)) if latex else Markup()  # noqa: S704  (built from an allowlist)


def code(words: str) -> Markup:
    """Write text as code."""
    return Markup("<code>{}</code>").format(text(words)) if words else Markup()


def text(words: str) -> str:
    """Make the text of others harmless and short."""
    return clipped(words, MESSAGE)


def name(words: str) -> str:
    """Make the name that others gave harmless and short."""
    return clipped(words, NAME)


def _scrolled(inside: Markup) -> Markup:
    return Markup('<div style="overflow-x:auto"><table style="{}">\n{}\n</table></div>').format(
        _TABLE, inside
    )
