"""Lesson definitions: the TOML file of a lesson, and that of a teacher who changes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradcheck.errors import DefinitionError, LoadingError
from gradcheck.lessons.setting import EXAMPLE, EXAMPLE_KEYS, Setting
from gradcheck.lessons.words import lessons_folder
from gradcheck.model.loading import load_cases
from gradcheck.model.registry import Registry
from gradcheck.output.toml_file import Value, did_you_mean, existing, listing, parse, require_known

FILE = "lesson.toml"

_OF_CASES = ("points", "start")
"""Keys of a laboratory that mean nothing once a teacher lists other cases."""


@dataclass(frozen=True)
class Definition:
    """A lesson: where its texts are, and what its instruments are asked."""

    name: str
    """What its files are called."""
    lesson: str
    """The built-in lesson whose texts it uses."""
    file: Path
    """The TOML file: messages name it."""
    blocks: Mapping[str, Value]
    """The blocks by name, `[example]` not among them."""
    example: Mapping[str, Value]
    paths: tuple[Path, ...] = ()
    """Case files and folders of the teacher's own."""

    @property
    def folder(self) -> Path:
        """The folder of the texts."""
        return lessons_folder() / self.lesson

    def settings(self) -> dict[str, Setting]:
        """Return what each block says, with the cases that it can name.

        Raises
        ------
        DefinitionError
            If a path holds no case file.
        """
        cases = self._cases()
        return {name: Setting(block, self.example, cases) for name, block in self.blocks.items()}

    def _cases(self) -> Registry:
        try:
            own = load_cases(self.paths) if self.paths else Registry([])
        except LoadingError as error:
            raise DefinitionError(f"{self.file}: paths: {error}") from None
        known = {**load_cases(), **load_cases(lessons_folder() / "cases"), **own}
        return Registry(known.values())


def lesson_names() -> tuple[str, ...]:
    """Return the names of the built-in lessons, in the order in which they are taught."""
    files = lessons_folder().glob(f"*/{FILE}")
    numbered = sorted((int(parse(file).get("number", 0)), file.parent.name) for file in files)
    return tuple(name for _, name in numbered)


def read(name_or_path: str | Path) -> Definition:
    """Read a built-in lesson by name, or a teacher's TOML file that changes one.

    Raises
    ------
    DefinitionError
        If there is no such lesson or file, or a key or block of it cannot be used. The message
        names file and key, what was expected and what came.
    """
    given = Path(name_or_path)
    if given.is_file():
        return _changed(given)
    names = lesson_names()
    if given.name not in names or len(given.parts) > 1:
        hint = did_you_mean(given.name, names)
        raise DefinitionError(
            f"{given}: no such lesson{hint}; give a TOML file or one of: {listing(names)}"
        )
    file = lessons_folder() / given.name / FILE
    table = parse(file)
    return Definition(
        name=given.name,
        lesson=given.name,
        file=file,
        blocks=_blocks(file, table),
        example=_example(file, table),
    )


def _changed(file: Path) -> Definition:
    """Read a teacher's file: what it says takes the place of what the built-in lesson says."""
    table = parse(file)
    names = lesson_names()
    name = table.get("lesson")
    if name not in names:
        raise DefinitionError(
            f"{file}: lesson: expected one of {listing(names)}, got {name!r}; write lesson = "
            '"step-size" in the first line'
        )
    base = read(str(name))
    if EXAMPLE in table and not base.example:
        raise DefinitionError(
            f"{file}: {EXAMPLE}: the lesson {name!r} has no example; change one of its blocks: "
            f"{listing(tuple(base.blocks))}"
        )
    known = ("lesson", "paths", *([EXAMPLE] if base.example else []), *base.blocks)
    require_known(file, "", table, known)
    paths = Value(file, "paths", table.get("paths"))
    listed = paths.items('a list of paths, such as ["my_cases"]') if "paths" in table else []
    changed = {
        name: _merged(base.blocks[name], block) for name, block in _blocks(file, table).items()
    }
    return Definition(
        name=file.stem,
        lesson=base.lesson,
        file=file,
        blocks={**base.blocks, **changed},
        example={**base.example, **_example(file, table)},
        paths=tuple(existing(path) for path in listed),
    )


def _merged(base: Value, block: Value) -> Value:
    """Return a block with the values of the built-in one where the teacher's gives none."""
    kept = dict(base.value)
    if "cases" in block.value:
        for key in _OF_CASES:
            kept.pop(key, None)
    return Value(block.file, block.key, {**kept, **block.value})


def _blocks(file: Path, table: Mapping[str, Any]) -> dict[str, Value]:
    return {
        name: Value(file, name, block)
        for name, block in table.items()
        if isinstance(block, dict) and name != EXAMPLE
    }


def _example(file: Path, table: Mapping[str, Any]) -> dict[str, Value]:
    block = Value(file, EXAMPLE, table.get(EXAMPLE, {}))
    if not isinstance(block.value, dict):
        raise block.wrong("a block [example] with case, x and steps")
    require_known(file, f"{EXAMPLE}.", block.value, EXAMPLE_KEYS)
    return {key: block.at(key) for key in block.value}
