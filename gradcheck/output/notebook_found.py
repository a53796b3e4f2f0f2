"""What was found, as a notebook shows it: estimates, results, wrong entries, runs."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from markupsafe import Markup

from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import FAILURES, OUTCOMES
from gradcheck.differences.estimate import Estimate
from gradcheck.differences.leaves import found_in
from gradcheck.output import location_text, notebook
from gradcheck.output import verdict_number as number
from gradcheck.output.entry import printable
from gradcheck.verdict.location import Location
from gradcheck.verdict.result import VERDICTS, Result, Results, Verdict

_SIGNS = {"pass": "✓", "inconclusive": "?", "fail": "✕"}
_FEW = 10
"""So many numbers of an estimate are shown."""


def estimate(found: Estimate) -> str:
    """Show a derivative by differences, with its error bars."""
    rows = list(islice(_entries(found), _FEW))
    total = sum(np.size(leaf) for leaf in found_in(found.value, "value").leaves)
    calls = f"({found.evaluations:,} evaluations of f)"
    if total == 1 and not rows[0][0]:
        return notebook.block(notebook.heading(rows[0][1], calls))
    return notebook.block(
        notebook.heading("Estimate", calls),
        notebook.table(["entry", "derivative ± error bar>"], rows, more=total - len(rows)),
    )


def results(found: Results) -> str:
    """Show how many checks came out how, and the gravest of them."""
    gravest = sorted(found.items(), key=lambda pair: -VERDICTS.index(pair[1].verdict))
    counts = ((verdict, len(found.with_verdict(verdict))) for verdict in reversed(VERDICTS))
    told = ", ".join(f"{count:,} {verdict}" for verdict, count in counts if count)
    rows = [
        [_verdict(one.verdict), notebook.name(name), one.reason.value, _told(one),
         number.bound(one.resolution)]
        for name, one in gravest[: notebook.SHOWN]
    ]  # fmt: skip
    return notebook.block(
        notebook.heading("Results", told or "no case"),
        notebook.table(
            ["verdict", "case", "reason", "what was found", "resolution>"],
            rows,
            more=len(gravest) - len(rows),
        ),
    )


def location(found: Location) -> str:
    """Show which entries are wrong, and whether these are all."""
    entries, labels = found.entries, location_text.names(found, _FEW)
    bars = [float(bar) for bar in entries.error_bar[:_FEW]]
    values = [float(value) for value in entries.numeric[:_FEW]]
    claims = [float(claim) for claim in entries.analytic[:_FEW]]
    rows = [
        [notebook.name(label), number.analytic(claim, like=value, error_bar=bar),
         number.plus_minus(value, bar), number.ratio(claim, value, bar)]
        for label, claim, value, bar in zip(labels, claims, values, bars, strict=True)
    ]  # fmt: skip
    return notebook.block(
        notebook.heading(notebook.text(location_text.headline(found))),
        notebook.bullets(map(notebook.text, location_text.causes(found))),
        notebook.table(
            ["entry", "analytic>", "numeric ± error bar>", "ratio>"],
            rows,
            more=len(entries) - len(rows),
        ),
        *map(notebook.quiet, location_text.rest(found)),
    )


def run(found: Run) -> str:
    """Show how many cases came out how, and those that failed, the gravest first."""
    counts = found.counts
    failing = sum(counts.get(word, 0) for word in FAILURES)
    marks = ", ".join("?" * len(FAILURES))
    failed = islice(
        found.records(f"outcome IN ({marks})", FAILURES, order="gravest"), notebook.SHOWN
    )
    rows = [
        [each["outcome"], notebook.name(each["case"]), notebook.text(each["findings"] or ""),
         notebook.text(each["message"] or "")]
        for each in failed
    ]  # fmt: skip
    meanings = {**OUTCOMES, NOT_RUN: "the run has not reached the case"}
    return notebook.block(
        notebook.heading("Run", notebook.code(str(found.path))),
        notebook.table(
            ["outcome", "cases>", "meaning"],
            [[word, f"{count:,}", meanings[word]] for word, count in counts.items()],
        ),
        notebook.table(["outcome", "case", "causes", "message"], rows, more=failing - len(rows)),
    )


def _entries(found: Estimate) -> Iterator[tuple[str, str]]:
    """Name the numbers of an estimate, one by one; a lone number has no name."""
    values, bars = found_in(found.value, "value"), found_in(found.error_bar, "error_bar")
    for place, leaf, bar in zip(values.places, values.leaves, bars.leaves, strict=True):
        called = "" if values.is_leaf else printable(place.name)
        for index in np.ndindex(np.shape(leaf)):
            at = f"[{', '.join(map(str, index))}]" if index else ""
            written = number.plus_minus(float(np.asarray(leaf)[index]), _at(bar, index))
            yield notebook.name(f"{called}{at}"), written


def _at(bar: Any, index: tuple[int, ...]) -> float:
    return float(np.asarray(bar)[index])


def _verdict(verdict: Verdict) -> Markup:
    return Markup("<b>{} {}</b>").format(_SIGNS[verdict.value], verdict.value)


def _told(one: Result) -> str:
    """Say in short what a check found: its surest cause, or why it does not tell."""
    if one.findings:
        return notebook.text(f"{one.findings[0].code}: {one.findings[0].message}")
    return notebook.text(one.message)
