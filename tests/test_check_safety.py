"""A check disturbs nobody, trusts nobody, and says what it knows."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import gradcheck as gc
from gradcheck.errors import GradcheckError
from gradcheck.verdict.result import Reason, Result, Results, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]
Pair = tuple[Function, Function, Any]

X = np.array([0.31, -1.72, 2.23])
X.setflags(write=False)


def squares(x: Any) -> Any:
    """Return Σ x²."""
    return np.sum(np.square(x))


def twice(x: Any) -> Any:
    """Return its gradient."""
    return 2.0 * x


def wave(x: Array) -> Any:
    """Map R³ → R."""
    return np.sin(x[0]) * np.exp(x[1] / 2) + x[2] ** 3


def wave_gradient(x: Array) -> Array:
    """Return its gradient."""
    slow = np.exp(x[1] / 2)
    return np.array([np.cos(x[0]) * slow, np.sin(x[0]) * slow / 2, 3 * x[2] ** 2])


def pair_of_products(x: Array) -> Array:
    """Map R³ → R²."""
    return np.array([x[0] * x[1], np.sin(x[1]) * x[2]])


def pair_of_products_jacobian(x: Array) -> Array:
    """Return its Jacobian."""
    return np.array([[x[1], x[0], 0.0], [0.0, np.cos(x[1]) * x[2], np.sin(x[1])]])


def quartics(x: Array) -> Any:
    """Map Rⁿ → R, for any n."""
    return np.sum(x**4) / 4 + x[0] * x[-1]


def quartics_gradient(x: Array) -> Array:
    """Return its gradient."""
    gradient = x**3
    gradient[0] += x[-1]
    gradient[-1] += x[0]
    return np.asarray(gradient)


def check(*arguments: Any, **options: Any) -> Result:
    """Check one pair."""
    result = gc.check(*arguments, **options)
    assert isinstance(result, Result)
    return result


def prose(result: Result) -> str:
    """Return the text of a result with its lines joined."""
    return " ".join(str(result).split())


def outcome(result: Result) -> tuple[Verdict, Reason]:
    """Return what a result comes to."""
    return result.verdict, result.reason


def in_order(result: Result) -> pd.DataFrame:
    """Return the table by place instead of by gravity."""
    return result.table.sort_values(["point", "output", "input"], ignore_index=True)


def verdicts(table: pd.DataFrame) -> list[str]:
    """Return the verdicts of the entries as words."""
    return [str(verdict) for verdict in table["verdict"]]


PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)

PAIRS: dict[str, Pair] = {
    "a number": (np.sin, np.cos, 0.7),
    "math": (math.exp, math.exp, 0.7),
    "a gradient": (wave, wave_gradient, X),
    "a Jacobian": (pair_of_products, pair_of_products_jacobian, X),
    "elementwise": (np.tanh, lambda x: 1 / np.cosh(x) ** 2, X),
    "two axes": (squares, twice, np.array([[0.3, 1.7], [-2.2, 0.9]])),
    "forty inputs": (quartics, quartics_gradient, np.linspace(0.4, 1.9, 40)),
}
every_pair = pytest.mark.parametrize("name", PAIRS)


class Recorded:
    """A function that keeps every argument it got."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.arguments: list[Any] = []

    def __call__(self, x: Any) -> Any:
        """Keep the argument itself, and return the value."""
        self.arguments.append(x)
        return self.function(x)


# --- what comes from outside passes through, or is told ------------------------------------------


def interrupted(_: Any) -> Any:
    """Behave as if Ctrl-C were pressed."""
    raise KeyboardInterrupt


def interrupted_beside_the_point(x: Array) -> Any:
    """Behave as if Ctrl-C were pressed, but not at the point itself."""
    if not np.array_equal(x, X):
        raise KeyboardInterrupt
    return squares(x)


@pytest.mark.parametrize(
    ("f", "df"),
    [(interrupted, twice), (interrupted_beside_the_point, twice), (squares, interrupted)],
    ids=["f", "f at x + h", "df"],
)
def test_an_interrupt_passes_through(f: Function, df: Function) -> None:
    """Ctrl-C is nobody's derivative, and leaves NumPy as it was."""
    with np.errstate(all="raise"):
        before = np.geterr()
        with pytest.raises(KeyboardInterrupt):
            gc.check(f, df, X)

        assert before == np.geterr()


