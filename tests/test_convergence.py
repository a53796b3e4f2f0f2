"""Where the limit converges and where precision breaks down."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gradcheck as gc
from gradcheck.behaviour.recognition import BEHAVIOURS

REAL = (gc.FORWARD, gc.BACKWARD, gc.CENTRAL, gc.CENTRAL4, gc.CENTRAL6)
ORDER = {s.name: s.order for s in (*REAL, gc.COMPLEX_STEP)}

Function = Callable[[Any], Any]


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + e⁻ᶻ)."""
    return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z: Any) -> Any:
    """Return f (1 - f)."""
    return sigmoid(z) * (1 - sigmoid(z))


def behaviours(f: Function, df: Function, x: float, **options: Any) -> dict[str, str]:
    """Return the behaviour for each stencil."""
    rows = gc.convergence(gc.sweep(gc.Case("case", f=f, df=df, points=[x]), **options))
    return dict(zip(rows["stencil"], rows["behaviour"], strict=True))


@pytest.mark.parametrize(
    ("f", "df", "x"),
    [
        (np.sin, np.cos, 0.7),
        (np.exp, np.exp, 1.3),
        (np.log, lambda x: 1 / x, 1e-6),
        (sigmoid, sigmoid_derivative, 1.0),
        (lambda x: 1e8 + np.sin(x), np.cos, 0.7),
    ],
    ids=["sin", "exp", "log near 0", "sigmoid", "offset"],
)
def test_a_smooth_function_shows_the_order_of_each_stencil(
    f: Function, df: Function, x: float
) -> None:
    """Every named stencil converges with its own order, and the error bar of the order holds."""
    rows = gc.convergence(gc.sweep(gc.Case("smooth", f=f, df=df, points=[x])))
    expected = rows["stencil"].astype(str).map(ORDER)

    assert set(rows["behaviour"]) == {"convergent"}
    assert (abs(rows["observed_order"] - expected) <= np.maximum(0.02, rows["order_error"])).all()
    assert (rows["h_from"] > rows["h_to"]).all()


@pytest.mark.parametrize(
    ("f", "df", "x", "expected"),
    [
        # f                                     f'                         x      stencil -> word
        (lambda x: 5.0 + 0 * x, lambda x: 0 * x, 2.0, dict.fromkeys(ORDER, "exact")),
        (lambda x: x**2, lambda x: 2 * x, 3.0, {"forward": "convergent", "central": "exact"}),
        (lambda x: x**3, lambda x: 3 * x**2, 1.7, {"central": "convergent", "central4": "exact"}),
        (sigmoid, sigmoid_derivative, 0.0, {"forward": "superconvergent", "central": "convergent"}),
        (np.abs, np.sign, 0.0, dict.fromkeys(ORDER, "kink")),
        (np.abs, np.sign, 0.3, dict.fromkeys(("forward", "backward", "central"), "exact")),
        (
            lambda x: np.maximum(x, 0.0),
            lambda x: np.where(x > 0, 1.0, 0.0),
            1e-6,
            dict.fromkeys(("forward", "backward", "central"), "exact"),
        ),
        (
            lambda x: x * np.abs(x),
            lambda x: 2 * np.abs(x),
            0.0,
            {"forward": "convergent", "central": "reduced-order", "central4": "reduced-order"},
        ),
        (
            lambda x: np.where(x >= 0, 1.0, 0.0),
            lambda x: 0 * x,
            0.0,
            dict.fromkeys(("forward", "backward", "central"), "jump"),
        ),
        (
            lambda x: np.sqrt(np.abs(x)),
            lambda x: np.nan * x,
            0.0,
            dict.fromkeys(("forward", "backward", "central"), "vertical-tangent"),
        ),
        (
            lambda x: np.sin(1000 * x),
            lambda x: 1000 * np.cos(1000 * x),
            0.7,
            dict.fromkeys(("forward", "backward", "central"), "oscillation"),
        ),
        (
            lambda x: np.round(np.sin(x), 6),
            np.cos,
            0.7,
            dict.fromkeys(("forward", "central", "central6"), "noise"),
        ),
        (
            lambda x: np.sin(np.asarray(x, dtype=np.float32)).astype(float),
            np.cos,
            0.7,
            dict.fromkeys(("forward", "central"), "noise"),
        ),
        (sigmoid, sigmoid_derivative, 40.0, dict.fromkeys(("backward", "central"), "underflow")),
        (np.sin, lambda x: 2 * np.cos(x), 0.7, dict.fromkeys(ORDER, "stalled")),
        (np.sin, lambda x: -np.cos(x), 0.7, dict.fromkeys(ORDER, "stalled")),
        (np.sin, lambda x: np.cos(x) * (1 + 1e-6), 0.7, {"central": "stalled"}),
    ],
    ids=[
        "constant", "square", "cube", "sigmoid at 0", "abs at 0", "abs", "relu near its kink",
        "x|x| at 0", "step", "sqrt|x| at 0", "sin 1000x", "six decimals", "float32",
        "saturated sigmoid", "factor 2", "sign", "1e-6 off",
    ],
)  # fmt: skip
def test_each_behaviour_is_recognised(
    f: Function, df: Function, x: float, expected: dict[str, str]
) -> None:
    """A function that misbehaves in a known way is given the word for it."""
    found = behaviours(f, df, x, stencils=REAL)
    wanted = {name: word for name, word in expected.items() if name in found}

    assert {name: found[name] for name in wanted} == wanted


