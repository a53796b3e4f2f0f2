"""Rounding inside df: claims that are right to single or half precision, and no further."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.fitting import fit, survives
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.judging import SIGNIFICANT

Array = npt.NDArray[Any]

_BITS: Mapping[str, int] = MappingProxyType({"float32": 24, "float16": 11})
"""The significant bits of a number."""
_FULL = 53
"""Those of float64."""
_FEW = 6
"""Numbers of so few bits occur anyway: 1, 0.25, 60."""
_ROUNDINGS = 8.0
"""An entry may be wrong by so many units in the last place, of itself or of the largest one."""


def precision(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df computes in float32 or float16, or with constants of so few digits.

    Half precision allows for errors of nearly 1 %, which have many causes: it is told only where
    the claims themselves have so few bits.
    """
    for kind, bits in _BITS.items():
        slack = _ROUNDINGS * 2.0**-bits * _sizes(evidence)
        error = np.abs(evidence.claimed - evidence.numeric)
        if (error > slack + evidence.bar)[evidence.wrong].any():
            continue
        exact = _rounded(evidence, bits)
        if not exact and (kind != "float32" or _is_one_factor(evidence)):
            continue
        if exact:
            message = f"df is a {kind}: right but for rounding to {bits} bits; compute in float64"
            chance = -(_FULL - bits) * math.log10(2) * exact
        else:
            message = (
                f"df is right to the precision of {kind} only: it computes in {kind}, with a "
                "constant of few digits, or stops an iteration early; compute in float64"
            )
            share = (slack / _sizes(evidence))[evidence.wrong]
            chance = float(np.log10(np.minimum(1.0, share)).sum())
        yield Hypothesis(
            code="precision",
            message=message,
            certainty="A" if exact else "B",
            predicted=evidence.numeric,
            bar=evidence.bar + slack,
            tried=len(_BITS),
            chance=chance,
        )
        return


def _rounded(evidence: Evidence, bits: int) -> int:
    """Count the wrong claims that show rounding to so many bits; 0 if any claim has more.

    Those of very few bits show nothing, nor do those where the truth has no more bits either:
    whole numbers and the like come out of whole numbers.
    """
    if evidence.layout is Layout.DIRECTIONS:
        return 0
    claimed, numeric = evidence.claimed, evidence.numeric
    if (_with_bits(claimed, bits) != claimed)[evidence.compared].any():
        return 0
    finer = np.abs(numeric - _with_bits(numeric, bits)) > SIGNIFICANT * evidence.bar
    return int((evidence.wrong & finer & (_with_bits(claimed, _FEW) != claimed)).sum())


def _is_one_factor(evidence: Evidence) -> bool:
    """Tell whether all claims of a point are off by one factor, where rounding would scatter."""
    numeric = evidence.numeric
    found = fit(evidence, evidence.claimed - numeric, numeric, evidence.point)
    bar = evidence.bar + np.abs(numeric) * found.errors[evidence.point]
    several = int(evidence.wrong.sum()) > 2 * found.count
    return several and survives(evidence, numeric * (1 + found.values[evidence.point]), bar)


def _sizes(evidence: Evidence) -> Array:
    """Return the size of the largest true entry of the same point."""
    largest = np.zeros(len(evidence.samples))
    np.maximum.at(largest, evidence.point, np.nan_to_num(np.abs(evidence.numeric)))
    return largest[evidence.point]


def _with_bits(numbers: Array, bits: int) -> Array:
    """Round to so many significant bits."""
    mantissa, exponent = np.frexp(numbers)
    return np.asarray(np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits))
