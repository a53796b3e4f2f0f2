"""Steps without common period; the window that can be trusted, wherever it lies."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gradcheck.differences.ladder import FIRST, LAST, Ladder, Rungs, is_wide, step
from gradcheck.differences.window import UNIT_ROUNDOFF

Array = npt.NDArray[Any]
Function = Callable[[Array], Any]

LEVELS = range(-8, LAST + 1)
TARGET = 3e-9


class Sampled:
    """A ladder on functions of one variable, one output each, that notes the levels taken."""

    def __init__(
        self, functions: Sequence[Function], x: float, noise: Sequence[float] | None = None
    ) -> None:
        self.taken: list[int] = []
        self.functions, self.x = functions, x
        self.scale = float(np.ldexp(1.0, np.frexp(x)[1] - 1)) if x else 1.0
        center = self.values(np.array([x]))[0]
        rounding = UNIT_ROUNDOFF * np.abs(center)
        self.ladder = Ladder(
            self.take, center=center, noise=rounding if noise is None else np.array(noise)
        )
        self.ladder.add(FIRST)

    def values(self, x: Array) -> Array:
        """Return the values, shape (count, outputs)."""
        with np.errstate(all="ignore"):
            return np.stack([f(x) for f in self.functions], axis=1)

    def take(self, levels: Sequence[int]) -> Rungs:
        """Take values to both sides."""
        self.taken += levels
        moves = np.array([step(level) for level in levels]) * self.scale
        up, down = self.x + moves, self.x - moves
        return (
            (up - self.x)[:, None],
            (self.x - down)[:, None],
            self.values(up),
            self.values(down),
        )

    def settle(self, wanted: Sequence[bool] | None = None) -> Any:
        """Let the ladder take what it needs."""
        mask = np.ones(len(self.functions), dtype=bool) if wanted is None else np.array(wanted)
        with np.errstate(all="ignore"):
            return self.ladder.settle(mask, TARGET)


# --- steps ---------------------------------------------------------------------------------------


def test_steps_fall_by_about_two() -> None:
    """Each level halves the step, times a number in [1, 1.4)."""
    for level in LEVELS:
        assert 1 <= np.ldexp(step(level), level) < 1.4
        assert 1.4 < step(level) / step(level + 1) < 2.8


def test_steps_have_twenty_bits() -> None:
    """So that x ± h loses nothing at the steps that matter."""
    for level in LEVELS:
        bits = np.ldexp(step(level), level + 20)
        assert bits == int(bits)


@pytest.mark.parametrize("first", [0, 5, 12, 20])
def test_no_wave_is_in_step_with_all_steps(first: int) -> None:
    """Of 3,000 frequencies that could fold onto the steps, none is at rest on three in a row.

    At rest means: less than 1e-4 of a period away from a multiple of half a period.
    """
    h = np.array([step(level) for level in range(first, first + 3)])
    frequencies = np.arange(1, 3001) / (2 * h[0])  # at rest on the first step
    phase = frequencies[:, None] * h[1:] * 2
    distance = np.abs(phase - np.round(phase)).max(axis=1)

    # two further steps are near rest by chance only: 3,000 draws of two numbers
    assert np.count_nonzero(distance < 1e-4) == 0


# --- wide ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "bar", "reach", "improvable", "expected"),
    [
        (1.0, 1e-12, 1.0, False, False),
        (1.0, 1e-6, 1.0, False, True),
        (0.0, 1e-12, 1.0, False, False),   # zero beside the quotients of one side
        (0.0, 1e-6, 1.0, True, True),
        (1e-8, 1e-12, 1.0, False, False),  # small beside them, and nothing to win
        (1e-8, 1e-12, 1.0, True, True),    # small beside them, but f allows more
        (1e-12, 1e-12, 1.0, True, False),  # not told from zero
        (1.0, np.inf, 1.0, False, True),
    ],
)  # fmt: skip
def test_a_bar_is_wide_beside_the_derivative(
    value: float,
    bar: float,
    reach: float,
    improvable: bool,  # noqa: FBT001  (a parameter)
    expected: bool,  # noqa: FBT001  (a parameter)
) -> None:
    """Or beside what one-sided quotients show, unless smaller steps would be more precise."""
    arrays = (np.array([value]), np.array([bar]), np.array([reach]), np.array([improvable]))

    assert [expected] == is_wide(*arrays, TARGET).tolist()


# --- climbing ------------------------------------------------------------------------------------


def test_the_first_steps_are_enough_for_a_parabola() -> None:
    """Nothing else is taken than what confirms it."""
    sampled = Sampled([lambda x: x * x], 0.7)
    choice = sampled.settle()

    assert choice.found.all()
    assert abs(choice.value[0] - 1.4) <= choice.bar[0]
    assert choice.bar[0] < TARGET
    assert len(sampled.taken) <= len(FIRST) + 2


def test_no_level_is_taken_twice() -> None:
    """Values are kept; asking again costs nothing."""
    functions: list[Function] = [np.sin, lambda x: np.sin(1e3 * x), lambda x: np.round(x, 6)]
    for f in functions:
        sampled = Sampled([f], 0.734, [1e-6])
        sampled.settle()
        sampled.ladder.add(sampled.ladder.levels)
        assert len(sampled.taken) == len(set(sampled.taken))
        assert sorted(sampled.taken) == sampled.ladder.levels


@pytest.mark.parametrize("frequency", [10.0, 1e2, 1e3, 1e4, 1e5, 1e6])
def test_waves_are_followed_to_small_steps(frequency: float) -> None:
    """The faster they are, the smaller; the value is covered."""
    x = 0.734
    sampled = Sampled([lambda x: np.sin(frequency * x)], x, [2.0**-52 * frequency * x])
    choice = sampled.settle()

    truth = frequency * np.cos(frequency * x)
    assert abs(choice.value[0] - truth) <= choice.bar[0] + 4e-16 * frequency**2
    assert choice.bar[0] < 1e-6 * frequency
    assert step(max(sampled.taken)) * frequency < 0.5


def test_a_noisy_function_is_followed_to_large_steps() -> None:
    """A line with noise is best measured from afar."""
    sampled = Sampled([lambda x: 1e8 + 3 * x], 0.7, [1e-8])
    choice = sampled.settle()

    assert abs(choice.value[0] - 3) <= choice.bar[0] < 1e-6
    assert min(sampled.taken) < min(FIRST)


def test_a_plateau_far_away_is_contradicted_nearby() -> None:
    """A saturated step is constant at large steps, and steep at small ones."""
    x = 0.7
    sampled = Sampled([lambda t: np.tanh(1e4 * (t - x))], x, [1e-12])
    choice = sampled.settle()

    assert choice.found[0]
    assert abs(choice.value[0] - 1e4) <= choice.bar[0]


def test_a_kink_at_x_has_no_trusted_window() -> None:
    """Central quotients of |x| agree perfectly at 0, and are not the derivative."""
    choice = Sampled([np.abs], 0.0, [1e-300]).settle()

    assert not choice.found[0]
    assert np.isinf(choice.bar[0])


def test_a_jump_at_x_has_no_trusted_window() -> None:
    """The quotients grow without end."""
    choice = Sampled([lambda x: np.where(x > 0.7, 1.0, 0.0) + x], 0.7).settle()

    assert not choice.found[0]


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9, 1e-12])
def test_steps_stay_on_the_side_of_a_kink_nearby(distance: float) -> None:
    """On |x - k| + sin(x), there is a derivative up to the kink."""
    x = 0.734
    k = x - distance
    sampled = Sampled([lambda t: np.abs(t - k) + np.sin(t)], x, [1e-16])
    choice = sampled.settle()

    assert abs(choice.value[0] - 1 - np.cos(x)) <= choice.bar[0]


def test_outputs_are_chosen_one_by_one() -> None:
    """Each has its own window; what one needs changes nothing for the worse for another."""
    x = 0.734
    functions: list[Function] = [np.exp, lambda x: np.sin(1e4 * x), lambda x: 3 * x, np.log]
    truth = np.array([np.exp(x), 1e4 * np.cos(1e4 * x), 3.0, 1 / x])
    noise = np.array([1e-16, 1e-12, 1e-16, 1e-16])
    together = Sampled(functions, x, noise.tolist()).settle()

    assert (np.abs(together.value - truth) <= together.bar).all()
    for k, f in enumerate(functions):
        alone = Sampled([f], x, [noise[k]]).settle()
        assert together.bar[k] <= 2 * alone.bar[0]


def test_what_nobody_wants_costs_nothing() -> None:
    """Waves beside a parabola do not matter if only the parabola is asked for."""
    functions: list[Function] = [lambda x: x * x, lambda x: np.sin(1e5 * x)]
    sampled = Sampled(functions, 0.734, [1e-16, 1e-11])
    sampled.settle([True, False])

    assert len(sampled.taken) <= len(FIRST) + 2


def test_a_function_without_values_ends() -> None:
    """Nothing is found, and the ladder does not climb for ever."""
    sampled = Sampled([lambda x: np.where(x == 0.7, 1.0, np.nan)], 0.7)
    choice = sampled.settle()

    assert not choice.found[0]
    assert len(sampled.taken) <= 60


def test_a_larger_noise_gives_a_larger_bar() -> None:
    """Of the same values, with the same steps."""
    sampled = Sampled([np.sin], 0.734, [1e-16])
    sampled.ladder.add(range(2, 20))
    bars = []
    with np.errstate(all="ignore"):
        for noise in (0.0, 1e-12, 1e-9, 1e-6, 1e-3):
            choice = sampled.ladder.choose(np.array([noise]))
            assert abs(choice.value[0] - np.cos(0.734)) <= choice.bar[0]
            bars.append(choice.bar[0])

    assert sorted(bars) == bars
    assert bars[-1] > 1e6 * bars[0]
