"""A derivative of the wrong shape is told what it holds: by its numbers if they agree."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc

Array = npt.NDArray[Any]
Function = Callable[[Array], Any]

DRAW = np.random.default_rng(3)
A, SQUARE = DRAW.normal(size=(7, 6)), DRAW.normal(size=(6, 6))
X, WIDE = DRAW.normal(size=6), DRAW.normal(size=(3, 4))


def loss(w: Array) -> Any:
    """Map R⁶ → R."""
    return np.sum(np.sin(A @ w))


def by_row(w: Array) -> Array:
    """Return the gradient of each term of the sum, of shape (7, 6)."""
    return np.asarray(np.cos(A @ w)[:, None] * A)


def dloss(w: Array) -> Array:
    """Return the gradient of the sum."""
    return np.asarray(by_row(w).sum(axis=0))


def layer(w: Array) -> Array:
    """Map R⁶ → R⁷."""
    return np.asarray(np.sin(A @ w))


def mixing(w: Array) -> Array:
    """Map R⁶ → R⁶."""
    return np.asarray(np.sin(SQUARE @ w))


def dmixing(w: Array) -> Array:
    """Return its Jacobian."""
    return np.asarray(np.cos(SQUARE @ w)[:, None] * SQUARE)


def of_matrix(w: Array) -> Any:
    """Map matrices to R."""
    return np.sum(np.sin(w)) * w.sum()


def dof_matrix(w: Array) -> Array:
    """Return its gradient."""
    return np.asarray(np.cos(w) * w.sum() + np.sin(w).sum())


@pytest.mark.parametrize(
    ("f", "df", "x", "code", "certainty", "words"),
    [
        (loss, lambda w: dloss(w)[:, None], X, "shape", "A", "return df(x).reshape(6)"),
        (loss, lambda w: dloss(w)[None], X, "shape", "A", "return df(x).reshape(6)"),
        (layer, lambda w: by_row(w).ravel(), X, "shape", "A", "reshape(7, 6)"),
        (of_matrix, lambda w: dof_matrix(w).ravel(), WIDE, "shape", "A", "reshape(3, 4)"),
        (layer, lambda w: by_row(w).T, X, "transposed", "A", "its first axes belong to f(x)"),
        (layer, lambda w: 2 * by_row(w).T, X, "transposed", "B", "its numbers are wrong as well"),
        (of_matrix, lambda w: dof_matrix(w).T, WIDE, "transposed", "A", "return df(x).T"),
        (layer, lambda w: by_row(w).T.ravel(), X, "flatten-order", "A", "of shape (6, 7) before"),
        (loss, by_row, X, "wrong-axis", "A", "return df(x).sum(axis=0)"),
        (loss, lambda w: 7 * by_row(w), X, "wrong-axis", "A", "return df(x).mean(axis=0)"),
        (loss, lambda w: dloss(w).sum(), X, "wrong-axis", "A", "over axis 0 of x"),
        (layer, dloss, X, "wrong-axis", "A", "over axis 0 of f"),
        (of_matrix, lambda w: dof_matrix(w).mean(axis=1), WIDE, "wrong-axis", "A", "mean"),
        (mixing, lambda w: np.diag(dmixing(w)), X, "diagonal-only", "A", "not elementwise"),
    ],
)
def test_numbers_tell_what_a_wrong_shape_is(
    f: Function, df: Function, x: Array, code: str, certainty: str, words: str
) -> None:
    """Numbers that agree once they are laid out or summed make it sure; a shape alone does not."""
    result = gc.check(f, df, x)
    (finding,) = result.findings

    assert (result.verdict, str(result.reason)) == (gc.Verdict.FAIL, "wrong-shape")
    assert (code, certainty) == (finding.code, finding.certainty)
    assert words in finding.message


@pytest.mark.parametrize(
    "df",
    [lambda _: np.ones(5), lambda _: np.zeros((6, 1)), lambda w: w[:, None], lambda _: np.nan],
)
def test_other_numbers_of_a_wrong_shape_get_no_name(df: Function) -> None:
    """Zeros, NaN and numbers of another origin are not told to be the derivative."""
    assert gc.check(loss, df, X).findings == ()


def test_a_length_that_the_caller_named_is_recognised() -> None:
    """As many numbers as there are rows come from a sum over the inputs."""
    df: Function = lambda w: by_row(w).sum(axis=1)  # noqa: E731  (the mistake in a line)
    (finding,) = gc.check(loss, df, X, constants={"rows": 7}).findings

    assert ("wrong-axis", "B") == (finding.code, finding.certainty)
    assert "rows = 7" in finding.message
    assert gc.check(loss, df, X).findings == ()


def test_many_inputs_are_judged_by_their_shape() -> None:
    """No differences are taken by thousands of inputs to give a wrong shape its name."""
    w = np.linspace(0.5, 1.5, 6000).reshape(2, 3000)
    result = gc.check(lambda x: np.sum(np.sin(x)), lambda x: np.cos(x).T, w)

    assert [("transposed", "B")] == [(each.code, each.certainty) for each in result.findings]
    assert result.evaluations < 10
