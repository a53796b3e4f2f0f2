"""User code is called in one place: on copies, counted, caught, and at once where that is right."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gradcheck.differences.evaluate import (
    Status,
    contains,
    derivative_output,
    evaluate,
    evaluate_derivative,
    text_of,
)
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike

Array = npt.NDArray[Any]
X = np.array([-2.0, -0.5, 0.25, 1.0, 3.0, 7.0, 0.125])


def case(
    f: Callable[..., Any], df: Callable[..., Any] = np.cos, *, domain: DomainLike = None
) -> Case:
    """Make a case of one function."""
    return Case("subject", f=f, df=df, domain=domain)


class Counted:
    """A function that knows how it was called."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, x: Any) -> Any:
        """Call f."""
        self.shapes.append(np.shape(x))
        return self.f(x)

    @property
    def points(self) -> int:
        """At how many abscissae f was asked for a value, each vectorised call counted in full."""
        return sum(math.prod(shape) for shape in self.shapes)


ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "exp": np.exp,
    "a polynomial": lambda x: 3 * x**2 + 1,
    "where": lambda x: np.where(x > 0, x, 0.0),
    "nan for some": np.log,
    "inf for some": lambda x: 1 / (x - 1),
    "integers": lambda x: np.floor(x).astype(int),
    "truth values": lambda x: x > 0,
    "float32": lambda x: np.asarray(x).astype(np.float32) * 2,
    "itself": lambda x: x,
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_an_elementwise_function_is_called_on_the_whole_array(name: str) -> None:
    """Its values are those of single calls, as float64, in the shape (count, 1)."""
    f = Counted(ELEMENTWISE[name])
    values = evaluate(case(f), X)
    with np.errstate(all="ignore"):
        expected = np.array([[float(ELEMENTWISE[name](x))] for x in X])

    np.testing.assert_array_equal(expected, values.values)
    assert X.shape in f.shapes
    assert len(f.shapes) < 3 * len(X), "samples, one whole call, and no loop"
    assert values.output == ()
    assert np.dtype(np.float64) == values.values.dtype


def sorted_values(x: Any) -> Any:
    """Sort, which single numbers do not notice."""
    return np.sort(x) if np.ndim(x) else x


def with_a_branch(x: Any) -> Any:
    """Decide by a truth value, which an array does not have."""
    return x if x > 0 else 0.0


NOT_ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "a branch": with_a_branch,
    "the mean": lambda x: x - np.mean(x),
    "sorting": sorted_values,
    "a running sum": lambda x: np.cumsum(x)[-1] if np.ndim(x) == 0 else np.cumsum(x),
    "the largest": lambda x: x / np.max(np.abs(x)),
    "a number": lambda _: 3.0,
    "an array of one": lambda _: np.float64(3.0),
    "math": math.sin,
    "float": lambda x: float(x) ** 2,
    "a list for an array": lambda x: list(x) if np.ndim(x) else x,
    "a matrix": lambda x: np.ma.masked_array(x) if np.ndim(x) else x,
    "all positive": lambda x: x if np.all(x > 0) else 0.0 * x,
    "two numbers": lambda x: np.array([x, 2 * x]),
    "any above 1": lambda x: 2 * x if np.any(x > 1) else x * x,
}


@pytest.mark.parametrize("name", NOT_ELEMENTWISE)
def test_a_function_that_is_not_elementwise_is_called_on_single_numbers(name: str) -> None:
    """Whatever it makes of arrays, its values are those of single calls."""
    f = NOT_ELEMENTWISE[name]
    expected = np.array([np.reshape(f(x), -1) for x in X], dtype=float)
    values = evaluate(case(f), X)

    np.testing.assert_array_equal(expected, values.values)
    assert [Status.OK] * len(X) == values.status.tolist()


