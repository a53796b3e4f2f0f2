"""The tables of the formula cards."""

from collections.abc import Mapping, Sequence

import numpy as np
from markupsafe import Markup

from gradcheck.lessons import markup
from gradcheck.lessons.instruments.errors.rows import Readings
from gradcheck.lessons.instruments.errors.tables import stencil_words
from gradcheck.lessons.markup import Cell, Column
from gradcheck.lessons.words import Words
from gradcheck.output.html import NONE
from gradcheck.verdict.result import Result

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def errors_table(found: Sequence[Readings], words: Words) -> Markup:
    """Write the errors of every formula by h, for every input."""
    columns = [Column("h")]
    for place, readings in enumerate(found, start=1):
        for reading in readings.by_stencil.values():
            name = stencil_words(words, reading)
            head = f"∂/∂x{place}".translate(_SUBSCRIPTS) + f", {name}" if len(found) > 1 else name
            columns.append(Column(head))
    lists = [each.rows for readings in found for each in readings.by_stencil.values()]
    rows = [
        [markup.step(together[0].h), *(markup.error(row.abs_error) for row in together)]
        for together in zip(*lists, strict=True)
    ]
    label = words(
        "cards.errors-label",
        x=_listed([each.x for each in found]),
        true=_listed([each.true for each in found]),
    )
    return markup.table(columns, rows, label=label)


def wrong_table(result: Result, words: Words) -> Markup:
    """Write a, n, a/n and a - n of every entry of a wrong derivative."""
    entries = result.entries
    several = len(set(entries.input.tolist())) > 1
    names = ("x", *(["entry"] if several else []), "analytic", "numeric", "ratio", "difference")
    columns = [Column(words(f"cards.{name}")) for name in names]
    rows: list[list[Cell]] = []
    for row in range(len(entries)):
        a, n = float(entries.analytic[row]), float(entries.numeric[row])
        point = result.case.all_points[entries.point[row]].reshape(-1)
        cells: list[Cell] = [_listed(point.tolist())]
        if several:
            cells.append(f"∂f/∂x{entries.input[row] + 1}".translate(_SUBSCRIPTS))
        cells += [
            markup.number(a, 6),
            Markup("{} <small>± {}</small>").format(
                markup.number(n, 6), markup.error(float(entries.error_bar[row]))
            ),
            _ratio(a, n),
            markup.number(a - n, 6),
        ]
        rows.append(cells)
    claim = result.case.derivative_formula.replace(r"\cdot", "·").replace(r"\left", "")
    label = words("cards.wrong-label", claim=claim.replace(r"\right", ""))
    return markup.table(columns, rows, label=label)


def products_table(parts: Mapping[str, float], words: Words, *, x: float) -> Markup:
    """Write the parts of the product rule; the part that is the gap is marked."""
    columns = [
        Column(words("cards.term"), "words"),
        Column(words("cards.value")),
        Column(words("cards.note"), "words"),
    ]
    rows: list[list[Cell]] = []
    marks = []
    for name in ("first", "second", "both", "true", "gap"):
        is_gap = name in ("first", "second") and bool(np.isclose(parts[name], parts["gap"], 1e-12))
        note = words("cards.note-is-gap") if is_gap else words(f"cards.note-{name}")
        rows.append([words(f"cards.{name}"), markup.number(parts[name], 7), note])
        marks.append("good" if is_gap else "bad" if name == "both" else "")
    label = words("cards.products-label", x=markup.short(x, 6))
    return markup.table(columns, rows, label=label, marks=marks)


def _ratio(a: float, n: float) -> Cell:
    return markup.number(a / n, 6) if n else NONE


def _listed(numbers: Sequence[float]) -> str:
    texts = [markup.short(number, 9).replace("-", "−") for number in numbers]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"
