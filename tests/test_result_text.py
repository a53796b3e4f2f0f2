"""A result as text: the verdict in words, the worst entries, how to reproduce it."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.model.case import Case, Origin
from gradcheck.output import verdict_number as number
from gradcheck.output.verdict_text import WIDTH, mismatch_text, text
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.checking import check
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.result import VERDICTS, Called, Entries, Finding, Reason, Result, Verdict

PASS, INCONCLUSIVE, FAIL = range(3)
REASONS = {
    Verdict.PASS: Reason.AGREES,
    Verdict.INCONCLUSIVE: Reason.NOISE,
    Verdict.FAIL: Reason.DISAGREES,
}


def lines(each: int, inputs: int) -> Directions:
    """Return so many directions in an x of so many inputs."""
    return Directions(blocks=whole((inputs,)), each=each, scale=np.ones(inputs), seed=0)


def result(
    analytic: Sequence[float],
    numeric: Sequence[float],
    verdicts: Sequence[int] = (),
    *,
    points: Sequence[npt.ArrayLike] = ([-1.2, 1.0],),
    bar: npt.ArrayLike = 3e-10,
    **fields: Any,
) -> Result:
    """Make a result by hand, whose entries are in the order point, output, input."""
    size = len(analytic)
    codes = np.array(verdicts or [PASS] * size, dtype=np.int8)
    verdict = fields.setdefault("verdict", VERDICTS[codes.max(initial=PASS)])
    reason = fields.setdefault("reason", REASONS[verdict])
    outputs = math.prod(fields.setdefault("output_shape", ()) or ())
    row, inputs = np.arange(size), max(size // max(len(points) * outputs, 1), 1)
    claimed, found = (np.array(each, dtype=np.float64) for each in (analytic, numeric))
    reasons = fields.pop("reasons", [reason if code else Reason.AGREES for code in codes])
    entries = Entries(
        point=row // (outputs * inputs),
        output=row if fields.get("elementwise") else row // inputs % outputs,
        input=row if fields.get("elementwise") else row % inputs,
        analytic=claimed,
        numeric=found,
        error_bar=np.broadcast_to(bar, size).astype(np.float64),
        materiality=np.zeros(size),
        scale=np.full(size, np.nanmax(np.abs(found), initial=0.0)),
        verdict=codes,
        reason=np.array(reasons, dtype=object),
    )
    origin = fields.pop("origin", None)
    case = Case(
        fields.pop("name", "rosenbrock"), f=np.sum, df=np.ones_like, points=points, origin=origin
    )
    given: dict[str, Any] = {"message": "", "evaluations": 14, "entries": entries, "case": case}
    return Result(**(given | fields))


def wrong(count: int, **fields: Any) -> Result:
    """Make a result whose `count` entries are all off by a factor, the last one most of all."""
    numeric = np.ones(count)
    return result(
        (numeric + np.arange(1, count + 1)).tolist(),
        numeric.tolist(),
        [FAIL] * count,
        **({"points": [np.ones(count)]} | fields),
    )


ROSENBROCK = result(
    [-215.6, -44.0],
    [-215.6, -88.0],
    [PASS, FAIL],
    message="The error is far beyond the error bar; look at df.",
    findings=(Finding("factor", "numeric / analytic = 2: a factor 2 is missing", "A", (1,)),),
    notes=("x[1] = 1 is a special point",),
)


FIRST_LINE = "FAIL: the derivative of rosenbrock disagrees with differences in 1 of 2 entries"


def test_a_failure_tells_the_whole_story() -> None:
    """Verdict, cause, what to do, the wrong entry, notes, cost, and x to the last bit."""
    assert str(ROSENBROCK).splitlines() == [
        f"{FIRST_LINE}: numeric / analytic = 2: a factor 2 is missing",
        "cause (A): numeric / analytic = 2: a factor 2 is missing",
        "The error is far beyond the error bar; look at df.",
        "  entry           analytic     numeric ± error bar  ratio",
        "  ∂f/∂x[1]  -44.0000000000  -88.0000000000 ± 3e-10    0.5",
        "- x[1] = 1 is a special point",
        "(14 evaluations of f; any relative error above 2e-12 would have been seen)",
        "to reproduce: gc.check(f, df, x) with",
        "    x = np.array([",
        '        float.fromhex("-0x1.3333333333333p+0"),  # -1.2',
        '        float.fromhex("0x1.0000000000000p+0"),   # 1.0',
        "    ])",
    ]


def test_a_pass_is_one_line() -> None:
    """It states the resolution and the cost; what check wrote beside it is not needed."""
    passed = result([1.0] * 12, [1.0] * 12, points=[np.ones(12)], evaluations=74, message="agrees")

    assert str(passed) == (
        "PASS: the derivative of rosenbrock agrees in all 12 entries; "
        "any relative error above 3e-10 would have been seen (74 evaluations of f)"
    )


def test_a_message_that_repeats_the_verdict_is_left_out() -> None:
    """That entries disagree is said by the first line and the table; advice is kept."""
    bare = wrong(2, message="df disagrees with the differences of f, beyond their error bars.")
    there = wrong(2, points=[1.0, 2.0], message="At x = 2.0: df disagrees with the differences.")
    advice = wrong(2, message="df disagrees with the differences of f; look at its second term.")

    assert str(bare) == str(wrong(2))
    assert str(there) == str(wrong(2, points=[1.0, 2.0]))
    assert str(advice).splitlines()[1] == advice.message


def test_a_pass_keeps_its_notes() -> None:
    """Each is a bullet below the line."""
    passed = result([1.0], [1.0], points=[0.5], notes=("first", "second"))

    assert str(passed).splitlines()[1:] == ["- first", "- second"]


def test_a_pass_at_zero_claims_no_resolution() -> None:
    """Where all derivatives are zero, the error bar is all there is to say."""
    assert str(result([0.0], [0.0], points=[0.5], bar=3e-12)) == (
        "PASS: the derivative of rosenbrock agrees; all derivatives are zero within the error bar, "
        "at most 3e-12, so nothing can be said about relative errors (14 evaluations of f)"
    )


def test_a_pass_at_zero_may_be_exact() -> None:
    """A constant has no error bar at all."""
    assert "agrees; all derivatives are exactly zero, so nothing" in str(
        result([0.0], [0.0], points=[0.5], bar=0.0)
    )


def test_an_error_bar_without_limit_claims_nothing() -> None:
    """Nor does a check without entries."""
    for each in (result([0.0], [0.0], points=[0.5], bar=np.inf), result([], [])):
        assert "nothing can be said about relative errors" in str(each)


def test_a_pass_tells_where_its_resolution_ends() -> None:
    """A block of zeros does not hide how well the others were seen."""
    entries = result([1.0, 0.0], [1.0, 0.0]).entries
    mixed = Entries(**(vars(entries) | {"scale": np.array([1.0, 0.0])}))

    assert (
        "any relative error above 3e-10 would have been seen, except in 1 entry where all "
        "derivatives are zero within the error bar"
    ) in str(result([1.0, 0.0], [1.0, 0.0], entries=mixed))


def test_at_most_five_entries_are_shown() -> None:
    """The worst first, and how many are left out."""
    lines = str(wrong(40)).splitlines()
    shown = [line.split()[0] for line in lines if line.startswith("  ∂f")]

    assert shown == [f"∂f/∂x[{k}]" for k in (39, 38, 37, 36, 35)]
    assert "  … and 35 more" in lines


def test_five_wrong_entries_are_all_of_them() -> None:
    """Then nothing is left out."""
    assert "more" not in str(wrong(5))


def test_entries_that_pass_are_not_listed() -> None:
    """The table holds what is to be looked at."""
    assert "∂f/∂x[0]" not in str(ROSENBROCK)


def test_the_decimal_points_stand_in_one_column() -> None:
    """Whatever the error bars leave of the digits, analytic and numeric."""
    lines = str(
        result(
            [123.25, -4.0, math.nan],
            [120.5, 3.0, 1.0],
            [FAIL] * 3,
            points=[np.ones(3)],
            bar=[1e-3, 1e-8, 0.2],
        )
    ).splitlines()

    assert lines[1:5] == [
        "  entry         analytic   numeric ± error bar     ratio",
        "  ∂f/∂x[2]           nan    1.0        ± 0.2           –",
        "  ∂f/∂x[1]   -4.00000000    3.00000000 ± 1e-08  -1.33333",
        "  ∂f/∂x[0]  123.250       120.500      ± 0.001   1.02282",
    ]


@pytest.mark.parametrize(
    ("value", "bar", "written"),
    [
        (-88.0, 3e-10, "-88.0000000000 ± 3e-10"),
        (0.1, 0.02, "0.10 ± 0.02"),
        (12345.678, 100.0, "12300 ± 100"),
        (1.5e-20, 2e-24, "1.5000e-20 ± 2e-24"),
        (6.02e23, 1e20, "6.020e+23 ± 1e+20"),
        (1e-12, 3e-10, "0 ± 3e-10"),
        (2.0, 0.0, "2 ± 0"),
        (0.1, math.inf, "0.1 ± inf"),
        (math.nan, math.inf, "–"),
        (1 / 3, 1e-30, "0.3333333333333333 ± 1e-30"),
        (-88.0, 1e-18, "-88 ± 1e-18"),
    ],
)
def test_a_value_has_the_digits_that_its_error_bar_leaves(
    value: float, bar: float, written: str
) -> None:
    """No more, and never more than a float has."""
    assert number.plus_minus(value, bar) == written


ANY_SIZE = st.floats(min_value=1e-290, max_value=1e290)


@given(value=ANY_SIZE, sign=st.sampled_from([1, -1]), exponent=st.floats(-14, 3))
def test_rounding_stays_within_the_error_bar(value: float, sign: int, exponent: float) -> None:
    """What is shown is no farther from the value than the bar."""
    bar = value * 10.0**exponent

    assert abs(float(number.numeric(sign * value, bar)) - sign * value) <= bar


@given(value=ANY_SIZE)
def test_a_bound_is_rounded_up(value: float) -> None:
    """It still holds, but for a twentieth, and is less than twice as large."""
    shown = float(number.bound(value))

    assert 0.95 * value <= shown <= 1.95 * value


@pytest.mark.parametrize(
    ("analytic", "numeric", "bar", "written"),
    [
        (-44.0, -88.0, 3e-10, "0.5"),
        (1 + 3e-7, 1.0, 1e-12, "1 + 3e-07"),
        (1 - 2e-9, 1.0, 1e-12, "1 - 2e-09"),
        (1.0, 1.0, 1e-12, "1"),
        (12.3, 11.0, 3.0, "1.1"),
        (5.0, 0.0, 0.0, "–"),
        (5.0, 1e-12, 3e-10, "–"),
        (math.nan, 1.0, 1e-12, "–"),
        (math.inf, 1.0, 1e-12, "–"),
        (1.0, math.nan, math.inf, "–"),
        (1.0, math.inf, 1.0, "–"),
    ],
)
def test_the_ratio_shows_what_is_missing(
    analytic: float, numeric: float, bar: float, written: str
) -> None:
    """As a factor, near 1 as a distance, and not at all where numeric may be zero."""
    assert number.ratio(analytic, numeric, bar) == written


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"points": [0.5]}, "∂f/∂x"),
        ({"points": [[0.5]]}, "∂f/∂x[0]"),
        ({"points": [0.5], "output_shape": (1,)}, "∂f[0]/∂x"),
        ({"points": [[[0.5]]], "output_shape": (1, 1)}, "∂f[0, 0]/∂x[0, 0]"),
        ({"points": [[0.5]], "output_shape": (1,), "elementwise": True}, "f'(x[0])"),
        ({"points": [0.5], "elementwise": True}, "f'(x)"),
        ({"points": [[0.5]], "directions": lines(1, 1)}, "direction 0"),
        (
            {"points": [[0.5]], "output_shape": (1,), "directions": lines(1, 1)},
            "f[0], direction 0",
        ),
        ({"points": [0.5], "output_shape": None}, "∂f/∂x"),
    ],
)
def test_an_entry_is_named_by_what_was_checked(fields: dict[str, Any], name: str) -> None:
    """Scalar, gradient, Jacobian, array of arrays, elementwise pair, direction."""
    line = str(wrong(1, **fields)).splitlines()[2]

    assert line.startswith(f"  {name}  ")


def test_an_entry_of_a_jacobian_is_named_by_output_and_input() -> None:
    """In the order of the arrays."""
    lines = str(
        result([1.0] * 6, [1.0, 1, 1, 1, 1, 7], [0, 0, 0, 0, 0, FAIL], output_shape=(3,))
    ).splitlines()

    assert lines[2].startswith("  ∂f[2]/∂x[1]  ")


def test_with_several_points_the_table_says_where() -> None:
    """Short points are written out, others by their place in the case."""
    long = np.linspace(0.123456, 1.0, 7)
    near = str(wrong(3, points=[0.6, 1.5, 2.75])).splitlines()
    far = str(wrong(14, points=[long, long])).splitlines()

    assert near[0].endswith("in all 3 entries at 3 points")
    assert [line.split()[1] for line in near[2:5]] == ["2.75", "1.5", "0.6"]
    assert far[1].split()[:3] == ["entry", "at", "x"]
    assert far[2].split()[1] == "points[1]"


def test_with_one_point_the_table_does_not_repeat_it() -> None:
    """The lines to reproduce it have x in full."""
    assert "at x" not in str(ROSENBROCK)


def test_entries_of_another_reason_say_so() -> None:
    """Only then is there a column for it, and only those of the reason are counted."""
    mixed = str(
        result(
            [math.nan, 1.0, 2.0],
            [1.0, 1.0, 1.0],
            [FAIL, PASS, FAIL],
            points=[np.ones(3)],
            reason=Reason.NOT_FINITE,
            reasons=[Reason.NOT_FINITE, Reason.AGREES, Reason.DISAGREES],
        )
    ).splitlines()

    assert mixed[0] == "FAIL: the derivative of rosenbrock is not finite in 1 of 3 entries"
    assert [line.split()[-1] for line in mixed[1:4]] == ["why", "not-finite", "disagrees"]
    assert "why" not in str(ROSENBROCK)


@pytest.mark.parametrize(
    "x",
    [
        0.1,
        [0.1, -1e-300, 1e300],
        [[1 / 3, 0.2], [-0.0, 5e-324]],
        np.linspace(0.0, 1.0, 8),
    ],
)
def test_few_inputs_are_written_to_the_last_bit(x: npt.ArrayLike) -> None:
    """Running the lines makes the same x again: value, sign of zero, and shape."""
    x = np.asarray(x)
    told = str(wrong(x.size, points=[x])).partition("with\n")[2]
    names: dict[str, Any] = {"np": np}
    exec("\n".join(line.removeprefix("    ") for line in told.splitlines()), names)  # noqa: S102  (that the lines run is the point)
    again = np.asarray(names["x"])

    assert again.shape == x.shape
    assert again.tobytes() == x.tobytes()


def test_many_inputs_are_pointed_at() -> None:
    """The worst entry's point, where the case has it."""
    assert "    x = result.case.points[1]" in str(wrong(18, points=[np.ones(9), np.zeros(9)]))


