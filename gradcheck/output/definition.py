"""Report definitions: which cases, stencils, steps and points a report shows, read from TOML.

A definition is data: reading one runs no code. `reports/README.md` explains every key.
"""

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from gradcheck import content
from gradcheck.behaviour.sweep import DEFAULT_STENCILS
from gradcheck.differences.stencil import NAMED, Stencil, stencil
from gradcheck.differences.steps import listed_steps
from gradcheck.errors import DefinitionError, LoadingError, SelectionError, StencilError, StepError
from gradcheck.model.case import Case
from gradcheck.model.loading import load_cases
from gradcheck.model.registry import Registry

T = TypeVar("T")

MOST_STEPS = 1000
"""More steps than that are a typing error, not a report."""

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
    table = _parse(file)
    _require_known(file, "", table, _READERS)
    read_values: dict[str, Any] = {}
    for key, reader in _READERS.items():
        if key in table:
            read_values |= reader(_Value(file, key, table[key]))
    if "title" not in read_values:
        raise DefinitionError(f'{file}: title: missing; write title = "What the report is about"')
    return Definition(file=file, **read_values)


@dataclass(frozen=True)
class _Value:
    """A value of the TOML file, with its place for messages."""

    file: Path
    key: str
    value: Any

    def at(self, key: str | int) -> "_Value":
        inner = f"{self.key}[{key}]" if isinstance(key, int) else f"{self.key}.{key}"
        return _Value(self.file, inner, self.value[key])

    def wrong(self, expected: str, advice: str = "") -> DefinitionError:
        hint = f"; {advice}" if advice else ""
        return DefinitionError(
            f"{self.file}: {self.key}: expected {expected}, got {_short(self.value)}{hint}"
        )

    def items(self, expected: str) -> list["_Value"]:
        if not isinstance(self.value, list) or not self.value:
            raise self.wrong(expected)
        return [self.at(number) for number in range(len(self.value))]

    def text(self, expected: str) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong(expected)
        return self.value.strip()

    def number(self, expected: str) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong(expected)
        return self.value


def _find(path_or_name: str | Path) -> Path:
    given = Path(path_or_name)
    if given.is_file():
        return given
    built_in = {file.stem: file for file in sorted(content.folder("reports").glob("*.toml"))}
    bare = len(given.parts) == 1
    if bare and given.name.removesuffix(".toml") in built_in:
        return built_in[given.name.removesuffix(".toml")]
    if given.is_dir():
        raise DefinitionError(f"{given}: a folder; give a TOML file or one of: {_list(built_in)}")
    hint = _did_you_mean(given.stem, built_in) if bare else ""
    raise DefinitionError(
        f"{given}: no such report definition{hint}; give a TOML file or one of: {_list(built_in)}"
    )


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{file}: not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{file}: not UTF-8 text, which TOML is: {error}") from None
    except OSError as error:
        raise DefinitionError(f"{file}: cannot be read: {error.strerror}") from None


def _require_known(
    file: Path, prefix: str, table: Mapping[str, object], known: Iterable[str]
) -> None:
    for key in table:
        if key not in known:
            raise DefinitionError(
                f"{file}: {prefix}{key}: unknown key{_did_you_mean(key, known)}; "
                f"there are: {_list(known)}"
            )


def _title(value: _Value) -> dict[str, Any]:
    return {"title": value.text("the title as text")}


def _introduction(value: _Value) -> dict[str, Any]:
    return {"introduction": value.text("text to stand below the title")}


def _selection(value: _Value) -> dict[str, Any]:
    expected = 'a table such as {cases = ["exp*"], tags = ["seed"], paths = ["my_cases"]}'
    if not isinstance(value.value, dict):
        raise value.wrong(expected)
    _require_known(value.file, f"{value.key}.", value.value, ("cases", "tags", "paths"))
    fields: dict[str, Any] = {}
    if "cases" in value.value:
        fields["patterns"] = _words(value.at("cases"), 'a list of names, such as ["exp*"]')
    if "tags" in value.value:
        fields["tags"] = _words(value.at("tags"), 'a list of tags, such as ["seed"]')
    if "paths" in value.value:
        listed = value.at("paths").items('a list of paths, such as ["my_cases"]')
        fields["paths"] = tuple(_existing(path) for path in listed)
    return fields


def _words(value: _Value, expected: str) -> tuple[str, ...]:
    return tuple(item.text("text") for item in value.items(expected))


def _existing(value: _Value) -> Path:
    path = value.file.parent / value.text("a path, relative to the definition's folder")
    if not path.exists():
        raise value.wrong(
            "a case file or a folder of case files",
            f"there is no {path}; paths are relative to the definition's folder",
        )
    return path


