"""Functions of x and f(x) that derivatives have as factors: what claimed / true may be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.ratios import only, survive

Array = npt.NDArray[Any]

_Signs = Mapping[float, str]
_PLAIN: tuple[_Signs, _Signs] = ({-1.0: "-", 0.5: "", -0.5: "-"}, {0.5: "/2", -0.5: "/2"})
_INVERSE: tuple[_Signs, _Signs] = ({1.0: "1/", -1.0: "-1/", 0.5: "2/", -0.5: "-2/"}, {})
"""What stands before and after g for some sizes, in size g and in 1/(size g)."""
_LAST_BITS = 2.0**-50
"""How far off values of f are, relatively; where that matters, so is the candidate."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A function by name, and its values at the entries."""

    name: str
    values: Array
    errors: Array

    def ratio(self, size: float, *, inverse: bool) -> tuple[Array, Array]:
        """Return size g, or 1/(size g), and the bound for its error."""
        product, error = size * self.values, abs(size) * self.errors
        return (1 / product, error / product**2) if inverse else (product, error)

    def text(self, size: float, *, inverse: bool = False) -> str:
        """Write size g, or 1/(size g)."""
        if size == 1 and not inverse:
            return self.name
        inner = f"({self.name})" if " " in self.name else self.name
        before, after = _INVERSE if inverse else _PLAIN
        if size in before:
            return f"{before[size]}{inner}{after.get(size, '')}"
        return f"1/({size:.6g} {inner})" if inverse else f"{size:.6g} {inner}"


def of_entries(evidence: Evidence) -> Iterator[Candidate]:
    """Yield the functions of the entry's own x, and of its own f where that is more than one."""
    if evidence.layout is Layout.ELEMENTWISE or evidence.outputs > 1 or evidence.inputs == 1:
        for name, function in _OF_F.items():
            yield _candidate(name, function, evidence.y)
    for name, function in _OF_X.items():
        yield _candidate(name, function, evidence.x)


def own_input(evidence: Evidence) -> Candidate:
    """Return the entry's own x."""
    return _candidate("x", lambda x: x, evidence.x)


def of_points(evidence: Evidence) -> Iterator[Candidate]:
    """Yield functions that are the same for all entries of a point."""
    if evidence.outputs == 1:
        functions = _OF_SCALED_F if evidence.inputs == 1 else {**_OF_F, **_OF_SCALED_F}
        for name, function in functions.items():
            yield _candidate(name, function, evidence.y)
    flat = {"x": [sample.x for sample in evidence.samples]} if evidence.inputs > 1 else {}
    if evidence.outputs > 1:
        flat["f(x)"] = [sample.y for sample in evidence.samples]
    for letter, vectors in flat.items():
        for name, function in _OF_VECTOR.items():
            values = np.array([function(vector) for vector in vectors])[evidence.point]
            yield Candidate(
                name=name.format(letter), values=values, errors=_LAST_BITS * np.abs(values)
            )


def special(evidence: Evidence, rows: npt.NDArray[np.intp]) -> bool:
    """Tell whether some wrong entries agree with a single function of x or f(x) as well.

    At special points, such as x = 2 or f(x) = 2, that is so for many a constant.
    """
    some = only(evidence, rows)
    candidates = [own_input(some), *of_entries(some), *of_points(some)]
    ratios = [each.ratio(1.0, inverse=inverse) for each in candidates for inverse in (False, True)]
    values, errors = (np.array(arrays) for arrays in zip(*ratios, strict=True))
    return bool(survive(some, values, errors).any())


def _candidate(name: str, function: Callable[[Array], Array], at: Array) -> Candidate:
    values = function(at)
    errors = np.abs(function(at * (1 + _LAST_BITS)) - values)
    return Candidate(name=name, values=values, errors=errors)


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


_OF_X: dict[str, Callable[[Array], Array]] = {
    "x²": np.square,
    "√x": np.sqrt,
    "e^x": np.exp,
    "cos x": np.cos,
    "sin x": np.sin,
    "ln x": np.log,
    "1 - x": lambda x: 1 - x,
    "1 + x": lambda x: 1 + x,
    "x (1 - x)": lambda x: x * (1 - x),
    "1 - x²": lambda x: 1 - x * x,
    "1 + x²": lambda x: 1 + x * x,
    "sigmoid(x)": _sigmoid,
    "sigmoid'(x)": lambda x: _sigmoid(x) * _sigmoid(-x),
    "sech² x": lambda x: np.cosh(x) ** -2,
}
_OF_F: dict[str, Callable[[Array], Array]] = {
    "f": lambda f: f,
    "1 - f": lambda f: 1 - f,
    "f (1 - f)": lambda f: f * (1 - f),
    "1 - f²": lambda f: 1 - f * f,
    "1 + f": lambda f: 1 + f,
    "1 + f²": lambda f: 1 + f * f,
    "f²": np.square,
    "f / (1 - f)": lambda f: f / (1 - f),
    "(1 + f) / (1 - f)": lambda f: (1 + f) / (1 - f),
}
_OF_SCALED_F: dict[str, Callable[[Array], Array]] = {"2 f": lambda f: 2 * f, "e^f": np.exp}
_OF_VECTOR: dict[str, Callable[[Array], Array]] = {
    "the norm of {}": lambda v: np.sqrt(v @ v),
    "the squared norm of {}": lambda v: v @ v,
    "the sum of {}": lambda v: v.sum(),
    "the sum of |{}|": lambda v: np.abs(v).sum(),
    "the largest |{}|": lambda v: np.abs(v).max(),
}