def test_a_point_that_gave_no_entries_is_the_one_to_reproduce() -> None:
    """Where df raised at the second of three points, the others have nothing to show."""
    entries = result([1.0, 1.0], [1.0, 1.0], points=[0.5, 1.5]).entries
    raised = result(
        [1.0, 1.0],
        [1.0, 1.0],
        points=[0.5, 1.5, 2.5],
        verdict=Verdict.FAIL,
        reason=Reason.RAISED,
        entries=Entries(**(vars(entries) | {"point": np.array([0, 2])})),
    )

    assert str(raised).splitlines()[-1].endswith("# 1.5")


def test_directions_are_part_of_the_recipe() -> None:
    """As many as were checked."""
    told = str(wrong(3, points=[np.ones(9)], directions=lines(3, 9)))

    assert told.startswith("FAIL: the derivative of rosenbrock disagrees with differences in all 3")
    assert "directions" in told.splitlines()[0]
    assert "gc.check(f, df, x, directions=3)" in told


@pytest.mark.parametrize(
    ("options", "call"),
    [
        ({}, "gc.check(f, df, x) with"),
        ({"rtol": 1e-3}, "gc.check(f, df, x, rtol=0.001) with"),
        ({"atol": 0.25, "entries": "all"}, 'gc.check(f, df, x, atol=0.25, entries="all") with'),
        ({"sparsity": np.eye(3)}, "gc.check(f, df, x, sparsity=S) with"),
    ],
)
def test_options_are_part_of_the_recipe(options: dict[str, Any], call: str) -> None:
    """Without them the outcome might be another."""
    told = str(check(np.sin, lambda x: np.diag(2 * np.cos(x)), np.ones(3) / 2, **options))

    assert f"to reproduce: {call}" in told


