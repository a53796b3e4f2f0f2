"""Wrong entries are found exactly, or it is said honestly that there are more."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import rosen, rosen_der

import gradcheck as gc
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError
from gradcheck.verdict.location import Location

Array = npt.NDArray[Any]
Function = Callable[..., Any]


@dataclass(frozen=True)
class Problem:
    """A function, its gradient, and a point."""

    f: Function
    df: Function
    x: Array

    def spoiled(self, indices: Any, factor: Any = 1.1) -> Function:
        """Return the gradient with some entries times a factor."""

        def df(x: Array) -> Array:
            gradient = np.array(self.df(x))
            gradient.reshape(-1)[indices] *= factor
            return gradient

        return df


def sines(n: int, seed: int = 0) -> Problem:
    """Return a sum of sines, the gradient of which has random signs."""
    generator = np.random.default_rng(seed)
    signs = generator.choice([-1.0, 1.0], n)
    return Problem(
        lambda x: np.sum(signs * np.sin(x)), lambda x: signs * np.cos(x), generator.normal(size=n)
    )


def softplus(n: int, seed: int = 0) -> Problem:
    """Return a convex sum, the gradient of which has one sign."""
    return Problem(
        lambda x: np.sum(np.logaddexp(0.0, x)),
        lambda x: 1 / (1 + np.exp(-x)),
        np.random.default_rng(seed).normal(size=n),
    )


def logistic(n: int, seed: int = 0) -> Problem:
    """Return a logistic regression on dense data."""
    generator = np.random.default_rng(seed)
    features, labels = generator.normal(size=(50, n)), generator.choice([-1.0, 1.0], 50)

    def df(w: Array) -> Array:
        shares = -labels / (1 + np.exp(labels * (features @ w)))
        return np.asarray(features.T @ shares / 50)

    return Problem(
        lambda w: np.logaddexp(0.0, -labels * (features @ w)).mean(),
        df,
        generator.normal(size=n) / np.sqrt(n),
    )


def springs(n: int, seed: int = 0) -> Problem:
    """Return the energy of a chain of springs in a soft well."""

    def df(x: Array) -> Array:
        gradient = np.tanh(x)
        gradient[:-1] -= np.diff(x)
        gradient[1:] += np.diff(x)
        return np.asarray(gradient)

    return Problem(
        lambda x: np.sum(np.diff(x) ** 2) / 2 + np.sum(np.log(np.cosh(x))),
        df,
        np.random.default_rng(seed).normal(size=n),
    )


def quadratic(n: int, seed: int = 0) -> Problem:
    """Return a quadratic form of low rank with a linear term."""
    generator = np.random.default_rng(seed)
    root, slope = generator.normal(size=(40, n)) / np.sqrt(n), generator.normal(size=n)
    return Problem(
        lambda x: np.sum((root @ x) ** 2) / 2 + slope @ x,
        lambda x: root.T @ (root @ x) + slope,
        generator.normal(size=n),
    )


def valley(n: int, seed: int = 0) -> Problem:
    """Return Rosenbrock's function."""
    return Problem(rosen, rosen_der, np.random.default_rng(seed).normal(size=n))


def near_minimum(n: int, seed: int = 0) -> Problem:
    """Return a stiff quadratic function close to its minimum."""
    generator = np.random.default_rng(seed)
    stiffness, minimum = 10.0 ** generator.uniform(-2, 2, n), generator.normal(size=n)
    return Problem(
        lambda x: np.sum(stiffness * (x - minimum) ** 2) / 2,
        lambda x: stiffness * (x - minimum),
        minimum + 1e-4 * generator.normal(size=n),
    )


def magnitudes(n: int, seed: int = 0) -> Problem:
    """Return a function of inputs between 1e-8 and 1e8, each of which matters."""
    generator = np.random.default_rng(seed)
    units = 10.0 ** generator.uniform(-8, 8, n)
    return Problem(
        lambda x: np.sum(np.log1p((x / units) ** 2)),
        lambda x: 2 * x / units**2 / (1 + (x / units) ** 2),
        units * generator.normal(size=n),
    )


