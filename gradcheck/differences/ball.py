"""Numbers with an error ball, which a user's own NumPy code accepts instead of floats.

A `Ball` is a real number, a truncated Taylor series in t, or a complex number, each known up to a
rigorous radius. NumPy hands the elements of an object array to their own operators and methods
(``np.exp`` calls ``.exp()``), so ``f(x)`` runs as it is and returns an enclosure of f(x), or of
f(x + t v) as a series in t. What has no rigorous answer refuses: a comparison of balls that
overlap, a truth value, rounding. There is no ``__float__`` and no ``__len__``: ``math.exp(x)`` and
``float(x)`` fail loudly instead of losing the certificate.

References
----------
F. Johansson (2017), Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE
Transactions on Computers 66(8), 1281-1292.
A. Griewank and A. Walther (2008), Evaluating Derivatives, 2nd edition, SIAM, chapter 13: Taylor
series propagated through a program.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from gradcheck.differences.elimination import LINEAR_ALGEBRA

Array = npt.NDArray[Any]
Value = Any
"""A flint number: arb, arb_series or acb."""


class Refusal(BaseException):
    """No rigorous answer exists; `reason` completes "not certifiable, because ...".

    It is a BaseException, so that an `except Exception` in f cannot hide it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Undecided(Refusal):
    """No rigorous answer exists at this precision; a higher one may give it."""


def value_of(number: object) -> Value | None:
    """Return a number as flint takes it, without any rounding; None if it is no number."""
    if type(number) is Ball:
        return number.value
    if isinstance(number, float | int):
        return float(number) if isinstance(number, float) else int(number)
    if isinstance(number, np.longdouble) and np.isfinite(number):
        return flint.fmpq(*number.as_integer_ratio())
    if isinstance(number, np.generic) and number.dtype.kind in "fiubc":
        return value_of(number.item())
    if isinstance(number, Fraction):
        return flint.fmpq(number.numerator, number.denominator)
    return flint.acb(number) if isinstance(number, complex) else None


def _quotient(a: Value, b: Value) -> Value:
    """Divide; a divisor that may be zero gives nan, also where a series would have a limit."""
    if _constant_term(b).contains(0):
        return flint.arb.nan()
    return a / b


def _constant_term(value: Value) -> Value:
    if isinstance(value, flint.arb_series):
        return value[0]
    return value if isinstance(value, flint.arb | flint.acb) else flint.arb(value)


def _floored_quotient(a: Value, b: Value) -> Value:
    return _floor(_quotient(a, b))


def _remainder(a: Value, b: Value) -> Value:
    return a - b * _floored_quotient(a, b)


def _power(a: Value, b: Value) -> Value:
    if isinstance(a, float | int | flint.fmpq):
        a = flint.arb(a)
    if isinstance(b, float) and b.is_integer():
        b = int(b)
    return a ** (flint.arb(b) if isinstance(b, float | flint.fmpq) else b)


def _order(a: Value, b: Value) -> int:
    """Return the sign of a - b, where it is certain and, for series, stays so around t = 0.

    Complex numbers are ordered as NumPy does it: by their real parts, then by the imaginary ones.
    """
    if a is b:
        return 0
    left, right = _constant_term(a), _constant_term(b)
    if isinstance(left, flint.acb) or isinstance(right, flint.acb):
        left, right = flint.acb(left), flint.acb(right)
        return _order(left.real, right.real) or _order(left.imag, right.imag)
    if left > right:
        return 1
    if left < right:
        return -1
    return _tie(a, b, left, right)


def _equal(a: Value, b: Value) -> bool:
    if a is b:
        return True
    left, right = _constant_term(a), _constant_term(b)
    if not (left - right).contains(0):
        return False
    return _tie(a, b, left, right) == 0


def _tie(a: Value, b: Value, left: Value, right: Value) -> int:
    """Judge numbers that cannot be told apart: equal, at a kink, or not known well enough."""
    if not left == right:
        raise Undecided("f compares two numbers that cannot be told apart")
    if isinstance(a, flint.arb_series) or isinstance(b, flint.arb_series):
        raise Refusal(
            "f compares two numbers that are equal there (exactly at a kink or a jump), so that "
            "the derivative depends on the side; move the point"
        )
    return 0


