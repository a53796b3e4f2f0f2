"""Markdown with numbers and mathematics in it, as HTML.

What the engine writes (numbers, tables, figures) is taken out before the Markdown is read and put
back afterwards, so that neither can change the other; HTML in the Markdown itself is escaped.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from gradcheck.output.mathml import mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_TOKEN = re.compile("\ue000(\\d+)\ue001")
_ALONE = re.compile("<p>\ue000(\\d+)\ue001</p>")
_BLOCK = re.compile(r"\s*<(div|figure|pre|section|table|details|form|ul|ol|dl|p)\b")
_OPEN, _CLOSE = "\ue002", "\ue003"
_VERBATIM = re.compile(r"(```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$)", re.DOTALL)


class Stash:
    """Takes finished HTML out of a text, and puts it back into the rendered one."""

    def __init__(self) -> None:
        self._kept: list[Markup] = []

    def keep(self, value: Any) -> str:
        """Return a token that stands for a value; text is escaped, `Markup` is kept as it is."""
        self._kept.append(escape(value))
        return f"\ue000{len(self._kept) - 1}\ue001"

    def render(self, text: str) -> Markup:
        """Render Markdown, with all that was taken out in its place."""
        html = _markdown().render(_with_strong(text), {"stash": self})
        html = html.replace(_OPEN, "<strong>").replace(_CLOSE, "</strong>")
        return self._filled(html)

    def render_line(self, text: str) -> Markup:
        """Render Markdown that stands within a line."""
        html = _markdown().renderInline(_with_strong(text), {"stash": self})
        return self._filled(html.replace(_OPEN, "<strong>").replace(_CLOSE, "</strong>"))

    def plain(self, text: str) -> str:
        """Put what was taken out back as plain text, without its elements."""
        return _TOKEN.sub(lambda match: self._kept[int(match[1])].striptags(), text)

    def _filled(self, html: str) -> Markup:
        def block(match: re.Match[str]) -> str:
            kept = str(self._kept[int(match[1])])
            return kept if _BLOCK.match(kept) else f"<p>{kept}</p>"

        html = _ALONE.sub(block, html)
        html = _TOKEN.sub(lambda match: str(self._kept[int(match[1])]), html)
        return Markup(html)  # noqa: S704  (Markdown without HTML, and what this package wrote)


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(reader, allow_labels=False)
    reader.add_render_rule("math_inline", _math_inline)
    reader.add_render_rule("math_block", _math_block)
    reader.add_render_rule("fence", _fence)
    reader.add_render_rule("table_open", lambda *_: '<div class="scroll" tabindex="0"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return reader


def _math_inline(_renderer: Any, tokens: Any, place: int, _options: Any, env: Any) -> str:
    return mathml(env["stash"].plain(tokens[place].content))


def _math_block(_renderer: Any, tokens: Any, place: int, _options: Any, env: Any) -> str:
    latex = env["stash"].plain(tokens[place].content).strip()
    return f'<div class="formula" tabindex="0">{mathml(latex, display="block")}</div>\n'


def _fence(_renderer: Any, tokens: Any, place: int, _options: Any, _env: Any) -> str:
    return f'<pre class="code" tabindex="0"><code>{escape(tokens[place].content)}</code></pre>\n'


def _with_strong(text: str) -> str:
    """Mark ``**bold**`` also beside Japanese punctuation, where CommonMark does not see it."""
    return "\n\n".join(_strong_paragraph(part) for part in text.split("\n\n"))


def _strong_paragraph(text: str) -> str:
    marks = _marks()
    pieces = [
        piece if number % 2 else re.sub(r"\*\*", lambda _: next(marks), piece)
        for number, piece in enumerate(_VERBATIM.split(text))
    ]
    whole = "".join(pieces)
    return whole if whole.count(_OPEN) == whole.count(_CLOSE) else text


def _marks() -> Iterator[str]:
    while True:
        yield _OPEN
        yield _CLOSE
