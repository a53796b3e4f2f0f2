"""The size of the derivative without its sign, or its square."""

from collections.abc import Iterator

import numpy as np

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Certainty, Hypothesis
from gradcheck.verdict.diagnosis.ratios import only, screening, survive, vary
from gradcheck.verdict.diagnosis.scope import Scoped, scoped, wholes, words

_ENOUGH = 8
"""If so many entries are wrong just where the derivative is negative, that is no coincidence."""


def absolute(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is the absolute value of the derivative."""
    clear = evidence.compared & (evidence.strength > 1)
    right = clear & ~evidence.wrong
    if (evidence.numeric[evidence.wrong] >= 0).any() or not (evidence.numeric[right] > 0).any():
        return
    relation = _in_blocks(evidence)
    enough = clear.sum() >= _ENOUGH and not wholes(evidence)
    changes = (evidence.at_all_points(evidence.wrong) & right).any()
    yield Hypothesis(
        code="abs",
        message=f"df is the absolute value of the derivative{relation.where}: a sign is lost "
        "where it is negative",
        certainty="A" if enough or changes else "B",
        predicted=relation.predicted,
        bar=relation.bar,
        supersedes=frozenset({"sign"}) if enough else frozenset(),
    )


def _in_blocks(evidence: Evidence) -> Scoped:
    """Lose the signs everywhere, or in all of the blocks that have wrong entries."""
    predicted = np.abs(evidence.numeric)
    everywhere = scoped(evidence, predicted, evidence.bar)
    if everywhere.everywhere:
        return everywhere
    blocks = evidence.block_numbers
    among = np.isin(blocks, np.unique(blocks[evidence.wrong]))
    return Scoped(
        predicted=np.where(among, predicted, evidence.numeric),
        bar=evidence.bar,
        where=f" in {words(evidence, among)}",
        everywhere=False,
    )


def square(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is the square of the derivative."""
    size = np.abs(evidence.numeric)
    is_one = np.abs(size - 1) <= evidence.tolerance(size, evidence.bar)
    rows = screening(evidence)
    if is_one[evidence.wrong].all() or not survive(only(evidence, rows), evidence.numeric[rows]):
        return  # 1 is its own square
    certainty: Certainty = "A" if vary(size[evidence.wrong]) else "B"
    relation = scoped(evidence, size**2, 2 * size * evidence.bar)
    yield Hypothesis(
        code="square",
        message=f"df is the square of the derivative{relation.where}",
        certainty=certainty,
        predicted=relation.predicted,
        bar=relation.bar,
    )