def test_an_exception_of_f_is_told_with_its_point() -> None:
    """What was raised, in which words, and where."""

    def f(_: Array) -> float:
        raise OverflowError("the furnace is too hot")

    result = check(f, twice, X)

    assert (Verdict.INCONCLUSIVE, Reason.RAISED) == outcome(result)
    for text in (result.message, prose(result)):
        assert "OverflowError: the furnace is too hot" in text
        assert "0.31" in text
        assert "-1.72" in text


def test_an_exception_beside_the_point_is_told_with_its_step() -> None:
    """The point is fine; the message says that x + h is not."""

    def f(x: float) -> float:
        if x != 0.7:
            raise OverflowError("the furnace is too hot")
        return x

    result = check(f, lambda _: 1.0, 0.7)

    assert Verdict.INCONCLUSIVE is result.verdict
    assert result.reason in {Reason.DOMAIN, Reason.RAISED}
    assert "OverflowError: the furnace is too hot" in prose(result)
    assert "0.7" in str(result)
    assert "step" in prose(result) or "h =" in prose(result)


def test_an_exception_of_df_is_told_with_its_point() -> None:
    """That is a failure of df, and told as one."""

    def df(_: float) -> float:
        raise LookupError("no such layer")

    result = check(np.sin, df, 0.734)

    assert (Verdict.FAIL, Reason.RAISED) == outcome(result)
    assert "df raised LookupError" in result.message
    assert "no such layer" in result.message
    assert "0.734" in result.message


def test_functions_without_a_value_give_an_empty_result_that_can_be_used() -> None:
    """No derivative, an infinite resolution, a table with nothing to be proud of."""
    result = check(lambda x: x * math.nan, lambda _: 1.0, 0.7)

    assert (Verdict.INCONCLUSIVE, Reason.NOT_FINITE) == outcome(result)
    assert math.isinf(result.resolution)
    assert result.table["numeric"].isna().all()


# --- nobody is disturbed -------------------------------------------------------------------------


@every_pair
@pytest.mark.parametrize("state", ["ignore", "warn", "raise"])
def test_numpys_error_state_neither_changes_nor_matters(name: str, state: Any) -> None:
    """Whatever the caller wants of NumPy, the table is the same, and his wish is kept."""
    expected = check(*PAIRS[name]).table
    with np.errstate(all=state):
        before = np.geterr()
        result = check(*PAIRS[name])

        assert before == np.geterr()
    pd.testing.assert_frame_equal(expected, result.table)


@every_pair
def test_random_numbers_of_the_caller_are_left_alone(name: str) -> None:
    """What is drawn after a check is what would have been drawn without it."""
    np.random.seed(3)  # noqa: NPY002  (the generator that belongs to everybody)
    expected = np.random.random(5)  # noqa: NPY002  (as above)
    np.random.seed(3)  # noqa: NPY002  (as above)
    check(*PAIRS[name])

    np.testing.assert_array_equal(expected, np.random.random(5))  # noqa: NPY002  (as above)


