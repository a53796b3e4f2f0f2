"""Something added to the derivative, or missing from it: a regulariser, or a constant offset."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.fitting import (
    Multiple,
    are_equal,
    at_a_glance,
    fit,
    is_multiple,
    plain,
    survives,
)
from gradcheck.verdict.diagnosis.hypothesis import Certainty, Hypothesis
from gradcheck.verdict.diagnosis.scope import scoped
from gradcheck.verdict.judging import SIGNIFICANT

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

_MANY = 4
"""So many wrong entries at one point are as good as a second point."""
_ROUNDING = 1e-12
"""What rounding may do to a coefficient."""
_ALIKE = 1e-6
"""Sizes that differ by less, relatively, are alike."""
_MOST_CONSTANTS = 12
"""Quotients of the caller's constants are tried for so many at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Term:
    """A shape g that claimed - true may be a multiple of."""

    code: str
    values: Array
    symbol: str
    """Such as "x", after a coefficient; "" for the constant 1."""
    source: str
    """What has such a derivative."""
    instead: tuple[str, str] = ("", "")
    """The terms that were exchanged, if the shape is a difference: there, and wanted."""


def additive(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is the derivative plus a multiple of x, of the signs of x, or of 1."""
    if evidence.layout is Layout.DIRECTIONS:
        return
    among = _ever_wrong(evidence)
    difference = evidence.claimed - evidence.numeric
    terms = _terms(evidence)
    told = set[str]()
    for term in terms:
        if term.code in told:
            continue
        if _allows(evidence, difference, evidence.numeric, term.values):
            found = fit(evidence, difference, term.values)
            if is_multiple(evidence, term.values, among):
                continue
            known = None if term.instead[0] else _known(evidence, term, found)
            yield replace(known or _fitted(evidence, term, found), tried=len(terms))
            told.add(term.code)  # no need for another shape
        elif len(evidence.blocks) > 1:
            yield from _by_block(evidence, term, difference, len(terms))
    yield from _by_point(evidence, difference)


def replaced(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df is nothing but a multiple of x: the regulariser in place of the whole."""
    if evidence.layout is Layout.DIRECTIONS:
        return
    x = evidence.x
    if not _allows(evidence, evidence.claimed, 0.0, x):
        return
    found = fit(evidence, evidence.claimed, x)
    powers = (np.ones_like(x), x, x * x, x * x * x, 1 / x)
    among = _ever_wrong(evidence)
    if any(is_multiple(evidence, power, among) for power in powers):
        return  # the power rule, or a factor
    right = evidence.compared & ~evidence.wrong & (evidence.numeric != 0)
    if (right & among).any():
        return  # c x is the derivative at times: another branch of f is forgotten
    relation = scoped(
        evidence,
        found.values[0] * x,
        np.abs(x) * found.errors[0],
    )
    yield Hypothesis(
        code="regulariser-only",
        message=(
            f"df is {found.text()} x, the derivative of a regulariser alone: that of the rest "
            f"of f is missing{relation.where}"
        ),
        certainty="A" if _is_sure(evidence) and not right.any() else "B",
        predicted=relation.predicted,
        bar=relation.bar,
        fitted=1,
    )


def _allows(evidence: Evidence, target: Array, base: Array | float, shape: Array) -> bool:
    """Tell whether the wrong entries allow that target = c shape, with a c that is not 0."""
    if not at_a_glance(evidence, target, base, shape):
        return False
    found = fit(evidence, target, shape)
    bar = evidence.bar + np.abs(shape) * found.errors[0]
    return bool(found.values[0]) and survives(evidence, base + found.values[0] * shape, bar)


def _terms(evidence: Evidence) -> tuple[_Term, ...]:
    x, signs = evidence.x, np.sign(evidence.x)
    return (
        _Term(code="regulariser", values=x, symbol="x", source="a regulariser c/2 |x|²"),
        _Term(code="regulariser-l1", values=signs, symbol="sign(x)", source="a regulariser c |x|₁"),
        _Term(code="regulariser", values=x * x * x, symbol="x³", source="a term c/4 x⁴"),
        _exchanged(signs - x, "x"),
        _exchanged(signs - 2 * x, "2x"),
        _Term(
            code="offset",
            values=np.ones_like(x),
            symbol="",
            source="a term c times the sum of the inputs",
        ),
    )


def _exchanged(values: Array, quadratic: str) -> _Term:
    return _Term(
        code="regulariser-l1",
        values=values,
        symbol=f"(sign(x) - {quadratic})",
        source="",
        instead=("sign(x)", quadratic),
    )


def _ever_wrong(evidence: Evidence) -> Bools:
    """Tell which compared entries are wrong at this point or another."""
    return evidence.at_all_points(evidence.wrong) & evidence.compared


def _is_sure(evidence: Evidence) -> bool:
    """Tell whether there is enough to tell a shape from others."""
    wrong = evidence.point[evidence.wrong]
    return len(wrong) >= _MANY or len(np.unique(wrong)) > 1


def _known(evidence: Evidence, term: _Term, found: Multiple) -> Hypothesis | None:
    """Return the relation with a coefficient that the caller named, if there is one."""
    value, error = float(found.values[0]), float(found.errors[0]) * SIGNIFICANT
    for factor, (words, certainty) in _FACTORS.items():
        for name, constant in _constants(evidence).items():
            added = factor * constant
            if not constant or abs(value - added) > error + _ROUNDING * abs(added):
                continue
            bar = evidence.bar + _ROUNDING * np.abs(added * term.values)
            relation = scoped(evidence, evidence.numeric + added * term.values, bar)
            shown = f"{name} {term.symbol}".strip()
            told = words.format(term=shown)
            return Hypothesis(
                code=term.code,
                message=f"{told}{relation.where}; {name} is {plain(constant)}",
                certainty=certainty if _tells(evidence, term, named=True) else "B",
                predicted=relation.predicted,
                bar=relation.bar,
            )
    return None


_FACTORS: Mapping[float, tuple[str, Certainty]] = MappingProxyType(
    {
        -1.0: ("{term} is missing from df: the derivative of a term was forgotten", "A"),
        1.0: ("df has {term} once too often: a term counts twice, or f has none", "A"),
        -2.0: ("{term} has the wrong sign in df, or 2 {term} is missing", "A"),
        2.0: ("df has 2 {term} too much: a term counts twice, or f has none", "A"),
        -0.5: ("half of {term} is missing from df: a factor 2 in the term is lost", "B"),
        0.5: ("df has half of {term} too much: a factor in the term is wrong", "B"),
        -4.0: ("2 {term} has the wrong sign in df, or 4 {term} is missing", "B"),
    }
)
"""Added coefficient / the caller's constant, and what causes it; the likeliest first."""


def _constants(evidence: Evidence) -> dict[str, float]:
    """Return the caller's constants, and their quotients: lambda/batch."""
    named = dict(evidence.constants)
    if len(named) <= _MOST_CONSTANTS:
        for (over, p), (under, q) in permutations(evidence.constants.items(), 2):
            if q:
                named.setdefault(f"{over}/{under}", p / q)
    return named


def _fitted(evidence: Evidence, term: _Term, found: Multiple) -> Hypothesis:
    relation = scoped(
        evidence,
        evidence.numeric + found.values[0] * term.values,
        evidence.bar + np.abs(term.values) * found.errors[0],
    )
    one_cause = found.values[0] < 0 or not relation.everywhere or bool(term.instead[0])
    return Hypothesis(
        code=term.code,
        message=_added(found.text(), term, relation.where),
        certainty="A" if one_cause and _tells(evidence, term, named=False) else "B",
        predicted=relation.predicted,
        bar=relation.bar,
        fitted=1,
    )


def _added(coefficient: str, term: _Term, where: str) -> str:
    """Say in words what is missing or too much."""
    size, missing = coefficient.lstrip("-"), coefficient.startswith("-")
    if term.instead[0]:
        there, wanted = term.instead[::-1] if missing else term.instead
        return (
            f"df has {size} · {there} where {size} · {wanted} belongs{where}: the derivatives of "
            "L1 and L2 regularisers mixed up"
        )
    shown = f"{size} {term.symbol}" if term.symbol else f"the constant {size}"
    if missing:
        return (
            f"{shown} is missing from df{where}: the derivative of {term.source} with c = {size} "
            "was forgotten, or that of half as much has the wrong sign"
        )
    if where:
        return f"df has {shown} too much{where}, as of {term.source} with c = {size}"
    return (
        f"df has {shown} too much: the derivative of {term.source} with c = {size} counts twice, "
        "has the wrong sign, or is not in f"
    )


def _tells(evidence: Evidence, term: _Term, *, named: bool) -> bool:
    """Tell whether the points tell this shape from the others.

    A coefficient that the caller named leaves fewer possibilities open.
    """
    if not term.symbol:
        return False  # a constant has many causes
    x = evidence.x[evidence.wrong]
    sizes = np.abs(x)
    if term.code == "regulariser-l1" and not ((x > 0).any() and (x < 0).any()):
        return False
    if named:
        return bool((np.abs(sizes - 1) > _ALIKE).any())
    return _is_sure(evidence) and float(np.ptp(sizes)) > _ALIKE * float(sizes.max())


def _by_block(
    evidence: Evidence, term: _Term, difference: Array, tried: int
) -> Iterator[Hypothesis]:
    """Propose another coefficient for each block."""
    groups = evidence.block_numbers
    if not at_a_glance(evidence, difference, evidence.numeric, term.values, groups):
        return
    found = fit(evidence, difference, term.values, groups)
    if found.count <= 1:
        return
    size, error = found.values[groups], found.errors[groups]
    listed = ", ".join(
        f"{found.text(k)} in {evidence.blocks[k].name}" for k in np.flatnonzero(found.used).tolist()
    )
    yield Hypothesis(
        code=term.code,
        message=(
            f"df differs from the derivative by c {term.symbol}".rstrip()
            + f" with another c in each part of x ({listed}): that of {term.source}"
        ),
        certainty="A" if _tells(evidence, term, named=False) else "B",
        predicted=evidence.numeric + size * term.values,
        bar=evidence.bar + np.abs(term.values) * error,
        fitted=found.count,
        tried=tried,
    )


def _by_point(evidence: Evidence, difference: Array) -> Iterator[Hypothesis]:
    """Propose a multiple that changes from point to point: a path through a sum or a norm."""
    if len(evidence.samples) == 1:
        return
    groups = evidence.point * evidence.outputs + evidence.output
    paths = (
        ("offset", np.ones_like(evidence.x), "the same number for all inputs", "a sum or mean of"),
        ("regulariser", evidence.x, "a multiple of x", "the norm of"),
    )
    for code, shape, what, through in paths:
        if not at_a_glance(evidence, difference, evidence.numeric, shape, groups):
            continue
        found = fit(evidence, difference, shape, groups)
        few = found.values[found.used]
        if len(few) <= 1 or are_equal(few, found.errors[found.used]):
            continue
        error = found.errors[groups]
        yield Hypothesis(
            code=code,
            message=(
                f"df differs from the derivative by {what}, which changes from point to point: "
                f"the path through {through} the inputs is missing or wrong"
            ),
            certainty="B",
            predicted=evidence.numeric + found.values[groups] * shape,
            bar=evidence.bar + np.abs(shape) * error,
            fitted=found.count,
            tried=len(paths),
        )