def _stencils(value: _Value) -> dict[str, Any]:
    expected = 'a list such as ["forward", "central", {name = "skew", offsets = [-2, 0, 5]}]'
    listed = tuple(_stencil(item) for item in value.items(expected))
    names = [formula.name for formula in listed]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise value.wrong("different stencils", f"{double!r} comes more than once")
    return {"stencils": listed}


def _stencil(item: _Value) -> Stencil:
    if isinstance(item.value, str) and item.value in NAMED:
        return NAMED[item.value]
    if isinstance(item.value, str):
        hint = _did_you_mean(item.value, NAMED).removeprefix("; ")
        raise item.wrong(f"a stencil's name ({_list(NAMED)}), or a table with offsets", hint)
    if not isinstance(item.value, dict):
        raise item.wrong("a stencil's name, or a table such as {offsets = [-2, 0, 5]}")
    _require_known(item.file, f"{item.key}.", item.value, ("name", "offsets"))
    if "offsets" not in item.value:
        raise item.wrong("a table with offsets, such as {offsets = [-2, 0, 5]}")
    offsets = [o.number("a number, in units of h") for o in item.at("offsets").items("a list")]
    name = item.at("name").text("a name as text") if "name" in item.value else None
    return _made(item, StencilError, lambda: stencil(offsets, name=name))


def _steps(value: _Value) -> dict[str, Any]:
    expected = '"default", a list such as [1e-1, 1e-2], or {largest = 1.0, smallest = 1e-12}'
    if value.value == "default":
        return {"steps": None}
    if isinstance(value.value, dict):
        return {"steps": _geometric(value)}
    numbers = [item.number("a step size as a number") for item in value.items(expected)]
    if len(numbers) > MOST_STEPS:
        raise DefinitionError(
            f"{value.file}: {value.key}: expected at most {MOST_STEPS} steps, got {len(numbers)}"
        )
    listed = _made(value, StepError, lambda: listed_steps([float(h) for h in numbers]))
    if len(set(numbers)) != len(numbers):
        raise value.wrong("different step sizes", "leave out the repeated ones")
    return {"steps": tuple(listed.tolist())}


def _geometric(value: _Value) -> tuple[float, ...]:
    """Return the steps from `largest` to `smallest`: `count` of them, or one per factor of two."""
    expected = "a table such as {largest = 1.0, smallest = 1e-12, count = 25}"
    _require_known(value.file, f"{value.key}.", value.value, ("largest", "smallest", "count"))
    if not {"largest", "smallest"} <= value.value.keys():
        raise value.wrong(expected)
    largest = float(value.at("largest").number("a step size as a number"))
    smallest = float(value.at("smallest").number("a step size as a number"))
    if not 0.0 < smallest < largest < math.inf:
        raise value.wrong("0 < smallest < largest, both finite")
    if "count" not in value.value:
        return _halving(value, largest, smallest)
    count = value.at("count").value
    if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= MOST_STEPS:
        raise value.at("count").wrong(f"a whole number from 2 to {MOST_STEPS}")
    ratio = smallest / largest
    inner = [largest * ratio ** (k / (count - 1)) for k in range(1, count - 1)]
    return (largest, *inner, smallest)


def _halving(value: _Value, largest: float, smallest: float) -> tuple[float, ...]:
    """List largest, largest / 2, largest / 4, ... as far as `smallest`."""
    steps = [largest]
    while steps[-1] / 2 >= smallest:
        steps.append(steps[-1] / 2)
    if len(steps) > MOST_STEPS:
        raise value.wrong(f"at most {MOST_STEPS} steps", "give a count, or a larger smallest")
    return tuple(steps)


def _chosen_points(value: _Value) -> dict[str, Any]:
    number = value.value
    if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
        return {"points": number}
    if number not in _POINTS:
        hint = _did_you_mean(number, _POINTS).removeprefix("; ") if isinstance(number, str) else ""
        raise value.wrong('"all", "general", "special", or how many points of each case', hint)
    return {"points": number}


def _template(value: _Value) -> dict[str, Any]:
    expected = "a folder with templates (index.html, case.html, page.html, style.css)"
    folder = value.file.parent / value.text(expected)
    if not folder.is_dir():
        raise value.wrong(expected, f"there is no folder {folder}")
    return {"template": folder}


_READERS: Mapping[str, Callable[[_Value], dict[str, Any]]] = {
    "title": _title,
    "introduction": _introduction,
    "selection": _selection,
    "stencils": _stencils,
    "steps": _steps,
    "points": _chosen_points,
    "template": _template,
}


def _made(value: _Value, error_type: type[Exception], make: Callable[[], T]) -> T:
    """Call `make`, and name file and key if it refuses."""
    try:
        return make()
    except error_type as error:
        raise DefinitionError(f"{value.file}: {value.key}: {error}") from None


def _names_a_pattern(error: SelectionError) -> bool:
    return str(error).startswith("no case is called")


def _did_you_mean(given: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(given), list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
