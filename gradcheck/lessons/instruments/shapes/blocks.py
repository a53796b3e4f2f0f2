"""A case on one long vector, checked as a function of named arrays: "W1[2, 3]", not x[11]."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.structure import Structure
from gradcheck.model.case import Case
from gradcheck.output.toml_file import Value
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Result

Array = npt.NDArray[Any]
Shapes = Mapping[str, tuple[int, ...]]


def read_shapes(value: Value, size: int) -> dict[str, tuple[int, ...]]:
    """Read the shapes of the blocks of a vector with `size` elements: {W1 = [5, 4], b1 = [5, 1]}.

    Raises
    ------
    DefinitionError
        If they are no lists of sizes, or do not fill the vector.
    """
    expected = "the shape of each block, such as {W1 = [5, 4], b1 = [5, 1]}"
    if not isinstance(value.value, dict) or not value.value:
        raise value.wrong(expected)
    shapes = {name: _shape(value.at(name)) for name in value.value}
    filled = sum(int(np.prod(shape)) for shape in shapes.values())
    if filled != size:
        raise value.wrong(f"blocks of {size} numbers together", f"these have {filled}")
    return shapes


def _shape(value: Value) -> tuple[int, ...]:
    expected = "a list of sizes, such as [5, 4]"
    sizes = [item.value for item in value.items(expected)]
    if any(type(size) is not int or size < 1 for size in sizes):
        raise value.wrong(expected)
    return tuple(sizes)


def check_in_blocks(case: Case, shapes: Shapes) -> Result:
    """Check a case whose points are vectors as a function of a dict of arrays."""
    trees = [_cut(point, shapes) for point in case.points]
    structure = Structure(trees[0])
    f = _named(case.name, _on_trees(case.f, structure))
    return check(f, _cutting(case.df, structure), points=trees)


def _cut(x: Array, shapes: Shapes) -> dict[str, Array]:
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    parts = np.split(x, np.cumsum(sizes)[:-1])
    return {
        name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


def _on_trees(function: Callable[..., Any], structure: Structure) -> Callable[[Any], Any]:
    return lambda tree: function(structure.flatten(tree))


def _cutting(function: Callable[..., Any], structure: Structure) -> Callable[[Any], Any]:
    return lambda tree: structure.unflatten(function(structure.flatten(tree)))


def _named(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    function.__name__ = name
    return function
