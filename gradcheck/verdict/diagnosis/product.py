"""The product rule and the quotient rule, with the factors that the caller named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.fitting import fit, survives
from gradcheck.verdict.diagnosis.hints import signs_of
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis
from gradcheck.verdict.judging import SIGNIFICANT

Array = npt.NDArray[Any]

_MOST = 6
"""Every choice of terms is tried for so many factors at most."""
_LESS = frozenset(
    {
        "regulariser", "regulariser-l1", "regulariser-only", "offset", "chain-factor",
        "outer-factor", "block-factor",
    }
)  # fmt: skip
"""What a wrong rule may look like without the factors' names."""


@final
@dataclass(frozen=True, eq=False)
class _Number:
    """Numbers with bounds for their errors, one an entry, and how they are written."""

    value: Array
    bar: Array
    text: str

    def __add__(self, other: "_Number") -> "_Number":
        value, text = self.value + other.value, f"{self.text} + {other.text}"
        return _Number(value, self.bar + other.bar, text.replace("+ -", "- "))

    def __neg__(self) -> "_Number":
        text = self.text.removeprefix("-") if self.text.startswith("-") else f"-{self.text}"
        return _Number(-self.value, self.bar, text)

    def __sub__(self, other: "_Number") -> "_Number":
        return self + -other

    def __mul__(self, other: "_Number") -> "_Number":
        bar = np.abs(self.value) * other.bar + np.abs(other.value) * self.bar
        return _Number(self.value * other.value, bar, f"{self.text} {other.text}")

    def __truediv__(self, other: "_Number") -> "_Number":
        value = self.value / other.value
        bar = (self.bar + np.abs(value) * other.bar) / np.abs(other.value)
        return _Number(value, bar, f"{_in_brackets(self.text)} / {_in_brackets(other.text)}")

    def named(self, text: str) -> "_Number":
        """Return the same written differently."""
        return _Number(self.value, self.bar, text)


@dataclass(frozen=True)
class _Factor:
    """A factor u, its derivative, and 1 or -1: whether f has it above or below the fraction bar."""

    u: _Number
    du: _Number
    sign: int


def product(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose wrong product and quotient rules of the caller's factors."""
    if len(evidence.factors) < 2:
        return
    for signs in signs_of(evidence.factors, evidence.y):
        if max(signs) > 0:
            yield from (
                each
                for each in _wrong_rules(evidence, signs)
                if survives(evidence, each.predicted, each.bar)
            )


def _wrong_rules(evidence: Evidence, signs: Sequence[int]) -> Iterator[Hypothesis]:
    factors = [
        _Factor(
            _Number(part.value, np.zeros_like(part.value), _written(name)),
            _Number(part.derivative, part.bar, f"{_written(name)}'"),
            sign,
        )
        for (name, part), sign in zip(evidence.factors.items(), signs, strict=True)
    ]
    terms = [_term(factors, k) for k in range(len(factors))]
    is_product = min(signs) > 0
    rule = "product rule" if is_product else "quotient rule"
    right = _sum(terms)
    tried = [*_parts_of(terms), *(_of_product if is_product else _of_quotient)(factors)]
    for each in tried:
        yield Hypothesis(
            code=rule.replace(" ", "-"),
            message=f"df is {each.text}, but the {rule} gives {right.text}",
            certainty="A",
            predicted=each.value,
            bar=each.bar,
            tried=len(tried),
            supersedes=_LESS,
        )
    if not is_product:
        yield Hypothesis(
            code="quotient-rule",
            message=(
                f"df has the wrong sign: the terms of the quotient rule are swapped, "
                f"which gives {right.text}"
            ),
            certainty="A",
            predicted=-evidence.numeric,
            bar=evidence.bar,
            supersedes=_LESS | {"sign"},
        )
    for term in terms:
        yield from _scaled(evidence, term, rule, len(terms))


def _term(factors: Sequence[_Factor], k: int) -> _Number:
    """Return the part of the derivative that comes from the factor k."""
    above = [each.u for each in factors if each.sign > 0]
    below = [each.u for each in factors if each.sign < 0]
    own = factors[k]
    if own.sign > 0:
        above = [own.du if u is own.u else u for u in above]
    else:
        above.append(own.du)
    term = _product(above)
    if below:
        squared = [(u * u).named(f"{u.text}²") if u is own.u else u for u in below]
        term /= _product(squared)
    return term if own.sign > 0 else -term


def _parts_of(terms: Sequence[_Number]) -> Iterator[_Number]:
    """Leave out terms, or turn the sign of one."""
    if len(terms) <= _MOST:
        for count in range(1, len(terms)):
            yield from (_sum(kept) for kept in combinations(terms, count))
    for k, term in enumerate(terms):
        yield _sum([*terms[:k], -term, *terms[k + 1 :]])


def _of_product(factors: Sequence[_Factor]) -> Iterator[_Number]:
    """Return what else is taken for the derivative of a product."""
    yield _product([each.du for each in factors])
    yield _sum([each.du for each in factors])
    yield _sum([each.u * each.du for each in factors])
    if len(factors) == 2:
        (u, du), (v, dv) = ((each.u, each.du) for each in factors)
        yield (du * v - u * dv) / (v * v).named(f"{v.text}²")
        yield (u * dv - du * v) / (u * u).named(f"{u.text}²")


def _of_quotient(factors: Sequence[_Factor]) -> Iterator[_Number]:
    """Return what else is taken for the derivative of a quotient of two factors."""
    if len(factors) != 2:
        return
    (u, du), (v, dv) = ((each.u, each.du) for each in sorted(factors, key=lambda f: -f.sign))
    above = du * v - u * dv
    yield du / dv
    yield above
    yield above / v
    yield above / (dv * dv).named(f"{dv.text}²")
    yield above / (u * u).named(f"{u.text}²")
    yield du * v + u * dv


def _scaled(evidence: Evidence, term: _Number, rule: str, tried: int) -> Iterator[Hypothesis]:
    """Propose that one term of the rule has a factor of its own."""
    found = fit(evidence, evidence.claimed - evidence.numeric, term.value)
    more, error = float(found.values[0]), float(found.errors[0])
    if not found.count or any(abs(more + k) <= SIGNIFICANT * error for k in (1, 2)):
        return  # it is missing, or has the wrong sign
    yield Hypothesis(
        code=rule.replace(" ", "-"),
        message=f"the term {term.text} of the {rule} is multiplied by {found.text(plus=1.0)}",
        certainty="B",
        predicted=evidence.numeric + more * term.value,
        bar=evidence.bar + abs(more) * term.bar + error * np.abs(term.value),
        fitted=1,
        tried=tried,
        supersedes=_LESS,
    )


def _sum(numbers: Sequence[_Number]) -> _Number:
    total = numbers[0]
    for number in numbers[1:]:
        total += number
    return total


def _product(numbers: Sequence[_Number]) -> _Number:
    total = numbers[0]
    for number in numbers[1:]:
        total *= number
    return total


def _written(name: str) -> str:
    return name if name.isidentifier() else f"({name})"


def _in_brackets(text: str) -> str:
    return f"({text})" if " + " in text or " - " in text or " " in text.strip() else text
