"""A term of a sum whose derivative is missing, doubled, or has a wrong sign or factor."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Part
from gradcheck.verdict.diagnosis.fitting import are_equal, fit, plain, survives
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.judging import SIGNIFICANT

Array = npt.NDArray[Any]

_WORDS: Mapping[float, str] = MappingProxyType(
    {
        0.0: "is missing from df",
        -1.0: "has the wrong sign in df",
        2.0: "is doubled in df",
        0.5: "is halved in df",
        -2.0: "has the wrong sign in df, and is doubled",
        -0.5: "has the wrong sign in df, and is halved",
    }
)
"""What a term's derivative is multiplied by."""
_MOST = 12
"""Factors for several terms at once are fitted for so many terms at most."""
_LESS = frozenset(
    {
        "regulariser", "regulariser-l1", "offset", "block-factor", "factor", "sign", "zero",
        "chain-factor", "outer-factor", "power-rule", "log-parameter", "log-base", "units",
        "branch", "regulariser-only",
    }
)  # fmt: skip
"""What a wrong term may look like without its name."""


def term(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that terms of f that the caller named went into df with a wrong factor."""
    for each in _factors(evidence):
        if survives(evidence, each.predicted, each.bar):
            yield each


def _factors(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose factors for single terms, and for several at once."""
    named = {name: part for name, part in evidence.terms.items() if not _is_all(evidence, part)}
    difference = evidence.claimed - evidence.numeric
    for name, part in named.items():
        for factor, words in _WORDS.items():
            yield _hypothesis(
                f"the derivative of the term {name!r} {words}",
                evidence,
                [(part, factor - 1.0, 0.0)],
                tried=len(named) * len(_WORDS),
            )
        found = fit(evidence, difference, part.derivative)
        more, error = float(found.values[0]), float(found.errors[0])
        if found.count and not _is_listed(more, error):
            yield _hypothesis(
                f"the derivative of the term {name!r} is multiplied by {found.text(plus=1.0)}",
                evidence,
                [(part, more, error)],
                fitted=1,
                tried=len(named),
            )
    if 1 < len(named) <= _MOST:
        yield from _several(evidence, named, difference)


def _is_all(evidence: Evidence, part: Part) -> bool:
    """Tell whether a term has the derivative of f itself, so that nothing tells them apart."""
    bar = evidence.bar + part.bar
    close = np.abs(part.derivative - evidence.numeric) <= evidence.tolerance(part.derivative, bar)
    return bool(close[evidence.compared].all())


def _is_listed(more: float, error: float) -> bool:
    return any(abs(more - (factor - 1.0)) <= SIGNIFICANT * error for factor in _WORDS)


def _several(
    evidence: Evidence, named: Mapping[str, Part], difference: Array
) -> Iterator[Hypothesis]:
    """Fit a factor to each term, round those that are listed, and propose all of them at once."""
    use = evidence.wrong
    weight = 1 / evidence.tolerance(evidence.claimed, evidence.bar)[use]
    slopes = np.stack([part.derivative[use] * weight for part in named.values()], axis=1)
    target = difference[use] * weight
    if len(target) <= len(named) or not (np.isfinite(slopes).all() and np.isfinite(target).all()):
        return
    found, _, rank, _ = np.linalg.lstsq(slopes, target)
    if rank < len(named):
        return  # terms that are multiples of each other
    errors = np.abs(np.linalg.pinv(slopes)).sum(axis=1)
    if are_equal(found, errors) and len(named) == len(evidence.terms):
        return  # all of f has that factor
    changed, words = [], []
    for (name, part), more, error in zip(named.items(), found, errors, strict=True):
        if abs(more) <= SIGNIFICANT * error:
            continue
        listed = [factor for factor in _WORDS if abs(more - (factor - 1)) <= SIGNIFICANT * error]
        changed.append((part, listed[0] - 1.0 if listed else more, 0.0 if listed else error))
        what = _WORDS[listed[0]] if listed else f"is multiplied by {plain(1 + more, error)}"
        words.append(f"that of {name!r} {what}")
    if len(changed) > 1:
        yield _hypothesis(
            f"derivatives of terms are wrong: {', '.join(words)}",
            evidence,
            changed,
            fitted=len(named),
            tried=1,
        )


def _hypothesis(
    message: str,
    evidence: Evidence,
    changed: Sequence[tuple[Part, float, float]],
    *,
    fitted: int = 0,
    tried: int,
) -> Hypothesis:
    """Return the derivative with so much more of each term, with the error of that number."""
    predicted, bar = evidence.numeric, evidence.bar
    for part, more, error in changed:
        predicted = predicted + more * part.derivative
        bar = bar + abs(more) * part.bar + error * np.abs(part.derivative)
    return Hypothesis(
        code="term",
        message=message,
        certainty="A",
        predicted=predicted,
        bar=bar,
        fitted=fitted,
        tried=tried,
        supersedes=_LESS,
    )
