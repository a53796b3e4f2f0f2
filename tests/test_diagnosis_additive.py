"""What was added to a derivative, or left out of it, is named: terms, parts, rules, digits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck as gc
from gradcheck.errors import CaseError
from gradcheck.verdict.result import Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

SIZE = 5
WEIGHT = 0.3
LAMBDA = {"lambda": WEIGHT}


def points(count: int, size: int = SIZE, seed: int = 3) -> list[Array]:
    """Return points in general position."""
    return list(np.random.Generator(np.random.PCG64(seed)).normal(size=(count, size)))


def check(f: Function, df: Function, xs: list[Array], **options: Any) -> Result:
    """Check one pair at several points."""
    result = gc.check(f, df, points=xs, **options)
    assert isinstance(result, Result)
    return result


def named(result: Result) -> list[tuple[str, str]]:
    """Return the codes of the findings and their certainties."""
    return [(finding.code, finding.certainty) for finding in result.findings]


def certain(result: Result) -> set[str]:
    """Return the codes that are told with certainty A."""
    return {code for code, certainty in named(result) if certainty == "A"}


def loss(x: Array) -> Any:
    """Map Rⁿ → R, smooth and without symmetries."""
    return np.sum(np.sin(x) * np.exp(x / 3)) + x[0] * x[-1]


def dloss(x: Array) -> Array:
    """Return its gradient."""
    gradient = np.exp(x / 3) * (np.cos(x) + np.sin(x) / 3)
    gradient[0] += x[-1]
    gradient[-1] += x[0]
    return np.asarray(gradient)


def ridge(x: Array) -> Any:
    """Return the loss with weight decay."""
    return loss(x) + WEIGHT / 2 * (x @ x)


def dridge(x: Array) -> Array:
    """Return its gradient."""
    return dloss(x) + WEIGHT * x


def lasso(x: Array) -> Any:
    """Return the loss with the sum of the sizes."""
    return loss(x) + WEIGHT * np.abs(x).sum()


def dlasso(x: Array) -> Array:
    """Return its gradient."""
    return dloss(x) + WEIGHT * np.sign(x)


def softmax(x: Array) -> Array:
    """Map Rⁿ → Rⁿ, along the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def entropy(x: Array) -> Any:
    """Return the cross-entropy of class 1, averaged over all rows."""
    return -np.log(softmax(x)[..., 1]).mean()