@pytest.mark.parametrize("domain", [None, "(-1, 5)"])
def test_the_first_candidate_in_the_domain_is_called_by_itself(domain: DomainLike) -> None:
    """So a function is found out that is not elementwise at a single abscissa only."""
    place, far = X.tolist().index(1.0), X.tolist().index(7.0)
    f = case(lambda x: np.where(x == 1.0, np.size(x), x), domain=domain)
    candidates = [place] if domain is None else [far, place]

    assert evaluate(f, X, candidates=candidates).values[place, 0] == 1.0
    assert evaluate(f, X).values[place, 0] > 1.0, "the other samples do not see it"


def test_a_random_function_is_not_taken_for_elementwise() -> None:
    """Single calls and the whole call never agree, so each number is asked for by itself."""
    generator = np.random.default_rng(0)
    f = Counted(lambda x: x + generator.standard_normal(np.shape(x)))
    evaluate(case(f), X)

    assert len(X) == f.shapes[-len(X) :].count(())


@pytest.mark.parametrize(
    "f", [np.exp, math.sin, with_a_branch, lambda x: np.array([x, x])],
    ids=["elementwise", "math", "branch", "two outputs"],
)  # fmt: skip
@pytest.mark.parametrize("known", [True, False], ids=["known output", "unknown output"])
def test_evaluations_count_what_f_was_asked_for(f: Callable[..., Any], known: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    """A call on an array counts as its number of abscissae; finding out counts as well."""
    counted = Counted(f)
    output = np.shape(f(1.0)) if known else None
    values = evaluate(case(counted), X, output=output)

    assert counted.points == values.evaluations


def test_finding_out_costs_a_few_calls_only() -> None:
    """At most five samples come on top of the array itself."""
    counted = Counted(np.exp)
    evaluate(case(counted), np.linspace(0, 1, 1000))

    assert counted.points <= 1005


def test_statuses_tell_what_became_of_each_abscissa() -> None:
    """Ok, not-finite, raised and outside-domain side by side; NaN where there is no value."""

    def f(x: float) -> float:
        if x > 5:
            raise OverflowError("too large")
        return math.nan if x == 1 else 2 * x

    values = evaluate(case(f, domain="(-1, inf)"), X)
    labels = [Status(code).label for code in values.status]

    assert labels == [
        "outside-domain", "ok", "ok", "not-finite", "ok", "raised", "ok",
    ]  # fmt: skip
    np.testing.assert_array_equal(
        [math.nan, -1.0, 0.5, math.nan, 6.0, math.nan, 0.25], values.values[:, 0]
    )
    assert values.failure == "f raised OverflowError: too large at x = 7.0"


def test_f_is_never_called_outside_its_domain() -> None:
    """Neither by itself nor within an array."""
    for f in (np.log, math.log):
        counted = Counted(f)
        values = evaluate(case(lambda x, g=counted: g(x), domain="(0, inf)"), X)

        assert np.isnan(values.values[:, 0]).tolist() == [True] * 2 + [False] * 5
        np.testing.assert_allclose(values.values[2:, 0], np.log(X[2:]), rtol=1e-15)
        assert values.status.tolist() == [Status.OUTSIDE_DOMAIN] * 2 + [Status.OK] * 5


def test_complex_abscissae_are_inside_by_their_real_parts() -> None:
    """The complex step leaves the real axis, not the domain."""
    values = evaluate(case(np.log, domain="(0, inf)"), X + 0.5j)

    assert values.status.tolist() == [Status.OUTSIDE_DOMAIN] * 2 + [Status.OK] * 5
    assert np.dtype(np.complex128) == values.values.dtype
    np.testing.assert_array_equal(np.log(X[2:] + 0.5j), values.values[2:, 0])


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize(
    "f", [math.sin, float, lambda x: np.array([x, x]).astype(float).sum()],
    ids=["math", "float", "astype"],
)  # fmt: skip
def test_a_function_that_drops_the_imaginary_part_has_no_complex_value(
    f: Callable[..., Any],
) -> None:
    """NumPy would only warn; a derivative of 0 would stand in the table as if it were one."""
    values = evaluate(case(f), X + 0.5j)

    assert [Status.RAISED] * len(X) == values.status.tolist()
    assert "ComplexWarning" in values.failure


def test_a_real_function_of_a_complex_number_is_taken_as_it_is() -> None:
    """abs(x) is real everywhere; that is what it returned."""
    values = evaluate(case(np.abs), X + 0j)

    np.testing.assert_array_equal(np.abs(X), values.values[:, 0])
    assert np.dtype(np.complex128) == values.values.dtype


def test_f_gets_scalars_for_numbers_and_fresh_arrays_for_arrays() -> None:
    """A function that writes into its argument spoils nothing, not even its own next call."""

    def spoil(x: Array) -> float:
        total = float(x.sum())
        x[...] = math.nan
        return total

    points = np.array([[1.0, 2.0], [3.0, 4.0]])
    values = evaluate(case(spoil), points)

    assert values.values.tolist() == [[3.0], [7.0]]
    assert points.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_an_elementwise_function_that_writes_into_its_argument_spoils_nothing() -> None:
    """The whole-array call has a copy of its own."""

    def spoil(x: Any) -> Any:
        x += 1
        return x

    before = X.copy()
    values = evaluate(case(spoil), X)

    assert before.tolist() == X.tolist()
    assert (before + 1).tolist() == values.values[:, 0].tolist()


def test_f_may_return_the_same_buffer_each_time() -> None:
    """Values are copied before the next call overwrites them."""
    buffer = np.zeros(2)

    def f(x: Array) -> Array:
        buffer[:] = x
        return buffer

    assert evaluate(case(f), np.array([[1, 2], [3.0, 4]])).values.tolist() == [
        [1.0, 2.0],
        [3.0, 4.0],
    ]


@pytest.mark.parametrize("wanted", ["ignore", "warn", "raise"])
def test_numpys_error_state_is_left_alone(wanted: Any) -> None:
    """F runs in silence, and what the caller had set is set afterwards."""
    with np.errstate(all=wanted):
        before = np.geterr()
        values = evaluate(case(np.log, domain=lambda x: np.sqrt(x) >= 0), X)
        evaluate(case(lambda x: float(np.log(x))), X)
        evaluate_derivative(case(np.log, lambda x: 1 / (x - 1)), X, ())

        assert before == np.geterr()
    assert values.status.tolist() == [Status.OUTSIDE_DOMAIN] * 2 + [Status.OK] * 5


@pytest.mark.parametrize("output", [None, ()])
def test_an_interrupt_passes_through(output: tuple[int, ...] | None) -> None:
    """Ctrl-C is nobody's derivative."""

    def interrupted(_: Any) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(case(interrupted), X, output=output)


def test_a_function_that_ends_the_program_has_only_raised() -> None:
    """sys.exit in f is the status of a row."""

    def leave(_: Any) -> float:
        raise SystemExit(3)

    values = evaluate(case(leave), X)

    assert [Status.RAISED] * len(X) == values.status.tolist()
    assert values.failure == "f raised SystemExit: 3 at x = -2.0"
    assert values.output is None
    assert (len(X), 1) == values.values.shape


def test_array_values_are_flattened_in_order_and_their_shape_is_told() -> None:
    """A function R² → R^(2×3) has six outputs."""

    def f(x: Array) -> Any:
        return np.arange(6.0).reshape(2, 3) * x[0] + x[1]

    values = evaluate(case(f), np.array([[1.0, 0.0], [2.0, 5.0]]))

    assert values.output == (2, 3)
    assert values.values.tolist() == [[0, 1, 2, 3, 4, 5], [5, 7, 9, 11, 13, 15]]


def test_one_output_that_is_not_finite_leaves_the_others_their_values() -> None:
    """The value is there; whether a row is finite is decided output by output."""
    values = evaluate(case(lambda x: np.array([x, np.log(x)])), np.array([-1.0, 1.0]))

    np.testing.assert_array_equal([[-1.0, math.nan], [1.0, 0.0]], values.values)


def test_no_abscissae_inside_is_no_call() -> None:
    """Everything lies outside."""
    counted = Counted(np.log)
    values = evaluate(Case("log", f=counted, df=np.cos, domain="(10, inf)"), X)

    assert counted.shapes == []
    assert values.evaluations == 0
    assert values.output is None


def test_df_is_evaluated_at_all_points() -> None:
    """In the shape (count, outputs, inputs), elementwise or not."""
    assert np.cos(X).tolist() == evaluate_derivative(case(np.sin), X, ()).reshape(-1).tolist()
    assert [[[3.0]]] * len(X) == evaluate_derivative(case(np.sin, lambda _: 3), X, ()).tolist()
    points = np.arange(8.0).reshape(2, 2, 2)
    jacobian = evaluate_derivative(case(np.sum, lambda x: x + 1), points, ())

    assert jacobian.tolist() == [[[1, 2, 3, 4]], [[5, 6, 7, 8]]]


def test_df_gets_copies_too() -> None:
    """A gradient that writes into its argument spoils nothing."""

    def spoil(x: Array) -> Array:
        x *= 2
        return x

    points = np.array([[1.0, 2.0]])

    assert evaluate_derivative(case(np.sum, spoil), points, ()).tolist() == [[[2.0, 4.0]]]
    assert points.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("point", "jacobian", "output"),
    [((), (), ()), ((2,), (2,), ()), ((2,), (3, 2), (3,)), ((2, 2), (4, 1, 2, 2), (4, 1))],
)
def test_df_tells_the_shape_of_f_where_f_has_no_value(
    point: tuple[int, ...], jacobian: tuple[int, ...], output: tuple[int, ...]
) -> None:
    """The shape of df(x) is that of f(x), then that of x."""
    subject = case(np.sum, lambda _: np.zeros(jacobian))

    assert output == derivative_output(subject, np.zeros(point))