def test_warning_filters_of_the_caller_are_left_alone() -> None:
    """Also where f leaves its domain, which NumPy would warn about."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        before = list(warnings.filters)
        result = check(np.log, lambda x: 1 / x, 1e-3)

        assert before == list(warnings.filters)
    assert result


@every_pair
def test_the_same_check_gives_the_same_table(name: str) -> None:
    """To the last bit, and whatever was drawn in between."""
    first = check(*PAIRS[name])
    np.random.random(7)  # noqa: NPY002  (the generator that belongs to everybody)
    second = check(*PAIRS[name])

    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    assert first.evaluations == second.evaluations
    assert first.notes == second.notes


def test_random_directions_are_the_same_each_time() -> None:
    """Many inputs are checked along directions, which come from a fixed seed; a note says so."""
    x = np.linspace(0.4, 1.9, 2500)
    first, second = (check(quartics, quartics_gradient, x) for _ in range(2))

    assert PASSES == outcome(first)
    assert any("direction" in note for note in first.notes)
    assert first.evaluations < x.size
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)


def test_random_directions_see_one_wrong_entry() -> None:
    """One in 2,500, by one per cent of it."""

    def df(x: Array) -> Array:
        gradient = quartics_gradient(x)
        gradient[1234] *= 1.01
        return gradient

    assert DISAGREES == outcome(check(quartics, df, np.linspace(0.4, 1.9, 2500)))


# --- what f and df are given ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", [list, np.float32, np.float64, np.int64, np.asfortranarray])
def test_functions_get_float64_arrays_of_the_shape_of_x(kind: Callable[..., Any]) -> None:
    """Whatever x was: a list, single precision, ints, another memory order."""
    x = kind([[2, -1, 3], [5, 4, -7]]) if kind is not list else [2, -1, 3, 5]
    f, df = Recorded(squares), Recorded(twice)

    assert PASSES == outcome(check(f, df, x))
    for argument in f.arguments + df.arguments:
        assert type(argument) is np.ndarray
        assert np.dtype(np.float64) == argument.dtype
        assert np.shape(x) == argument.shape
        assert argument.flags.writeable


def test_functions_of_a_number_get_floats() -> None:
    """A float, or an array of floats where f acts elementwise; never an int."""
    f, df = Recorded(math.exp), Recorded(math.exp)

    assert PASSES == outcome(check(f, df, 2))
    for argument in f.arguments + df.arguments:
        assert isinstance(argument, float) or np.dtype(np.float64) == argument.dtype
    assert isinstance(df.arguments[0], float)
    assert any(isinstance(argument, float) for argument in f.arguments)


@every_pair
def test_arguments_are_fresh_copies(name: str) -> None:
    """None shares memory with x, with the stored point, or with another argument."""
    function, derivative, x = PAIRS[name]
    f, df = Recorded(function), Recorded(derivative)
    result = check(f, df, x)
    arguments = f.arguments + df.arguments
    arrays = [argument for argument in arguments if isinstance(argument, np.ndarray)]

    assert np.ndim(x) == 0 or len(arguments) == len(arrays)
    assert np.ndim(x) == 0 or len({array.ctypes.data for array in arrays}) == len(arrays)
    for owner in (np.asarray(x), *result.case.points):
        assert not any(np.shares_memory(owner, array) for array in arrays)


def test_writing_into_arguments_of_calls_before_spoils_nothing() -> None:
    """Each call overwrites all arguments and all values of the calls before it."""
    kept: list[Array] = []

    def spoiling(function: Function) -> Function:
        def spoiled(x: Array) -> Array:
            for array in kept:
                array.fill(math.nan)
            value = np.array(function(x))
            kept.extend([x, value])
            return value

        return spoiled

    result = check(spoiling(pair_of_products), spoiling(pair_of_products_jacobian), X)
    undisturbed = check(pair_of_products, pair_of_products_jacobian, X)

    assert PASSES == outcome(result)
    pd.testing.assert_frame_equal(undisturbed.table, result.table, check_exact=True)


def test_a_result_does_not_change_with_the_x_of_the_caller() -> None:
    """The table is made later than the check; x may be something else by then."""
    x = X.copy()
    result = check(wave, lambda x: 2 * wave_gradient(x), x)
    x.fill(0.0)

    np.testing.assert_array_equal(X, result.case.points[0])
    expected = check(wave, lambda x: 2 * wave_gradient(x), X)
    pd.testing.assert_frame_equal(expected.table, result.table)


@every_pair
def test_evaluations_are_the_calls_of_f(name: str) -> None:
    """A vectorised call counts as its number of points."""
    function, df, x = PAIRS[name]
    f = Recorded(function)
    result = check(f, df, x)
    entries = sum(np.size(argument) for argument in f.arguments)

    assert entries == result.evaluations * np.size(x)


def test_a_batched_function_gets_many_points_at_once() -> None:
    """Arrays of shape (k, n) only, and few of them."""
    recorded = Recorded(lambda x: np.sum(x**4, axis=-1) / 4)
    x = np.linspace(0.4, 1.9, 30)
    result = check(gc.batched(recorded), lambda x: x**3, x)
    shapes = [np.shape(argument) for argument in recorded.arguments]

    assert PASSES == outcome(result)
    assert {(2, 30)} == {(len(shape), shape[1]) for shape in shapes}
    assert result.evaluations == sum(shape[0] for shape in shapes)
    assert len(shapes) < x.size, "the inputs are not asked for one by one"


def test_a_batched_function_with_a_wrong_gradient_fails() -> None:
    """At the entry that is wrong."""
    result = check(
        gc.batched(lambda x: np.sum(x**4, axis=-1)),
        lambda x: 4 * x**3 * (1 + 1e-4 * (np.arange(x.size) == 7)),
        np.linspace(0.4, 1.9, 30),
    )

    assert DISAGREES == outcome(result)
    assert 7 == result.table["input"].iloc[0]
    assert 1 == verdicts(result.table).count("fail")


# --- what is checked -----------------------------------------------------------------------------


def test_a_case_is_checked_at_its_points_in_general_position() -> None:
    """Under its own name; the special points are there to teach, and may well be kinks."""
    case = gc.Case(
        "bell",
        f=lambda x: np.exp(-x * x),
        df=lambda x: -2 * x * np.exp(-x * x),
        points=[0.7, -1.3],
        special_points={"the top": 0.0, "far out": 40.0},
    )
    result = check(case)

    assert PASSES == outcome(result)
    assert "bell" == result.case.name
    assert [0, 1] == in_order(result)["point"].tolist()
    assert [0.7, -1.3] == [float(point) for point in result.case.points]
    assert "bell" in str(result)


def test_a_registry_is_checked_case_by_case() -> None:
    """The results go by the names of the cases, and pass together or not at all."""
    good = gc.Case("good", f=np.sin, df=np.cos, points=[0.7])
    bad = gc.Case("bad", f=np.sin, df=np.sin, points=[0.7])
    results = gc.check(gc.Registry([good, bad]))

    assert isinstance(results, Results)
    assert ["good", "bad"] == list(results)
    assert PASSES == outcome(results["good"])
    assert DISAGREES == outcome(results["bad"])
    assert not results
    assert gc.check(gc.Registry([good]))


def test_an_empty_registry_does_not_pass() -> None:
    """Nothing was checked: `assert gc.check(registry)` must not go through."""
    with pytest.raises(GradcheckError, match="case"):
        gc.check(gc.Registry([]))


def test_several_points_are_one_check() -> None:
    """The table counts them, and the one where df is wrong leads it."""
    points = [np.array([0.7, 1.3]), np.array([-0.4, 2.1]), np.array([1.9, 0.6])]
    right = check(squares, twice, points=points)
    wrong = check(squares, lambda x: np.where(x > 2, 2.2, 2.0) * x, points=points)

    assert PASSES == outcome(right)
    assert [0, 0, 1, 1, 2, 2] == in_order(right)["point"].tolist()
    assert DISAGREES == outcome(wrong)
    assert (1, 1) == tuple(wrong.table[["point", "input"]].iloc[0])
    assert ["fail"] + ["pass"] * 5 == verdicts(wrong.table)


def test_one_wrong_point_decides() -> None:
    """A pass at two points does not outweigh a failure at the third, nor does doubt."""
    result = check(np.abs, np.sign, points=[0.7, -0.4, 0.0])
    wrong = check(np.abs, lambda x: np.sign(x) * (x > -1), points=[0.7, 0.0, -1.3])

    assert Verdict.INCONCLUSIVE is result.verdict
    assert Verdict.FAIL is wrong.verdict
    assert 2 == wrong.table["point"].iloc[0]


def test_an_elementwise_pair_is_a_diagonal_and_a_note_says_so() -> None:
    """np.sin and np.cos on an array need no np.diag."""
    result = check(np.sin, np.cos, np.linspace(0.1, 1.1, 5))

    assert PASSES == outcome(result)
    assert result.elementwise
    assert any("elementwise" in note for note in result.notes)
    diagonal = in_order(result).query("output == input")
    np.testing.assert_allclose(np.cos(np.linspace(0.1, 1.1, 5)), diagonal["numeric"], rtol=1e-6)


def test_a_full_jacobian_of_an_elementwise_function_is_compared_in_full() -> None:
    """No note, and a wrong entry off the diagonal is seen."""

    def wrong(x: Array) -> Array:
        return np.diag(np.cos(x)) + 1e-3 * np.eye(x.size, k=1)

    assert PASSES == outcome(check(np.sin, lambda x: np.diag(np.cos(x)), X))
    assert DISAGREES == outcome(check(np.sin, wrong, X))


@pytest.mark.parametrize(
    "x",
    [np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([2.0, 3.0]), np.array([0.7, 0.7])],
    ids=["zeros", "ones", "integers", "equal entries"],
)
def test_a_special_point_is_noted(x: Array) -> None:
    """x² and x·|x| have the same derivative at 0 and 1: three general points tell more."""
    notes = check(squares, twice, x).notes

    assert any("general position" in note for note in notes)


def test_a_general_point_is_not_noted() -> None:
    """Nothing to say about numbers that mean nothing."""
    assert not any("general position" in note for note in check(squares, twice, X).notes)


# --- what is said --------------------------------------------------------------------------------


def test_a_result_is_true_if_it_passed_and_only_then() -> None:
    """So that `assert gc.check(...)` means what it says."""
    assert check(np.sin, np.cos, 0.7)
    assert not check(np.sin, np.sin, 0.7)
    assert not check(np.abs, np.sign, 0.0)


@pytest.mark.parametrize(
    ("f", "df", "x", "word"),
    [
        (np.sin, np.cos, 0.7, "pass"),
        (np.sin, np.sin, 0.7, "fail"),
        (np.abs, np.sign, 0.0, "inconclusive"),
    ],
)
def test_a_result_says_its_verdict(f: Function, df: Function, x: float, word: str) -> None:
    """In its text, in its representation, and for notebooks."""
    result = check(f, df, x)

    assert word == result.verdict.value
    assert word in str(result).lower()
    assert word in repr(result)
    assert word in result._repr_html_().lower()


def test_a_wrong_gradient_is_a_failed_assertion() -> None:
    """With the entry, both numbers, and the point to reproduce it."""
    with pytest.raises(gc.GradientMismatch) as caught:
        gc.assert_gradient(wave, lambda x: wave_gradient(x) * [1.0, 1.0, 2.0], X)
    message = str(caught.value)

    assert isinstance(caught.value, AssertionError)
    assert "analytic" in message
    assert "numeric" in message
    assert "29.837" in message, "6 x² at 2.23"
    assert "14.9187" in message, "3 x²"
    assert (2.23).hex() in message


@every_pair
def test_a_right_gradient_is_no_failed_assertion(name: str) -> None:
    """Silence is consent."""
    gc.assert_gradient(*PAIRS[name])


@pytest.mark.parametrize("name", ["a number", "a gradient", "a Jacobian", "two axes"])
@pytest.mark.parametrize(
    "mistake",
    [lambda d: -d, lambda d: 2 * d, lambda d: d * (1 + 1e-6), lambda d: d + 1e3, np.zeros_like],
    ids=["sign", "factor", "a millionth", "offset", "zero"],
)
def test_the_numeric_side_never_looks_at_the_analytic_one(name: str, mistake: Function) -> None:
    """Derivative and error bar are the same, whatever df claims."""
    f, df, x = PAIRS[name]
    right, wrong = check(f, df, x), check(f, lambda x: mistake(df(x)), x)
    columns = ["point", "output", "input", "numeric", "error_bar"]

    assert PASSES == outcome(right)
    assert DISAGREES == outcome(wrong)
    pd.testing.assert_frame_equal(
        in_order(right)[columns], in_order(wrong)[columns], check_exact=True
    )


# --- what can be seen ----------------------------------------------------------------------------


def softmax_loss(x: Array) -> Any:
    """Return the cross entropy of class 1."""
    return np.log(np.sum(np.exp(x))) - x[1]


def softmax_loss_gradient(x: Array) -> Array:
    """Return softmax(x) - e₁."""
    weights = np.exp(x)
    return np.asarray(weights / weights.sum() - (np.arange(x.size) == 1))


def in_single_precision(x: Array) -> Any:
    """Return Σ exp(x / 2), rounded to float32 as networks do."""
    return np.sum(np.exp(x / 2)).astype(np.float32)


RESOLVED: dict[str, Pair] = {
    "sin": (np.sin, np.cos, 0.7),
    "exp far out": (np.exp, np.exp, 30.3),
    "a logarithm near its edge": (np.log, lambda x: 1 / x, 1e-6),
    "a root": (np.sqrt, lambda x: 0.5 / np.sqrt(x), 1e9),
    "fast waves": (lambda x: np.sin(1e3 * x), lambda x: 1e3 * np.cos(1e3 * x), 0.734),
    "on top of 1e8": (lambda x: 1e8 + np.sin(x), np.cos, 0.7),
    "small values": (lambda x: 1e-40 * np.sin(x), lambda x: 1e-40 * np.cos(x), 0.7),
    "a gradient": (wave, wave_gradient, X),
    "a Jacobian": (pair_of_products, pair_of_products_jacobian, X),
    "a loss": (softmax_loss, softmax_loss_gradient, np.array([0.3, -1.2, 2.1, 0.4])),
    "single precision": (in_single_precision, lambda x: np.exp(x / 2) / 2, X),
    "rounded to six decimals": (lambda x: np.round(np.exp(x), 6), np.exp, 0.7),
}


@pytest.mark.parametrize("which", [0, -1], ids=["first entry", "last entry"])
@pytest.mark.parametrize("sign", [1, -1], ids=["too large", "too small"])
@pytest.mark.parametrize("name", RESOLVED)
def test_an_error_of_three_times_the_resolution_is_caught(name: str, which: int, sign: int) -> None:
    """In one entry, in units of the largest derivative of its block."""
    f, df, x = RESOLVED[name]
    right = check(f, df, x)
    table = in_order(right)
    largest = table.groupby(["point", "output"])["numeric"].transform(lambda n: n.abs().max())
    error = sign * 3 * right.resolution * largest.to_numpy()[which]

    def wrong(z: Any) -> Any:
        if np.ndim(x) == 0:
            return df(z) + error
        claimed = np.array(df(z))
        claimed.flat[which] += error
        return claimed

    assert PASSES == outcome(right)
    assert right.resolution < 0.1, "or there is nothing to show"
    assert DISAGREES == outcome(check(f, wrong, x))


@pytest.mark.parametrize("name", ["sin", "a gradient", "a Jacobian", "a loss"])
def test_a_clean_function_is_resolved_to_a_billionth(name: str) -> None:
    """In double precision, a relative error of 1e-8 would be seen."""
    assert check(*RESOLVED[name]).resolution < 1e-8


@pytest.mark.parametrize("name", ["single precision", "rounded to six decimals"])
def test_a_coarse_function_is_not_said_to_be_resolved_finely(name: str) -> None:
    """What is lost in f cannot be seen in its derivative."""
    result = check(*RESOLVED[name])

    assert PASSES == outcome(result)
    assert result.resolution > 1e-9


def test_a_tolerance_tolerates_and_a_note_tells() -> None:
    """One per cent off passes at rtol=0.05; that there was a difference is not hidden."""
    result = check(wave, lambda x: 1.01 * wave_gradient(x), X, rtol=0.05)

    assert PASSES == outcome(result)
    assert result.resolution >= 0.05 / 2
    assert result.notes
    assert DISAGREES == outcome(check(wave, lambda x: 1.01 * wave_gradient(x), X, rtol=1e-3))


def test_an_absolute_tolerance_tolerates() -> None:
    """A difference of 0.01 passes at atol=0.02, and not at 0.002."""

    def off(x: Array) -> Array:
        return wave_gradient(x) + 0.01

    assert PASSES == outcome(check(wave, off, X, atol=0.02))
    assert DISAGREES == outcome(check(wave, off, X, atol=0.002))


@every_pair
def test_no_tolerance_is_tight_enough_to_fail_a_right_gradient(name: str) -> None:
    """The error bar and the rounding of df remain."""
    f, df, x = PAIRS[name]
    for rtol in (0.0, 1e-300, 1e-15):
        assert Verdict.FAIL is not check(f, df, x, rtol=rtol).verdict


KINKS: dict[str, tuple[Function, float, float, float]] = {
    # f, x, and the slopes on both sides of x
    "abs": (np.abs, 0.0, -1.0, 1.0),
    "abs elsewhere": (lambda x: np.abs(x - 0.734), 0.734, -1.0, 1.0),
    "relu": (lambda x: np.maximum(x, 0.0), 0.0, 0.0, 1.0),
    "minus abs": (lambda x: 3.0 - np.abs(x), 0.0, -1.0, 1.0),
    "a curved kink": (lambda x: np.abs(np.sin(x)) + np.exp(x), 0.0, 0.0, 2.0),
}


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("name", KINKS)
def test_a_value_between_the_slopes_of_a_kink_is_not_judged(name: str, share: float) -> None:
    """It is a valid subgradient, and no derivative exists."""
    f, x, low, high = KINKS[name]
    result = check(f, lambda _: low + share * (high - low), x)

    assert (Verdict.INCONCLUSIVE, Reason.KINK) == outcome(result)


@pytest.mark.parametrize("off", [-0.25, 0.25])
@pytest.mark.parametrize("name", KINKS)
def test_a_value_beyond_the_slopes_of_a_kink_is_wrong(name: str, off: float) -> None:
    """No choice at the kink makes it right; "kink" and "disagrees" are both true of it."""
    f, x, low, high = KINKS[name]
    result = check(f, lambda _: low + off if off < 0 else high + off, x)

    assert Verdict.FAIL is result.verdict
    assert result.reason in {Reason.KINK, Reason.DISAGREES}


def test_both_slopes_of_a_kink_are_told() -> None:
    """So that the reader sees what to choose from."""
    message = prose(check(lambda x: np.where(x < 0, 0.375 * x, 2.625 * x), lambda _: 1.5, 0.0))

    assert "0.375" in message
    assert "2.625" in message


def test_a_kink_in_one_entry_leaves_the_others_judged() -> None:
    """The L1 norm at a zero of one entry; a wrong sign elsewhere is still wrong."""
    x = np.array([0.7, 0.0, -1.3])
    right = check(lambda x: np.sum(np.abs(x)), np.sign, x)
    wrong = check(lambda x: np.sum(np.abs(x)), lambda x: np.sign(x) * [1, 1, -1], x)

    assert (Verdict.INCONCLUSIVE, Reason.KINK) == outcome(right)
    assert ["pass", "inconclusive", "pass"] == verdicts(in_order(right))
    assert DISAGREES == outcome(wrong)


@pytest.mark.parametrize("distance", [1e-9, 1e-5, 1e-2])
def test_a_kink_close_by_is_no_excuse(distance: float) -> None:
    """The derivative exists, right up to the kink."""
    assert PASSES == outcome(check(np.abs, np.sign, distance))
    assert DISAGREES == outcome(check(np.abs, lambda x: -np.sign(x), distance))


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + e⁻ᶻ), which near 1 moves in leaps of 1.1e-16."""
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z: Any) -> Any:
    """Return its derivative by the formula of the books."""
    return sigmoid(z) * (1 - sigmoid(z))


