"""Three steps give the derivative, a bound for its error, and a sight of kinks."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.differences import window as windows
from gradcheck.differences.ladder import FIRST, step
from gradcheck.differences.window import UNIT_ROUNDOFF, Slope, Window

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]

COEFFICIENTS = st.integers(-1000, 1000)
POWERS = st.integers(-60, 60)
STEPS = st.tuples(
    st.integers(2**19, 2**20),
    st.sampled_from([Fraction(1, 2), Fraction(2, 5), Fraction(1, 4)]),
    st.integers(-20, 4),
)
"""The largest step's bits, the ratio of the steps, and the exponent of the largest."""


def central_window(h: Array, forward: Array, backward: Array, noise: Array) -> Window:
    """Make a window as its users do, who silence 0 / 0."""
    with np.errstate(all="ignore"):
        return windows.central_window(h, forward, backward, noise)


def one_sided_window(h: Array, rise: Array, noise: Array) -> Slope:
    """Make a window of one side, in the same way."""
    with np.errstate(all="ignore"):
        return windows.one_sided_window(h, rise, noise)


def falling(steps: tuple[int, Fraction, int], count: int) -> Array:
    """Return steps that fall by about one ratio, each of 20 bits."""
    bits, ratio, exponent = steps
    mantissas = [round(bits * ratio**k) for k in range(count)]
    return np.asarray(np.ldexp(np.array(mantissas, dtype=float), exponent - 20))


def polynomial(coefficients: list[int], h: float) -> Fraction:
    """Return Σ cₖ hᵏ, k = 1, 2, ..., without rounding."""
    x = Fraction(h)
    return sum((c * x**k for k, c in enumerate(coefficients, start=1)), Fraction(0))


def sizes(coefficients: list[int], h: Array) -> Array:
    """Return the sizes of the terms together: what rounding is relative to."""
    powers = [abs(c) * h**k for k, c in enumerate(coefficients, start=1)]
    return np.asarray(np.sum(powers, axis=0))


def of_polynomial(coefficients: list[int], h: Array) -> Window:
    """Make the window of a polynomial that is 0 at x, its values rounded once."""
    return central_window(
        h,
        np.array([float(polynomial(coefficients, t)) for t in h]),
        np.array([float(polynomial(coefficients, -t)) for t in h]),
        UNIT_ROUNDOFF * sizes(coefficients, h),
    )


@given(steps=STEPS, coefficients=st.lists(COEFFICIENTS, min_size=1, max_size=6))
def test_polynomials_up_to_degree_six_lose_nothing_but_rounding(
    steps: tuple[int, Fraction, int], coefficients: list[int]
) -> None:
    """h, h³ and h⁵ are all that three central quotients can tell apart; even powers cancel."""
    h = falling(steps, 3)
    window = of_polynomial(coefficients, h)
    roundings = 64 * UNIT_ROUNDOFF * sizes(coefficients, h)[0] / h[-1]

    assert abs(window.value - coefficients[0]) <= roundings


@given(steps=STEPS, coefficients=st.lists(COEFFICIENTS, min_size=1, max_size=6))
def test_the_bar_of_such_a_polynomial_holds_its_rounding(
    steps: tuple[int, Fraction, int], coefficients: list[int]
) -> None:
    """Whatever the coefficients are."""
    window = of_polynomial(coefficients, falling(steps, 3))

    assert abs(window.value - coefficients[0]) <= window.bar


@given(steps=STEPS, coefficients=st.lists(COEFFICIENTS, min_size=2, max_size=2))
def test_a_parabola_is_valid(steps: tuple[int, Fraction, int], coefficients: list[int]) -> None:
    """Its quotients agree at all steps, and it has no kink."""
    window = of_polynomial(coefficients, falling(steps, 3))

    assert window.valid
    assert abs(window.kink) <= window.kink_bar


