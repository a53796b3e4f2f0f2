"""The instrument "reading": wrong gradients of one function, by their ratios and differences.

[guide]
kind = "reading"
cases = ["reading-sign", "reading-factor"]     # all at the point x
x = [1.0, -2.0, 0.5]
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.lessons.markup import Column, number, table
from gradcheck.lessons.setting import Setting, at_points
from gradcheck.lessons.words import Words
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reading:
    """The checks by the name of the case."""

    results: Mapping[str, Result]

    def view(self, words: Words) -> "ReadingView":
        """Return it in one language."""
        return ReadingView(self, words)


def measure(setting: Setting) -> Reading:
    """Check each case at the point.

    Raises
    ------
    DefinitionError
        If a key is missing or unknown, or a case cannot be taken there.
    """
    setting.require_known("cases", "x")
    x = setting.point()
    cases = [at_points(case, [x], setting.value("x")) for case in setting.listed_cases()]
    return Reading({case.name: check(case) for case in cases})


@dataclass(frozen=True)
class ReadingView:
    """What a text uses of it."""

    measured: Reading
    words: Words

    @property
    def x(self) -> Markup:
        """The point."""
        return Markup(", ").join(number(value, 4) for value in self._any.case.points[0].tolist())

    @property
    def numeric(self) -> Markup:
        """The derivatives by differences, which are the same for all."""
        _, numeric, _ = _columns(self._any)
        return Markup(", ").join(number(value, 4) for value in numeric.tolist())

    @property
    def _any(self) -> Result:
        return next(iter(self.measured.results.values()))

    @property
    def table(self) -> Markup:
        """What a/n and a - n look like, and what there is to see: a row a case."""
        columns = [
            Column(self.words("reading.mistake"), "words"),
            Column(self.words("reading.analytic"), "list"),
            Column(self.words("reading.numeric"), "list"),
            Column(self.words("reading.ratio"), "list"),
            Column(self.words("reading.difference"), "list"),
        ]
        rows = [self._row(name, result) for name, result in self.measured.results.items()]
        return table(columns, rows, label=self.words("reading.table"), style="reading")

    def _row(self, name: str, result: Result) -> list[Markup | str]:
        analytic, numeric, bar = _columns(result)
        apart = analytic - numeric
        return [
            Markup("{}<small>{}</small>").format(
                self.words(f"reading.{name}"), self.words(f"reading.{name}-how")
            ),
            _listed(analytic),
            _listed(numeric),
            _listed(analytic / numeric),
            _listed(np.where(np.abs(apart) <= bar, 0.0, apart)),
        ]


def _columns(result: Result) -> tuple[Array, Array, Array]:
    """Return a, n, and the difference that the error bar and rounding explain."""
    entries = result.entries
    return (
        np.asarray(entries.analytic, dtype=np.float64),
        np.asarray(entries.numeric, dtype=np.float64),
        np.asarray(entries.error_bar + entries.materiality, dtype=np.float64),
    )


def _listed(values: Array) -> Markup:
    """Write the entries below each other."""
    return Markup(" ").join(number(value, 4) for value in values.tolist())
