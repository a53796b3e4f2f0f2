"""Functions that apply a derivative to a vector: linear, right, and adjoint to each other."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import gradcheck as gc
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

RANDOM = np.random.default_rng(20)
A = RANDOM.normal(size=(3, 4))
B = RANDOM.normal(size=(4, 4))
X = np.array([0.31, -0.72, 1.13, 0.46])
POINTS = [X, X[::-1] * 0.9, X + 0.17]
MANY = 5000
LONG = RANDOM.normal(size=MANY)

PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)


class Counted:
    """A function that counts its calls."""

    def __init__(self, f: Function) -> None:
        self.f = f
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        """Call it."""
        self.calls += 1
        return self.f(x)


def waves(x: Array) -> Array:
    """Map R⁴ → R³."""
    return np.sin(A @ x)


def jacobian(x: Array) -> Array:
    """Return its Jacobian."""
    return np.asarray(np.cos(A @ x)[:, None] * A)


def jvp(x: Array, v: Array) -> Array:
    """Apply it."""
    return np.asarray(np.cos(A @ x) * (A @ v))


def vjp(x: Array, w: Array) -> Array:
    """Apply its transpose."""
    return np.asarray(A.T @ (np.cos(A @ x) * w))


def square_waves(x: Array) -> Array:
    """Map R⁴ → R⁴."""
    return np.sin(B @ x)


def square_jvp(x: Array, v: Array) -> Array:
    """Apply its Jacobian."""
    return np.asarray(np.cos(B @ x) * (B @ v))


def square_vjp(x: Array, w: Array) -> Array:
    """Apply its transpose."""
    return np.asarray(B.T @ (np.cos(B @ x) * w))


def chain(x: Array) -> Array:
    """Map Rⁿ → Rⁿ, each output from two neighbours."""
    return np.asarray(np.sin(x) * np.roll(x, 1))


def chain_jvp(x: Array, v: Array) -> Array:
    """Apply its Jacobian."""
    return np.asarray(np.cos(x) * np.roll(x, 1) * v + np.sin(x) * np.roll(v, 1))


def chain_vjp(x: Array, w: Array) -> Array:
    """Apply its transpose."""
    return np.asarray(np.cos(x) * np.roll(x, 1) * w + np.roll(np.sin(x) * w, -1))


def outcome(result: Result) -> tuple[Verdict, Reason]:
    """Return what a result comes to."""
    return result.verdict, result.reason


def codes(result: Result) -> list[str]:
    """Return the codes of the findings that name a cause."""
    return [each.code for each in result.findings if each.certainty != "C"]


def notes(result: Result) -> str:
    """Return the notes as one text."""
    return " | ".join(result.notes)


# --- right ones ----------------------------------------------------------------------------------


def test_a_right_jvp_passes_entry_by_entry() -> None:
    """On few inputs its whole matrix is compared, and that it is linear is noted."""
    f = Counted(waves)
    result = gc.check_jvp(f, jvp, X)

    assert PASSES == outcome(result)
    assert (12, f.calls) == (len(result.entries), result.evaluations)
    assert result.resolution < 1e-8
    assert result.findings == ()
    assert "all 4 unit vectors" in notes(result)
    assert "jvp is linear in v" in notes(result)


@pytest.mark.parametrize(
    ("check", "operator", "options", "call"),
    [
        (gc.check_jvp, lambda x, v: 2 * jvp(x, v), {}, "gc.check_jvp(f, jvp, x)"),
        (gc.check_jvp, lambda x, v: jvp(v, x), {}, "gc.check_jvp(f, jvp, x)"),
        (
            gc.check_jvp,
            lambda x, v: 2 * jvp(x, v),
            {"directions": 2, "seed": 3},
            "gc.check_jvp(f, jvp, x, directions=2, seed=3)",
        ),
        (gc.check_vjp, lambda x, w: 2 * vjp(x, w), {}, "gc.check_vjp(f, vjp, x)"),
        (gc.check_vjp, lambda _, w: w[0], {}, "gc.check_vjp(f, vjp, x)"),
        (
            gc.check_vjp,
            vjp,
            {"jvp": lambda x, v: 2 * jvp(x, v)},
            "gc.check_vjp(f, vjp, x, jvp=jvp)",
        ),
    ],
)
def test_a_failing_operator_is_told_how_to_be_met_again(
    check: Function, operator: Function, options: dict[str, Any], call: str
) -> None:
    """By the same check, with the same directions, whatever went wrong."""
    wrong = check(waves, operator, X, **options)

    assert wrong.verdict is Verdict.FAIL
    assert f"to reproduce: {call} with" in str(wrong)


def test_a_right_vjp_passes_entry_by_entry() -> None:
    """With the dot-product test, if a JVP is given."""
    f = Counted(waves)
    alone, paired = gc.check_vjp(f, vjp, points=POINTS), gc.check_vjp(waves, vjp, X, jvp=jvp)

    assert PASSES == outcome(alone) == outcome(paired)
    assert (36, f.calls) == (len(alone.entries), alone.evaluations)
    assert "dot-product" not in notes(alone)
    assert "dot-product test" in notes(paired)


@pytest.mark.parametrize(
    ("f", "forward", "backward", "x"),
    [
        (np.sin, lambda x, v: np.cos(x) * v, lambda x, w: np.cos(x) * w, 0.7),
        (np.sin, lambda x, v: np.cos(x) * v, lambda x, w: np.cos(x) * w, X),
        (
            lambda x: x @ x.T,
            lambda x, v: x @ v.T + v @ x.T,
            lambda x, w: (w + w.T) @ x,
            np.array([[0.3, -1.2, 0.7], [1.9, 0.4, -0.6]]),
        ),
        (
            lambda x: np.sum(np.sin(x)),
            lambda x, v: np.sum(np.cos(x) * v),
            lambda x, w: np.cos(x) * w,
            np.array([[0.3, -1.2], [1.9, 0.4]]),
        ),
        (
            lambda x: np.array([[np.sin(x), x**3]]),
            lambda x, v: np.array([[np.cos(x) * v, 3 * x**2 * v]]),
            lambda x, w: np.cos(x) * w[0, 0] + 3 * x**2 * w[0, 1],
            0.7,
        ),
    ],
    ids=["R to R", "elementwise", "matrix to matrix", "matrix to R", "R to matrix"],
)
@pytest.mark.parametrize("options", [{}, {"directions": 2}], ids=["entries", "directions"])
def test_every_shape_of_input_and_output_works(
    f: Function, forward: Function, backward: Function, x: Any, options: dict[str, Any]
) -> None:
    """Vectors have the shape of x, or that of f(x)."""
    assert PASSES == outcome(gc.check_jvp(f, forward, x, **options))
    assert PASSES == outcome(gc.check_vjp(f, backward, x, jvp=forward, **options))


@pytest.mark.parametrize("seed", range(20))
def test_right_operators_of_random_functions_pass(seed: int) -> None:
    """Whatever the sizes, also where inputs differ by orders of magnitude."""
    random = np.random.default_rng(seed)
    outputs, inputs = random.integers(1, 70, 2)
    scale = 10.0 ** random.integers(-4, 5, inputs)
    a = random.normal(size=(outputs, inputs)) / scale
    b = random.normal(size=outputs)

    def f(x: Array) -> Array:
        return np.asarray(np.tanh(a @ x / 8) * b)

    def slope(x: Array) -> Array:
        return np.asarray(b / np.cosh(a @ x / 8) ** 2 / 8)

    x = random.normal(size=inputs) * scale

    def forward(x: Array, v: Array) -> Array:
        return np.asarray(slope(x) * (a @ v))

    def backward(x: Array, w: Array) -> Array:
        return np.asarray((slope(x) * w) @ a)

    assert PASSES == outcome(gc.check_jvp(f, forward, x, seed=seed))
    assert PASSES == outcome(gc.check_vjp(f, backward, x, jvp=forward, seed=seed))


# --- wrong ones, which are linear ----------------------------------------------------------------


WRONG: dict[str, tuple[Function, Function, str]] = {
    "sign": (lambda x, v: -jvp(x, v), lambda x, w: -vjp(x, w), "sign"),
    "factor": (lambda x, v: 2 * jvp(x, v), lambda x, w: 2 * vjp(x, w), "factor"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_named_as_in_a_gradient(name: str) -> None:
    """The finding speaks of jvp or vjp, not of df."""
    forward, backward, code = WRONG[name]
    for role, result in (
        ("jvp", gc.check_jvp(waves, forward, points=POINTS)),
        ("vjp", gc.check_vjp(waves, backward, points=POINTS)),
    ):
        assert DISAGREES == outcome(result)
        assert code == codes(result)[0]
        assert "A" == result.findings[0].certainty
        assert result.findings[0].message.startswith(role)
        assert "df" not in result.message + notes(result) + result.findings[0].message


def test_a_missing_term_fails() -> None:
    """Only the entries of the term are wrong."""
    result = gc.check_jvp(chain, lambda x, v: np.cos(x) * np.roll(x, 1) * v, X)
    wrong = result.entries.input[result.entries.verdict == 2]

    assert DISAGREES == outcome(result)
    assert sorted(wrong.tolist()) == [0, 1, 2, 3]
    assert "not-linear" not in codes(result)


@pytest.mark.parametrize("options", [{}, {"directions": 3}], ids=["entries", "directions"])
def test_one_kind_taken_for_the_other_is_named(options: dict[str, Any]) -> None:
    """Between spaces of the same size only the values tell, and they do."""
    taken = (
        gc.check_jvp(square_waves, square_vjp, X, **options),
        gc.check_vjp(square_waves, square_jvp, X, **options),
    )
    for result in taken:
        assert DISAGREES == outcome(result)
        assert ["transposed"] == codes(result)


def test_one_kind_taken_for_the_other_is_known_by_its_shapes() -> None:
    """Between spaces of different sizes."""
    forward, backward = gc.check_jvp(waves, vjp, X), gc.check_vjp(waves, jvp, X)

    assert (Verdict.FAIL, Reason.RAISED) == outcome(forward) == outcome(backward)
    assert "is it a vjp?" in forward.message
    assert "is it a jvp?" in backward.message
    assert ["transposed"] == codes(forward) == codes(backward)


@pytest.mark.parametrize("options", [{}, {"directions": 3}], ids=["entries", "directions"])
def test_swapped_arguments_are_recognised(options: dict[str, Any]) -> None:
    """An operator that is right if it is called with v first."""
    forward = gc.check_jvp(square_waves, lambda v, x: square_jvp(x, v), X, **options)
    backward = gc.check_vjp(waves, lambda w, x: vjp(x, w), X, **options)

    assert Verdict.FAIL is forward.verdict is backward.verdict
    assert ["argument-order"] == codes(forward) == codes(backward)
    assert "jvp(v, x)" in forward.findings[0].message
    assert "vjp(w, x)" in backward.findings[0].message


# --- not linear ----------------------------------------------------------------------------------


NOT_LINEAR: dict[str, tuple[Function, str]] = {
    "square": (lambda x, v: jvp(x, v**2), "product of two"),
    "cube": (lambda x, v: jvp(x, v**3), "product of three"),
    "absolute": (lambda x, v: jvp(x, np.abs(v)), "the same for -v"),
    "norm": (lambda x, v: jvp(x, v) * np.linalg.norm(v), "product of two"),
    "normalised": (lambda x, v: jvp(x, v / np.linalg.norm(v)), "jvp(x, 0) is not finite"),
    "affine": (lambda x, v: jvp(x, v) + 1.0, "affine in v, not linear: jvp(x, 0)"),
    "ignores": (lambda x, _: jvp(x, np.ones(4)), "ignores v"),
    "a little": (lambda x, v: jvp(x, v) + 1e-6 * v[:3] ** 2, "is not linear in v"),
    "difference quotient": (lambda x, v: (waves(x + 1e-3 * v) - waves(x)) / 1e-3, "is not linear"),
}


@pytest.mark.parametrize("options", [{}, {"directions": 3}], ids=["entries", "directions"])
@pytest.mark.parametrize("name", NOT_LINEAR)
def test_an_operator_that_is_not_linear_is_named(name: str, options: dict[str, Any]) -> None:
    """With the numbers, and in what way if that is plain."""
    operator, words = NOT_LINEAR[name]
    result = gc.check_jvp(waves, operator, points=POINTS, **options)

    assert DISAGREES == outcome(result)
    assert ["not-linear"] == codes(result)
    assert words in result.findings[0].message
    assert result.findings[0].message in result.message


def test_right_unit_vectors_are_not_enough() -> None:
    """The cube of a unit vector is that vector: all entries agree, and yet it fails."""
    result = gc.check_vjp(waves, lambda x, w: vjp(x, w**3), X)

    assert (result.entries.verdict == 0).all()
    assert DISAGREES == outcome(result)
    assert ["not-linear"] == codes(result)
    assert "w" in result.findings[0].message


def test_one_output_of_thousands_that_is_not_linear_is_found() -> None:
    """And the message says which."""
    spot = np.arange(MANY) == 1234
    result = gc.check_jvp(chain, lambda x, v: chain_jvp(x, v) + 1e-3 * spot * v**2, LONG)

    assert ["not-linear"] == codes(result)
    assert "[1234]" in result.findings[0].message


def single(x: Any) -> Any:
    """Round to float32."""
    return np.asarray(x).astype(np.float32)


FLOAT32: dict[str, tuple[Function, Function, Any]] = {
    "few outputs": (waves, lambda x, v: jacobian(single(x)).astype(np.float32) @ single(v), X),
    "converted back": (
        waves,
        lambda x, v: (jacobian(x).astype(np.float32) @ single(v)).astype(np.float64),
        X,
    ),
    "mixed": (waves, lambda x, v: jacobian(x) @ single(v * 0.3).astype(np.float64) / 0.3, X),
    "many": (chain, lambda x, v: chain_jvp(single(x), single(v)), LONG[:300]),
    "a number": (
        lambda x: np.sum(np.sin(x)),
        lambda x, v: np.sum(np.cos(single(x)) * single(v)),
        X,
    ),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", FLOAT32)
def test_an_operator_in_float32_is_linear(name: str, seed: int) -> None:
    """Its rounding is no lack of linearity, though it may be a lack of precision."""
    f, operator, x = FLOAT32[name]
    result = gc.check_jvp(f, operator, x, seed=seed)

    assert "not-linear" not in codes(result)
    assert "jvp is linear in v" in notes(result)


@pytest.mark.parametrize("seed", range(5))
def test_cancellation_is_no_lack_of_linearity(seed: int) -> None:
    """An operator that loses ten digits by subtracting is linear to the digits that are left."""
    result = gc.check_jvp(waves, lambda x, v: jvp(x, v * 1e8 + v) - jvp(x, v * 1e8), X, seed=seed)

    assert "not-linear" not in codes(result)


def test_an_operator_that_solves_roughly_is_tolerated_if_asked() -> None:
    """With rtol, a lack of linearity below it does not count."""

    def rough(x: Array, v: Array) -> Array:
        return np.asarray(jvp(x, v) * (1 + 1e-6 * np.tanh(v @ v)))

    assert ["not-linear"] == codes(gc.check_jvp(waves, rough, X))
    assert PASSES == outcome(gc.check_jvp(waves, rough, X, rtol=1e-4))


# --- adjoint to each other -----------------------------------------------------------------------


def test_operators_that_are_not_adjoint_fail_where_differences_are_rough() -> None:
    """An error of 1e-7 is invisible beside a noise of 1e-5, but not to the dot product."""

    def noisy(x: Array) -> Array:
        return np.round(waves(x), 5)

    def nearly(x: Array, w: Array) -> Array:
        return vjp(x, w) * (1 + 1e-7)

    alone, paired = gc.check_vjp(noisy, nearly, X), gc.check_vjp(noisy, nearly, X, jvp=jvp)

    assert PASSES == outcome(alone)
    assert DISAGREES == outcome(paired)
    assert ["not-adjoint"] == codes(paired)
    assert paired.message.count("=") == 2


def test_a_known_mistake_is_told_before_its_consequence() -> None:
    """A wrong sign is the cause of operators that are not adjoint, which is noted."""
    result = gc.check_vjp(waves, lambda x, w: -vjp(x, w), X, jvp=jvp)

    assert ["sign"] == codes(result)
    assert "vjp is not the adjoint of jvp" in notes(result)


def test_adjoint_operators_in_float32_are_adjoint() -> None:
    """To the digits that they have."""

    def forward(x: Array, v: Array) -> Array:
        return np.asarray(single(jacobian(x)) @ single(v))

    def backward(x: Array, w: Array) -> Array:
        return np.asarray(single(jacobian(x)).T @ single(w))

    for seed in range(4):
        result = gc.check_vjp(waves, backward, X, jvp=forward, rtol=1e-9, seed=seed)
        assert "not-adjoint" not in codes(result)
        assert "not the adjoint" not in notes(result)


# --- many inputs ---------------------------------------------------------------------------------


def test_many_inputs_cost_few_evaluations() -> None:
    """The cost does not grow with their number, and a pass says how it was come by."""
    costs = {}
    for inputs in (500, MANY):
        f = Counted(chain)
        result = gc.check_jvp(f, chain_jvp, LONG[:inputs])
        costs[inputs] = f.calls

        assert PASSES == outcome(result)
        assert f.calls == result.evaluations
        assert f"3 random vectors v instead of {inputs:,}" in notes(result)
    assert max(costs.values()) <= 200

    f = Counted(chain)
    result = gc.check_vjp(f, chain_vjp, LONG, jvp=chain_jvp)
    assert PASSES == outcome(result)
    assert f.calls == result.evaluations <= 40


def test_a_wrong_entry_among_many_is_seen() -> None:
    """One of 5,000 outputs of the JVP, or of the VJP, wrong by a thousandth."""
    spot = 1 + 1e-3 * (np.arange(MANY) == 77)
    forward = gc.check_jvp(chain, lambda x, v: chain_jvp(x, v) * spot, LONG)
    backward = gc.check_vjp(chain, lambda x, w: chain_vjp(x, w) * spot, LONG)

    assert DISAGREES == outcome(forward) == outcome(backward)
    assert {77} == set(forward.entries.output[forward.entries.verdict == 2].tolist())
    assert "precision" not in codes(backward)


def test_a_constant_factor_is_named_along_vectors() -> None:
    """Sign and factor hold for sums over entries as for entries."""
    x = LONG[:500]
    for factor, code in ((-1, "sign"), (2, "factor")):
        forward = gc.check_jvp(chain, lambda x, v, c=factor: c * chain_jvp(x, v), x, directions=3)
        backward = gc.check_vjp(chain, lambda x, w, c=factor: c * chain_vjp(x, w), x, directions=1)

        assert [code] == codes(forward) == codes(backward)
        assert "number of inputs" not in forward.findings[0].message


def test_several_points_are_judged_together() -> None:
    """Along vectors, too, the table has all points, and the message says where it fails."""
    points = [LONG[:300], LONG[:300] + 10]

    def wrong_at_first(x: Array, v: Array) -> Array:
        return chain_jvp(x, v) * (2 if x[0] < 5 else 1)

    right = gc.check_jvp(chain, chain_jvp, points=points)
    wrong = gc.check_jvp(chain, wrong_at_first, points=points)

    assert PASSES == outcome(right)
    assert 2 * 3 * 300 == len(right.entries)
    assert DISAGREES == outcome(wrong)
    assert {0} == set(wrong.entries.point[wrong.entries.verdict == 2].tolist())
    assert ["factor"] == codes(wrong)
    assert (wrong.case.points[1] == points[1]).all()


# --- faults --------------------------------------------------------------------------------------


def doubles_v(x: Array, v: Array) -> Array:
    """Change v."""
    v *= 2
    return jvp(x, v)


def doubles_x(x: Array, v: Array) -> Array:
    """Change x."""
    x *= 2
    return jvp(x, v)


def fails(_x: Array, _v: Array) -> Array:
    """Raise."""
    raise ValueError("no df of f at x")


class Drifting:
    """An operator that counts its calls into its values."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Array, v: Array) -> Array:
        """Return another value each time."""
        self.calls += 1
        return jvp(x, v) + self.calls


