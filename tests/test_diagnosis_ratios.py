"""Mistakes that show in claimed / true are named, at three points and at one, and no others are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gradcheck as gc

Array = npt.NDArray[Any]
Function = Callable[[Any], Any]

RNG = np.random.default_rng(2024)
A, B = RNG.normal(size=(11, 7)), RNG.normal(size=11)
W = RNG.normal(size=(4, 6))
SEVEN = [RNG.normal(size=7) for _ in range(3)]
SIX = [RNG.uniform(0.2, 2, size=6) for _ in range(3)]
MATRICES = [RNG.normal(size=(3, 5)) for _ in range(3)]
NUMBERS = [0.7, 1.3, 2.2]
RATIOS = {
    "sign", "factor", "log-base", "units", "block-factor", "zero", "chain-factor", "outer-factor",
    "log-parameter", "power-rule", "expects-output", "abs", "square", "repeated-index",
}  # fmt: skip


def squares(x: Array) -> float:
    """Return half the sum of squared residuals."""
    return float(0.5 * np.sum((A @ x - B) ** 2))


def gradient(x: Array) -> Array:
    """Return the derivative of `squares`."""
    return np.asarray(A.T @ (A @ x - B))


def sigmoid(x: Any) -> Any:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-x))


def layer(x: Array) -> Array:
    """Return sigmoid(W x)."""
    return np.asarray(sigmoid(W @ x))


def layer_jacobian(x: Array) -> Array:
    """Return the derivative of `layer`."""
    y = layer(x)
    return np.asarray((y * (1 - y))[:, None] * W)


def found(f: Function, df: Function, points: Any, **hints: Any) -> list[tuple[str, str]]:
    """Return certainty and code of each finding."""
    result = gc.check(f, df, points=points, **hints)
    assert result.verdict is gc.Verdict.FAIL
    return [(finding.certainty, finding.code) for finding in result.findings]


CONSTANTS = {
    -1.0: ("A", "sign"),
    2.0: ("A", "factor"),
    0.5: ("A", "factor"),
    -2.0: ("B", "factor"),
    7.0: ("B", "factor"),
    1 / 7: ("B", "factor"),
    10.0: ("B", "factor"),
    np.log(10): ("A", "log-base"),
    1 / np.log(2): ("A", "log-base"),
    180 / np.pi: ("A", "units"),
    1 / (2 * np.pi): ("A", "units"),
    1000.0: ("B", "units"),
    0.3048: ("A", "units"),
    1.2345: ("B", "block-factor"),
}


@pytest.mark.parametrize("count", [3, 1])
@pytest.mark.parametrize(("factor", "expected"), CONSTANTS.items())
def test_a_constant_factor_is_named(factor: float, expected: tuple[str, str], count: int) -> None:
    """One point is enough for a constant if it has several entries."""
    findings = found(squares, lambda x: factor * gradient(x), SEVEN[:count])

    assert [expected] == findings


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.83, "keep"), (1 / 0.83, "1/keep"), (-0.83, "-keep"), (1 - 0.83, "1 - keep"),
        (1 / (1 - 0.83), "1/(1 - keep)"), (0.83**0.5, "√keep"), (0.83**2, "keep²"),
        (0.83 * 0.017, "keep · dt"), (0.017 / 0.83, "dt / keep"),
    ],
)  # fmt: skip
def test_the_callers_constants_are_named(factor: float, words: str) -> None:
    """What the caller calls a number is what the finding calls it."""
    constants = {"keep": 0.83, "dt": 0.017}
    result = gc.check(squares, lambda x: factor * gradient(x), points=SEVEN, constants=constants)

    assert "factor" == result.findings[0].code
    assert f"df is {words} times the derivative" == result.findings[0].message


def test_a_size_of_two_makes_a_factor_of_two_doubtful() -> None:
    """With two inputs, a factor 2 may be their number: both are told, neither is sure."""
    points = [RNG.normal(size=2) for _ in range(3)]
    result = gc.check(
        lambda x: x @ x + np.sin(x).sum(), lambda x: 2 * (2 * x + np.cos(x)), points=points
    )

    assert [("B", "factor")] * 2 == [(each.certainty, each.code) for each in result.findings]
    assert "the number of inputs" in result.findings[1].message


def test_x_of_two_makes_a_factor_of_two_doubtful() -> None:
    """At x = 2 alone, a factor 2 may be a factor x."""
    findings = found(np.sin, lambda x: 2 * np.cos(x), [2.0])

    assert {("B", "factor"), ("B", "log-parameter")} <= set(findings)
    assert "A" not in {certainty for certainty, _ in findings}


def test_a_quotient_of_sizes_is_named() -> None:
    """An average over the wrong axis is off by the ratio of two lengths."""
    result = gc.check(lambda x: np.sin(x).sum(), lambda x: np.cos(x) * 3 / 5, points=MATRICES)

    assert "3 is the length of axis 0 of x" in result.findings[0].message


@pytest.mark.parametrize("count", [3, 1])
def test_overwritten_entries_are_named(count: int) -> None:
    """Entries of 1/2 and 1/3 of the truth look like an index that is repeated."""
    counts = np.array([1, 2, 1, 3, 1, 1, 2])

    findings = found(squares, lambda x: gradient(x) / counts, SEVEN[:count])

    assert [("B", "repeated-index")] == findings


def test_weighted_shares_of_a_repeated_index_may_be_overwritten() -> None:
    """A constant of its own for each of a few entries, at several points, has two names."""
    shares = np.array([1, 0.27, 1, 0.61, 1, 1, 1])

    assert [("B", "block-factor"), ("B", "repeated-index")] == found(
        squares, lambda x: gradient(x) * shares, SEVEN
    )


def test_many_entries_with_the_same_share_are_no_repeated_index() -> None:
    """That an index occurs seven times each time is less likely than a factor 1/7."""
    shares = np.where(np.arange(7) < 5, 1 / 7, 1)

    findings = found(squares, lambda x: gradient(x) * shares, SEVEN)

    assert [("B", "factor")] == findings


def test_two_constants_at_one_point_are_told() -> None:
    """Three entries or more of the same ratio make it a constant even at a single point."""
    scale = np.where(np.arange(7) < 3, 4, 2)

    assert [("B", "block-factor")] == found(squares, lambda x: gradient(x) * scale, SEVEN[:1])


def test_a_chain_factor_on_scattered_entries_is_not_sure() -> None:
    """A factor of a few entries here and there has other causes than a forgotten derivative."""
    some = np.isin(np.arange(7), [1, 2, 4, 6])

    findings = found(squares, lambda x: gradient(x) * np.where(some, np.exp(x), 1), SEVEN)

    assert [("B", "chain-factor")] == findings


def test_a_sign_that_only_negative_derivatives_lack_is_not_sure() -> None:
    """Where just the negative entries are wrong, few of them, a sign is no better than a size."""
    x = next(x for x in SEVEN if 2 <= (gradient(x) < 0).sum() <= 5)

    assert [("B", "abs"), ("B", "sign")] == found(squares, lambda x: np.abs(gradient(x)), [x])


def test_half_of_one_entry_has_two_causes() -> None:
    """A missing factor 2, or an overwritten index: neither is sure."""
    halved = np.array([1, 1, 1, 0.5, 1, 1, 1])

    findings = found(squares, lambda x: gradient(x) * halved, SEVEN)

    assert [("B", "repeated-index"), ("B", "factor")] == findings


def test_a_constant_for_each_entry_needs_several_points() -> None:
    """A forgotten mass matrix is a constant an entry; at one point it could be anything."""
    mass = RNG.uniform(0.3, 3, size=7)

    findings = [found(squares, lambda x: mass * gradient(x), SEVEN[:count]) for count in (3, 1)]

    assert [[("B", "block-factor")], [("C", "place")]] == findings


@pytest.mark.parametrize("count", [3, 1])
def test_a_constant_for_each_column_of_a_matrix_is_found(count: int) -> None:
    """One constant for each feature explains all rows of x."""
    scales = np.array([1.3, 2.3, 4.5, 0.1, 0.7])
    result = gc.check(
        lambda x: np.sin(x).sum(), lambda x: np.cos(x) * scales, points=MATRICES[:count]
    )

    assert "block-factor" == result.findings[0].code
    assert "for each index of axis 1 of x (1.3, 2.3, 4.5, 0.1, ...)" in result.findings[0].message


def test_zeros_are_named_and_where() -> None:
    """Zeros everywhere are sure; zeros here and there have other causes as well."""
    mask = np.array([1, 0, 1, 1, 0, 1, 1])

    assert [("A", "zero")] == found(squares, lambda x: 0 * x, SEVEN[:1])
    assert [("B", "zero")] == found(squares, lambda x: mask * gradient(x), SEVEN)


@pytest.mark.parametrize("count", [3, 1])
@pytest.mark.parametrize(
    ("g", "factor"),
    [
        (np.square, "2 x"), (np.exp, "e^x"), (np.sin, "cos x"), (np.sqrt, "1/(2 √x)"),
        (np.tanh, "sech² x"), (sigmoid, "sigmoid'(x)"), (lambda x: 1 / x, "-1/x²"),
    ],
)  # fmt: skip
def test_a_forgotten_inner_derivative_is_named(g: Function, factor: str, count: int) -> None:
    """The derivative of f(g(x)) without g'(x) is told to lack g'(x)."""
    result = gc.check(
        lambda x: np.sum(np.sin(g(x)) + g(x) ** 2 / 5),
        lambda x: np.cos(g(x)) + 2 * g(x) / 5,
        points=SIX[:count],
    )

    assert [("A", "chain-factor")] == [(each.certainty, each.code) for each in result.findings]
    assert factor in result.findings[0].message


def test_an_inner_derivative_with_an_unknown_constant_is_found() -> None:
    """The 6 x that sin(3 x²) needs is fitted, and said with its 6."""
    result = gc.check(lambda x: np.sin(3 * x**2), lambda x: np.cos(3 * x**2), points=NUMBERS)

    assert ("B", "chain-factor") == (result.findings[0].certainty, result.findings[0].code)
    assert "the factor 6 x is missing" in result.findings[0].message


@pytest.mark.parametrize("count", [3, 1])
@pytest.mark.parametrize(
    ("df", "factor"),
    [
        (sigmoid, "1 - f"), (lambda x: 1 - sigmoid(x), "f"),
        (lambda x: sigmoid(x) * (1 + sigmoid(x)), "(1 + f) / (1 - f)"),
    ],
)  # fmt: skip
def test_a_wrong_derivative_of_the_sigmoid_is_named(df: Function, factor: str, count: int) -> None:
    """What lacks, or is too much, is told in terms of f."""
    result = gc.check(sigmoid, df, points=SIX[:count])

    assert ("A", "chain-factor") == (result.findings[0].certainty, result.findings[0].code)
    assert factor in result.findings[0].message


@pytest.mark.parametrize("count", [3, 1])
def test_the_activation_of_a_layer_is_named(count: int) -> None:
    """Each row of the Jacobian lacks a function of its own output."""
    result = gc.check(layer, lambda x: W + 0 * x, points=SIX[:count])

    assert [("A", "chain-factor")] == [(each.certainty, each.code) for each in result.findings]
    assert "the factor f (1 - f) is missing" in result.findings[0].message


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (lambda x: x, [("A", "log-parameter")]),
        (lambda x: 1 / x, [("B", "log-parameter"), ("B", "chain-factor")]),
        (lambda x: x * np.log(10), [("A", "log-parameter")]),
    ],
)
def test_derivatives_by_the_logarithm_are_named(
    scale: Function, expected: list[tuple[str, str]]
) -> None:
    """A factor x, or x ln 10; a factor 1/x may be a forgotten inner derivative as well."""
    for count in (3, 1):
        findings = found(lambda x: np.sin(x).sum(), lambda x: np.cos(x) * scale(x), SIX[:count])
        assert expected == findings


@pytest.mark.parametrize(
    ("df", "words"),
    [
        (lambda x: 3 * x**3, "keeps the exponent"),
        (lambda x: 3 * x, "lowers the exponent twice"),
        (lambda x: x**2, "loses the factor 3"),
        (lambda x: x**3, "not differentiated"),
        (lambda x: x**4 / 4, "the integral"),
    ],
)
@pytest.mark.parametrize("points", [SIX, SIX[:1], NUMBERS, NUMBERS[:1]])
def test_a_wrong_power_rule_is_named(df: Function, words: str, points: Any) -> None:
    """A function x³ is recognised from its derivative by differences, even at one number."""
    result = gc.check(lambda x: x**3, df, points=points)

    assert ("A", "power-rule") == (result.findings[0].certainty, result.findings[0].code)
    assert words in result.findings[0].message


@pytest.mark.parametrize("count", [3, 1])
@pytest.mark.parametrize(
    ("f", "factor"),
    [
        (lambda x: np.sqrt(squares(x)), "1/(2 f)"),
        (lambda x: np.log(squares(x)), "1/e^f"),
        (lambda x: np.exp(squares(x) / 100), "f/100"),
    ],
)
def test_a_forgotten_outer_derivative_is_named(f: Function, factor: str, count: int) -> None:
    """All entries of a point lack the same function of f: sure from two points on."""
    inner = 100 if factor == "f/100" else 1
    result = gc.check(f, lambda x: gradient(x) / inner, points=SEVEN[:count])

    sure = "A" if count > 1 else "B"
    assert [(sure, "outer-factor")] == [(each.certainty, each.code) for each in result.findings]
    assert factor.removesuffix("/100") in result.findings[0].message


def test_an_unknown_outer_factor_is_found_at_several_points() -> None:
    """The same unknown number for all entries of a point is a factor; at one point, a constant."""

    def f(x: Array) -> float:
        return float(np.sin(squares(x)))

    assert [("B", "outer-factor")] == found(f, gradient, SEVEN)
    assert [("B", "block-factor")] == found(f, gradient, SEVEN[:1])


@pytest.mark.parametrize("points", [SIX, SIX[:1], NUMBERS, NUMBERS[:1]])
@pytest.mark.parametrize(
    ("f", "df"),
    [
        (sigmoid, lambda y: y * (1 - y)),
        (np.tanh, lambda y: 1 - y * y),
        (np.arctan, lambda y: np.cos(y) ** 2),
    ],
)
def test_a_formula_in_terms_of_the_output_is_named(f: Function, df: Function, points: Any) -> None:
    """That df(f(x)) is the derivative is found by asking df."""
    assert ("A", "expects-output") == found(f, df, points)[0]


def test_a_formula_that_is_wrong_for_the_output_too_is_not_named_so() -> None:
    """Where df(f(x)) is not the derivative, nothing is said of the output."""
    findings = found(sigmoid, lambda x: x * (1 - x) + 0.01 * x**3, SIX)

    assert "expects-output" not in {code for _, code in findings}


def test_a_lost_sign_and_a_square_are_named() -> None:
    """All signs are lost, the right ones are none; a square is one at all sizes."""
    assert [("A", "abs")] == found(squares, lambda x: np.abs(gradient(x)), SEVEN)
    assert [("A", "square")] == found(squares, lambda x: gradient(x) ** 2, SEVEN)


def test_a_wrong_sign_is_not_a_square_where_the_derivative_is_one() -> None:
    """With derivatives of -1, a square would be a claim of 1, and is not told.

    Nor is the sign sure: the absolute value of what is below 0 everywhere looks the same.
    """
    findings = found(lambda x: -x.sum(), np.ones_like, SIX)

    assert [("B", "sign")] == findings


def test_a_wrong_sign_of_some_entries_is_no_absolute_value() -> None:
    """If other negative derivatives are right, no sign was lost."""
    point = SEVEN[0]
    negative = np.flatnonzero(gradient(point) < 0)
    flipped = np.ones(7)
    flipped[negative[0]] = -1

    findings = found(squares, lambda x: flipped * gradient(x), [point])

    assert len(negative) > 1
    assert "abs" not in {code for _, code in findings}


def test_nothing_is_named_where_error_bars_are_wide() -> None:
    """In values of few digits, 1.1 times the derivative agrees with too much."""

    def rough(x: float) -> float:
        return round(float(np.sin(3 * x)), 4)

    result = gc.check(rough, lambda x: 3.3 * np.cos(3 * x), points=[0.3])

    assert not {each.code for each in result.findings} & RATIOS


@pytest.mark.parametrize("count", [3, 1])
@pytest.mark.parametrize(
    "df",
    [
        lambda x: gradient(x) + 0.1 * np.sin(3 * x.sum() + np.arange(7)),
        lambda x: gradient(x) * (1 + 0.1 * np.cos(x.sum() + np.arange(7))),
        lambda x: gradient(x) - 0.3 * x,
        lambda x: gradient(x) + 0.7,
        lambda x: np.roll(gradient(x), 1),
        lambda x: gradient(x * 1.01),
        lambda x: gradient(x).astype(np.float32).astype(np.float64),
        lambda x: A[0] + 0 * x,
    ],
)
def test_other_mistakes_are_not_taken_for_factors(df: Function, count: int) -> None:
    """Noise, terms, other orders, other arguments and rounding are no ratios."""
    assert not {code for _, code in found(squares, df, SEVEN[:count])} & RATIOS


def test_a_branch_is_no_factor_of_everything() -> None:
    """A wrong slope for negative x is not told as a factor with certainty."""
    points = [RNG.normal(size=8) for _ in range(3)]

    findings = found(
        lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1.0, 0.1), points
    )

    assert not {code for certainty, code in findings if certainty == "A"} & RATIOS


@settings(max_examples=10, deadline=None, derandomize=True)
@given(
    factor=st.floats(-50, 50).filter(lambda c: abs(c) > 1e-3),
    x=st.lists(st.floats(0.1, 3), min_size=3, max_size=5),
)
def test_every_constant_factor_is_some_factor(factor: float, x: list[float]) -> None:
    """Whatever the constant, the first finding is a constant factor with its number."""
    assume(abs(factor - 1) > 1e-3)
    point = np.array(x)

    codes = {
        code
        for _, code in found(
            lambda x: np.sum(np.sin(x) + 3 * x), lambda x: factor * (np.cos(x) + 3), [point]
        )
    }

    assert codes & {"factor", "sign", "units", "log-base", "block-factor"}


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**31))
def test_random_claims_have_no_name(seed: int) -> None:
    """Numbers that have nothing to do with the derivative are not taken for a ratio."""
    random = np.random.default_rng(seed)
    claims = {point.tobytes(): random.normal(size=7) for point in SEVEN}

    def df(x: Array) -> Array:
        return claims.get(x.tobytes(), np.ones(7))

    assert not {code for _, code in found(squares, df, SEVEN)} & RATIOS


@pytest.mark.parametrize("unit", [0.3048, 0.0254, 2 * np.pi])
def test_a_unit_is_named_in_both_directions(unit: float) -> None:
    """Units that are mixed up are named in words whether df is too large or too small by them."""
    points = [[0.3, 0.7, 1.9], [1.2, -0.4, 0.6], [0.2, 0.9, -1.1]]

    found = [
        gc.check(lambda x: np.sin(x).sum(), lambda x, k=k: k * np.cos(x), points=points).findings[0]
        for k in (unit, 1 / unit)
    ]

    assert [finding.code for finding in found] == ["units", "units"]
    assert all(finding.message.endswith("mixed up") for finding in found)
