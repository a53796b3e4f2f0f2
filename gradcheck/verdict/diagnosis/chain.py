"""An inner derivative that is missing or superfluous: claimed / true is a function of x or f."""

import math
from collections.abc import Iterator

import numpy as np

from gradcheck.verdict.diagnosis.candidates import Candidate, of_entries, own_input
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.diagnosis.power import power_of
from gradcheck.verdict.diagnosis.ratios import (
    SIZES,
    fitted,
    only,
    screening,
    survive,
    times,
    vary,
)
from gradcheck.verdict.diagnosis.scope import wholes
from gradcheck.verdict.diagnosis.survivors import survivors

_TOLD = 3
"""So many names of one factor are told."""
_KNOWN = 1e-6
"""A fitted number is one of those that have been tried if it differs by less."""
_LN10 = math.log(10)
_NAMED = (*SIZES, _LN10, 1 / _LN10)


def chain_factor(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that a factor g(x) or g(f) is missing or superfluous, entry by entry."""
    if evidence.layout is Layout.DIRECTIONS:
        return
    rows = screening(evidence)
    some = only(evidence, rows)
    candidates = [own_input(some), *of_entries(some)]
    found, tried = survivors(some, candidates)
    # claimed / true = x is the derivative by log x: it has a code of its own
    found = [each for each in found if (each.number, each.size, each.inverse) != (0, 1.0, False)]
    if not found:
        yield from _with_unknown_constant(evidence, candidates, tried)
        return
    first = found[0]
    full = [own_input(evidence), *of_entries(evidence)][first.number]
    relation = times(evidence, *full.ratio(first.size, inverse=first.inverse))
    others = [candidates[each.number].text(each.size, inverse=not each.inverse) for each in found]
    alias = f" (here also {', '.join(others[1:_TOLD])})" if len(others) > 1 else ""
    yield Hypothesis(
        code="chain-factor",
        message=_words(full, first.size, inverse=first.inverse, alias=alias) + relation.where,
        certainty="A" if first.varies and (relation.everywhere or wholes(evidence)) else "B",
        predicted=relation.predicted,
        bar=relation.bar,
        tried=tried,
        supersedes=frozenset({"block-factor"}) if first.varies else frozenset(),
    )


def log_parameter(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is the derivative by log x, or the reverse."""
    if evidence.layout is Layout.DIRECTIONS:
        return
    x = own_input(evidence)
    rows = screening(evidence)
    some = only(evidence, rows)
    plans = [
        (1.0, False, "df is x times the derivative: it is the derivative by ln x"),
        (1.0, True, "df is 1/x times the derivative, as for an x that is a logarithm"),
        (_LN10, False, "df is x ln 10 times the derivative: it is the derivative by log10 x"),
        (_LN10, True, "df is 1/(x ln 10) times the derivative: log10 x is taken for x"),
    ]
    for size, inverse, message in plans:
        if not survive(some, *own_input(some).ratio(size, inverse=inverse)):
            continue
        relation = times(evidence, *x.ratio(size, inverse=inverse))
        sure = vary(evidence.x[rows]) and power_of(evidence) is None
        yield Hypothesis(
            code="log-parameter",
            message=message + relation.where,
            certainty="A" if sure and (relation.everywhere or wholes(evidence)) else "B",
            predicted=relation.predicted,
            bar=relation.bar,
            tried=len(plans),
            supersedes=frozenset({"block-factor"}) if sure else frozenset(),
        )


def _words(candidate: Candidate, size: float, *, inverse: bool, alias: str) -> str:
    ratio = candidate.text(size, inverse=inverse)
    missing = candidate.text(size, inverse=not inverse)
    more = "" if inverse else f", or {ratio} is there in excess"
    return (
        f"df is {ratio} times the derivative: the factor {missing}{alias} is missing{more}; "
        "look at the chain rule"
    )


def _with_unknown_constant(
    evidence: Evidence, candidates: list[Candidate], tried: int
) -> Iterator[Hypothesis]:
    """Propose c g or 1/(c g) with a c that is taken from the claims."""
    rows = screening(evidence)
    some = only(evidence, rows)
    every = np.arange(len(rows))
    for number, candidate in enumerate(candidates):
        for inverse in (True, False):
            shape, error = candidate.ratio(1.0, inverse=inverse)
            c, doubt = fitted(some, every, shape)
            if not c or not vary(shape) or np.isclose(c, _NAMED, rtol=_KNOWN).any():
                continue
            if not np.isfinite(c) or not survive(
                some, c * shape, abs(c) * error + abs(doubt * shape)
            ):
                continue
            full = [own_input(evidence), *of_entries(evidence)][number]
            shape, error = full.ratio(1.0, inverse=inverse)
            relation = times(evidence, c * shape, abs(c) * error + abs(doubt * shape))
            size = 1 / c if inverse else c
            yield Hypothesis(
                code="chain-factor",
                message=_words(full, size, inverse=inverse, alias="") + relation.where,
                certainty="B",
                predicted=relation.predicted,
                bar=relation.bar,
                fitted=1,
                tried=tried,
            )
