"""Sparse Jacobians: every entry on the pattern, at the cost of a few directions, and no others."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import scipy.sparse as sp

import gradcheck as gc
from gradcheck.errors import CaseError, GradientMismatch
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)
SPARSITY = (Verdict.FAIL, Reason.SPARSITY)


def check(*arguments: Any, **options: Any) -> Result:
    """Check one pair."""
    result = gc.check(*arguments, **options)
    assert isinstance(result, Result)
    return result


def outcome(result: Result) -> tuple[Verdict, Reason]:
    """Return what a result comes to."""
    return result.verdict, result.reason


def wrong(result: Result) -> list[tuple[int, int]]:
    """Return output and input of the entries that fail."""
    entries = result.entries
    rows = np.flatnonzero(entries.verdict == 2)
    return list(zip(entries.output[rows].tolist(), entries.input[rows].tolist(), strict=True))


def point(n: int, seed: int = 0) -> Array:
    """Return n numbers in general position."""
    return np.random.default_rng([n, seed]).normal(size=n)


def line(n: int) -> Any:
    """Return the second differences on a line."""
    ones = np.ones(n - 1)
    return sp.diags_array([ones, -2 * np.ones(n), ones], offsets=[-1, 0, 1], format="csr")


def grid(n: int) -> Any:
    """Return the five-point Laplacian of an n by n grid, for a unit square."""
    own = sp.kron(sp.eye_array(n), line(n)) + sp.kron(line(n), sp.eye_array(n))
    return sp.csr_array(own * (n + 1.0) ** 2)


def arrow(n: int) -> Any:
    """Return a matrix with a full row and a full column."""
    dense = np.diag(np.arange(1.0, n + 1))
    dense[0], dense[:, 0] = 2.0, 3.0
    return sp.csr_array(dense)


def scattered(m: int, n: int, seed: int = 0) -> Any:
    """Return a matrix with about three numbers a row."""
    generator = np.random.default_rng(seed)
    dense = generator.normal(size=(m, n)) * (generator.random((m, n)) < 3 / n)
    return sp.csr_array(dense)


def bent(matrix: Any) -> tuple[Function, Function, Any]:
    """Return f(x) = sin(A x) + exp(A x / 8), its Jacobian, and the pattern."""

    def f(x: Array) -> Array:
        y = matrix @ x
        return np.asarray(np.sin(y) + np.exp(y / 8))

    def df(x: Array) -> Any:
        y = matrix @ x
        return sp.csr_array(matrix.multiply((np.cos(y) + np.exp(y / 8) / 8)[:, None]))

    return f, df, matrix != 0


def bratu(n: int, size: float = 1.0) -> tuple[Function, Function, Any]:
    """Return the residual of Bratu's equation on n by n interior points, times a size."""
    matrix = grid(n)

    def f(x: Array) -> Array:
        return np.asarray(size * (matrix @ x + np.exp(x)))

    def df(x: Array) -> Any:
        return sp.csr_array(size * (matrix + sp.diags_array(np.exp(x))))

    return f, df, matrix


MATRICES = {
    "tridiagonal": (line(60), 15),
    "pentadiagonal": (line(60) @ line(60), 23),
    "five-point": (grid(7) / 64, 35),
    "arrow": (arrow(7), 31),
    "block diagonal": (sp.csr_array(sp.block_diag([np.ones((3, 2)), np.eye(4) + 1])), 19),
    "rectangular": (scattered(40, 15), 43),
    "wide": (scattered(10, 30), 43),
    "diagonal": (sp.csr_array(sp.eye_array(9)), 7),
}


@pytest.mark.parametrize("name", MATRICES)
def test_a_right_sparse_jacobian_passes_at_the_cost_of_its_groups(name: str) -> None:
    """Each group costs four evaluations of f, and there are three more."""
    matrix, most = MATRICES[name]
    f, df, pattern = bent(matrix)
    result = check(f, df, point(matrix.shape[1]) / 4, sparsity=pattern)
    assert outcome(result) == PASSES
    assert result.evaluations <= most
    assert (result.evaluations - 3) % 4 == 0
    assert len(result.entries) == pattern.nnz
    assert np.median(result.entries.resolution) < 1e-8
    assert (
        np.abs(result.entries.numeric - result.entries.analytic) <= result.entries.error_bar
    ).all()


