"""The tables about formulas far out: their values, what checks say, and difference quotients."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from gradcheck.differences.estimate import Estimate
from gradcheck.lessons.markup import Column, error, number, percent, step, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.parts.scalar import Scalar, relative_error
from gradcheck.lessons.words import Words
from gradcheck.verdict.result import Result

Values = Sequence[tuple[float, float, Sequence[float]]]
"""A number, the derivative there, and what each formula says."""
Checks = Sequence[tuple[float, float, Estimate, Result]]
"""A number, the derivative, its estimate by differences, the check of the formula."""


def values_table(words: Words, variable: str, formulas: Sequence[Scalar], rows: Values) -> Markup:
    """Write what each formula says, with its relative error below."""
    return table(
        [
            Column(said.letter(variable)),
            Column(words("formulas.truth")),
            *(Column(said.named(words, each.derivative_formula(variable))) for each in formulas),
        ],
        [
            [number(x), number(truth, 6), *(_cell(value, truth, words) for value in values)]
            for x, truth, values in rows
        ],
        label=words("formulas.table"),
    )


def checks_table(words: Words, variable: str, checks: Checks) -> Markup:
    """Write what differences and a check say, with the tool's own sentence below."""
    return said.told_table(
        [
            Column(said.letter(variable)),
            Column(words("formulas.truth")),
            Column(words("formulas.numeric")),
            Column(words("formulas.verdict"), "said"),
        ],
        [
            [
                number(x),
                number(truth, 4),
                Markup("{} ± {}").format(
                    number(float(estimate.value), 4), error(float(estimate.error_bar))
                ),
                said.verdict(words, result),
            ]
            for x, truth, estimate, result in checks
        ],
        [said.headline(result) for *_, result in checks],
        label=words("formulas.checks"),
    )


def quotients_table(
    words: Words, at: str, truth: float, rows: Sequence[tuple[float, float]]
) -> Markup:
    """Write steps and central differences with their errors."""
    return table(
        [
            Column(said.letter("h")),
            Column(words("formulas.quotient")),
            Column(words("formulas.absolute")),
            Column(words("formulas.relative")),
        ],
        [
            [
                step(h),
                number(quotient, 7),
                error(abs(quotient - truth)),
                _relative(abs(quotient - truth) / abs(truth)),
            ]
            for h, quotient in rows
        ],
        label=words("formulas.quotients", at=at),
    )


def _relative(value: float) -> Markup:
    if value < 1e-3:
        return error(value)
    return percent(value, 3 if value >= 0.995 else 2)


def _cell(value: float, truth: float, words: Words) -> Markup:
    """Write a value, and below it the relative error."""
    if not math.isfinite(value):
        return Markup('<strong class="broken">{}</strong>').format(number(value))
    wrong = float(relative_error(value, truth))
    shown = number(value, 6)
    if wrong >= 1:
        shown = Markup('<strong class="broken">{}</strong>').format(shown)
    return Markup("{}<br><small>{} {}</small>").format(
        shown, words("formulas.off"), _relative(wrong)
    )
