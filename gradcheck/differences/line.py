"""f on a line x + t v, in certified numbers: evaluated, shared, as precise as needed."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import acb, arb, arb_series, ctx, fmpq

from gradcheck.differences.ball import (
    Refusal,
    Undecided,
    Value,
    ball_array,
    is_finite,
    lifted,
    value_of,
)
from gradcheck.differences.cause import cause_of
from gradcheck.differences.evaluate import Shape, text_of
from gradcheck.differences.stencil import Offset, Stencil
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]


class working_precision:  # noqa: N801  (used like a function, in a with statement)
    """Set flint's precision, and how many terms its series have, for the time of a block.

    The settings are global in flint; threads take turns.
    """

    def __init__(self, bits: int, *, terms: int = 1) -> None:
        self.wanted = bits, terms

    def __enter__(self) -> None:
        _TURN.acquire()
        self.before = ctx.prec, ctx.cap
        ctx.prec, ctx.cap = self.wanted

    def __exit__(self, *_: object) -> None:
        ctx.prec, ctx.cap = self.before
        _TURN.release()


_TURN = threading.RLock()


def float_enclosures(balls: Sequence[Value | None]) -> tuple[Array, Array]:
    """Return the middles of arbs as float64, and radii that hold for those.

    NaN where there is no ball, or none that float64 can hold.
    """
    pairs = [_float_enclosure(ball) for ball in balls]
    mid, radius = np.array(pairs).reshape(-1, 2).T
    return mid, radius


def _float_enclosure(ball: Value | None) -> tuple[float, float]:
    mid = math.nan if ball is None else float(ball)
    if ball is None or not math.isfinite(mid):
        return math.nan, math.nan
    radius = (ball - mid).abs_upper()
    return mid, float(radius) if radius == 0 else math.nextafter(float(radius), math.inf)


START = 128
"""Bits of the first attempt."""

LIMIT = 4096
"""Bits of the last attempt."""

TIGHT = 60
"""An enclosure is tight when this many bits of it are certain: seven more than a float64 has."""

NEGLIGIBLE = -1080
"""… or when all of it is smaller than two to this power: zero for a float64."""

Rational = Any
"""A flint fmpq."""

Shift = tuple[Rational, Rational]
"""The real and the imaginary part of t in x + t v."""


@dataclass(frozen=True)
class Line:
    """The line x + t v in the space of inputs."""

    case: Case
    point: Array
    direction: Array

    @classmethod
    def of(cls, case: Case, point: npt.ArrayLike, direction: npt.ArrayLike) -> "Line":
        """Make a line of a point and a direction of the same shape."""
        x, v = np.asarray(point, dtype=np.float64), np.asarray(direction, dtype=np.float64)
        if x.shape != v.shape:
            raise CaseError(
                f"{case.name}: a direction has the shape of the point, {x.shape}, got {v.shape}"
            )
        return cls(case, x, v)

    @cached_property
    def start(self) -> tuple[Value, ...]:
        """The coordinates of x, exactly."""
        return tuple(map(arb, self.point.ravel().tolist()))

    @cached_property
    def moving(self) -> tuple[tuple[int, Value], ...]:
        """The inputs that move, each with its component of v."""
        flat = self.direction.ravel().tolist()
        return tuple((k, arb(component)) for k, component in enumerate(flat) if component)

    def series(self) -> Any:
        """Return x + t v; an input that does not move stays a number."""
        values = list(self.start)
        for k, component in self.moving:
            values[k] = arb_series([values[k], component])
        return ball_array(values, self.point.shape)

    def at(self, shift: Shift) -> Any:
        """Return x + t v for a real or complex t."""
        real, imaginary = shift
        t = acb(arb(real), arb(imaginary)) if imaginary else arb(real)
        values = list(self.start)
        for k, component in self.moving:
            values[k] = values[k] + t * component
        return ball_array(values, self.point.shape)

    def contains(self, shift: Rational) -> bool:
        """Tell whether x + t v lies within the intervals of the domain, exactly."""
        if not self.case.domain.intervals:
            return True
        t = Fraction(int(shift.p), int(shift.q))
        pairs = zip(self.point.flat, self.direction.flat, strict=True)
        moved = [Fraction(float(x)) + t * Fraction(float(v)) for x, v in pairs]
        return bool(self.case.domain.box_contains(np.array([moved], dtype=object))[0])

    def message(self, reason: str) -> str:
        """Say that f is not certifiable here, and why."""
        return f"{self.case.name}: not certifiable, because {reason}; x = {text_of(self.point)}"


def rational(number: float) -> Rational:
    """Return a float as a fraction, exactly."""
    return fmpq(*number.as_integer_ratio())


def tight_terms(line: Line, order: int) -> "Finding":
    """Return the derivatives up to `order` at the first precision that makes them tight."""
    precision = START
    while True:
        finding = _attempt(lambda: _terms(line, order), precision, order + 1)
        if finding.values is None:
            return finding
        with working_precision(finding.precision):
            if all(map(_is_tight, finding.values)):
                return finding
        if finding.precision == LIMIT:
            return Finding(LIMIT, None, (), f"its enclosures stay wide at {LIMIT} bits")
        precision *= 2


def _terms(line: Line, order: int) -> tuple[tuple[Value, ...], Shape]:
    """Return all derivatives of t ↦ f(x + t v) at 0, order by order, each with all outputs."""
    values, output = _values(line.case, line.series())
    if any(isinstance(value, acb) for value in values):
        raise Refusal("f returns a complex number for a real x")
    terms = tuple(
        value[k] * math.factorial(k)
        if isinstance(value, arb_series)
        else arb(value if k == 0 else 0)
        for k in range(order + 1)
        for value in values
    )
    return terms, output


def _is_tight(ball: Value) -> bool:
    return bool(ball.rel_accuracy_bits() >= TIGHT) or bool(ball.abs_upper() < arb(2) ** NEGLIGIBLE)


@dataclass(frozen=True)
class Finding:
    """What an attempt to certify came to: values, or the reason why there are none."""

    precision: int
    values: tuple[Value, ...] | None
    output: Shape
    reason: str = ""


@dataclass
class _Abscissa:
    """One t of x + t v, with what f gave there at the highest precision so far."""

    shift: Shift
    finding: Finding | None = None


@dataclass
class Quotients:
    """The quotients on one line; every abscissa is evaluated once and shared."""

    line: Line
    precision: int = START
    reasons: dict[str, str] = field(default_factory=dict)
    abscissae: dict[Shift, _Abscissa] = field(default_factory=dict)
    at: dict[tuple[Offset, float], _Abscissa] = field(default_factory=dict)
    derivatives: dict[int, Finding] = field(default_factory=dict)

    def row(self, formula: Stencil, h: float) -> tuple[Value, ...] | None:
        """Return the quotients for one step, one per output; None if they cannot be certified."""
        precision = _first_precision(formula, h)
        while True:
            with working_precision(precision):
                found = self._quotient(formula, h, precision)
                target = self.derivative(formula.derivative, precision)
                if found is None or precision == LIMIT or _is_resolved(found, target):
                    return found
            precision = min(2 * precision, LIMIT)

    def derivative(self, order: int, precision: int) -> tuple[Value, ...] | None:
        """Return the derivative of that order for each output; None if it cannot be certified."""
        finding = self.derivatives.get(order)
        if finding is None or finding.precision < precision:
            finding = _attempt(lambda: _terms(self.line, order), precision, order + 1)
            if finding.values is not None:
                highest = finding.values[order * len(finding.values) // (order + 1) :]
                finding = replace(finding, values=highest)
            self._keep("derivative", finding)
            self.derivatives[order] = finding
        return finding.values

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all could be certified."""
        found = [abscissa.finding for abscissa in self.abscissae.values()]
        return not any(f and f.values for f in (*found, *self.derivatives.values()))

    def _quotient(self, formula: Stencil, h: float, precision: int) -> tuple[Value, ...] | None:
        sums: list[Value] = []
        for numerator, offset in zip(formula.numerators, formula.offsets, strict=True):
            if numerator == 0:
                continue
            finding = self._value(offset, h, precision)
            if finding.values is None:
                self._keep(formula.name, finding)
                return None
            terms = [_real_product(numerator, value) for value in finding.values]
            sums = [a + b for a, b in zip(sums, terms, strict=True)] if sums else terms
        below = rational(h) ** formula.derivative * formula.denominator
        return tuple(total / below for total in sums)

    def _value(self, offset: Offset, h: float, precision: int) -> Finding:
        """Return f(x + o h v) for each output, from the store if it is precise enough."""
        abscissa = self.at.get((offset, h)) or self._abscissa(offset, h)
        if abscissa.finding is None or abscissa.finding.precision < precision:
            abscissa.finding = (
                _attempt(lambda: self._evaluated(abscissa.shift), precision, 1)
                if self.line.contains(abscissa.shift[0])
                else Finding(LIMIT, None, (), "x + o h v leaves the domain")
            )
        return abscissa.finding

    def _abscissa(self, offset: Offset, h: float) -> _Abscissa:
        """Return the one abscissa x + o h v, which may have been x + 2o (h/2) v before."""
        real, imaginary = rational(float(offset.real)), rational(float(offset.imag))
        shift = real * rational(h), imaginary * rational(h)
        abscissa = self.abscissae.setdefault(shift, _Abscissa(shift))
        self.at[offset, h] = abscissa
        return abscissa

    def _evaluated(self, shift: Shift) -> tuple[tuple[Value, ...], Shape]:
        values, output = _values(self.line.case, self.line.at(shift))
        if not shift[1] and any(isinstance(value, acb) for value in values):
            raise Refusal("f returns a complex number for a real x")
        return values, output

    def _keep(self, subject: str, finding: Finding) -> None:
        self.precision = max(self.precision, finding.precision)
        if finding.values is None:
            self.reasons.setdefault(subject, finding.reason)


