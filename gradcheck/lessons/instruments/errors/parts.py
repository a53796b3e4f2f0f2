"""The table of both parts of the error: what is known of them, and why the rest is not."""

import math
from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup, escape

from gradcheck.lessons.instruments.errors.rows import Reading, Readings
from gradcheck.lessons.instruments.errors.tables import place, stencil_words, steps_table
from gradcheck.lessons.parts.scalar import written
from gradcheck.lessons.words import Words

PARTS = ("h", "numeric", "error", "truncation", "rounding", "scaled", "regime")
"""The columns of the table."""

_WITHOUT_DERIVATIVE = frozenset({"kink", "jump", "vertical-tangent"})
"""How the error behaves where there is no derivative, so that nothing could be an error of it."""


def parts_table(found: Readings, reading: Reading, words: Words, *, variable: str = "x") -> Markup:
    """Write the table of one formula: a row for each step, and "–" for what nobody knows."""
    if not _has_derivative(found):
        rows = [replace(row, error=math.nan, scaled=math.nan) for row in reading.rows]
        reading = replace(reading, rows=tuple(rows))
    label = words(
        "errors.table-label",
        case=found.case.name,
        name=stencil_words(words, reading),
        place=place(found, variable),
    )
    return steps_table(reading, PARTS, words, label=label + words("errors.parts-title"))


def parts_note(found: Readings, readings: Sequence[Reading], words: Words) -> Markup:
    """Say how the parts are known, or in one sentence why they are not."""
    return Markup('<p class="fine">{}</p>').format(words(f"errors.{_note(found, readings)}"))


def folded_parts(
    found: Readings, readings: Sequence[Reading], words: Words, *, variable: str = "x"
) -> Markup:
    """Write the tables of several formulas, folded away until somebody asks for them."""
    names = words("errors.comma").join(stencil_words(words, each) for each in readings)
    summary = escape(words("errors.folded")).format(
        formula=written(found.case.formula, variable, found.case.name),
        names=names,
        place=place(found, variable),
    )
    tables = Markup("\n").join(
        parts_table(found, each, words, variable=variable) for each in readings
    )
    return Markup("<details>\n<summary>{}</summary>\n{}\n{}\n</details>").format(
        summary, tables, parts_note(found, readings, words)
    )


def _note(found: Readings, readings: Sequence[Reading]) -> str:
    if found.is_certified:
        return "certified"
    if not _has_derivative(found):
        return "no-derivative"
    if any(math.isfinite(row.rounding) for each in readings for row in each.rows):
        return "one-sided"
    return "uncertified"


def _has_derivative(found: Readings) -> bool:
    behaviours = {each.facts["behaviour"] for each in found.by_stencil.values()}
    return behaviours.isdisjoint(_WITHOUT_DERIVATIVE)
