"""A few values next to x tell the noise of f, and take nothing else for it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc
from gradcheck.differences.jumps import slope_of_jumps
from gradcheck.differences.neighbourhood import Neighbourhood, look_around, roughness
from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import scale_of
from gradcheck.differences.window import UNIT_ROUNDOFF

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]


def seen(f: Function, x: npt.ArrayLike) -> tuple[Neighbourhood, int]:
    """Look around a point of a function that varies; return what is seen, and the calls."""
    point = np.asarray(x, dtype=float)
    probe = Probe(gc.Case("f", f=f, df=f, points=[point]), "f", point.shape)
    with np.errstate(all="ignore"):
        center = probe.at(point)
        assert center is not None
        before, flat = probe.calls, point.reshape(-1)
        varies = np.ones(len(center), dtype=bool)
        found = look_around(probe, flat, center, scale_of(flat), varies=varies)
    return found, probe.calls - before


def noise(f: Function, x: npt.ArrayLike) -> float:
    """Return the largest noise of the outputs."""
    return float(seen(f, x)[0].noise.max())


def points(low: float, high: float, count: int) -> list[float]:
    """Return random points."""
    return [float(x) for x in np.random.default_rng(5).uniform(low, high, count)]


def scatter(x: Any) -> Any:
    """Return a number in [-1, 1) that looks random, but is always the same for the same x.

    The mixing steps are those of splitmix64.
    """
    with np.errstate(over="ignore"):
        bits = np.asarray(x, dtype=np.float64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        bits = bits ^ (bits >> np.uint64(31))
    return bits.astype(np.float64) * 2.0**-63 - 1.0


# --- clean functions -----------------------------------------------------------------------------

CLEAN: dict[str, tuple[Function, Function, float, float]] = {
    # f, x f'(x) / f(x) where that is larger than 1 by more than rounding, and the range of x
    "sin": (np.sin, lambda x: x / np.tan(x), -9, 9),
    "exp": (np.exp, lambda x: x, -20, 20),
    "log": (np.log, lambda x: 1 / np.log(x), 1e-3, 1e3),
    "sqrt": (np.sqrt, lambda _: 0.5, 1e-6, 1e6),
    "reciprocal": (lambda x: 1 / x, lambda _: 1.0, 1e-6, 1e6),
    "a cubic": (
        lambda x: x**3 - 2 * x + 1,
        lambda x: (abs(x**3) + abs(2 * x) + 1) / (x**3 - 2 * x + 1),
        -3,
        3,
    ),
    "fast waves": (lambda x: np.sin(1e3 * x), lambda x: 1e3 * x / np.tan(1e3 * x), 0.1, 2),
    "a bell far out": (lambda x: np.exp(-x * x), lambda x: 2 * x * x, 2, 9),
    "on an offset": (lambda x: 1e8 + np.sin(x), lambda _: 1.0, -9, 9),
    "small values": (lambda x: 1e-40 * np.exp(x), lambda x: x, -5, 5),
    "large values": (lambda x: 1e40 * np.exp(x), lambda x: x, -5, 5),
}


@pytest.mark.parametrize("name", CLEAN)
def test_the_noise_of_a_clean_function_is_its_rounding(name: str) -> None:
    """Within a factor of 30 of unit roundoff times |f| times condition, at 60 points each.

    Never below the rounding of the value itself.
    """
    f, condition, low, high = CLEAN[name]
    for x in points(low, high, 60):
        found, value = noise(f, x), abs(float(f(x)))
        expected = UNIT_ROUNDOFF * value * max(1.0, abs(float(condition(x))))

        assert UNIT_ROUNDOFF * value <= found, f"x = {x!r}"
        assert found <= 30 * expected, f"x = {x!r}: {found / expected:.3g} times"


def test_regular_rounding_is_seen() -> None:
    """The rounding of 1000 x is regular in x, but not for this sampling."""
    f, condition, low, high = CLEAN["fast waves"]
    inside = [
        noise(f, x) / (UNIT_ROUNDOFF * abs(float(f(x) * condition(x))))
        for x in points(low, high, 200)
        if abs(np.cos(1e3 * x)) > 0.2
    ]

    assert len(inside) > 150
    assert np.mean(np.array(inside) >= 1 / 5) >= 0.95


ZEROS: dict[str, tuple[Function, float, float]] = {
    # f, where it is 0 or next to it, and the size of what cancels there
    "a sine at its period": (lambda x: np.sin(2 * np.pi * x), 1.0, 2 * np.pi),
    "a sine after many periods": (lambda x: np.sin(2 * np.pi * 1024 * x), 1.0, 2048 * np.pi),
    "a difference": (lambda x: np.exp(x) - np.e, 1.0, np.e),
    "a parabola": (lambda x: x * x - 2, np.sqrt(2), 2.0),
    "a cubic": (lambda x: x**3 - x - 1, 1.324717957244746, 2.3),
    "a shift": (lambda x: (x + 1e8) - 100000000.7, 0.7, 1e8),
}


@pytest.mark.parametrize("name", ZEROS)
def test_noise_at_a_zero_of_f_is_that_of_its_parts(name: str) -> None:
    """What cancels leaves its rounding: within a factor of 30 of unit roundoff times its size."""
    f, x, size = ZEROS[name]
    found = noise(f, x) / (UNIT_ROUNDOFF * size)

    assert 1 / 30 <= found <= 30


# --- noise of known size -------------------------------------------------------------------------

CARRIERS: dict[str, Function] = {
    "sin": np.sin,
    "exp": np.exp,
    "a constant": lambda _: 1.0,
    "a line": lambda x: 3 * x - 1,
    "two waves": lambda x: np.sin(7 * x) + np.cos(3 * x),
}


@pytest.mark.parametrize("exponent", [-12, -11, -10, -9, -8, -7, -6, -5, -4])
@pytest.mark.parametrize("name", CARRIERS)
def test_noise_of_known_size_is_found(name: str, exponent: int) -> None:
    """Within a factor of 5 at 38 of 40 points, whatever it is added to."""
    size, carrier = 10.0**exponent, CARRIERS[name]
    found = np.array(
        [noise(lambda x: carrier(x) + size * scatter(x), x) for x in points(0.3, 3.0, 40)]
    )

    assert np.mean((size / 5 <= found) & (found <= 5 * size)) >= 0.95


@pytest.mark.parametrize("decimals", [3, 4, 5, 6])
def test_rounding_to_decimals_is_noise(decimals: int) -> None:
    """Of about half a unit of the last decimal, within a factor of 5, at 32 of 40 points.

    At the others it comes out larger, as f seems to stand still at two distances.
    """
    half = 0.5 * 10.0**-decimals
    found = np.array(
        [noise(lambda x: np.round(np.exp(x), decimals), x) for x in points(0.1, 2.0, 40)]
    )

    assert (half / 5 <= found).all()
    assert np.mean(found <= 5 * half) >= 0.8


@pytest.mark.parametrize("decimals", [7, 8, 9, 10, 11])
def test_rounding_to_many_decimals_is_not_missed(decimals: int) -> None:
    """A fifth of half a unit of the last decimal at least, at 38 of 40 points."""
    half = 0.5 * 10.0**-decimals
    found = np.array(
        [noise(lambda x: np.round(np.exp(x), decimals), x) for x in points(0.1, 2.0, 40)]
    )

    assert np.mean(half / 5 <= found) >= 0.95


@pytest.mark.parametrize("f", [np.exp, np.sin, np.log1p], ids=["exp", "sin", "log1p"])
def test_single_precision_is_noise(f: Function) -> None:
    """Of about a unit roundoff of float32, within a factor of 10, at 38 of 40 points."""
    found = np.array(
        [
            noise(lambda x: f(np.float32(x)), x) / (2.0**-24 * abs(f(x)))
            for x in points(0.5, 1.3, 40)
        ]
    )

    assert np.mean((found >= 1 / 10) & (found <= 10)) >= 0.95


def test_each_output_has_its_own_noise() -> None:
    """A coarse output beside a clean one leaves the clean one clean."""
    for x in points(0.3, 3.0, 20):
        found, _ = seen(lambda x: np.array([np.sin(x), np.sin(x) + 1e-6 * scatter(x)]), x)

        assert found.noise[0] < 1e-14
        assert found.noise[1] > 1e-7


# --- what is no noise ----------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [0.0, 1e-12, 1e-10, 1e-9, 3e-9, 1e-8, 1e-6])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_kink_is_not_taken_for_noise(distance: float, sign: int) -> None:
    """Wherever it is next to x: it bends the line once, while noise bends it everywhere.

    Beside the bend, which is of 1e-8, what is found is nothing.
    """
    for x in points(0.3, 3.0, 12):
        k = x + sign * distance

        assert noise(lambda t: np.abs(t - k) + np.sin(t), x) <= 1e-11, f"x = {x!r}"  # noqa: B023  (called at once)


@pytest.mark.parametrize("distance", [1e-12, 1e-10, 1e-9, 3e-9, 1e-8, 1e-6])
@pytest.mark.parametrize("height", [1e-6, 1e-3, 1.0])
def test_a_jump_is_not_taken_for_noise(distance: float, height: float) -> None:
    """It moves the line once."""
    for x in points(0.3, 3.0, 12):
        k = x + distance

        assert noise(lambda t: height * (t > k) + np.sin(t), x) <= 1e-13, f"x = {x!r}"  # noqa: B023  (called at once)


@pytest.mark.parametrize("frequency", [1e3, 1e6, 1e9])
def test_waves_are_not_taken_for_noise(frequency: float) -> None:
    """What looks rough from afar is smooth nearby; rounding inside is all the noise there is."""
    found = np.array(
        [
            noise(lambda x: np.sin(frequency * x), x) / (UNIT_ROUNDOFF * frequency * x)
            for x in points(0.3, 3.0, 40)
        ]
    )

    assert np.mean(found <= 30) >= 0.95


# --- the line ------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [np.sin, np.exp, np.arctan], ids=["sin", "exp", "arctan"])
def test_the_slope_along_the_line_is_that_of_f(f: Function) -> None:
    """Up to noise, for it is meant to contradict wrong estimates."""
    slopes: dict[Any, Function] = {
        np.sin: np.cos, np.exp: np.exp, np.arctan: lambda x: 1 / (1 + x * x),
    }  # fmt: skip
    for x in points(0.3, 3.0, 40):
        found, _ = seen(f, x)
        error = abs(found.slope[0] - slopes[f](x) * found.direction[0])

        assert error <= 2 * found.slope_bar[0] + 1e-9
        assert found.slope_bar[0] < 1e-6


def test_the_line_moves_every_input_by_its_size() -> None:
    """From 1e-300 to 1e300, in one vector: no input is drowned by another."""
    x = np.array([1e-300, -1e-10, 0.7, 3e8, 1e300])
    found, _ = seen(lambda x: np.sum(np.log(np.abs(x))), x)
    share = np.abs(found.direction / x)

    assert ((share >= 0.25) & (share <= 4)).all()
    assert found.slope[0] == pytest.approx(np.sum(found.direction / x), abs=1e-4)


def test_a_clean_function_takes_six_calls() -> None:
    """However many inputs it has."""
    for n in (1, 3, 50):
        x = np.random.default_rng(n).uniform(0.5, 2, n)
        assert 6 == seen(lambda x: np.sum(np.exp(x)), x)[1]


def test_a_coarse_function_takes_a_few_more() -> None:
    """At most four tries."""
    for decimals in (2, 4, 6, 8, 10):
        assert seen(lambda x: np.round(np.exp(x), decimals), 0.734)[1] <= 24  # noqa: B023  (called at once)


def test_values_that_are_missing_leave_rounding() -> None:
    """Without neighbours there is nothing to measure; the rounding of f(x) is certain."""
    found, _ = seen(lambda x: x if x == 0.7 else np.nan, 0.7)

    assert UNIT_ROUNDOFF * 0.7 == found.noise[0]
    assert np.isnan(found.slope[0])


# --- noise that shows from afar only -------------------------------------------------------------


def bisected(a: float, tolerance: float) -> float:
    """Solve y³ + y = a by halving an interval until it is small."""
    low, high = -10.0, 10.0
    while high - low > tolerance:
        middle = (low + high) / 2
        low, high = (middle, high) if middle**3 + middle < a else (low, middle)
    return (low + high) / 2


def kepler(mean: float, tolerance: float) -> float:
    """Solve E - sin(E) / 2 = M by repeating E = M + sin(E) / 2 until it moves no more."""
    anomaly = mean
    while True:
        following = mean + 0.5 * np.sin(anomaly)
        if abs(following - anomaly) < tolerance:
            return float(following)
        anomaly = following


def rough(f: Function, x: float) -> float:
    """Look for noise at larger distances, in units of the size of x."""
    scale = float(scale_of(np.array([x]))[0])
    values = np.vectorize(f, otypes=[float])
    found = roughness(lambda t: values(x + t * scale)[:, None], np.array([f(x)]))
    return float(found[0])


@pytest.mark.parametrize("exponent", [-6, -7, -8, -9])
def test_a_bisection_stopped_early_is_rough(exponent: int) -> None:
    """Within a factor of 5 of its tolerance, at 9 of 10 points."""
    tolerance = 10.0**exponent
    found = np.array(
        [rough(lambda x: bisected(x, tolerance), x) / tolerance for x in points(0.3, 2.8, 40)]
    )

    assert np.mean((found >= 1 / 5) & (found <= 5)) >= 0.9


@pytest.mark.parametrize("exponent", [-4, -6, -8])
def test_an_iteration_stopped_early_jumps(exponent: int) -> None:
    """The jumps nearby bound by how much its slope is off, at 9 of 10 points."""
    tolerance = 10.0**exponent
    covered = []
    for x in points(0.3, 2.8, 20):
        center = kepler(x, tolerance)
        change = slope_of_jumps(
            lambda t: np.array([[kepler(x + u, tolerance)] for u in t]),  # noqa: B023  (called at once)
            0,
            center,
            1e-16,
        )
        h = 1e-7
        slope = (kepler(x + h, tolerance) - kepler(x - h, tolerance)) / (2 * h)
        true = 1 / (1 - 0.5 * math.cos(kepler(x, 1e-15)))
        covered.append(abs(slope - true) <= 2 * change + 1e-8)

    assert np.mean(covered) >= 0.9


def test_such_an_iteration_looks_clean_nearby() -> None:
    """That is why it must be looked at from afar: nearby, the number of iterations is the same."""
    clean = [noise(lambda x: kepler(x, 1e-5), x) < 1e-12 for x in points(0.3, 2.8, 40)]

    assert np.mean(clean) >= 0.9


@pytest.mark.parametrize(
    "f",
    [np.sin, np.exp, lambda x: x**3 - x, lambda x: np.sin(40 * x), lambda x: 1 / (1 + x * x)],
    ids=["sin", "exp", "a cubic", "waves", "a rational function"],
)
def test_a_smooth_function_is_not_rough(f: Function) -> None:
    """What is found is rounding, at most."""
    found = [rough(f, x) for x in points(0.3, 3.0, 40)]

    assert max(found) <= 1e-12


@pytest.mark.parametrize("exponent", [-10, -8, -6])
def test_noise_that_shows_nearby_is_rough_from_afar_as_well(exponent: int) -> None:
    """Its size does not depend on the distance, within a factor of 5."""
    size = 10.0**exponent
    found = np.array(
        [rough(lambda x: np.exp(x) + size * scatter(x), x) / size for x in points(0.3, 3.0, 40)]
    )

    assert np.mean((found >= 1 / 5) & (found <= 5)) >= 0.9