@given(
    steps=STEPS,
    values=st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=6, max_size=6),
    height=POWERS,
    width=POWERS,
)
def test_units_do_not_matter(
    steps: tuple[int, Fraction, int], values: list[float], height: int, width: int
) -> None:
    """Other units of f and of h give the same to the last bit, in those units."""
    h, noise = falling(steps, 3), np.full(3, 2.0**-40)
    rise = np.round(np.ldexp(values, 40)) / 2**40  # nothing so small that it would underflow
    window = central_window(h, rise[:3], rise[3:], noise)
    scaled = central_window(
        np.ldexp(h, width),
        np.ldexp(rise[:3], height),
        np.ldexp(rise[3:], height),
        np.ldexp(noise, height),
    )

    for name in ("value", "bar", "rounding", "slope", "kink", "kink_bar", "reach", "truncation"):
        expected = np.ldexp(getattr(window, name), height - width)
        assert expected == getattr(scaled, name) or np.isnan(expected), name
    assert window.valid == scaled.valid
    assert window.seen == scaled.seen


@given(
    steps=STEPS,
    coefficients=st.lists(COEFFICIENTS, min_size=1, max_size=6),
    value=st.integers(-4, 4),
)
def test_a_window_treats_each_entry_on_its_own(
    steps: tuple[int, Fraction, int], coefficients: list[int], value: int
) -> None:
    """Beside another function, in another column, nothing changes."""
    h = falling(steps, 3)
    alone = of_polynomial(coefficients, h)
    forward = np.array([float(polynomial(coefficients, t)) for t in h])
    backward = np.array([float(polynomial(coefficients, -t)) for t in h])
    noise = UNIT_ROUNDOFF * sizes(coefficients, h)
    together = central_window(
        np.stack([h, h], axis=1),
        np.stack([value * h, forward], axis=1),
        np.stack([-value * h, backward], axis=1),
        np.stack([UNIT_ROUNDOFF * h, noise], axis=1),
    )

    assert abs(together.value[0] - value) <= together.bar[0]
    for name in ("value", "bar", "kink", "valid"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(together, name)[1])


# --- smooth functions, and what the bar is worth -------------------------------------------------

SMOOTH: dict[str, tuple[Function, Function, float, float]] = {
    # f, f' in mpmath, and the range of x
    "sin": (np.sin, mpmath.cos, -6, 6),
    "exp": (np.exp, mpmath.exp, -8, 8),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, 1e-6, 1e3),
    "log": (np.log, lambda x: 1 / x, 1e-3, 1e5),
    "tanh": (np.tanh, lambda x: mpmath.sech(x) ** 2, -3, 3),
    "sqrt": (np.sqrt, lambda x: 1 / (2 * mpmath.sqrt(x)), 1e-9, 1e9),
    "arctan": (np.arctan, lambda x: 1 / (1 + x * x), -20, 20),
    "bell": (lambda x: np.exp(-x * x), lambda x: -2 * x * mpmath.exp(-x * x), -2, 2),
    "a wave in a well": (
        lambda x: np.sin(3 * x) * np.exp(-x / 2),
        lambda x: (3 * mpmath.cos(3 * x) - mpmath.sin(3 * x) / 2) * mpmath.exp(-x / 2),
        -4,
        4,
    ),
    "a rational function": (
        lambda x: x / (1 + x * x),
        lambda x: (1 - x * x) / (1 + x * x) ** 2,
        -9,
        9,
    ),
}


def around(f: Function, x: Array, levels: tuple[int, ...]) -> tuple[Array, Array, Array, Array]:
    """Return steps, both rises and the noise of a clean function at points of shape (points,)."""
    scale = np.ldexp(1.0, np.frexp(x)[1] - 1)
    h = np.array([step(level) for level in levels])[:, None] * scale
    center, above, below = f(x), f(x + h), f(x - h)
    size = np.maximum(np.abs(above), np.abs(below))
    return h, above - center, below - center, 4 * UNIT_ROUNDOFF * np.maximum(size, np.abs(center))


