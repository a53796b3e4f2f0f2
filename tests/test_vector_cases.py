"""The built-in cases of several variables say the truth, and are documented well enough to read.

Three independent judges look at each derivative: the certified reference, the complex step, which
has no truncation error and no cancellation, and a central difference in real arithmetic. What f
itself means is judged by published values, scipy's distributions and the symmetries that f has.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from gradcheck import CENTRAL6, Case, content, load_cases
from gradcheck.differences.reference import derivatives
from gradcheck.output.mathml import mathml

Array = npt.NDArray[Any]

THEMES = ("vector", "learning", "statistics", "geometry")
CASES = load_cases([content.folder("cases") / theme for theme in THEMES])
EPSILON = float(np.finfo(np.float64).eps)
COMPLEX_STEP_SIZE = 2.0**-400
NOT_ANALYTIC = {name for name, case in CASES.items() if "not-analytic" in case.tags}

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def jacobian(case: Case, x: Array) -> Array:
    """Return df(x) as a matrix, outputs by inputs."""
    return np.asarray(case.df(x.copy())).reshape(-1, x.size)


def certified(case: Case, x: Array, j: int) -> Array:
    """Return the column ∂f/∂xⱼ of the Jacobian, enclosed to the last bit."""
    direction = np.zeros(x.shape)
    direction.reshape(-1)[j] = 1.0
    found = derivatives(case, x, direction, order=1)
    assert (found.radius[1] <= EPSILON * np.abs(found.mid[1])).all()
    return np.asarray(found.mid[1])


def complex_step(case: Case, x: Array) -> Array:
    """Return the Jacobian as Im f(x + i h eⱼ) / h."""
    columns = []
    for j in range(x.size):
        moved = x.astype(complex).reshape(-1)
        moved[j] += 1j * COMPLEX_STEP_SIZE
        value = case.f(moved.reshape(x.shape)[()])
        columns.append(np.imag(value).reshape(-1) / COMPLEX_STEP_SIZE)
    return np.stack(columns, axis=-1)


def central_difference(case: Case, x: Array) -> tuple[Array, Array]:
    """Return the Jacobian by seven-point differences, and a bound of its error.

    Halving h divides the truncation error by 64, so that of the smaller step is well below the
    difference between the two.
    """
    wide, _ = quotients(case, x, 2.0**-6)
    narrow, rounding = quotients(case, x, 2.0**-7)
    return narrow, np.abs(wide - narrow) + rounding


def quotients(case: Case, x: Array, relative_step: float) -> tuple[Array, Array]:
    """Return the difference quotients of order six, and a bound of their rounding error."""
    columns, rounding = [], []
    for j in range(x.size):
        h = relative_step * abs(x.flat[j])
        values = []
        for offset in CENTRAL6.offsets:
            moved = x.copy().reshape(-1)
            moved[j] += offset * h
            values.append(np.asarray(case.f(moved.reshape(x.shape)[()])).reshape(-1))
        columns.append(np.tensordot(CENTRAL6.weights, values, axes=1) / h)
        rounding.append(100.0 * EPSILON * np.abs(values).max(axis=0) / h)
    return np.stack(columns, axis=-1), np.stack(rounding, axis=-1)


def test_there_are_more_cases_than_the_plan_asks_for() -> None:
    """The four themes of several variables hold at least 35 cases."""
    assert len(CASES) >= 35


@every_case
def test_a_case_says_what_it_is_and_where_it_comes_from(case: Case) -> None:
    """Formula, derivative, source and tags are given, and three points in general position."""
    assert case.formula
    assert case.derivative_formula
    assert case.source
    assert case.tags
    assert len(case.points) >= 3


@every_case
def test_its_formulas_can_be_set(case: Case) -> None:
    """Both formulas become MathML in which no command and no brace is left over."""
    for latex in (case.formula, case.derivative_formula):
        markup = mathml(latex)
        assert markup.startswith("<math")
        assert not set("\\$") & set(markup)


@every_case
def test_its_points_hide_no_mistake(case: Case) -> None:
    """No generic input is zero or a whole number, and no two are equal or opposite."""
    for point in case.points:
        assert not (point == np.round(point)).any() or np.abs(point).max() > 1e3
        assert len(np.unique(np.abs(point))) == point.size


@every_case
def test_the_derivative_has_the_shape_of_the_contract(case: Case) -> None:
    """df(x) has the shape of f(x), then that of x."""
    for x in case.all_points:
        assert np.shape(case.df(x.copy())) == (*np.shape(case.f(x.copy())), *x.shape)


@every_case
def test_neither_function_writes_into_its_argument(case: Case) -> None:
    """After f and df, x is as it was, and both give the same values again."""
    x = case.points[0].copy()
    first, gradient = case.f(x), np.copy(case.df(x))
    assert (x == case.points[0]).all()
    assert (np.asarray(case.f(x)) == first).all()
    assert (case.df(x) == gradient).all()


@pytest.mark.parametrize("name", sorted(set(CASES) - NOT_ANALYTIC))
def test_the_derivative_is_what_the_complex_step_gives(name: str) -> None:
    """At each generic point, df is right to 12 digits of its output's largest entry."""
    case = CASES[name]
    for x in case.points:
        truth = complex_step(case, x)
        largest = np.abs(truth).max(axis=1, keepdims=True)
        assert (np.abs(jacobian(case, x) - truth) <= 1e-12 * largest).all()


