"""One derivative at several numbers: by its formulas, by differences, and the verdict."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.differences.estimate import Estimate
from gradcheck.lessons.markup import Column, error, number, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.parts.scalar import Scalar, numbered, scalars, variable_of
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Result

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scan:
    """The formulas for the derivative of one f at several numbers, and what differences say."""

    key: Value
    label: str
    """Which words name the table."""
    formulas: tuple[Scalar, ...]
    variable: str
    points: tuple[float, ...]
    values: Array
    """f, shape (points,)."""
    slopes: Array
    """What each formula says, shape (formulas, points)."""
    estimates: tuple[Estimate, ...]
    checks: tuple[Result, ...]
    """The first formula, point by point."""
    together: tuple[Result, ...]
    """Each formula at all points together."""

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)


def measure(setting: Setting) -> Scan:
    """Compare formulas for one derivative with differences at several numbers.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known("cases", "points", "variable", "label")
    formulas, points = scalars(setting, "cases"), setting.numbers("points")
    subject = formulas[0]
    return Scan(
        setting.value("points"),
        setting.text("label", "scan.table"),
        formulas,
        variable_of(setting),
        points,
        values=subject.values(points),
        slopes=np.stack([each.slopes(points) for each in formulas]),
        estimates=tuple(map(subject.estimate, points)),
        checks=tuple(subject.check([x]) for x in points),
        together=tuple(each.check(points) for each in formulas),
    )


class View:
    """What a text says about a scan."""

    def __init__(self, found: Scan, words: Words) -> None:
        self._found = found
        self._words = words
        self.count = len(found.points)

    @property
    def disagreement(self) -> float:
        """The largest relative difference between two of the formulas."""
        slopes = self._found.slopes
        apart = np.ptp(slopes, axis=0) / np.abs(slopes).max(axis=0)
        return float(apart.max())

    @property
    def widest_bar(self) -> float:
        """The widest error bar."""
        return max(float(each.error_bar) for each in self._found.estimates)

    @property
    def resolution(self) -> float:
        """The smallest relative error that the check of all points would have seen."""
        return self._found.together[0].resolution

    @property
    def evaluations(self) -> int:
        """So many values of f were needed for it."""
        return self._found.together[0].evaluations

    def says(self, number: int) -> Markup:
        """Write all that the tool prints about the first formula at a point; they count from 1."""
        return said.sentences(numbered(self._found.checks, number, self._found.key))

    @property
    def verdict(self) -> Markup:
        """What the tool prints about the first formula at all points together."""
        return said.headline(self._found.together[0])

    @property
    def table(self) -> Markup:
        """The table: a row a point."""
        found, words = self._found, self._words
        return table(
            [
                Column(said.letter(found.variable)),
                Column(Markup("{}({})").format(said.letter("f"), said.letter(found.variable))),
                *(
                    Column(said.named(words, each.derivative_formula(found.variable)))
                    for each in found.formulas
                ),
                *(Column(words(f"scan.{name}")) for name in ("numeric", "bar")),
                Column(words("scan.verdict"), "said"),
            ],
            [
                [
                    number(x),
                    number(found.values[row], 7),
                    *(number(slope, 10) for slope in found.slopes[:, row]),
                    number(float(found.estimates[row].value), 10),
                    error(float(found.estimates[row].error_bar)),
                    said.verdict(words, found.checks[row]),
                ]
                for row, x in enumerate(found.points)
            ],
            label=words(found.label),
        )
