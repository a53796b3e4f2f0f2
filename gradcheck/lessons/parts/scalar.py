"""A function of one number, as the tables and figures of a lesson look at it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from markupsafe import Markup, escape

from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.estimate import Estimate, differentiate
from gradcheck.differences.evaluate import evaluate, evaluate_derivative
from gradcheck.differences.reference import derivatives
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, DefinitionError, NotCertifiable
from gradcheck.lessons.markup import formula
from gradcheck.lessons.setting import Setting
from gradcheck.model.case import Case
from gradcheck.output.toml_file import Value
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Result

Array = npt.NDArray[np.float64]
T = TypeVar("T")

_LETTER_X = re.compile(r"(?<![A-Za-z\\])x(?![A-Za-z])")


@dataclass(frozen=True)
class Scalar:
    """A case R → R, and the key of the lesson's file that names it."""

    case: Case
    key: Value

    def values(self, x: npt.ArrayLike) -> Array:
        """Return f at many numbers, NaN where it has no value."""
        with self._named():
            return np.asarray(evaluate(self.case, np.asarray(x, float), output=()).values[:, 0])

    def slopes(self, x: npt.ArrayLike) -> Array:
        """Return what df says at many numbers."""
        with self._named():
            return np.asarray(evaluate_derivative(self.case, np.asarray(x, float), ())[:, 0, 0])

    def quotients(self, x: npt.ArrayLike, stencil: Stencil, h: float) -> Array:
        """Return the difference quotients at many numbers for one step."""
        with self._named():
            table = sweep(self._at(np.asarray(x, float)), stencils=[stencil], steps=[h])
        return table["numeric"].to_numpy(dtype=float)

    def truth(self, x: float, order: int = 1) -> float:
        """Return f⁽ᵒʳᵈᵉʳ⁾(x), certified and rounded to the nearest float64."""
        try:
            return float(derivatives(self.case, x, 1.0, order=order).mid[order, 0])
        except NotCertifiable as error:
            raise self._wrong(error) from None

    def truths(self, x: npt.ArrayLike, order: int = 1) -> Array:
        """Return f⁽ᵒʳᵈᵉʳ⁾ at many numbers, certified."""
        return np.array([self.truth(each, order) for each in np.asarray(x, float).tolist()])

    def formula(self, variable: str) -> Markup:
        """Write f as the case states it, or its name."""
        return written(self.case.formula, variable, self.case.name)

    def derivative_formula(self, variable: str) -> Markup:
        """Write df as the case states it, or its name."""
        return written(self.case.derivative_formula, variable, self.case.name)

    def check(self, x: Sequence[float]) -> Result:
        """Ask whether df is right at these points together."""
        with self._named():
            return check(self._at(x))

    def estimate(self, x: float) -> Estimate:
        """Return the derivative by differences alone, with its error bar."""
        with self._named():
            return differentiate(self.case.f, x)

    def _at(self, x: Sequence[float] | Array) -> Case:
        return replace(self.case, points=tuple(map(np.asarray, x)), special_points={})

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Name file and key where the case cannot be used."""
        try:
            yield
        except CaseError as error:
            raise self._wrong(error) from None

    def _wrong(self, error: Exception) -> DefinitionError:
        return DefinitionError(f"{self.key.file}: {self.key.key}: {error}")


def scalar(setting: Setting, key: str = "case") -> Scalar:
    """Read the name of a case R → R.

    Raises
    ------
    DefinitionError
        If there is no such case, or it takes or returns more than one number.
    """
    return _of_one_number(setting, setting.value(key))


def scalars(setting: Setting, key: str) -> tuple[Scalar, ...]:
    """Read a list of names of cases R → R."""
    items = setting.value(key).items("a list of names of cases")
    return tuple(_of_one_number(setting, item) for item in items)


def numbered(items: Sequence[T], number: int, key: Value) -> T:
    """Return one of the items that a key lists, as a text counts them: from 1.

    Raises
    ------
    DefinitionError
        If there are fewer.
    """
    if not 1 <= number <= len(items):
        raise DefinitionError(
            f"{key.file}: {key.key}: the text asks for number {number}, but there are {len(items)}"
        )
    return items[number - 1]


def variable_of(setting: Setting) -> str:
    """Read the letter that stands for x in the formulas."""
    letter = setting.text("variable", "x")
    if len(letter) != 1 or not letter.isalpha():
        raise setting.value("variable").wrong('a letter, such as "z"')
    return letter


def written(latex: str, variable: str, name: str) -> Markup:
    """Write a formula of a case in a letter of its own, or the case's name where it has none."""
    if not latex:
        return escape(name)
    return formula(_LETTER_X.sub(variable, latex))


def _of_one_number(setting: Setting, value: Value) -> Scalar:
    case = setting.case_at(value)
    if not case.all_points or any(point.shape != () for point in case.all_points):
        raise value.wrong("a case of one number", f"{case.name} takes an array")
    if evaluate(case, np.stack(case.all_points)).output != ():
        raise value.wrong("a case that returns one number", f"{case.name} returns an array")
    return Scalar(case, value)


def relative_error(value: npt.ArrayLike, truth: npt.ArrayLike) -> Array:
    """Return |value - truth| / |truth|; 0 where both vanish, NaN where there is no value.

    Examples
    --------
    >>> relative_error([1.5, 0.0, 1.0], [1.0, 0.0, 0.0])
    array([0.5, 0. , inf])
    """
    value, truth = np.asarray(value, float), np.asarray(truth, float)
    with np.errstate(all="ignore"):
        error = np.abs(value - truth) / np.abs(truth)
    return np.where(value == truth, 0.0, error)