@pytest.mark.parametrize("name", SMOOTH)
def test_the_bar_covers_the_error(name: str) -> None:
    """At 500 random points, at least 99 of 100 bars hold what a longer arithmetic finds.

    99, not 100, since what three steps do not show is an extrapolation; nearly all windows are
    valid at one of the levels.
    """
    f, df, low, high = SMOOTH[name]
    x = np.random.default_rng(7).uniform(low, high, 500)
    with mpmath.workdps(40):
        truth = np.array([float(df(mpmath.mpf(at))) for at in x])
    counted = covered = 0.0
    anywhere = np.zeros(500, dtype=bool)
    for levels in (FIRST, (7, 8, 9), (9, 10, 11)):
        h, forward, backward, noise = around(f, x, levels)
        window = central_window(h, forward, backward, noise)
        held = np.abs(window.value - truth) <= window.bar
        counted += window.valid.sum()
        covered += (window.valid & held).sum()
        anywhere |= window.valid

    assert covered >= 0.99 * counted
    assert np.count_nonzero(anywhere) >= 475


@pytest.mark.parametrize("name", SMOOTH)
def test_a_smooth_function_shows_no_kink(name: str) -> None:
    """The second differences vanish as h² does, within their own bound."""
    f, _, low, high = SMOOTH[name]
    x = np.random.default_rng(8).uniform(low, high, 500)
    window = central_window(*around(f, x, (9, 10, 11)))

    assert np.count_nonzero(np.abs(window.kink) <= window.kink_bar) >= 495


# --- kinks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("smooth", [np.zeros_like, np.sin, np.exp], ids=["zero", "sin", "exp"])
@pytest.mark.parametrize("half_jump", [1.0, -0.125, 1e-3])
def test_a_kink_at_x_is_seen(smooth: Function, half_jump: float) -> None:
    """With the size of half the jump of the slope, and such a window is not valid."""
    x = np.random.default_rng(9).uniform(0.5, 2.0, 100)
    h, forward, backward, noise = around(smooth, x, FIRST)
    window = central_window(h, forward + half_jump * h, backward + half_jump * h, noise)

    np.testing.assert_allclose(window.kink, half_jump, rtol=0.05)
    assert (np.abs(window.kink) > window.kink_bar).all()
    assert not window.valid.any()


@pytest.mark.parametrize("distance", [0.3, 0.6, 0.9])
def test_a_kink_between_the_steps_is_no_smooth_function(distance: float) -> None:
    """|x - k| with k within reach of the largest step: no valid window."""
    h = np.array([1.0, 0.5, 0.25])
    window = central_window(h, np.abs(h - distance) - distance, h.copy(), np.full(3, 1e-16))

    assert not window.valid


def test_missing_values_leave_no_valid_window() -> None:
    """Not every step need have a value."""
    h = np.array([1.0, 0.5, 0.25])
    for k in range(3):
        forward = h.copy()
        forward[k] = np.nan
        assert not central_window(h, forward, -h, np.full(3, 1e-16)).valid


def test_what_is_drowned_in_noise_is_not_seen() -> None:
    """A rise below the noise says nothing of f; the same rise above it does."""
    h = np.array([1.0, 0.5, 0.25])
    hidden = central_window(h, 1e-9 * h, -1e-9 * h, np.full(3, 1e-9))
    clear = central_window(h, 1e-9 * h, -1e-9 * h, np.full(3, 1e-12))

    assert not hidden.seen
    assert clear.seen
    assert hidden.bar > 1e-9


# --- one side ------------------------------------------------------------------------------------


def one_side(f: Function, h: Array, noise: float = 4 * UNIT_ROUNDOFF) -> Slope:
    """Make the window of f(h), which is 0 at 0."""
    rise = np.asarray(f(h))
    return one_sided_window(h, rise, noise * np.abs(rise))


