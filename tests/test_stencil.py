"""What a difference formula is: exact weights, a known order, and pairs that cancel."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    NAMED,
    Stencil,
    fornberg_weights,
    stencil,
)
from gradcheck.errors import GradcheckError, StencilError

Nodes = list[Fraction]

quarters = st.integers(-24, 24).map(lambda k: Fraction(k, 4))


@st.composite
def formulas(draw: st.DrawFn, max_derivative: int = 4) -> tuple[Nodes, int]:
    """Draw different offsets, multiples of 1/4, and a derivative that they can approximate."""
    derivative = draw(st.integers(1, max_derivative))
    nodes = draw(st.lists(quarters, min_size=derivative + 1, max_size=8, unique=True))
    return nodes, derivative


def made(nodes: Nodes, derivative: int = 1) -> Stencil:
    """Make the stencil on rational offsets."""
    return stencil([float(node) for node in nodes], derivative)


def exact_weights(formula: Stencil) -> list[Fraction]:
    """Return the weights as the fractions that they are."""
    return [Fraction(int(n.real), formula.denominator) for n in formula.numerators]


def lagrange_weights(nodes: Nodes, derivative: int) -> list[Fraction]:
    """Differentiate the Lagrange polynomials at 0: the definition, with no recursion."""
    weights = []
    for node in nodes:
        coefficients = [Fraction(1)]
        for other in nodes:
            if other != node:
                scale = node - other
                shifted = [Fraction(0), *coefficients]
                padded = [*coefficients, Fraction(0)]
                coefficients = [
                    (up - other * same) / scale for up, same in zip(shifted, padded, strict=True)
                ]
        weights.append(math.factorial(derivative) * coefficients[derivative])
    return weights


def moment(weights: list[Fraction], nodes: Nodes, power: int) -> Fraction:
    """Return Σ wᵢ oᵢ^power."""
    return sum((w * o**power for w, o in zip(weights, nodes, strict=True)), Fraction(0))


@given(formulas())
def test_the_weights_are_the_derivatives_of_the_lagrange_polynomials(
    drawn: tuple[Nodes, int],
) -> None:
    """Fornberg's recursion gives exactly what the definition of the formula gives."""
    nodes, derivative = drawn

    assert lagrange_weights(nodes, derivative) == list(fornberg_weights(nodes, derivative))
    assert lagrange_weights(nodes, derivative) == exact_weights(made(nodes, derivative))


@given(formulas(max_derivative=1))
def test_first_derivative_weights_sum_to_zero_and_their_first_moment_is_one(
    drawn: tuple[Nodes, int],
) -> None:
    """A constant has slope 0 and the identity has slope 1, without any rounding."""
    nodes, _ = drawn
    weights = exact_weights(made(nodes))

    assert moment(weights, nodes, 0) == 0
    assert moment(weights, nodes, 1) == 1


@given(formulas())
def test_a_formula_is_exact_for_polynomials_below_degree_d_plus_p_and_for_no_other(
    drawn: tuple[Nodes, int],
) -> None:
    """The order p is where exactness ends: x^k has d-th derivative 0 at 0, but for k = d."""
    nodes, derivative = drawn
    formula = made(nodes, derivative)
    weights = exact_weights(formula)
    end = derivative + formula.order

    for power in range(end):
        expected = math.factorial(derivative) if power == derivative else 0
        assert expected == moment(weights, nodes, power)
    assert moment(weights, nodes, end) != 0


@given(formulas())
def test_the_truncation_coefficient_is_the_first_moment_that_does_not_vanish(
    drawn: tuple[Nodes, int],
) -> None:
    """C = Σ wᵢ oᵢ^(d+p) / (d+p)!, from Taylor's theorem."""
    nodes, derivative = drawn
    formula = made(nodes, derivative)
    power = derivative + formula.order
    exact = moment(exact_weights(formula), nodes, power) / math.factorial(power)

    assert float(exact) == pytest.approx(formula.truncation_coefficient, rel=4e-16, abs=0)


@given(formulas())
def test_the_order_is_at_least_the_number_of_offsets_minus_the_derivative(
    drawn: tuple[Nodes, int],
) -> None:
    """There are n free weights for n orders, of which d are spent; symmetry may give more."""
    nodes, derivative = drawn

    assert made(nodes, derivative).order >= len(nodes) - derivative


