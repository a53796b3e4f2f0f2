"""The text of a lesson in one language: Markdown whose expressions ask the engine."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gradcheck.errors import DefinitionError
from gradcheck.lessons import markup
from gradcheck.lessons.blocks import KEY, Block, Box, Exercise, Heading, Quiz, Reader
from gradcheck.lessons.marked import Stash

if TYPE_CHECKING:
    from jinja2 import Environment

FILTERS = {
    "number": markup.number,
    "step": markup.step,
    "error": markup.error,
    "fixed": markup.fixed,
    "percent": markup.percent,
    "count": markup.count,
    "exactly": markup.exactly,
    "formula": markup.formula,
}
"""What writes the numbers of a text."""

_TITLE = re.compile(r"# +(?P<title>.+)\n+(?P<lead>(?:.+\n)+)\n")


@dataclass(frozen=True)
class Section:
    """What stands below one heading of level 2."""

    id: str
    title: Markup
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Text:
    """A text, rendered."""

    title: str
    """Plain text."""
    lead: Markup
    before: tuple[Block, ...]
    """What stands before the first section."""
    sections: tuple[Section, ...]

    @property
    def answered(self) -> tuple[Quiz | Exercise | Box, ...]:
        """What the answer key holds: the questions, and the blocks written for it alone."""
        return tuple(
            block
            for block in self._blocks
            if isinstance(block, Quiz | Exercise) or (isinstance(block, Box) and block.kind == KEY)
        )

    @property
    def questions(self) -> tuple[Quiz | Exercise, ...]:
        """All quizzes and exercises, in their order."""
        return tuple(block for block in self._blocks if isinstance(block, Quiz | Exercise))

    @property
    def _blocks(self) -> tuple[Block, ...]:
        return (*self.before, *(block for each in self.sections for block in each.blocks))


def render(file: Path, context: Mapping[str, Any]) -> Text:
    """Render the text of a lesson.

    Parameters
    ----------
    file : Path
        Markdown in UTF-8, with Jinja expressions.
    context : mapping of str to object
        The views of the instruments, by the names of their blocks.

    Raises
    ------
    DefinitionError
        If the file cannot be read, or an expression or a block of it cannot be used.
    """
    from jinja2 import TemplateError

    try:
        source = file.read_text(encoding="utf-8")
    except OSError as error:
        raise DefinitionError(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{file}: not UTF-8 text: {error}") from None
    stash = Stash()
    environment = _environment().overlay(finalize=stash.keep)
    try:
        text = environment.from_string(source).render(context)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        place = f"{file}:{line}" if line else str(file)
        raise DefinitionError(f"{place}: {type(error).__name__}: {error}") from error
    return _read(file, text, stash)


def _read(file: Path, text: str, stash: Stash) -> Text:
    start = _TITLE.match(text.lstrip() + "\n\n")
    if start is None:
        raise DefinitionError(f"{file}: expected '# Title', an empty line, and a first paragraph")
    blocks = list(Reader(str(file), stash).blocks(text.lstrip()[start.end() :]))
    starts = [
        number
        for number, block in enumerate(blocks)
        if isinstance(block, Heading) and block.level == 2
    ]
    sections = tuple(_section(blocks[begin:end]) for begin, end in pairwise([*starts, len(blocks)]))
    ids = [each.id for each in sections]
    double = next((name for name in ids if ids.count(name) > 1), None)
    if double is not None:
        raise DefinitionError(f"{file}: two sections have the id {double!r}")
    return Text(
        title=stash.plain(start["title"]).strip(),
        lead=stash.render(start["lead"]),
        before=tuple(blocks[: starts[0] if starts else len(blocks)]),
        sections=sections,
    )


def _section(blocks: list[Block]) -> Section:
    heading, *rest = blocks
    assert isinstance(heading, Heading)
    return Section(heading.id, heading.title, tuple(rest))


@cache
def _environment() -> "Environment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= FILTERS
    return environment
