"""A constant factor: a known one, an integer on a few entries, or an unlisted one per block."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.diagnosis.candidates import special
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.extent import places, wholes
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.listed import causes
from gradcheck.verdict.diagnosis.ratios import only, screening, strength, survive, times
from gradcheck.verdict.diagnosis.scope import words

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

_MOST = 20
"""An index is not expected to occur more often."""
_PLACES = 10_000
"""On more entries, overwriting is not looked for."""
_SHOWN = 4
"""So many fitted numbers are shown."""


def constant_factor(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is a known constant times the derivative."""
    rows = screening(evidence)
    some = only(evidence, rows)
    together = causes(evidence)
    ratios = np.array([each[0].value for each in together])
    doubted = special(evidence, rows)
    for number in np.flatnonzero(survive(some, ratios[:, None])).tolist():
        relation = times(evidence, ratios[number])
        halved = ratios[number] == 0.5 and not relation.everywhere and not wholes(evidence)
        for cause in together[number]:
            hypothesis = Hypothesis(
                code=cause.code,
                message=cause.message + relation.where,
                certainty="B" if halved else cause.certainty,
                predicted=relation.predicted,
                bar=relation.bar,
                tried=len(together),
                supersedes=frozenset({"block-factor"}),
            )
            yield replace(hypothesis, certainty="B") if doubted else hypothesis


def overwritten(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that entries which should be summed were overwritten: 1/2, 1/3, ... of the truth."""
    wrong = np.flatnonzero(evidence.wrong)
    if evidence.layout is Layout.DIRECTIONS or not evidence.claimed[wrong].all():
        return
    place, number = np.unique(places(evidence), return_inverse=True)
    if len(place) > _PLACES:
        return
    counts = np.ones(len(place))
    clearest = wrong[np.argsort(strength(evidence)[wrong], kind="stable")]
    counts[number[clearest]] = np.rint(evidence.numeric[clearest] / evidence.claimed[clearest])
    found = np.unique(counts[number[wrong]])
    if not ((found >= 2) & (found <= _MOST)).all() or (len(found) == 1 and wholes(evidence)):
        return
    relation = times(evidence, 1 / counts[number])
    shares = ", ".join(f"1/{count:.0f}" for count in found[:_SHOWN])
    yield Hypothesis(
        code="repeated-index",
        message=f"df is {shares} of the derivative in {words(evidence, counts[number] > 1)}: a "
        "repeated index was overwritten instead of accumulated",
        certainty="B",
        predicted=relation.predicted,
        bar=relation.bar,
        tried=(_MOST - 1) ** int((counts > 1).sum()),
        supersedes=frozenset({"block-factor"}),
    )


def block_factor(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose an unlisted constant: one for all entries, or one for each block, row, or entry."""
    wrong = np.flatnonzero(evidence.wrong)
    rows = screening(evidence)
    some = only(evidence, rows)
    tried = 0
    for told, groups in _groupings(evidence):
        tried += 1
        used, example = np.unique(groups[wrong], return_index=True)
        if 2 * len(used) > len(wrong):
            continue  # as good as one number for each entry: nothing is explained
        ratio, error = _by_group(evidence, groups, wrong, used)
        if not survive(some, ratio[rows], error[rows]):
            continue
        relation = times(evidence, ratio, error)
        if not evidence.explained(relation.predicted, relation.bar)[evidence.compared].all():
            continue
        values = ratio[wrong[example[:_SHOWN]]]
        more = ", ..." if len(used) > _SHOWN else ""
        few = len(evidence.samples) == 1 and len(used) == 1
        yield Hypothesis(
            code="block-factor",
            message=f"df is a constant times the derivative{told}"
            f" ({', '.join(f'{value:.6g}' for value in values)}{more}){relation.where}"
            + (": check at other points whether it is the same there" if few else ""),
            certainty="B",
            predicted=relation.predicted,
            bar=relation.bar,
            fitted=len(used),
            tried=tried,
        )
        return  # the finer groupings say the same with more numbers


def _by_group(
    evidence: Evidence, groups: Indices, wrong: Indices, used: Indices
) -> tuple[Array, Array]:
    """Fit a ratio and its error for each group, and spread them over its entries."""
    clearest = wrong[np.lexsort((-strength(evidence)[wrong], groups[wrong]))]
    best = clearest[np.searchsorted(groups[clearest], used)]
    ratio = evidence.claimed[best] / evidence.numeric[best]
    error = np.abs(ratio) * evidence.bar[best] / np.abs(evidence.numeric[best])
    spread = np.searchsorted(used, groups).clip(max=len(used) - 1)
    member = used[spread] == groups
    return np.where(member, ratio[spread], 1.0), np.where(member, error[spread], 0.0)


def _groupings(evidence: Evidence) -> Iterator[tuple[str, Indices]]:
    """Yield ways to share constants among the entries, the fewest constants first."""
    yield "", np.zeros(len(evidence.row), dtype=np.intp)
    if evidence.layout is Layout.DIRECTIONS:
        return
    blocks = numbers_of(evidence.blocks, evidence.input)
    if len(evidence.blocks) > 1:
        yield " in each block", blocks
    if evidence.outputs > 1 and evidence.layout is not Layout.ELEMENTWISE:
        yield " for each output", evidence.output
        yield " for each input", evidence.input
    for number, block in enumerate(evidence.blocks):
        if len(block.shape) > 1:
            inside = np.where(blocks == number, evidence.input - block.start, 0)
            where = np.unravel_index(inside, block.shape)
            for axis, index in enumerate(where):
                # entries of other blocks share the number -1: they are right, or nothing fits
                groups = np.where(blocks == number, index, -1)
                yield f" for each index of axis {axis} of {block.name}", groups
    yield " for each entry, the same at all points", places(evidence)
