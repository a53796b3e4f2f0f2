"""A df that remembers is found out, and what it remembers is named."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

POINTS = list(np.random.Generator(np.random.PCG64(5)).normal(size=(3, 4)))
POINTS_OR_ONE = pytest.mark.parametrize("xs", [POINTS[:1], POINTS], ids=["one", "three"])


def f(x: Array) -> Any:
    """Map Rⁿ → R."""
    return np.sum(np.square(x) + np.sin(x))


def df(x: Array) -> Array:
    """Return its gradient."""
    return np.asarray(2 * x + np.cos(x))


def check(f: Function, df: Function, xs: list[Array]) -> Result:
    """Check one pair at several points."""
    result = gc.check(f, df, points=xs)
    assert isinstance(result, Result)
    return result


def named(result: Result) -> list[tuple[str, str]]:
    """Return the codes of the findings and their certainties."""
    return [(finding.code, finding.certainty) for finding in result.findings]


class Counted:
    """A function that counts its calls."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        """Count, and return the value."""
        self.calls += 1
        return self.function(x)


class Accumulator:
    """A gradient that is added to a buffer, which nobody resets."""

    def __init__(self, begin: float = 0.0) -> None:
        self.gradient: Any = begin

    def __call__(self, x: Array) -> Any:
        """Add to the buffer, and return it."""
        self.gradient = self.gradient + df(x)
        return self.gradient


class Buffer:
    """The same, with one array that is returned again and again."""

    def __init__(self) -> None:
        self.gradient = np.zeros(4)

    def __call__(self, x: Array) -> Array:
        """Add to the array in place, and return it."""
        self.gradient += df(x)
        return self.gradient


class Layer:
    """A forward pass that keeps what the backward pass needs."""

    def __init__(self) -> None:
        self.x = np.zeros(4)

    def forward(self, x: Array) -> Any:
        """Keep x, and return the value."""
        self.x = x.copy()
        return f(x)

    def backward(self, x: Array) -> Array:
        """Return the gradient at what was kept, whatever x is."""
        del x
        return df(self.x)


class Behind:
    """A gradient computed before x is stored."""

    def __init__(self) -> None:
        self.x = np.zeros(4)

    def __call__(self, x: Array) -> Array:
        """Return the gradient at the x of the call before."""
        before, self.x = self.x, x.copy()
        return df(before)


class Kept:
    """A gradient that is computed once."""

    def __init__(self) -> None:
        self.gradient: Array | None = None

    def __call__(self, x: Array) -> Array:
        """Return the gradient of the first call."""
        if self.gradient is None:
            self.gradient = df(x)
        return self.gradient


class Coarse:
    """A cache whose key is x in large steps."""

    def __init__(self) -> None:
        self.values: dict[bytes, Array] = {}

    def __call__(self, x: Array) -> Array:
        """Return the value of the first x with this key."""
        return self.values.setdefault(np.round(x).tobytes(), df(x))


class Fine:
    """A cache whose key is all of x: as it should be."""

    def __init__(self) -> None:
        self.values: dict[bytes, Array] = {}

    def __call__(self, x: Array) -> Array:
        """Return the value, computed once for each x."""
        return self.values.setdefault(x.tobytes(), df(x))


class Warm:
    """A gradient by an iteration that begins where the last one ended."""

    def __init__(self) -> None:
        self.guess = np.zeros(4)

    def __call__(self, x: Array) -> Array:
        """Halve the error until it is about 1e-13 of the size: Newton would be quicker."""
        goal = df(x)
        while np.abs(self.guess - goal).max() > 1e-13 * np.abs(goal).max():
            self.guess = (self.guess + goal) / 2
        return self.guess.copy()


class Late:
    """A gradient that notices a new x, but goes on with the one before."""

    def __init__(self) -> None:
        self.seen: list[Array] = []

    def __call__(self, x: Array) -> Array:
        """Remember x if it is new, and use the last but one."""
        if not self.seen or not np.array_equal(x, self.seen[-1]):
            self.seen.append(x.copy())
        return df(self.seen[-2:][0])


class Slow:
    """A gradient that is right at the second call only."""

    def __init__(self) -> None:
        self.key = b""

    def __call__(self, x: Array) -> Array:
        """Leave out a part when x is new."""
        first, self.key = x.tobytes() != self.key, x.tobytes()
        return 2 * x if first else df(x)


class Ageing:
    """A gradient that shrinks whenever it is asked elsewhere."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []

    def __call__(self, x: Array) -> Array:
        """Return less of it for each x that was new."""
        if x.tobytes() not in self.keys:
            self.keys.append(x.tobytes())
        return df(x) / len(self.keys)


@POINTS_OR_ONE
@pytest.mark.parametrize("gradient", [Accumulator, Buffer])
def test_a_buffer_that_is_not_reset_accumulates(gradient: Function, xs: list[Array]) -> None:
    """The second call gives twice the first: inconclusive as stateful, and named."""
    result = check(f, gradient(), xs)

    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.STATEFUL)
    assert [("accumulates", "A")] == named(result)
    assert "reset the gradient" in result.findings[0].message