def test_a_seed_is_part_of_the_recipe() -> None:
    """Where it is not the usual one."""
    other = Directions(blocks=whole((9,)), each=3, scale=np.ones(9), seed=7)
    told = str(wrong(3, points=[np.ones(9)], directions=other))

    assert "gc.check(f, df, x, directions=3, seed=7)" in told


def test_derivatives_along_directions_are_counted_as_such() -> None:
    """With several outputs or points, there are more of them than directions."""
    lined = {"directions": lines(1, 9), "points": [np.ones(9)]}
    outputs = wrong(3, **lined, output_shape=(3,))
    points = wrong(4, points=[np.ones(9), np.ones(9)], directions=lines(2, 9))

    first, second = (str(each).splitlines()[0] for each in (outputs, points))
    assert first.endswith("in all 3 derivatives along 1 direction")
    assert second.endswith("in all 4 derivatives along 2 directions at 2 points")


def test_functions_are_called_as_the_caller_calls_them() -> None:
    """In names of entries, in counts of evaluations, among rivals, and in the recipe."""
    rivals = tuple(Finding(code, code, "B", (0,)) for code in ("factor", "abs"))
    roles = Called("check_hessian", "df", "hess", "rtol=0.5")
    told = str(wrong(1, points=[0.5], roles=roles, findings=rivals))
    state = str(result([], [], verdict=Verdict.INCONCLUSIVE, reason=Reason.STATEFUL, roles=roles))
    elementwise = wrong(2, points=[np.ones(2)], elementwise=True, output_shape=(2,), roles=roles)

    assert "each would explain what hess claims" in told
    assert "∂df/∂x" in told
    assert "(14 evaluations of df;" in told
    assert "to reproduce: gc.check_hessian(df, hess, x, rtol=0.5) with" in told
    assert "df or hess of rosenbrock depends on earlier calls" in state
    assert "df'(x[1])" in str(elementwise)


