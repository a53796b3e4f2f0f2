"""The difference quotient, from values of f alone."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.differences.quotient import difference_quotient
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    NAMED,
    Offset,
    Stencil,
    stencil,
)

REAL = [FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, stencil((-2, 0, 5)), stencil((1, 2, 3, 4))]


def quotient(formula: Stencil, values: dict[Offset, float], h: float) -> float:
    """Form one quotient from plain numbers."""
    arrays = {offset: np.array([value]) for offset, value in values.items()}
    out = difference_quotient(formula, arrays.__getitem__, np.array([h]), out=np.empty(1))
    return float(out[0])


@pytest.mark.parametrize("formula", REAL, ids=lambda formula: formula.name)
@given(data=st.data(), exponent=st.integers(-40, 3))
def test_the_quotient_is_the_weighted_sum_to_the_last_bits(
    formula: Stencil, data: st.DataObject, exponent: int
) -> None:
    """Against rational arithmetic, the error is a few units in the last place of the terms."""
    number = st.floats(-1e6, 1e6)
    values = {offset: data.draw(number) for offset in formula.offsets}
    h = 2.0**exponent
    pairs = list(zip(formula.numerators, formula.offsets, strict=True))
    terms = [Fraction(int(n.real), formula.denominator) * Fraction(values[o]) for n, o in pairs]
    exact = sum(terms) / Fraction(h)
    size = float(sum(map(abs, terms)) / Fraction(h))

    assert abs(quotient(formula, values, h) - float(exact)) <= 16 * 2.0**-53 * size


@pytest.mark.parametrize("formula", REAL, ids=lambda formula: formula.name)
@given(value=st.floats(-1e300, 1e300), h=st.floats(1e-20, 1e3))
def test_equal_values_cancel_exactly(formula: Stencil, value: float, h: float) -> None:
    """A constant has the quotient 0, not a rounding error divided by h."""
    assert quotient(formula, dict.fromkeys(formula.offsets, value), h) == 0


@pytest.mark.parametrize("formula", NAMED.values(), ids=lambda formula: formula.name)
def test_the_identity_has_the_quotient_one(formula: Stencil) -> None:
    """f(x) = x with h = 1/4 gives 1 without error, complex step included."""
    values = {o: np.array([0.75 + 0.25 * o]) for o in formula.offsets}
    out = difference_quotient(formula, values.__getitem__, np.array([0.25]), out=np.empty(1))

    assert out.tolist() == [1.0]


def test_a_second_derivative_is_divided_by_h_squared() -> None:
    """x² has second derivative 2."""
    formula = stencil((-1, 0, 1), 2)
    values: dict[Offset, float] = {o: (3 + 0.5 * o) ** 2 for o in (-1, 0, 1)}

    assert quotient(formula, values, 0.5) == 2.0


def test_values_broadcast_and_out_is_the_result() -> None:
    """One value at x serves all steps; the given array is filled and returned."""
    steps = np.array([[0.5, 0.25], [0.5, 0.25]])
    value_at: dict[Offset, np.ndarray] = {0: np.array([[1.0], [4.0]]), 1: np.array([1.0]) + steps}
    out = np.empty((2, 2))

    assert out is difference_quotient(FORWARD, value_at.__getitem__, steps, out=out)
    assert out.tolist() == [[1.0, 1.0], [-5.0, -11.0]]


def test_the_values_are_not_changed() -> None:
    """The same values serve several formulas."""
    value_at: dict[Offset, np.ndarray] = {o: np.array([float(o)]) for o in (-2, -1, 1, 2)}
    difference_quotient(CENTRAL4, value_at.__getitem__, np.array([1.0]), out=np.empty(1))

    assert {o: [float(o)] for o in (-2, -1, 1, 2)} == {o: v.tolist() for o, v in value_at.items()}


def test_the_complex_step_reads_the_imaginary_part() -> None:
    """Re(-i f(x + ih)) / h = Im f / h."""
    value_at: dict[Offset, np.ndarray] = {1j: np.array([3 + 0.5j])}
    out = difference_quotient(COMPLEX_STEP, value_at.__getitem__, np.array([0.25]), out=np.empty(1))

    assert out.tolist() == [2.0]


def test_a_formula_on_both_imaginary_offsets_uses_both() -> None:
    """The antisymmetric pair i, -i gives sin(h) / h for e^x at 0."""
    both = Stencil(name="both", offsets=(1j, -1j), numerators=(-1j, 1j), denominator=2, order=2)
    value_at: dict[Offset, np.ndarray] = {o: np.array([np.exp(0.5 * o)]) for o in (1j, -1j)}
    out = difference_quotient(both, value_at.__getitem__, np.array([0.5]), out=np.zeros(1))

    assert out[0] == pytest.approx(math.sin(0.5) / 0.5, rel=1e-15)


def test_many_offsets_with_long_fractions_still_give_a_number() -> None:
    """Fifteen offsets 0.1 apart have weights beyond float's range over one denominator."""
    formula = stencil([0.1 * k for k in range(-7, 8)])
    values = {o: math.sin(0.7 + 0.5 * o.real) for o in formula.offsets}

    assert quotient(formula, values, 0.5) == pytest.approx(math.cos(0.7), abs=1e-13)
