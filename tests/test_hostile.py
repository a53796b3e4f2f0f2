"""Whatever is handed to `check`: a verdict with the right reason, or one clear refusal in words."""

import array
import dataclasses
import datetime as dt
import functools
import math
import pickle
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.sparse

import gradcheck as gc
from gradcheck.errors import CaseError, GradcheckError
from gradcheck.verdict.result import COLUMNS, Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]


# --- what may come -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Comes:
    """A result with this verdict for this reason."""

    verdict: Verdict
    reason: Reason

    def is_met_by(self, outcome: object) -> bool:
        """Tell whether that is what came."""
        return isinstance(outcome, Result) and self == Comes(outcome.verdict, outcome.reason)


@dataclasses.dataclass(frozen=True)
class Refused:
    """An exception of this class whose words match."""

    message: str
    kind: type[Exception] = CaseError

    def is_met_by(self, outcome: object) -> bool:
        """Tell whether that is what came."""
        found = re.search(self.message, str(outcome), re.DOTALL)
        return isinstance(outcome, self.kind) and found is not None


def fails(reason: Reason) -> Comes:
    """Expect a FAIL."""
    return Comes(Verdict.FAIL, reason)


def unclear(reason: Reason) -> Comes:
    """Expect an INCONCLUSIVE."""
    return Comes(Verdict.INCONCLUSIVE, reason)


def returns(role: str, got: str) -> Refused:
    """Expect the refusal of what f or df returned, with the words that describe it."""
    return Refused(f"{role} must return a number or a NumPy array of numbers, got .*{got}")


PASSES = Comes(Verdict.PASS, Reason.AGREES)
DISAGREES = fails(Reason.DISAGREES)
WRONG_SHAPE = fails(Reason.WRONG_SHAPE)
NOT_FINITE = fails(Reason.NOT_FINITE)
MUTATES = fails(Reason.MUTATES_INPUT)
DF_RAISED = fails(Reason.RAISED)
F_RAISED = unclear(Reason.RAISED)
F_NOT_FINITE = unclear(Reason.NOT_FINITE)
DOMAIN = unclear(Reason.DOMAIN)
NOISE = unclear(Reason.NOISE)
NOT_A_POINT = Refused("finite real number.*got")

# A function whose value depends on the call differs at the same x and depends on the order of the
# calls: one fact, told in two ways.
CHANGES = (unclear(Reason.NONDETERMINISTIC), unclear(Reason.STATEFUL))
# A stepwise function carries noise of the size of its steps. To find out that this noise allows no
# statement is as honest as a pass with a coarse resolution; to accuse df would not be.
STEPWISE = (PASSES, NOISE)

CONTRACT = {
    Reason.AGREES: {Verdict.PASS},
    Reason.DISAGREES: {Verdict.FAIL},
    Reason.WRONG_SHAPE: {Verdict.FAIL},
    Reason.SPARSITY: {Verdict.FAIL},
    Reason.MUTATES_INPUT: {Verdict.FAIL},
    Reason.NOT_FINITE: {Verdict.FAIL, Verdict.INCONCLUSIVE},
    Reason.RAISED: {Verdict.FAIL, Verdict.INCONCLUSIVE},
    Reason.KINK: {Verdict.FAIL, Verdict.INCONCLUSIVE},
    Reason.NOISE: {Verdict.INCONCLUSIVE},
    Reason.DOMAIN: {Verdict.INCONCLUSIVE},
    Reason.NONDETERMINISTIC: {Verdict.INCONCLUSIVE},
    Reason.STATEFUL: {Verdict.INCONCLUSIVE},
    Reason.ANALYTIC_INACCURATE: {Verdict.INCONCLUSIVE},
}


# --- the records ---------------------------------------------------------------------------------


class Left:
    """Stands for an argument that is left out."""

    def __repr__(self) -> str:
        return "(left out)"


LEFT_OUT = Left()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hostile:
    """What is handed to `check`, and what must come."""

    f: Any
    df: Any
    x: Any
    comes: tuple[Comes | Refused, ...]
    options: Mapping[str, Any]
    changes: frozenset[str]
    """What f itself changes: "errors", "random", "warnings"."""

    def attempt(self) -> Result | Exception:
        """Return the result of the check, or the exception that came instead."""
        given = [part for part in (self.f, self.df, self.x) if part is not LEFT_OUT]
        try:
            result: Result = gc.check(*given, **self.options)
        except Exception as error:  # noqa: BLE001  (judged by the test)
            return error
        return result


def record(
    sentence: str,
    f: Any,
    df: Any,
    x: Any,
    *comes: Comes | Refused,
    changes: str = "",
    silent: bool = False,
    **options: Any,
) -> Any:
    """Make a line of the table; `silent` lets the warnings of f pass unheard."""
    hostile = Hostile(
        f=f, df=df, x=x, comes=comes, options=options, changes=frozenset(changes.split())
    )
    marks = [pytest.mark.filterwarnings("ignore")] if silent else []
    return pytest.param(hostile, id=sentence, marks=marks)


# --- functions to be hostile with ----------------------------------------------------------------


def v() -> Array:
    """Return a point of four inputs in general position, made anew."""
    return np.array([0.31, -1.72, 2.23, 0.94])


def w() -> Array:
    """Return a point of two inputs in general position, made anew."""
    return np.array([0.73, 1.62])


def squares(x: Any) -> Any:
    """Return Σ x², for x of any shape."""
    return np.sum(np.square(x))


def twice(x: Any) -> Any:
    """Return its gradient 2 x."""
    return 2.0 * x


def three(x: Array) -> Array:
    """Map R² → R³."""
    return np.array([x[0] * x[1], np.sin(x[0]), x[1] ** 2])


def three_jacobian(x: Array) -> Array:
    """Return its Jacobian, of shape (3, 2)."""
    return np.array([[x[1], x[0]], [np.cos(x[0]), 0.0], [0.0, 2 * x[1]]])


def constantly(value: Any) -> Function:
    """Return the same, whatever x is."""
    return lambda _: value


def raising(error: type[BaseException], *words: object) -> Function:
    """Raise, whatever x is."""

    def function(_: Any) -> float:
        raise error(*words)

    return function


def with_entry(value: float) -> Function:
    """Return the gradient of `squares` with one entry replaced."""

    def gradient(x: Array) -> Array:
        claimed = np.asarray(2.0 * x)
        claimed[2] = value
        return claimed

    return gradient