def test_a_case_of_a_file_says_where_it_stands() -> None:
    """The last line is a place that editors open."""
    told = str(wrong(1, points=[0.5], origin=Origin(Path("cases/losses.py"), 13)))

    assert told.splitlines()[-1] == "look at cases/losses.py:13"


def test_without_entries_the_message_says_it_all() -> None:
    """A wrong shape has no table."""
    shaped = result(
        [],
        [],
        points=[0.5],
        verdict=Verdict.FAIL,
        reason=Reason.WRONG_SHAPE,
        message="df(x) has shape (1,), but f: R → R needs shape (). Return `df[0]`.",
        evaluations=1,
    )

    assert str(shaped).splitlines() == [
        "FAIL: the derivative of rosenbrock has the wrong shape",
        "df(x) has shape (1,), but f: R → R needs shape (). Return `df[0]`.",
        "(1 evaluation of f)",
        "to reproduce: gc.check(f, df, x) with",
        '    x = float.fromhex("0x1.0000000000000p-1")  # 0.5',
    ]


def test_a_case_without_points_has_nothing_to_reproduce() -> None:
    """Where no x was found inside the domain."""
    nowhere = result([], [], points=[], verdict=Verdict.INCONCLUSIVE, reason=Reason.DOMAIN)

    assert str(nowhere).splitlines() == [
        "INCONCLUSIVE: the domain of rosenbrock leaves too little room for differences",
        "(14 evaluations of f)",
    ]