def test_the_bars_cover_the_truth_on_random_functions() -> None:
    """At least 99 % of the error bars of random sparse functions hold."""
    held = total = 0
    for seed in range(12):
        f, df, pattern = bent(scattered(30, 25, seed))
        x = point(25, seed)
        entries = check(f, df, x, sparsity=pattern).entries
        truth = df(x).toarray()[entries.output, entries.input]
        held += int((np.abs(entries.numeric - truth) <= entries.error_bar).sum())
        total += len(entries)
    assert held >= 0.99 * total
    assert total > 500


@pytest.mark.parametrize(
    "made",
    [
        sp.csr_array, sp.csr_matrix, sp.csc_array, sp.csc_matrix, sp.coo_array, sp.coo_matrix,
        sp.dia_array, sp.lil_array, sp.dok_array, sp.csr_array.toarray,
    ],
    ids=lambda made: made.__name__,
)  # fmt: skip
def test_df_may_return_any_format(made: Function) -> None:
    """Sparse arrays and matrices of all formats, and dense arrays."""
    f, df, pattern = bent(line(12))
    result = check(f, lambda x: made(df(x)), point(12), sparsity=pattern)
    assert outcome(result) == PASSES


def test_df_may_repeat_entries_and_leave_them_unsorted() -> None:
    """Repeated entries of a sparse matrix count as their sum."""
    f, df, pattern = bent(line(12))

    def halves(x: Array) -> Any:
        whole = sp.coo_array(df(x))
        rows, columns = whole.coords
        twice = np.concatenate([whole.data / 2] * 2)[::-1]
        return sp.coo_array((twice, (np.tile(rows, 2)[::-1], np.tile(columns, 2)[::-1])))

    assert outcome(check(f, halves, point(12), sparsity=pattern)) == PASSES


@pytest.mark.parametrize("flat", [True, False], ids=["matrix", "array of all axes"])
def test_x_and_f_may_have_several_axes(flat: bool) -> None:  # noqa: FBT001  (a parameter)
    """The pattern counts outputs and inputs in C order."""
    matrix = scattered(6, 12)
    own, own_derivative, pattern = bent(matrix)

    def f(x: Array) -> Array:
        return np.asarray(own(x.reshape(-1)).reshape(2, 3))

    def df(x: Array) -> Any:
        dense = own_derivative(x.reshape(-1)).toarray()
        return dense if flat else dense.reshape(2, 3, 4, 3)

    result = check(f, df, point(12).reshape(4, 3), sparsity=pattern)
    assert outcome(result) == PASSES


def test_a_number_may_have_a_pattern_too() -> None:
    """A single place is one group."""
    assert outcome(check(np.sin, np.cos, 0.7, sparsity=[[1]])) == PASSES


def test_a_zero_inside_the_pattern_is_fine() -> None:
    """A pattern may hold more than is needed, whether df stores these zeros or not."""
    f, df, _ = bent(line(20))
    wide = abs(line(20)) @ abs(line(20))
    assert outcome(check(f, df, point(20), sparsity=wide)) == PASSES
    result = check(f, lambda x: df(x) + 0 * wide, point(20), sparsity=wide)
    assert outcome(result) == PASSES
    assert len(result.entries) == wide.nnz


def test_the_note_tells_the_groups() -> None:
    """How many entries were compared, and in how many groups."""
    f, df, pattern = bent(line(10))
    assert (
        "28 entries compared in 3 groups of columns"
        in check(f, df, point(10), sparsity=pattern).notes
    )


@pytest.mark.parametrize(("by", "code"), [(-1.0, "sign"), (2.0, "factor"), (0.5, "factor")])
def test_a_factor_is_named(by: float, code: str) -> None:
    """The diagnosis works on sparse entries."""
    f, df, pattern = bent(line(30))
    result = check(f, lambda x: by * df(x), point(30), sparsity=pattern)
    assert outcome(result) == DISAGREES
    assert code in [finding.code for finding in result.findings]
    assert "sparsity=S" in str(result)