def test_df_that_fits_no_shape_is_refused() -> None:
    """(3,) does not end like a point of shape (2,)."""
    with pytest.raises(
        CaseError, match=r"df must return the shape \(\*output, \*input\) .* \(3,\)"
    ):
        derivative_output(case(np.sum, lambda _: np.zeros(3)), np.zeros(2))


def test_a_predicate_sees_a_copy_of_each_point() -> None:
    """It gets what f would get, and may return anything that is true or false."""

    def inside(x: Array) -> Any:
        x *= 2
        return np.sum(x) < 8

    points = np.array([[1.0, 2.0], [3.0, 4.0]])

    assert contains(Domain(predicate=inside), points, name="c").tolist() == [True, False]
    assert points.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_domain_of_intervals_and_a_predicate_is_where_both_hold() -> None:
    """Neither is forgotten."""
    domain = Domain(Domain.of("(0, 4)").intervals, lambda x: x != 1)

    assert contains(domain, X, name="c").tolist() == [False, False, True, False, True, False, True]


@pytest.mark.parametrize(
    ("predicate", "reason"),
    [
        (lambda x: x > 0, "ValueError: The truth value of an array"),
        (lambda _: 1 / 0, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_predicate_that_gives_no_truth_value_is_refused(
    predicate: Callable[..., Any], reason: str
) -> None:
    """The message names the case and says what a predicate is."""
    expected = "c: the domain's predicate must tell for every x whether f is defined there, but it "
    with pytest.raises(CaseError, match=expected + f"raised {reason}"):
        contains(Domain(predicate=predicate), np.ones((2, 2)), name="c")


def test_a_long_point_is_shortened_in_messages() -> None:
    """A message stays a message."""
    assert text_of(np.array([1.0, 2.0])) == "[1.0, 2.0]"
    assert len(text_of(np.arange(1000.0))) == 80


def test_a_complex_number_for_a_real_x_is_refused_without_a_warning() -> None:
    """The error names what came; nothing is cast away on the way there."""
    case = Case("complex", f=lambda x: x + 1j, df=np.cos, points=[0.7])

    with pytest.raises(CaseError, match="got the complex"):
        evaluate(case, np.array([0.7, 0.8]))