FAULTS: dict[str, tuple[Function, Verdict, Reason, str]] = {
    "changes v": (doubles_v, Verdict.FAIL, Reason.MUTATES_INPUT, "jvp changed its argument v"),
    "changes x": (doubles_x, Verdict.FAIL, Reason.MUTATES_INPUT, "jvp changed its argument x"),
    "raises": (fails, Verdict.FAIL, Reason.RAISED, "jvp raised ValueError: no df of f at x at v ="),
    "NaN": (lambda x, v: jvp(x, v) * np.nan, Verdict.FAIL, Reason.NOT_FINITE, "jvp is not finite"),
    "too long": (
        lambda x, v: np.append(jvp(x, v), 0.0),
        Verdict.FAIL,
        Reason.WRONG_SHAPE,
        "jvp must return f's shape (3,), got (4,): is it a vjp?",
    ),
    "a number": (
        lambda x, v: jvp(x, v).sum(),
        Verdict.FAIL,
        Reason.WRONG_SHAPE,
        "jvp must return f's shape (3,), got ()",
    ),
    "whole": (
        lambda x, _: jacobian(x),
        Verdict.FAIL,
        Reason.WRONG_SHAPE,
        "is it the whole derivative? Return its product with v",
    ),
    "drifts": (Drifting(), Verdict.INCONCLUSIVE, Reason.STATEFUL, "jvp remembers earlier calls"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_operator_is_told(name: str) -> None:
    """In words about jvp, before its values are looked at."""
    operator, verdict, reason, words = FAULTS[name]
    result = gc.check_jvp(waves, operator, X)

    assert (verdict, reason) == outcome(result)
    assert words in result.message
    assert 0 == len(result.entries)


def test_a_random_operator_is_told() -> None:
    """It gives two values for the same x and v."""
    random = np.random.default_rng(0)
    result = gc.check_jvp(waves, lambda x, v: jvp(x, v) + random.normal(size=3), X)

    assert (Verdict.INCONCLUSIVE, Reason.NONDETERMINISTIC) == outcome(result)
    assert result.message.startswith("jvp is not deterministic: the same v")


def test_a_fault_of_f_is_no_fault_of_the_operator() -> None:
    """Where f has no value, nothing can be told."""
    raising = gc.check_jvp(lambda _: 1 / 0, jvp, X)
    infinite = gc.check_vjp(lambda x: np.log(-np.abs(x)), vjp, X)

    assert (Verdict.INCONCLUSIVE, Reason.RAISED) == outcome(raising)
    assert raising.message.startswith("f raised ZeroDivisionError")
    assert (Verdict.INCONCLUSIVE, Reason.NOT_FINITE) == outcome(infinite)


def test_a_fault_at_one_point_does_not_hide_a_mistake_at_another() -> None:
    """The gravest outcome counts, and points keep their numbers."""

    def partly(x: Array) -> Array:
        return waves(x) if x[0] > 0.4 else np.full(3, np.nan)

    result = gc.check_jvp(partly, lambda x, v: -jvp(x, v), points=[X, X + 0.9])

    assert DISAGREES == outcome(result)
    assert {1} == set(result.entries.point.tolist())
    assert ["sign"] == codes(result)
    assert len(result.case.points) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((waves, 3, X), "jvp must be a function"),
        ((waves, None, X), "jvp must be a function"),
        ((waves, jvp, None), "give either x or points"),
        ((waves, jvp, {"a": X}), "number or an array"),
        ((waves, jvp, "text"), "finite real number"),
        ((3, jvp, X), "f must be a function"),
        ((waves, lambda _x, _v: [1.0, 2.0, 3.0], X), "jvp must return a number or a NumPy array"),
        ((lambda _: "text", jvp, X), "f must return a number"),
    ],
)
def test_what_cannot_be_used_is_an_error(arguments: Any, words: str) -> None:
    """It names what was expected."""
    with pytest.raises(gc.CaseError, match=words):
        gc.check_jvp(*arguments)