def test_every_reason_has_its_sentence() -> None:
    """The contract's reasons are told in words, not as codes."""
    fails = set(Reason) - {
        Reason.AGREES, Reason.NOISE, Reason.DOMAIN, Reason.NONDETERMINISTIC, Reason.STATEFUL,
        Reason.ANALYTIC_INACCURATE,
    }  # fmt: skip
    unsure = set(Reason) - {
        Reason.AGREES, Reason.DISAGREES, Reason.WRONG_SHAPE, Reason.SPARSITY, Reason.MUTATES_INPUT,
    }  # fmt: skip
    pairs = [(Verdict.FAIL, each) for each in fails]
    pairs += [(Verdict.INCONCLUSIVE, each) for each in unsure]
    told = [
        str(result([], [], verdict=verdict, reason=reason)).splitlines()[0]
        for verdict, reason in pairs
    ]

    assert [line for line in told if "rosenbrock: " in line] == []
    assert len(set(told)) == len(told)


def test_a_scalar_is_not_counted() -> None:
    """One entry is simply here."""
    kinks: dict[str, Any] = {"verdict": Verdict.INCONCLUSIVE, "reason": Reason.KINK, "name": "relu"}
    here = result([0.0], [math.nan], [INCONCLUSIVE], points=[0.0], bar=math.inf, **kinks)
    there = result([1.0, 0.0], [1.0, 0.5], [PASS, INCONCLUSIVE], **kinks)

    assert str(here).splitlines()[0] == "INCONCLUSIVE: relu is not differentiable here"
    assert (
        str(there).splitlines()[0] == "INCONCLUSIVE: relu is not differentiable in 1 of 2 entries"
    )


