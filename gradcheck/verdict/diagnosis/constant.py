"""A constant factor: a known one, an integer on a few entries, or an unlisted one per block."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.candidates import special
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.listed import causes
from gradcheck.verdict.diagnosis.ratios import only, screening, survive, times
from gradcheck.verdict.diagnosis.scope import wholes, words

Array = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]

_MOST = 20
"""An index is not expected to occur more often."""
_ALIKE = 3
"""So many indices at most occur equally often, if more than twice."""
_PLACES = 10_000
"""On more entries, overwriting is not looked for."""
_GLANCE, _LOOK = 4, 2000
"""So many groups, and so many entries of them, are looked at before all are."""
_SHOWN = 4
"""So many fitted numbers are shown."""
_APART = 1e-6
"""Ratios that differ by less, relatively, are the same."""
_NEARLY = 1e-4
"""A ratio that is so close to 1 is shown by its distance."""
_EACH = " for each entry, the same at all points"


def constant_factor(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is a known constant times the derivative."""
    rows = screening(evidence)
    some = only(evidence, rows)
    together = causes(evidence)
    ratios = np.array([each[0].value for each in together])
    doubted = special(evidence, rows)
    for number in np.flatnonzero(survive(some, ratios[:, None])).tolist():
        relation = times(evidence, ratios[number])
        unsure = ratios[number] == 0.5 and not relation.everywhere and not wholes(evidence)
        is_lost_sign = bool(ratios[number] == -1) and _is_lost_sign(evidence)
        alias = ", or is its size without the sign: it is below 0 there" if is_lost_sign else ""
        for cause in together[number]:
            hypothesis = Hypothesis(
                code=cause.code,
                message=cause.message + relation.where + alias,
                certainty="B" if unsure or is_lost_sign else cause.certainty,
                predicted=relation.predicted,
                bar=relation.bar,
                tried=len(together),
                supersedes=frozenset({"block-factor", "repeated-index"})
                if cause.by_caller
                else frozenset({"block-factor"}),
            )
            yield replace(hypothesis, certainty="B") if doubted else hypothesis


def _is_lost_sign(evidence: Evidence) -> bool:
    """Tell whether all derivatives below 0 have the wrong sign, and no others."""
    right = evidence.compared & ~evidence.wrong & (evidence.strength > 1)
    return bool(
        (evidence.numeric[evidence.wrong] < 0).all() and (evidence.numeric[right] > 0).all()
    )


def overwritten(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that entries which should be summed were overwritten: 1/2, 1/3, ... of the truth."""
    wrong = np.flatnonzero(evidence.wrong)
    if evidence.layout is Layout.DIRECTIONS or not evidence.claimed[wrong].all():
        return
    place, number = np.unique(evidence.places, return_inverse=True)
    if len(place) > _PLACES:
        return
    counts = np.ones(len(place))
    clearest = wrong[np.argsort(evidence.strength[wrong], kind="stable")]
    counts[number[clearest]] = np.rint(evidence.numeric[clearest] / evidence.claimed[clearest])
    found = np.unique(counts[number[wrong]])
    if not ((found >= 2) & (found <= _MOST)).all():
        return
    often = found[0] > 2 and len(np.unique(number[wrong])) > _ALIKE
    if len(found) == 1 and (often or wholes(evidence)):
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
        if not _at_a_glance(evidence, groups, wrong):
            continue
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
        shown = ", ".join(map(_shown, values.tolist())) + (", ..." if len(used) > _SHOWN else "")
        few = len(evidence.samples) == 1 and len(used) == 1
        hypothesis = Hypothesis(
            code="block-factor",
            message=f"df is a constant times the derivative{told} ({shown}){relation.where}"
            + (": check at other points whether it is the same there" if few else ""),
            certainty="B",
            predicted=relation.predicted,
            bar=relation.bar,
            fitted=len(used),
            tried=tried,
        )
        yield hypothesis
        one_each = len(np.unique(np.round(ratio[wrong[example]], 6))) == len(used)
        if told == _EACH and one_each and evidence.outputs == 1 and not wholes(evidence):
            message = (
                f"df holds a part of the derivative ({shown}){relation.where}, always the same: "
                "weighted shares of a repeated index were overwritten instead of accumulated"
            )
            yield replace(hypothesis, code="repeated-index", message=message)
        return  # the finer groupings say the same with more numbers
    if len(evidence.samples) == 1 and evidence.layout is not Layout.DIRECTIONS:
        yield from _few_factors(evidence, wrong)


def _few_factors(evidence: Evidence, wrong: Indices) -> Iterator[Hypothesis]:
    """Propose, at a single point, a few constants of which each belongs to several entries."""
    ratio = evidence.claimed[wrong] / evidence.numeric[wrong]
    rising = np.argsort(ratio)
    steps = np.diff(ratio[rising]) > _APART * np.abs(ratio[rising[1:]])
    label = np.empty(len(wrong), dtype=np.intp)
    label[rising] = np.concatenate([[0], np.cumsum(steps)])
    count = np.bincount(label)
    if not 2 <= len(count) <= _SHOWN or count.min() < _ALIKE:
        return
    groups = np.full(len(evidence.row), -1, dtype=np.intp)
    groups[wrong] = label
    relation = times(evidence, *_by_group(evidence, groups, wrong, np.arange(len(count))))
    shown = " or ".join(_shown(float(np.median(ratio[label == k]))) for k in range(len(count)))
    yield Hypothesis(
        code="block-factor",
        message=f"df is {shown} times the derivative{relation.where}: check at other points "
        "whether these are always the same entries",
        certainty="B",
        predicted=relation.predicted,
        bar=relation.bar,
        fitted=len(count),
        chance=len(wrong) * math.log10(len(count)),
    )


def _at_a_glance(evidence: Evidence, groups: Indices, wrong: Indices) -> bool:
    """Tell whether the entries of a few groups allow one ratio for each of them."""
    few = groups[wrong[np.linspace(0, len(wrong) - 1, _GLANCE).astype(np.intp)]]
    rows = wrong[np.isin(groups[wrong], np.unique(few))][:_LOOK]
    some, own = only(evidence, rows), groups[rows]
    every = np.arange(len(rows))
    return bool(survive(some, *_by_group(some, own, every, np.unique(own))))


def _by_group(
    evidence: Evidence, groups: Indices, wrong: Indices, used: Indices
) -> tuple[Array, Array]:
    """Fit a ratio and its error for each group, and spread them over its entries."""
    clearest = wrong[np.lexsort((-evidence.strength[wrong], groups[wrong]))]
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
    blocks = evidence.block_numbers
    if len(evidence.blocks) > 1:
        yield " in each block", blocks
    if evidence.outputs > 1 and evidence.layout is not Layout.ELEMENTWISE:
        yield " for each output", evidence.output
        yield " for each input", evidence.input
    touched = np.unique(blocks[evidence.wrong]).tolist()
    for number, block in enumerate(evidence.blocks):
        if len(block.shape) > 1 and touched == [number]:
            inside = np.where(blocks == number, evidence.input - block.start, 0)
            where = np.unravel_index(inside, block.shape)
            for axis, index in enumerate(where):
                # entries of other blocks, which are right, share the number -1
                groups = np.where(blocks == number, index, -1)
                yield f" for each index of axis {axis} of {block.name}", groups
    yield _EACH, evidence.places


def _shown(ratio: float) -> str:
    """Write a ratio; if it is nearly 1, by how much it is not."""
    off = ratio - 1
    return f"{ratio:.6g}" if abs(off) > _NEARLY else f"1 {'-' if off < 0 else '+'} {abs(off):.2g}"