def _attempt(
    evaluation: Callable[[], tuple[tuple[Value, ...], Shape]], precision: int, terms: int
) -> Finding:
    """Evaluate at this precision, and once more at the highest if that does not decide."""
    reason = ""
    for bits in dict.fromkeys((precision, LIMIT)):
        with working_precision(bits, terms=terms):
            try:
                return Finding(bits, *evaluation())
            except Undecided as undecided:
                reason = undecided.reason
            except Refusal as refusal:
                return Finding(LIMIT, None, (), refusal.reason)
    return Finding(LIMIT, None, (), f"{reason} at {LIMIT} bits")


def _first_precision(formula: Stencil, h: float) -> int:
    """Return bits that resolve a truncation error of about hᵖ f⁽ᵖ⁺ᵈ⁾ in a quotient by hᵈ."""
    exponent = max(0, -math.frexp(h)[1])
    lost = formula.derivative * exponent + min(formula.order * exponent, -NEGLIGIBLE)
    return min(START * (1 + -(-lost // START)), LIMIT)


def _is_resolved(found: tuple[Value, ...], target: tuple[Value, ...] | None) -> bool:
    """Tell whether the truncation errors are tight; where there is no derivative, the quotients."""
    if target is None:
        return all(map(_is_tight, found))
    return all(_is_tight(a - b) for a, b in zip(found, target, strict=True))


def _real_product(numerator: complex, value: Value) -> Value:
    product = value * (acb(numerator) if isinstance(numerator, complex) else numerator)
    return product.real if isinstance(product, acb) else product


def _values(case: Case, x: Any) -> tuple[tuple[Value, ...], Shape]:
    """Call f and return what it gave: flint numbers, flattened, and their shape."""
    try:
        with np.errstate(all="ignore"):
            returned = case.f(x)
    except (Exception, SystemExit) as error:
        raise Refusal(cause_of(error)) from error
    array = np.asarray(returned, dtype=object)
    values = tuple(value_of(lifted(number)) for number in array.flat)
    for value in values:
        if not isinstance(value, arb | arb_series | acb):
            raise Refusal(f"f must return real numbers, but it returned {returned!r:.80}")
        if not is_finite(value):
            raise Undecided(
                "f or a derivative of it is not finite there (a root or a logarithm at the edge "
                "of its domain, a division by zero)"
            )
    return values, array.shape
