"""All there is to tell about one case: verdict, causes, entries, error curves, and what to do."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gradcheck.output.outcome import SIGNS, STYLES, Outcome, record
from gradcheck.output.terminal_plot import BAR, MARKS, Curve, draw
from gradcheck.output.verdict_cause import MEANINGS, Cause
from gradcheck.output.verdict_number import bound
from gradcheck.output.verdict_story import Story, story, table_of
from gradcheck.output.verdict_text import WIDTH, aligned
from gradcheck.output.worst_curve import WorstCurve, worst_curve
from gradcheck.verdict.result import Result, Verdict

if TYPE_CHECKING:
    from rich.text import Text

LISTED = 10
"""So many of the worst entries are listed."""

ENOUGH_POINTS = 3
"""At so many points in general position most relations that hold by chance fall apart."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WholeStory:
    """An outcome, told in full."""

    outcome: Outcome
    told: Story | None
    """None if the case could not be checked."""
    curve: WorstCurve
    advice: tuple[str, ...]
    """What to do next."""


def whole_story(outcome: Outcome) -> WholeStory:
    """Collect the story of an outcome; the worst entry is swept over h for it."""
    result = outcome.result
    if result is None:
        why = "There is no error curve: the case could not be checked."
        return WholeStory(outcome=outcome, told=None, curve=WorstCurve(reading=(why,)), advice=())
    told = story(result)
    return WholeStory(
        outcome=outcome,
        told=told,
        curve=worst_curve(result),
        advice=tuple(advice(result, told.causes)),
    )


def story_text(whole: WholeStory, *, width: int = WIDTH) -> str:
    """Tell a story as text, in sections; tables and the plot keep their lines."""
    result, told = whole.outcome.result, whole.told
    if result is None or told is None:
        return str(whole.outcome)
    columns = max(min(width, WIDTH), 40)
    sections = [
        _wrapped(f"{told.verdict.name}: {told.sentence}", columns),
        *_titled("Why", list(_why(told, columns))),
        *_titled("Worst entries", list(_entries(result, told, columns))),
        *_titled(_curve_title(whole.curve, columns), list(_curve(whole.curve, columns))),
        *_titled("What to do", list(_listed(whole.advice, columns))),
        *_titled("To reproduce", list(_recipe(told))),
    ]
    return "\n\n".join("\n".join(section) for section in sections)


def styled_story(whole: WholeStory, *, width: int = WIDTH) -> "Text":
    """Tell a story in colours: the verdict, the titles, and the curves."""
    from rich.text import Text

    text = Text(story_text(whole, width=width))
    text.stylize(STYLES[whole.outcome.word], 0, len(whole.outcome.word))
    text.highlight_regex(r"(?m)^[A-Z][^:\n]*(?=(: .*)?\n  )", "bold")
    for mark, colour in zip((*MARKS, BAR), ("yellow", "cyan", "dim"), strict=True):
        text.highlight_regex(rf"(?m)(?<=[ ├{BAR}{''.join(MARKS)}]){re.escape(mark)}", colour)
    return text


def story_record(whole: WholeStory) -> dict[str, Any]:
    """Return a story as plain values, for JSON."""
    curve = whole.curve
    told = whole.told
    return {
        **record(whole.outcome),
        "sentence": "" if told is None else told.sentence,
        "certainties": dict(MEANINGS),
        "advice": list(whole.advice),
        "entry": None
        if not curve.name
        else {
            "name": curve.name,
            "point": curve.point,
            "analytic": curve.analytic,
            "numeric": curve.numeric,
            "error_bar": curve.error_bar,
        },
        "curves": [
            {
                "stencil": each.name,
                "behaviour": each.behaviour,
                "observed_order": float(each.facts["observed_order"]),
                "optimal_h": float(each.facts["optimal_h"]),
                "best_error": float(each.facts["best_error"]),
                "breakdown_h": float(each.facts["breakdown_h"]),
                "h": each.h.tolist(),
                "error": each.error.tolist(),
            }
            for each in curve.curves
        ],
        "reading": list(curve.reading),
    }


