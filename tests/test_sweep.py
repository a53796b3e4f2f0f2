"""The error table: a row a number, every row with a status."""

import copy
import itertools
import json
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck as gc
from gradcheck.behaviour.sweep import DEFAULT_STENCILS, sweep
from gradcheck.behaviour.table import COLUMNS, SweptCases
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    Stencil,
    stencil,
)
from gradcheck.differences.steps import COUNT, default_steps
from gradcheck.model.case import Case

Array = npt.NDArray[Any]
REAL = [FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6]


def case(f: Callable[..., Any], df: Callable[..., Any], *points: Any, **fields: Any) -> Case:
    """Make a case called "subject"."""
    return Case("subject", f=f, df=df, points=points, **fields)


SQUARE = case(lambda x: x**2, lambda x: 2 * x, 1.0, 3.0)
decimals = st.integers(-(10**9), 10**9).map(lambda k: k / 1e6)

# --- what the table looks like -----------------------------------------------------------------


def test_the_columns_are_as_documented_in_order_and_type() -> None:
    """`COLUMNS` says the type of each column in brackets."""
    table = sweep(SQUARE)
    kinds = [text.rpartition("(")[2].rstrip(")") for text in COLUMNS.values()]

    assert list(COLUMNS) == list(table.columns)
    assert kinds == [str(kind) for kind in table.dtypes]
    assert pd.RangeIndex(len(table)).equals(table.index)


def test_there_is_a_row_for_each_point_entry_stencil_and_step() -> None:
    """Sorted by case, point, output, input, stencil, step; steps in the order of the caller."""
    vector = Case(
        "vector",
        f=lambda x: np.array([x[0], x[0] * x[1], x[1]]),
        df=lambda x: np.array([[1.0, 0.0], [x[1], x[0]], [0.0, 1.0]]),
        points=[[1.0, 2.0], [3.0, 4.0]],
    )
    steps = [0.1, 0.5, 0.01, 0.1]
    stencils = [CENTRAL, FORWARD]
    table = sweep([SQUARE, vector], stencils=stencils, steps=steps)
    names = [formula.name for formula in stencils]
    expected = [
        *itertools.product(["subject"], range(2), range(1), range(1), names, steps),
        *itertools.product(["vector"], range(2), range(3), range(2), names, steps),
    ]
    columns = ["case", "point", "output", "input", "stencil", "h"]

    assert expected == list(table[columns].itertuples(index=False, name=None))


