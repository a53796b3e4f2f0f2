"""Name the mistake: hypotheses about it, each of which must explain every entry at every point."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gradcheck.verdict.diagnosis.constant import constant_factor
from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Family, Hypothesis, stands
from gradcheck.verdict.diagnosis.place import place
from gradcheck.verdict.result import Finding

FAMILIES: tuple[Family, ...] = (constant_factor,)
"""Every family of mistakes, the simplest explanations first."""

_TOLD = 4
"""So many competing hypotheses are told."""


def diagnose(evidence: Evidence) -> tuple[Finding, ...]:
    """Name the mistake, or say where it is; competing causes are listed, the surest first."""
    rows = tuple(evidence.row[evidence.wrong | evidence.undefined].tolist())
    if not rows:
        return ()
    standing = _ranked(_standing(evidence))
    if not standing:
        return (Finding("place", place(evidence), "C", rows),)
    return tuple(Finding(each.code, each.message, each.certainty, rows) for each in standing)


def _standing(evidence: Evidence) -> list[Hypothesis]:
    if not evidence.wrong.any():
        return []
    with np.errstate(all="ignore"):
        return [
            hypothesis
            for family in FAMILIES
            for hypothesis in family(evidence)
            if stands(hypothesis, evidence)
        ]


def _ranked(standing: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Drop what says less about the same, and let rivals doubt each other."""
    superseded = frozenset[str]().union(*(each.supersedes for each in standing))
    left = [each for each in standing if each.code not in superseded]
    if len({each.code for each in left if each.certainty == "A"}) > 1:
        left = [replace(each, certainty="B") if each.certainty == "A" else each for each in left]
    if any(each.certainty != "C" for each in left):
        left = [each for each in left if each.certainty != "C"]
    order = {"A": 0, "B": 1, "C": 2}
    return sorted(left, key=lambda each: order[each.certainty])[:_TOLD]