def test_oscillation_at_a_point_has_no_order() -> None:
    """The quotients of x² sin(1/x) at 0 converge, but not like a power of h."""
    case = gc.Case(
        "wild",
        f=lambda x: np.where(x == 0, 0.0, x**2 * np.sin(1 / np.where(x == 0, 1.0, x))),
        df=lambda x: 0 * x,
        points=[0.0],
    )

    rows = gc.convergence(gc.sweep(case, stencils=REAL))

    assert set(rows["behaviour"]) == {"oscillation"}
    assert rows["observed_order"].isna().all()


def test_a_point_from_which_every_step_leaves_the_domain_is_said_to_be_so() -> None:
    """Where no step has a value, the behaviour is the domain."""
    case = gc.Case("edge", f=np.log, df=lambda x: 1 / x, points=[1e-3], domain="(0, inf)")

    rows = gc.convergence(gc.sweep(case, stencils=[gc.CENTRAL], steps=[1.0, 0.1, 0.01]))

    assert list(rows["behaviour"]) == ["domain"]


def test_the_kink_is_seen_by_comparing_stencils() -> None:
    """The central quotient of |x| at 0 is 0 at every step; with a one-sided one it is a kink."""
    case = gc.Case("abs", f=np.abs, df=np.sign, points=[0.0])

    alone = gc.convergence(gc.sweep(case, stencils=[gc.CENTRAL]))
    together = gc.convergence(gc.sweep(case, stencils=[gc.CENTRAL, gc.FORWARD]))

    assert list(alone["behaviour"]) == ["exact"]
    assert list(together["behaviour"]) == ["kink", "kink"]


def test_rounding_on_the_lattice_of_floats_is_no_wrong_derivative() -> None:
    """Equal errors at several steps, as x⁵ at 1.2 has them near its best step, are rounding."""
    found = behaviours(lambda x: x**5, lambda x: 5 * x**4, 1.2)

    assert "stalled" not in found.values()


@pytest.mark.parametrize(
    ("stencil", "h", "error"),
    [(gc.FORWARD, 1.213e-8, 3.297e-8), (gc.CENTRAL, 4.797e-6, None)],
    ids=["forward", "central"],
)
def test_the_predicted_optimum_is_that_of_theory(
    stencil: gc.Stencil, h: float, error: float | None
) -> None:
    """With ε_f = 1e-16, the best steps for e^x at 1 are those of the published table."""
    from gradcheck.behaviour.prediction import optimum

    predicted = optimum(stencil, np.full(5, np.e), noise=1e-16)

    assert predicted[0] == pytest.approx(h, rel=1e-3)
    assert error is None or predicted[1] == pytest.approx(error, rel=1e-3)


def test_prediction_and_observation_meet() -> None:
    """The observed optimum lies within a factor of 30 of the predicted one, the error likewise."""
    case = gc.Case("exp", f=lambda x: np.exp(2 * x), df=lambda x: 2 * np.exp(2 * x), points=[0.5])

    rows = gc.convergence(gc.sweep(case, stencils=REAL))

    assert (rows["optimal_h"] / rows["predicted_h"]).between(1 / 30, 30).all()
    assert (rows["best_error"] / rows["predicted_error"]).between(1e-3, 1).all()
    assert (rows["breakdown_h"] / rows["predicted_h"]).between(1 / 10, 10).all()


def test_exact_means_the_larger_the_step_the_better() -> None:
    """Without truncation error the predicted best step is infinite."""
    case = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0])

    rows = gc.convergence(gc.sweep(case, stencils=[gc.CENTRAL]))

    assert list(rows["predicted_h"]) == [np.inf]
    assert list(rows["breakdown_h"]) == [4.0]
    assert rows["observed_order"].isna().all()


def test_a_superconvergent_point_is_predicted_with_the_next_term() -> None:
    """At 0, where f'' of the sigmoid is 0, forward is predicted with its h² term."""
    case = gc.Case("sigmoid", f=sigmoid, df=sigmoid_derivative, points=[0.0])

    rows = gc.convergence(gc.sweep(case, stencils=[gc.FORWARD, gc.CENTRAL]))
    forward, central = rows["predicted_h"]

    assert forward == pytest.approx(central * 2 ** (1 / 3), rel=1e-6)  # twice the rounding error