@every_case
def test_the_derivative_is_what_the_certified_reference_encloses(case: Case) -> None:
    """At each generic point f is certifiable, and df right to 12 digits of the largest entry."""
    for x in case.points:
        truth = np.stack([certified(case, x, j) for j in range(x.size)], axis=-1)
        largest = np.abs(truth).max(axis=1, keepdims=True)
        assert (np.abs(jacobian(case, x) - truth) <= 1e-12 * largest).all()


@every_case
def test_the_derivative_is_what_real_differences_give(case: Case) -> None:
    """At each generic point, df is within the error of a central difference of order six."""
    for x in case.points:
        numeric, error_bar = central_difference(case, x)
        assert (np.abs(jacobian(case, x) - numeric) <= error_bar).all()


@pytest.mark.parametrize("name", sorted(n for n, case in CASES.items() if "kink" in case.tags))
def test_a_kinked_case_has_a_special_point_at_its_kink(name: str) -> None:
    """At one of the special points the slopes from the two sides differ."""
    case, h = CASES[name], 2.0**-30
    gaps = []
    for x in case.special_points.values():
        for direction in np.eye(x.size):
            step = h * direction.reshape(x.shape)
            gaps.append(np.abs(case.f(x + step) - 2.0 * case.f(x) + case.f(x - step)).max() / h)
    assert max(gaps) > 0.05


@pytest.mark.parametrize("name", sorted(n for n, case in CASES.items() if "smooth" in case.tags))
def test_a_smooth_case_has_seven_derivatives_at_its_generic_points(name: str) -> None:
    """Where a convergence order up to six is measured, the seventh derivative exists."""
    case = CASES[name]
    for x in case.points:
        direction = np.ones(x.shape) / x.size
        assert np.isfinite(derivatives(case, x, direction, order=7).mid).all()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (name, reason)
        for name, case in CASES.items()
        for reason in case.special_points
        if "gradient is zero" in reason or "gradient zero" in reason or "the maximum" in reason
        if "tip" not in reason and "near" not in reason
    ],
)
def test_the_gradient_vanishes_where_the_case_says_so(name: str, reason: str) -> None:
    """At a stationary point df is zero up to rounding."""
    case = CASES[name]
    gradient = jacobian(case, case.special_points[reason])
    elsewhere = np.abs(jacobian(case, case.points[0])).max()
    assert np.abs(gradient).max() <= 100.0 * EPSILON * max(1.0, elsewhere)


PUBLISHED_VALUES = [
    # name              x                        f(x), to half a unit of its last digit
    ("rosenbrock",      [-1.2, 1.0],             "24.2000000000000"),
    ("rosenbrock-five", [1.0] * 5,               "0.0000000000000"),
    ("powell-singular", [3.0, -1.0, 0.0, 1.0],   "215.00000000000"),
    ("himmelblau",      [-0.270845, -0.923039],  "181.617"),
    ("beale",           [1.0, 1.0],              "14.2031250000000"),
    ("branin",          [-np.pi, 12.275],        "0.397887"),
    ("ackley",          [0.0, 0.0, 0.0],         "0.0000000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x", "value"), PUBLISHED_VALUES)
def test_a_published_function_has_its_published_value(
    name: str, x: list[float], value: str
) -> None:
    """The value of f is that of the literature, to the digits given."""
    half_a_unit = 0.5 * 10.0 ** -len(value.partition(".")[2])
    assert CASES[name].f(np.array(x)) == pytest.approx(float(value), rel=0.0, abs=half_a_unit)


def test_the_seed_has_the_partial_derivatives_of_its_text() -> None:
    """The plane 3 x₁ + 4 x₂ has the slopes 3 and 4, in this order."""
    assert CASES["partial-derivatives"].df(np.array([1.3, -0.7])).tolist() == [3.0, 4.0]


@pytest.mark.parametrize(
    "name", ["softmax", "log-softmax", "softmax-cross-entropy", "batch-norm", "layer-norm"]
)
def test_a_common_shift_of_the_inputs_changes_nothing(name: str) -> None:
    """The rows of the Jacobian sum to zero."""
    case = CASES[name]
    for x in case.all_points:
        rows = jacobian(case, x)
        assert np.abs(rows.sum(axis=1)).max() <= 1e-14 * max(1.0, np.abs(rows).max())


@pytest.mark.parametrize("name", ["unit-vector", "rayleigh-quotient"])
def test_a_longer_vector_changes_nothing(name: str) -> None:
    """Functions of the direction only have J x = 0."""
    case = CASES[name]
    for x in case.all_points:
        assert np.abs(jacobian(case, x) @ x).max() <= 1e-14


