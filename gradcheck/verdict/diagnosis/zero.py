"""Zeros where the derivative is not zero: a part that was forgotten, or cut off."""

from collections.abc import Iterator

import numpy as np

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.scope import scoped, wholes


def zero(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is 0 everywhere, on a block, or on some entries."""
    if evidence.claimed[evidence.wrong].any():
        return
    nothing = np.zeros(len(evidence.row))
    relation = scoped(evidence, nothing, nothing)
    where = relation.where or " everywhere"
    yield Hypothesis(
        code="zero",
        message=f"df is 0{where} although the derivative is not: was it never filled in?",
        certainty="A" if relation.everywhere or wholes(evidence) else "B",
        predicted=relation.predicted,
        bar=relation.bar,
        supersedes=frozenset({"block-factor"}),
    )
