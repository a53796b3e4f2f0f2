"""Report definitions: which cases, stencils, steps and points a report shows, read from TOML.

A definition is data: reading one runs no code. `reports/README.md` explains every key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from gradcheck import content
from gradcheck.behaviour.sweep import DEFAULT_STENCILS
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import DefinitionError, LoadingError, SelectionError
from gradcheck.model.case import Case
from gradcheck.model.loading import load_cases
from gradcheck.model.registry import Registry
from gradcheck.output.toml_file import (
    Value,
    did_you_mean,
    existing,
    listing,
    parse,
    read_stencil,
    read_steps,
    require_known,
    words,
)

T = TypeVar("T")


_POINTS = ("all", "general", "special")


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What a report shows; the defaults are those of `reports/default.toml`."""

    file: Path
    """The TOML file: messages name it, and paths in it are relative to its folder."""
    title: str
    introduction: str = ""
    """Plain text below the title; an empty line starts a new paragraph."""
    patterns: tuple[str, ...] = ()
    """Shell patterns on case names, of which a case fits one; none means every name."""
    tags: tuple[str, ...] = ()
    """Words that a case carries, all of them."""
    paths: tuple[Path, ...] = ()
    """Case files and folders; none means the built-in cases."""
    stencils: tuple[Stencil, ...] = DEFAULT_STENCILS
    steps: tuple[float, ...] | None = None
    """Step sizes, used literally; None means the default sweep."""
    points: str | int = "all"
    """ "all", "general", "special", or how many points of each case, from the first on."""
    template: Path | None = None
    """A folder with templates that replace the built-in ones of the same name."""

    def select(self, cases: Registry) -> Registry:
        """Keep the cases that the definition asks for.

        Raises
        ------
        DefinitionError
            If a pattern fits no case, or no case carries all the tags.
        """
        try:
            return cases.select(*self.patterns, tags=self.tags)
        except SelectionError as error:
            key = "selection.cases" if _names_a_pattern(error) else "selection.tags"
            raise DefinitionError(f"{self.file}: {key}: {error}") from None

    def load(self) -> Registry:
        """Load the cases that the definition names; files that cannot be loaded become problems.

        Raises
        ------
        DefinitionError
            If a path of `selection.paths` holds no case file.
        """
        try:
            return load_cases(self.paths or None, on_error="keep")
        except LoadingError as error:
            raise DefinitionError(f"{self.file}: selection.paths: {error}") from None

    def restrict(self, case: Case) -> Case:
        """Return the case with no other points than those that the definition asks for."""
        if self.points == "all":
            return case
        if self.points == "general":
            return replace(case, special_points={})
        if self.points == "special":
            return replace(case, points=())
        count = int(self.points)
        special = list(case.special_points.items())[: max(0, count - len(case.points))]
        return replace(case, points=case.points[:count], special_points=dict(special))


def read(path_or_name: str | Path | None = None) -> Definition:
    """Read a report definition.

    Parameters
    ----------
    path_or_name : str, Path or None
        A TOML file, or the bare name of a built-in definition, such as "seeds". None means the
        built-in "default".

    Returns
    -------
    Definition

    Raises
    ------
    DefinitionError
        If there is no such file or name, the file is no TOML, or a key is unknown or has a value
        that cannot be used. The message names the file, the key, what was expected and what came.

    Examples
    --------
    >>> definition = read("default")
    >>> definition.points, [stencil.name for stencil in definition.stencils][:2]
    ('all', ['forward', 'backward'])
    """
    file = _find("default" if path_or_name is None else path_or_name)
    table = parse(file)
    require_known(file, "", table, _READERS)
    read_values: dict[str, Any] = {}
    for key, reader in _READERS.items():
        if key in table:
            read_values |= reader(Value(file, key, table[key]))
    if "title" not in read_values:
        raise DefinitionError(f'{file}: title: missing; write title = "What the report is about"')
    return Definition(file=file, **read_values)


def _find(path_or_name: str | Path) -> Path:
    given = Path(path_or_name)
    if given.is_file():
        return given
    built_in = {file.stem: file for file in sorted(content.folder("reports").glob("*.toml"))}
    bare = len(given.parts) == 1
    if bare and given.name.removesuffix(".toml") in built_in:
        return built_in[given.name.removesuffix(".toml")]
    if given.is_dir():
        raise DefinitionError(f"{given}: a folder; give a TOML file or one of: {listing(built_in)}")
    hint = did_you_mean(given.stem, built_in) if bare else ""
    raise DefinitionError(
        f"{given}: no such report definition{hint}; give a TOML file or one of: {listing(built_in)}"
    )


def _title(value: Value) -> dict[str, Any]:
    return {"title": value.text("the title as text")}


def _introduction(value: Value) -> dict[str, Any]:
    return {"introduction": value.text("text to stand below the title")}


def _selection(value: Value) -> dict[str, Any]:
    expected = 'a table such as {cases = ["exp*"], tags = ["seed"], paths = ["my_cases"]}'
    if not isinstance(value.value, dict):
        raise value.wrong(expected)
    require_known(value.file, f"{value.key}.", value.value, ("cases", "tags", "paths"))
    fields: dict[str, Any] = {}
    if "cases" in value.value:
        fields["patterns"] = words(value.at("cases"), 'a list of names, such as ["exp*"]')
    if "tags" in value.value:
        fields["tags"] = words(value.at("tags"), 'a list of tags, such as ["seed"]')
    if "paths" in value.value:
        listed = value.at("paths").items('a list of paths, such as ["my_cases"]')
        fields["paths"] = tuple(existing(path) for path in listed)
    return fields


def _stencils(value: Value) -> dict[str, Any]:
    expected = 'a list such as ["forward", "central", {name = "skew", offsets = [-2, 0, 5]}]'
    listed = tuple(read_stencil(item) for item in value.items(expected))
    names = [formula.name for formula in listed]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise value.wrong("different stencils", f"{double!r} comes more than once")
    return {"stencils": listed}


def _steps(value: Value) -> dict[str, Any]:
    return {"steps": read_steps(value)}


def _chosen_points(value: Value) -> dict[str, Any]:
    number = value.value
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
        return {"points": number}
    if number not in _POINTS:
        hint = did_you_mean(number, _POINTS).removeprefix("; ") if isinstance(number, str) else ""
        raise value.wrong('"all", "general", "special", or how many points of each case', hint)
    return {"points": number}


def _template(value: Value) -> dict[str, Any]:
    expected = "a folder with templates (index.html, case.html, page.html, style.css)"
    folder = value.file.parent / value.text(expected)
    if not folder.is_dir():
        raise value.wrong(expected, f"there is no folder {folder}")
    return {"template": folder}


_READERS: Mapping[str, Callable[[Value], dict[str, Any]]] = {
    "title": _title,
    "introduction": _introduction,
    "selection": _selection,
    "stencils": _stencils,
    "steps": _steps,
    "points": _chosen_points,
    "template": _template,
}


def _names_a_pattern(error: SelectionError) -> bool:
    return str(error).startswith("no case is called")