@pytest.mark.parametrize("change", [1e-6, 1e-3, -2.0], ids=str)
def test_a_single_wrong_entry_is_found(change: float) -> None:
    """One entry of many fails, alone."""
    f, df, pattern = bent(line(200))

    def spoilt(x: Array) -> Any:
        dense = df(x).toarray()
        dense[57, 56] *= 1 + change
        return sp.csr_array(dense)

    result = check(f, spoilt, point(200), sparsity=pattern)
    assert outcome(result) == DISAGREES
    assert wrong(result) == [(57, 56)]


def test_an_entry_that_df_leaves_out_is_found() -> None:
    """A missing entry counts as 0."""
    f, df, pattern = bent(line(50))

    def without(x: Array) -> Any:
        dense = df(x).toarray()
        dense[30, 31] = 0
        return sp.csr_array(dense)

    result = check(f, without, point(50), sparsity=pattern)
    assert outcome(result) == DISAGREES
    assert wrong(result) == [(30, 31)]


@pytest.mark.parametrize("place", [(30, 33), (0, 49), (49, 7)], ids=str)
def test_a_derivative_outside_the_pattern_is_named(place: tuple[int, int]) -> None:
    """Where f depends on more than the pattern says, row and column are told; no others fail."""
    own, df, pattern = bent(line(50))
    row, column = place

    def f(x: Array) -> Array:
        y = np.asarray(own(x))
        y[row] += 0.3 * x[column] ** 2
        return y

    x = point(50)
    result = check(f, df, x, sparsity=pattern)
    assert outcome(result) == SPARSITY
    assert wrong(result) == [place]
    assert [finding.code for finding in result.findings] == ["sparsity"]
    assert str(place) in result.findings[0].message
    found = np.flatnonzero(result.entries.verdict == 2)
    assert result.entries.numeric[found] == pytest.approx([0.6 * x[column]])


def test_a_full_row_outside_the_pattern_fails() -> None:
    """Very many missing derivatives in a row cannot be listed, but some are."""
    own, df, pattern = bent(line(300))

    def f(x: Array) -> Array:
        y = np.asarray(own(x))
        y[5] += np.sum(np.cos(x))
        return y

    result = check(f, df, point(300), sparsity=pattern)
    assert outcome(result) == SPARSITY
    assert {row for row, _ in wrong(result)} == {5}


def test_a_claim_outside_the_pattern_fails() -> None:
    """A derivative must be zero where the pattern says so."""
    f, df, pattern = bent(line(10))

    def outside(x: Array) -> Any:
        dense = df(x).toarray()
        dense[7, 2] = 0.1
        return dense

    result = check(f, outside, point(10), sparsity=pattern)
    assert outcome(result) == SPARSITY
    assert "(7, 2)" in result.message
    assert result.findings[0].code == "sparsity"


def test_a_transposed_jacobian_has_the_wrong_shape() -> None:
    """As many numbers are not enough: dense and sparse."""
    f, df, pattern = bent(scattered(6, 4))
    for derivative in (lambda x: df(x).T, lambda x: df(x).toarray().T):
        result = check(f, derivative, point(4), sparsity=pattern)
        assert outcome(result) == (Verdict.FAIL, Reason.WRONG_SHAPE)
        assert "transposed" in result.message


NOISES: dict[str, Function] = {
    "float32": lambda y: y.astype(np.float32).astype(np.float64),
    "6 decimals": lambda y: np.round(y, 6),
    "an offset": lambda y: (y + 1e8) - 1e8,
    "ripples": lambda y: y + 1e-9 * np.sin(1e9 * y),
}


@pytest.mark.parametrize("name", NOISES)
def test_noise_raises_no_alarm(name: str) -> None:
    """Of thousands of noisy entries none fails, and a factor is still seen."""
    own, df, pattern = bent(line(1000))

    def f(x: Array) -> Any:
        return NOISES[name](own(x))

    right = check(f, df, point(1000), sparsity=pattern)
    assert right.verdict is not Verdict.FAIL
    assert right.resolution < 1 or right.verdict is Verdict.INCONCLUSIVE
    assert outcome(check(f, lambda x: 2 * df(x), point(1000), sparsity=pattern)) == DISAGREES


