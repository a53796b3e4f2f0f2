"""Derivatives by differences lie within their error bars, on functions made to be hard."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck as gc

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]

DIGITS = 50


@dataclass(frozen=True)
class Hard:
    """A function of one number with its derivative in a longer arithmetic."""

    name: str
    f: Function
    df: Function
    """Of an mpf."""
    x: float
    resolved: float
    """The relative error bar that is good enough."""

    @property
    def truth(self) -> float:
        """The derivative at x, rounded once."""
        with mpmath.workdps(DIGITS):
            return float(self.df(mpmath.mpf(self.x)))


def wave(frequency: float) -> tuple[Function, Function]:
    """Return sin(w x) and its derivative."""
    w = mpmath.mpf(frequency)
    return lambda x: np.sin(frequency * x), lambda x: w * mpmath.cos(w * x)


def high_wave(height: float) -> tuple[Function, Function]:
    """Return a sin(x) and its derivative."""
    return lambda x: height * np.sin(x), lambda x: height * mpmath.cos(x)


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z: Any) -> Any:
    """Return its derivative without cancellation."""
    return mpmath.exp(-z) / (1 + mpmath.exp(-z)) ** 2


def in_units_of(size: float) -> dict[str, tuple[Function, Function]]:
    """Return functions that are themselves at x = size, whatever that is."""
    s = mpmath.mpf(size)
    return {
        "line": (lambda x: x, lambda _: 1),
        "root": (np.sqrt, lambda x: 1 / (2 * mpmath.sqrt(x))),
        "logarithm": (np.log, lambda x: 1 / x),
        "waves": (lambda x: np.sin(x / size), lambda x: mpmath.cos(x / s) / s),
        "exponential": (lambda x: np.exp(x / size), lambda x: mpmath.exp(x / s) / s),
        "tenth root": (lambda x: x**0.1, lambda x: x ** (mpmath.mpf(0.1) - 1) * mpmath.mpf(0.1)),
    }


SIZES = [
    Hard(f"{name} at 1e{exponent}", f, df, 1.7 * 10.0**exponent, 1e-8)
    for exponent in (-300, -200, -100, -30, -8, 0, 8, 30, 100, 200, 300)
    for name, (f, df) in in_units_of(1.3 * 10.0**exponent).items()
]

HEIGHTS = [
    Hard(f"{height:g} times a wave", *high_wave(height), 0.7, 1e-9)
    for height in (1e-300, 1e-100, 1e-40, 1e40, 1e100, 1e300)
]

OFFSETS = [
    Hard("1e8 and a wave", lambda x: 1e8 + np.sin(x), mpmath.cos, 0.7, 1e-5),
    Hard("-1e8 and an exponential", lambda x: np.exp(x) - 1e8, mpmath.exp, 0.7, 1e-5),
    Hard("1e12 and a wave", lambda x: 1e12 + np.sin(x), mpmath.cos, 0.7, 3e-2),
    Hard("1e8 and a line", lambda x: 1e8 + 3 * x, lambda _: 3, 0.7, 1e-5),
]

WAVES = [
    Hard(f"a wave of {frequency:g} at {x}", *wave(frequency), x, 1e-6)
    for frequency in (1e3, 1e4, 1e6, 2 * np.pi * 1024, 2 * np.pi * 2**20)
    for x in (0.7, 0.734, 1.9, -3.3)
]

EDGES = [
    hard
    for d in (1e-3, 1e-6, 1e-9, 1e-12)
    for hard in (
        Hard(f"a logarithm {d:g} from its edge", lambda x: np.log(x - 1),
             lambda x: 1 / (x - 1), 1 + d, 1e-7),
        Hard(f"a root {d:g} from its edge", lambda x: np.sqrt(1 - x),
             lambda x: -1 / (2 * mpmath.sqrt(1 - x)), 1 - d, 1e-7),
        Hard(f"an arc sine {d:g} from its edge", np.arcsin,
             lambda x: 1 / mpmath.sqrt(1 - x * x), 1 - d, 1e-5),
        Hard(f"{d:g} right of a kink", lambda x: np.abs(x - 1), lambda _: 1, 1 + d, 1e-9),
        Hard(f"{d:g} left of a kink", lambda x: np.abs(x - 1) + 2 * x, lambda _: 1, 1 - d,
             max(1e-8, 1e-14 / d)),
        Hard(f"{d:g} from a curved kink", lambda x: np.exp(x) + np.maximum(x, 0),
             lambda x: mpmath.exp(x) + 1, d, 1e-2),
        Hard(f"{d:g} from a jump", lambda x: np.sin(x) + (x > 1), mpmath.cos, 1 + d, 1e-2),
    )
]  # fmt: skip

DEAD = [
    hard
    for d in (1e-1, 1e-2, 1e-3, 1e-5, 1e-7, 1e-9, 1e-12)
    for hard in (
        Hard(f"{d:g} into saturation", lambda x: np.clip(x, -1, 1), lambda _: 0, 1 + d, math.inf),
        Hard(f"{d:g} into the larger", lambda x: np.maximum(x, 0.7) + 3, lambda _: 0, 0.7 - d,
             math.inf),
        Hard(f"{d:g} into a dead unit", lambda x: np.maximum(x, 0), lambda _: 0, -d, math.inf),
    )
]  # fmt: skip

FLAT = [
    Hard("a parabola at its bottom", lambda x: x * x, lambda x: 2 * x, 0.0, math.inf),
    Hard("a parabola at its bottom elsewhere", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1),
         1.0, math.inf),
    Hard("cosine at its top", np.cos, lambda x: -mpmath.sin(x), 0.0, math.inf),
    Hard("sine at its top", np.sin, mpmath.cos, np.pi / 2, math.inf),
    Hard("a saddle", lambda x: x**3, lambda x: 3 * x * x, 0.0, math.inf),
    Hard("a fourth power", lambda x: (x - 0.3) ** 4, lambda x: 4 * (x - mpmath.mpf(0.3)) ** 3,
         0.3, math.inf),
    Hard("next to a bottom", lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1), 1 + 1e-7, 1e-3),
    Hard("a line", lambda x: 3 * x + 1, lambda _: 3, 0.7, 1e-9),
    Hard("a line at 0", lambda x: -0.3 * x, lambda _: -mpmath.mpf(0.3), 0.0, 1e-9),
    Hard("a steep line", lambda x: 1e30 * x, lambda _: mpmath.mpf(1e30), 1e-30, 1e-9),
    Hard("a constant", lambda _: 3.3, lambda _: 0, 0.7, math.inf),
    Hard("zero", lambda _: 0.0, lambda _: 0, 0.7, math.inf),
]  # fmt: skip

SATURATED = [
    Hard(f"a sigmoid at {z}", sigmoid, sigmoid_slope, float(z), resolved)
    for z, resolved in (
        (-800, math.inf), (-700, 1e-8), (-100, 1e-8), (-37, 1e-8), (-5, 1e-8), (0, 1e-8),
        (5, 1e-8), (10, 1e-8), (20, 1e-3), (30, 1.0), (35, math.inf), (36.7, math.inf),
        (37, math.inf), (40, math.inf), (100, math.inf), (800, math.inf),
    )
] + [
    Hard(f"a hyperbolic tangent at {z}", np.tanh, lambda x: mpmath.sech(x) ** 2, z, resolved)
    for z, resolved in ((5.0, 1e-6), (10.0, 1e-1), (19.0, math.inf), (100.0, math.inf))
]  # fmt: skip

HARD = [*SIZES, *HEIGHTS, *OFFSETS, *WAVES, *EDGES, *FLAT, *SATURATED]

ZEROS = [
    Hard("a wave at its period", *wave(2 * np.pi), 1.0, 1e-8),
    Hard("a wave in step with binary steps", *wave(2 * np.pi * 1024), 1.0, 1e-6),
    Hard("a fast wave in step with binary steps", *wave(2 * np.pi * 2**20), 1.0, 1e-6),
    Hard("a difference of equals", lambda x: np.exp(x) - np.e, mpmath.exp, 1.0, 1e-8),
    Hard("a root of a parabola", lambda x: x * x - 2, lambda x: 2 * x, math.sqrt(2), 1e-8),
    Hard("a root of a cubic", lambda x: x**3 - x - 1, lambda x: 3 * x * x - 1,
         1.324717957244746, 1e-8),
    Hard("a shift to 0", lambda x: (x + 1e8) - 100000000.7, lambda _: 1, 0.7, 1e-5),
]  # fmt: skip

TINY = [
    Hard("a square at 1e-300", lambda x: x * x, lambda x: 2 * x, 1e-300, math.inf),
    Hard("a cube at 1e-120", lambda x: x**3, lambda x: 3 * x * x, 1e-120, math.inf),
    Hard("an exponential at -744", np.exp, mpmath.exp, -744.0, math.inf),
]


def same_name(hard: Hard) -> str:
    """Name a parameter."""
    return hard.name


@pytest.mark.parametrize("hard", [*HARD, *DEAD, *ZEROS, *TINY], ids=same_name)
def test_the_bar_covers_the_error(hard: Hard) -> None:
    """And is not so wide that it says nothing, where f can be resolved at all."""
    found = gc.differentiate(hard.f, hard.x)
    rounding = 2.0**-52 * abs(hard.truth)  # of the truth, too

    assert abs(found.value - hard.truth) <= found.error_bar + rounding
    if math.isfinite(hard.resolved):
        assert found.error_bar <= hard.resolved * abs(hard.truth)


@pytest.mark.parametrize("hard", [h for h in FLAT if h.truth == 0], ids=same_name)
def test_a_derivative_of_zero_is_found_to_be_small(hard: Hard) -> None:
    """Beside the slopes nearby: the bar of zero is no wider than 1e-9."""
    found = gc.differentiate(hard.f, hard.x)

    assert abs(found.value) <= found.error_bar <= 1e-9


@pytest.mark.parametrize("hard", [*HARD, *DEAD, *ZEROS, *TINY], ids=same_name)
def test_calls_are_counted_one_by_one(hard: Hard) -> None:
    """What is said is what f has seen."""
    calls = 0

    def counted(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return hard.f(x)

    found = gc.differentiate(counted, hard.x)

    assert calls == found.evaluations
    assert calls <= 100


# --- vectors -------------------------------------------------------------------------------------

X = 10.0 ** np.linspace(-10, 10, 21) * np.linspace(1.0, 2.0, 21)
C = 10.0 ** np.linspace(-10, 10, 21)
Z = np.linspace(0.3, 2.0, 21)

MIXED: dict[str, tuple[Function, Array, Array]] = {
    # f, x and the gradient
    "squares": (lambda x: np.sum(x * x), X, 2 * X),
    "logarithms": (lambda x: np.sum(np.log(x)), X, 1 / X),
    "waves": (lambda x: np.sum(np.sin(x / X)), X, np.cos(1) / X),
    "weighted waves": (lambda x: np.sum(C * np.sin(x)), Z, C * np.cos(Z)),
    "weighted logarithms": (lambda x: np.sum(C * np.log(x)), Z, C / Z),
    "a line": (lambda x: np.sum(C * x), Z, C),
}


@pytest.mark.parametrize("name", MIXED)
def test_gradients_of_mixed_magnitude_are_covered(name: str) -> None:
    """From 1e-10 to 1e10 in one vector, each entry by its own bar."""
    f, x, truth = MIXED[name]
    found = gc.differentiate(f, x)

    assert (np.abs(found.value - truth) <= found.error_bar).all()
    assert np.isfinite(found.error_bar).all()


@pytest.mark.parametrize("name", MIXED)
def test_the_largest_of_a_mixed_gradient_are_resolved(name: str) -> None:
    """To a millionth; the smallest may drown in the rounding of the sum."""
    f, x, truth = MIXED[name]
    found = gc.differentiate(f, x)
    large = np.abs(truth) * x >= 1e-3 * np.max(np.abs(truth) * x)

    assert (found.error_bar[large] <= 1e-6 * np.abs(truth[large])).all()


def test_separate_outputs_of_mixed_magnitude_are_resolved_each() -> None:
    """No output drowns in another."""
    found = gc.differentiate(lambda x: C * np.sin(x), Z)
    truth = np.diag(C * np.cos(Z))

    assert (np.abs(found.value - truth) <= found.error_bar).all()
    diagonal = np.diag(found.error_bar)
    assert (diagonal <= 1e-8 * np.abs(np.diag(truth))).all()


def test_a_residual_at_its_solution_is_covered() -> None:
    """A x - b is linear, and its rounding is that of A x, even where the sum is zero."""
    a = np.random.default_rng(0).normal(size=(5, 5))
    x = np.full(5, 0.3)
    b = a @ x
    found = gc.differentiate(lambda x: a @ x - b, x)

    assert (np.abs(found.value - a) <= found.error_bar).all()
    assert (found.error_bar <= 1e-8).all()


@pytest.mark.parametrize("input_shape", [(), (1,), (3,), (2, 3), (2, 1, 2)])
@pytest.mark.parametrize("output_shape", [(), (1,), (2,), (2, 2)])
def test_the_shape_is_output_and_input(
    input_shape: tuple[int, ...], output_shape: tuple[int, ...]
) -> None:
    """∂f[i]/∂x[j] stands at [i, j], whatever the shapes are."""
    generator = np.random.default_rng(3)
    a = generator.normal(size=(*output_shape, *input_shape))
    x = generator.uniform(0.5, 2.0, input_shape)
    axes = len(input_shape)
    found = gc.differentiate(lambda x: np.tensordot(a, np.sin(x), axes=axes), x)

    assert (*output_shape, *input_shape) == found.value.shape == found.error_bar.shape
    assert (np.abs(found.value - a * np.cos(x)) <= found.error_bar).all()
    assert (found.error_bar < 1e-8).all()


@pytest.mark.parametrize("n", [1, 2, 3, 10, 100])
@pytest.mark.parametrize("m", [1, 4])
def test_a_linear_map_costs_six_calls_an_input_and_ten(n: int, m: int) -> None:
    """Of four outputs, one may ask for a second look at the noise, which is six calls more."""
    generator = np.random.default_rng(n)
    a = generator.normal(size=(m, n))
    for x in (generator.normal(size=n), 1e10 * generator.normal(size=n)):
        found = gc.differentiate(lambda x: a @ x, x)

        assert found.evaluations <= 6 * n + (10 if m == 1 else 16)
        assert (np.abs(found.value - a) <= found.error_bar).all()


@pytest.mark.parametrize("n", [1, 2, 3, 10, 100])
def test_a_linear_map_costs_no_more_at_zero(n: int) -> None:
    """Values of zero are as good as any."""
    a = np.random.default_rng(n).normal(size=n)
    found = gc.differentiate(lambda x: a @ x, np.zeros(n))

    assert found.evaluations <= 6 * n + 10
    assert (np.abs(found.value - a) <= found.error_bar).all()


@pytest.mark.parametrize("n", [3, 30])
def test_smooth_functions_cost_little_more(n: int) -> None:
    """At most 9 n + 20 on the mean over usual functions."""
    x = np.random.default_rng(n).normal(size=n)
    weights = np.random.default_rng(n + 1).normal(size=n)
    functions: list[Function] = [
        lambda x: np.sum(x**2),
        lambda x: np.sum(np.sin(x)),
        lambda x: np.log(np.sum(np.exp(x))),
        lambda x: np.sum(np.log1p(np.exp(-weights * x))),
        lambda x: np.sum((x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
        lambda x: np.tanh(weights @ x),
        lambda x: np.exp(-np.sum(x**2) / n),
    ]
    cost = [gc.differentiate(f, x).evaluations for f in functions]

    assert np.mean(cost) <= 9 * n + 20


# --- what a bar is a bar of ----------------------------------------------------------------------


@settings(max_examples=30)
@given(
    x=st.floats(-50, 50).filter(lambda x: abs(x) > 1e-3),
    exponent=st.integers(-100, 100),
    which=st.sampled_from([np.sin, np.arctan, np.exp, lambda x: x**3 - x]),
)
def test_units_of_f_do_not_matter(x: float, exponent: int, which: Function) -> None:
    """Twice the function has twice the derivative and twice the bar, to the last bit."""
    found = gc.differentiate(which, x)
    scaled = gc.differentiate(lambda x: np.ldexp(which(x), exponent), x)

    assert np.ldexp(found.value, exponent) == scaled.value
    assert np.ldexp(found.error_bar, exponent) == scaled.error_bar
    assert found.evaluations == scaled.evaluations


@settings(max_examples=30)
@given(
    x=st.floats(1, 50),
    exponent=st.integers(-100, 100),
    which=st.sampled_from([np.sin, np.arctan, np.log, lambda x: x**3 - x]),
)
def test_units_of_x_do_not_matter(x: float, exponent: int, which: Function) -> None:
    """A step is relative to x: metres or millimetres, to the last bit."""
    found = gc.differentiate(which, x)
    scaled = gc.differentiate(lambda x: which(np.ldexp(x, -exponent)), np.ldexp(x, exponent))

    assert np.ldexp(found.value, -exponent) == scaled.value
    assert np.ldexp(found.error_bar, -exponent) == scaled.error_bar
    assert found.evaluations == scaled.evaluations


@settings(max_examples=30)
@given(
    coefficients=st.lists(st.integers(-20, 20), min_size=1, max_size=5),
    x=st.floats(-8, 8).filter(lambda x: abs(x) > 1e-3),
)
def test_polynomials_are_covered(coefficients: list[int], x: float) -> None:
    """Of degree four, with truth in exact arithmetic."""
    with mpmath.workdps(DIGITS):
        slope = mpmath.polyval(
            [c * k for k, c in enumerate(coefficients)][:0:-1] or [0], mpmath.mpf(x)
        )
        truth = float(slope)
    found = gc.differentiate(lambda x: np.polyval(coefficients[::-1], x), x)

    assert abs(found.value - truth) <= found.error_bar


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6, 1e-3])
def test_noise_widens_the_bar_and_is_covered(size: float) -> None:
    """At 19 of 20 points; and bars follow the noise."""
    held = []
    for x in np.random.default_rng(2).uniform(0.3, 3.0, 20):
        found = gc.differentiate(lambda t: np.exp(t) + size * np.sin(1e17 * t), float(x))
        held.append(abs(found.value - np.exp(x)) <= found.error_bar)
        assert found.error_bar >= size / 10

    assert np.mean(held) >= 0.95


@pytest.mark.parametrize("hard", [HARD[0], WAVES[0], EDGES[0], SATURATED[8]], ids=same_name)
def test_the_same_question_gets_the_same_answer(hard: Hard) -> None:
    """To the last bit."""
    first, second = (gc.differentiate(hard.f, hard.x) for _ in range(2))

    assert (first.value, first.error_bar) == (second.value, second.error_bar)


def test_where_f_has_no_value_there_is_nothing_to_differentiate() -> None:
    """The message says at which x."""
    with pytest.raises(gc.CaseError, match="not finite at x = -1"):
        gc.differentiate(np.log, -1.0)
    with pytest.raises(gc.CaseError, match=r"raised ValueError.* at x = -1"):
        gc.differentiate(math.log, -1.0)


@pytest.mark.parametrize(
    ("f", "x"),
    [(np.abs, 0.0), (np.sqrt, 0.0), (np.cbrt, 0.0), (np.sign, 0.0), (np.floor, 3.0)],
    ids=["a kink", "an edge with a vertical tangent", "a vertical tangent", "a jump", "a step"],
)
def test_where_there_is_no_derivative_the_bar_says_so(f: Function, x: float) -> None:
    """It is infinite, or nearly as large as the value, and no slope is lost to it."""
    found = gc.differentiate(f, x)

    assert np.isinf(found.error_bar) or found.error_bar >= max(1.0, 0.5 * abs(found.value))
    if f is np.abs:
        assert found.value - found.error_bar <= -1
        assert found.value + found.error_bar >= 1
