"""A result as data and as a figure: table, overview, truth value, axes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from gradcheck.errors import SelectionError
from gradcheck.model.case import Case
from gradcheck.output.verdict_figure import MOST
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.result import (
    COLUMNS,
    VERDICTS,
    Entries,
    Finding,
    Reason,
    Result,
    Results,
    Verdict,
)

PASS, INCONCLUSIVE, FAIL = range(3)


def lines(each: int, inputs: int) -> Directions:
    """Return so many directions in an x of so many inputs."""
    return Directions(blocks=whole((inputs,)), each=each, scale=np.ones(inputs), seed=0)


def result(  # noqa: PLR0913  (a factory: every part of a result may matter to a test)
    analytic: npt.ArrayLike,
    numeric: npt.ArrayLike,
    verdicts: Sequence[int] = (),
    *,
    name: str = "f",
    points: Sequence[npt.ArrayLike] = ([1.0, 2.0],),
    outputs: int = 1,
    bar: npt.ArrayLike = 1e-10,
    **fields: Any,
) -> Result:
    """Make a result by hand, whose entries are in the order point, output, input."""
    claimed, found = (np.array(each, dtype=np.float64) for each in (analytic, numeric))
    size = len(claimed)
    codes = np.array(verdicts or [PASS] * size, dtype=np.int8)
    row, inputs = np.arange(size), max(size // (len(points) * outputs), 1)
    verdict = VERDICTS[codes.max(initial=PASS)]
    reason = {
        Verdict.PASS: Reason.AGREES,
        Verdict.INCONCLUSIVE: Reason.NOISE,
        Verdict.FAIL: Reason.DISAGREES,
    }[verdict]
    entries = Entries(
        point=row // (outputs * inputs),
        output=row // inputs % outputs,
        input=row % inputs,
        analytic=claimed,
        numeric=found,
        error_bar=np.broadcast_to(bar, size).astype(np.float64),
        materiality=np.zeros(size),
        scale=np.full(size, np.abs(found).max(initial=0.0)),
        verdict=codes,
        reason=np.full(size, reason, dtype=object),
    )
    given: dict[str, Any] = {
        "case": Case(name, f=np.sum, df=np.ones_like, points=points),
        "verdict": verdict,
        "reason": reason,
        "message": "",
        "entries": entries,
        "evaluations": 14,
        "output_shape": () if outputs == 1 else (outputs,),
    }
    return Result(**(given | fields))


def test_the_table_has_the_columns_of_the_contract() -> None:
    """In that order, with or without entries."""
    assert tuple(result([1.0, 2.0], [1.0, 2.0]).table.columns) == COLUMNS
    assert tuple(result([], []).table.columns) == COLUMNS
    assert len(result([], []).table) == 0


def test_the_table_has_the_documented_types() -> None:
    """Positions are int32, numbers float64, words categories; also in an empty table."""
    expected = {
        **dict.fromkeys(COLUMNS, "float64"),
        **dict.fromkeys(("point", "output", "input"), "int32"),
        **dict.fromkeys(("name", "verdict"), "category"),
    }

    for each in (result([1.0, 2.0], [1.0, 2.0]), result([], [])):
        assert each.table.dtypes.astype(str).to_dict() == expected


def test_a_longdouble_becomes_a_float() -> None:
    """The table is in float64, whatever the check was computed in."""
    entries = result([1.0], [1.0], points=[0.5]).entries
    wide = Entries(**(vars(entries) | {"numeric": entries.numeric.astype(np.longdouble)}))

    assert result([1.0], [1.0], points=[0.5], entries=wide).table["numeric"].dtype == np.float64


def test_the_worst_entry_comes_first() -> None:
    """Fails before inconclusive entries before passes, then by the error in units of its bound."""
    table = result(
        [1.0, 2.0, 3.0, 4.0, 5.0],
        [1.1, 9.0, 3.2, 4.0, 5.5],
        [FAIL, INCONCLUSIVE, FAIL, PASS, FAIL],
        points=[np.arange(5.0)],
        bar=[1e-6, 1e-6, 1e-6, 1e-6, 1e-2],
    ).table

    assert table["input"].tolist() == [2, 0, 4, 1, 3]
    assert table["verdict"].tolist() == ["fail", "fail", "fail", "inconclusive", "pass"]


def test_verdicts_compare_by_gravity() -> None:
    """Everything that does not pass is one comparison away."""
    table = result([1.0, 2.0], [1.0, 9.0], [PASS, INCONCLUSIVE]).table

    assert (table["verdict"] > "pass").tolist() == [True, False]


@pytest.mark.parametrize(
    ("point", "names"),
    [
        (0.5, ["x"]),
        ([0.5], ["x[0]"]),
        ([1.0, 2.0, 3.0], ["x[0]", "x[1]", "x[2]"]),
        ([[1.0, 2.0], [3.0, 4.0]], ["x[0, 0]", "x[0, 1]", "x[1, 0]", "x[1, 1]"]),
    ],
)
def test_an_input_is_named_as_python_indexes_it(point: npt.ArrayLike, names: list[str]) -> None:
    """A scalar is "x", an element of an array "x[2]" or "x[2, 3]"."""
    ones = np.ones(len(names))

    assert result(ones, ones, points=[point]).table["name"].tolist() == names


def test_inputs_of_points_of_different_shapes_keep_their_names() -> None:
    """Each point names its inputs by its own shape, and equal names are one category."""
    entries = result(np.ones(5), np.ones(5)).entries
    places = {"point": np.array([0, 1, 1, 2, 2]), "input": np.array([0, 0, 1, 0, 1])}
    table = result(
        np.ones(5),
        np.ones(5),
        points=[1.5, [1.0, 2.0], [[3.0], [4.0]]],
        entries=Entries(**(vars(entries) | places)),
    ).table

    assert table["name"].tolist() == ["x", "x[0]", "x[1]", "x[0, 0]", "x[1, 0]"]
    assert table["name"].cat.categories.is_unique


def test_inputs_of_many_outputs_share_their_names() -> None:
    """A Jacobian of a thousand rows has a name a column, in natural order."""
    table = result(np.ones(12_000), np.ones(12_000), points=[np.ones(12)], outputs=1000).table

    assert table["name"].cat.categories.tolist() == [f"x[{k}]" for k in range(12)]
    assert table["name"].value_counts().unique().tolist() == [1000]


def test_a_direction_is_named_by_its_number() -> None:
    """Where directions were checked, there is no element of x to name."""
    table = result([1.0, 2.0], [1.0, 2.0], points=[np.ones(9)], directions=lines(2, 9)).table

    assert table["name"].tolist() == ["direction 0", "direction 1"]


def test_errors_and_ratio_follow_from_the_values() -> None:
    """The relative error is that of the larger value, the ratio analytic to numeric."""
    row = result([-44.0], [-88.0], [FAIL], points=[0.5]).table.iloc[0]

    assert (row["abs_error"], row["rel_error"], row["ratio"]) == (44.0, 0.5, 0.5)


def test_two_zeros_have_no_error_and_no_ratio() -> None:
    """The relative error of 0 against 0 is 0, and 0 / 0 is NaN; nothing warns."""
    row = result([0.0], [0.0], points=[0.5]).table.iloc[0]

    assert row["rel_error"] == 0.0
    assert np.isnan(row["ratio"])
    assert row["resolution"] == np.inf


def test_the_table_is_made_once() -> None:
    """Asking twice gives the same table."""
    one = result([1.0], [1.0], points=[0.5])

    assert one.table is one.table


def test_a_result_is_true_only_if_it_passes() -> None:
    """`assert gc.check(...)` means what it says."""
    assert result([1.0], [1.0], [PASS], points=[0.5])
    assert not result([1.0], [2.0], [INCONCLUSIVE], points=[0.5])
    assert not result([1.0], [2.0], [FAIL], points=[0.5])


def test_the_resolution_is_that_of_the_worst_entry() -> None:
    """In units of the largest derivative; infinite where there is nothing to compare with."""
    assert result([1.0, 4.0], [1.0, 4.0], bar=[1e-9, 4e-9]).resolution == 1e-9
    assert result([0.0], [0.0], points=[0.5]).resolution == np.inf
    assert result([], []).resolution == np.inf


def many() -> Results:
    """Make the results of three cases, one of each verdict."""
    return Results(
        {
            "good": result([1.0, 2.0], [1.0, 2.0], name="good", seconds=0.25),
            "bad": result(
                [1.0, 2.0],
                [3.0, 4.0],
                [FAIL, FAIL],
                name="bad",
                evaluations=99,
                findings=[Finding(code, code, "B") for code in ("factor", "abs", "factor")],
            ),
            "loud": result([], [], verdict=Verdict.INCONCLUSIVE, reason=Reason.RAISED),
        }
    )


def test_the_overview_has_a_row_for_each_case() -> None:
    """In the order of the cases, with the number of wrong entries."""
    frame = many().to_frame()

    assert list(frame.columns) == [
        "case", "verdict", "reason", "findings", "resolution", "evaluations", "entries", "wrong",
        "seconds",
    ]  # fmt: skip
    assert frame["case"].tolist() == ["good", "bad", "loud"]
    assert frame["verdict"].tolist() == ["pass", "fail", "inconclusive"]
    assert frame["reason"].tolist() == ["agrees", "disagrees", "raised"]
    assert frame["findings"].tolist() == ["", "factor, abs", ""]
    assert frame["resolution"].tolist() == [5e-11, 2.5e-11, np.inf]
    assert frame["evaluations"].tolist() == [14, 99, 14]
    assert frame["entries"].tolist() == [2, 2, 0]
    assert frame["wrong"].tolist() == [0, 2, 0]
    assert frame["seconds"].tolist() == [0.25, 0.0, 0.0]


def test_the_overview_of_nothing_has_its_columns() -> None:
    """No cases, no rows, the same types."""
    assert Results({}).to_frame().dtypes.tolist() == many().to_frame().dtypes.tolist()


def test_results_can_be_chosen_by_verdict() -> None:
    """A mapping of results, true if all pass."""
    results = many()

    assert list(results.with_verdict(Verdict.FAIL)) == ["bad"]
    assert not results
    assert results.with_verdict(Verdict.PASS)
    assert repr(results) == "<Results: 1 pass, 1 inconclusive, 1 fail>"
    with pytest.raises(SelectionError, match="no result of a case named 'god'; there are good"):
        results["god"]


def marks(one: Result) -> dict[str, list[list[float]]]:
    """Return the places of the marks that a figure draws, by verdict."""
    return {
        str(line.get_gid()): np.column_stack(line.get_data()).tolist()
        for line in one.plot().get_lines()
        if line.get_marker() != "None"
    }


def test_the_figure_shows_errors_in_units_of_their_bounds() -> None:
    """A mark for each entry, the worst at the top, with the sign of the error."""
    one = result([1.0, 4.0], [1.5, 3.5], [PASS, FAIL], bar=[1.0, 0.125])

    assert marks(one) == {"title:fail": [[4.0, 0.0]], "title:pass": [[-0.5, 1.0]]}


def test_the_figure_says_the_verdict_and_names_the_entries() -> None:
    """The title carries case and verdict, a tick each entry."""
    ax = result([1.0, 4.0], [1.0, 3.5], [PASS, FAIL], name="a $x$ b").plot()

    assert ax.get_title(loc="left") == "a $x$ b: FAIL (disagrees) in 1 of 2 entries"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["∂f/∂x[1]", "∂f/∂x[0]"]


def test_the_figure_stays_readable_with_many_entries() -> None:
    """It draws the worst forty, and says how many it leaves out."""
    ax = result(np.ones(100), np.zeros(100), [FAIL] * 100, points=[np.ones(100)]).plot()

    assert len(ax.get_yticks()) == MOST
    assert any("… and 60 more entries" in text.get_text() for text in ax.texts)


def test_an_entry_without_a_number_stands_at_the_edge() -> None:
    """An analytic NaN is seen, and explained."""
    one = result([np.nan, 1.0], [1.0, 1.0], [FAIL, PASS])
    ((place, _),) = marks(one)["title:fail"]

    assert place == 10.0
    assert any("at the edge: not finite" in text.get_text() for text in one.plot().texts)


def test_the_figure_of_no_entries_says_so() -> None:
    """A gradient of the wrong shape has a figure too."""
    ax = result([], [], verdict=Verdict.FAIL, reason=Reason.WRONG_SHAPE).plot()

    assert [text.get_text() for text in ax.texts] == ["no entries were compared"]
    assert ax.get_title(loc="left") == "f: FAIL (wrong-shape)"


def test_the_figure_goes_into_given_axes() -> None:
    """Their figure keeps its size."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3))
    ax = figure.add_subplot()

    assert result([1.0], [1.0], points=[0.5]).plot(ax) is ax
    assert figure.get_size_inches().tolist() == [5.0, 3.0]


def test_the_figure_can_be_drawn_as_svg() -> None:
    """With several points, infinite ratios and extreme errors."""
    from gradcheck.output.svg import to_svg

    one = result([1.0, 1e300], [1.0, -1e300], [PASS, FAIL], points=[1.5, 2.5], bar=[0.0, 1e-300])
    figure = one.plot().get_figure(root=True)

    assert figure is not None
    assert "∂f/∂x at 2.5" in to_svg(figure)