def test_an_iteration_stopped_early_raises_no_alarm() -> None:
    """A solver that works to a tolerance of 1e-10 has the derivative of its solution, roughly."""
    matrix = line(30) / 8

    def f(x: Array) -> Array:
        y = np.zeros(30)
        for _ in range(200):
            new = matrix @ x + np.sin(y) / 2
            change, y = np.abs(new - y).max(), new
            if change < 1e-10:
                break
        return y

    def df(x: Array) -> Any:
        return sp.csr_array(matrix.multiply((1 / (1 - np.cos(f(x)) / 2))[:, None]))

    assert check(f, df, point(30), sparsity=matrix).verdict is not Verdict.FAIL


@pytest.mark.parametrize("size", [1.0, 1e-9, 1e10], ids=str)
def test_terms_that_cancel_raise_no_alarm(size: float) -> None:
    """Near the solution of an equation its terms are huge, and f is rounding."""
    f, df, pattern = bratu(12, size)
    x = np.zeros(144)
    for _ in range(12):
        x -= sp.linalg.spsolve(sp.csc_array(df(x)), f(x))
    assert np.abs(f(x)).max() < 1e-9 * size
    result = check(f, df, x, sparsity=pattern)
    assert outcome(result) == PASSES
    assert result.resolution < 1e-7
    assert outcome(check(f, lambda x: 1.001 * df(x), x, sparsity=pattern)) == DISAGREES


def test_inputs_of_mixed_magnitudes() -> None:
    """Inputs from 1e-8 to 1e8 are moved by their own size."""
    own, own_derivative, pattern = bent(scattered(40, 30))
    size = 10.0 ** np.random.default_rng(3).uniform(-8, 8, 30)
    x = size * point(30)
    result = check(
        lambda x: own(x / size), lambda x: own_derivative(x / size) / size, x, sparsity=pattern
    )
    assert outcome(result) == PASSES


@pytest.mark.parametrize("some", [[0], [3, 4], range(20)], ids=["one", "two", "all"])
def test_inputs_may_be_zero(some: Any) -> None:
    """A zero is moved by what the others are large."""
    f, df, pattern = bent(line(20))
    x = point(20)
    x[some] = 0
    assert outcome(check(f, df, x, sparsity=pattern)) == PASSES


def test_kinks_are_told_and_the_other_entries_compared() -> None:
    """Where f has a kink, its own entries are inconclusive."""
    matrix = line(40)

    def f(x: Array) -> Array:
        return np.asarray(matrix @ x + np.abs(x))

    def df(x: Array) -> Any:
        return matrix + sp.diags_array(np.sign(x))

    x = point(40)
    x[7] = 0
    result = check(f, df, x, sparsity=matrix)
    assert outcome(result) == (Verdict.INCONCLUSIVE, Reason.KINK)
    unsettled = np.flatnonzero(result.entries.verdict != 0)
    assert result.entries.output[unsettled].tolist() == [7]


def test_f_may_have_a_domain_and_raise_outside() -> None:
    """Steps across the edge are not used, or they are left out where f raises there."""

    def f(x: Array) -> Array:
        if x.min() <= 0:
            raise ValueError
        return np.asarray(np.log(x) + np.roll(x, 1) ** 2)

    def df(x: Array) -> Any:
        dense = np.diag(1 / x)
        dense[np.arange(12), np.arange(12) - 1] += 2 * np.roll(x, 1)
        return dense

    x = np.abs(point(12)) + 0.1
    x[3] = 1e-6
    case = gc.Case("logarithms", f=f, df=df, points=[x], domain="(0, inf)")
    pattern = df(x) != 0
    assert outcome(check(f, df, x, sparsity=pattern)) == PASSES
    assert outcome(check(case, sparsity=pattern)) == PASSES