def network(hidden: int, seed: int = 0) -> Problem:
    """Return the loss of a ReLU network with 50 inputs, as a function of all its parameters."""
    generator = np.random.default_rng(seed)
    rows, targets = generator.normal(size=(40, 50)), generator.normal(size=40)
    cut = 50 * hidden

    def layer(w: Array) -> Array:
        return np.asarray(rows @ w[:cut].reshape(50, hidden))

    def f(w: Array) -> Any:
        return np.mean((np.maximum(layer(w), 0.0) @ w[cut:] - targets) ** 2) / 2

    def df(w: Array) -> Array:
        before = layer(w)
        errors = (np.maximum(before, 0.0) @ w[cut:] - targets) / len(targets)
        inner = rows.T @ (errors[:, None] * w[cut:] * (before > 0))
        return np.concatenate([inner.reshape(-1), np.maximum(before, 0.0).T @ errors])

    return Problem(f, df, 0.2 * generator.normal(size=51 * hidden))


SMOOTH = [sines, softplus, logistic, springs, quadratic, valley, near_minimum, magnitudes]


def drawn(n: int, count: int, seed: int = 0) -> Array:
    """Draw indices in ascending order."""
    return np.sort(np.random.default_rng(seed).choice(n, count, replace=False))


def assert_exact(found: Location, wrong: Any) -> None:
    """Require that exactly these entries were found."""
    np.testing.assert_array_equal(wrong, found.wrong)
    assert found.exact
    assert () == found.unresolved
    assert len(wrong) == len(found)


def assert_honest(found: Location, wrong: Any) -> None:
    """Require that nothing else was called wrong, and that the rest may lie in what is left."""
    assert set(found.wrong) <= set(wrong)
    missing = set(wrong) - set(found.wrong)
    left = {i for start, stop in found.unresolved for i in range(start, stop)}
    assert found.exact == (not found.unresolved)
    assert missing <= left


# --- what is found -------------------------------------------------------------------------------


@pytest.mark.parametrize("make", SMOOTH)
@pytest.mark.parametrize("count", [1, 3, 20])
def test_wrong_entries_are_found(make: Callable[..., Problem], count: int) -> None:
    """Entries wrong by 10 % are found in separable and coupled functions, and no others."""
    problem, wrong = make(3000, seed=count), drawn(3000, count)
    found = gc.locate(problem.f, problem.spoiled(wrong), problem.x)
    true = problem.df(problem.x)[wrong]

    assert_exact(found, wrong)
    assert (np.abs(found.entries.numeric - true) <= 2 * found.entries.error_bar).all()
    np.testing.assert_allclose(found.entries.numeric, true, rtol=1e-2)


