"""A wrong derivative, with the right one and with the finding that names the mistake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

import gradcheck as gc

Array = npt.NDArray[Any]
Function = Callable[..., Any]
Draw = Callable[[np.random.Generator], Any]

LOCALISED = frozenset({"place"})
"""Codes that are true of any mistake, and name none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Wrong:
    """A mistake that somebody makes who differentiates by hand."""

    name: str
    title: str
    """One sentence: the mistake."""
    f: Function
    df: Function
    """The wrong derivative; with a memory, a function that returns one that remembers nothing."""
    right: Function
    """The right derivative."""
    draw: Draw
    """Returns a random point in general position: an array, or a tree of arrays."""
    codes: frozenset[str]
    """The codes of findings that name the mistake; none if nothing can."""
    partial: frozenset[str] = frozenset()
    """Codes that say something true of this mistake, but do not name it."""
    rows: tuple[int, ...] = ()
    """Where the kind of mistake stands in the catalogue of forty."""
    catalogue: bool = False
    """Whether it is one of the catalogue's 56 reproducible mistakes."""
    hints: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Constants, terms and factors that the author of f knows, for `gradcheck.check`."""
    needs_hints: bool = False
    """Whether f, x and the two derivatives alone cannot tell."""
    needs: int = 1
    """How many points it takes to tell this mistake from others, or to see it at all."""
    has_memory: bool = False
    verdict: gc.Verdict = gc.Verdict.FAIL
    reason: str = "disagrees"

    def claim(self) -> Function:
        """Return the wrong derivative, with no memory of earlier calls."""
        return self.df() if self.has_memory else self.df

    def points(self, count: int, seed: int) -> list[Any]:
        """Return random points, which depend on the seed and the name alone."""
        generator = np.random.default_rng([seed, crc32(self.name.encode())])
        return [self.draw(generator) for _ in range(count)]

    def check(self, *, points: int = 3, seed: int = 0, hinted: bool = False) -> gc.Result:
        """Check the wrong derivative at random points, with or without the hints."""
        given: Mapping[str, Any] = self.hints if hinted else {}
        return gc.check(self.f, self.claim(), points=self.points(points, seed), **given)

    def is_named_by(self, findings: Sequence[gc.Finding]) -> bool:
        """Tell whether an expected code is among the findings of the best certainty told."""
        best = min((finding.certainty for finding in findings), default=None)
        return any(f.certainty == best and f.code in self.codes for f in findings)


def codes(*names: str) -> frozenset[str]:
    """Return a set of codes."""
    return frozenset(names)


def hints(**given: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return hints: constants=, terms=, factors=."""
    return MappingProxyType(given)


def normal(*shape: int, seed: int, scale: float = 1.0) -> Array:
    """Return normally distributed data, the same each time."""
    return np.random.default_rng(seed).normal(scale=scale, size=shape)


def uniform(*shape: int, seed: int, low: float, high: float) -> Array:
    """Return uniformly distributed data, the same each time."""
    return np.random.default_rng(seed).uniform(low, high, size=shape)


def around_zero(*shape: int, scale: float = 1.0) -> Callable[[np.random.Generator], Array]:
    """Draw normally distributed numbers."""
    return lambda generator: generator.normal(scale=scale, size=shape)


def between(low: float, high: float, *shape: int) -> Draw:
    """Draw uniformly distributed numbers."""
    return lambda generator: generator.uniform(low, high, size=shape)


def covariance(n: int, seed: int) -> Array:
    """Return a symmetric positive definite matrix."""
    root = normal(n + 3, n, seed=seed)
    return np.asarray(root.T @ root / (n + 3) + 0.2 * np.eye(n))


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    """Return exp(z) / sum exp(z) along the last axis."""
    powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)