def test_f_that_is_not_a_function_of_x_is_told() -> None:
    """Random or counting functions are inconclusive; one that changes x fails."""
    own, df, pattern = bent(line(8))
    generator = np.random.default_rng(0)
    counted: list[int] = []

    def counting(x: Array) -> Array:
        counted.append(0)
        return np.asarray(own(x) + 1e-3 * len(counted))

    def changing(x: Array) -> Array:
        x += 1
        return np.asarray(own(x - 1))

    def random(x: Array) -> Array:
        return np.asarray(own(x) + 1e-3 * generator.normal(size=8))

    reasons = [
        check(f, df, point(8), sparsity=pattern).reason for f in (random, counting, changing)
    ]
    assert reasons == [Reason.NONDETERMINISTIC, Reason.STATEFUL, Reason.MUTATES_INPUT]


def test_a_df_that_loses_digits_is_told() -> None:
    """Values that scatter from float to float are not accused of a mistake."""

    def f(x: Array) -> Array:
        return np.asarray(np.log1p(x) + np.roll(x, 1))

    def df(x: Array) -> Any:
        n = len(x)
        dense = np.diag((1 + 0.01 * np.sin(1e14 * x)) / (1 + x))
        dense[np.arange(n), np.arange(n) - 1] += 1
        return dense

    result = check(f, df, np.abs(point(9)) + 0.5, sparsity=df(np.ones(9)))
    assert outcome(result) == (Verdict.INCONCLUSIVE, Reason.ANALYTIC_INACCURATE)


def test_several_points_and_cases() -> None:
    """All points of a case are checked on the same pattern."""
    f, df, pattern = bent(line(10))
    points = [point(10, seed) for seed in range(3)]
    case = gc.Case("bent", f=f, df=df, points=points)
    for result in (check(case, sparsity=pattern), check(f, df, points=points, sparsity=pattern)):
        assert outcome(result) == PASSES
        assert result.evaluations == 45
        assert len(result.entries) == 3 * 28
    assert gc.assert_gradient(f, df, points[0], sparsity=pattern)
    with pytest.raises(GradientMismatch, match="sign"):
        gc.assert_gradient(f, lambda x: -df(x), points[0], sparsity=pattern)


def test_tolerances_are_those_of_the_entries() -> None:
    """Rtol and atol count in units of the derivative, however large the inputs are."""
    own, own_derivative, pattern = bent(line(10))

    def f(x: Array) -> Any:
        return own(x / 1e6)

    def df(x: Array) -> Any:
        return own_derivative(x / 1e6) / 1e6

    x = 1e6 * point(10)

    def shifted(x: Array) -> Any:
        return df(x) + 1e-9 * pattern.astype(float)

    assert outcome(check(f, shifted, x, sparsity=pattern)) == DISAGREES
    assert outcome(check(f, shifted, x, sparsity=pattern, atol=2e-9)) == PASSES
    assert outcome(check(f, shifted, x, sparsity=pattern, atol=1e-10)) == DISAGREES
    larger = check(f, lambda x: 1.001 * df(x), x, sparsity=pattern, rtol=2e-3)
    assert outcome(larger) == PASSES
    small = check(f, lambda x: 1.001 * df(x), x, sparsity=pattern, rtol=2e-4)
    assert outcome(small) == DISAGREES


def test_a_derivative_outside_the_pattern_may_be_tolerated() -> None:
    """Below atol it is no matter, above it fails."""
    own, df, pattern = bent(line(10))

    def f(x: Array) -> Array:
        return np.asarray(own(x) + 1e-4 * np.roll(x, 5))

    assert outcome(check(f, df, point(10), sparsity=pattern, atol=1e-3)) == PASSES
    assert outcome(check(f, df, point(10), sparsity=pattern)) == SPARSITY


@pytest.mark.parametrize(
    ("sparsity", "words"),
    [
        (np.ones((4, 3)), r"shape \(outputs, inputs\) = \(3, 3\), got \(4, 3\)"),
        (np.ones(3), r"got the shape \(3,\)"),
        (np.ones((3, 3), dtype=complex), "complex128"),
    ],
    ids=["shape", "vector", "complex"],
)
def test_a_pattern_that_does_not_fit_is_refused(sparsity: Any, words: str) -> None:
    """The message tells what was expected, and what came."""
    with pytest.raises(CaseError, match=words):
        check(np.sin, lambda x: np.diag(np.cos(x)), point(3), sparsity=sparsity)


