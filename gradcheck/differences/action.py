"""A user's function of x and a vector, such as a JVP: called with copies of both, and watched."""

from collections.abc import Callable
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import text_of
from gradcheck.differences.probe import Probe
from gradcheck.model.case import Case

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@final
class Action:
    """What a derivative does to a vector: ``function(x, v)``.

    Every call gets a fresh copy of x; whoever calls it with a vector hands over a copy, as a Probe
    does.
    """

    def __init__(self, function: Callable[..., Any], name: str, role: str) -> None:
        self._function = function
        self._name = name
        self._role = role
        self.mutation = ""
        """What it changed of x, and where; "" as long as it behaved."""

    def __call__(self, x: Array | float, v: Array | float) -> Any:
        """Call it, and let through what it raises."""
        point = np.asarray(x, dtype=np.float64)
        argument = point.copy()
        value = self._function(argument[()], v)
        if argument.tobytes() != point.tobytes() and not self.mutation:
            self.mutation = f"{self._role} changed its argument x = {text_of(point)}"
        return value

    def at(self, x: Array, shape: Shape) -> Probe:
        """Return it as a function of the vector alone, of this shape, at a fixed x."""
        map_ = Case(self._name, f=lambda v: self(x, v), df=self._function)
        return Probe(map_, "f", shape)

    def matrix(self, x: Array | float, vectors: Array, shape: Shape) -> Array:
        """Return what it gives for the vectors (count, size), of this shape, one result a row."""
        results = [np.array(self(x, v.copy().reshape(shape)[()])) for v in vectors]
        return np.stack(results)
