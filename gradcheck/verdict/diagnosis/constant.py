"""A constant factor: sign, factor 2, mean for sum, units, the base of a logarithm, caller's own."""

import math
from collections.abc import Iterator, Mapping
from itertools import permutations
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Certainty, Hypothesis
from gradcheck.verdict.diagnosis.scope import scoped

Array = npt.NDArray[Any]

_FACTORS: Mapping[float, tuple[str, Certainty, str]] = MappingProxyType(
    {
        -1.0: ("sign", "A", "df has the wrong sign"),
        2.0: ("factor", "A", "df is twice the derivative: a factor 2 too many"),
        0.5: ("factor", "A", "df is half the derivative: a factor 2 is missing"),
        -2.0: ("factor", "B", "df is -2 times the derivative: sign and a factor 2"),
        -0.5: ("factor", "B", "df is -1/2 times the derivative: sign and a factor 2"),
        math.log(10): ("log-base", "A", "df is ln 10 times the derivative: log10 taken for ln"),
        1 / math.log(10): ("log-base", "A", "df is 1/ln 10 times the derivative: ln for log10"),
        math.log(2): ("log-base", "A", "df is ln 2 times the derivative: log2 taken for ln"),
        1 / math.log(2): ("log-base", "A", "df is 1/ln 2 times the derivative: ln for log2"),
        180 / math.pi: ("units", "A", "df is 180/π times the derivative: degrees for radians"),
        math.pi / 180: ("units", "A", "df is π/180 times the derivative: radians for degrees"),
    }
)
"""Known factors claimed / true, and what causes them."""


def constant_factor(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is a constant times the derivative."""
    known = _known(evidence)
    for factor, (code, certainty, message) in known.items():
        relation = scoped(evidence, factor * evidence.numeric, abs(factor) * evidence.bar)
        yield Hypothesis(
            code=code,
            message=message + relation.where,
            certainty=certainty,
            predicted=relation.predicted,
            bar=relation.bar,
            tried=len(known),
        )


def _known(evidence: Evidence) -> dict[float, tuple[str, Certainty, str]]:
    """Return the factors to try: the listed ones, the caller's, and ratios of sizes."""
    known = dict(_FACTORS)
    for name, value in evidence.constants.items():
        for factor, text in ((value, name), (1 / value, f"1/{name}") if value else (0.0, "")):
            if text and factor not in known and factor not in (0.0, 1.0):
                known[factor] = ("factor", "A", f"df is {text} times the derivative")
    sizes = {"the number of inputs": evidence.inputs, "the number of outputs": evidence.outputs}
    for (over, p), (under, q) in permutations(sizes.items(), 2):
        if p != q:
            known.setdefault(p / q, ("factor", "B", f"df is {over} / {under} times the derivative"))
    return known