def test_sparsity_excludes_what_else_tells_the_entries() -> None:
    """Directions, all entries, and trees have no pattern."""
    f, df, pattern = bent(line(5))
    for options in ({"directions": 2}, {"entries": "all"}):
        with pytest.raises(CaseError, match="sparsity tells which entries are compared"):
            check(f, df, point(5), sparsity=pattern, **options)
    with pytest.raises(CaseError, match="sparsity is for an x that is an array"):
        check(f, df, {"x": point(5)}, sparsity=pattern)


def test_what_df_returns_must_be_a_matrix_of_numbers() -> None:
    """None, lists and complex numbers are refused, and sparse matrices without a pattern."""
    f, df, pattern = bent(line(5))
    with pytest.raises(CaseError, match="got None"):
        check(f, lambda _: None, point(5), sparsity=pattern)
    with pytest.raises(CaseError, match="got a list"):
        check(f, lambda x: df(x).toarray().tolist(), point(5), sparsity=pattern)
    with pytest.raises(CaseError, match="complex128"):
        check(f, lambda x: df(x) * 1j, point(5), sparsity=pattern)
    with pytest.raises(CaseError, match=r"sparse matrix of shape \(5, 5\).*sparsity="):
        check(f, df, point(5))


def test_an_empty_pattern_says_that_f_is_constant() -> None:
    """Which passes for a constant, and names the derivatives of others."""
    nothing = np.zeros((2, 2))
    constant = check(lambda _: np.array([1.0, 2.0]), lambda _: nothing, point(2), sparsity=nothing)
    assert constant.verdict is Verdict.PASS
    result = check(lambda x: x**2, lambda _: nothing, point(2), sparsity=nothing)
    assert outcome(result) == SPARSITY
    assert wrong(result) == [(0, 0), (1, 1)]


def test_nothing_is_changed_and_nothing_warned_of() -> None:
    """The pattern and the matrices of df stay as they are, bit for bit."""
    f, df, _ = bent(line(10))
    pattern = line(10)[:, ::-1].tocsc()[:, ::-1]
    kept = pattern.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check(f, df, point(10), sparsity=pattern)
    assert (pattern.data == kept.data).all()
    assert (pattern.indices == kept.indices).all()


@pytest.mark.parametrize("frequency", [1e3, 1e5, 1e7], ids=str)
def test_a_function_wilder_than_any_step_raises_no_alarm(frequency: float) -> None:
    """Where f turns within the steps, what they show is no reason to accuse df."""
    matrix = scattered(20, 15)

    def f(x: Array) -> Array:
        return np.asarray(np.sin(frequency * (matrix @ x)) + matrix @ x**2)

    def df(x: Array) -> Any:
        waves = frequency * np.cos(frequency * (matrix @ x))
        return matrix.multiply(waves[:, None]) + matrix.multiply(2 * x[None, :])

    assert check(f, df, point(15), sparsity=matrix).verdict is not Verdict.FAIL


def test_stiff_reactions_pass() -> None:
    """Rates over many orders of magnitude, exponentials of 1 / T, and concentrations near 0."""
    generator = np.random.default_rng(5)
    energy, factor = generator.uniform(1e3, 8e4, 20), 10.0 ** generator.uniform(3, 13, 20)

    def rates(x: Array) -> Array:
        return np.asarray(factor * np.exp(-energy / (8.314 * x[:20])) * x[20:])

    def f(x: Array) -> Array:
        return np.concatenate([10 * rates(x) - 1e3 * (x[:20] - 300), -rates(x)])

    def df(x: Array) -> Any:
        by_heat = sp.diags_array(rates(x) * energy / (8.314 * x[:20] ** 2))
        by_matter = sp.diags_array(rates(x) / x[20:])
        return sp.block_array(
            [[10 * by_heat - 1e3 * sp.eye_array(20), 10 * by_matter], [-by_heat, -by_matter]]
        )

    x = np.concatenate([generator.uniform(280, 2500, 20), 10.0 ** generator.uniform(-10, 0, 20)])
    result = check(f, df, x, sparsity=df(x) != 0)
    assert outcome(result) == PASSES
    assert result.evaluations == 11
