"""Derivatives that others have printed lie within the error bars."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import gradcheck as gc

Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Printed:
    """A function and the exact derivative that its source prints."""

    name: str
    f: Function
    x: float
    slope: float
    digits: int
    """How many significant digits are printed."""


def logarithm_with_square(x: Any) -> Any:
    """Return x² ln x."""
    return x * x * np.log(x)


PRINTED = [
    # J. R. R. A. Martins, P. Sturdza, J. J. Alonso (2003), ACM TOMS 29(3), 245-262; the digits are
    # those of the documentation of HyperDualNumbers.jl
    Printed("Martins, Sturdza and Alonso",
            lambda x: np.exp(x) / np.sqrt(np.sin(x) ** 3 + np.cos(x) ** 3),
            1.5, 4.0534278938986206577, 20),
    # W. Squire, G. Trapp (1998), SIAM Review 40(1), 110-112
    Printed("Squire and Trapp, 1", lambda x: x**4.5, 1.5, 18.6008127342597586831856, 24),
    Printed("Squire and Trapp, 2", lambda x: np.exp(x) / (np.sin(x) ** 3 + np.cos(x) ** 3),
            1.5, 3.62203370071632604259777098114, 30),
    # the example of C. Ridders (1982) in the manual of the Ceres Solver
    Printed("Ridders", lambda x: np.exp(x) / (np.sin(x) - x**2), 1.0, 140.73773557129660339, 20),
    # R. L. Burden, J. D. Faires, Numerical Analysis, chapter 4
    Printed("Burden and Faires", lambda x: x * np.exp(x), 2.0, 22.167168, 8),
    # the test problems of the package numericalderivative
    Printed("square", lambda x: x**2, 1.0, 2.0, 20),
    Printed("inverse", lambda x: 1 / x, 1.0, -1.0, 20),
    Printed("exp", np.exp, 1.0, math.e, 17),
    Printed("log", np.log, 1.0, 1.0, 20),
    Printed("sqrt", np.sqrt, 1.0, 0.5, 20),
    Printed("arctan", np.arctan, 0.5, 0.8, 20),
    Printed("sin", np.sin, 1.0, 0.5403023, 7),
    Printed("scaled exp", lambda x: np.exp(-1e-6 * x), 1.0, -9.99999e-7, 6),
    Printed("Gill, Murray, Saunders and Wright",
            lambda x: (np.exp(x) - 1) ** 2 + (1 / np.sqrt(1 + x * x) - 1) ** 2,
            1.0, 9.548655, 7),
    Printed("Shi, Xie, Xuan and Nocedal, 1", lambda x: (np.exp(x) - 1) ** 2,
            -8.0, -6.707002e-4, 7),
    Printed("Shi, Xie, Xuan and Nocedal, 2", lambda x: np.exp(100 * x), 0.01, 271.8282, 7),
    Printed("Shi, Xie, Xuan and Nocedal, 3", lambda x: x**4 + 3 * x**2 - 10 * x,
            0.99999, -1.799988e-4, 7),
    Printed("Shi, Xie, Xuan and Nocedal, 4", lambda x: 1e4 * x**3 + 0.01 * x**2 + 5 * x,
            1e-9, 5.0, 10),
    Printed("Oliver, 1", lambda x: np.exp(4 * x), 1.0, 218.3926, 7),
    Printed("Oliver, 2", lambda x: np.exp(x**2), 1.0, 5.436564, 7),
    Printed("Oliver, 3", logarithm_with_square, 1.0, 1.0, 20),
]  # fmt: skip


@pytest.mark.parametrize("printed", PRINTED, ids=lambda printed: printed.name)
def test_printed_derivatives_are_covered(printed: Printed) -> None:
    """By a bar of a millionth at most, up to the last digit printed."""
    found = gc.differentiate(printed.f, printed.x)
    last = 10.0 ** (math.floor(math.log10(abs(printed.slope))) - printed.digits + 1)
    slack = max(last / 2, 2.0**-53 * abs(printed.slope))

    assert abs(found.value - printed.slope) <= found.error_bar + slack
    assert found.error_bar <= 1e-6 * abs(printed.slope)


def test_five_decimals_of_a_sine_are_covered_as_noise() -> None:
    """Burden and Faires, table 4.4: the sine with 5 decimals, at 0.900; the slope is 0.62161."""
    found = gc.differentiate(lambda x: np.round(np.sin(x), 5), 0.9)

    assert abs(found.value - 0.62161) <= found.error_bar + 5e-6
    assert 1e-6 <= found.error_bar <= 1e-2


def test_noise_of_a_millionth_in_a_square_is_covered() -> None:
    """As in a test of the Ceres Solver: x² with noise, whose derivative is known to 2e-4 there."""
    for x in (1.0, 2.0, 3.0, 4.0, 5.0):
        found = gc.differentiate(lambda x: x * x + 1e-6 * math.sin(1e16 * x), x)
        assert abs(found.value - 2 * x) <= found.error_bar
        assert found.error_bar <= 2e-4 * 2 * x