def test_x_is_the_coordinate_that_is_moved() -> None:
    """Each input of each point has its own."""
    subject = case(np.sum, np.ones_like, [[1.0, 2.0], [3.0, 4.0]])
    table = sweep(subject, stencils=[FORWARD], steps=[0.5])

    assert table["x"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert table["input"].tolist() == [0, 1, 2, 3]


def test_the_default_sweep_has_six_stencils_and_65_steps_scaled_with_x() -> None:
    """The ladder of each row starts at the scale of its own coordinate."""
    table = sweep(case(np.sum, np.ones_like, [0.5, 1e6]))

    assert 2 * len(DEFAULT_STENCILS) * COUNT == len(table)
    for x, group in table.groupby("x"):
        assert default_steps(float(str(x))).tolist() * len(DEFAULT_STENCILS) == group["h"].tolist()


def test_errors_are_those_of_the_definition() -> None:
    """abs_error = |numeric - analytic|, rel_error relative to the larger of the two."""
    subject = case(lambda x: x**2, lambda _: -3.0, 1.0, 0.0, -1.0)
    table = sweep(subject, stencils=[CENTRAL], steps=[0.5])
    zero = sweep(case(lambda x: 0.0 * x, lambda x: 0.0 * x, 1.0), stencils=[CENTRAL], steps=[0.5])

    assert table["numeric"].tolist() == [2.0, 0.0, -2.0]
    assert table["analytic"].tolist() == [-3.0] * 3
    assert table["abs_error"].tolist() == [5.0, 3.0, 1.0]
    assert table["rel_error"].tolist() == [5 / 3, 1.0, 1 / 3]
    assert zero[["abs_error", "rel_error"]].iloc[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    "cases", [SQUARE, [SQUARE], (c for c in [SQUARE]), gc.Registry([SQUARE])],
    ids=["case", "list", "generator", "registry"],
)  # fmt: skip
def test_cases_may_be_one_or_many(cases: Any) -> None:
    """A case, an iterable, or a registry."""
    table = sweep(cases, stencils=iter([FORWARD]), steps=0.5)

    assert table["numeric"].tolist() == [2.5, 6.5]


def test_one_stencil_needs_no_list() -> None:
    """A stencil alone is a list of one."""
    assert sweep(SQUARE, stencils=CENTRAL)["stencil"].unique().tolist() == ["central"]  # type: ignore[arg-type]


def test_300_cases_and_200_stencils_keep_their_names() -> None:
    """The codes behind the names are wide enough."""
    cases = [Case(f"c{k}", f=np.sin, df=np.cos, points=[0.5]) for k in range(300)]
    stencils = [stencil((0, k)) for k in range(1, 201)]

    assert [c.name for c in cases] == sweep(cases, stencils=[FORWARD], steps=1.0)["case"].tolist()
    assert [s.name for s in stencils] == sweep(cases[0], stencils=stencils, steps=1.0)[
        "stencil"
    ].tolist()


# --- the numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", [*REAL, COMPLEX_STEP], ids=lambda formula: formula.name)
@settings(max_examples=25, deadline=None)
@given(slope=decimals, intercept=decimals, x=decimals, exponent=st.integers(-30, 3))
def test_a_linear_function_has_no_error_but_rounding(
    formula: Stencil, slope: float, intercept: float, x: float, exponent: int
) -> None:
    """The error is bounded by what rounding x + o h and f makes of the quotient."""
    subject = case(lambda t: slope * t + intercept, lambda t: slope + 0 * t, x)
    h = 2.0**exponent
    table = sweep(subject, stencils=[formula], steps=[h])
    size = abs(slope) * (abs(x) + 3 * h) + abs(intercept)
    bound = 4 * 2.0**-53 * size * formula.condition / h + 8 * 2.0**-53 * abs(slope)

    assert table["abs_error"].item() <= bound


@pytest.mark.parametrize("formula", REAL, ids=lambda formula: formula.name)
@settings(max_examples=25, deadline=None)
@given(coefficients=st.lists(st.integers(-9, 9), min_size=1, max_size=7), x=st.integers(-4, 4))
def test_polynomials_up_to_degree_p_have_no_error_at_all(
    formula: Stencil, coefficients: list[int], x: int
) -> None:
    """With small integers and h = 1 nothing is rounded but the last division."""
    polynomial = np.polynomial.Polynomial(coefficients[: formula.order + 1])
    subject = case(polynomial, polynomial.deriv(), float(x))
    table = sweep(subject, stencils=[formula], steps=[1.0])

    assert table["abs_error"].item() <= 2.0**-52 * abs(table["analytic"].item())


def test_matrices_in_and_out_agree_with_a_loop() -> None:
    """Output and input count along the flattened f(x) and x, as df(x)[output][input] does."""
    generator = np.random.default_rng(1)
    left = generator.standard_normal((2, 3))
    x = generator.standard_normal((3, 2))

    def product(x: Array) -> Any:
        return left @ np.sin(x)

    def jacobian(x: Array) -> Any:
        return np.einsum("ai,ij,jk->akij", left, np.cos(x), np.eye(2))

    table = sweep(case(product, jacobian, x), stencils=[CENTRAL], steps=[0.25])
    rows = []
    for output in np.ndindex(2, 2):
        for place in np.ndindex(3, 2):
            moved = np.zeros((3, 2))
            moved[place] = 0.25
            slope = (product(x + moved)[output] - product(x - moved)[output]) / 0.5
            rows.append((slope, jacobian(x)[(*output, *place)], x[place]))

    numeric, analytic, moved_x = zip(*rows, strict=True)
    assert analytic == pytest.approx(table["analytic"].tolist(), rel=1e-15)
    assert numeric == pytest.approx(table["numeric"].tolist(), rel=1e-14, abs=1e-15)
    assert list(moved_x) == table["x"].tolist()
    assert table["rel_error"].max() < 0.02


def test_points_of_different_shapes_stand_in_one_table_in_order() -> None:
    """A sum does not care; each point has as many inputs as it has."""
    subject = case(np.sum, np.ones_like, [1.0, 2.0], 3.0, [[4.0]], [5.0, 6.0], [7.0, 8.0])
    table = sweep(subject, stencils=[FORWARD], steps=[0.5])

    assert table["point"].tolist() == [0, 0, 1, 2, 3, 3, 4, 4]
    assert table["x"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    assert table["numeric"].tolist() == [1.0] * 8


def test_special_points_are_swept_as_well() -> None:
    """`point` counts along `Case.all_points`."""
    subject = case(np.sin, np.cos, 0.5, special_points={"zero": 0.0})
    table = sweep(subject, stencils=[FORWARD], steps=[0.5])

    assert list(table[["point", "x"]].itertuples(index=False, name=None)) == [(0, 0.5), (1, 0.0)]


def test_directions_move_all_inputs_at_once() -> None:
    """Analytic is J v, numeric is the slope along v, for unit vectors v drawn from the seed."""
    weights = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]])
    subject = case(lambda x: weights @ x, lambda _: weights, [1.0, 2.0, 3.0], [0.0, 1.0, 0.0])
    table = sweep(subject, stencils=[CENTRAL], steps=[0.5], directions=4, seed=7)
    analytic = table["analytic"].to_numpy().reshape(2, 2, 4)
    unit = np.linalg.lstsq(weights, analytic[0], rcond=None)[0]

    assert len(table) == 2 * 2 * 4
    assert table["input"].tolist() == [0, 1, 2, 3] * 4
    assert table["x"].isna().all()
    assert (analytic[0] == analytic[1]).all()
    assert (np.linalg.norm(unit, axis=0) <= 1 + 1e-12).all(), "lstsq gives the shortest such v"
    assert table["abs_error"].max() < 1e-14
    assert table["status"].unique().tolist() == ["ok"]


