"""The random functions of the calibration benchmark are reproducible and their truth is true."""

from collections.abc import Callable

import mpmath
import numpy as np
import pytest

from benchmarks.expression import FUNCTIONS, Node, call, node, truth, variable
from benchmarks.random_functions import FAMILIES, HALVES, RandomFunction, draw, functions

SAMPLE = functions(100)
KINDS = ("plain", *FAMILIES)


def exact_inside(function: RandomFunction) -> bool:
    """Tell whether f computes in float64 and rounds nothing else."""
    return not function.single and function.decimals is None


def test_the_functions_are_the_same_every_time() -> None:
    """Two draws give equal trees, points and truths."""
    again = functions(100)

    assert [str(function) for function in SAMPLE] == [str(function) for function in again]
    assert [function.x for function in SAMPLE] == [function.x for function in again]
    assert [function.truth for function in SAMPLE] == [function.truth for function in again]


def test_another_seed_gives_other_functions() -> None:
    """The seed decides."""
    assert draw("plain", 1, seed=1).tree != draw("plain", 1, seed=2).tree


def test_more_functions_are_the_same_and_some_more() -> None:
    """The k-th function of a family does not depend on how many are drawn."""
    few = {function.name: function.x for function in functions(20)}
    many = {function.name: function.x for function in SAMPLE}

    assert few.items() <= many.items()


def test_six_in_ten_are_plain_and_the_families_share_the_rest() -> None:
    """Of 100 functions, 60 are plain and each of the ten families has four."""
    counts = {kind: sum(function.family == kind for function in SAMPLE) for kind in KINDS}

    assert {"plain": 60, **dict.fromkeys(FAMILIES, 4)} == counts


def test_some_functions_have_two_to_five_variables() -> None:
    """All numbers of variables occur, and every variable matters."""
    assert {1, 2, 3, 4, 5} == {len(function.x) for function in SAMPLE}
    assert all(slope != 0 for function in SAMPLE for slope in function.truth.slopes)


def test_both_halves_hold_a_fair_share() -> None:
    """Each half has at least a third of the functions, whatever the number of variables."""
    for several in (False, True):
        halves = [function.half for function in SAMPLE if (len(function.x) > 1) == several]
        assert all(halves.count(half) >= len(halves) / 3 for half in HALVES)


@pytest.mark.parametrize("kind", KINDS)
def test_numpy_agrees_with_mpmath(kind: str) -> None:
    """The value in floating point is the exact one but for rounding."""
    for function in (draw(kind, number) for number in range(12)):
        value, exact = float(function(function.point)), float(function.truth.value)
        if function.decimals is not None:
            assert abs(value - exact) <= 0.51 * 10.0**-function.decimals
        else:
            precision = 1e-4 if function.single else 1e-9
            assert value == pytest.approx(exact, rel=precision, abs=precision * magnitude(function))


def magnitude(function: RandomFunction) -> float:
    """Return the largest |x f'|, which the rounding of a term near x is measured against."""
    return max(abs(x * float(s)) for x, s in zip(function.x, function.truth.slopes, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_dual_numbers_agree_with_numerical_differentiation_at_high_precision(kind: str) -> None:
    """mpmath.diff, with the function alone, finds the same derivatives to 25 digits."""
    for function in (draw(kind, number) for number in range(12)):
        for index, slope in enumerate(function.truth.slopes):
            with mpmath.workdps(120):
                found = mpmath.diff(along(function, index), 1) / function.x[index]
                assert abs(found - slope) <= mpmath.mpf(10) ** -25 * abs(slope)


def along(function: RandomFunction, index: int) -> Callable[[mpmath.mpf], mpmath.mpf]:
    """Return the exact function of t, where one variable is t times what it was."""

    def f(t: mpmath.mpf) -> mpmath.mpf:
        x = [mpmath.mpf(number) for number in function.x]
        x[index] *= t
        return function.exact(*x)

    return f


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_are_evaluated_elementwise(kind: str) -> None:
    """A function along one variable gives for an array what it gives for each number."""
    for function in (draw(kind, number) for number in range(4)):
        f = function.along(len(function.x) - 1)
        abscissae = function.x[-1] * np.array([1.0, 1.0 + 1e-12, 1.0 - 1e-12])
        together = f(abscissae)
        apart = np.array([f(t) for t in abscissae])

        assert (3,) == together.shape
        assert together.dtype == np.float64
        largest = 1.0 + np.abs(apart).max()
        precision = 1e-4 if function.single else 1e-12
        assert together == pytest.approx(apart, rel=precision, abs=precision * largest, nan_ok=True)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_derivative_of_each_function_is_right(name: str) -> None:
    """Dual numbers agree with mpmath.diff for each function by itself."""
    own = getattr(mpmath, {"arctan": "atan"}.get(name, name))
    with mpmath.workdps(60):
        expected = mpmath.diff(own, 0.7)
    slope = truth(call(name, variable()), [0.7]).slopes[0]

    assert abs(slope - expected) < mpmath.mpf(10) ** -40


def test_the_text_of_a_function_is_python_that_computes_it() -> None:
    """The printed expression gives the very values."""
    for function in filter(exact_inside, SAMPLE):
        names = {name: getattr(np, name) for name in FUNCTIONS}
        names["x"] = np.array(function.x) if len(function.x) > 1 else np.float64(function.x[0])

        assert function(function.point) == eval(str(function), names)  # noqa: S307  (our own text)


def test_operators_differentiate_by_the_rules() -> None:
    """Sum, difference, product, quotient and power have the derivatives of the textbook."""
    x = variable()
    rules: dict[Node, float] = {
        x + 2.0: 1.0,
        2.0 - x: -1.0,
        x * x: 6.0,
        1.0 / x: -1 / 9,
        x**3.0: 27.0,
        node(2.0) * x: 2.0,
    }

    assert {tree: float(truth(tree, [3.0]).slopes[0]) for tree in rules} == pytest.approx(rules)


def test_a_complex_value_is_refused() -> None:
    """The truth of a real function is real."""
    with pytest.raises(ArithmeticError, match="complex"):
        truth(call("sqrt", variable()), [-1.0])


def test_a_value_that_never_settles_is_refused() -> None:
    """A difference of equal numbers has no digits to agree on, unless it is exactly zero."""
    x = variable()
    assert truth(x - x, [0.3]).slopes[0] == 0
    with pytest.raises(ArithmeticError, match="settle"):
        truth(call("exp", 3.0 * call("log", x)) - x**3.0, [0.3])