def spoiling(spoil: Callable[[Array], object], function: Function = squares) -> Function:
    """Return the right value, and spoil the argument."""

    def spoiled(x: Array) -> Any:
        value = function(x)
        spoil(x)
        return value

    return spoiled


def flip_a_sign(x: Array) -> None:
    """Write into the second entry."""
    x[1] = -x[1]


def square_after_adding_one(x: Any) -> Any:
    """Return (x + 1)², with the addition in place."""
    x += 1.0
    return x**2


def doubling(x: Array) -> Array:
    """Return 2 x, computed in place."""
    x *= 2.0
    return x


def spoiling_and_raising(x: Array) -> float:
    """Write into the argument, then raise."""
    x[:] = 0.0
    raise ValueError("half way")


def only_at(x0: float, elsewhere: Function) -> Function:
    """Return x² at one point, something else around it."""
    return lambda x: x * x if x == x0 else elsewhere(x)


def not_below_one(x: float) -> float:
    """Return x², and raise below 1."""
    if x < 1.0:
        raise ValueError("below 1")
    return x * x


def not_above(x: float) -> float:
    """Return x², and raise above 0.7003."""
    if x > 0.7003:
        raise ArithmeticError("too hot")
    return x * x


def recursive(x: Any) -> Any:
    """Call itself for ever."""
    return recursive(x) + 1


def chosen_shape(x: float) -> Any:
    """Return a number or an array, as x is."""
    return np.float64(1.0) if x > 0.7 else np.ones(2)


def warning(x: Any) -> Any:
    """Warn at every call."""
    warnings.warn("half precision", stacklevel=1)
    return squares(x)


def stopping_at_errors(x: Any) -> Any:
    """Make NumPy raise from now on, as a careless script does."""
    np.seterr(all="raise")
    return squares(x)


def making_warnings_errors(x: Any) -> Any:
    """Turn every later warning into an exception."""
    warnings.simplefilter("error")
    return squares(x)


def with_a_mask(x: Array) -> Any:
    """Drop half of the inputs by a seed of its own: random in form, always the same."""
    np.random.seed(5)  # noqa: NPY002  (the old way is what the test is about)
    return np.sum(np.square(x) * (np.random.random(x.size) < 0.5))  # noqa: NPY002  (as above)


def with_a_mask_gradient(x: Array) -> Any:
    """Return its gradient."""
    return 2.0 * x * (np.random.RandomState(5).random_sample(x.size) < 0.5)


def noisy(x: Any) -> Any:
    """Add noise from NumPy's global generator."""
    return squares(x) + 1e-3 * np.random.standard_normal()  # noqa: NPY002  (the old way, on purpose)


def drawing(function: Function) -> Function:
    """Add noise from a generator with a seed."""
    generator = np.random.default_rng(7)
    return lambda x: function(x) + 1e-3 * generator.standard_normal(np.shape(function(x)))


class Counting:
    """Adds the number of its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        """Return Σ x², and a little more each time."""
        self.calls += 1
        return squares(x) + 1e-3 * self.calls


class Alternating:
    """Doubles every second value."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.odd = False

    def __call__(self, x: Any) -> Any:
        """Return the double, the single, the double, ..."""
        self.odd = not self.odd
        return self.function(x) * (1 + self.odd)


class Stale:
    """Returns the value at the x of the call before."""

    def __init__(self) -> None:
        self.previous: Array | None = None

    def __call__(self, x: Array) -> Any:
        """Return Σ x² for the last x."""
        used = x if self.previous is None else self.previous
        self.previous = x.copy()
        return squares(used)


class WarmStart:
    """Finds a root by iteration, from the root of the call before, and stops early."""

    def __init__(self) -> None:
        self.root = 1.0

    def __call__(self, x: float) -> float:
        """Return √x, nearly."""
        for _ in range(100):
            if abs(self.root**2 - x) <= 1e-4:
                break
            self.root = (self.root + x / self.root) / 2
        return self.root


class Remembering:
    """Computes nothing twice in a row; keeps the last x itself, since it was given it for keeps."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.x: Array | None = None
        self.value: Any = None

    def __call__(self, x: Array) -> Any:
        """Return the value of before if x is the x of before."""
        if self.x is None or not np.array_equal(x, self.x):
            self.x, self.value = x, self.function(x)
        return self.value


class Unreliable:
    """Raises at every third call."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        """Return Σ x², or raise."""
        self.calls += 1
        if self.calls % 3 == 0:
            raise OSError("connection lost")
        return squares(x)


class Buffered:
    """Returns its one buffer each time."""

    def __init__(self, function: Function, shape: tuple[int, ...]) -> None:
        self.function = function
        self.buffer = np.zeros(shape)

    def __call__(self, x: Array) -> Array:
        """Return the buffer."""
        self.buffer[...] = self.function(x)
        return self.buffer


SHARED = np.zeros(4)


def squares_in_the_shared_buffer(x: Array) -> Any:
    """Return Σ x² by way of a buffer that df returns."""
    SHARED[:] = x
    return SHARED @ SHARED


def twice_in_the_shared_buffer(x: Array) -> Array:
    """Return the buffer that the next call of f overwrites."""
    SHARED[:] = 2.0 * x
    return SHARED


class Particular:
    """Accepts nothing but what the contract promises: a writable float64 array of its own."""

    def __call__(self, x: Array) -> Any:
        """Return Σ x²."""
        if type(x) is not np.ndarray or x.dtype.str != np.dtype(float).str:
            raise TypeError(type(x))
        if not x.flags.writeable or not x.flags.c_contiguous:
            raise TypeError(str(x.flags))
        return squares(x)


def for_floats_only(x: Any) -> float:
    """Accept nothing but a float."""
    if not isinstance(x, float):
        raise TypeError(type(x))
    return x * x


class Model:
    """An object with a loss."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    def loss(self, x: Array) -> Any:
        """Return the loss."""
        return self.weight * squares(x)

    def gradient(self, x: Array) -> Array:
        """Return its gradient."""
        return np.asarray(2 * self.weight * x)


class Record:
    """A class whose instances are no numbers."""

    def __init__(self, x: Any) -> None:
        self.x = x


class Unwilling:
    """Raises when it is asked to be an array."""

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise RuntimeError("on another device")


