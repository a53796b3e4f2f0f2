"""What a check says of pairs of every shape, right and wrong, at one point and at several."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import gradcheck as gc
from gradcheck.verdict.result import Reason, Result, Results, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)
KINK = (Verdict.INCONCLUSIVE, Reason.KINK)

X = np.array([0.31, -1.72, 2.23])
M = np.array([[0.4, -1.3, 0.9], [2.1, 0.7, -0.6]])


def check(*arguments: Any, **options: Any) -> Result:
    """Check one pair."""
    result = gc.check(*arguments, **options)
    assert isinstance(result, Result)
    return result


def outcome(result: Result) -> tuple[Verdict, Reason]:
    """Return what a result comes to."""
    return result.verdict, result.reason


def failing(result: Result) -> list[tuple[int, int]]:
    """Return output and input of the entries that fail."""
    rows = np.flatnonzero(result.entries.verdict == 2)
    outputs, inputs = result.entries.output[rows], result.entries.input[rows]
    return list(zip(outputs.tolist(), inputs.tolist(), strict=True))


def off_at(df: Function, row: int, factor: float = 1.5) -> Function:
    """Return df with one entry wrong."""

    def wrong(x: Any) -> Array:
        claimed = np.array(df(x), dtype=float)
        claimed.flat[row] *= factor
        return claimed

    return wrong


# --- shapes --------------------------------------------------------------------------------------

SHAPES: dict[str, tuple[Function, Function, Any, tuple[int, int]]] = {
    # f, df, x, and the numbers of outputs and inputs
    "number to number": (math.atan, lambda x: 1 / (1 + x * x), 0.73, (1, 1)),
    "number to vector": (
        lambda t: np.array([np.cos(t), np.sin(t), t * t]),
        lambda t: np.array([-np.sin(t), np.cos(t), 2 * t]),
        0.73,
        (3, 1),
    ),
    "vector to number": (lambda x: x @ x, lambda x: 2 * x, X, (1, 3)),
    "vector to vector": (lambda x: M @ np.exp(x), lambda x: M * np.exp(x), X, (2, 3)),
    "matrix to number": (lambda a: np.sum(a**3), lambda a: 3 * a**2, M, (1, 6)),
    "matrix to vector": (
        lambda a: np.sin(a).sum(axis=1),
        lambda a: np.einsum("ik,kj->ikj", np.eye(2), np.cos(a)),
        M,
        (2, 6),
    ),
    "vector to matrix": (
        lambda x: np.outer(x, np.sin(x)),
        lambda x: (
            np.einsum("ik,j->ijk", np.eye(3), np.sin(x))
            + np.einsum("jk,i->ijk", np.eye(3) * np.cos(x), x)
        ),
        X,
        (9, 3),
    ),
    "matrix to matrix": (
        lambda a: a @ a.T,
        lambda a: np.einsum("ik,jl->ijkl", np.eye(2), a) + np.einsum("jk,il->ijkl", np.eye(2), a),
        M,
        (4, 6),
    ),
}
every_shape = pytest.mark.parametrize("name", SHAPES)


@every_shape
def test_right_derivatives_pass(name: str) -> None:
    """There is an entry for each output and input, in this order."""
    f, df, x, (outputs, inputs) = SHAPES[name]
    result = check(f, df, x)

    assert PASSES == outcome(result)
    assert np.repeat(np.arange(outputs), inputs).tolist() == result.entries.output.tolist()
    assert list(range(inputs)) * outputs == result.entries.input.tolist()
    np.testing.assert_array_equal(np.ravel(df(x)), result.entries.analytic)
    np.testing.assert_allclose(result.entries.numeric, np.ravel(df(x)), rtol=1e-8, atol=1e-8)
    assert np.shape(f(x)) == result.output_shape


@every_shape
def test_numeric_is_what_differentiate_says(name: str) -> None:
    """One estimator for both."""
    f, df, x, _ = SHAPES[name]
    found, entries = gc.differentiate(f, x), check(f, df, x).entries

    np.testing.assert_array_equal(found.value.ravel(), entries.numeric)
    np.testing.assert_array_equal(found.error_bar.ravel(), entries.error_bar)


@every_shape
def test_a_wrong_entry_is_found_and_no_other(name: str) -> None:
    """Each in its turn, where its derivative is not zero."""
    f, df, x, (_, inputs) = SHAPES[name]
    for row in np.flatnonzero(np.ravel(df(x))).tolist():
        result = check(f, off_at(df, row), x)

        assert DISAGREES == outcome(result)
        assert [divmod(row, inputs)] == failing(result)


@pytest.mark.parametrize(
    "name", [name for name, (_, df, x, _) in SHAPES.items() if np.ndim(df(x)) > 1]
)
def test_a_transposed_derivative_is_no_derivative(name: str) -> None:
    """A wrong shape is told, unless both orders have the same one: then the numbers differ."""
    f, df, x, _ = SHAPES[name]
    result = check(f, lambda x: np.transpose(df(x)), x)

    expected = Reason.DISAGREES if df(x).shape == df(x).T.shape else Reason.WRONG_SHAPE
    assert (Verdict.FAIL, expected) == outcome(result)


# --- elementwise pairs ---------------------------------------------------------------------------


def swish_slope(x: Array) -> Array:
    """Return the derivative of x / (1 + e⁻ˣ)."""
    s = 1 / (1 + np.exp(-x))
    return np.asarray(s * (1 + x * (1 - s)))


ELEMENTWISE: dict[str, tuple[Function, Function]] = {
    "sin": (np.sin, np.cos),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(float)),
    "a gate": (lambda x: x / (1 + np.exp(-x)), swish_slope),
}


@pytest.mark.parametrize("shape", [(5,), (2, 3), (1, 2, 2)])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_elementwise_pair_is_compared_entry_by_entry(name: str, shape: tuple[int, ...]) -> None:
    """At about the cost of one number, whatever the shape."""
    f, df = ELEMENTWISE[name]
    x = np.random.default_rng(len(shape)).uniform(-2, 2, shape)
    result = check(f, df, x)
    largest = int(x.argmax())
    wrong = check(f, off_at(df, largest), x)

    assert PASSES == outcome(result)
    assert result.elementwise
    assert x.size == len(result.entries)
    assert result.evaluations <= 40
    assert [(largest, largest)] == failing(wrong)


def test_what_mixes_its_inputs_is_not_elementwise() -> None:
    """A diagonal is not the derivative of a softmax, and the message asks for the Jacobian."""

    def softmax(x: Array) -> Array:
        return np.asarray(np.exp(x) / np.exp(x).sum())

    result = check(softmax, lambda x: softmax(x) * (1 - softmax(x)), X)

    assert (Verdict.FAIL, Reason.WRONG_SHAPE) == outcome(result)
    assert "(3, 3)" in result.message


# --- several points, and none --------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_failure_at_one_point_is_a_failure(place: int) -> None:
    """Whichever it is; the message says at which."""
    points = [0.734, 1.912, -2.31]
    result = check(np.sin, lambda x: np.cos(x) + (abs(x - points[place]) < 0.1), points=points)

    assert DISAGREES == outcome(result)
    assert f"x = {points[place]}" in result.message
    assert place == result.table["point"].iloc[0]
    assert ["fail", "pass", "pass"] == [str(v) for v in result.table["verdict"]]


def test_a_failure_outweighs_doubt_and_faults() -> None:
    """FAIL at one point, a kink at another, no value at the third."""
    result = check(
        lambda x: np.abs(x) + np.log(x + 2) * 0,
        lambda x: np.sign(x) + (x > 1),
        points=[0.0, 1.7, -3.0],
    )

    assert DISAGREES == outcome(result)
    assert {0, 1} == set(result.entries.point.tolist())


def test_points_may_have_different_shapes() -> None:
    """Each is checked for itself."""
    result = check(lambda x: np.sum(x**2), lambda x: 2 * x, points=[0.7, X, M])

    assert PASSES == outcome(result)
    assert [1, 3, 6] == np.bincount(result.entries.point).tolist()


@pytest.mark.parametrize(
    ("f", "df", "domain"),
    [
        (np.log, lambda x: 1 / x, "(0, inf)"),
        (np.arcsin, lambda x: 1 / np.sqrt(1 - x * x), "(-1, 1)"),
        (np.exp, np.exp, "(-inf, inf)"),
        (lambda x: np.sqrt(-x), lambda x: -0.5 / np.sqrt(-x), "(-inf, 0)"),
        (lambda x: np.log(x[0]) * x[1], lambda x: np.array([x[1] / x[0], np.log(x[0])]),
         ["(0, inf)", "(-3, 5)"]),
    ],
)  # fmt: skip
def test_points_are_made_up_from_the_domain(f: Function, df: Function, domain: Any) -> None:
    """Three of them, in general position, the same each time, and told with the result."""
    result, again = check(f, df, domain=domain), check(f, df, domain=domain)
    wrong = check(f, lambda x: 1.001 * df(x), domain=domain)

    assert PASSES == outcome(result)
    assert DISAGREES == outcome(wrong)
    assert 3 == len(result.case.points) == len({p.tobytes() for p in result.case.points})
    assert not any("general position" in note for note in result.notes)
    np.testing.assert_array_equal(result.case.points, again.case.points)
    pd.testing.assert_frame_equal(result.table, again.table)


@pytest.mark.parametrize(
    ("x", "what"),
    [
        (0.0, "x is 0"),
        (1.0, "|x| is 1"),
        (-1.0, "|x| is 1"),
        (3.0, "x is an integer"),
        ([0.3, 0.0], "an input is 0"),
        ([1.0, -1.0], "all inputs are 1 or -1"),
        ([0.3, -0.3], "inputs have equal sizes"),
        ([2.0, 3.0], "all inputs are integers"),
        (0.3, ""),
        ([0.3, 2.0], ""),
    ],
)
def test_a_point_that_hides_mistakes_is_noted(x: Any, what: str) -> None:
    """With its kind, and the advice to use three points in general position."""
    notes = [
        note
        for note in check(lambda x: np.sum(np.exp(x)), np.exp, x).notes
        if "general position" in note
    ]

    assert bool(what) == bool(notes)
    assert all(what in note for note in notes)


def test_one_general_point_is_enough_to_say_nothing() -> None:
    """The others may be special."""
    result = check(np.exp, np.exp, points=[0.0, 1.0, 0.734])

    assert not any("general position" in note for note in result.notes)


# --- tolerance -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "rtol", "verdict"),
    [
        (1e-4, 1e-3, Verdict.PASS),
        (1e-2, 1e-3, Verdict.FAIL),
        (1e-7, 1e-8, Verdict.FAIL),
        (1e-9, 1e-8, Verdict.PASS),
        (0.3, 0.5, Verdict.PASS),
    ],
)
def test_a_given_tolerance_is_what_counts(error: float, rtol: float, verdict: Verdict) -> None:
    """Relative to each entry, the small ones as well."""
    scales = np.array([1e-3, 1.0, 50.0])
    result = check(
        lambda x: np.sum(scales * np.exp(x)),
        lambda x: scales * np.exp(x) * (1 + error),
        np.array([0.31, -1.72, 0.23]),
        rtol=rtol,
    )

    assert verdict is result.verdict


def test_a_question_finer_than_the_bar_is_open() -> None:
    """Asked for 1e-10 of a function that has six decimals, nothing can be said."""
    result = check(lambda x: np.round(np.exp(x), 6), np.exp, 0.734, rtol=1e-10)

    assert (Verdict.INCONCLUSIVE, Reason.NOISE) == outcome(result)


# --- kinks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "verdict", "said"),
    [
        (-0.5, Verdict.INCONCLUSIVE, "df gives the left one"),
        (2.0, Verdict.INCONCLUSIVE, "df gives the right one"),
        (0.25, Verdict.INCONCLUSIVE, "a valid subgradient"),
        (2.5, Verdict.FAIL, "not between them"),
        (-1.0, Verdict.FAIL, "not between them"),
    ],
)
def test_a_kink_is_told_with_both_slopes(claimed: float, verdict: Verdict, said: str) -> None:
    """And where the claimed value stands between them."""
    result = check(lambda x: np.maximum(-0.5 * x, 2 * x), lambda _: claimed, 0.0)

    assert (verdict, Reason.KINK) == outcome(result)
    assert "-0.5 to the left" in result.message
    assert "2 to the right" in result.message
    assert said in result.message


@pytest.mark.parametrize(
    ("f", "df", "x"),
    [
        (np.max, lambda _: np.array([1.0, 0.0, 0.0]), np.array([0.7, 0.7, 0.3])),
        (lambda x: np.sum(np.abs(x)), np.sign, np.array([0.0, 0.7, -0.3])),
        (np.linalg.norm, lambda x: x * 0, np.zeros(3)),
        (lambda x: np.abs(np.sin(x)), np.cos, 0.0),
        (lambda x: np.where(x < 1, x**2, 3 * x - 2), lambda _: 2.0, 1.0),
    ],
    ids=["max", "L1", "norm at 0", "rectified wave", "two branches"],
)
def test_a_subgradient_at_a_kink_is_no_mistake(f: Function, df: Function, x: Any) -> None:
    """Nor does it pass: there is no derivative."""
    assert KINK == outcome(check(f, df, x))


@pytest.mark.parametrize(
    ("f", "x"),
    [(np.cbrt, 0.0), (lambda x: np.sqrt(np.abs(x)), 0.0), (np.sign, 0.0), (np.floor, 3.0)],
    ids=["vertical tangent", "cusp", "jump", "step"],
)
def test_where_slopes_have_no_limit_nothing_is_judged(f: Function, x: float) -> None:
    """It is called by its name: no value passes, none fails."""
    for claimed in (0.0, 1.0, -7.0):
        assert KINK == outcome(check(f, lambda _: claimed, x))  # noqa: B023  (called at once)


@pytest.mark.parametrize("domain", ["[0, inf)", None])
@pytest.mark.parametrize(
    ("f", "df"),
    [(np.exp, np.exp), (lambda x: x**2 + 3 * x, lambda x: 2 * x + 3), (np.sin, np.cos)],
    ids=["exp", "parabola", "sin"],
)
def test_at_the_edge_of_its_domain_one_side_is_enough(
    f: Function, df: Function, domain: str | None
) -> None:
    """A function that ends there smoothly has a derivative from the other side."""

    def ending(x: Any) -> Any:
        return f(x) if x >= 0 else math.nan

    assert PASSES == outcome(gc_check_at_zero(ending, df, domain))
    assert Verdict.FAIL is gc_check_at_zero(ending, lambda x: df(x) + 1e-3, domain).verdict


def gc_check_at_zero(f: Function, df: Function, domain: str | None) -> Result:
    """Check at 0."""
    return check(f, df, 0.0) if domain is None else check(f, df, 0.0, domain=domain)


def test_without_usable_steps_the_domain_is_named() -> None:
    """A function with one value only."""
    result = check(lambda x: 1.0 if x == 0.7 else math.nan, lambda _: 0.0, 0.7)

    assert (Verdict.INCONCLUSIVE, Reason.DOMAIN) == outcome(result)


# --- which side is inaccurate --------------------------------------------------------------------


@pytest.mark.parametrize(
    "x",
    [
        1e-4,
        1e-5,
        pytest.param(
            1e-6,
            marks=pytest.mark.xfail(
                reason="next to x the cosine does not change, so df is smooth there: FAIL",
                strict=True,
            ),
        ),
    ],
)
def test_a_derivative_that_loses_its_digits_is_named(x: float) -> None:
    """Of (cos x - 1) / x, four digits are left at 1e-6; the polynomial of f keeps all of them."""

    def df(x: float) -> float:
        return float((np.cos(x) - 1) / x)

    result = check(lambda x: -(x**2) / 4 + x**4 / 96, df, x)

    assert Verdict.FAIL is not result.verdict
    assert (
        Verdict.FAIL is check(lambda x: -(x**2) / 4 + x**4 / 96, lambda x: 1.5 * df(x), x).verdict
    )


@pytest.mark.parametrize("distance", [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-7, 1e-9, 1e-12])
def test_where_f_stands_still_next_to_a_kink_zero_is_right(distance: float) -> None:
    """Beyond the bounds of a clip, and below the larger of two: 0 passes, and 1 does not."""

    def clip(x: float) -> Any:
        return np.clip(x, -1, 1)

    def larger(x: float) -> float:
        return max(x, 0.7)

    for f, x in ((clip, 1 + distance), (clip, -1 - distance), (larger, 0.7 - distance)):
        assert PASSES == outcome(check(f, lambda _: 0.0, x))
        assert DISAGREES == outcome(check(f, lambda _: 1.0, x))


def test_the_gradient_of_a_maximum_over_groups_passes() -> None:
    """Of 400 inputs in groups of four; some groups are nearly tied."""
    x = np.random.default_rng(0).normal(size=(100, 4))
    result = check(
        lambda x: x.max(axis=1).sum(),
        lambda x: (x == x.max(axis=1, keepdims=True)).astype(float),
        x,
    )

    assert PASSES == outcome(result)


def sinc_slope(x: float, at_zero: float) -> float:
    """Return the derivative of sin(πx) / πx, and what somebody wrote for 0."""
    return float((np.cos(np.pi * x) - np.sinc(x)) / x) if x else at_zero


def test_a_wrong_special_case_of_df_is_a_mistake() -> None:
    """The value at exactly one x is all that matters there; its neighbours are fine."""
    assert PASSES == outcome(check(np.sinc, lambda x: sinc_slope(x, 0.0), 0.0))
    assert DISAGREES == outcome(check(np.sinc, lambda x: sinc_slope(x, 1.0), 0.0))


# --- right and wrong, in numbers -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "df", "x"),
    [
        (lambda x: x * x, lambda x: 2 * x, 1e-300),
        (lambda x: x**3, lambda x: 3 * x * x, 1e-120),
        (np.exp, np.exp, -744.0),
        (lambda x: np.exp(-x * x), lambda x: -2 * x * np.exp(-x * x), 27.2),
        (lambda x: 1e-320 * np.sin(x), lambda x: 1e-320 * np.cos(x), 0.7),
        (lambda x: 1e-310 * x, lambda _: 1e-310, 2.5),
    ],
    ids=["a square", "a cube", "exp", "a bell", "a wave", "a line"],
)
def test_what_underflows_is_not_accused(f: Function, df: Function, x: float) -> None:
    """Values that are lost below 1e-308 say nothing of a derivative of that size."""
    assert Verdict.FAIL is not check(f, df, x).verdict


@pytest.mark.parametrize(
    ("f", "df", "x"),
    [
        (lambda x: np.sin(np.pi * x), lambda x: np.pi * np.cos(np.pi * x), 1.0),
        (lambda x: np.sin(2048 * np.pi * x),
         lambda x: 2048 * np.pi * np.cos(2048 * np.pi * x), 0.5),
        (lambda x: np.exp(x) - np.e, np.exp, 1.0),
        (lambda x: x * x - 2, lambda x: 2 * x, math.sqrt(2)),
        (lambda x: (x + 1e8) - 100000000.7, lambda _: 1.0, 0.7),
        (lambda x: M @ x - M @ X, lambda _: M, X),
        (lambda x: np.log(np.sum(np.exp(x))) - np.log(np.sum(np.exp(X))),
         lambda x: np.exp(x) / np.sum(np.exp(x)), X),
    ],
    ids=["a wave", "a fast wave", "a difference", "a parabola", "a shift", "residuals", "a log"],
)  # fmt: skip
def test_a_right_derivative_passes_at_a_zero_of_f(f: Function, df: Function, x: Any) -> None:
    """The rounding of what cancels is the noise there, not that of zero."""
    assert PASSES == outcome(check(f, df, x))


@pytest.mark.parametrize("decimals", [4, 5, 6, 7, 8, 9, 10])
def test_a_right_derivative_of_a_rounded_function_never_fails(decimals: int) -> None:
    """At none of 25 points."""
    for x in np.random.default_rng(5).uniform(0.1, 2.0, 25).tolist():
        result = check(lambda x: np.round(np.exp(x), decimals), np.exp, x)
        assert Verdict.FAIL is not result.verdict, f"x = {x!r}"


@pytest.mark.parametrize(("low", "high"), [(0.5, 1.3), (1.0, 8.0), (0.01, 0.1)])
def test_a_right_derivative_in_single_precision_never_fails(low: float, high: float) -> None:
    """Rounded on its way out: at none of 60 points."""
    for x in np.random.default_rng(1).uniform(low, high, 60).tolist():
        result = check(lambda x: float(np.float32(np.exp(x))), np.exp, x)
        assert Verdict.FAIL is not result.verdict, f"x = {x!r}"


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8])
def test_a_right_derivative_of_an_iteration_hardly_ever_fails(tolerance: float) -> None:
    """Stopped early, its values are off by up to the tolerance, and its slopes by more.

    At 2 of 20 points, at most, no jump is near enough to show it.
    """

    def kepler(mean: float, limit: float) -> float:
        anomaly = mean
        while True:
            following = mean + 0.5 * math.sin(anomaly)
            if abs(following - anomaly) < limit:
                return following
            anomaly = following

    failed = [
        x
        for x in np.random.default_rng(5).uniform(0.3, 2.8, 20).tolist()
        if Verdict.FAIL
        is check(
            lambda x: kepler(x, tolerance),
            lambda x: 1 / (1 - 0.5 * math.cos(kepler(x, 1e-15))),
            x,
        ).verdict
    ]

    assert len(failed) <= 2, failed


@pytest.mark.parametrize(
    ("f", "df", "x"),
    [
        (lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x), 0.734),
        (lambda x: np.sin(1e6 * x), lambda x: 1e6 * np.cos(1e6 * x), 0.734),
        (lambda x: np.round(np.exp(x), 6), np.exp, 0.734),
        (lambda x: np.float64(np.float32(np.exp(x))), np.exp, 0.734),
        (lambda x: np.abs(x - 0.7), lambda x: np.sign(x - 0.7), 0.7 + 1e-9),
        (lambda x: 1e8 + np.sin(x), np.cos, 0.7),
        (lambda x: np.sin(x) + 1e-9 * np.sin(1e17 * x), np.cos, 0.734),
        (lambda x: np.exp(x) - np.e, np.exp, 1.0),
        (np.tanh, lambda x: 1 / np.cosh(x) ** 2, 10.0),
    ],
    ids=["waves", "fast waves", "decimals", "float32", "near a kink", "offset", "noise", "zero",
         "saturated"],
)  # fmt: skip
@pytest.mark.parametrize("factor", [-1.0, 2.0, 1.01, 1 + 1e-5])
def test_numeric_is_a_function_of_f_only(
    f: Function, df: Function, x: float, factor: float
) -> None:
    """On hard functions, too, where wrong entries are looked at once more."""
    right, wrong = check(f, df, x), check(f, lambda x: factor * df(x), x)
    columns = ["point", "output", "input", "numeric", "error_bar"]

    pd.testing.assert_frame_equal(right.table[columns], wrong.table[columns], check_exact=True)


@cache
def registry() -> gc.Registry:
    """Return the built-in cases."""
    return gc.load_cases()


@cache
def results() -> Results:
    """Return the verdicts on them."""
    found = gc.check(registry())
    assert isinstance(found, Results)
    return found


def test_no_built_in_case_fails() -> None:
    """At points in general position their derivatives are right."""
    assert [] == list(results().with_verdict(Verdict.FAIL))


def test_few_built_in_cases_are_left_open() -> None:
    """At most one in a hundred."""
    assert len(results().with_verdict(Verdict.INCONCLUSIVE)) <= len(results()) / 100


@cache
def twenty() -> list[gc.Case]:
    """Return 20 cases, spread over the themes; all have derivatives that are not zero."""
    chosen: list[gc.Case] = []
    cases = [c for c in registry().values() if results()[c.name]]
    themes = sorted({case.theme for case in cases})
    for turn in range(3):
        for theme in themes:
            of_theme = [case for case in cases if case.theme == theme]
            case = of_theme[(7 * turn) % len(of_theme)]
            largest = max(np.max(np.abs(case.df(p.copy()))) for p in case.points)
            if case not in chosen and largest > 0:
                chosen.append(case)
    return chosen[:20]


def sign(d: Array) -> Array:
    """Turn the sign."""
    return -d


def double(d: Array) -> Array:
    """Forget a factor of two."""
    return 2 * d


def dropped(d: Array) -> Array:
    """Forget the largest entry."""
    wrong = np.array(d, dtype=float)
    wrong.flat[np.abs(wrong).argmax()] = 0.0
    return wrong


@pytest.mark.parametrize("mistake", [sign, double, dropped])
@pytest.mark.parametrize("number", range(20))
def test_wrong_built_in_cases_fail(number: int, mistake: Callable[[Array], Array]) -> None:
    """Each with each mistake."""
    case = twenty()[number]
    wrong = gc.Case(
        case.name,
        f=case.f,
        df=lambda x: mistake(np.asarray(case.df(x))),
        points=case.points,
        domain=case.domain,
    )

    assert DISAGREES == outcome(check(wrong)), case.name


# --- collections, and what is raised -------------------------------------------------------------


@pytest.mark.parametrize("kind", [list, tuple, gc.Registry])
def test_a_collection_of_cases_gives_results_by_name(kind: Callable[..., Any]) -> None:
    """In their order; true only if all pass."""
    cases = [
        gc.Case("wave", f=np.sin, df=np.cos, points=[0.734]),
        gc.Case("tent", f=np.abs, df=np.sign, points=[0.0]),
        gc.Case("hill", f=lambda x: -x * x, df=lambda x: 2 * x, points=[0.734]),
    ]
    found = gc.check(kind(cases))

    assert isinstance(found, Results)
    assert ["wave", "tent", "hill"] == list(found)
    assert [PASSES, KINK, DISAGREES] == [outcome(r) for r in found.values()]
    assert not found
    assert ["hill"] == list(found.with_verdict(Verdict.FAIL))
    with pytest.raises(gc.SelectionError, match="valley"):
        found["valley"]


def test_an_assertion_names_all_that_did_not_pass() -> None:
    """Of a collection: each with its own report, and nothing of those that pass."""
    cases = [
        gc.Case("wave", f=np.sin, df=np.cos, points=[0.734]),
        gc.Case("hill", f=lambda x: -x * x, df=lambda x: 2 * x, points=[0.734]),
        gc.Case("tent", f=np.abs, df=np.sign, points=[0.0]),
    ]
    with pytest.raises(gc.GradientMismatch) as caught:
        gc.assert_gradient(cases)
    message = str(caught.value)

    assert "hill" in message
    assert "tent" in message
    assert "wave" not in message


def test_an_assertion_returns_what_passes() -> None:
    """For whoever wants to know the resolution."""
    result = gc.assert_gradient(np.sin, np.cos, 0.734)

    assert PASSES == outcome(result)
    assert result.resolution < 1e-8


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((np.sin,), {}, "df is missing"),
        ((np.sin, np.cos), {}, "no point"),
        ((np.sin, np.cos, 0.7), {"points": [0.7]}, "either x or points"),
        ((np.sin, np.cos), {"points": []}, "points is empty"),
        ((np.sin, np.cos), {"points": 0.7}, "sequence of points"),
        ((np.sin, np.cos, 0.7), {"rtol": -1.0}, "rtol"),
        ((np.sin, np.cos, 0.7), {"atol": math.nan}, "atol"),
        ((np.sin, np.cos, 0.7), {"entries": "some"}, "entries"),
        ((np.sum, np.ones_like, X), {"directions": 0}, "directions"),
        ((np.sum, np.ones_like, X), {"directions": 2.5}, "directions"),
        ((np.sin, np.cos, X), {"directions": -3}, "directions"),
    ],
)
def test_arguments_that_cannot_be_used_are_named(
    arguments: tuple[Any, ...], options: dict[str, Any], said: str
) -> None:
    """In the message of an exception of the package's own tree."""
    with pytest.raises(gc.CaseError, match=said):
        gc.check(*arguments, **options)
