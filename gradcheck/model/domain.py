"""Where f is defined: intervals, one for all inputs or one per input, or a predicate."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_INTERVAL = re.compile(r"^\s*([\[(])\s*([^,\s]+)\s*,\s*([^,\s]+)\s*([\])])\s*$")


@dataclass(frozen=True)
class Interval:
    """The numbers from `lower` to `upper`; each end is open or closed.

    Parameters
    ----------
    lower, upper : float
        The ends, possibly infinite; `lower < upper`.
    left, right : {"open", "closed"}
        Whether the end itself belongs to the interval.

    Raises
    ------
    ValueError
        If the ends are not in order, or the text of `parse` is no interval.

    Examples
    --------
    >>> unit = Interval.parse("(0, 1]")
    >>> unit.contains(np.array([0.0, 0.5, 1.0]))
    array([False,  True,  True])
    """

    lower: float = -math.inf
    upper: float = math.inf
    left: str = "open"
    right: str = "open"

    def __post_init__(self) -> None:
        if not self.lower < self.upper:
            raise ValueError(f"an interval needs lower < upper, got {self.lower} and {self.upper}")
        for end in (self.left, self.right):
            if end not in ("open", "closed"):
                raise ValueError(f'an end is "open" or "closed", not {end!r}')

    @classmethod
    def parse(cls, text: str) -> "Interval":
        """Read an interval as mathematics writes it: "(0, inf)", "[-1, 1]"."""
        match = _INTERVAL.match(text) if isinstance(text, str) else None
        try:
            if match is None:
                raise ValueError  # noqa: TRY301  (one message for both ways of being wrong)
            lower, upper = float(match[2]), float(match[3])
        except ValueError:
            raise ValueError(f'{text!r} is no interval; write "(0, inf)" or "[-1, 1]"') from None
        left = "closed" if match[1] == "[" else "open"
        right = "closed" if match[4] == "]" else "open"
        return cls(lower, upper, left, right)

    def contains(self, x: Array) -> npt.NDArray[np.bool_]:
        """Tell for each number of `x` whether it lies in the interval."""
        above = x >= self.lower if self.left == "closed" else x > self.lower
        below = x <= self.upper if self.right == "closed" else x < self.upper
        return np.asarray(above & below)

    def __str__(self) -> str:
        left = "[" if self.left == "closed" else "("
        right = "]" if self.right == "closed" else ")"
        return f"{left}{_text(self.lower)}, {_text(self.upper)}{right}"

    def _repr_latex_(self) -> str:
        from gradcheck.output.notebook_formula import interval

        return interval(self)


DomainLike = str | Interval | Iterable[str | Interval] | Callable[[Any], Any] | None


@dataclass(frozen=True)
class Domain:
    """The set on which f is defined.

    Parameters
    ----------
    intervals : tuple of Interval
        None: everywhere. One: the same for every input. Several: one per input, in the
        order of the flattened point.
    predicate : callable, optional
        ``predicate(x) -> bool`` for domains that are no box. It is the user's code, so it is
        called in `gradcheck.differences.evaluate` only.

    Examples
    --------
    >>> str(Domain.of(["(0, inf)", "[0, 1]"]))
    '(0, inf) × [0, 1]'
    """

    intervals: tuple[Interval, ...] = ()
    predicate: Callable[[Any], Any] | None = None

    @classmethod
    def of(cls, domain: "DomainLike | Domain") -> "Domain":
        """Make a domain from what a case file may say: text, intervals, or a predicate."""
        if isinstance(domain, Domain):
            return domain
        if domain is None:
            return cls()
        if isinstance(domain, str | Interval):
            return cls((_interval(domain),))
        if callable(domain):
            return cls(predicate=domain)
        if not isinstance(domain, Iterable):
            domain = [domain]  # named below as what is no interval
        return cls(tuple(_interval(part) for part in domain))

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing at all is excluded."""
        return not self.intervals and self.predicate is None

    def box_contains(self, points: Array) -> npt.NDArray[np.bool_]:
        """Tell which of the points, of shape (count, *input), lie in the intervals."""
        count = len(points)
        inside = np.ones(count, dtype=bool)
        flat = points.reshape(count, -1)
        if len(self.intervals) == 1:
            return np.asarray(self.intervals[0].contains(flat).all(axis=1))
        for column, interval in enumerate(self.intervals):
            inside &= interval.contains(flat[:, column])
        return inside

    def distance(self, points: Array) -> Array:
        """Return how far each coordinate is from the nearest end of its interval.

        Parameters
        ----------
        points : array of shape (count, *input)
            Points inside the domain.

        Returns
        -------
        array of shape (count, inputs)
            Infinite where nothing bounds the coordinate, or a predicate does.
        """
        flat = points.reshape(len(points), -1)
        if not self.intervals:
            return np.full(flat.shape, math.inf)
        lower = np.array([interval.lower for interval in self.intervals])
        upper = np.array([interval.upper for interval in self.intervals])
        near = np.minimum(flat - lower, upper - flat)
        return np.where(near > 0, near, math.inf)

    def __str__(self) -> str:
        if self.predicate is not None:
            return getattr(self.predicate, "__doc__", None) or "where its predicate holds"
        return " × ".join(map(str, self.intervals)) or "everywhere"


def _text(end: float) -> str:
    """Write an end briefly, but never another number."""
    short = f"{end:g}"
    return short if float(short) == end else repr(float(end))


def _interval(part: str | Interval) -> Interval:
    return part if isinstance(part, Interval) else Interval.parse(part)
