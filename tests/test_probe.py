"""A function is called with fresh copies, counted and watched; its values come as flat rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc
from gradcheck.differences.probe import Probe

Array = npt.NDArray[Any]
Function = Callable[..., Any]

X = np.array([0.3, -1.7, 2.2])


def probe(f: Function, x: npt.ArrayLike = X, **fields: Any) -> Probe:
    """Make a probe of f, for points like x."""
    return Probe(gc.Case("f", f=f, df=f, points=[x], **fields), "f", np.shape(x))


def outer(x: Array) -> Array:
    """Map R³ → R³ˣ³."""
    return np.multiply.outer(np.sin(x), np.exp(x))


@pytest.mark.parametrize(
    ("f", "shape"),
    [
        (np.sum, ()),
        (np.sin, (3,)),
        (outer, (3, 3)),
        (lambda x: np.float32(x[0]), ()),
        (lambda x: int(x[0] > 0), ()),
    ],
    ids=["a number", "an array", "a matrix", "float32", "an int"],
)
def test_values_are_flat_and_their_shape_is_kept(f: Function, shape: tuple[int, ...]) -> None:
    """Whatever f returns: one row of float64 for a point, a row each for several."""
    f_probe = probe(f)
    value = f_probe.at(X)
    rows = f_probe.rows([X, 2 * X])

    assert value is not None
    assert np.dtype(np.float64) == value.dtype
    assert shape == f_probe.output
    np.testing.assert_array_equal(np.ravel(f(X)), value)
    np.testing.assert_array_equal([np.ravel(f(X)), np.ravel(f(2 * X))], rows)


def test_moving_single_coordinates_gives_a_row_each() -> None:
    """Each from the same base; the others stay."""
    f_probe = probe(outer)
    f_probe.at(X)
    found = f_probe.moved(X, np.array([0, 2, 0]), np.array([5.0, 6.0, 7.0]))

    expected = [
        outer(np.array(x)).ravel() for x in ([5, -1.7, 2.2], [0.3, -1.7, 6], [7, -1.7, 2.2])
    ]
    np.testing.assert_array_equal(expected, found)


@pytest.mark.parametrize("batched", [False, True])
def test_every_point_is_counted_once(batched: bool) -> None:  # noqa: FBT001  (a parameter)
    """Also where a batched function takes many at a time."""

    def f(x: Array) -> Any:
        seen.append(x.size // 3)
        return np.sum(x**2, axis=-1)

    seen: list[int] = []
    f_probe = probe(gc.batched(f) if batched else f)
    f_probe.at(X)
    f_probe.rows([X] * 5)
    f_probe.moved(X, np.arange(3), np.ones(3))

    assert 9 == f_probe.calls == sum(seen)
    assert (3 if batched else 9) == len(seen)


def test_a_batched_function_gives_what_the_plain_one_gives() -> None:
    """Value, rows and moves, to the last bit."""
    plain, many = probe(lambda x: x**3), probe(gc.batched(lambda x: x**3))
    moves = X, np.array([0, 1, 1, 2]), np.array([0.5, 0.25, -3.0, 1e6])

    np.testing.assert_array_equal(plain.at(X), many.at(X))
    np.testing.assert_array_equal(plain.rows([X, -X]), many.rows([X, -X]))
    np.testing.assert_array_equal(plain.moved(*moves), many.moved(*moves))
    assert plain.output == many.output == (3,)


def test_marking_a_function_leaves_it_alone() -> None:
    """The mark is on what is returned, so that nobody else's function changes."""

    def f(x: Array) -> Array:
        return x

    marked = gc.batched(f)

    assert vars(f) == {}
    assert marked.__name__ == "f"
    np.testing.assert_array_equal(np.sin(X), gc.batched(np.sin)(X))


def test_a_value_does_not_change_with_the_memory_of_f() -> None:
    """A buffer that is overwritten later is no matter; that there is one is known."""
    buffer = np.empty(3)

    def f(x: Array) -> Array:
        np.multiply(x, 2, out=buffer)
        return buffer

    f_probe = probe(f)
    first = f_probe.at(X)
    assert not f_probe.returns_buffer
    f_probe.at(5 * X)

    np.testing.assert_array_equal(2 * X, first)
    assert f_probe.returns_buffer
    np.testing.assert_array_equal([2 * X, 6 * X], f_probe.rows([X, 3 * X]))


def test_a_view_of_the_argument_is_noticed() -> None:
    """Also if it is one of its parts."""
    for f in (lambda x: x, lambda x: x[1:], lambda x: x[::-1]):
        f_probe = probe(f)
        f_probe.at(X)
        assert f_probe.returns_argument
    copying = probe(lambda x: x.copy())
    copying.at(X)
    assert not copying.returns_argument


