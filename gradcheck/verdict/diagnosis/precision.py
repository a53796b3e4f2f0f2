"""Rounding inside df: claims that are right to single or half precision, and no further."""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_BITS: Mapping[str, int] = MappingProxyType({"float32": 24, "float16": 11})
"""The significant bits of a number."""
_FULL = 53
"""Those of float64."""
_FEW = 6
"""Numbers of so few bits occur anyway: 1, 0.25, 60."""
_ROUNDINGS = 8.0
"""An entry may be wrong by so many units in the last place, of itself or of the largest one."""


def precision(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df computes in float32 or float16, or with constants of so few digits."""
    wrong = evidence.wrong
    size = _sizes(evidence)
    for kind, bits in _BITS.items():
        unit = 2.0**-bits
        slack = _ROUNDINGS * unit * size
        if (np.abs(evidence.claimed - evidence.numeric) > slack + evidence.bar)[wrong].any():
            continue
        claims = evidence.claimed[evidence.compared]
        told = wrong & ~_has_bits(evidence.claimed, _FEW)
        exact = evidence.layout is not Layout.DIRECTIONS and bool(_has_bits(claims, bits).all())
        if exact:
            if not told.any():
                continue
            message = f"df is a {kind}: right but for rounding to {bits} bits; compute in float64"
            chance = -(_FULL - bits) * math.log10(2) * int(told.sum())
        else:
            message = (
                f"df is right to the precision of {kind} only: it computes in {kind}, or with a "
                "constant of few digits; compute in float64"
            )
            chance = float(np.log10(np.minimum(1.0, slack / size))[wrong].sum())
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


def _sizes(evidence: Evidence) -> Array:
    """Return the size of the largest true entry of the same point."""
    largest = np.zeros(len(evidence.samples))
    np.maximum.at(largest, evidence.point, np.nan_to_num(np.abs(evidence.numeric)))
    return largest[evidence.point]


def _has_bits(numbers: Array, bits: int) -> Bools:
    """Tell which numbers need no more than so many significant bits."""
    scaled = np.ldexp(np.frexp(numbers)[0], bits)
    return np.asarray(scaled == np.round(scaled), dtype=np.bool_)
