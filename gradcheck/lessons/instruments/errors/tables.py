"""Error tables of a lesson: which columns there are, and how their cells are set."""

import math
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from gradcheck.differences.evaluate import Status
from gradcheck.errors import DefinitionError
from gradcheck.lessons import markup
from gradcheck.lessons.instruments.errors.rows import Reading, Readings, Row
from gradcheck.lessons.markup import Cell, Column
from gradcheck.lessons.words import Words
from gradcheck.output.html import NONE
from gradcheck.output.toml_file import did_you_mean, listing

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

MARKS = {
    "truncation": "truncation",
    "rounding": "rounding",
    "balance": "balance",
    "step-lost": "rounding",
    "exact": "good",
}
"""The mark of a row by its regime."""

_NUMBERS: Mapping[str, Callable[[Row], Markup]] = {
    "h": lambda row: markup.step(row.h),
    "difference": lambda row: _number(row.difference, 10),
    "numeric": lambda row: _number(row.numeric, 13),
    "all_digits": lambda row: _finite(row.numeric, markup.exactly),
    "mended": lambda row: _number(row.mended, 16),
    "arrived": lambda row: _finite(row.arrived, markup.exactly),
    "error": lambda row: markup.error(row.error),
    "abs_error": lambda row: markup.error(row.abs_error),
    "rel_error": lambda row: markup.error(row.rel_error),
    "truncation": lambda row: markup.error(row.truncation),
    "rounding": lambda row: markup.error(row.rounding),
    "scaled": lambda row: _number(row.scaled, 4),
    "digits": lambda row: markup.fixed(row.digits, 1),
}

COLUMNS = (*_NUMBERS, "regime")
"""The columns that a text can ask for."""


def steps_table(reading: Reading, names: Sequence[str], words: Words, *, label: str) -> Markup:
    """Write a table with a row for each step.

    Raises
    ------
    DefinitionError
        If there is no such column.
    """
    for name in names:
        if name not in COLUMNS:
            raise DefinitionError(
                f"there is no column {name!r} of an error table{did_you_mean(name, COLUMNS)}; "
                f"there are: {listing(COLUMNS)}"
            )
    columns = [
        Column(head(words, name, reading), "word" if name == "regime" else "num") for name in names
    ]
    rows = [[cell(row, name, words) for name in names] for row in reading.rows]
    marks = [MARKS.get(_regime(row), "") for row in reading.rows] if "regime" in names else ()
    return markup.table(columns, rows, label=label, marks=marks)


def orders_table(readings: Sequence[Reading], words: Words, *, label: str) -> Markup:
    """Write the error of each formula, by which factor it fell, and the order that follows."""
    columns = [Column("h")]
    for reading in readings:
        columns += [
            Column(stencil_words(words, reading)),
            Column(words("errors.ratio")),
            Column(words("errors.order")),
        ]
    rows: list[list[Cell]] = []
    for k, (first, *_) in enumerate(zip(*(each.rows for each in readings), strict=True)):
        cells: list[Cell] = [markup.step(first.h)]
        for reading in readings:
            row = reading.rows[k]
            factor, order = ratio(reading.rows, k)
            cells += [markup.error(row.abs_error), _number(factor, 4), markup.fixed(order, 2)]
        rows.append(cells)
    return markup.table(columns, rows, label=label)


def compared_table(readings: Sequence[Reading], name: str, words: Words, *, label: str) -> Markup:
    """Write one column of each formula side by side."""
    columns = [Column("h"), *(Column(stencil_words(words, each)) for each in readings)]
    rows = [
        [markup.step(together[0].h), *(cell(row, name, words) for row in together)]
        for together in zip(*(each.rows for each in readings), strict=True)
    ]
    return markup.table(columns, rows, label=label)


def ratio(rows: Sequence[Row], number: int) -> tuple[float, float]:
    """Return by which factor the error fell from the row before, and the order that follows."""
    if number == 0:
        return math.nan, math.nan
    before, here = rows[number - 1], rows[number]
    if not (before.abs_error > 0 and here.abs_error > 0):
        return math.nan, math.nan
    factor = before.abs_error / here.abs_error
    return factor, math.log(factor) / math.log(before.h / here.h)


def head(words: Words, name: str, reading: Reading) -> Cell:
    """Return the heading of a column."""
    if name == "h":
        return "h"
    if name == "scaled":
        order = reading.stencil.order
        power = "h" if order == 1 else markup.formula(f"h^{{{order}}}")
        return Markup("{}").format(words("errors.error")) + Markup(" / ") + power
    if name == "difference":
        return (
            words(f"errors.difference-{reading.stencil.name}")
            if words.has(f"errors.difference-{reading.stencil.name}")
            else words("errors.difference")
        )
    return words(f"errors.{name}")


def cell(row: Row, name: str, words: Words) -> Cell:
    """Write one number, or the regime in words."""
    if name == "regime":
        regime = _regime(row)
        return words(f"errors.regime-{regime}") if regime else NONE
    return _NUMBERS[name](row)


def _regime(row: Row) -> str:
    """Return what dominates; where nothing is certified, what became of the step if it failed."""
    return row.regime or ("" if row.status == Status.OK.label else row.status)


def place(found: Readings, variable: str) -> str:
    """Say at which point: "x = 1", or "x₂ = 1" where f has several inputs."""
    if found.case.all_points[0].size > 1:
        variable += str(found.input + 1).translate(_SUBSCRIPTS)
    return f"{variable} = {markup.short(found.x, 9)}".replace("= -", "= −")


def stencil_words(words: Words, reading: Reading) -> str:
    """Name a formula, one of a teacher's own by its own name."""
    name = reading.stencil.name
    return words(f"errors.{name}") if words.has(f"errors.{name}") else name


def _number(value: float, digits: int) -> Markup:
    return _finite(value, lambda each: markup.number(each, digits))


def _finite(value: float, write: Callable[[float], Markup]) -> Markup:
    return write(value) if math.isfinite(value) else Markup("{}").format(NONE)
