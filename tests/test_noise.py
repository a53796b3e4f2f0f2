"""The noise of one value of f: measured, not assumed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gradcheck import Case
from gradcheck.differences.noise import difference_noise, measure_noise
from gradcheck.differences.window import UNIT_ROUNDOFF

Function = Callable[[Any], Any]


def measured(f: Function, x: float) -> float:
    """Return the noise of f at x."""
    case = Case("noisy", f=f, df=f, points=[x])
    (noise,) = measure_noise(case, np.array(x), np.array(1.0), output=())
    return noise.level


@pytest.mark.parametrize(
    ("f", "x"),
    [(np.sin, 0.7), (np.exp, 3.3), (np.log, 1e-6), (lambda x: 1e8 + np.sin(x), 0.7)],
    ids=["sin", "exp", "log near 0", "offset"],
)
def test_a_clean_function_has_the_noise_of_rounding(f: Function, x: float) -> None:
    """The noise of an accurate function lies within a factor of 10 of the rounding of its value."""
    rounding = UNIT_ROUNDOFF * abs(f(x))

    assert 0.1 * rounding < measured(f, x) < 2 * rounding


@pytest.mark.parametrize("decimals", [3, 6, 9])
def test_rounding_to_decimals_is_noise(decimals: int) -> None:
    """A uniform error of half a unit in the last decimal has the deviation unit / sqrt(12)."""
    deviation = 10.0**-decimals / np.sqrt(12)

    assert measured(lambda x: np.round(np.sin(x), decimals), 0.7) == pytest.approx(
        deviation, rel=0.6
    )


def test_float32_inside_is_noise() -> None:
    """A function that computes in single precision has noise of that precision."""
    single = 2.0**-24 * np.sin(0.7)

    assert 0.1 * single < measured(lambda x: np.sin(np.float32(x)).astype(float), 0.7) < 2 * single


def test_cancellation_is_noise() -> None:
    """Near 0, 1 - cos x keeps the rounding errors of the 1 it came from."""
    assert 0.1 * UNIT_ROUNDOFF < measured(lambda x: 1 - np.cos(x), 1e-4) < 2 * UNIT_ROUNDOFF


def test_a_constant_has_no_noise() -> None:
    """Equal values at every spacing mean that there is no noise."""
    assert measured(lambda x: 5.0 + 0 * x, 0.7) == 0.0


def test_each_output_has_its_own_noise() -> None:
    """The outputs of one function are measured one by one."""
    case = Case(
        "two",
        f=lambda x: np.stack([np.sin(x), np.round(np.sin(x), 6)]),
        df=lambda x: np.stack([np.cos(x), np.cos(x)]),
        points=[0.7],
    )

    clean, rounded = measure_noise(case, np.array(0.7), np.array(1.0), output=(2,))

    assert clean.level < 1e-15
    assert rounded.level > 1e-7


def test_values_without_a_plateau_ask_for_a_smaller_spacing() -> None:
    """Where f still varies smoothly over the seven values, no level is claimed."""
    level, factor = difference_noise(np.exp(np.linspace(0.0, 3.0, 7)))

    assert np.isnan(level)
    assert factor < 1


def test_the_model_of_the_paper_is_found() -> None:
    """For cos t + sin t with noise of 1e-3, nearly every estimate is right within a factor of 4."""
    rng = np.random.default_rng(0)
    t = np.arange(7) / 100
    smooth = np.cos(t) + np.sin(t)
    noisy = smooth + 1e-3 * rng.uniform(0, 2 * np.sqrt(3), (500, 7))

    levels = np.array([difference_noise(values)[0] for values in noisy])

    assert np.isfinite(levels).mean() > 0.99
    assert ((levels > 0.25e-3) & (levels < 4e-3)).mean() > 0.98