@pytest.mark.parametrize("make", [*SMOOTH, lambda n, seed=0: network(n // 51, seed)])
@pytest.mark.parametrize("seed", range(3))
def test_a_right_gradient_has_no_wrong_entries(make: Callable[..., Problem], seed: int) -> None:
    """Nothing is found where nothing is wrong."""
    problem = make(2550, seed=seed)
    found = gc.locate(problem.f, problem.df, problem.x, seed=seed)

    assert_exact(found, [])
    assert "no wrong entry" in str(found)
    assert "would show if it were wrong by more than" in str(found)
    assert 0 < found.resolution < 1


@pytest.mark.parametrize("factor", [1.001, 2.0, -1.0, 0.0, math.nan, math.inf])
@pytest.mark.parametrize("make", [sines, softplus])
def test_mistakes_of_all_kinds_are_found(make: Callable[..., Problem], factor: float) -> None:
    """Wrong by a thousandth, doubled, of the wrong sign, forgotten, or no number at all."""
    problem, wrong = make(2000), drawn(2000, 7)

    assert_exact(gc.locate(problem.f, problem.spoiled(wrong, factor), problem.x), wrong)


def test_mistakes_of_very_different_sizes_are_found_together() -> None:
    """Large mistakes do not hide small ones."""
    problem, wrong = sines(5000), drawn(5000, 12)
    factors = 1 + 10.0 ** -(np.arange(12) % 6)

    assert_exact(gc.locate(problem.f, problem.spoiled(wrong, factors), problem.x), wrong)


@pytest.mark.parametrize("make", [sines, softplus, springs])
def test_a_contiguous_block_is_found(make: Callable[..., Problem]) -> None:
    """A layer with the wrong factor is found whole."""
    problem, wrong = make(4000), np.arange(1234, 1334)

    assert_exact(gc.locate(problem.f, problem.spoiled(wrong, 2.0), problem.x), wrong)


@pytest.mark.parametrize("make", [sines, softplus, springs, valley])
@pytest.mark.parametrize("wrong", [[0], [2999], [0, 2999]])
def test_the_ends_are_found(make: Callable[..., Problem], wrong: list[int]) -> None:
    """The first and the last entry are as good as any."""
    problem = make(3000)

    assert_exact(gc.locate(problem.f, problem.spoiled(wrong, 2.0), problem.x), wrong)


@pytest.mark.parametrize("n", [1, 2, 3, 7])
@pytest.mark.parametrize("seed", range(4))
def test_few_inputs_are_no_trouble(n: int, seed: int) -> None:
    """One, two or three inputs, one or all of them wrong."""
    problem = sines(n, seed)
    for wrong in ([seed % n], range(n)):
        found = gc.locate(problem.f, problem.spoiled(list(wrong)), problem.x, seed=seed)
        assert_exact(found, list(wrong))


def test_x_may_be_a_number() -> None:
    """A single number is an input, too."""
    found = gc.locate(math.sin, lambda x: 2 * math.cos(x), 0.7)

    assert_exact(found, [0])
    np.testing.assert_allclose(found.entries.numeric, [math.cos(0.7)], rtol=1e-6)


def test_x_may_be_a_matrix() -> None:
    """Positions are those in the flattened gradient, names those of the matrix."""
    x = np.random.default_rng(0).normal(size=(40, 30))

    def df(x: Array) -> Array:
        gradient = np.cos(x)
        gradient[7, 11] *= 1.1
        return gradient

    found = gc.locate(lambda x: np.sum(np.sin(x)), df, x)

    assert_exact(found, [7 * 30 + 11])
    assert ["x[7, 11]"] == found.table["name"].tolist()
    assert "x[7, 11]" in str(found)


def test_x_may_be_a_tree() -> None:
    """Entries of trees are found across their leaves, and named by them."""
    generator = np.random.default_rng(0)
    x = {"W": generator.normal(size=(20, 30)), "b": generator.normal(size=30)}

    def f(x: dict[str, Array]) -> Any:
        return np.sum(np.sin(x["W"])) + np.sum(np.cosh(x["b"]))

    def df(x: dict[str, Array]) -> dict[str, Array]:
        weights, biases = np.cos(x["W"]), np.sinh(x["b"])
        weights[3, 4] *= 1.1
        biases[29] *= -1
        return {"W": weights, "b": biases}

    found = gc.locate(f, df, x)

    assert_exact(found, [94, 629])
    assert ["W[3, 4]", "b[29]"] == found.table["name"].tolist()


def test_f_may_have_several_outputs() -> None:
    """The outputs are searched together; what is told are entries of the Jacobian."""
    generator = np.random.default_rng(0)
    matrix, x = generator.normal(size=(5, 800)), generator.normal(size=800)

    def df(x: Array) -> Array:
        jacobian = matrix * np.cos(x)
        jacobian[2, 17] *= 1.1
        jacobian[[0, 4], 700] += 1.0
        return np.asarray(jacobian)

    found = gc.locate(lambda x: matrix @ np.sin(x), df, x)

    assert_exact(found, [700, 2 * 800 + 17, 4 * 800 + 700])
    assert "∂f[2]/∂x[17]" in str(found)


def test_outputs_of_very_different_sizes_are_searched_alike() -> None:
    """A small output is not drowned by a large one."""
    generator = np.random.default_rng(0)
    sizes = np.array([[1e8], [1.0], [1e-8]])
    matrix, x = sizes * generator.normal(size=(3, 800)), generator.normal(size=800)

    def df(x: Array) -> Array:
        jacobian = matrix * np.cos(x)
        jacobian[2, 17] *= 1.1
        return np.asarray(jacobian)

    assert_exact(gc.locate(lambda x: matrix @ np.sin(x), df, x), [2 * 800 + 17])


def test_a_nan_among_the_outputs_hides_no_other_mistake() -> None:
    """In a column of the Jacobian that is partly not a number, the numbers are compared."""
    generator = np.random.default_rng(0)
    matrix, x = generator.normal(size=(3, 500)), generator.normal(size=500)

    def df(x: Array) -> Array:
        jacobian = matrix * np.cos(x)
        jacobian[0, 40], jacobian[1, 40] = np.nan, 9.0
        return np.asarray(jacobian)

    assert_exact(gc.locate(lambda x: matrix @ np.sin(x), df, x), [40, 540])


# --- f that is not as exact as its numbers -------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_float32_inside_f_is_no_obstacle_to_large_mistakes(seed: int) -> None:
    """What stands out of single precision is found; nothing else is accused."""
    problem, wrong = sines(500, seed), drawn(500, 2, seed)

    def f(x: Array) -> Any:
        return problem.f(x.astype(np.float32).astype(np.float64)).astype(np.float32)

    found = gc.locate(f, problem.spoiled(wrong, -3.0), problem.x, seed=seed)

    assert_exact(found, wrong)


@pytest.mark.parametrize("decimals", [4, 6, 8, 10])
@pytest.mark.parametrize("seed", range(3))
def test_a_rounded_f_accuses_no_right_entry(decimals: int, seed: int) -> None:
    """Rounding to decimals is noise; a mistake that is larger than the resolution is found."""
    problem, wrong = sines(2000, seed), drawn(2000, 1, seed)
    found = gc.locate(
        lambda x: np.round(problem.f(x), decimals),
        problem.spoiled(wrong, 1.1),
        problem.x,
        seed=seed,
    )

    moves = scale_of(problem.x) * problem.df(problem.x)
    mistake = 0.1 * np.abs(moves[wrong[0]]) / np.sqrt(np.mean(moves**2))

    assert set(found.wrong) <= set(wrong)
    assert set(wrong) == set(found.wrong) or not found.exact or mistake <= found.resolution


@pytest.mark.parametrize("seed", range(5))
def test_kinks_are_no_mistakes(seed: int) -> None:
    """In a ReLU network of 5,000 parameters, the wrong ones are found and no others."""
    problem = network(98, seed)
    wrong = drawn(len(problem.x), 5, seed)
    found = gc.locate(problem.f, problem.spoiled(wrong, 2.0), problem.x, seed=seed)

    assert_honest(found, wrong)
    assert_exact(found, wrong)


def test_an_edge_of_the_domain_nearby_ends_the_search_honestly() -> None:
    """Where f has no values on one side, nothing is accused and nothing is called exact."""
    x = np.linspace(0.5, 2.0, 100)
    x[50] = 1e-300
    found = gc.locate(
        lambda x: np.sum(np.sqrt(x)), lambda x: 0.6 / np.sqrt(x), x.copy(), limit=2000
    )

    assert not found.exact
    assert 50 not in found.wrong or np.isfinite(found.entries.numeric).all()


# --- too many, or too few evaluations ------------------------------------------------------------


def test_all_entries_of_a_large_gradient_end_the_search_early() -> None:
    """A wrong factor everywhere is no question of where: the message says what to do instead."""
    problem = sines(5000)
    found = gc.locate(problem.f, problem.spoiled(slice(None)), problem.x)

    assert not found.exact
    assert found.evaluations < 1000
    assert math.isnan(found.resolution)
    assert_honest(found, range(5000))
    assert "check(f, df, x)" in str(found)


@pytest.mark.parametrize("limit", [8, 9, 12, 15, 20, 40, 80, 160])
def test_a_limit_that_is_too_small_leaves_honest_ranges(limit: int) -> None:
    """The limit is kept, and what was not found lies in the ranges that are left."""
    problem, wrong = sines(2000), drawn(2000, 30)
    found = gc.locate(problem.f, problem.spoiled(wrong), problem.x, limit=limit)

    assert found.evaluations <= limit
    assert not found.exact
    assert_honest(found, wrong)
    assert "more mistakes are" in str(found)


@pytest.mark.parametrize("limit", [15, 21, 25, 30, 45])
def test_a_limit_is_kept_where_f_has_several_outputs(limit: int) -> None:
    """What cannot be looked at any more is left open."""
    generator = np.random.default_rng(0)
    matrix, x = generator.normal(size=(3, 500)), generator.normal(size=500)

    def df(x: Array) -> Array:
        jacobian = matrix * np.cos(x)
        jacobian[1, [40, 250]] *= 1.1
        return np.asarray(jacobian)

    found = gc.locate(lambda x: matrix @ np.sin(x), df, x, limit=limit)
    left = {i for start, stop in found.unresolved for i in range(start, stop)}

    assert found.evaluations <= limit
    assert set(found.wrong) <= {540, 750}
    assert {540, 750} <= set(found.wrong) | {500 + i for i in left}


def test_many_entries_that_are_no_numbers_need_no_search() -> None:
    """What is not finite is wrong as it stands."""
    problem = softplus(20_000)
    found = gc.locate(problem.f, problem.spoiled(slice(None), math.nan), problem.x)

    assert_exact(found, range(20_000))
    assert found.evaluations < 100


@pytest.mark.parametrize(("count", "most"), [(1, 16), (3, 60), (100, 850)])
@pytest.mark.parametrize("make", [sines, softplus])
def test_few_evaluations_are_needed(make: Callable[..., Problem], count: int, most: int) -> None:
    """Among 100,000 entries, 1, 3 or 100 take at most 16, 60 or 850 evaluations."""
    problem, wrong = make(100_000, seed=count), drawn(100_000, count, seed=1)
    found = gc.locate(problem.f, problem.spoiled(wrong), problem.x)

    assert_exact(found, wrong)
    assert found.evaluations <= most


# --- how f and df are called ---------------------------------------------------------------------


def test_the_evaluations_are_the_calls_of_f() -> None:
    """What is counted is what was called."""
    problem, wrong, calls = sines(1000), drawn(1000, 5), []

    def f(x: Array) -> Any:
        calls.append(x)
        return problem.f(x)

    found = gc.locate(f, problem.spoiled(wrong), problem.x)

    assert len(calls) == found.evaluations


def test_f_and_df_get_copies() -> None:
    """Every call has memory of its own, and x stays as it is."""
    problem, seen = sines(300), []
    x = problem.x.copy()

    def f(y: Array) -> Any:
        seen.append(y)
        return problem.f(y)

    gc.locate(f, problem.spoiled([7]), x)

    np.testing.assert_array_equal(problem.x, x)
    assert not any(np.shares_memory(y, x) for y in seen)
    assert not any(np.shares_memory(a, b) for a, b in pairwise(seen))


def test_a_seed_determines_everything() -> None:
    """The same seed gives the same search, another one another search with the same result."""
    problem, wrong = sines(3000), drawn(3000, 9)
    df = problem.spoiled(wrong)
    first, again, other = (gc.locate(problem.f, df, problem.x, seed=s) for s in (1, 1, 2))

    assert first.evaluations == again.evaluations
    np.testing.assert_array_equal(first.entries.numeric, again.entries.numeric)
    assert (first.entries.numeric != other.entries.numeric).any()
    assert_exact(other, first.wrong)


def test_a_batched_f_is_called_on_many_points_at_once() -> None:
    """Its points are counted like calls."""
    n = 500
    signs = np.random.default_rng(0).choice([-1.0, 1.0], n)
    points = []

    @gc.batched
    def f(x: Array) -> Array:
        points.append(len(x))
        return np.asarray(np.sin(x) @ signs)

    def df(x: Array) -> Array:
        gradient = signs * np.cos(x)
        gradient[33] *= 1.1
        return np.asarray(gradient)

    found = gc.locate(f, df, np.linspace(0.1, 2.0, n))

    assert_exact(found, [33])
    assert sum(points) == found.evaluations


def test_the_cause_is_named() -> None:
    """What the wrong entries share is said with them."""
    problem, wrong = sines(3000), drawn(3000, 9)
    found = gc.locate(problem.f, problem.spoiled(wrong, -1.0), problem.x)

    assert ["sign"] == [finding.code for finding in found.findings]


def test_the_table_has_a_row_for_each_wrong_entry() -> None:
    """In the order of df(x), with claim, truth, bar and ratio."""
    problem = sines(2000)
    table = gc.locate(problem.f, problem.spoiled([5, 900], 2.0), problem.x).table

    columns = ["entry", "name", "analytic", "numeric", "error_bar", "ratio"]
    assert columns == table.columns.tolist()
    assert [5, 900] == table["entry"].tolist()
    np.testing.assert_allclose(table["ratio"], 2.0, rtol=1e-6)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 7, -5, True, 2.5, "many", None])
def test_a_limit_must_be_a_number_of_evaluations(limit: Any) -> None:
    """Less than the first look takes is no limit."""
    problem = sines(10)
    with pytest.raises(CaseError, match="limit must be a number of evaluations, at least 8, got"):
        gc.locate(problem.f, problem.df, problem.x, limit=limit)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0", None])
def test_a_seed_must_be_an_integer(seed: Any) -> None:
    """Negative or fractional seeds are refused."""
    problem = sines(10)
    with pytest.raises(CaseError, match="seed must be an integer of at least 0, got"):
        gc.locate(problem.f, problem.df, problem.x, seed=seed)


@pytest.mark.parametrize(
    ("f", "df", "x", "message"),
    [
        (np.sum, np.ones_like, [1.0, math.nan], "finite"),
        (lambda _: 1 / 0, np.ones_like, [1.0, 2.0], "f raised ZeroDivisionError"),
        (lambda _: math.inf, np.ones_like, [1.0, 2.0], "f is not finite at x"),
        (np.sum, lambda _: 1 / 0, [1.0, 2.0], "df raised ZeroDivisionError"),
        (np.sum, lambda _: np.ones(3), [1.0, 2.0], r"df must return the shape \(2,\)"),
        (np.sin, np.cos, [1.0, 2.0], r"diagonal of the Jacobian.*use check\(f, df, x\)"),
        (lambda x: x.fill(1.0) or 1.0, np.ones_like, [1.0, 2.0], "f changed its argument"),
        (np.sum, lambda x: x.fill(1.0) or x, [1.0, 2.0], "df changed its argument"),
        (np.sum, None, [1.0, 2.0], "df is missing"),
        (3, np.ones_like, [1.0, 2.0], "callable|function"),
    ],
)
def test_what_cannot_be_compared_is_refused(f: Any, df: Any, x: Any, message: str) -> None:
    """The message names the fault."""
    with pytest.raises(CaseError, match=message):
        gc.locate(f, df, x)


def test_an_f_that_remembers_calls_is_refused() -> None:
    """A value that depends on the number of calls is no function of x."""
    calls: list[Array] = []

    def f(x: Array) -> Any:
        calls.append(x)
        return np.sum(x) + 0.1 * len(calls)

    with pytest.raises(CaseError, match="f remembers earlier calls"):
        gc.locate(f, np.ones_like, np.array([1.0, 2.0, 3.0]))
