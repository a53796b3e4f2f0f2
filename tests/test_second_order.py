"""Hessians, as matrices and as operators: against differences of the gradient, and symmetric."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

RANDOM = np.random.default_rng(30)
B = RANDOM.normal(size=(4, 4))
S = B + B.T
X = np.array([0.31, -0.72, 1.13, 0.46])
POINTS = [X, X[::-1] * 0.9, X + 0.17]
MANY = 5000
LONG = RANDOM.normal(size=MANY)

PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)


def gradient(x: Array) -> Array:
    """Return the gradient of the sum of sin(S x)."""
    return np.asarray(np.cos(S @ x) @ S)


def hessian(x: Array) -> Array:
    """Return its Hessian."""
    return np.asarray(-(S * np.sin(S @ x)) @ S)


def field(x: Array) -> Array:
    """Return a vector field that is the gradient of nothing."""
    return np.sin(B @ x)


def field_jacobian(x: Array) -> Array:
    """Return its Jacobian."""
    return np.asarray(np.cos(B @ x)[:, None] * B)


def long_gradient(x: Array) -> Array:
    """Return the gradient of the sum of sin(x[i]) x[i - 1]."""
    return np.asarray(np.cos(x) * np.roll(x, 1) + np.roll(np.sin(x), -1))


def long_product(x: Array, v: Array) -> Array:
    """Return its Hessian times v."""
    right, left = np.roll(v, 1), np.roll(np.cos(x) * v, -1)
    return np.asarray(-np.sin(x) * np.roll(x, 1) * v + np.cos(x) * right + left)


def applied(matrix: Function) -> Function:
    """Return a Hessian as an operator."""

    def product(x: Array, v: Array) -> Array:
        return np.asarray(matrix(x) @ v)

    return product


def as_matrix(matrix: Function) -> Function:
    """Return a Hessian as it is."""
    return matrix


def outcome(result: Result) -> tuple[Verdict, Reason]:
    """Return what a result comes to."""
    return result.verdict, result.reason


def codes(result: Result) -> list[str]:
    """Return the codes of the findings that name a cause."""
    return [each.code for each in result.findings if each.certainty != "C"]


def notes(result: Result) -> str:
    """Return the notes as one text."""
    return " | ".join(result.notes)


both_forms = pytest.mark.parametrize("form", [as_matrix, applied])


# --- right ones ----------------------------------------------------------------------------------


@both_forms
def test_a_right_hessian_passes(form: Function) -> None:
    """Every entry has its error bar, and symmetry is noted."""
    result = gc.check_hessian(gradient, form(hessian), points=POINTS)

    assert PASSES == outcome(result)
    assert 3 * 16 == len(result.entries)
    assert result.resolution < 1e-8
    assert "hess is symmetric, and so are the differences of df" in notes(result)
    assert ("hess is linear in v" in notes(result)) == (form is applied)


def test_evaluations_of_the_gradient_are_counted() -> None:
    """A pass costs what a check of its Jacobian costs, and an operator one call more."""
    calls = []

    def counted(x: Array) -> Array:
        calls.append(x)
        return gradient(x)

    for hess in (hessian, applied(hessian)):
        calls.clear()
        result = gc.check_hessian(counted, hess, X)
        assert len(calls) == result.evaluations
        assert result.evaluations <= 60


@pytest.mark.parametrize(
    ("df", "hess", "x"),
    [
        (np.cos, lambda x: -np.sin(x), 0.7),
        (np.cos, lambda x, v: -np.sin(x) * v, 0.7),
        (
            lambda x: 2 * x * np.sum(x) + np.sum(x**2),
            lambda x, v: 2 * v * np.sum(x) + 2 * x * np.sum(v) + 2 * np.sum(x * v),
            np.array([[0.3, -1.2, 0.7], [1.9, 0.4, -0.6]]),
        ),
        (
            lambda x: x * np.sum(x**2),
            lambda x: np.eye(4).reshape(2, 2, 2, 2) * np.sum(x**2) + 2 * np.multiply.outer(x, x),
            np.array([[0.3, -1.2], [1.9, 0.4]]),
        ),
    ],
    ids=["number", "number, operator", "array, operator", "array"],
)
def test_every_shape_of_input_works(df: Function, hess: Function, x: Any) -> None:
    """The Hessian has the shape of x, twice."""
    assert PASSES == outcome(gc.check_hessian(df, hess, x))


def test_a_diagonal_is_enough_for_a_separable_function() -> None:
    """As in check, and said in a note."""
    result = gc.check_hessian(np.cos, lambda x: -np.sin(x), X)

    assert PASSES == outcome(result)
    assert "df acts elementwise: hess is compared with the diagonal" in notes(result)


@pytest.mark.parametrize(
    ("hess", "operator"),
    [
        (lambda x, scale=1.0: scale * hessian(x), False),
        (lambda x, v, scale=1.0: scale * hessian(x) @ v, True),
        (partial(lambda s, x: s * hessian(x), 1.0), False),
        (partial(lambda s, x, v: s * hessian(x) @ v, 1.0), True),
        (lambda *x: hessian(x[0]), False),
    ],
    ids=["option", "operator with option", "partial", "partial operator", "starred"],
)
def test_an_operator_is_known_by_the_arguments_that_it_needs(
    hess: Function,
    operator: bool,  # noqa: FBT001  (a parameter of the test)
) -> None:
    """Those with a default do not count."""
    result = gc.check_hessian(gradient, hess, X)

    assert PASSES == outcome(result)
    assert operator == ("unit vectors" in notes(result))


@pytest.mark.parametrize("seed", range(10))
def test_right_hessians_of_random_functions_pass(seed: int) -> None:
    """Also where inputs differ by orders of magnitude, and where hess rounds in its own way."""
    random = np.random.default_rng(seed)
    inputs = int(random.integers(2, 60))
    scale = 10.0 ** random.integers(-4, 5, inputs)
    a = random.normal(size=(9, inputs)) / scale / 8

    def df(x: Array) -> Array:
        return np.asarray(np.tanh(a @ x) @ a)

    def hess(x: Array) -> Array:
        return np.asarray((a.T / np.cosh(a @ x) ** 2) @ a)

    x = random.normal(size=inputs) * scale
    assert PASSES == outcome(gc.check_hessian(df, hess, x, seed=seed))
    assert PASSES == outcome(gc.check_hessian(df, applied(hess), x, seed=seed))


# --- wrong ones ----------------------------------------------------------------------------------


@both_forms
def test_a_wrong_hessian_is_accused_not_the_gradient(form: Function) -> None:
    """The finding of a symmetric mistake speaks of hess."""
    result = gc.check_hessian(gradient, form(lambda x: 2 * hessian(x)), points=POINTS)

    assert DISAGREES == outcome(result)
    assert "factor" == codes(result)[0]
    assert result.findings[0].message.startswith("hess is twice the derivative")


def one_wrong(x: Array) -> Array:
    """Return the Hessian with a wrong entry."""
    matrix = hessian(x)
    matrix[0, 2] += 0.25
    return matrix


@both_forms
def test_an_asymmetric_hessian_is_named(form: Function) -> None:
    """With both entries, their values, and the one that differences refute."""
    result = gc.check_hessian(gradient, form(one_wrong), points=POINTS)
    (finding,) = (each for each in result.findings if each.certainty == "A")
    right = hessian(X)

    assert DISAGREES == outcome(result)
    assert "asymmetric" == finding.code
    assert f"hess[0, 2] = {right[0, 2] + 0.25:.9g}, but hess[2, 0] = " in finding.message
    assert "differences refute hess[0, 2]" in finding.message
    assert finding.entries[:2] == (2, 8)
    assert "not-a-gradient" not in codes(result)


def test_the_upper_triangle_alone_is_asymmetric() -> None:
    """As from an algorithm that fills one half; the number of pairs is told."""
    result = gc.check_hessian(gradient, lambda x: np.triu(hessian(x)), X)

    assert DISAGREES == outcome(result)
    assert "asymmetric" == codes(result)[0]
    assert "(6 such pairs)" in result.findings[0].message


@both_forms
def test_a_field_without_potential_is_no_gradient(form: Function) -> None:
    """Although what is claimed agrees with differences in every entry."""
    result = gc.check_hessian(field, form(field_jacobian), X)

    assert (result.entries.verdict == 0).all()
    assert DISAGREES == outcome(result)
    assert ["not-a-gradient"] == codes(result)
    assert "check f, df first" in result.message
    assert "∂df[" in result.findings[0].message


def test_a_symmetric_claim_does_not_make_a_gradient() -> None:
    """The gradient is to blame, whatever is claimed of it."""
    result = gc.check_hessian(
        field, lambda x: (field_jacobian(x) + field_jacobian(x).T) / 2, points=POINTS
    )

    assert DISAGREES == outcome(result)
    assert ["not-a-gradient"] == codes(result)


@pytest.mark.parametrize("digits", [3, 5, 7])
def test_noise_does_not_make_a_gradient_a_field(digits: int) -> None:
    """Where the differences of df are rough, so are the differences between them."""
    result = gc.check_hessian(lambda x: np.round(gradient(x), digits), hessian, points=POINTS)
    wrong = gc.check_hessian(lambda x: np.round(gradient(x), digits), lambda x: -hessian(x), X)

    assert "not-a-gradient" not in codes(result)
    assert Verdict.FAIL is not result.verdict
    assert "not-a-gradient" not in codes(wrong)


def test_a_hessian_in_float32_is_not_called_asymmetric() -> None:
    """Its halves differ by their rounding."""
    for seed in range(4):

        def rounded(x: Array, seed: int = seed) -> Array:
            noise = np.random.default_rng(seed).normal(size=(4, 4))
            return np.asarray((hessian(x) * (1 + 6e-8 * noise)).astype(np.float32))

        tolerant, strict = (gc.check_hessian(gradient, rounded, X, rtol=r) for r in (1e-6, None))

        assert PASSES == outcome(tolerant)
        assert (rounded(X) != rounded(X).T).any()
        assert "asymmetric" not in codes(strict)


# --- operators -----------------------------------------------------------------------------------


def test_a_product_that_is_not_linear_is_named() -> None:
    """As for a JVP, in words about hess."""
    squared = gc.check_hessian(gradient, lambda x, v: hessian(x) @ v**2, X)
    affine = gc.check_hessian(gradient, lambda x, v: hessian(x) @ v + gradient(x), X)

    assert DISAGREES == outcome(squared) == outcome(affine)
    assert ["not-linear"] == codes(squared) == codes(affine)
    assert "hess is not linear in v" in squared.message
    assert "hess is affine in v" in affine.message


def test_swapped_arguments_are_recognised() -> None:
    """hess(v, x) instead of hess(x, v)."""
    result = gc.check_hessian(gradient, lambda v, x: hessian(x) @ v, X)

    assert ["argument-order"] == codes(result)


def test_many_inputs_cost_few_evaluations_of_the_gradient() -> None:
    """Along random vectors, with symmetry tested by products."""
    result = gc.check_hessian(long_gradient, long_product, LONG)

    assert PASSES == outcome(result)
    assert result.evaluations <= 250
    assert "3 random vectors v instead of 5,000" in notes(result)
    assert "hess is symmetric" in notes(result)


def test_an_asymmetric_operator_is_found_among_many_inputs() -> None:
    """By products with random vectors, although no matrix is at hand."""

    def lopsided(x: Array, v: Array) -> Array:
        spot = np.arange(MANY) == 2345
        return np.asarray(long_product(x, v) + 1e-3 * spot * np.roll(v, 1))

    result = gc.check_hessian(long_gradient, lopsided, LONG, directions=1)

    assert DISAGREES == outcome(result)
    assert ["asymmetric"] == codes(result)
    assert "w · hess(x, v) =" in result.findings[0].message


# --- faults --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("df", "hess"),
    [
        (gradient, lambda x: 2 * hessian(x)),
        (gradient, lambda x, v: 2 * hessian(x) @ v),
        (gradient, lambda x: hessian(x)[0]),
        (field, field_jacobian),
        (lambda x: float(np.sum(x)), hessian),
    ],
    ids=["matrix", "operator", "shape", "field", "function"],
)
def test_a_failing_hessian_is_told_in_its_own_words(df: Function, hess: Function) -> None:
    """Differences are of df, the derivative is hess, and the recipe asks the same again."""
    wrong = gc.check_hessian(df, hess, X)
    told = str(wrong)

    assert wrong.verdict is Verdict.FAIL
    assert "to reproduce: gc.check_hessian(df, hess, x) with" in told
    assert f"{wrong.evaluations} evaluation" in told
    assert " of df" in told
    assert "∂f" not in told


def test_a_gradient_of_another_shape_is_told() -> None:
    """Such as the function itself in the place of its gradient."""
    result = gc.check_hessian(lambda x: np.sum(x**2), hessian, X)

    assert (Verdict.FAIL, Reason.WRONG_SHAPE) == outcome(result)
    assert "df must return the shape of x, (4,), got (): is it the function itself?" == (
        result.message
    )


@pytest.mark.parametrize(
    ("hess", "reason", "words"),
    [
        (lambda x: hessian(x)[0], Reason.WRONG_SHAPE, "hess must return the shape (4, 4)"),
        (lambda x, v: hessian(x) * v, Reason.WRONG_SHAPE, "hess must return x's shape (4,)"),
        (lambda x: hessian(x) * np.nan, Reason.NOT_FINITE, "hess is not finite where df is"),
        (lambda x, v: hessian(x) @ v * np.inf, Reason.NOT_FINITE, "hess is not finite"),
        (lambda _: 1 / 0, Reason.RAISED, "hess raised ZeroDivisionError"),
        (lambda _x, _v: 1 / 0, Reason.RAISED, "hess raised ZeroDivisionError"),
    ],
)
def test_a_fault_of_the_hessian_is_told(hess: Function, reason: Reason, words: str) -> None:
    """In words about hess."""
    result = gc.check_hessian(gradient, hess, X)

    assert (Verdict.FAIL, reason) == outcome(result)
    assert words in result.message


def test_where_the_gradient_has_no_value_nothing_can_be_told() -> None:
    """The gradient is what is differentiated here."""
    for hess in (hessian, applied(hessian)):
        result = gc.check_hessian(lambda x: np.full_like(x, np.nan), hess, X)
        assert (Verdict.INCONCLUSIVE, Reason.NOT_FINITE) == outcome(result)
        assert result.message.startswith("df is not finite at x")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((gradient, None, X), "hess must be a function"),
        ((3, hessian, X), "df must be a function"),
        ((gradient, hessian, None), "check_hessian: give either x or points"),
        ((gradient, hessian, {"a": X}), "check_hessian needs an x that is a number or an array"),
        ((lambda _: "text", hessian, X), "df must return a number"),
        ((gradient, lambda _: "text", X), "gradient: hess must return a number"),
    ],
)
def test_what_cannot_be_used_is_an_error(arguments: Any, words: str) -> None:
    """In words about df and hess."""
    with pytest.raises(gc.CaseError, match=words):
        gc.check_hessian(*arguments)


def test_words_of_the_user_are_left_alone() -> None:
    """An exception that speaks of f and df still does."""

    def raising(_: Array) -> Array:
        raise ValueError("f and df of x")

    result = gc.check_hessian(gradient, raising, X)

    assert "hess raised ValueError: f and df of x at x = [" in result.message
