"""What a block of a lesson's TOML file says: an instrument, with its case, point and steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, DefinitionError, SelectionError
from gradcheck.model.case import Case
from gradcheck.model.registry import Registry
from gradcheck.output.toml_file import Value, read_stencil, read_steps, require_known

Array = npt.NDArray[np.float64]

EXAMPLE = "example"
"""The block whose values stand in for what another block leaves out: the one a teacher changes."""

EXAMPLE_KEYS = ("case", "x", "steps", "stencils")


@dataclass(frozen=True)
class Setting:
    """One block of a lesson's TOML file, read key by key.

    Every reader raises `DefinitionError` naming file, block and key, what was expected and what
    came. What the block leaves out is looked up in the block `[example]`.
    """

    block: Value
    """The block, a table."""
    example: Mapping[str, Value]
    """The values of the block `[example]`."""
    cases: Registry
    """The built-in cases, those of the lessons, and those of `paths`."""

    @property
    def name(self) -> str:
        """The name of the block."""
        return self.block.key

    def require_known(self, *keys: str) -> None:
        """Raise if the block has a key that is not among these (`kind` is known anyway)."""
        require_known(self.block.file, f"{self.name}.", self.block.value, ("kind", *keys))

    def has(self, key: str) -> bool:
        """Tell whether the block, or the example in its place, gives a value."""
        return key in self.block.value or key in self.example

    def value(self, key: str) -> Value:
        """Return the value of the block, or that of the example."""
        if key in self.block.value:
            return self.block.at(key)
        if key in self.example:
            return self.example[key]
        raise DefinitionError(f"{self.block.file}: {self.name}.{key}: missing")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text."""
        if default is not None and not self.has(key):
            return default
        return self.value(key).text("text")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(item.text("text") for item in self.value(key).items("a list of texts"))

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number."""
        if default is not None and not self.has(key):
            return default
        return float(self.value(key).number("a number"))

    def numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of numbers."""
        items = self.value(key).items("a list of numbers")
        return tuple(float(item.number("a number")) for item in items)

    def case(self, key: str = "case") -> Case:
        """Return the case that a key names."""
        return self.case_at(self.value(key))

    def listed_cases(self, key: str = "cases") -> tuple[Case, ...]:
        """Return the cases that a key lists by name."""
        return tuple(self.case_at(item) for item in self.value(key).items("a list of case names"))

    def case_at(self, value: Value) -> Case:
        """Return the case that a value names."""
        name = value.text("the name of a case")
        try:
            return self.cases[name]
        except SelectionError as error:
            raise DefinitionError(f"{value.file}: {value.key}: {error}") from None

    def point(self, key: str = "x") -> Array:
        """Return a point: a number, or a list of numbers."""
        value = self.value(key)
        if isinstance(value.value, list):
            items = value.items("a point: a number, or a list of numbers")
            return np.array([float(item.number("a number")) for item in items])
        return np.array(float(value.number("a point: a number, or a list of numbers")))

    def case_at_point(self, case: str = "case", point: str = "x") -> Case:
        """Return the case with that one point in place of its own.

        Raises
        ------
        DefinitionError
            If the case cannot be taken there.
        """
        return at_points(self.case(case), [self.point(point)], self.value(point))

    def stencils(self, key: str = "stencils") -> tuple[Stencil, ...]:
        """Return stencils: names, or tables with offsets."""
        return tuple(read_stencil(item) for item in self.value(key).items("a list of stencils"))

    def steps(self, key: str = "steps") -> tuple[float, ...]:
        """Return step sizes: a list, or {largest = 1.0, smallest = 1e-16, count = 17}."""
        value = self.value(key)
        steps = read_steps(value)
        if steps is None:
            raise value.wrong("a list of step sizes, or {largest = 1.0, smallest = 1e-16}")
        return steps


def at_points(case: Case, points: Sequence[npt.ArrayLike], value: Value) -> Case:
    """Return the case with other points in place of its own; `value` is where they were read."""
    try:
        return replace(case, points=tuple(np.asarray(point) for point in points), special_points={})
    except CaseError as error:
        raise DefinitionError(f"{value.file}: {value.key}: {error}") from None