def _floor(value: Value) -> Value:
    term = _constant_term(value)
    if isinstance(term, flint.acb):
        raise Refusal("f takes the integer part of a complex number")
    integer = term.floor().unique_fmpz()
    if integer is None:
        raise Undecided("f takes the integer part of a number that cannot be told from an integer")
    if isinstance(value, flint.arb_series):
        _order(value, int(integer))
    return flint.arb(integer)


def _binary(operation: Callable[[Value, Value], Value]) -> Callable[["Ball", object], "Ball"]:
    def method(self: "Ball", other: object) -> "Ball":
        operand = value_of(other)
        return NotImplemented if operand is None else Ball(operation(self.value, operand))

    return method


def _reflected(operation: Callable[[Value, Value], Value]) -> Callable[["Ball", object], "Ball"]:
    def method(self: "Ball", other: object) -> "Ball":
        operand = value_of(other)
        return NotImplemented if operand is None else Ball(operation(operand, self.value))

    return method


def _comparison(holds: Callable[[int], bool]) -> Any:
    def method(self: "Ball", other: object) -> Any:
        operand = value_of(other)
        return NotImplemented if operand is None else holds(_order(self.value, operand))

    return method


def _function(
    name: str, formula: Callable[["Ball"], "Ball"] | None = None
) -> Callable[["Ball"], "Ball"]:
    """Make a method that calls flint's function of that name, or else the formula."""

    def method(self: "Ball") -> "Ball":
        native = getattr(self.value, name, None)
        if native is not None:
            return Ball(native())
        if formula is None:
            raise Refusal(f"f needs {name} of a {_kind(self.value)}, which flint does not have")
        return formula(self)

    return method