def test_options_are_looked_at() -> None:
    """As those of check."""
    with pytest.raises(gc.CaseError, match="rtol must be"):
        gc.check_jvp(waves, jvp, X, rtol=-1.0)
    with pytest.raises(gc.CaseError, match="directions must be"):
        gc.check_vjp(waves, vjp, X, directions=0)
    with pytest.raises(gc.CaseError, match="one shape"):
        gc.check_jvp(chain, chain_jvp, points=[X, X[:2]])
    with pytest.raises(gc.CaseError, match="jvp must return finite numbers of f's shape"):
        gc.check_vjp(waves, vjp, X, jvp=lambda _x, v: v)


def test_the_state_of_the_world_is_as_before() -> None:
    """Random numbers that operators draw are given back, and x stays as it is."""
    x = X.copy()
    np.random.seed(3)  # noqa: NPY002  (the legacy state is what is on trial)
    before = np.random.get_state(legacy=False)["state"]["pos"]  # noqa: NPY002  (as above)

    def draws(x: Array, v: Array) -> Array:
        np.random.random()  # noqa: NPY002  (as above)
        return jvp(x, v)

    assert gc.check_jvp(waves, draws, x)
    assert before == np.random.get_state(legacy=False)["state"]["pos"]  # noqa: NPY002  (as above)
    assert (x == X).all()


def test_the_same_seed_gives_the_same_result() -> None:
    """To the last bit, and another one other vectors."""
    first, again, other = (gc.check_jvp(chain, chain_jvp, LONG, seed=s) for s in (1, 1, 2))

    assert (first.entries.numeric == again.entries.numeric).all()
    assert (first.entries.numeric != other.entries.numeric).any()