@pytest.mark.parametrize("name", ["unit-vector", "axis-rotation", "rotated-vector"])
def test_a_vector_of_fixed_length_moves_across_itself(name: str) -> None:
    """Where the length of f(x) is constant, f(x) · J = 0."""
    case = CASES[name]
    for x in case.points:
        assert np.abs(case.f(x) @ jacobian(case, x)).max() <= 1e-14


def test_a_rotation_matrix_stays_orthogonal() -> None:
    """Rᵀ R = I, and each Rᵀ ∂R is skew-symmetric."""
    case = CASES["rotation-matrix"]
    for x in case.points:
        rotation = case.f(x)
        assert rotation.T @ rotation == pytest.approx(np.eye(3), abs=1e-14)
        for j in range(3):
            spin = rotation.T @ case.df(x)[..., j]
            assert spin == pytest.approx(-spin.T, abs=1e-14)


def test_coordinate_changes_have_their_known_determinants() -> None:
    """The determinant is r in polar and r² sin θ in spherical coordinates."""
    polar, spherical = CASES["polar-coordinates"], CASES["spherical-coordinates"]
    for x in polar.points:
        assert np.linalg.det(polar.df(x)) == pytest.approx(x[0], rel=1e-14)
    for x in spherical.points:
        assert np.linalg.det(spherical.df(x)) == pytest.approx(x[0] ** 2 * np.sin(x[1]), rel=1e-13)


def test_the_two_polar_maps_are_inverse_to_each_other() -> None:
    """There and back is the identity, and so is the product of the Jacobians."""
    forth, back = CASES["cartesian-to-polar"], CASES["polar-coordinates"]
    for x in forth.points:
        assert back.f(forth.f(x)) == pytest.approx(x, rel=1e-14)
        assert back.df(forth.f(x)) @ forth.df(x) == pytest.approx(np.eye(2), abs=1e-14)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "linear" in case.tags])
def test_the_derivative_of_a_linear_function_is_the_function(name: str) -> None:
    """J x = f(x), with the same J everywhere."""
    case = CASES[name]
    for x in case.points:
        assert jacobian(case, x) @ x.ravel() == pytest.approx(np.ravel(case.f(x)), rel=1e-13)
        assert (jacobian(case, x) == jacobian(case, case.points[0])).all()


def test_the_two_log_determinants_agree() -> None:
    """The form that is written out is the one of the library, with the same gradient."""
    written, library = CASES["log-determinant-2x2"], CASES["log-determinant"]
    for x in written.points:
        assert written.f(x) == pytest.approx(library.f(x), rel=1e-14)
        assert written.df(x) == pytest.approx(library.df(x), rel=1e-13)


def test_the_gradients_of_the_log_sum_of_exponentials_is_softmax() -> None:
    """∇ log Σ exp x = softmax(x)."""
    for x in CASES["softmax"].points:
        assert (CASES["log-sum-exp"].df(x) == CASES["softmax"].f(x)).all()


def data_of(case: Case) -> dict[str, Any]:
    """Return the constants of the file in which a case is defined."""
    return dict(case.f.__globals__)


def test_the_log_likelihoods_are_those_of_scipy() -> None:
    """Normal, Poisson and negative binomial likelihoods agree with scipy.stats."""
    normal = CASES["gaussian-log-likelihood"]
    for mu, log_sigma in normal.points:
        expected = stats.norm.logpdf(data_of(normal)["Y"], mu, np.exp(log_sigma)).sum()
        assert normal.f(np.array([mu, log_sigma])) == pytest.approx(expected, rel=1e-13)
    poisson = CASES["poisson-regression"]
    design, counts = data_of(poisson)["X"], data_of(poisson)["Y"]
    for beta in poisson.points:
        expected = stats.poisson.logpmf(counts, np.exp(design @ beta)).sum()
        assert poisson.f(beta) == pytest.approx(expected, rel=1e-13)
    binomial = CASES["negative-binomial-regression"]
    for x in binomial.points:
        r, mu = np.exp(-x[3]), np.exp(design @ x[:3])
        expected = stats.nbinom.logpmf(counts, r, r / (r + mu)).sum()
        assert binomial.f(x) == pytest.approx(expected, rel=1e-12)


def test_equal_alternatives_are_a_coin_toss() -> None:
    """Without effects, probit gives log ½ per row and conditional logit log ⅓ per chooser."""
    assert CASES["probit"].f(np.zeros(3)) == pytest.approx(7.0 * np.log(0.5), rel=1e-15)
    assert CASES["conditional-logit"].f(np.zeros(3)) == pytest.approx(-4.0 * np.log(3.0), rel=1e-15)


def test_the_buried_gradient_is_beyond_every_difference() -> None:
    """The small terms of buried-terms are below half an ulp of f, those of its sibling are not."""
    buried, mixed = CASES["buried-terms"], CASES["mixed-magnitudes"]
    x = buried.points[0]
    assert abs(x[0] * buried.df(x)[0]) < np.spacing(abs(buried.f(x))) / 2.0
    x = mixed.points[0]
    assert np.abs(x * mixed.df(x)).min() > 0.1