def test_directions_are_reproducible_and_depend_on_the_seed() -> None:
    """The seed decides, and nothing else does."""
    subject = case(lambda x: x @ x, lambda x: 2 * x, [1.0, 2.0, 3.0])

    def slopes(seed: int) -> list[float]:
        table = sweep(subject, stencils=[CENTRAL], steps=0.5, directions=3, seed=seed)
        return list(table["analytic"])

    assert slopes(0) == slopes(0)
    assert slopes(0) != slopes(1)


def test_the_same_numbers_come_from_whole_arrays_and_from_single_calls() -> None:
    """Hiding an elementwise function behind a scalar-only wrapper changes no bit of the table."""

    def f(x: Any) -> Any:
        return (x * x - 3 * x + 2) / (1 + x * x)

    def df(x: Any) -> Any:
        below = 1 + x * x
        return (2 * x - 3) / below - 2 * x * (x * x - 3 * x + 2) / (below * below)

    def scalar_only(x: Any) -> Any:
        if np.ndim(x):
            raise TypeError("one number at a time")
        return f(x)

    points = [-2.0, 0.3, 1.7e5]
    together = sweep(case(f, df, *points, domain="(-3, inf)"))
    singly = sweep(case(scalar_only, df, *points, domain="(-3, inf)"))

    pd.testing.assert_frame_equal(together, singly, rtol=0, atol=0)