def test_a_formula_without_digits_is_not_accused_by_a_function_without_digits() -> None:
    """Neither f (1 - f) at 37 nor differences of f know the slope.

    Either of the two may be named.
    """
    result = check(sigmoid, sigmoid_derivative, 37.0)

    assert Verdict.INCONCLUSIVE is result.verdict
    assert result.reason in {Reason.ANALYTIC_INACCURATE, Reason.NOISE}


@pytest.mark.parametrize("z", [25.0, 28.3, 31.0, 34.0, 35.5, 36.5, 40.0, 300.0, 800.0])
def test_a_saturated_sigmoid_is_never_accused(z: float) -> None:
    """Where a pass is still possible, it claims no more digits than there are."""
    result = check(sigmoid, sigmoid_derivative, z)

    assert Verdict.FAIL is not result.verdict
    assert result.resolution > np.finfo(float).eps * np.exp(min(z, 37.0)) / 10


def test_a_formula_that_loses_its_digits_is_named_where_f_keeps_them() -> None:
    """(x - 1)⁷ multiplied out has no digit left near 1, and each float next to x has others."""
    expanded = [1.0, -7.0, 21.0, -35.0, 35.0, -21.0, 7.0, -1.0]

    def f(x: Any) -> Any:
        return (x - 1) ** 8 / 8

    def df(x: Any) -> Any:
        return np.polyval(expanded, x)

    assert PASSES == outcome(check(f, df, 2.734))
    assert (Verdict.INCONCLUSIVE, Reason.ANALYTIC_INACCURATE) == outcome(check(f, df, 1.005))
    assert DISAGREES == outcome(check(f, lambda x: df(x) + 1e-3, 1.005))


@pytest.mark.parametrize("x", [-1e-300, 1e-300, 0.0, 1e8, 1e300])
def test_a_constant_has_a_derivative_of_zero(x: float) -> None:
    """Without noise there is no doubt; with a slope of one there is none, either."""
    assert PASSES == outcome(check(lambda _: 3.7, lambda _: 0.0, x))
    assert DISAGREES == outcome(check(lambda _: 3.7, lambda _: 1.0, x))