class MuteError(Exception):
    """Cannot even be printed."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


def later(x: Any) -> Any:
    """Return a coroutine, no number, as an async function does."""

    async def awaited() -> Any:
        return x

    coroutine = awaited()
    coroutine.close()  # or Python warns that nobody awaits it, when nobody listens any more
    return coroutine


def bilinear(x: Any, y: Any) -> Any:
    """Need two arguments."""
    return x * y


def checking(x: float) -> float:
    """Run a check of its own at every call."""
    assert gc.check(np.sin, np.cos, x)
    return x * x


def matrix(rows: list[list[float]]) -> Any:
    """Make a matrix of the kind that NumPy no longer recommends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return np.matrix(rows)


def read_only(x: Array) -> Array:
    """Lock an array."""
    x.setflags(write=False)
    return x


GRADIENTS_OF_THE_WRONG_SHAPE = [
    record("df is a column", squares, lambda x: 2 * x[:, None], v(), WRONG_SHAPE),
    record("df is a row", squares, lambda x: 2 * x[None, :], v(), WRONG_SHAPE),
    record("df is one number for a vector", squares, constantly(2.0), v(), WRONG_SHAPE),
    record("df is too short", squares, lambda x: 2 * x[:-1], v(), WRONG_SHAPE),
    record("df is empty", squares, constantly(np.empty(0)), v(), WRONG_SHAPE),
    record("df is a Hessian", squares, lambda x: 2 * np.eye(x.size), v(), WRONG_SHAPE),
    record("df has seven axes", squares, lambda x: x.reshape(1, 1, 1, 1, 1, 1, 4), v(),
           WRONG_SHAPE),
    record("df is flat for an x of two axes", squares, lambda x: 2 * x.ravel(), np.ones((2, 3)) / 3,
           WRONG_SHAPE),
    record("df is transposed for an x of two axes", squares, lambda x: 2 * x.T, np.ones((2, 3)) / 3,
           WRONG_SHAPE),
    record("df of a number is an array of one", np.sin, lambda x: np.array([np.cos(x)]), 0.7,
           WRONG_SHAPE),
    record("df of an array of one is a number", squares, lambda x: 2 * x[0], np.array([0.7]),
           WRONG_SHAPE),
    record("f returns an array of one, df a number", lambda x: np.array([x * x]), twice, 0.7,
           WRONG_SHAPE),
    record("f returns an array of one, df a gradient", lambda x: np.array([squares(x)]), twice, v(),
           WRONG_SHAPE),
    record("f and df return an array of one and a row", lambda x: np.array([squares(x)]),
           lambda x: 2 * x[None, :], v(), PASSES),
    record("the Jacobian is transposed", three, lambda x: three_jacobian(x).T, w(), WRONG_SHAPE),
    record("the Jacobian is flat", three, lambda x: three_jacobian(x).ravel(), w(), WRONG_SHAPE),
    record("the Jacobian lacks a row", three, lambda x: three_jacobian(x)[:2], w(), WRONG_SHAPE),
    record("a square Jacobian is transposed", lambda x: x[::-1] * x[0],
           lambda x: np.array([[x[1], 2 * x[0]], [x[0], 0.0]]), w(), DISAGREES),
    record("the Jacobian of a matrix is flattened", lambda x: np.outer(x, x),
           lambda x: np.zeros((4, x.size)), w(), WRONG_SHAPE),
    record("df is a diagonal, but f is not elementwise", np.cumsum, np.ones_like, v(), WRONG_SHAPE),
    record("df is a wrong diagonal", np.sin, np.sin, v(), DISAGREES),
    record("df is the diagonal of an elementwise f", np.sin, np.cos, v(), PASSES),
    record("df is the diagonal of an elementwise f on two axes", np.sin, np.cos, v().reshape(2, 2),
           PASSES),
]  # fmt: skip