@pytest.mark.parametrize("domain", [None, "(0, 1.45)"])
@pytest.mark.parametrize("count", [1, 2, 5, 300])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: 2 * x if np.any(x > 1) else x * x,
        lambda x: np.where(x > 1, x * np.size(x), x),
        lambda x: x + (np.size(x) - 1) * (x > 1),
    ],
    ids=["a branch", "a product", "a sum"],
)
def test_a_function_that_is_elementwise_at_its_points_only_is_found_out(
    f: Callable[..., Any], count: int, domain: str | None
) -> None:
    """It is called on single numbers, although few abscissae of each point are above 1."""

    def scalar_only(x: Any) -> Any:
        if np.ndim(x):
            raise TypeError("one number at a time")
        return f(x)

    points = np.linspace(0.6, 0.9, count)
    steps = np.ldexp(1.0, -np.arange(30, 50))
    steps[13:15] = 0.5, 1.0  # with the domain, the longer step leads out of it
    together, singly = (
        sweep(case(g, np.ones_like, *points, domain=domain), stencils=[FORWARD], steps=steps)
        for g in (f, scalar_only)
    )

    pd.testing.assert_frame_equal(together, singly, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("f", "df"),
    [(np.exp, np.exp), (np.sin, np.cos), (np.tanh, lambda x: 1 / np.cosh(x) ** 2)],
    ids=["exp", "sin", "tanh"],
)
def test_library_functions_differ_by_their_last_bit_at_most(
    f: Callable[..., Any], df: Callable[..., Any]
) -> None:
    """A vectorised exp may round differently from a single one, by one unit in the last place."""

    def scalar_only(x: Any) -> Any:
        if np.ndim(x):
            raise TypeError("one number at a time")
        return f(x)

    together = sweep(case(f, df, 0.7), stencils=REAL)
    singly = sweep(case(scalar_only, df, 0.7), stencils=REAL)
    conditions = {formula.name: formula.condition for formula in REAL}
    granted = 2.0**-51 * np.exp(3 * 2.0) * together["stencil"].map(conditions).astype(float)

    assert (abs(together["numeric"] - singly["numeric"]) <= granted / together["h"]).all()


def test_the_complex_step_does_not_break_down() -> None:
    """At h = 2^-60 its error is one rounding, while the forward difference is lost."""
    table = sweep(case(np.exp, np.exp, 0.7), stencils=[COMPLEX_STEP, FORWARD], steps=[2.0**-60])

    assert table["status"].tolist() == ["ok", "step-lost"]
    assert table["rel_error"][0] < 4e-16


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_a_complex_step_through_the_math_module_is_no_derivative_of_zero() -> None:
    """math.sin has no complex values, so the rows say raised."""
    table = sweep(case(math.sin, math.cos, 0.7), stencils=[COMPLEX_STEP, CENTRAL], steps=[0.1])

    assert table["status"].tolist() == ["raised", "ok"]
    assert table["numeric"].isna().tolist() == [True, False]


# --- the status --------------------------------------------------------------------------------


def statuses(subject: Case, formula: Stencil, steps: list[float]) -> list[str]:
    """Sweep one formula and return its statuses."""
    return list(sweep(subject, stencils=[formula], steps=steps)["status"])


def test_a_step_over_the_edge_of_the_domain_is_said_to_be_outside() -> None:
    """There, f is not called; the other side is unharmed."""
    subject = case(math.log, lambda x: 1 / x, 0.5, domain="(0, inf)")

    assert statuses(subject, CENTRAL, [1.0, 0.5, 0.1]) == ["outside-domain", "outside-domain", "ok"]
    assert statuses(subject, FORWARD, [1.0, 0.5, 0.1]) == ["ok"] * 3


def test_a_value_that_is_not_finite_is_said_to_be_not_finite() -> None:
    """The log of a negative number is NaN, exp of a thousand is infinite."""
    logarithm = case(np.log, np.reciprocal, 0.5)
    exponential = case(np.exp, np.exp, 0.5)

    assert statuses(logarithm, BACKWARD, [1.0, 0.1]) == ["not-finite", "ok"]
    assert statuses(exponential, FORWARD, [1000.0, 0.1]) == ["not-finite", "ok"]


