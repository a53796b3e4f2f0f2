"""A verdict as HTML for notebooks: one small block, its own styles, no script."""

from collections.abc import Iterable, Sequence
from html import escape

from gradcheck.output.verdict_block import HEADER
from gradcheck.output.verdict_story import WORDS, Row, Story, story
from gradcheck.verdict.result import Result, Verdict

_SYMBOLS = {Verdict.PASS: "✓", Verdict.INCONCLUSIVE: "?", Verdict.FAIL: "✕"}
_BADGES = {Verdict.PASS: "#1b7f4b", Verdict.INCONCLUSIVE: "#8a6100", Verdict.FAIL: "#b3261e"}
"""Dark enough for white letters, and told apart by the symbol too."""
_TINTS = {
    Verdict.PASS: "transparent",
    Verdict.INCONCLUSIVE: "rgba(200,150,0,.16)",
    Verdict.FAIL: "rgba(215,60,50,.16)",
}
"""Transparent, so that the letters of a light or a dark page stay readable on it."""

_BLOCK = "font-size:13px;line-height:1.5;max-width:62em;margin:.3em 0;color:inherit"
_LINE = "margin:.35em 0"
_BADGE = "padding:.1em .55em;border-radius:.3em;color:#fff;font-weight:600;white-space:nowrap"
_CAUSES = f"{_LINE};padding:.1em 0 .1em .7em;border-left:3px solid rgba(215,60,50,.7)"
_TABLE = "border-collapse:collapse;margin:.4em 0;color:inherit;font-size:inherit"
_CELL = "padding:.15em .8em;border:0;white-space:pre;color:inherit"
_HEAD = f"{_CELL};font-weight:600;border-bottom:1px solid rgba(128,128,128,.6)"
_MONO = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace"
_CODE = f"{_MONO};margin:.3em 0;padding:.4em .7em;background:rgba(128,128,128,.12);color:inherit"
_QUIET = f"{_LINE};opacity:.75"


def html(result: Result) -> str:
    """Tell a verdict in HTML, with the same content as its text."""
    told = story(result)
    return "\n".join((f'<div style="{_BLOCK}">', *_parts(told), "</div>"))


def _parts(told: Story) -> Iterable[str]:
    badge = f"{_SYMBOLS[told.verdict]} {told.verdict.name}"
    yield (
        f'<div style="{_LINE}"><span style="{_BADGE};background:{_BADGES[told.verdict]}">{badge}'
        f"</span> {escape(told.sentence)}</div>"
    )
    if told.causes:
        yield from _causes(told)
    if told.message:
        yield f'<div style="{_LINE}">{escape(told.message)}</div>'
    yield from _table(told.header, told.rows, told.more)
    yield from _table(HEADER, told.blocks, told.more_blocks)
    if told.notes:
        items = "".join(f"<li>{escape(note)}</li>" for note in told.notes)
        yield f'<ul style="margin:.35em 0;padding-left:1.4em">{items}</ul>'
    if told.closing:
        yield f'<div style="{_QUIET}">{escape(told.closing)}</div>'
    if told.recipe:
        code = escape("\n".join(told.recipe))
        yield (
            f'<details style="{_LINE}"><summary>to reproduce: <code>{escape(told.call)}</code> with'
            f'</summary><pre style="{_CODE}">{code}</pre></details>'
        )
    if told.origin:
        yield f'<div style="{_QUIET}">look at <code>{escape(told.origin)}</code></div>'


def _causes(told: Story) -> Iterable[str]:
    yield f'<div style="{_CAUSES}">'
    if told.rivalry:
        yield f'<div style="opacity:.75">{escape(told.rivalry)}.</div>'
    for cause in told.causes:
        yield (
            f'<div style="color:inherit" title="{escape(cause.code)}">'
            f'<span style="font-weight:600">{cause.label}:</span> {escape(cause.words)}</div>'
        )
    yield "</div>"


def _table(header: Sequence[str], rows: Sequence[Row], more: str) -> Iterable[str]:
    if not rows:
        return
    yield f'<div style="overflow-x:auto"><table style="{_TABLE}">'
    heads = "".join(
        f'<th scope="col" style="{_align(head)}{_HEAD}">{escape(head)}</th>' for head in header
    )
    yield f'<thead><tr style="background:transparent"><th style="{_HEAD}"></th>{heads}</tr></thead>'
    yield "<tbody>"
    yield from (_row(header, row) for row in rows)
    if more:
        span = f'<td colspan="{len(header)}" style="text-align:left;{_CELL}">'
        yield f'<tr style="background:transparent"><td></td>{span}{escape(more)}</td></tr>'
    yield "</tbody></table></div>"


def _row(header: Iterable[str], row: Row) -> str:
    symbol = (
        f'<td title="{row.verdict.value}" '
        f'style="{_CELL};font-weight:700">{_SYMBOLS[row.verdict]}</td>'
    )
    cells = "".join(
        f'<td style="{_align(head)}{_CELL};{_MONO}">{escape(cell)}</td>'
        for head, cell in zip(header, row.cells, strict=True)
    )
    return f'<tr style="background:{_TINTS[row.verdict]}">{symbol}{cells}</tr>'


def _align(head: str) -> str:
    return f"text-align:{'left' if head in WORDS else 'right'};"