@pytest.mark.parametrize("way", ["at", "rows", "moved"])
def test_a_changed_argument_is_noticed(way: str) -> None:
    """In every way of calling; neither the point nor later values suffer from it."""

    def f(x: Array) -> float:
        total = float(np.sum(x))
        x *= 2
        return total

    f_probe = probe(f)
    f_probe.output = ()
    if way == "at":
        f_probe.at(X)
    elif way == "rows":
        np.testing.assert_array_equal([[np.sum(X)]] * 2, f_probe.rows([X, X]))
    else:
        f_probe.moved(X, np.array([0, 0]), np.array([1.0, 1.0]))

    assert "f changed its argument x = [0.3" in f_probe.mutation
    np.testing.assert_array_equal([0.3, -1.7, 2.2], X)


def test_what_raises_is_a_row_without_a_number() -> None:
    """The first failure is remembered with its place; the neighbours have their values."""

    def f(x: Array) -> float:
        if x[0] < 0:
            raise ValueError("too cold")
        return float(x[0])

    f_probe = probe(f)
    f_probe.at(X)
    found = f_probe.rows([X, -X, -2 * X, 3 * X])

    np.testing.assert_array_equal([[0.3], [np.nan], [np.nan], [3 * 0.3]], found)
    assert f_probe.failure.startswith("f raised ValueError: too cold at x = [-0.3")
    assert f_probe.at(-X) is None


def test_one_bad_point_of_a_batch_does_not_spoil_the_others() -> None:
    """They are asked for again, one by one."""

    def f(x: Array) -> Array:
        if (x[:, 0] < 0).any():
            raise ValueError("too cold")
        return x[:, 0]

    f_probe = probe(gc.batched(f))
    f_probe.at(X)

    np.testing.assert_array_equal([[0.3], [np.nan], [0.6]], f_probe.rows([X, -X, 2 * X]))


@pytest.mark.parametrize("batched", [False, True])
def test_outside_its_domain_f_has_no_value(batched: bool) -> None:  # noqa: FBT001  (a parameter)
    """A plain function is not even called there."""
    asked: list[Array] = []

    def f(x: Array) -> Any:
        asked.append(x)
        return np.sum(x, axis=-1)

    f_probe = probe(gc.batched(f) if batched else f, domain="(-2, 3)")
    f_probe.at(X)
    found = f_probe.moved(X, np.array([0, 0]), np.array([1.0, 4.0]))

    np.testing.assert_allclose([[1.5], [np.nan]], found)
    assert batched or all((x < 3).all() for x in asked)


def test_another_shape_than_before_is_told() -> None:
    """With both shapes and the place; there is no meaning in such values."""
    f_probe = probe(lambda x: x[: 2 + int(x[0] > 1)])
    f_probe.at(X)

    with pytest.raises(gc.CaseError, match=r"one shape, but it returned \(2,\) before and \(3,\)"):
        f_probe.rows([5 * X])


def test_a_batch_needs_a_row_for_each_point() -> None:
    """The message shows what came."""

    def f(x: Array) -> Any:
        return np.sum(x)

    f_probe = probe(gc.batched(f))
    with pytest.raises(gc.CaseError, match="one row per point"):
        f_probe.at(X)


def test_a_number_is_called_as_a_number() -> None:
    """A point without axes gives a float, not an array."""
    kinds = []

    def f(x: Any) -> Any:
        kinds.append(np.ndim(x))
        return x * x

    f_probe = probe(f, 0.7)
    point = np.array(0.7)

    np.testing.assert_array_equal([0.7 * 0.7], f_probe.at(point))
    np.testing.assert_array_equal([[4.0], [9.0]], f_probe.rows(np.array([[2.0], [3.0]])))
    assert {0} == set(kinds)
    assert () == f_probe.output


def test_f_is_never_called_outside_its_domain() -> None:
    """Neither where one input moves nor where all of them do: there is no value there."""
    seen: list[float] = []

    def f(x: Array) -> Any:
        seen.append(float(x.min()))
        return np.sqrt(x).sum()

    case = gc.Case("roots", f=f, df=f, points=[[0.5, 2.0]], domain="[0, inf)")
    probe = Probe(case, "f", (2,))
    base = np.array([0.5, 2.0])
    probe.at(base)

    rows = probe.rows(np.array([[-0.1, 2.0], [0.1, 2.0]]))
    moved = probe.moved(base, np.array([0, 0]), np.array([-0.1, 0.1]))

    assert [True, False] == np.isnan(rows[:, 0]).tolist()
    assert [True, False] == np.isnan(moved[:, 0]).tolist()
    assert min(seen) >= 0
