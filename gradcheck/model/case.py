"""A case: a function with the derivative that somebody wrote for it, and where to compare them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError
from gradcheck.model.domain import Domain, DomainLike

if TYPE_CHECKING:
    from gradcheck.model.calculus import Rule

Array = npt.NDArray[Any]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Origin:
    """Where a case was defined."""

    path: Path
    line: int
    theme: str = ""
    """The folder below the root that was loaded: "smooth", "kinked", ...; "" in the root itself."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True)
class DerivationStep:
    """One step of a derivation: the rule, what it says in words, and the result as LaTeX."""

    rule: str
    text: str
    formula: str

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_case import step

        return step(self)


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Case:
    """A function f with its analytic derivative df and the points at which they are compared.

    Parameters
    ----------
    name : str
        What the case is called in tables and reports; unique within a registry.
    f : callable
        ``f(x)`` for x of the points' shape `input`; returns a number or an array of shape
        `output`. Written with ``np.*`` and without ``float()`` it can also be certified.
    df : callable
        ``df(x)``, of shape ``(*output, *input)``: a number for R → R, the gradient (n,) for
        Rⁿ → R, the Jacobian (m, n) for Rⁿ → Rᵐ.
    points : sequence of array_like
        Points in general position, each of shape `input`.
    special_points : mapping of str to array_like
        Points that teach something, each under the reason why it is special.
    domain : str, Interval, sequence of those, callable, or None
        Where f is defined: ``"(0, inf)"`` for every input, one such text per input, or a
        predicate. None means everywhere.
    formula, derivative_formula : str
        LaTeX, without dollar signs.
    derivation : sequence of DerivationStep
        How df follows from f; the calculus writes it by itself.
    source : str
        Where the formula comes from.
    tags : iterable of str
        Words to select by.
    rule : Rule, optional
        How the calculus built the case.
    origin : Origin, optional
        File and line; `load_cases` fills it in.

    Raises
    ------
    CaseError
        If the name, a point or the domain cannot be used.

    Examples
    --------
    >>> square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0])
    >>> square
    Case('square', points=1)
    """

    name: str
    f: Function
    df: Function
    points: tuple[Array, ...]
    special_points: Mapping[str, Array]
    domain: Domain
    formula: str
    derivative_formula: str
    derivation: tuple[DerivationStep, ...]
    source: str
    tags: frozenset[str]
    rule: "Rule | None"
    origin: Origin | None

    def __init__(  # noqa: PLR0913  (a record: every field is optional and named)
        self,
        name: str,
        *,
        f: Function,
        df: Function,
        points: Sequence[npt.ArrayLike] | Array = (),
        special_points: Mapping[str, npt.ArrayLike] | None = None,
        domain: DomainLike | Domain = None,
        formula: str = "",
        derivative_formula: str = "",
        derivation: Iterable[DerivationStep] = (),
        source: str = "",
        tags: Iterable[str] = (),
        rule: "Rule | None" = None,
        origin: Origin | None = None,
    ) -> None:
        _require_name(name)
        for role, function in (("f", f), ("df", df)):
            if not callable(function):
                raise CaseError(f"{name}: {role} must be a function of x, got {function!r}")
        if isinstance(tags, str) or not isinstance(tags, Iterable):
            raise CaseError(f"{name}: tags is a set of words, got {tags!r}; write ({tags!r},)")
        if special_points is not None and not isinstance(special_points, Mapping):
            raise CaseError(
                f"{name}: special_points gives each point its reason, got {special_points!r}; "
                'write {"the edge": 0.0}'
            )
        try:
            domain = Domain.of(domain)
        except (TypeError, ValueError) as error:
            raise CaseError(f"{name}: the domain cannot be read: {error}") from None
        special = {
            reason: _point(name, f"special point {reason!r}", point)
            for reason, point in (special_points or {}).items()
        }
        values = {
            "name": name,
            "f": f,
            "df": df,
            "points": _points(name, points),
            "special_points": MappingProxyType(special),
            "domain": domain,
            "formula": formula,
            "derivative_formula": derivative_formula,
            "derivation": tuple(derivation),
            "source": source,
            "tags": frozenset(tags),
            "rule": rule,
            "origin": origin,
        }
        for field, value in values.items():
            object.__setattr__(self, field, value)
        self._require_points_inside()

    @property
    def all_points(self) -> tuple[Array, ...]:
        """The points in general position, then the special ones: `point` counts along these."""
        return (*self.points, *self.special_points.values())

    @property
    def theme(self) -> str:
        """The theme folder of the case file, "" for a case made in memory."""
        return self.origin.theme if self.origin else ""

    def __copy__(self) -> "Case":
        return self

    def __deepcopy__(self, memo: object) -> "Case":
        return self

    def __reduce__(self) -> tuple[Callable[..., "Case"], tuple[str, dict[str, Any]]]:
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        named["special_points"] = dict(self.special_points)  # a read-only view does not pickle
        return _rebuild, (named.pop("name"), named)

    def __repr__(self) -> str:
        return f"Case({self.name!r}, points={len(self.all_points)})"

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_case import case

        return case(self)

    def _repr_latex_(self) -> str | None:
        from gradcheck.output.notebook_formula import case

        return case(self)

    def _require_points_inside(self) -> None:
        for point in self.all_points:
            intervals = self.domain.intervals
            if len(intervals) > 1 and len(intervals) != point.size:
                raise CaseError(
                    f"{self.name}: the domain has {len(intervals)} intervals, but the point "
                    f"{point.tolist()} has {point.size} inputs; give one interval per input, "
                    "or a single one for all"
                )
            if not self.domain.box_contains(point[None])[0]:
                raise CaseError(
                    f"{self.name}: the point {point.tolist()} lies outside the domain "
                    f"{self.domain}; move the point or widen the domain"
                )


def _rebuild(name: str, named: dict[str, Any]) -> Case:
    return Case(name, **named)


def _require_name(name: object) -> None:
    if not isinstance(name, str):
        raise CaseError(f"a case's name is text, got {name!r}")
    if not name or name != name.strip() or not name.isprintable() or "::" in name:
        raise CaseError(
            f"a case's name is printable text without outer spaces and without '::', got {name!r}"
        )


def _advice(point: object) -> str:
    """Say where trees of arrays are taken, if the point may be one."""
    if isinstance(point, Mapping) or (
        isinstance(point, list | tuple)
        and any(isinstance(part, Mapping | np.ndarray) for part in point)
    ):
        return "; a case has arrays as points, for a tree of arrays call gc.check(f, df, x) itself"
    return ""


def _points(name: str, points: Sequence[npt.ArrayLike] | Array) -> tuple[Array, ...]:
    try:
        listed = list(points)
    except TypeError:
        raise CaseError(
            f"{name}: points is a list of points, got {points!r}; write points=[{points!r}]"
        ) from None
    return tuple(_point(name, f"point {number}", point) for number, point in enumerate(listed))


def _point(name: str, which: str, point: npt.ArrayLike) -> Array:
    expected = f"{name}: {which} must be a finite real number or an array of such"
    try:
        given = np.asarray(point)
        if given.dtype.kind not in "biuf":
            raise CaseError(f"{expected}, got {point!r}{_advice(point)}")
        array = np.array(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, CaseError):
            raise
        raise CaseError(f"{expected}, got {point!r}{_advice(point)}") from None
    if array.size == 0 or not np.isfinite(array).all():
        raise CaseError(f"{expected}, got {point!r}")
    array.setflags(write=False)
    return array