DERIVATIVES_THAT_ARE_NO_NUMBERS = [
    record("df is nan in one entry", squares, with_entry(math.nan), v(), NOT_FINITE),
    record("df is inf in one entry", squares, with_entry(math.inf), v(), NOT_FINITE),
    record("df is -inf in one entry", squares, with_entry(-math.inf), v(), NOT_FINITE),
    record("df of a number is nan", np.sin, lambda x: x * math.nan, 0.7, NOT_FINITE),
    record("df is nan all over", three, lambda x: three_jacobian(x) * math.nan, w(), NOT_FINITE),
    record("df raises ValueError", squares, raising(ValueError, "no data"), v(), DF_RAISED),
    record("df divides by zero", lambda x: x * x, lambda x: x / 0, 0.7,
           DF_RAISED, NOT_FINITE),  # as x is a Python or a NumPy float
    record("df divides integers by zero", lambda x: x * x, lambda _: 1 // 0, 0.7, DF_RAISED),
    record("df ends the program", squares, raising(SystemExit, 3), v(), DF_RAISED),
    record("df raises StopIteration", squares, raising(StopIteration), v(), DF_RAISED),
    record("df runs out of memory", squares, raising(MemoryError), v(), DF_RAISED),
    record("df asserts", squares, raising(AssertionError, "shape"), v(), DF_RAISED),
    record("df is recursive without end", squares, recursive, v(), DF_RAISED),
    record("df raises what cannot be printed", squares, raising(MuteError), v(), DF_RAISED),
    record("df raises with endless words", squares, raising(ValueError, "no " * 99_999), v(),
           DF_RAISED),
    record("df needs two arguments", squares, bilinear, v(), DF_RAISED, Refused("argument")),
    record("df returns None", squares, constantly(None), v(),
           returns("df", "None.*return. missing")),
    record("df returns text", squares, constantly("2x"), v(), returns("df", "str.*'2x'")),
    record("df returns a list", squares, lambda x: list(2 * x), v(),
           returns("df", "list.*np.array")),
    record("df returns a ragged list", squares, constantly([[1.0], [1.0, 2.0]]), v(),
           returns("df", "list")),
    record("df returns a tuple", squares, lambda x: (2 * x,), v(), returns("df", "tuple")),
    record("df returns a dict", squares, lambda x: {"x": 2 * x}, v(), returns("df", "dict")),
    record("df returns a set", squares, constantly({2.0}), v(), returns("df", "object")),
    record("df returns a generator", squares, lambda x: (2 * each for each in x), v(),
           returns("df", "object")),
    record("df returns a function", squares, lambda _: twice, v(), returns("df", "object")),
    record("df is complex", squares, lambda x: 2 * x + 0j, v(),
           returns("df", "complex.*real part")),
    record("df is an array of objects", squares, lambda x: (2 * x).astype(object), v(),
           returns("df", "object")),
    record("df is an array of texts", squares, lambda x: (2 * x).astype(str), v(),
           returns("df", "<U")),
    record("df is a sparse matrix", three, lambda x: scipy.sparse.csr_array(three_jacobian(x)), w(),
           returns("df", "sparse matrix")),
    record("df is a Decimal", np.square, lambda x: 2 * Decimal(float(x)), 0.75,
           returns("df", "object")),
    record("df is unwilling to be an array", squares, constantly(Unwilling()), v(),
           Refused("df .*on another device")),
    record("df is a span of time", squares, constantly(np.ones(4, "m8[s]")), v(),
           returns("df", "timedelta64")),
    record("df is a coroutine", squares, later, v(), returns("df", "object")),
]  # fmt: skip

DERIVATIVES_IN_UNUSUAL_NUMBERS = [
    record("df is an int", lambda x: 2 * x, constantly(2), 0.7, PASSES),
    record("df is a wrong int", lambda x: 2.5 * x, constantly(2), 0.7, DISAGREES),
    record("df is True", lambda x: 1.0 * x, constantly(True), 0.7, PASSES),  # noqa: FBT003  (the value)
    record("df is an array of ints", lambda x: x @ np.arange(4.0), constantly(np.arange(4)), v(),
           PASSES),
    record("df is an array of unsigned bytes", lambda x: x @ np.arange(4.0),
           constantly(np.arange(4, dtype=np.uint8)), v(), PASSES),
    record("df is in single precision, and exact", squares, lambda x: (2 * x).astype(np.float32),
           np.array([0.75, -1.375, 2.625]), PASSES),
    record("df is in extended precision", squares, lambda x: 2 * x.astype(np.longdouble), v(),
           PASSES),
    record("df is a pandas Series", squares, lambda x: pd.Series(2 * x), v(), PASSES),
    record("df is a pandas DataFrame", three, lambda x: pd.DataFrame(three_jacobian(x)), w(),
           PASSES),
    record("df is in the other byte order", squares, lambda x: (2 * x).astype(">f8"), v(), PASSES),
    record("df is a matrix", three, lambda x: matrix(three_jacobian(x).tolist()), w(), PASSES),
    record("df is read-only", squares, lambda x: read_only(2 * x), v(), PASSES),
    record("df is a broadcast array", lambda x: 3 * np.sum(x),
           lambda x: np.broadcast_to(3.0, x.shape), v(), PASSES),
]  # fmt: skip

FUNCTIONS_THAT_ARE_NO_NUMBERS = [
    record("f returns None", constantly(None), twice, v(), returns("f", "None.*return. missing")),
    record("f returns text", str, twice, 0.7, returns("f", "str.*'0.7'")),
    record("f returns bytes", constantly(b"1"), twice, 0.7, returns("f", "bytes")),
    record("f returns a dict", lambda x: {"loss": squares(x)}, twice, v(), returns("f", "dict")),
    record("f returns a list", lambda x: [squares(x)], twice, v(), returns("f", "list.*np.array")),
    record("f returns a tuple with its gradient", lambda x: (squares(x), 2 * x), twice, v(),
           returns("f", "tuple")),
    record("f returns a complex number", lambda x: squares(x) + 1j, twice, v(),
           returns("f", "complex.*real part")),
    record("f returns an array of objects", lambda x: x.astype(object), np.ones_like, v(),
           returns("f", "object")),
    record("f returns a date", constantly(dt.date(2024, 2, 29)), twice, 0.7,
           returns("f", "object")),
    record("f returns a NumPy date", constantly(np.datetime64("2024-02-29")), twice, 0.7,
           returns("f", "datetime64")),
    record("f returns a generator", lambda x: (each for each in x), twice, v(),
           returns("f", "object")),
    record("f returns a Fraction", lambda x: Fraction(float(x)), constantly(1.0), 0.75,
           returns("f", "object")),
    record("f returns an array of digits", lambda x: np.array(str(x)), twice, 0.7,
           returns("f", "<U")),
    record("f returns a record array", constantly(np.zeros(1, dtype="f8,i4")), twice, 0.7,
           returns("f", "f0")),
    record("f returns NotImplemented", constantly(NotImplemented), twice, 0.7,
           returns("f", "object")),
    record("f returns something unwilling to be an array", constantly(Unwilling()), twice, v(),
           Refused("f .*on another device")),
    record("f returns a coroutine", later, twice, v(), returns("f", "object")),
    record("f is a class", Record, twice, 0.7, returns("f", "object")),
    record("f returns another shape next to x", chosen_shape, constantly(np.zeros(2)), 0.7,
           Refused("f must return one shape")),
    record("f returns nothing in an array", constantly(np.empty(0)),
           lambda x: np.empty((0, x.size)), v(),
           # nothing was compared, and nothing must pass for it
           Refused("f .*(empty|no (number|value|output)|nothing)"), DOMAIN),
]  # fmt: skip

FUNCTIONS_WITHOUT_A_VALUE = [
    record("f is nan at x", np.sqrt, lambda x: 0.5 / np.sqrt(x), -1.3, F_NOT_FINITE,
           NOT_FINITE),  # df is nan there, too
    record("f alone is nan at x", lambda x: squares(x) * math.nan, twice, v(), F_NOT_FINITE),
    record("f alone is inf at x", lambda x: squares(x) * math.inf, twice, v(), F_NOT_FINITE),
    record("one output of f is nan", lambda x: np.add(three(x), [0, math.nan, 0]), three_jacobian,
           w(), F_NOT_FINITE),
    record("f overflows at x", np.square, twice, 1e300, F_NOT_FINITE),
    record("f is nan at x and nowhere else", lambda x: np.where(x == 0.7, math.nan, np.sin(x)),
           np.cos, 0.7, F_NOT_FINITE),
    record("f raises everywhere", raising(RuntimeError, "no data"), twice, v(), F_RAISED),
    record("f leaves the domain of math", math.log, lambda x: 1 / x, -1.3, F_RAISED),
    record("f ends the program", raising(SystemExit, 3), twice, v(), F_RAISED),
    record("f is recursive without end", recursive, twice, v(), F_RAISED),
    record("f raises StopIteration", raising(StopIteration), twice, v(), F_RAISED),
    record("f raises what cannot be printed", raising(MuteError), twice, v(), F_RAISED),
    record("f raises with endless words", raising(ValueError, "no " * 99_999), twice, v(),
           F_RAISED),
    record("f needs two arguments", bilinear, twice, 0.7, F_RAISED, Refused("argument")),
    record("f needs no argument", lambda: 1.0, twice, 0.7, F_RAISED, Refused("argument")),
    record("f raises at every x + h", only_at(0.7, raising(ValueError, "off the grid")), twice, 0.7,
           DOMAIN, F_RAISED),  # the contract has words for the steps and for the exception
    record("f is nan at every x + h", only_at(0.7, constantly(math.nan)), twice, 0.7, DOMAIN),
    record("f is inf at every x + h", only_at(0.7, constantly(math.inf)), twice, 0.7, DOMAIN),
    record("f raises on one side of x", not_below_one, twice, 1.0, PASSES),
    record("f raises on one side of x, and df is wrong", not_below_one, lambda x: 3 * x, 1.0,
           DISAGREES),
    record("f is nan on one side of x", lambda x: np.where(x < 1, math.nan, x * x), twice, 1.0,
           PASSES),
    record("f raises a little above x", not_above, twice, 0.7, PASSES),
    record("f raises a little above x, and df is wrong", not_above, lambda x: 1.9 * x, 0.7,
           DISAGREES),
    record("f overflows a little above x", np.exp, np.exp, 709.7, PASSES),
    record("f raises at every third call", Unreliable(), twice, v(),
           # the values that came are right; to rest on them is as honest as to distrust them all
           PASSES, *CHANGES, F_RAISED, DOMAIN, NOISE),
]  # fmt: skip

FUNCTIONS_THAT_WRITE_INTO_X = [
    record("f adds to its argument", spoiling(lambda x: x.__iadd__(1)), twice, v(), MUTATES),
    record("f sorts its argument", spoiling(np.ndarray.sort), twice, v(), MUTATES),
    record("f empties its argument", spoiling(lambda x: x.fill(0)), twice, v(), MUTATES),
    record("f fills its argument with nan", spoiling(lambda x: x.fill(np.nan)), twice, v(),
           MUTATES),
    record("f uses its argument as a buffer", lambda x: np.sum(np.square(x, out=x)), twice, v(),
           MUTATES),
    record("f shortens its argument", spoiling(lambda x: x.resize((2,), refcheck=False)), twice,
           v(), MUTATES, F_RAISED),  # NumPy raises where the array is a window of another one
    record("f flips a sign in its argument", spoiling(flip_a_sign), twice, v(), MUTATES),
    record("f flips the sign of a zero", spoiling(flip_a_sign), twice,
           np.array([1.3, 0.0]), MUTATES, PASSES),  # the same number, in other bits
    record("f writes into an argument of two axes", spoiling(lambda x: x.fill(0)), twice,
           np.array([[0.3, 1.7], [2.2, 0.9]]), MUTATES),
    record("f writes into the wrong df's argument", spoiling(lambda x: x.fill(0)), np.zeros_like,
           v(), MUTATES),
    record("f writes into its argument and raises", spoiling_and_raising, twice, v(), F_RAISED,
           MUTATES),  # two faults, either of which is a reason
    record("f locks its argument", spoiling(lambda x: x.setflags(write=False)), twice, v(), PASSES),
    record("f adds to a number, which is nobody else's", square_after_adding_one,
           lambda x: 2 * (x + 1), 0.7, PASSES),
    record("df doubles its argument", squares, doubling, v(), MUTATES),
    record("df sorts its argument", squares, spoiling(np.ndarray.sort, twice), v(), MUTATES),
    record("df writes into its argument and raises", squares, spoiling_and_raising, v(), DF_RAISED,
           MUTATES),  # as above
]  # fmt: skip

FUNCTIONS_THAT_CHANGE = [
    record("f counts its calls", Counting(), twice, v(), *CHANGES),
    record("f doubles every second value", Alternating(squares), twice, v(), *CHANGES),
    record("f returns the value of the x before", Stale(), twice, v(), *CHANGES),
    record("f is wrong about df and counts its calls", Counting(), lambda x: 3 * x, v(), *CHANGES),
    record("f starts its iteration where it stopped", WarmStart(), lambda x: 0.5 / np.sqrt(x), 2.3,
           # close by, the root before is good enough for it: never a reason to accuse df
           PASSES, *CHANGES, NOISE),
    record("f draws from NumPy's generator", noisy, twice, v(), CHANGES[0], changes="random"),
    record("f draws from a generator with a seed", drawing(squares), twice, v(), CHANGES[0]),
    record("f of a number draws", drawing(np.square), twice, 0.7, CHANGES[0]),
    record("f draws, and df is wrong", drawing(squares), lambda x: -x, v(), CHANGES[0]),
    record("f seeds NumPy's generator, and is always the same", with_a_mask, with_a_mask_gradient,
           v(), PASSES, changes="random"),
    record("df draws from a generator with a seed", squares, drawing(twice), v(),
           # off by 1e-3 it is wrong, and never twice in the same way: all of it is true, but a pass
           *CHANGES, unclear(Reason.ANALYTIC_INACCURATE), DISAGREES),
    record("df doubles every second value", squares, Alternating(twice), v(),
           *CHANGES, unclear(Reason.ANALYTIC_INACCURATE), DISAGREES),  # as above
]  # fmt: skip

FUNCTIONS_THAT_SHARE_MEMORY = [
    record("f returns its argument", lambda x: x, lambda x: np.eye(x.size), v(), PASSES),
    record("f returns its argument, and df a diagonal", lambda x: x, np.ones_like, v(), PASSES),
    record("f returns its argument, and df is zero", lambda x: x, np.zeros_like, v(), DISAGREES),
    record("f returns its argument backwards", lambda x: x[::-1], lambda x: np.eye(x.size)[::-1],
           v(), PASSES),
    record("f returns its argument backwards, and df forwards", lambda x: x[::-1],
           lambda x: np.eye(x.size), v(), DISAGREES),
    record("f returns its argument transposed", lambda x: x.T,
           constantly(np.einsum("il,jk->ijkl", np.eye(3), np.eye(2))), v()[:3] * np.ones((2, 1)),
           PASSES),
    record("f returns a window of its argument", lambda x: x[1:3], lambda x: np.eye(x.size)[1:3],
           v(), PASSES),
    record("f returns an array of no axes", lambda x: x[1:2].reshape(()),
           lambda x: np.eye(x.size)[1], v(), PASSES),
    record("f returns one buffer each time", Buffered(three, (3,)), three_jacobian, w(), PASSES),
    record("f returns one buffer each time, and df is wrong", Buffered(three, (3,)),
           lambda x: 2 * three_jacobian(x), w(), DISAGREES),
    record("f of a number returns one buffer each time", Buffered(np.sin, ()), np.cos, 0.7, PASSES),
    record("df returns one buffer each time", three, Buffered(three_jacobian, (3, 2)), w(), PASSES),
    record("f remembers its last argument", Remembering(three), three_jacobian, w(), PASSES),
    record("f remembers its last argument, and df is wrong", Remembering(three),
           lambda x: 2 * three_jacobian(x), w(), DISAGREES),
    record("df remembers its last argument", three, Remembering(three_jacobian), w(), PASSES),
    record("df returns its argument", lambda x: squares(x) / 2, lambda x: x, v(), PASSES),
    record("f and df use one buffer", squares_in_the_shared_buffer, twice_in_the_shared_buffer, v(),
           PASSES),
]  # fmt: skip

FUNCTIONS_OF_EVERY_KIND = [
    record("f is a built-in function", math.sin, math.cos, 0.7, PASSES),
    record("f is a built-in function, and x an array", math.sin, math.cos, v(), F_RAISED),
    record("f is a ufunc", np.sin, np.cos, 0.7, PASSES),
    record("f is a partial", functools.partial(np.power, 2.0), lambda x: 2.0**x * math.log(2), 0.7,
           PASSES),
    record("f is a method", Model(3.0).loss, Model(3.0).gradient, v(), PASSES),
    record("f is a class of numbers", float, constantly(1.0), 0.7, PASSES),
    record("f is a vectorised function", np.vectorize(math.sin), np.vectorize(math.cos), v(),
           PASSES),
    record("f is cached", functools.cache(lambda x: float(x) ** 2), twice, 0.7, PASSES),
    record("f is cached, and x an array", functools.cache(squares), twice, v(), F_RAISED),
    record("f is a polynomial object", np.polynomial.Polynomial([1, 2, 3]),
           np.polynomial.Polynomial([2, 6]), 0.7, PASSES),
    record("f accepts writable arrays of floats only", Particular(), twice, v(), PASSES),
    record("f accepts floats only", for_floats_only, twice, 0.7, PASSES),
    record("f warns", warning, twice, v(), PASSES, silent=True),
    record("f makes NumPy raise", stopping_at_errors, twice, v(), PASSES, changes="errors"),
    record("f makes warnings errors", making_warnings_errors, twice, v(), PASSES,
           changes="warnings"),
    record("f runs a check of its own", checking, twice, 0.7, PASSES),
    record("f has twenty thousand outputs", lambda x: np.arange(20_000.0) * x,
           constantly(np.arange(20_000.0)), 0.7, PASSES),
    record("f has twenty thousand outputs, one of them wrong", lambda x: np.arange(20_000.0) * x,
           lambda _: np.arange(20_000.0) + (np.arange(20_000) == 777), 0.7, DISAGREES),
    record("f is constant", constantly(3.0), constantly(0.0), 0.7, PASSES),
    record("f is constant, and df is not zero", constantly(3.0), constantly(1e-3), 0.7, DISAGREES),
    record("f is constant in every input", constantly(3.0), np.zeros_like, v(), PASSES),
    record("f is a truth value", lambda x: x > 0, constantly(0.0), 1.3, *STEPWISE),
    record("f is an int", int, constantly(0.0), 1.5, *STEPWISE),
    record("f is rounded to six decimals", lambda x: np.round(np.sin(x), 6), np.cos, 0.7,
           *STEPWISE),
    record("f is in half precision", lambda x: np.sin(x).astype(np.float16), np.cos, 0.7,
           *STEPWISE),
    record("f is in single precision", lambda x: squares(x).astype(np.float32), twice, v(),
           PASSES),
    record("f is in extended precision", lambda x: squares(x.astype(np.longdouble)), twice, v(),
           PASSES),
    record("f returns a pandas Series", lambda x: pd.Series(three(x)), three_jacobian, w(), PASSES),
    record("f returns a masked array", lambda x: np.ma.masked_array(three(x)), three_jacobian, w(),
           PASSES),
    record("f returns the other byte order", lambda x: three(x).astype(">f8"), three_jacobian, w(),
           PASSES),
]  # fmt: skip

POINTS_OF_EVERY_KIND = [
    record("x is an int", np.square, twice, 3, PASSES),
    record("x is an int, for a power that ints do not have", lambda x: x**-2,
           lambda x: -2 * x**-3, 3, PASSES),
    record("x is an array of ints", lambda x: np.sum(x**-2), lambda x: -2 * x**-3, np.array([2, 3]),
           PASSES),
    record("x is an array of unsigned bytes", squares, twice, np.array([1, 250], dtype=np.uint8),
           PASSES),
    record("x is True", np.square, twice, True, PASSES),  # noqa: FBT003  (the value)
    record("x is a large int", lambda x: x / 3, constantly(1 / 3), 2**60, PASSES),
    record("x is a Fraction", np.square, twice, Fraction(3, 7), PASSES,
           NOT_A_POINT),  # a number to mathematics, an object to NumPy
    record("x is a Decimal", np.square, twice, Decimal("0.7"), PASSES, NOT_A_POINT),  # as above
    record("x is a NumPy float", np.square, twice, np.float64(0.7), PASSES),
    record("x is an array of no axes", np.square, twice, np.array(0.7), PASSES),
    record("x has one entry", squares, twice, np.array([0.7]), PASSES),
    record("x has two axes", squares, twice, np.array([[0.3, 1.7, 0.4], [2.2, 0.9, 1.1]]), PASSES),
    record("x has three axes", squares, twice, np.linspace(0.1, 2.3, 12).reshape(2, 3, 2), PASSES),
    record("x is a list", squares, twice, [0.3, 1.7], PASSES),
    record("x is a tuple", squares, twice, (0.3, 1.7), PASSES),
    record("x is an array of the standard library", squares, twice, array.array("d", [0.3, 1.7]),
           PASSES, NOT_A_POINT),  # no list, no NumPy array: either reading of the contract
    record("x is read-only", squares, twice, read_only(v()), PASSES),
    record("x is every second entry", squares, twice, np.linspace(0.1, 2.3, 8)[::2], PASSES),
    record("x is backwards in memory", squares, twice, v()[::-1], PASSES),
    record("x is in Fortran order", squares, twice, np.asfortranarray(v().reshape(2, 2)), PASSES),
    record("x is a broadcast number", squares, twice, np.broadcast_to(0.7, (3,)), PASSES),
    record("x is in the other byte order", squares, twice, v().astype(">f8"), PASSES),
    record("x is a column of a matrix", squares, twice, np.linspace(0.1, 2, 12).reshape(4, 3)[:, 1],
           PASSES),
    record("x is in half precision", squares, twice, v().astype(np.float16), PASSES),
    record("x is in single precision", squares, twice, v().astype(np.float32), PASSES),
    record("x is in extended precision", squares, twice, v().astype(np.longdouble), PASSES),
    record("x is a pandas Series", squares, twice, pd.Series([0.3, 1.7], index=["a", "b"]), PASSES),
    record("x is a masked array without a mask", squares, twice, np.ma.masked_array(v()), PASSES),
    record("x has a masked entry", squares, twice, np.ma.masked_array(v(), v() < 0), PASSES,
           Refused("mask|finite real number")),  # the number behind the mask, or no number
    record("x is a matrix", squares, twice, matrix([[0.3, 1.7], [2.2, 0.9]]), PASSES),
    record("x is 1e300", lambda x: 3 * x, constantly(3.0), 1e300, PASSES),
    record("x is 1e300 for a logarithm", np.log, lambda x: 1 / x, 1e300, PASSES),
    record("x is 1e-300", lambda x: 3 * x, constantly(3.0), 1e-300, PASSES),
    record("x is 1e-300 for a logarithm", np.log, lambda x: 1 / x, 1e-300, PASSES),
    record("x is -0.0", np.sin, np.cos, -0.0, PASSES),
    record("x is 1e-300 for a sine", np.sin, np.cos, 1e-300, PASSES),
    record("x is the smallest number", np.sin, np.cos, 5e-324, PASSES,
           DOMAIN, NOISE),  # closer to zero than what is promised
    record("x is the largest number", lambda x: x / 2, constantly(0.5), sys.float_info.max, PASSES,
           DOMAIN, NOISE),  # half of the neighbourhood is no number; beyond what is promised
    record("x has entries of every size", squares, twice, np.array([1e-30, 1e-3, 1.0, 1e6]),
           PASSES),
]  # fmt: skip

POINTS_THAT_ARE_NONE = [
    record("x is empty", squares, twice, np.empty(0), NOT_A_POINT),
    record("x is an empty list", squares, twice, [], Refused("number.*got")),
    record("x is an empty dict", squares, twice, {}, Refused("number.*got")),
    record("x has no rows", squares, twice, np.empty((0, 3)), NOT_A_POINT),
    record("x is nan", np.sin, np.cos, math.nan, NOT_A_POINT),
    record("x is inf", np.sin, np.cos, math.inf, NOT_A_POINT),
    record("x has an infinite entry", squares, twice, np.array([0.3, -math.inf]), NOT_A_POINT),
    record("x is complex", np.sin, np.cos, 1 + 0j, NOT_A_POINT),
    record("x is text", np.sin, np.cos, "0.7", Refused("number.*got '0.7'")),
    record("x is bytes", np.sin, np.cos, b"0.7", Refused("number.*got b'0.7'")),
    record("x is None", np.sin, np.cos, None, Refused(r"\b(x|points?)\b")),
    record("x is an int beyond every float", np.square, twice, 10**400, Refused("number.*got")),
    record("x is an array of objects", squares, twice, np.array([0.3, None]), NOT_A_POINT),
    record("x is an array of texts", squares, twice, np.array(["a", "b"]), NOT_A_POINT),
    record("x is a date", np.sin, np.cos, np.datetime64("2024-02-29"), NOT_A_POINT),
    record("x is a record array", squares, twice, np.zeros(1, dtype="f8,i4"), NOT_A_POINT),
    record("x is a function", np.sin, np.cos, np.sin, Refused("number.*got")),
    record("x is a set", squares, twice, {0.3}, Refused("number.*got")),
    record("x is a generator", squares, twice, (0.3 * k for k in (1, 2)), Refused("number.*got")),
    record("x is a dict of texts", squares, twice, {"w": "0.3"}, Refused("number")),
    record("x is a list with a text", squares, twice, [0.3, "0.7"], Refused("number")),
    record("x is a list with None", squares, twice, [0.3, None], Refused("number")),
    record("x is a ragged list", np.sum, np.ones_like, [[1.0], [1.0, 2.0]],
           # no array; as a tree of lists it is one that this f cannot take
           Refused("number.*got"), F_RAISED),
]  # fmt: skip

CALLS_THAT_MAKE_NO_SENSE = [
    record("f is a number", 3, np.cos, 0.7, Refused("f must be a function of x, got 3")),
    record("f is None", None, np.cos, 0.7, Refused("f must be a function of x, got None")),
    record("f is text", "np.sin", np.cos, 0.7, Refused("f must be a function of x, got 'np.sin'")),
    record("f is an array", v(), np.cos, 0.7, Refused("f must be a function of x")),
    record("df is a number", np.sin, 0.7, 0.7, Refused(r"df must be a function of x, got 0\.7")),
    record("df is None", np.sin, None, 0.7, Refused("df")),
    record("df is the gradient itself", squares, 2 * v(), v(), Refused("df must be a function")),
    record("df and x are left out", np.sin, LEFT_OUT, LEFT_OUT,
           Refused("df"), Refused("df", TypeError)),  # wrong for Python, or told in our words
    record("x is left out", np.sin, np.cos, LEFT_OUT,
           Refused(r"\b(x|points?)\b"), Refused("x", TypeError)),  # as above
    record("everything is left out", LEFT_OUT, LEFT_OUT, LEFT_OUT, Refused("f", TypeError),
           Refused("f")),  # as above
    record("an option is misspelt", np.sin, np.cos, 0.7, Refused("rtoll", TypeError), rtoll=1e-6),
    record("x and points are both given", np.sin, np.cos, 0.7,
           Refused("x.*points|points.*x", GradcheckError), points=[0.3]),
    record("points is empty", np.sin, np.cos, LEFT_OUT, Refused("points?"), points=[]),
    record("points is a number", np.sin, np.cos, LEFT_OUT, Refused("points"), points=0.7),
    record("points has a nan", np.sin, np.cos, LEFT_OUT, NOT_A_POINT, points=[0.7, math.nan]),
    record("points have different shapes", squares, twice, LEFT_OUT, PASSES,
           Refused("shape"), points=[w(), v()]),  # this f takes both; to ask for one shape is fair
    record("rtol is negative", np.sin, np.cos, 0.7, Refused("rtol.*-1", GradcheckError), rtol=-1.0),
    record("rtol is nan", np.sin, np.cos, 0.7, Refused("rtol.*nan", GradcheckError), rtol=math.nan),
    record("rtol is text", np.sin, np.cos, 0.7, Refused("rtol.*'tight'", GradcheckError),
           rtol="tight"),
    record("rtol is an array", np.sin, np.cos, 0.7, Refused("rtol", GradcheckError),
           rtol=np.array([1e-6, 1e-3])),
    record("atol is negative", np.sin, np.cos, 0.7, Refused("atol.*-1", GradcheckError), atol=-1.0),
    record("atol is nan", np.sin, np.cos, 0.7, Refused("atol.*nan", GradcheckError), atol=math.nan),
    record("atol is None", np.sin, np.cos, 0.7, Refused("atol.*None", GradcheckError), PASSES,
           atol=None),  # as good as 0
]  # fmt: skip

RECORDS = [
    *GRADIENTS_OF_THE_WRONG_SHAPE,
    *DERIVATIVES_THAT_ARE_NO_NUMBERS,
    *DERIVATIVES_IN_UNUSUAL_NUMBERS,
    *FUNCTIONS_THAT_ARE_NO_NUMBERS,
    *FUNCTIONS_WITHOUT_A_VALUE,
    *FUNCTIONS_THAT_WRITE_INTO_X,
    *FUNCTIONS_THAT_CHANGE,
    *FUNCTIONS_THAT_SHARE_MEMORY,
    *FUNCTIONS_OF_EVERY_KIND,
    *POINTS_OF_EVERY_KIND,
    *POINTS_THAT_ARE_NONE,
    *CALLS_THAT_MAKE_NO_SENSE,
]


# --- the test ------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _left_as_it_was() -> Iterator[None]:
    """Undo what the functions of the table do to NumPy's global state."""
    errors, state = np.geterr(), np.random.get_state()  # noqa: NPY002  (the state to be kept)
    yield
    np.seterr(**errors)
    np.random.set_state(state)  # noqa: NPY002  (as above)


def bits(x: Any) -> object:
    """Return all that can be known of x, to the last bit."""
    if isinstance(x, np.ndarray):
        return x.dtype.str, x.shape, x.strides, x.flags.writeable, x.tobytes()
    if isinstance(x, pd.Series):
        return bits(x.to_numpy()), tuple(x.index)
    return repr(x)


def surroundings() -> dict[str, object]:
    """Return the global state that a check has no right to touch."""
    return {
        "errors": np.geterr(),
        "random": pickle.dumps((random.getstate(), np.random.get_state())),  # noqa: NPY002  (kept)
        "warnings": list(warnings.filters),
        "printing": np.get_printoptions(),
        "recursion": sys.getrecursionlimit(),
    }


INSIDE = re.compile(
    r"Traceback"
    r"|gradcheck[/\\.](batch|behaviour|content|differences|errors|model|output|verdict)\b"
    r"|(?<![\w.`'\"])_[a-z]\w*"  # a private name
    r"|site-packages"
)


def expect_plain_words(text: str) -> None:
    """Expect something to read, for somebody who has never seen the engine."""
    found = INSIDE.search(text)

    assert found is None, f"the engine's inside shows: {found and found[0]!r} in {text}"
    assert 0 < len(text.strip()), "there is something to read"
    assert len(text) < 10_000, "long values are cut"


def expect_sound(result: Result, inputs: int) -> None:
    """Expect a result that can be used whatever its verdict is."""
    assert result.verdict in CONTRACT[result.reason]
    assert (result.verdict is Verdict.PASS) == bool(result)
    assert result.message.strip()
    assert result.verdict.value in str(result).lower()
    assert list(COLUMNS) == list(result.table.columns)
    assert len(result.entries) == len(result.table)
    assert 0 <= result.evaluations <= 500 * (1 + inputs), "an end is in sight"
    assert result.resolution >= 0
    assert not (result and result.findings), "nothing is found where nothing is wrong"
    expect_plain_words(result.message)
    expect_plain_words(str(result))
    assert "<" in result._repr_html_()


@pytest.mark.parametrize("hostile", RECORDS)
def test_a_hostile_input_gets_a_verdict_or_a_refusal(hostile: Hostile) -> None:
    """The right one, in plain words; x and the rest of the world stay as they were."""
    x_before, before = bits(hostile.x), surroundings()
    outcome = hostile.attempt()
    x_after, after = bits(hostile.x), surroundings()

    assert x_before == x_after, "x is the caller's"
    for name in before.keys() - hostile.changes:
        assert before[name] == after[name], f"{name}: global state is the caller's"
    told = f"{type(outcome).__name__}: {outcome}"[:2000]
    assert any(expected.is_met_by(outcome) for expected in hostile.comes), told
    if isinstance(outcome, Result):
        expect_sound(outcome, inputs=np.size(hostile.x))
    else:
        assert isinstance(outcome, GradcheckError | TypeError), told
        expect_plain_words(str(outcome))


def test_the_table_of_hostile_inputs_is_long_and_every_line_has_its_own_name() -> None:
    """A sentence that stands twice would hide one of two records."""
    sentences = [str(line.id) for line in RECORDS]

    assert len(sentences) >= 100
    assert len(sentences) == len(set(sentences))
