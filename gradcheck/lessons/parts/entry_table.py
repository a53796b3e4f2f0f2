"""The entries of a check at one point, for the eye: a, n, their ratio and their difference."""

import math

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.lessons.markup import Column, error, fixed, number, table
from gradcheck.lessons.words import Words
from gradcheck.output.verdict_name import input_names
from gradcheck.verdict.result import Result


def entry_table(result: Result, point: int, words: Words, *, label: str) -> Markup:
    """Write a table with a row for each input: its value, a, n with its error bar, a/n and a - n.

    All have the same number of decimals; a difference that the error bar explains is written with
    two digits instead.
    """
    entries = result.entries
    rows = np.flatnonzero(entries.point == point)
    names = input_names(result, point, entries.input[rows])
    at = result.case.all_points[point].ravel()[entries.input[rows]]
    columns = (
        Column(words("game.entry"), "words"),
        Column(words("game.analytic")),
        Column(Markup("n <small>± {}</small>").format(words("game.error-bar"))),
        Column(words("game.ratio")),
        Column(words("game.difference")),
    )
    places = _places(np.concatenate([entries.analytic[rows], entries.numeric[rows]]))
    cells = [
        (Markup("{} <small>= {}</small>").format(name, number(x, 4)),
         fixed(entries.analytic[row], places), _numeric(result, row, places),
         number(_ratio(result, row), 5), _difference(result, row, places))
        for name, x, row in zip(names, at, rows.tolist(), strict=True)
    ]  # fmt: skip
    return table(columns, cells, label=label, style="entries")


def _places(values: npt.NDArray[np.float64]) -> int:
    """Return how many decimals show five digits of the largest value."""
    largest = float(np.abs(values).max())
    return max(0, 4 - math.floor(math.log10(largest))) if largest > 0 else 1


def _numeric(result: Result, row: int, places: int) -> Markup:
    entries = result.entries
    return Markup("{} <small>± {}</small>").format(
        fixed(entries.numeric[row], places), error(entries.error_bar[row])
    )


def _ratio(result: Result, row: int) -> float:
    with np.errstate(all="ignore"):
        return float(result.entries.analytic[row] / result.entries.numeric[row])


def _difference(result: Result, row: int, places: int) -> Markup:
    entries = result.entries
    difference = float(entries.analytic[row] - entries.numeric[row])
    explained = abs(difference) <= entries.error_bar[row] + entries.materiality[row]
    return error(difference) if explained else fixed(difference, places)
