"""A wrong function beside the right one: their source, and the lines in which they differ."""

import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from markupsafe import Markup

from gradcheck.lessons.words import Words


@dataclass(frozen=True)
class Line:
    """A line of a function."""

    mark: str
    """"-" if it is wrong, "+" if it belongs in the place of wrong ones, " " if it stays."""
    text: str


def mending(wrong: Callable[..., Any], right: Callable[..., Any]) -> tuple[Line, ...]:
    """Return the lines of the wrong function, with the right ones after those that differ.

    The names of the functions, which stand in the first line of each, may differ.
    """
    (head, *before), (_, *after) = _lines(wrong), _lines(right)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    lines = [Line(" ", head)]
    for kind, start, stop, first, last in matcher.get_opcodes():
        if kind == "equal":
            lines += [Line(" ", text) for text in before[start:stop]]
        else:
            lines += [Line("-", text) for text in before[start:stop]]
            lines += [Line("+", text) for text in after[first:last]]
    return tuple(lines)


def _lines(function: Callable[..., Any]) -> list[str]:
    return textwrap.dedent(inspect.getsource(function)).rstrip().splitlines()


def show(lines: tuple[Line, ...], words: Words, *, label: str) -> Markup:
    """Write the lines as code: the wrong ones struck out, the right ones inserted below."""
    return Markup(
        '<pre class="code mending" tabindex="0" role="region" aria-label="{}"><code>{}</code></pre>'
    ).format(label, Markup("\n").join(_shown(lines, words)))


def _shown(lines: tuple[Line, ...], words: Words) -> Iterator[Markup]:
    for line in lines:
        if line.mark == "-":
            yield Markup('<del><span class="unseen">{} </span>− {}</del>').format(
                words("game.wrong-line"), line.text
            )
        elif line.mark == "+":
            yield Markup('<ins><span class="unseen">{} </span>+ {}</ins>').format(
                words("game.right-line"), line.text
            )
        else:
            yield Markup("  {}").format(line.text)
