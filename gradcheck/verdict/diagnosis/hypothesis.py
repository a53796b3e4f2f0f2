"""Hypotheses about a mistake, and the one test that each of them must stand.

A hypothesis predicts what a df with its mistake would claim: for every entry, at every point. It
stands only if all claims agree with that, the right ones included, and if this is no coincidence.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence

Array = npt.NDArray[Any]
Certainty = Literal["A", "B", "C"]

COINCIDENCE = -4.0
"""Unrelated numbers fit with a probability of less than 10 to this power."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Hypothesis:
    """A mistake, and what a df that has it would claim."""

    code: str
    """Stable; listed in docs/diagnosis.md."""
    message: str
    """One sentence without a full stop: the mistake, and what to do."""
    certainty: Certainty
    """The most that it can be: A for an exact relation with one usual cause, B for one with two
    or three, C if it only says where."""
    predicted: Array
    """What df would claim, for all entries; where df would be right, `evidence.numeric`."""
    bar: Array
    """The bound for the error of the prediction."""
    fitted: int = 0
    """How many numbers of the prediction were taken from the claims."""
    tried: int = 1
    """How many candidates were tried along with it."""
    chance: float = 0.0
    """log10 of the chance of what agrees besides the values, such as that a threshold in x parts
    the wrong entries from the right ones."""
    answered: Array | None = None
    """What df says elsewhere, if the mistake predicts that instead of the claims at x."""
    supersedes: frozenset[str] = frozenset()
    """Codes that say less about the same mistake, and need not be told beside it."""


Family = Callable[[Evidence], Iterable[Hypothesis]]
"""Proposes hypotheses; it need not test them."""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something that the right derivative has and df has not, which does not say what df claims.

    Of certainty C: it is told where no hypothesis stands.
    """

    code: str
    message: str


Remarks = Callable[[Evidence], Iterable[Remark]]
"""Tells what holds; nobody tests it again."""


def stands(hypothesis: Hypothesis, evidence: Evidence) -> bool:
    """Tell whether all claims at all points agree, and not by chance.

    Every wrong entry must agree within its error bar: unrelated numbers do so with a probability
    of about the width of that bar beside the error to be explained. An entry whose number went
    into the prediction says nothing.
    """
    said = hypothesis.answered
    asked = evidence if said is None else replace(evidence, claimed=said)
    agrees = asked.explained(hypothesis.predicted, hypothesis.bar)
    if not agrees[evidence.compared].all():
        return False
    wrong = evidence.wrong
    width = asked.tolerance(hypothesis.predicted, hypothesis.bar)[wrong]
    error = np.abs(evidence.claimed - evidence.numeric)[wrong]
    with np.errstate(all="ignore"):
        luck = np.sort(np.log10(np.minimum(1.0, np.nan_to_num(width / error, nan=1.0))))
    chance = hypothesis.chance + float(luck[hypothesis.fitted :].clip(-300.0).sum())
    return chance + math.log10(max(1, hypothesis.tried)) <= COINCIDENCE