def test_a_cause_says_how_sure_it_is_and_what_it_explains() -> None:
    """Certain, probable, or only a place; and how many of the wrong entries if not all."""
    told = str(
        wrong(
            3,
            findings=(
                Finding("sign", "the sign is wrong", "A", (0, 1, 2)),
                Finding("swap", "two entries are swapped", "B", (0, 1)),
                Finding("row", "the last row", "C"),
            ),
        )
    ).splitlines()

    assert told[0].endswith("disagrees with differences in all 3 entries: the sign is wrong")
    assert told[1:5] == [
        "2 causes compete: each would explain what df claims.",
        "cause (A): the sign is wrong",
        "probable cause (B): two entries are swapped (2 of 3 wrong entries)",
        "look at (C): the last row",
    ]


@pytest.mark.parametrize(
    ("findings", "end"),
    [
        ([("sign", "it is negated; turn it round", "A")], ": it is negated"),
        ([("abs", "it lost its sign", "B")], ": it lost its sign"),
        ([("abs", "|n|", "B"), ("square", "n^2", "B")], ": probably abs or square"),
        ([("factor", "half", "B"), ("factor", "a mean", "B")], ": probably factor"),
        ([("place", "df is wrong only in x[2]", "C")], ""),
        ([("long", f"the path {'through a sum ' * 7}is missing: mend it", "A")], None),
        ([], ""),
    ],
)
def test_the_first_line_names_a_mistake_that_is_known(
    findings: list[tuple[str, str, Any]], end: str | None
) -> None:
    """The mistake without advice; of rivals their codes; of a mere place nothing."""
    told = wrong(3, findings=tuple(Finding(*each) for each in findings))
    first = str(told).splitlines()[0].partition("in all 3 entries")[2]

    assert first == (f": the path {'through a sum ' * 7}is missing" if end is None else end)


def test_a_single_cause_competes_with_nothing() -> None:
    """Nor do places, however many there are."""
    places = tuple(Finding(code, "somewhere", "C") for code in ("border", "branch"))

    assert "compete" not in str(wrong(3, findings=places))
    assert "compete" not in str(ROSENBROCK)


def test_prose_is_wrapped_and_tables_fit() -> None:
    """Nothing is wider than a terminal of a hundred columns, other than what cannot be broken."""
    told = str(
        wrong(
            24,
            points=[np.full((2, 4), 0.1234567)] * 3,
            bar=3e-13,
            message="A long sentence. " * 20,
            notes=("A long note, " * 20,),
        )
    )

    assert max(map(len, told.splitlines())) <= 100
    assert max(len(line) for line in told.splitlines() if "long" in line) <= WIDTH
    assert "\n  " in told.partition("- A long note")[2]


def test_foreign_text_cannot_steer_the_terminal() -> None:
    """What f said in an exception is shown as text, on a line of its own."""
    told = str(result([], [], verdict=Verdict.FAIL, message="f said:\n\x1b[31mno\x1b[0m"))

    assert told.splitlines()[1] == "f said: \\x1b[31mno\\x1b[0m"
    assert "\x1b" not in str(ROSENBROCK)


def test_the_exception_says_what_the_result_says() -> None:
    """Its first line stands for itself."""
    assert mismatch_text(ROSENBROCK) == text(ROSENBROCK)
    assert mismatch_text(ROSENBROCK).splitlines()[0].startswith("FAIL: ")
