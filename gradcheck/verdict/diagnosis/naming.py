"""Let all families of mistakes propose hypotheses; tell those that stand, the surest first."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gradcheck.verdict.diagnosis.additive import additive, replaced
from gradcheck.verdict.diagnosis.branch import branch, edge
from gradcheck.verdict.diagnosis.chain import chain_factor, log_parameter
from gradcheck.verdict.diagnosis.constant import block_factor, constant_factor, overwritten
from gradcheck.verdict.diagnosis.diagonal import diagonal
from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.expects_output import expects_output
from gradcheck.verdict.diagnosis.hypothesis import Family, Hypothesis, Remarks, stands
from gradcheck.verdict.diagnosis.invariance import by_probability, invariance, invariance_remarks
from gradcheck.verdict.diagnosis.layout import layout, wrong_axis
from gradcheck.verdict.diagnosis.magnitude import absolute, square
from gradcheck.verdict.diagnosis.not_finite import not_finite
from gradcheck.verdict.diagnosis.order import order
from gradcheck.verdict.diagnosis.outer import outer_factor
from gradcheck.verdict.diagnosis.place import place
from gradcheck.verdict.diagnosis.power import power_rule
from gradcheck.verdict.diagnosis.precision import precision
from gradcheck.verdict.diagnosis.product import product
from gradcheck.verdict.diagnosis.stale import stale
from gradcheck.verdict.diagnosis.symmetry import rotation, symmetric_counted
from gradcheck.verdict.diagnosis.term import term
from gradcheck.verdict.diagnosis.zero import zero
from gradcheck.verdict.result import Finding

FAMILIES: tuple[Family, ...] = (
    absolute,
    overwritten,
    constant_factor,
    zero,
    square,
    power_rule,
    log_parameter,
    expects_output,
    chain_factor,
    outer_factor,
    term,
    product,
    invariance,
    by_probability,
    additive,
    replaced,
    stale,
    precision,
    layout,
    order,
    wrong_axis,
    diagonal,
    symmetric_counted,
    rotation,
    branch,
    edge,
    block_factor,
)
"""Every family of mistakes, the simplest explanations first."""

REMARKS: tuple[Remarks, ...] = (invariance_remarks,)
"""What is told where no mistake has a name."""

_TOLD = 4
"""So many competing hypotheses are told."""


def diagnose(evidence: Evidence) -> tuple[Finding, ...]:
    """Name the mistake, or say where it is; competing causes are listed, the surest first."""
    with np.errstate(all="ignore"):
        undefined = not_finite(evidence)
    apart = () if undefined is None else (undefined,)
    rows = tuple(evidence.row[evidence.wrong].tolist())
    if not rows:
        return apart
    standing = _ranked(_standing(evidence))
    found = [Finding(each.code, each.message, each.certainty, rows) for each in standing]
    if all(finding.certainty == "C" for finding in found):
        remarks = [remark for remarks in REMARKS for remark in remarks(evidence)]
        found += [Finding(each.code, each.message, "C", rows) for each in remarks]
        if not standing:
            found.append(Finding("place", place(evidence), "C", rows))
    return tuple(sorted((*found, *apart), key=lambda finding: finding.certainty))


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