class Ball:
    """A real number, a truncated Taylor series or a complex number, with its error ball.

    Parameters
    ----------
    value : arb, arb_series or acb
        The enclosure. A number that does not depend on t stays an arb, so that constants can be
        compared where series cannot.

    Examples
    --------
    >>> x = Ball(flint.arb(2))
    >>> bool(np.sqrt(x) > 1.4142) and bool(np.sqrt(x) < 1.4143)
    True
    """

    __slots__ = ("value",)
    __hash__ = None  # type: ignore[assignment]

    ndim = 0
    size = 1
    shape: tuple[int, ...] = ()

    def __init__(self, value: Value) -> None:
        self.value = value

    __add__ = _binary(operator.add)
    __radd__ = _reflected(operator.add)
    __sub__ = _binary(operator.sub)
    __rsub__ = _reflected(operator.sub)
    __mul__ = _binary(operator.mul)
    __rmul__ = _reflected(operator.mul)
    __truediv__ = _binary(_quotient)
    __rtruediv__ = _reflected(_quotient)
    __pow__ = _binary(_power)
    __rpow__ = _reflected(_power)
    __floordiv__ = _binary(_floored_quotient)
    __rfloordiv__ = _reflected(_floored_quotient)
    __mod__ = _binary(_remainder)
    __rmod__ = _reflected(_remainder)

    __lt__ = _comparison(lambda order: order < 0)
    __le__ = _comparison(lambda order: order <= 0)
    __gt__ = _comparison(lambda order: order > 0)
    __ge__ = _comparison(lambda order: order >= 0)

    def __eq__(self, other: object) -> Any:
        operand = value_of(other)
        return NotImplemented if operand is None else _equal(self.value, operand)

    def __ne__(self, other: object) -> Any:
        operand = value_of(other)
        return NotImplemented if operand is None else not _equal(self.value, operand)

    def __neg__(self) -> "Ball":
        return Ball(-self.value)

    def __pos__(self) -> "Ball":
        return self

    def __abs__(self) -> "Ball":
        if not isinstance(self.value, flint.arb_series):
            return Ball(abs(self.value))
        return self if _order(self.value, 0) > 0 else -self

    def __bool__(self) -> bool:
        raise Refusal("f asks for the truth value of a number; compare it with something")

    def __round__(self, digits: int | None = None) -> "Ball":
        return self.rint()

    def __copy__(self) -> "Ball":
        return self

    def __deepcopy__(self, memo: object) -> "Ball":
        return self

    def __repr__(self) -> str:
        return f"Ball({self.value})"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _apply(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, _types: Any, inputs: Any, options: Any) -> Any:
        return function(*_as_arrays(inputs), **{k: _as_array(v) for k, v in options.items()})

    @property
    def real(self) -> "Ball":
        """The real part."""
        return Ball(self.value.real) if isinstance(self.value, flint.acb) else self

    @property
    def imag(self) -> "Ball":
        """The imaginary part."""
        return Ball(self.value.imag if isinstance(self.value, flint.acb) else flint.arb(0))

    def magnitude(self) -> float:
        """Return about log |number|, of the constant term: good for choices, not for proofs."""
        return float(abs(_constant_term(self.value)).mid().log().mid())

    def conjugate(self) -> "Ball":
        """Return the complex conjugate."""
        return Ball(self.value.conjugate()) if isinstance(self.value, flint.acb) else self

    def copy(self) -> "Ball":
        """Return the number itself, which cannot change."""
        return self

    exp = _function("exp")
    log = _function("log")
    sqrt = _function("sqrt")
    sin = _function("sin")
    cos = _function("cos")
    tan = _function("tan")
    arcsin = _function("asin")
    arccos = _function("acos")
    arctan = _function("atan")
    sinh = _function("sinh", lambda x: (x.exp() - (-x).exp()) / 2)
    cosh = _function("cosh", lambda x: (x.exp() + (-x).exp()) / 2)
    tanh = _function("tanh", lambda x: x.sinh() / x.cosh())
    arcsinh = _function("asinh", lambda x: (x + (x * x + 1).sqrt()).log())
    arccosh = _function("acosh", lambda x: (x + (x + 1).sqrt() * (x - 1).sqrt()).log())
    arctanh = _function("atanh", lambda x: ((1 + x).log() - (1 - x).log()) / 2)
    expm1 = _function("expm1", lambda x: x.exp() - 1)
    log1p = _function("log1p", lambda x: (1 + x).log())
    erf = _function("erf")
    erfc = _function("erfc")
    gamma = _function("gamma")
    gammaln = _function("lgamma")

    def exp2(self) -> "Ball":
        """Return 2 to the power of the number."""
        return (self * Ball(flint.arb(2).log())).exp()

    def log2(self) -> "Ball":
        """Return the logarithm to base 2."""
        return self.log() / Ball(flint.arb(2).log())

    def log10(self) -> "Ball":
        """Return the logarithm to base 10."""
        return self.log() / Ball(flint.arb(10).log())

    def cbrt(self) -> "Ball":
        """Return the real cube root."""
        if not isinstance(self.value, flint.arb_series) and _equal(self.value, 0):
            return self
        size = (abs(self).log() / 3).exp()
        return size if _order(self.value, 0) > 0 else -size

    def hypot(self, other: "Ball") -> "Ball":
        """Return the length of the hypotenuse."""
        return (self * self + other * other).sqrt()

    def arctan2(self, x: "Ball") -> "Ball":
        """Return the angle of the point (x, self)."""
        if _definitely(lambda: x > 0):
            return (self / x).arctan()
        half_turn = Ball(flint.arb.pi())
        if _definitely(lambda: self != 0):
            return half_turn / (2 if self > 0 else -2) - (x / self).arctan()
        if isinstance(self.value, flint.arb_series) or not x < 0:
            raise Undecided("f calls np.arctan2 where its angle jumps, or at the origin")
        return half_turn

    def degrees(self) -> "Ball":
        """Return the angle in degrees."""
        return self * 180 / Ball(flint.arb.pi())

    def radians(self) -> "Ball":
        """Return the angle in radians."""
        return self * Ball(flint.arb.pi()) / 180

    rad2deg = degrees
    deg2rad = radians
    fabs = __abs__

    def floor(self) -> "Ball":
        """Return the largest integer below, away from integers where x moves."""
        return Ball(_floor(self.value))

    def ceil(self) -> "Ball":
        """Return the smallest integer above, away from integers where x moves."""
        return Ball(-_floor(-self.value))

    def trunc(self) -> "Ball":
        """Return the integer part, away from integers where x moves."""
        return self.floor() if self > 0 else self.ceil()

    def rint(self) -> "Ball":
        """Refuse: rounded values are those of a staircase, not of the function that is meant."""
        raise Refusal("f rounds its numbers, so that the function behind the values is unknown")

    round = rint