@given(
    steps=STEPS,
    count=st.integers(4, 6),
    coefficients=st.lists(COEFFICIENTS, min_size=6, max_size=6),
    sign=st.sampled_from([-1.0, 1.0]),
)
def test_one_side_loses_nothing_of_a_polynomial_of_as_many_degrees_as_steps(
    steps: tuple[int, Fraction, int], count: int, coefficients: list[int], sign: float
) -> None:
    """So many quotients tell so many powers apart."""
    h = sign * falling(steps, count)
    used = coefficients[:count]
    rise = np.array([float(polynomial(used, t)) for t in h])
    noise = UNIT_ROUNDOFF * sizes(used, np.abs(h))
    slope = one_sided_window(h, rise, noise)
    roundings = 4000 * UNIT_ROUNDOFF * sizes(used, np.abs(h))[0] / np.abs(h[-1])

    assert abs(slope.value - used[0]) <= roundings
    assert abs(slope.value - used[0]) <= slope.bar


@given(
    steps=STEPS,
    values=st.lists(st.integers(-(2**40), 2**40), min_size=5, max_size=5),
    height=POWERS,
    width=POWERS,
    sign=st.sampled_from([-1.0, 1.0]),
)
def test_units_do_not_matter_on_one_side(
    steps: tuple[int, Fraction, int], values: list[int], height: int, width: int, sign: float
) -> None:
    """To the last bit, as on two sides."""
    h, rise, noise = sign * falling(steps, 5), np.array(values, dtype=float), np.ones(5)
    slope = one_sided_window(h, rise, noise)
    scaled = one_sided_window(np.ldexp(h, width), np.ldexp(rise, height), np.ldexp(noise, height))

    assert np.ldexp(slope.value, height - width) == scaled.value
    assert np.ldexp(slope.bar, height - width) == scaled.bar
    assert slope.valid == scaled.valid


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("name", SMOOTH)
def test_the_one_sided_bar_covers_the_error(name: str, sign: float) -> None:
    """At 300 points in general position, 99 of 100 valid ones, at the level with the least bar."""
    f, df, low, high = SMOOTH[name]
    x = np.random.default_rng(11).uniform(low, high, 300)
    with mpmath.workdps(40):
        truth = np.array([float(df(mpmath.mpf(at))) for at in x])
    value, bar = np.full(300, np.nan), np.full(300, np.inf)
    for level in range(6, 20, 2):
        h, forward, backward, noise = around(f, x, tuple(range(level, level + 5)))
        slope = one_sided_window(sign * h, forward if sign > 0 else backward, noise)
        better = slope.valid & (slope.bar < bar)
        value, bar = np.where(better, slope.value, value), np.where(better, slope.bar, bar)
    known = np.isfinite(bar)

    assert np.count_nonzero(known) >= 285
    assert np.count_nonzero(np.abs(value - truth) <= bar) >= 0.99 * np.count_nonzero(known)


ROOTS: dict[str, Function] = {
    "a square root": np.sqrt,
    "a cube root": np.cbrt,
    "a root of the fourth degree": lambda h: h**0.25,
    "x to 1.5": lambda h: h**1.5,
    "a logarithmic slope": lambda h: h * np.log(h),
}


@pytest.mark.parametrize("level", [0, 6, 20, 40])
@pytest.mark.parametrize("name", ROOTS)
def test_a_root_has_no_slope_at_its_edge(name: str, level: int) -> None:
    """Its quotients approach no limit as fast as h does."""
    h = np.array([step(k) for k in range(level, level + 5)])

    assert not one_side(ROOTS[name], h).valid


@pytest.mark.parametrize("height", [1e-9, 1.0])
def test_a_jump_has_no_slope(height: float) -> None:
    """The quotients grow as h falls."""
    h = np.array([step(k) for k in range(10, 15)])

    assert not one_side(lambda h: height + h, h).valid