def dentropy(x: Array) -> Array:
    """Return its gradient."""
    gradient = softmax(x)
    gradient[..., 1] -= 1
    return np.asarray(gradient / max(1, x.size // x.shape[-1]))


def unit(x: Array) -> Array:
    """Return the direction of x."""
    return np.asarray(x / np.linalg.norm(x))


def dunit(x: Array) -> Array:
    """Return the gradient of loss(unit(x))."""
    along = dloss(unit(x))
    return np.asarray((along - unit(x) * (unit(x) @ along)) / np.linalg.norm(x))


def u(x: Array) -> Any:
    """Return a factor."""
    return np.sin(x).sum()


def v(x: Array) -> Any:
    """Return another factor, away from 0."""
    return 3 + x @ x + x[0]


def dv(x: Array) -> Array:
    """Return its gradient."""
    gradient = 2 * x
    gradient[0] += 1
    return np.asarray(gradient)


du = np.cos
FACTORS = {"u": u, "v": v}
TERMS = {"loss": loss, "penalty": lambda x: WEIGHT / 2 * (x @ x)}


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A planted mistake, and what it is to be called."""

    f: Function
    df: Function
    code: str
    certainty: str = "A"
    says: str
    """A part of the message."""
    at_one: str | None = None
    """The certainty at one point, if it is another one."""
    options: Mapping[str, Any] = field(default_factory=dict)


def product(x: Array) -> Any:
    """Return u v."""
    return u(x) * v(x)


def quotient(x: Array) -> Any:
    """Return u / v."""
    return u(x) / v(x)


def last_two(x: Array) -> Array:
    """Return x where it belongs to the last two entries."""
    return np.where(np.arange(x.size) < x.size - 2, 0.0, x)


WITH_FACTORS = {"factors": FACTORS}
WITH_TERMS = {"terms": TERMS}
WITH_LAMBDA = {"constants": LAMBDA}

# fmt: off
MISTAKES = {
    "regulariser forgotten": Wrong(
        f=ridge, df=dloss, code="regulariser", says="0.3 x is missing"),
    "regulariser forgotten, its weight known": Wrong(
        f=ridge, df=dloss, code="regulariser", options=WITH_LAMBDA, says="lambda x is missing"),
    "regulariser doubled": Wrong(
        f=ridge, df=lambda x: dridge(x) + WEIGHT * x, code="regulariser", certainty="B",
        says="0.3 x too much"),
    "regulariser doubled, its weight known": Wrong(
        f=ridge, df=lambda x: dridge(x) + WEIGHT * x, code="regulariser", options=WITH_LAMBDA,
        says="lambda x once too often"),
    "regulariser with the wrong sign": Wrong(
        f=ridge, df=lambda x: dloss(x) - WEIGHT * x, code="regulariser", options=WITH_LAMBDA,
        says="lambda x has the wrong sign"),
    "regulariser with a weight over the batch": Wrong(
        f=lambda x: loss(x) + 0.7 / 32 / 2 * (x @ x), df=dloss, code="regulariser",
        options={"constants": {"lambda": 0.7, "batch": 32}}, says="lambda/batch x is missing"),
    "regulariser where there is none": Wrong(
        f=ridge, df=lambda x: dridge(x) + WEIGHT * last_two(x), code="regulariser", at_one="B",
        says="0.3 x too much in the entries x[3], x[4]"),
    "regulariser alone": Wrong(
        f=ridge, df=lambda x: WEIGHT * x, code="regulariser-only", says="df is 0.3 x"),
    "L1 forgotten": Wrong(
        f=lasso, df=dloss, code="regulariser-l1", says="0.3 sign(x) is missing"),
    "L1 for L2": Wrong(
        f=ridge, df=dlasso, code="regulariser-l1", says="0.3 · sign(x) where 0.3 · x belongs"),
    "L2 for L1": Wrong(
        f=lasso, df=dridge, code="regulariser-l1", says="0.3 · x where 0.3 · sign(x) belongs"),
    "x⁴ forgotten": Wrong(
        f=lambda x: loss(x) + (x**4).sum() / 8, df=dloss, code="regulariser",
        says="0.5 x³ is missing"),
    "offset": Wrong(
        f=ridge, df=lambda x: dridge(x) + 0.25, code="offset", certainty="B",
        says="constant 0.25 too much"),
    "mean path": Wrong(
        f=lambda x: loss(x - x.mean()), df=lambda x: dloss(x - x.mean()), code="invariance-lost",
        says="must sum to 0"),
    "projection": Wrong(
        f=lambda x: loss(unit(x)), df=lambda x: dloss(unit(x)) / np.linalg.norm(x),
        code="projection-lost", says="orthogonal to x"),
    "by the probabilities": Wrong(
        f=entropy, df=lambda x: np.where(np.arange(SIZE) == 1, -1 / softmax(x), 0.0),
        code="invariance-lost", certainty="B", says="by the probabilities"),
    "u' v'": Wrong(
        f=product, df=lambda x: du(x) * dv(x), code="product-rule", options=WITH_FACTORS,
        says="df is u' v', but the product rule gives u' v + u v'"),
    "u' v": Wrong(
        f=product, df=lambda x: du(x) * v(x), code="product-rule", options=WITH_FACTORS,
        says="df is u' v, "),
    "u v'": Wrong(
        f=product, df=lambda x: u(x) * dv(x), code="product-rule", options=WITH_FACTORS,
        says="df is u v', "),
    "u' v - u v'": Wrong(
        f=product, df=lambda x: du(x) * v(x) - u(x) * dv(x), code="product-rule",
        options=WITH_FACTORS, says="df is u' v - u v', "),
    "u' + v'": Wrong(
        f=product, df=lambda x: du(x) + dv(x), code="product-rule", options=WITH_FACTORS,
        says="df is u' + v', "),
    "u u' + v v'": Wrong(
        f=product, df=lambda x: u(x) * du(x) + v(x) * dv(x), code="product-rule",
        options=WITH_FACTORS, says="df is u u' + v v', "),
    "half a term of the product rule": Wrong(
        f=product, df=lambda x: du(x) * v(x) + u(x) * dv(x) / 2, code="product-rule",
        certainty="B", options=WITH_FACTORS, says="u v' of the product rule is multiplied by 0.5"),
    "quotient with a plus": Wrong(
        f=quotient, df=lambda x: (du(x) * v(x) + u(x) * dv(x)) / v(x) ** 2, code="quotient-rule",
        options=WITH_FACTORS, says="df is u' / v + (u v') / v²"),
    "quotient reversed": Wrong(
        f=quotient, df=lambda x: (u(x) * dv(x) - du(x) * v(x)) / v(x) ** 2, code="quotient-rule",
        options=WITH_FACTORS, says="the terms of the quotient rule are swapped"),
    "quotient of derivatives": Wrong(
        f=quotient, df=lambda x: du(x) / dv(x), code="quotient-rule", options=WITH_FACTORS,
        says="df is u' / v'"),
    "quotient with one v below": Wrong(
        f=quotient, df=lambda x: (du(x) * v(x) - u(x) * dv(x)) / v(x), code="quotient-rule",
        options=WITH_FACTORS, says="df is (u' v - u v') / v, "),
    "quotient without the second term": Wrong(
        f=quotient, df=lambda x: du(x) / v(x), code="quotient-rule", options=WITH_FACTORS,
        says="df is u' / v, "),
    "quotient, factors in the other order": Wrong(
        f=quotient, df=lambda x: du(x) / v(x), code="quotient-rule",
        options={"factors": {"v": v, "u": u}}, says="df is u' / v, "),
    "three factors, one derivative missing": Wrong(
        f=lambda x: u(x) * v(x) * np.exp(x[1]),
        df=lambda x: np.exp(x[1]) * (du(x) * v(x) + u(x) * dv(x)), code="product-rule",
        options={"factors": {**FACTORS, "w": lambda x: np.exp(x[1])}},
        says="df is u' v w + u v' w, but the product rule gives u' v w + u v' w + u v w'"),
    "term missing": Wrong(
        f=ridge, df=dloss, code="term", options=WITH_TERMS,
        says="the term 'penalty' is missing"),
    "term with the wrong sign": Wrong(
        f=ridge, df=lambda x: dridge(x) - 2 * dloss(x), code="term", options=WITH_TERMS,
        says="the term 'loss' has the wrong sign"),
    "term doubled": Wrong(
        f=ridge, df=lambda x: dridge(x) + dloss(x), code="term", options=WITH_TERMS,
        says="the term 'loss' is doubled"),
    "term scaled": Wrong(
        f=ridge, df=lambda x: dridge(x) - 0.63 * dloss(x), code="term", options=WITH_TERMS,
        says="the term 'loss' is multiplied by 0.37"),
    "two terms": Wrong(
        f=ridge, df=lambda x: 2 * WEIGHT * x - dloss(x), code="term", options=WITH_TERMS,
        says="that of 'loss' has the wrong sign in df, that of 'penalty' is doubled"),
    "half precision": Wrong(
        f=ridge, df=lambda x: dridge(x).astype(np.float16), code="precision", says="float16"),
    "a constant of few digits": Wrong(
        f=lambda x: loss(x) * np.pi + ridge(x), df=lambda x: dloss(x) * 3.1415927 + dridge(x),
        code="precision", certainty="B", says="to the precision of float32"),
}
# fmt: on


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_named(name: str, count: int) -> None:
    """The first finding has the right code, certainty and words; nothing else has certainty A."""
    wrong = MISTAKES[name]
    result = check(wrong.f, wrong.df, points(count), **wrong.options)
    first = result.findings[0]
    certainty = wrong.at_one if count == 1 and wrong.at_one else wrong.certainty

    assert result.verdict is Verdict.FAIL
    assert (wrong.code, certainty) == (first.code, first.certainty), result.findings
    assert wrong.says in first.message
    assert certain(result) <= {wrong.code}


OTHERS: dict[str, tuple[Function, Function, dict[str, Any], set[str]]] = {
    "the sign of a sum of squares": (
        lambda x: WEIGHT * (x @ x), lambda x: -2 * WEIGHT * x, WITH_LAMBDA, {"sign"}),
    "a factor 2 in a sum of squares": (
        lambda x: x @ x, lambda x: x * 1.0, {}, {"factor"}),
    "the exponent of cubes": (
        lambda x: (x**3).sum(), lambda x: 3 * x, {}, {"power-rule", "chain-factor"}),
    "the sign of a linear function": (
        np.sum, lambda x: -np.ones_like(x), {}, {"sign"}),
    "the sign of a sum, terms given": (ridge, lambda x: -dridge(x), WITH_TERMS, {"sign"}),
    "the sign of a product, factors given": (
        product, lambda x: -du(x) * v(x) - u(x) * dv(x), WITH_FACTORS, {"sign"}),
    "a factor, an invariance kept": (
        entropy, lambda x: 2 * dentropy(x), {}, {"factor"}),
    "a factor, a projection kept": (
        lambda x: loss(unit(x)), lambda x: 2 * dunit(x), {}, {"factor"}),
    "nothing that has a name": (
        ridge, lambda x: dridge(x) * (1 + 0.1 * np.cos(7 * x)), WITH_LAMBDA, set()),
    "nothing that has a name, terms given": (
        ridge, lambda x: dridge(x) * (1 + 0.1 * np.cos(7 * x)), WITH_TERMS, set()),
    "nothing that has a name, factors given": (
        product, lambda x: du(x) * dv(x) * (1 + 0.1 * np.cos(7 * x)), WITH_FACTORS, set()),
    "a number in one entry": (
        ridge, lambda x: dridge(x) + 0.2 * (np.arange(SIZE) == 1), {}, set()),
    "digits beyond half precision": (
        ridge, lambda x: dridge(x) * (1 + 0.02 * np.cos(9 * x)), {}, set()),
}  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", OTHERS)
def test_another_mistake_is_not_taken_for_one_of_these(name: str, count: int) -> None:
    """Certainty A goes to the right name or to none."""
    f, df, options, right = OTHERS[name]
    result = check(f, df, points(count), **options)

    assert result.verdict is Verdict.FAIL
    assert certain(result) <= right, result.findings


def test_a_point_that_hides_the_shape_leaves_the_term_in_doubt() -> None:
    """Where all inputs are 1, x, its sign and a constant are the same: all are told, as B."""
    result = check(ridge, dloss, [np.ones(SIZE)])

    assert {("regulariser", "B"), ("regulariser-l1", "B"), ("offset", "B")} <= set(named(result))
    assert not certain(result)


def test_a_single_number_does_not_name_an_unknown_term() -> None:
    """One entry at one point agrees with any multiple of x; a known weight means something."""
    f, df = (lambda x: np.sin(x) + WEIGHT / 2 * x**2), np.cos
    unknown, known = gc.check(f, df, 0.7), gc.check(f, df, 0.7, constants=LAMBDA)

    assert ["place"] == [finding.code for finding in unknown.findings]
    assert ("regulariser", "A") == named(known)[0]


def test_a_number_at_three_points_is_enough() -> None:
    """R → R: two of three points are left to confirm the fitted weight."""
    result = check(
        lambda x: np.sin(x) + WEIGHT / 2 * x**2, np.cos, [np.array(x) for x in (0.7, -1.3, 2.1)]
    )

    assert ("regulariser", "A") == named(result)[0]
    assert "0.3 x is missing" in result.findings[0].message


def test_an_elementwise_pair_has_terms_and_factors_too() -> None:
    """For x e^x by elements, given x and e^x, the missing half of the product rule is named."""
    factors = {"x": lambda x: x, "exp": np.exp}
    result = check(lambda x: x * np.exp(x), np.exp, points(3), factors=factors)

    assert result.elementwise
    assert ("product-rule", "A") in named(result)
    assert any("df is x' exp, " in finding.message for finding in result.findings)


def test_a_factor_may_be_one_number_for_all_outputs() -> None:
    """Rⁿ → Rᵐ: f = s(x) g(x), with the gradient of the number s forgotten."""
    weights = np.arange(1.0, 1.0 + 3 * SIZE).reshape(3, SIZE) / 7

    def g(x: Array) -> Any:
        return np.sin(weights @ x)

    def df(x: Array) -> Any:
        return v(x) * np.cos(weights @ x)[:, None] * weights

    result = check(lambda x: v(x) * g(x), df, points(2), factors={"s": v, "g": g})

    assert ("product-rule", "A") == named(result)[0]
    assert "df is s g', but the product rule gives s' g + s g'" in result.findings[0].message


def test_a_lost_invariance_along_an_axis_is_named() -> None:
    """A batch of rows of softmax: each row has its own part missing, of its own size."""
    xs = [x.reshape(4, 3) for x in points(2, 12)]

    def df(x: Array) -> Any:
        return dentropy(x) + np.sin(x).mean(axis=1, keepdims=True)

    result = check(entropy, df, xs)

    assert ("invariance-lost", "A") == named(result)[0]
    assert "the inputs along axis 1 of x" in result.findings[0].message


def test_centring_without_its_jacobian_is_a_lost_invariance() -> None:
    """Rⁿ → Rⁿ: the identity for I - 1/n, so that every row has its part 1/n too much."""
    result = check(
        lambda x: np.tanh(x - x.mean()),
        lambda x: np.diag(1 / np.cosh(x - x.mean()) ** 2),
        points(2),
    )

    assert ("invariance-lost", "A") in named(result)


def test_an_invariance_that_is_lost_in_no_simple_way_is_told_as_such() -> None:
    """Certainty C, beside the place: the sum that should be 0, and is not."""
    result = check(entropy, lambda x: dentropy(x) * np.cos(9 * x), points(3))

    assert [("invariance-lost", "C"), ("place", "C")] == named(result)


def test_a_path_through_the_mean_is_told_where_f_has_no_invariance() -> None:
    """The same number is missing at all inputs, another one at every point."""
    result = check(lambda x: loss(x) + np.sin(x.mean()), dloss, points(3))

    assert ("offset", "B") == named(result)[0]
    assert "changes from point to point" in result.findings[0].message


def test_another_weight_in_every_part_of_x_is_named() -> None:
    """Weight decay of W and b, with weights of their own, forgotten in both."""

    def f(p: dict[str, Array]) -> Any:
        x = np.concatenate([p["W"], p["b"]])
        return loss(x) + 0.1 * (p["W"] @ p["W"]) + 0.25 * (p["b"] @ p["b"])

    def df(p: dict[str, Array]) -> dict[str, Array]:
        gradient = dloss(np.concatenate([p["W"], p["b"]]))
        return {"W": gradient[:3], "b": gradient[3:]}

    result = gc.check(f, df, points=[{"W": x[:3], "b": x[3:]} for x in points(3)])

    assert ("regulariser", "A") == named(result)[0]
    assert "-0.2 in W, -0.5 in b" in result.findings[0].message


@pytest.mark.parametrize("digits", [2, 3])
def test_an_error_of_a_few_per_mille_is_no_half_precision(digits: int) -> None:
    """Half precision is told of claims that have so few bits, not of every small error."""
    results = [
        check(ridge, lambda x: dridge(x) * (1 + 10.0**-digits * np.cos(9 * x) / 5), points(2)),
        check(lambda x: x @ x, lambda x: 2 * x + (x == 1000), [np.array([1000.0, 37, 84, 3])]),
    ]

    assert not [each for result in results for each in named(result) if each[0] == "precision"]


def test_single_precision_at_the_end_is_named() -> None:
    """A gradient that is rounded to float32 when it is returned, where that shows at all."""
    xs = points(20)
    results = [check(ridge, lambda x: dridge(x).astype(np.float32), [x]) for x in xs]
    failed = [result for result in results if result.verdict is Verdict.FAIL]

    assert failed
    assert all(("precision", "A") == named(result)[0] for result in failed)


@settings(max_examples=10, deadline=None)
@given(
    weight=st.floats(0.01, 50.0),
    factor=st.sampled_from([-1.0, 0.0, 2.0]),
    size=st.integers(3, 7),
    seed=st.integers(0, 10**6),
)
def test_a_known_weight_is_recognised(weight: float, factor: float, size: int, seed: int) -> None:
    """Whatever weight, size of x and points: forgotten, doubled, or of the wrong sign."""
    words = {0.0: "is missing", 2.0: "once too often", -1.0: "has the wrong sign"}
    result = check(
        lambda x: loss(x) + weight / 2 * (x @ x),
        lambda x: dloss(x) + factor * weight * x,
        points(2, size, seed),
        constants={"decay": weight},
    )

    assert ("regulariser", "A") == named(result)[0]
    assert words[factor] in result.findings[0].message
    assert certain(result) == {"regulariser"}


@settings(max_examples=10, deadline=None)
@given(
    factor=st.floats(-3.0, 3.0).filter(lambda k: abs(k - 1) > 1e-3),
    which=st.sampled_from(list(TERMS)),
    seed=st.integers(0, 10**6),
)
def test_a_term_with_any_factor_is_named(factor: float, which: str, seed: int) -> None:
    """The term is named, and no other one."""
    gradients: dict[str, Function] = {"loss": dloss, "penalty": lambda x: WEIGHT * x}
    result = check(
        ridge,
        lambda x: dridge(x) + (factor - 1) * gradients[which](x),
        points(2, seed=seed),
        terms=TERMS,
    )

    assert {"term"} == certain(result)
    assert f"the term {which!r}" in result.findings[0].message


def fails(x: Array) -> Any:
    """Raise, wherever it is called."""
    raise ZeroDivisionError(str(x))


HINTS: dict[str, tuple[dict[str, Any], str]] = {
    "terms that are not all": (
        {"terms": {"loss": loss}}, "sum to .* but f is .*give all terms"),
    "factors of something else": (
        {"factors": {"u": u, "v": v}}, "have the product .* and no quotient of them is f either"),
    "a term of the wrong shape": (
        {"terms": {"loss": lambda x: x[:2]}}, r"the term 'loss' must return .* \(1\), got 2"),
    "a term that raises": (
        {"terms": {"loss": fails}}, "the term 'loss' raised ZeroDivisionError"),
    "a term that is not finite": (
        {"terms": {"loss": lambda _: np.nan}}, "the term 'loss' is not finite"),
    "a term that returns nothing": (
        {"terms": {"loss": lambda _: None}}, "the term 'loss': f must return a number"),
    "a factor that is no function": (
        {"factors": {"u": 3.0}}, "the factor 'u' must be a function of x, got 3.0"),
    "a list of factors": (
        {"factors": [u, v]}, "factors gives each its name, got"),
    "a constant that is no number": (
        {"constants": {"n": "3"}}, "the constant 'n' must be a finite number"),
}  # fmt: skip


@pytest.mark.parametrize("name", HINTS)
def test_hints_that_do_not_fit_are_refused(name: str) -> None:
    """What the caller says of f must hold for f, and the message says what came instead."""
    options, message = HINTS[name]

    with pytest.raises(CaseError, match=message):
        check(ridge, dloss, points(1), **options)


def test_a_term_that_raises_at_a_step_is_no_reason_to_fail() -> None:
    """It has a value at x, but next to x only on one side: nothing is said of it."""
    x = points(1)[0]

    def penalty(y: Array) -> Any:
        if (y > x).any():
            raise ValueError("outside")
        return WEIGHT / 2 * (y @ y)

    result = check(ridge, dloss, [x], terms={"loss": loss, "penalty": penalty})

    assert result.verdict is Verdict.FAIL
    assert result.findings


def test_hints_change_nothing_about_a_right_derivative() -> None:
    """It passes, without findings, and the hints are not even called."""
    options = {"terms": {"loss": fails}, "constants": LAMBDA}
    result = check(ridge, dridge, points(1), **options)

    assert result.verdict is Verdict.PASS
    assert result.findings == ()