class BallArray(np.ndarray[Any, np.dtype[np.object_]]):
    """An object array of balls, which teaches NumPy and SciPy what they refuse to object arrays.

    It adds the functions of `scipy.special` and `numpy.linalg` that exist for floats only, and
    keeps plain numbers out: what `np.where` or `np.zeros_like` puts in becomes a ball.
    """

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return _apply(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        own = LINEAR_ALGEBRA.get(function)
        if own is not None:
            return wrapped(own(*map(_of_balls, inputs), **options))
        if function is np.linalg.norm:
            inputs = (_of_balls(_MODULUS(_of_balls(inputs[0]))).view(BallArray), *inputs[1:])
        return wrapped(super().__array_function__(function, types, inputs, options))

    @property  # type: ignore[misc]  # (NumPy allows to set it, f has no need to)
    def real(self) -> Any:
        """The real parts."""
        return wrapped(_REAL(_of_balls(self)))

    @property  # type: ignore[misc]  # (as above)
    def imag(self) -> Any:
        """The imaginary parts."""
        return wrapped(_IMAG(_of_balls(self)))


def ball_array(values: Sequence[Value], shape: tuple[int, ...]) -> Any:
    """Make what f gets as x: a single Ball for the shape (), otherwise a fresh BallArray."""
    if shape == ():
        return Ball(values[0])
    array = np.empty(len(values), dtype=object)
    array[:] = [Ball(value) for value in values]
    return array.reshape(shape).view(BallArray)


def lifted(number: Any) -> Any:
    """Return a number as a Ball; what is no number stays what it is."""
    if type(number) is Ball:
        return number
    value = value_of(number)
    if value is None:
        return number
    return Ball(value if isinstance(value, flint.acb) else flint.arb(value))


def wrapped(result: Any) -> Any:
    """Return an object array as a BallArray with nothing but balls in it."""
    if type(result) is tuple:
        return tuple(wrapped(part) for part in result)
    if isinstance(result, np.ndarray) and result.dtype == object:
        if result.size and not all(type(number) is Ball for number in result.flat):
            result = _of_balls(result)
        return result.view(BallArray)
    return result


def _apply(ufunc: Any, method: str, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """Run a ufunc on plain object arrays, in our own version where NumPy or SciPy has none."""
    out = options.get("out")
    plain = {k: v for k, v in options.items() if k not in ("out", "dtype", "casting")}
    if out is not None:
        plain["out"] = tuple(_plain(array) for array in out)
    own = _OWN.get(ufunc.__name__) if method == "__call__" else None
    result = getattr(own or ufunc, method)(*map(_plain, inputs), **plain)
    if ufunc.__name__ in _PREDICATES:
        return np.asarray(result, dtype=bool)[()]
    if out is not None:
        return out[0]
    return wrapped(result)


def _plain(operand: Any) -> Any:
    if isinstance(operand, BallArray):
        return operand.view(np.ndarray)
    return np.asarray(operand, dtype=object) if type(operand) is Ball else operand


def _of_balls(operand: Any) -> Array:
    """Return an array as a plain object array of balls."""
    return np.asarray(_LIFT(np.asarray(operand, dtype=object).view(np.ndarray)), dtype=object)


def _as_array(operand: Any) -> Any:
    """Turn the balls among the arguments of a NumPy function into arrays of shape ()."""
    if type(operand) is Ball:
        return np.asarray(operand, dtype=object).view(BallArray)
    return _as_arrays(operand) if isinstance(operand, list | tuple) else operand


def _as_arrays(operands: Sequence[Any]) -> Sequence[Any]:
    return type(operands)(map(_as_array, operands))  # type: ignore[call-arg]


def _definitely(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Refusal:
        return False


def _kind(value: Value) -> str:
    kinds = {flint.arb_series: "Taylor series", flint.acb: "complex number"}
    return kinds.get(type(value), "real number")


def _logaddexp(a: Ball, b: Ball) -> Ball:
    return (a.exp() + b.exp()).log()


def _heaviside(x: Ball, at_zero: Any) -> Any:
    order = _order(x.value, 0)
    return at_zero if order == 0 else lifted(int(order > 0))


def _sign(x: Ball) -> Any:
    if isinstance(x.value, flint.acb):
        return x / abs(x)
    return _order(x.value, 0)


def _xlogy(x: Ball, y: Ball) -> Ball:
    if not isinstance(x.value, flint.arb_series) and _equal(x.value, 0):
        return x
    return x * y.log()


def _normal_distribution(x: Ball) -> Ball:
    return (-x / Ball(flint.arb(2).sqrt())).erfc() / 2


def _is_finite(x: Ball) -> bool:
    return bool(is_finite(x.value))


def is_finite(value: Value) -> bool:
    """Tell whether an enclosure is bounded, in all its coefficients."""
    if isinstance(value, flint.arb_series):
        return all(term.is_finite() for term in value.coeffs())
    return bool(value.is_finite())


def _on_balls(function: Callable[..., Any], inputs: int) -> np.ufunc:
    ufunc: np.ufunc = np.frompyfunc(lambda *numbers: function(*map(lifted, numbers)), inputs, 1)
    return ufunc


_LIFT = np.frompyfunc(lifted, 1, 1)
_REAL = np.frompyfunc(operator.attrgetter("real"), 1, 1)
_IMAG = np.frompyfunc(operator.attrgetter("imag"), 1, 1)
_MODULUS = np.frompyfunc(lambda x: abs(x) if isinstance(x.value, flint.acb) else x, 1, 1)

_METHODS = (
    *("arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "cos", "cosh"),
    *("deg2rad", "degrees", "erf", "erfc", "exp", "exp2", "expm1", "fabs", "floor", "gamma"),
    *("gammaln", "log", "log10", "log1p", "log2", "rad2deg", "radians", "rint", "sin", "sinh"),
    *("sqrt", "tan", "tanh", "trunc"),
)

_PREDICATES = ("isfinite", "isinf", "isnan")

_OWN: dict[str, np.ufunc] = {
    **{name: _on_balls(getattr(Ball, name), 1) for name in _METHODS},
    "arctan2": _on_balls(Ball.arctan2, 2),
    "hypot": _on_balls(Ball.hypot, 2),
    "fmod": _on_balls(lambda x, y: x - y * (x / y).trunc(), 2),
    "heaviside": _on_balls(_heaviside, 2),
    "logaddexp": _on_balls(_logaddexp, 2),
    "logaddexp2": _on_balls(lambda a, b: (a.exp2() + b.exp2()).log2(), 2),
    "sign": _on_balls(_sign, 1),
    "expit": _on_balls(lambda x: 1 / (1 + (-x).exp()), 1),
    "log_expit": _on_balls(lambda x: -((-x).exp().log1p()), 1),
    "logit": _on_balls(lambda x: (x / (1 - x)).log(), 1),
    "ndtr": _on_balls(_normal_distribution, 1),
    "log_ndtr": _on_balls(lambda x: _normal_distribution(x).log(), 1),
    "xlogy": _on_balls(_xlogy, 2),
    "xlog1py": _on_balls(lambda x, y: _xlogy(x, 1 + y), 2),
    "exp10": _on_balls(lambda x: (x * Ball(flint.arb(10).log())).exp(), 1),
    "isfinite": _on_balls(_is_finite, 1),
    "isinf": _on_balls(lambda x: not _is_finite(x) and not x.value.is_nan(), 1),
    "isnan": _on_balls(lambda x: not _is_finite(x), 1),
}
"""Functions by the name of their ufunc, in numpy or scipy.special."""
