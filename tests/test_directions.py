"""Along random directions, many inputs are checked at the cost of a few."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradcheck as gc
from gradcheck.differences.tracks import scale_of
from gradcheck.verdict.blocks import Block, whole
from gradcheck.verdict.directions import DEFAULT, LARGE, Directions, along, power
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)


def check(*arguments: Any, **options: Any) -> Result:
    """Check one pair."""
    result = gc.check(*arguments, **options)
    assert isinstance(result, Result)
    return result


def outcome(result: Result) -> tuple[Verdict, Reason]:
    """Return what a result comes to."""
    return result.verdict, result.reason


def point(n: int) -> Array:
    """Return n numbers in general position."""
    return np.random.default_rng(n).normal(size=n)


def springs(x: Array) -> Any:
    """Return the energy of a chain of springs in a soft well."""
    return np.sum(np.diff(x) ** 2) / 2 + np.sum(np.log(np.cosh(x)))


def springs_gradient(x: Array) -> Array:
    """Return its gradient."""
    gradient = np.tanh(x)
    gradient[:-1] -= np.diff(x)
    gradient[1:] += np.diff(x)
    return np.asarray(gradient)


def drawn(count: int, scale: Array, seed: int) -> Directions:
    """Return directions of an x that is one block."""
    return Directions(blocks=whole(scale.shape), each=count, scale=scale, seed=seed)


# --- the directions themselves -------------------------------------------------------------------


@given(
    count=st.integers(1, 6),
    inputs=st.integers(1, 40),
    seed=st.integers(0, 2**32),
    exponent=st.integers(-900, 900),
)
def test_directions_move_every_input_by_its_size(
    count: int, inputs: int, seed: int, exponent: int
) -> None:
    """Between half its size and all of it, to either side; none is left out."""
    scale = np.ldexp(1.0, exponent + np.arange(inputs))
    directions = np.array(drawn(count, scale, seed))
    shares = np.abs(directions) / scale

    assert (count, inputs) == directions.shape
    assert ((shares >= 0.5) & (shares <= 1)).all()
    np.testing.assert_array_equal(directions, np.array(drawn(count, scale, seed)))


def test_another_seed_gives_other_directions() -> None:
    """And one direction is not like the next."""
    scale = np.ones(100)
    first, second = (np.array(drawn(3, scale, seed)) for seed in (0, 1))

    assert not (first == second).all(axis=1).any()
    assert 3 == np.linalg.matrix_rank(first)


def test_both_signs_are_as_frequent() -> None:
    """No direction sees sums of errors only."""
    signs = np.sign(np.array(drawn(10, np.ones(2000), 4)))

    assert (np.abs(signs.mean(axis=1)) < 0.1).all()


@given(outputs=st.integers(1, 4), inputs=st.integers(1, 8), count=st.integers(1, 5))
def test_claims_along_directions_are_sums_over_entries(
    outputs: int, inputs: int, count: int
) -> None:
    """And their sizes are roots of sums of squares."""
    generator = np.random.default_rng(outputs + 10 * inputs)
    jacobian = generator.normal(size=(outputs, inputs))
    directions = generator.normal(size=(count, inputs))
    values, sizes = along(jacobian, list(directions))

    expected = [[row @ direction for row in jacobian] for direction in directions]
    squares = [[np.sum((row * direction) ** 2) for row in jacobian] for direction in directions]
    np.testing.assert_allclose(values, expected, atol=1e-13)
    np.testing.assert_allclose(sizes**2, squares)


def test_each_block_has_directions_of_its_own() -> None:
    """So that a small one is not drowned by the others."""
    blocks = (Block("W", 0, (3, 4)), Block("b", 12, (2,)))
    directions = Directions(blocks=blocks, each=2, scale=np.ones(14), seed=0)
    moved = np.array(directions) != 0

    np.testing.assert_array_equal(moved[:2], [[True] * 12 + [False] * 2] * 2)
    np.testing.assert_array_equal(moved[2:], [[False] * 12 + [True] * 2] * 2)


@pytest.mark.parametrize("count", [1, 3])
def test_a_mistake_above_the_stated_power_shows(count: int) -> None:
    """In any single entry for certain; spread over all entries in 99 of 100 random cases."""
    generator = np.random.default_rng(count)
    directions = drawn(count, np.ones(400), 5)
    gradient = generator.normal(size=(1, 400))
    _, sizes = along(gradient, directions)
    threshold = np.full(sizes.shape, 1e-3)
    seen = power(threshold, sizes, directions)
    average = np.sqrt(np.mean(gradient**2))
    single = [abs(v * seen.single * average * 1.2).min() for v in directions]
    norm = seen.spread * np.linalg.norm(gradient)
    spread = generator.normal(size=(2000, 400))
    spread *= norm / np.linalg.norm(spread, axis=1, keepdims=True)
    sums = np.abs(spread @ np.array(directions).T)

    assert max(single) > 1e-3
    assert 0.98 < np.mean((sums > 1e-3).any(axis=1)) < 0.999


# --- large gradients -----------------------------------------------------------------------------


def test_a_right_gradient_of_three_thousand_inputs_passes() -> None:
    """In 8 calls of f, along one direction; a note says so, and how to have every entry checked."""
    x = point(3000)
    result = check(springs, springs_gradient, x)
    (note,) = [note for note in result.notes if "direction" in note]

    assert PASSES == outcome(result)
    assert DEFAULT == len(result.entries)
    assert result.directions is not None
    assert (DEFAULT, 3000) == (len(result.directions), result.directions.inputs)
    assert 8 == result.evaluations
    assert "1 random direction " in note
    assert "3,000" in note
    assert 'entries="all"' in note
    assert result.resolution < 1e-6


MISTAKES: dict[str, Callable[[Array], Array]] = {
    "sign": lambda g: -g,
    "factor": lambda g: 2 * g,
    "a hundred-thousandth": lambda g: g * (1 + 1e-5),
    "one entry dropped": lambda g: g * (np.arange(g.size) != 1234),
    "one entry doubled": lambda g: g * (1 + (np.arange(g.size) == 777)),
    "the last entry": lambda g: g * (1 - 2 * (np.arange(g.size) == g.size - 1)),
    "neighbours swapped": lambda g: np.concatenate([g[:100], g[101:99:-1], g[102:]]),
    "half of the inputs": lambda g: np.where(np.arange(g.size) % 2, g, 0.9 * g),
    "an offset": lambda g: g + 1e-3,
    "shifted by one": lambda g: np.roll(g, 1),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_wrong_gradient_of_three_thousand_inputs_fails(mistake: str, seed: int) -> None:
    """Also where one entry is wrong, whatever the seed."""
    x = point(3000)
    result = check(springs, lambda x: MISTAKES[mistake](springs_gradient(x)), x, seed=seed)

    assert DISAGREES == outcome(result)


@pytest.mark.parametrize("n", [10, 100, 2000, 20_000])
def test_the_cost_does_not_grow_with_the_number_of_inputs(n: int) -> None:
    """At most twelve calls a direction, and 20: twice what is usual."""
    for count in (1, 4, 8):
        result = check(springs, springs_gradient, point(n), directions=count)
        assert PASSES == outcome(result)
        assert result.evaluations <= 12 * count + 20


def test_few_inputs_are_checked_one_by_one() -> None:
    """Up to 2,000; more on demand; fewer on demand, too."""
    assert check(springs, springs_gradient, point(LARGE)).directions is None
    large = point(LARGE + 1)
    assert check(springs, springs_gradient, large).directions is not None
    entire = check(springs, springs_gradient, large, entries="all")
    assert entire.directions is None
    assert LARGE + 1 == len(entire.entries)
    assert 5 == len(check(springs, springs_gradient, point(20), directions=5).entries)


def test_every_entry_means_every_entry() -> None:
    """With `entries="all"`, the wrong one of 2,500 is named."""
    x = point(2500)

    def wrong(x: Array) -> Array:
        gradient = springs_gradient(x)
        gradient[1717] *= 1.001
        return gradient

    result = check(springs, wrong, x, entries="all")
    (row,) = np.flatnonzero(result.entries.verdict == 2)

    assert DISAGREES == outcome(result)
    assert 1717 == result.entries.input[row]


def test_a_seed_makes_a_check_repeatable() -> None:
    """To the last bit; another seed gives other numbers and the same verdict."""
    x = point(300)
    first, again, other = (
        check(springs, springs_gradient, x, directions=4, seed=seed) for seed in (5, 5, 6)
    )

    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
    assert first.notes == again.notes
    assert not (first.entries.numeric == other.entries.numeric).any()
    assert PASSES == outcome(first) == outcome(other)


def test_numeric_along_directions_is_a_function_of_f_only() -> None:
    """Whatever df claims."""
    x = point(300)
    right = check(springs, springs_gradient, x, directions=4)
    wrong = check(springs, lambda x: -springs_gradient(x), x, directions=4)

    np.testing.assert_array_equal(right.entries.numeric, wrong.entries.numeric)
    np.testing.assert_array_equal(right.entries.error_bar, wrong.entries.error_bar)


def test_a_jacobian_is_checked_along_directions_output_by_output() -> None:
    """A wrong row is told from the right ones."""
    a = np.random.default_rng(3).normal(size=(4, 50))

    def wrong(x: Array) -> Array:
        jacobian = a * np.cos(x)
        jacobian[2] *= 1.01
        return np.asarray(jacobian)

    x = point(50)
    right = check(lambda x: a @ np.sin(x), lambda x: a * np.cos(x), x, directions=3)
    result = check(lambda x: a @ np.sin(x), wrong, x, directions=3)

    assert PASSES == outcome(right)
    assert 12 == len(right.entries)
    assert DISAGREES == outcome(result)
    assert {2} == set(result.entries.output[result.entries.verdict == 2].tolist())


def test_inputs_of_mixed_magnitude_all_count() -> None:
    """From 1e-8 to 1e8: each moves by its own size, and a mistake in any is seen."""
    x = np.random.default_rng(9).uniform(1, 2, 2500) * 10.0 ** np.linspace(-8, 8, 2500)
    size = scale_of(x)

    def gradient(x: Array) -> Array:
        return np.asarray(np.cos(x / size) / size)

    right = check(lambda x: np.sum(np.sin(x / size)), gradient, x)
    assert PASSES == outcome(right)
    for row in (0, 1250, 2499):
        wrong = check(
            lambda x: np.sum(np.sin(x / size)),
            lambda x, row=row: gradient(x) * (1 + (np.arange(x.size) == row)),
            x,
        )
        assert DISAGREES == outcome(wrong)


# --- batched functions ---------------------------------------------------------------------------


class Batched:
    """A function of many points at once that notes how it was called."""

    def __init__(self, f: Function) -> None:
        self.f = f
        self.sizes: list[int] = []

    def __call__(self, x: Array) -> Array:
        """Return one row per point."""
        self.sizes.append(len(x))
        return np.stack([self.f(row) for row in x])


@pytest.mark.parametrize("options", [{}, {"directions": 5}], ids=["entries", "directions"])
def test_a_batched_function_gives_what_the_plain_one_gives(options: dict[str, Any]) -> None:
    """The same table to the last bit, the same number of evaluations, in few calls."""
    x = point(60)
    batched = Batched(springs)
    plain = check(springs, springs_gradient, x, **options)
    many = check(gc.batched(batched), springs_gradient, x, **options)

    columns = [column for column in plain.table if column != "name"]
    pd.testing.assert_frame_equal(plain.table[columns], many.table[columns], check_exact=True)
    assert plain.evaluations == many.evaluations == sum(batched.sizes)
    assert len(batched.sizes) <= 25


def test_a_thousand_inputs_take_few_batches() -> None:
    """All first steps go in blocks of a million numbers; inputs that need more go one by one."""
    x = point(1000)
    batched = Batched(springs)
    result = check(gc.batched(batched), springs_gradient, x)

    assert PASSES == outcome(result)
    assert max(batched.sizes) * x.size <= 2**20
    assert sum(batched.sizes) == result.evaluations
    assert len(batched.sizes) <= 250


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_batches_keep_the_shape_of_x(shape: tuple[int, ...]) -> None:
    """As (k, *input)."""
    shapes = set()

    def f(x: Array) -> Array:
        shapes.add(x.shape[1:])
        return np.asarray(np.sum(np.sin(x), axis=tuple(range(1, x.ndim))))

    x = np.random.default_rng(2).normal(size=shape)
    result = check(gc.batched(f), np.cos, x)

    assert PASSES == outcome(result)
    assert {shape} == shapes


def test_a_batched_jacobian_is_checked() -> None:
    """From (k, n) to (k, m)."""
    a = np.random.default_rng(3).normal(size=(4, 7))
    x = point(7)
    right = check(gc.batched(lambda x: np.exp(x) @ a.T), lambda x: a * np.exp(x), x)
    wrong = check(gc.batched(lambda x: np.exp(x) @ a.T), lambda x: a * np.exp(2 * x), x)

    assert PASSES == outcome(right)
    assert 28 == len(right.entries)
    assert DISAGREES == outcome(wrong)