def _titled(title: str, lines: list[str]) -> Iterator[list[str]]:
    if lines:
        yield [*title.splitlines(), *(f"  {line}".rstrip() for line in lines)]


def _why(told: Story, width: int) -> Iterator[str]:
    """Say the causes, what their certainty means, and the message."""
    if told.rivalry:
        yield from _wrapped(f"{told.rivalry}.", width)
    for number, cause in enumerate(told.causes):
        yield from _wrapped(f"{cause} [{cause.code}]", width, rest="  ")
        last = number + 1 == len(told.causes)
        if last or told.causes[number + 1].certainty != cause.certainty:
            meaning = MEANINGS[cause.certainty]
            yield from _wrapped(f"{cause.certainty} means {meaning}.", width, first="  ", rest="  ")
    if told.message:
        yield from _wrapped(told.message, width)


def _entries(result: Result, told: Story, width: int) -> Iterator[str]:
    total = len(result.entries)
    if total:
        header, rows = table_of(result, LISTED)
        lines = aligned(header, [row.cells for row in rows])
        signs = [" ", *(SIGNS[row.verdict.value] for row in rows)]
        for sign, line in zip(signs, lines, strict=True):
            yield f"{sign}{line[1:]}"
        if len(rows) < total:
            yield f"  … and {total - len(rows):,} more"
    for note in told.notes:
        yield from _wrapped(note, width, first="- ", rest="  ")
    if told.closing:
        yield from _wrapped(f"({told.closing})", width, rest=" ")


def _curve_title(curve: WorstCurve, width: int) -> str:
    if not curve.curves:
        return "Error against h"
    return "\n".join(_wrapped(f"Error against h: {curve.name} at x = {curve.x}", width, rest="  "))


def _curve(curve: WorstCurve, width: int) -> Iterator[str]:
    shown = [Curve(name=each.name, h=each.h, error=each.error) for each in curve.curves]
    picture = draw(shown, bar=curve.error_bar, width=width - 2)
    if picture:
        yield from picture.splitlines()
        key = [f"{mark} {each.name}" for mark, each in zip(MARKS, shown, strict=False)]
        if np.isfinite(curve.error_bar) and curve.error_bar > 0:
            key.append(f"{BAR} error bar of the check, {bound(curve.error_bar)}")
        yield from _wrapped("    ".join([*key, "h grows to the right"]), width)
        zeros = sum(int((each.error == 0).sum()) for each in shown)
        if zeros:
            yield from _wrapped(
                f"(at {zeros} of {sum(len(each.h) for each in shown)} steps the error is exactly "
                "zero, which a logarithm cannot show)",
                width,
            )
    elif curve.curves:
        yield "Every quotient is exactly what df says: there is no error to draw."
    for words in curve.reading:
        yield from _wrapped(words, width)


def advice(result: Result, causes: Sequence[Cause]) -> Iterator[str]:
    """Say what to do next: about the causes, and about what the check could not see."""
    exact = [each for each in causes if each.is_exact]
    points = len(np.unique(result.entries.point))
    if len(exact) > 1:
        yield (
            "To tell the causes apart, check at more points in general position, with other sizes, "
            "or say what f is made of: gc.check(..., constants=, terms=, factors=)"
        )
    if result.verdict is Verdict.FAIL and 0 < points < ENOUGH_POINTS:
        yield (
            f"Check at {ENOUGH_POINTS} or more points in general position: a relation that holds "
            f"at {points} may hold by chance"
        )
    if causes:
        listed = " and ".join(dict.fromkeys(each.code for each in causes))
        yield f"docs/diagnosis.md tells more about {listed}: examples, and what looks the same"


def _listed(items: tuple[str, ...], width: int) -> Iterator[str]:
    for item in items:
        yield from _wrapped(f"{item}.", width, first="- ", rest="  ")


def _recipe(told: Story) -> Iterator[str]:
    if told.recipe:
        yield f"{told.call} with"
        yield from (f"    {line}" for line in told.recipe)
    if told.origin:
        yield f"look at {told.origin}"


def _wrapped(prose: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        prose,
        width - 2,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