def test_a_df_that_is_not_finite_is_said_to_be_not_finite() -> None:
    """There is nothing to compare with."""
    subject = case(np.abs, lambda x: x / np.abs(x), 0.0)
    table = sweep(subject, stencils=[FORWARD], steps=[0.5])

    assert table["status"].tolist() == ["not-finite"]
    assert table["numeric"].tolist() == [1.0]
    assert table[["analytic", "abs_error", "rel_error"]].isna().all(axis=None)


def test_outputs_have_a_status_each() -> None:
    """The log has no value at -0.5, but x has, and its quotient is exact."""
    subject = case(lambda x: np.array([x, np.log(x)]), lambda x: np.array([1.0, 1 / x]), 0.5)
    table = sweep(subject, stencils=[BACKWARD], steps=[1.0])

    assert table["status"].tolist() == ["ok", "not-finite"]
    assert table["abs_error"][0] == 0.0


def test_an_exception_is_a_status() -> None:
    """math.log raises where np.log is NaN; the rows beside it have their numbers."""
    subject = case(math.log, lambda x: 1 / x, 0.5)
    table = sweep(subject, stencils=[BACKWARD], steps=[1.0, 0.25])

    assert table["status"].tolist() == ["raised", "ok"]
    assert table["numeric"].isna().tolist() == [True, False]
    assert 4 * math.log(2) == pytest.approx(table["numeric"][1], rel=1e-15)


def test_f_may_fail_at_the_point_itself() -> None:
    """CENTRAL never asks for f(x); FORWARD does, and says so."""

    def sinc(x: float) -> float:
        return math.sin(x) / float(x) if x else 1 // 0

    subject = case(sinc, lambda _: 0.0, 0.0)

    table = sweep(subject, stencils=[CENTRAL, FORWARD, BACKWARD], steps=[0.1])

    assert table["status"].tolist() == ["ok", "raised", "raised"]
    assert table["numeric"].isna().tolist() == [False, True, True]


def test_f_may_fail_beside_the_point_only() -> None:
    """One bad abscissa costs the formulas that need it."""

    def f(x: float) -> float:
        if x > 1:
            raise ValueError("beyond")
        return float(x)

    table = sweep(case(f, lambda _: 1.0, 1.0), stencils=[FORWARD, BACKWARD, CENTRAL], steps=[0.5])

    assert table["status"].tolist() == ["raised", "ok", "raised"]


def test_a_step_that_is_lost_has_a_number_and_says_so() -> None:
    """Where x + h == x the forward quotient is 0 and its error is |f'|."""
    subject = case(lambda x: x**2, lambda x: 2 * x, 1.0)
    table = sweep(subject, stencils=[FORWARD], steps=[2.0**-52, 2.0**-53])

    assert table["status"].tolist() == ["ok", "step-lost"]
    assert table["numeric"].tolist() == [2.0, 0.0]
    assert table["abs_error"].tolist() == [0.0, 2.0]


def test_a_step_that_is_lost_on_one_side_is_lost() -> None:
    """Below 1 the floats are twice as dense: 1 - 2^-53 is another number, 1 + 2^-53 is not."""
    subject = case(lambda x: x**2, lambda x: 2 * x, 1.0)

    assert statuses(subject, CENTRAL, [2.0**-53]) == ["step-lost"]
    assert statuses(subject, BACKWARD, [2.0**-53]) == ["ok"]


def test_a_direction_is_lost_only_if_no_input_moves() -> None:
    """Along v, a coordinate at 1e20 stands still, one at 0 moves."""
    subject = case(lambda x: x[1], lambda _: np.array([0.0, 1.0]), [1e20, 0.0])
    still = case(lambda x: x[0], lambda _: np.array([1.0, 0.0]), [1e20, 1e20])

    def along(moved: Case) -> list[str]:
        return list(sweep(moved, stencils=[FORWARD], steps=[1.0], directions=1)["status"])

    assert along(subject) == ["ok"]
    assert along(still) == ["step-lost"]


