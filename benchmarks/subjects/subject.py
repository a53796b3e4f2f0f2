"""A function with its hand-written derivative, the points to check it at, and its exact twin."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A pair f, df that is right, and what is needed to know how right.

    f and df take what `points` hold, numbers or arrays of any shape, and df(x) has the shape of
    f(x) followed by that of x.
    """

    name: str = field(kw_only=False)
    f: Function
    df: Function
    points: Sequence[Any]
    exact: Function | None = None
    """f without rounding and noise, for exact numbers; None: f itself can take them."""
    reach: float = np.inf
    """How far the nearest kink is from the points, along a coordinate."""
    sizes: Any = None
    """Along which lengths f varies, of the shape of x; None: as long as the entries of x."""
    hard: bool = False
    kink: bool = False
    """Whether the points lie on a kink, where df is a subgradient."""

    @property
    def truth(self) -> Function:
        """The function whose derivative is asked for."""
        return self.exact or self.f

    @property
    def half(self) -> str:
        """The half of the subjects that this one belongs to, tuning or held-out."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return ("tuning", "held-out")[digest[0] % 2]

    @property
    def family(self) -> str:
        """The table that this one is counted in."""
        return "kink" if self.kink else "hard" if self.hard else "standard"

    def random(self, salt: int = 0) -> np.random.Generator:
        """Return a source of random numbers that is this subject's own."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return np.random.default_rng([salt, int.from_bytes(digest[:8])])


def normal(*shape: int, seed: int, scale: float = 1.0, mean: float = 0.0) -> Array:
    """Return fixed numbers in general position."""
    return mean + scale * np.random.default_rng(seed).standard_normal(shape)


def uniform(low: float, high: float, *shape: int, seed: int) -> Array:
    """Return fixed numbers between low and high."""
    return np.random.default_rng(seed).uniform(low, high, shape)