@given(formulas())
def test_the_differences_add_up_to_the_weights(drawn: tuple[Nodes, int]) -> None:
    """Rows (n, a, b) of n (f(a) - f(b)) are the same formula, written so that f cancels."""
    nodes, derivative = drawn
    formula = made(nodes, derivative)
    total = dict.fromkeys(formula.offsets, Fraction(0))
    for numerator, plus, minus in formula.differences:
        assert minus is not None, "weights that sum to zero are always paired"
        total[plus] += Fraction(int(numerator.real), formula.denominator)
        total[minus] -= Fraction(int(numerator.real), formula.denominator)

    assert exact_weights(formula) == list(total.values())


@given(formulas())
def test_mirrored_offsets_have_mirrored_weights(drawn: tuple[Nodes, int]) -> None:
    """Replacing x by -x changes the sign of odd derivatives."""
    nodes, derivative = drawn
    mirrored = exact_weights(made([-node for node in nodes], derivative))

    assert mirrored == [(-1) ** derivative * w for w in exact_weights(made(nodes, derivative))]


@given(formulas(), st.permutations(range(8)))
def test_the_order_of_the_offsets_does_not_matter(
    drawn: tuple[Nodes, int], shuffle: list[int]
) -> None:
    """Each offset keeps its weight wherever it stands."""
    nodes, derivative = drawn
    shuffled = [nodes[k] for k in shuffle if k < len(nodes)]

    def by_offset(formula: Stencil) -> dict[complex, Fraction]:
        return dict(zip(formula.offsets, exact_weights(formula), strict=True))

    assert by_offset(made(nodes, derivative)) == by_offset(made(shuffled, derivative))


@given(formulas(), st.sampled_from([Fraction(1, 4), Fraction(1, 2), Fraction(2), Fraction(8)]))
def test_scaled_offsets_have_inversely_scaled_weights(
    drawn: tuple[Nodes, int], scale: Fraction
) -> None:
    """Offsets s o with step h are offsets o with step s h."""
    nodes, derivative = drawn
    scaled = exact_weights(made([scale * node for node in nodes], derivative))

    assert scaled == [w / scale**derivative for w in exact_weights(made(nodes, derivative))]


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=6, unique=True))
def test_offsets_may_be_any_floats(offsets: list[float]) -> None:
    """The exact weights exist for floats without short fractions, too."""
    spread = [abs(a - b) for k, a in enumerate(offsets) for b in offsets[:k]]
    assume(min(spread) > 1e-3)
    formula = stencil(offsets)

    assert sum(Fraction(int(n.real)) for n in formula.numerators) == 0
    assert np.isfinite(formula.weights).all()
    assert math.isfinite(formula.condition)


NAMED_WEIGHTS = {
    # formula       offsets                 weights                                     p  C
    "forward":      ((0, 1),                (-1, 1),                                    1, 1 / 2),
    "backward":     ((-1, 0),               (-1, 1),                                    1, -1 / 2),
    "central":      ((-1, 1),               (-1 / 2, 1 / 2),                            2, 1 / 6),
    "central4":     ((-2, -1, 1, 2),        (1 / 12, -2 / 3, 2 / 3, -1 / 12),           4, -1 / 30),
    "central6":     ((-3, -2, -1, 1, 2, 3), (-1/60, 3/20, -3/4, 3/4, -3/20, 1/60),      6, 1 / 140),
    "complex-step": ((1j,),                 (-1j,),                                     2, -1 / 6),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED_WEIGHTS)
def test_the_named_formulas_are_those_of_the_textbooks(name: str) -> None:
    """Offsets, weights, order p and C are those of Fornberg's tables and of Squire and Trapp."""
    offsets, weights, order, coefficient = NAMED_WEIGHTS[name]
    formula = NAMED[name]

    assert name == formula.name
    assert offsets == formula.offsets
    assert weights == formula.weights
    assert order == formula.order
    assert coefficient == pytest.approx(formula.truncation_coefficient, rel=1e-15)
    assert formula.derivative == 1