def test_every_row_has_a_status() -> None:
    """And a number is missing exactly where the status says why."""
    cases = [
        Case("log", f=np.log, df=np.reciprocal, points=[0.5]),
        Case("math", f=math.log, df=lambda x: 1 / x, points=[0.5]),
        Case("inside", f=np.log, df=np.reciprocal, points=[0.5], domain="(0, inf)"),
    ]
    table = sweep(cases, stencils=REAL)

    assert table["status"].notna().all()
    finite = np.isfinite(table["abs_error"])
    assert finite.tolist() == table["status"].isin(["ok", "step-lost"]).tolist()


# --- what it leaves alone ----------------------------------------------------------------------


def test_the_arrays_of_the_user_are_not_changed() -> None:
    """Not by f, not by df, and not by the sweep."""

    def f(x: Array) -> float:
        total = float(np.sum(x**2).real)
        x[...] = 0
        return total

    def df(x: Array) -> Array:
        gradient = 2 * x
        x[...] = 0
        return gradient

    point, steps = np.array([1.0, 2.0]), np.array([0.5, 0.25])
    table = sweep(case(f, df, point), stencils=[FORWARD], steps=steps)

    assert table["numeric"].tolist() == [2.5, 2.25, 4.5, 4.25]
    assert point.tolist() == [1.0, 2.0]
    assert steps.tolist() == [0.5, 0.25]


def test_a_sweep_is_silent_and_leaves_numpys_error_state() -> None:
    """Infinities and NaN are rows, not warnings, whatever the caller has set."""
    with np.errstate(all="raise"):
        before = np.geterr()
        sweep(case(np.log, np.reciprocal, 0.5, 1.7e308))

        assert before == np.geterr()


@pytest.mark.parametrize("role", ["f", "df", "domain"])
def test_an_interrupt_stops_the_sweep(role: str) -> None:
    """Ctrl-C in user code is no status."""

    def interrupt(_: Any) -> float:
        raise KeyboardInterrupt

    functions: dict[str, Any] = {"f": np.sin, "df": np.cos, role: interrupt}
    with pytest.raises(KeyboardInterrupt):
        sweep(Case("subject", points=[0.5], **functions))


# --- the cases behind the table ----------------------------------------------------------------


def test_the_cases_stay_with_the_table() -> None:
    """Slicing, copying, sorting and grouping keep the very same case."""
    table = sweep(SQUARE, stencils=[FORWARD, CENTRAL])
    kept = [
        table, table.copy(), table[table["stencil"] == "central"], table.sort_values("h"),
        table.head(3), copy.deepcopy(table), table.reset_index(drop=True),
    ]  # fmt: skip

    assert all(part.attrs["cases"].cases["subject"] is SQUARE for part in kept)


def test_pickling_a_table_keeps_the_names() -> None:
    """Functions cannot travel, names can; f is a lambda here."""
    table = sweep(SQUARE, stencils=[FORWARD])
    back = pickle.loads(pickle.dumps(table))  # noqa: S301  (made on this line)

    pd.testing.assert_frame_equal(table, back)
    assert tuple(back.attrs["cases"]) == ("subject",)


def test_the_names_can_be_written_as_json() -> None:
    """As pandas does with attrs in some file formats."""
    table = sweep([SQUARE, Case("sine", f=np.sin, df=np.cos, points=[0.5])], stencils=[FORWARD])

    assert json.loads(json.dumps(table.attrs)) == {"cases": ["subject", "sine"]}


def test_swept_cases_are_compared_by_name() -> None:
    """When pandas joins tables, it compares their attrs."""
    one, other = SweptCases.of([SQUARE], []), SweptCases.of([case(np.sin, np.cos, 0.5)], [])
    joined = pd.concat([sweep(SQUARE), sweep(SQUARE)])

    assert one == other == ("subject",)
    assert joined.attrs["cases"] == ("subject",)


def test_beside_an_edge_of_the_domain_most_default_steps_stay_inside() -> None:
    """The logarithm at 1e-9 is compared at steps below 1e-9, which its central quotient needs."""
    subject = case(np.log, np.reciprocal, 1e-9, domain="(0, inf)")
    table = sweep(subject, stencils=[CENTRAL])

    assert (table["status"] == "ok").sum() > 50
    assert table["rel_error"].min() < 1e-9
