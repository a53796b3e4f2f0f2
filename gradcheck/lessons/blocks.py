"""The blocks of a lesson's text: quiz, exercise, insight, find, and what only the key shows.

A block stands between a line ``::: kind id`` and a line ``:::``. Within it, a line ``---`` comes
before what is hidden at first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.errors import DefinitionError
from gradcheck.lessons.marked import Stash

_START = re.compile(r"::: *(?P<kind>[a-z]+)(?: +(?P<id>[a-z0-9-]+))? *")
_HEADING = re.compile(r"(?P<level>#{2,3}) +(?P<title>.+?) +\(#(?P<id>[a-z0-9-]+)\)")
_OPTION = re.compile(r"- \[(?P<mark>[ x])\] +(?P<text>.+?) +\| +(?P<feedback>.+)")

NAMED = ("quiz", "exercise")
"""Blocks that have an id: the answer key and the other language refer to it."""
KEY = "key"
"""A block that a lesson hides and the answer key on the teacher's page shows."""
PLAIN = ("insight", "find", "note", KEY)


@dataclass(frozen=True)
class Prose:
    """Paragraphs, tables and figures between the blocks."""

    html: Markup


@dataclass(frozen=True)
class Heading:
    """A heading with its id; of level 2 it starts a section."""

    level: int
    id: str
    title: Markup


@dataclass(frozen=True)
class Box:
    """An insight, a find or a note, or what stands in the answer key alone."""

    kind: str
    html: Markup


@dataclass(frozen=True)
class Option:
    """One answer to choose."""

    text: Markup
    feedback: Markup
    is_right: bool


@dataclass(frozen=True)
class Quiz:
    """A question to be answered before reading on, with the insight that comes after."""

    id: str
    question: Markup
    options: tuple[Option, ...]
    insight: Markup

    kind = "quiz"


@dataclass(frozen=True)
class Exercise:
    """A task with its answer."""

    id: str
    question: Markup
    answer: Markup

    kind = "exercise"


Block = Prose | Heading | Box | Quiz | Exercise


@dataclass(frozen=True)
class Reader:
    """Reads the blocks of one text."""

    place: str
    """The file, for messages."""
    stash: Stash

    def blocks(self, text: str) -> Iterator[Block]:
        """Cut a text, in which the numbers are already taken out, into its blocks.

        Raises
        ------
        DefinitionError
            If a block is unknown, is not closed, or lacks a part.
        """
        lines: list[str] = []
        rows = iter(text.splitlines())
        for line in rows:
            start, heading = _START.fullmatch(line), _HEADING.fullmatch(line)
            if start is None and heading is None:
                lines.append(line)
                continue
            yield from self._prose(lines)
            lines = []
            if heading is not None:
                title = self.stash.render_line(heading["title"])
                yield Heading(len(heading["level"]), heading["id"], title)
            elif start is not None:
                yield self._block(start["kind"], start["id"] or "", list(self._inside(rows, line)))
        yield from self._prose(lines)

    def _prose(self, lines: list[str]) -> Iterator[Prose]:
        text = "\n".join(lines).strip()
        if text:
            yield Prose(self.stash.render(text))

    def _inside(self, rows: Iterator[str], start: str) -> Iterator[str]:
        for line in rows:
            if line.strip() == ":::":
                return
            yield line
        raise DefinitionError(f"{self.place}: the block {start!r} is not closed by a line ':::'")

    def _block(self, kind: str, name: str, lines: list[str]) -> Block:
        where = f"{self.place}: {kind} {name}".rstrip()
        if (kind in NAMED) != bool(name):
            raise DefinitionError(f"{where}: an id after {', '.join(NAMED)}, and after these only")
        if kind in PLAIN:
            return Box(kind, self.stash.render("\n".join(lines)))
        if kind not in NAMED:
            raise DefinitionError(f"{where}: unknown; there are {', '.join((*NAMED, *PLAIN))}")
        if "---" not in lines:
            raise DefinitionError(f"{where}: a line '---' comes before what is hidden at first")
        cut = lines.index("---")
        hidden = self.stash.render("\n".join(lines[cut + 1 :]))
        if kind == "exercise":
            return Exercise(name, self.stash.render("\n".join(lines[:cut])), hidden)
        return self._quiz(where, name, lines[:cut], hidden)

    def _quiz(self, where: str, name: str, lines: list[str], insight: Markup) -> Quiz:
        found = [(line, _OPTION.fullmatch(line)) for line in lines if line.startswith("- [")]
        options = tuple(
            Option(
                self.stash.render_line(match["text"]),
                self.stash.render_line(match["feedback"]),
                match["mark"] == "x",
            )
            for _, match in found
            if match is not None
        )
        broken = [line for line, match in found if match is None]
        if broken:
            raise DefinitionError(f"{where}: write '- [ ] option | feedback', got {broken[0]!r}")
        if len(options) < 2 or sum(option.is_right for option in options) != 1:
            raise DefinitionError(f"{where}: expected at least two options, one of them '- [x]'")
        question = "\n".join(line for line in lines if not line.startswith("- ["))
        return Quiz(name, self.stash.render(question), options, insight)