def test_the_named_formulas_are_the_constants() -> None:
    """`NAMED` lists each constant under its own name."""
    assert list(NAMED.values()) == [FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, COMPLEX_STEP]
    assert list(NAMED) == [formula.name for formula in NAMED.values()]


@pytest.mark.parametrize("name", [name for name in NAMED if name != "complex-step"])
def test_named_offsets_give_the_named_formula(name: str) -> None:
    """`stencil((-1, 1))` is CENTRAL itself, whatever kind of numbers the offsets are."""
    formula = NAMED[name]
    offsets = np.array(formula.offsets)

    assert formula == stencil(offsets)
    assert formula == stencil(offsets.astype(float).tolist())


PUBLISHED = [
    # offsets              derivative  weights                                   source
    ((-1, -0.5, 0.5, 1),   1, (1 / 6, -8 / 6, 8 / 6, -1 / 6)),                 # pnd, fdCoef
    ((1, 2, 3, 4),         1, (-13 / 3, 19 / 2, -7.0, 11 / 6)),                # pnd, fdCoef
    ((-2, -1, 0),          1, (0.5, -2.0, 1.5)),                               # pnd, fdCoef
    ((-2, 0, 5),           1, (-0.35714285714285715, 0.3, 0.05714285714285714)),  # Julia
    ((-1, 0, 1),           2, (1.0, -2.0, 1.0)),                               # Fornberg, table 1
    ((-2, -1, 0, 1, 2),    2, (-1 / 12, 4 / 3, -5 / 2, 4 / 3, -1 / 12)),       # Fornberg, table 1
    ((-2, -1, 0, 1, 2),    3, (-1 / 2, 1.0, 0.0, -1.0, 1 / 2)),                # Fornberg, table 1
    ((-2, -1, 0, 1, 2),    4, (1.0, -4.0, 6.0, -4.0, 1.0)),                    # Fornberg, table 1
    ((0, 1, 2, 3),         1, (-11 / 6, 3.0, -3 / 2, 1 / 3)),                  # Fornberg, table 3
]  # fmt: skip


@pytest.mark.parametrize(("offsets", "derivative", "weights"), PUBLISHED)
def test_published_weights_are_reproduced(
    offsets: tuple[float, ...], derivative: int, weights: tuple[float, ...]
) -> None:
    """Weights printed elsewhere are ours, to the last bit.

    Fornberg (1988), Mathematics of Computation 51(184), tables 1 and 3; the R package pnd; the
    Julia package FiniteDifferences.jl.
    """
    assert weights == stencil(offsets, derivative).weights


def test_a_pair_of_imaginary_offsets_keeps_both_of_them() -> None:
    """An antisymmetric formula on the imaginary axis is paired like one on the real axis."""
    both = Stencil(name="both", offsets=(1j, -1j), numerators=(-1j, 1j), denominator=2, order=2)
    value_at = {1j: np.exp(0.5j), -1j: np.exp(-0.5j)}
    pairs = [(n, value_at[a], value_at[b]) for n, a, b in both.differences if b is not None]

    assert 2 * math.sin(0.5) == pytest.approx(sum((n * (a - b)).real for n, a, b in pairs))


def test_a_zero_weight_costs_no_evaluation() -> None:
    """CENTRAL written with the middle point does not take the value there."""
    formula = stencil((-1, 0, 1))

    assert formula.differences == ((1, 1, -1),)
    assert CENTRAL.differences == formula.differences


def test_the_complex_step_subtracts_nothing() -> None:
    """Its one value has no partner, and therefore no cancellation."""
    assert COMPLEX_STEP.differences == ((-1j, 1j, None),)
    assert COMPLEX_STEP.is_complex
    assert not CENTRAL.is_complex


@pytest.mark.parametrize(
    ("formula", "condition"), [(FORWARD, 2), (CENTRAL, 1), (CENTRAL4, 1.5), (CENTRAL6, 11 / 6)]
)
def test_the_condition_is_the_sum_of_the_sizes_of_the_weights(
    formula: Stencil, condition: float
) -> None:
    """Rounding errors of size ε in f become at most ε condition / h in the quotient."""
    assert condition == pytest.approx(formula.condition, rel=1e-15)


