"""Values of a TOML file with their places, so that a mistake is named with file and key."""

import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from gradcheck.differences.stencil import NAMED, Stencil, stencil
from gradcheck.differences.steps import listed_steps
from gradcheck.errors import DefinitionError, StencilError, StepError

T = TypeVar("T")

MOST_STEPS = 1000
"""More steps than that are a typing error, not a report."""


@dataclass(frozen=True)
class Value:
    """A value of the TOML file, with its place for messages."""

    file: Path
    key: str
    value: Any

    def at(self, key: str | int) -> "Value":
        """Return an inner value with its place."""
        inner = f"{self.key}[{key}]" if isinstance(key, int) else f"{self.key}.{key}"
        return Value(self.file, inner, self.value[key])

    def wrong(self, expected: str, advice: str = "") -> DefinitionError:
        """Make the error that names file, key, what was expected and what came."""
        hint = f"; {advice}" if advice else ""
        return DefinitionError(
            f"{self.file}: {self.key}: expected {expected}, got {_short(self.value)}{hint}"
        )

    def items(self, expected: str) -> list["Value"]:
        """Return the values of a list that is not empty."""
        if not isinstance(self.value, list) or not self.value:
            raise self.wrong(expected)
        return [self.at(number) for number in range(len(self.value))]

    def text(self, expected: str) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong(expected)
        return self.value.strip()

    def number(self, expected: str) -> float:
        """Return a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong(expected)
        return self.value


def parse(file: Path) -> dict[str, Any]:
    """Read a TOML file."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{file}: not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{file}: not UTF-8 text, which TOML is: {error}") from None
    except OSError as error:
        raise DefinitionError(f"{file}: cannot be read: {error.strerror}") from None


def require_known(
    file: Path, prefix: str, table: Mapping[str, object], known: Iterable[str]
) -> None:
    """Raise if a table has a key that is not among the known ones."""
    for key in table:
        if key not in known:
            raise DefinitionError(
                f"{file}: {prefix}{key}: unknown key{did_you_mean(key, known)}; "
                f"there are: {listing(known)}"
            )


def words(value: Value, expected: str) -> tuple[str, ...]:
    """Read a list of words."""
    return tuple(item.text("text") for item in value.items(expected))


def existing(value: Value) -> Path:
    """Read a path that exists, relative to the folder of the file."""
    path = value.file.parent / value.text("a path, relative to the definition's folder")
    if not path.exists():
        raise value.wrong(
            "a case file or a folder of case files",
            f"there is no {path}; paths are relative to the definition's folder",
        )
    return path


def read_stencil(item: Value) -> Stencil:
    """Read a stencil: its name, or a table with offsets."""
    if isinstance(item.value, str) and item.value in NAMED:
        return NAMED[item.value]
    if isinstance(item.value, str):
        hint = did_you_mean(item.value, NAMED).removeprefix("; ")
        raise item.wrong(f"a stencil's name ({listing(NAMED)}), or a table with offsets", hint)
    if not isinstance(item.value, dict):
        raise item.wrong("a stencil's name, or a table such as {offsets = [-2, 0, 5]}")
    require_known(item.file, f"{item.key}.", item.value, ("name", "offsets"))
    if "offsets" not in item.value:
        raise item.wrong("a table with offsets, such as {offsets = [-2, 0, 5]}")
    offsets = [o.number("a number, in units of h") for o in item.at("offsets").items("a list")]
    name = item.at("name").text("a name as text") if "name" in item.value else None
    return _made(item, StencilError, lambda: stencil(offsets, name=name))


def read_steps(value: Value) -> tuple[float, ...] | None:
    """Read step sizes, used literally; None stands for the default ones."""
    expected = '"default", a list such as [1e-1, 1e-2], or {largest = 1.0, smallest = 1e-12}'
    if value.value == "default":
        return None
    if isinstance(value.value, dict):
        return _geometric(value)
    numbers = [item.number("a step size as a number") for item in value.items(expected)]
    if len(numbers) > MOST_STEPS:
        raise DefinitionError(
            f"{value.file}: {value.key}: expected at most {MOST_STEPS} steps, got {len(numbers)}"
        )
    listed = _made(value, StepError, lambda: listed_steps([float(h) for h in numbers]))
    if len(set(numbers)) != len(numbers):
        raise value.wrong("different step sizes", "leave out the repeated ones")
    return tuple(listed.tolist())


def _geometric(value: Value) -> tuple[float, ...]:
    """Return the steps from `largest` to `smallest`: `count` of them, or one per factor of two."""
    expected = "a table such as {largest = 1.0, smallest = 1e-12, count = 25}"
    require_known(value.file, f"{value.key}.", value.value, ("largest", "smallest", "count"))
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


def _halving(value: Value, largest: float, smallest: float) -> tuple[float, ...]:
    """List largest, largest / 2, largest / 4, ... as far as `smallest`."""
    steps = [largest]
    while steps[-1] / 2 >= smallest:
        steps.append(steps[-1] / 2)
    if len(steps) > MOST_STEPS:
        raise value.wrong(f"at most {MOST_STEPS} steps", "give a count, or a larger smallest")
    return tuple(steps)


def _made(value: Value, error_type: type[Exception], make: Callable[[], T]) -> T:
    """Call `make`, and name file and key if it refuses."""
    try:
        return make()
    except error_type as error:
        raise DefinitionError(f"{value.file}: {value.key}: {error}") from None


def did_you_mean(given: object, known: Iterable[str]) -> str:
    """Suggest the nearest known name, if one is near."""
    near = get_close_matches(str(given), list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def listing(names: Iterable[str]) -> str:
    """Join names for a message."""
    return ", ".join(names)


def _short(value: object, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