def test_a_buffer_that_is_not_empty_at_first_is_less_sure() -> None:
    """What is added is the same each time, but a counter does that as well."""
    assert [("accumulates", "B")] == named(check(f, Accumulator(0.5), POINTS[:1]))


@POINTS_OR_ONE
def test_a_df_that_uses_what_f_stored_is_stale(xs: list[Array]) -> None:
    """It looks right as long as f was called at the same x just before."""
    layer = Layer()
    result = check(layer.forward, layer.backward, xs)

    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.STATEFUL)
    assert [("stale", "A")] == named(result)
    assert "where f was called last" in result.findings[0].message


@POINTS_OR_ONE
def test_a_df_that_is_one_call_behind_is_stale(xs: list[Array]) -> None:
    """It gives the derivative at the x of the call before."""
    result = check(f, Behind(), xs)

    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.STATEFUL)
    assert [("stale", "A")] == named(result)
    assert "at the x of the call before" in result.findings[0].message


@POINTS_OR_ONE
def test_a_df_that_stays_with_the_x_before_is_stale(xs: list[Array]) -> None:
    """Two calls at the same x agree, but with what belongs to another one."""
    result = check(f, Late(), xs)

    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.STATEFUL)
    assert [("stale", "A")] == named(result)
    assert "of the point before" in result.findings[0].message


@POINTS_OR_ONE
def test_a_df_that_is_right_the_second_time_is_stale_for_some_reason(xs: list[Array]) -> None:
    """What is kept is not known, so the certainty is B."""
    assert [("stale", "B")] == named(check(f, Slow(), xs))


def test_a_df_that_keeps_its_first_value_is_stale_from_the_second_point_on() -> None:
    """It is constant: right at the first point, and there alone."""
    result = check(f, Kept(), POINTS)

    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.DISAGREES)
    assert ("stale", "A") == named(result)[0]
    assert "points[2] is right at points[0]" in result.findings[0].message


def test_a_cache_with_a_coarse_key_is_stale_at_the_next_point() -> None:
    """Points that share a key get the gradient of the first of them."""
    x = np.array([0.8, 2.1, -1.2, 3.9])
    result = check(f, Coarse(), [x, x + np.array([0.11, -0.13, 0.17, 0.19])])

    assert ("stale", "A") == named(result)[0]
    assert "points[1] is right at points[0]" in result.findings[0].message


def test_a_gradient_of_the_point_before_is_stale() -> None:
    """Every point but the first has the gradient of its predecessor."""

    def before(x: Array) -> Array:
        nearest = int(np.argmin([np.abs(x - point).max() for point in POINTS]))
        return df(POINTS[nearest - 1] if nearest else x)

    result = check(f, before, POINTS)

    assert ("stale", "A") == named(result)[0]
    assert "the derivative of the point before" in result.findings[0].message


def test_numbers_are_stale_too() -> None:
    """R → R at three points: one entry a point is enough."""
    seen: list[float] = []

    def kept(x: float) -> float:
        seen.append(np.cos(x))
        return seen[0]

    assert ("stale", "A") == named(check(np.sin, kept, [np.array(x) for x in (0.3, 1.1, -0.8)]))[0]


def test_a_constant_df_is_not_stale_where_it_is_never_right() -> None:
    """What agrees with no point was not kept from one."""
    result = check(f, lambda x: np.full(x.shape, 0.7), POINTS)

    assert "stale" not in dict(named(result))


def test_a_df_that_changes_when_it_is_asked_elsewhere_is_stateful() -> None:
    """It has no name, but it is no derivative either."""
    result = check(f, Ageing(), POINTS[:1])

    assert (result.verdict, result.reason) == (Verdict.INCONCLUSIVE, Reason.STATEFUL)
    assert result.findings == ()
    assert "after f and df were called elsewhere" in result.message


@POINTS_OR_ONE
@pytest.mark.parametrize("gradient", [Fine, Warm])
def test_a_df_that_remembers_without_harm_passes(gradient: Function, xs: list[Array]) -> None:
    """A cache with the right key, and an iteration that begins close to its end."""
    result = check(f, gradient(), xs)

    assert result.verdict is Verdict.PASS, result
    assert result.findings == ()


def test_looking_for_memory_costs_no_call_of_f() -> None:
    """A right pair is called as often as `evaluations` says, and df five times at each point."""
    counted, gradient = Counted(f), Counted(df)
    result = check(counted, gradient, POINTS[:1])

    assert result.evaluations == counted.calls
    assert gradient.calls <= 5


def test_a_df_without_a_value_elsewhere_is_not_accused() -> None:
    """It may raise where f has no value either."""
    x = POINTS[0]

    def only_below(function: Function) -> Function:
        def limited(y: Array) -> Any:
            if (y > x + 1e-3).any():
                raise ValueError("outside")
            return function(y)

        return limited

    assert check(only_below(f), only_below(df), [x]).verdict is Verdict.PASS


def test_the_finding_is_told_in_the_text() -> None:
    """The cause stands in the story of the result."""
    assert "reset the gradient to 0" in " ".join(str(check(f, Accumulator(), POINTS)).split())