PRINTED = [
    (FORWARD, "forward: (-f(x) + f(x + h)) / h, error O(h^1)"),
    (BACKWARD, "backward: (-f(x - h) + f(x)) / h, error O(h^1)"),
    (CENTRAL, "central: (-f(x - h) + f(x + h)) / 2h, error O(h^2)"),
    (COMPLEX_STEP, "complex-step: (Re(-i f(x + ih))) / h, error O(h^2)"),
    (stencil((-1, 0, 1), 2),
     "stencil(-1, 0, 1)^2: (f(x - h) - 2 f(x) + f(x + h)) / h^2, error O(h^2)"),
    (stencil((0, 0.5)), "stencil(0, 0.5): (-2 f(x) + 2 f(x + 0.5h)) / h, error O(h^1)"),
    (Stencil(name="tilted", offsets=(1 + 1j,), numerators=(1 - 2j,), denominator=1, order=1),
     "tilted: (Re((1 - 2i) f(x + (1 + i)h))) / h, error O(h^1)"),
    (Stencil(name="far", offsets=(2j,), numerators=(2 + 0j,), denominator=1, order=1),
     "far: (Re(2 f(x + 2ih))) / h, error O(h^1)"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "text"), PRINTED, ids=[text[:12] for _, text in PRINTED])
def test_a_formula_prints_as_in_a_book(formula: Stencil, text: str) -> None:
    """The text of a formula can be read out: values, their factors, the divisor, the error."""
    assert text == str(formula)


def test_a_formula_with_long_fractions_prints_short_factors() -> None:
    """Offsets such as 0.1 and 0.3 are no short fractions, but their formula is still readable."""
    assert len(str(stencil([0, 0.1, 0.3]))) < 100


def test_a_formula_can_be_named() -> None:
    """The name is what tables say; without one, the offsets are the name."""
    assert stencil((-1, 1), name="symmetric").name == "symmetric"
    assert stencil((-2, -1, 0, 1)).name == "stencil(-2, -1, 0, 1)"


def test_stencils_are_values() -> None:
    """Equal formulas are equal and hash alike; none can be changed."""
    assert {stencil((-3, 4)), stencil((-3.0, 4.0))} == {stencil((-3, 4))}
    with pytest.raises(AttributeError):
        CENTRAL.order = 3  # type: ignore[misc]


def test_the_derivative_may_be_a_numpy_integer() -> None:
    """An order of derivative that comes out of an array is an integer, too."""
    assert stencil((-1, 0, 1), 2) == stencil((-1, 0, 1), np.int64(2))  # type: ignore[arg-type]


def test_offsets_may_be_single_precision() -> None:
    """Offsets of a float32 array are real numbers, too."""
    assert stencil(np.array([-1, 1], dtype=np.float32)) == CENTRAL


WRONG = {
    "duplicates":  ([0, 1, 1.0], 1, r"offsets must differ, but \[1\.0\] come more than once"),
    "too few":     ([0, 1], 2, r"derivative 2 needs at least 3 offsets, got \(0, 1\)"),
    "none":        ([], 1, r"derivative 1 needs at least 2 offsets, got \(\)"),
    "nan":         ([0, math.nan], 1, r"offsets must be finite real numbers .* got \(0, nan\)"),
    "infinite":    ([0, math.inf], 1, r"offsets must be finite real numbers .* got \(0, inf\)"),
    "complex":     ([0, 1j], 1, r"offsets must be finite real numbers .* got \(0, 1j\)"),
    "text":        (["0", "1"], 1, r"offsets must be finite real numbers .* got \('0', '1'\)"),
    "one text":    ("01", 1, r"offsets must be finite real numbers"),
    "a number":    (5, 1, r"offsets must be .*real numbers .* got 5"),
    "order zero":  ([0, 1], 0, r"derivative must be an integer of at least 1, got 0"),
    "order 1.5":   ([0, 1], 1.5, r"derivative must be an integer of at least 1, got 1\.5"),
    "order True":  ([0, 1], True, r"derivative must be an integer of at least 1, got True"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_formula_is_refused_in_words(name: str) -> None:
    """The message says what offsets must be, and what came."""
    offsets, derivative, message = WRONG[name]

    with pytest.raises(StencilError, match=message) as caught:
        stencil(offsets, derivative)  # type: ignore[arg-type]
    assert isinstance(caught.value, GradcheckError)