def test_a_table_from_a_file_is_told_the_same_except_predictions() -> None:
    """Without the cases, behaviours and orders (within their error bars) are found nonetheless."""
    table = gc.sweep(gc.Case("sin", f=np.sin, df=np.cos, points=[0.7]))
    plain = table.astype({"case": str, "stencil": str, "status": str})
    plain.attrs.clear()

    known, unknown = gc.convergence(table), gc.convergence(plain)

    assert list(unknown["behaviour"]) == list(known["behaviour"])
    difference = (unknown["observed_order"] - known["observed_order"]).abs()
    assert (difference <= unknown["order_error"] + known["order_error"]).all()
    assert unknown["predicted_h"].isna().all()
    assert known["predicted_h"].notna().all()


@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    """A shuffled error table tells the same, curve by curve."""
    keys = ["case", "point", "output", "input", "stencil"]
    shuffled = TABLE.sample(frac=1.0, random_state=seed)

    found = gc.convergence(shuffled).astype({"case": str, "stencil": str}).sort_values(keys)

    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), ROWS.reset_index(drop=True), check_categorical=False
    )


TABLE = gc.sweep(
    [
        gc.Case("sin", f=np.sin, df=np.cos, points=[0.7]),
        gc.Case("abs", f=np.abs, df=np.sign, points=[0.0]),
    ],
    stencils=[gc.FORWARD, gc.BACKWARD, gc.CENTRAL],
)
ROWS = (
    gc.convergence(TABLE)
    .astype({"case": str, "stencil": str})
    .sort_values(["case", "point", "output", "input", "stencil"])
)


def test_every_curve_has_a_row_and_a_behaviour() -> None:
    """There is one row for each combination of the keys, and none is without a word."""
    table = gc.sweep(
        gc.Case("matrix", f=lambda x: np.sin(x) * 2, df=_diagonal, points=[np.ones((2, 2)) * 0.3])
    )

    rows = gc.convergence(table)

    assert len(rows) == 4 * 4 * 6
    assert set(rows["behaviour"]) <= set(BEHAVIOURS)
    assert not rows["behaviour"].isna().any()


def _diagonal(x: Any) -> Any:
    return np.diag(2 * np.cos(x.reshape(-1))).reshape(2, 2, 2, 2)


@pytest.mark.parametrize("factor", [0.5, 2.0, -1.0, 1.01, 1 + 1e-4])
def test_a_factor_is_never_called_convergent(factor: float) -> None:
    """A derivative off by a factor stalls for every accurate stencil."""
    found = behaviours(np.exp, lambda x: factor * np.exp(x), 0.9)

    assert {found["central"], found["central4"], found["complex-step"]} == {"stalled"}


def test_few_listed_steps_are_enough_for_an_order() -> None:
    """Three decades of steps show the order of the central difference."""
    case = gc.Case("exp", f=np.exp, df=np.exp, points=[0.9])

    rows = gc.convergence(gc.sweep(case, stencils=[gc.CENTRAL], steps=[1e-1, 1e-2, 1e-3, 1e-4]))

    assert rows["observed_order"].item() == pytest.approx(2.0, abs=0.01)
    assert rows["behaviour"].item() == "convergent"


def test_a_single_step_shows_no_limit() -> None:
    """One step is too few to say anything."""
    case = gc.Case("exp", f=np.exp, df=np.exp, points=[0.9])

    rows = gc.convergence(gc.sweep(case, stencils=[gc.CENTRAL], steps=[0.1]))

    assert list(rows["behaviour"]) == ["domain"]


def test_quotients_that_are_exact_by_accident_do_not_hide_the_order() -> None:
    """The slope 2 of log at 0.5 is met exactly by many quotients; the order shows all the same."""
    found = behaviours(np.log, lambda x: 1 / x, 0.5)

    assert set(found.values()) == {"convergent"}


def test_an_empty_table_has_no_rows() -> None:
    """A table without rows has no curves."""
    table = gc.sweep(gc.Case("sin", f=np.sin, df=np.cos, points=[0.7]))

    assert gc.convergence(table.iloc[:0]).empty


def test_another_table_is_refused() -> None:
    """The message names the columns that are missing."""
    with pytest.raises(gc.CaseError, match=r"not an error table: it lacks .*'numeric'"):
        gc.convergence(pd.DataFrame({"case": ["sin"]}))


def test_a_derivative_that_loses_digits_stalls_for_the_complex_step() -> None:
    """At 20, f (1 - f) has 8 digits left, and the complex step, which cancels nothing, sees it."""
    found = behaviours(sigmoid, sigmoid_derivative, 20.0)

    assert found["complex-step"] == "stalled"
    assert found["central"] == "convergent"


def test_a_stationary_point_does_not_stall() -> None:
    """Where terms cancel to a slope of 0, the rounding error of df is no wrong derivative."""
    x = 0.1 + 0.2  # the slope there is 0 up to rounding

    found = behaviours(lambda t: np.exp(t) - np.exp(x) * t, lambda t: np.exp(t) - np.exp(0.3), x)

    assert "stalled" not in found.values()
