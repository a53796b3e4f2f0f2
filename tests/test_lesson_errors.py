"""The instrument "errors": what it measures, what it shows, and what it refuses."""

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import gradcheck as gc
from gradcheck.cli import cli
from gradcheck.differences.stencil import FORWARD, NAMED
from gradcheck.errors import DefinitionError
from gradcheck.lessons.instruments.errors import instrument as errors
from gradcheck.lessons.instruments.errors.code import command_line, python_lines
from gradcheck.lessons.instruments.errors.instrument import Errors, ErrorsView
from gradcheck.lessons.instruments.errors.legend import guide_style
from gradcheck.lessons.instruments.errors.rows import read_errors
from gradcheck.lessons.instruments.errors.tables import COLUMNS
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import words_of
from gradcheck.model.registry import Registry
from gradcheck.output.toml_file import Value

FILE = Path("lesson.toml")
CASES = gc.load_cases()
EXAMPLE: dict[str, Any] = {
    "case": "square",
    "x": 1.0,
    "steps": [1.0, 1e-1, 1e-8, 1e-16],
    "stencils": ["forward"],
}


def setting(cases: Registry = CASES, **block: Any) -> Setting:
    """Make a block with what it leaves out taken from the example."""
    example = {key: Value(FILE, f"example.{key}", value) for key, value in EXAMPLE.items()}
    return Setting(Value(FILE, "secant", {"kind": "errors", **block}), example, cases)


def measured(**block: Any) -> Errors:
    """Measure a block."""
    return errors.measure(setting(**block))


def view(lang: str = "en", **block: Any) -> ErrorsView:
    """Return the view of a block."""
    return measured(**block).view(words_of(lang))


def texts(markup: str) -> list[str]:
    """Return the cells of the body of a table, without their elements."""
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", markup.split("<tbody>")[1])
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


def test_a_block_without_keys_is_the_example() -> None:
    """Case, point, steps and formulas are those of the block [example]."""
    found = view()

    assert (found.x, found.true, found.analytic) == (1.0, 2.0, 2.0)
    assert found.steps == EXAMPLE["steps"]
    assert found.at(1e-16).numeric == 0.0


def test_the_rows_are_those_of_the_certified_table() -> None:
    """Quotient, total error and both parts are what `split` says, number by number."""
    case = replace(CASES["square"], points=(np.asarray(1.0),), special_points={})
    table = gc.split(case, stencils=[FORWARD], steps=EXAMPLE["steps"])

    rows = measured().found.by_stencil["forward"].rows

    assert [row.numeric for row in rows] == table["numeric"].tolist()
    assert [row.error for row in rows] == table["total_error"].tolist()
    assert [row.truncation for row in rows] == table["truncation_error"].tolist()
    assert [row.rounding for row in rows] == table["rounding_error"].tolist()
    assert [row.scaled for row in rows] == table["scaled_error"].tolist()
    assert [row.regime for row in rows] == table["regime"].tolist()


def test_a_row_tells_what_is_subtracted_and_which_step_is_taken() -> None:
    """f(x + h) - f(x) is 2h + h², and (x + h) - x is not quite h."""
    row = view().at(0.1)

    assert row.difference == 1.1**2 - 1.0
    assert row.arrived == 1.1 - 1.0
    assert row.mended == pytest.approx(2.1, rel=1e-15)
    assert row.digits == pytest.approx(-math.log10(0.05), rel=1e-12)


@pytest.mark.parametrize("name", NAMED)
def test_the_difference_is_what_the_formula_divides(name: str) -> None:
    """Divided by h and the common denominator of the weights, it is the quotient."""
    formula = NAMED[name]
    rows = measured(case="exp-2x", x=0.5, stencils=[name]).found.by_stencil[name].rows

    found = [row.difference / (row.h * formula.denominator) for row in rows]

    assert found == pytest.approx([row.numeric for row in rows], rel=1e-14)


def test_the_curve_has_four_steps_a_decade_and_the_decades_themselves() -> None:
    """It reaches from the scale of x down to where nothing moves any more."""
    curve = measured().found.by_stencil["forward"].curve

    assert len(curve) == 65
    assert (curve[0].h, curve[-1].h) == (1.0, 1e-16)
    assert {1e-1, 1e-8}.issubset(row.h for row in curve)


def test_order_best_step_and_prediction_are_those_of_the_curve() -> None:
    """Forward differences of x² have order 1, and their best step is near 1e-8."""
    found = view()

    assert found.order() == pytest.approx(1.0, abs=1e-6)
    assert found.predicted_h() == pytest.approx(2.0**-26, rel=1e-6)
    assert 1e-9 < found.optimum().h < 1e-7
    assert found.best().h == 1e-8


def test_partial_derivatives_are_chosen_by_their_input() -> None:
    """The key `input` = 1 moves the second coordinate."""
    found = view(case="partial-derivatives", x=[1.3, -0.7], input=1)

    assert (found.x, found.true, found.point) == (-0.7, 4.0, [1.3, -0.7])


def test_rounded_values_have_no_parts_and_say_so() -> None:
    """The error is measured against df, and the note under the table tells why."""
    found = view(case="sin-6-decimals")

    assert not found.is_certified
    assert found.true == found.analytic == math.cos(1.0)
    assert math.isnan(found.at(0.1).truncation)
    assert found.at(0.1).error == found.at(0.1).numeric - math.cos(1.0)
    assert words_of("en")("errors.uncertified") in found.parts()
    assert "regime" not in found.table


def test_a_kink_has_quotients_and_a_behaviour_but_no_derivative() -> None:
    """The two sides disagree, which the behaviour says."""
    found = view(case="corner", x=2.0, stencils=["forward", "backward"])

    assert not found.is_certified
    assert [found.at(1.0, name).numeric for name in ("forward", "backward")] == [1.0, -1.0]
    assert found.behaviour() == words_of("en")("errors.behaviour-kink")


def test_the_table_of_parts_marks_the_regimes() -> None:
    """Every row has its regime in words and as a mark."""
    table = view().parts()

    marks = re.findall(r'<tr class="(\w+)">', table)
    assert marks == ["truncation", "truncation", "balance", "rounding"]
    assert texts(table)[6::7] == ["truncation", "truncation", "both", "step lost"]


def test_where_there_is_no_derivative_there_is_no_error_to_split() -> None:
    """The table has "–" for it and a sentence why; the rounding of the quotient is certified."""
    both = ["forward", "backward"]
    table = view(case="corner", x=2.0, steps=[0.5, 0.25], stencils=both).parts()

    cells = ["1", "–", "–", "0", "–", "–"]
    assert texts(table) == ["0.5", *cells, "0.25", *cells]
    assert words_of("en")("errors.no-derivative") in table


@pytest.mark.parametrize("name", ["step", "sqrt-abs"])
def test_a_jump_and_a_vertical_tangent_have_no_error_either(name: str) -> None:
    """Quotient and rounding are the only numbers, and no row has a mark."""
    table = view(case=name, x=0.0, steps=[0.1], stencils=["central", "forward"]).parts()

    assert [texts(table)[place] for place in (2, 3, 5, 6)] == ["–"] * 4
    assert "<tr>" in table.split("<tbody>")[1]
    assert words_of("en")("errors.no-derivative") in table


def test_a_derivative_that_cannot_be_certified_leaves_the_error_but_not_its_parts() -> None:
    """x|x| has the slope 0 at 0, where |x| changes its branch."""
    table = view(case="x-abs-x", x=0.0, steps=[0.1], stencils=["central"]).parts()

    assert texts(table) == ["10⁻¹", "0.1", "1.0e-01", "–", "1.4e-17", "10", "–"]
    assert words_of("en")("errors.one-sided") in table


def test_of_rounded_values_the_table_tells_the_steps_that_are_lost() -> None:
    """Nothing is certified, but x + h == x needs no certificate."""
    table = view(case="sin-6-decimals", steps=[0.1, 1e-17]).parts()

    assert texts(table)[3:7] == ["–", "–", texts(table)[5], "–"]
    assert texts(table)[-1] == words_of("en")("errors.regime-step-lost")


def test_tables_can_be_folded_away() -> None:
    """One fold holds the tables of all formulas, or of those that are named, and one note."""
    found = view(stencils=["forward", "central"])

    assert found.folded_parts().count("<table") == 2
    assert found.folded_parts("central").count("<table") == 1
    assert found.folded_parts().count(words_of("en")("errors.certified")) == 1
    assert found.folded_parts().startswith("<details>\n<summary>")
    assert texts(found.folded_parts("forward")) == texts(found.parts())
    with pytest.raises(DefinitionError, match="there is no formula 'centre'"):
        found.folded_parts("centre")


def test_a_case_without_a_formula_is_called_by_its_name() -> None:
    """The name stands where the formula would, escaped."""
    nameless = replace(CASES["square"], name="my <f>", formula="", derivative_formula="")
    known = Registry([nameless])

    found = errors.measure(setting(known, case="my <f>")).view(words_of("en"))

    assert found.formula == found.derivative_formula == "my &lt;f&gt;"
    assert "<figcaption>my &lt;f&gt; at x = 1: " in found.figure


def test_the_words_can_use_another_letter() -> None:
    """With `variable` = "z" captions, labels and the formula say z."""
    found = view(case="sigmoid", x=0.0, variable="z", stencils=["forward", "central"])

    for shown in (found.parts(), found.orders, found.compare(), found.folded_parts()):
        assert "z = 0" in shown
        assert "x = 0" not in shown
    assert "<mi>z</mi>" in found.formula
    assert "at z = 0" in found.figure.split(">")[1]


def test_a_partial_derivative_tells_which_input_is_moved() -> None:
    """The point is that of the input, with its number."""
    found = view(case="partial-derivatives", x=[1.3, -0.7], input=1)

    assert "x₂ = −0.7" in found.parts()


def test_every_guide_has_dashes_of_its_own() -> None:
    """The slopes that the formulas of the tool have, and 1/h, cannot be taken for each other."""
    slopes = {-1, *(formula.order for formula in NAMED.values())}

    assert len({str(guide_style(slope)) for slope in slopes}) == len(slopes)


@pytest.mark.parametrize(
    ("case", "x", "stencil", "reason"),
    [
        ("sin-1000x", 1.0, "central", "its error lies below all that is drawn"),
        ("sigmoid", 1.3169578969248168, "central", "its step is larger than all that are drawn"),
        ("exp-2x", 0.5, "complex-step", "its step is 0"),
    ],
)
def test_a_best_step_that_is_not_drawn_does_not_stand_in_the_legend(
    case: str, x: float, stencil: str, reason: str
) -> None:
    """The cross of the theory is told where it is seen."""
    sign = words_of("en")("errors.legend-predicted")

    assert sign not in view(case=case, x=x, stencils=[stencil]).figure, reason
    assert sign in view(case="exp-2x", x=0.5, stencils=["central"]).figure


def test_the_label_of_the_complex_step_knows_no_left_arm() -> None:
    """Central differences get worse for smaller h, the complex step does not."""
    found = view(case="exp-2x", x=0.5, stencils=["central", "complex-step"])

    label = found.figure.split(">")[1]

    assert "central difference: the error falls" in label
    assert label.count("it grows again") == label.count("it does not grow again") == 1
    assert words_of("en")("errors.caption-complex", place="x = 0.5") in found.figure


def test_a_strip_too_narrow_for_its_words_has_shorter_ones_or_none() -> None:
    """The words of a regime never stick out of the part that they name."""
    words = words_of("en")
    wide = view(case="exp-2x", x=0.5).figure
    narrow = view(
        case="exp-2x", x=0.5, curve={"largest": 1e-4, "smallest": 1e-16, "count": 49},
        stencils=["central"],
    ).figure  # fmt: skip

    assert f">{words('errors.strip-truncation')}<" in wide
    assert f">{words('errors.strip-truncation')}<" not in narrow


def test_every_number_of_a_table_stands_with_its_value() -> None:
    """The elements hold the numbers of the engine, to the last digit."""
    found = view()
    values = re.findall(r'<data value="([^"]+)"', found.columns("numeric"))

    assert [float(value) for value in values] == [found.at(h).numeric for h in found.steps]


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_has_words_in_every_language(name: str) -> None:
    """A table of that column alone can be made."""
    for lang in ("en", "ja"):
        assert len(texts(view(lang).columns(name))) == len(EXAMPLE["steps"])


def test_the_table_of_orders_divides_the_errors_of_neighbouring_rows() -> None:
    """A factor of 100 for a step of 10 is order 2."""
    found = view(case="cube", x=2.0, steps=[1e-1, 1e-2], stencils=["forward", "central"])

    assert texts(found.orders)[7:] == ["10⁻²", "6.0e-02", "10.15", "1.01", "1.0e-04", "100", "2.00"]


def test_formulas_can_be_compared_side_by_side() -> None:
    """One column of each."""
    found = view(stencils=["forward", "backward"], steps=[1.0])

    assert texts(found.compare("numeric")) == ["1", "3", "1"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_figure_speaks_the_language_of_the_page(lang: str) -> None:
    """Its texts are those of the words, its colours those of the page, its label tells all."""
    words = words_of(lang)

    figure = view(lang, stencils=["forward", "central"]).figure

    for key in ("axis-h", "axis-error", "strip-rounding", "legend-best", "legend-open"):
        assert words(f"errors.{key}") in figure
    assert "var(--series0, #e69f00)" in figure
    assert words("errors.behaviour-exact") in figure.split(">")[1]
    assert "<text" in figure


def test_the_figure_of_rounded_values_has_no_regimes() -> None:
    """Nothing is certain, so nothing is told apart."""
    figure = view(case="sin-6-decimals").figure

    assert words_of("en")("errors.strip-rounding") not in figure
    assert words_of("en")("errors.caption-plain", place="x = 1") in figure


@pytest.mark.parametrize("name", ["square", "sin-6-decimals"])
def test_the_python_lines_make_the_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They run as they stand, and their table has the rows of the page."""
    found = measured(case=name, stencils=["forward", "central"]).found
    names: dict[str, Any] = {}

    exec(python_lines(found), names)  # noqa: S102  (the lines that the page shows)

    rows = [row for each in found.by_stencil.values() for row in each.rows]
    assert names["table"]["numeric"].tolist() == [row.numeric for row in rows]
    assert "numeric" in capsys.readouterr().out


def test_a_stencil_of_ones_own_is_made_by_its_offsets() -> None:
    """Lines and command name the offsets, since nobody knows the name."""
    found = measured(stencils=[{"name": "skew", "offsets": [-2, 0, 5]}])

    assert "gc.stencil([-2, 0, 5], name='skew')" in python_lines(found.found)
    assert "--stencil=-2,0,5" in command_line(found.found, found.original)


def test_the_command_shows_the_steps_of_the_table() -> None:
    """`gradcheck sweep` prints a row for each, for the same point."""
    found = measured(steps=[1.0, 0.1])
    line = command_line(found.found, found.original)

    said = CliRunner().invoke(cli, [*line.replace("\\\n", "").split()[1:], "--csv"])

    assert said.exit_code == 0
    rows = [line for line in said.stdout.splitlines() if ",3,1.0," in line]
    assert [float(row.split(",")[7]) for row in rows] == [3.0, 2.100000000000002]


def test_there_is_no_command_for_a_point_that_the_case_does_not_have() -> None:
    """The view then shows nothing."""
    assert view(x=1.25).command == ""


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"x": "one"}, r"secant\.x: expected a point"),
        ({"case": "sqare"}, r"secant\.case: .*did you mean 'square'"),
        ({"stencil": ["forward"]}, r"secant\.stencil: unknown key; did you mean 'stencils'"),
        ({"steps": [-1.0]}, r"secant\.steps: steps must be positive"),
        ({"variable": "zz"}, r'secant\.variable: expected a letter, such as "z"'),
        ({"input": 1}, r"secant\.input: expected a whole number below 1, .* got 1"),
        ({"input": 0.5}, r"secant\.input: expected a whole number from 0, got 0.5"),
        ({"case": "reciprocal", "x": -1.0}, r"secant\.x: reciprocal: the point -1.0 lies outside"),
    ],
)
def test_a_wrong_block_is_named(block: dict[str, Any], message: str) -> None:
    """The message tells file, block, key, what was expected and what came."""
    with pytest.raises(DefinitionError, match=f"lesson.toml: {message}"):
        measured(**block)


def test_a_text_that_asks_for_what_is_not_there_is_told_what_is() -> None:
    """Steps, formulas, columns and rows."""
    found = view()

    with pytest.raises(DefinitionError, match=r"secant: there is no step 0.5; there are 1.0, 0.1"):
        found.at(0.5)
    with pytest.raises(DefinitionError, match=r"secant: there is no formula 'central'; .* forward"):
        found.at(1.0, "central")
    with pytest.raises(DefinitionError, match=r"no column 'eror'.*did you mean 'error'"):
        found.columns("h", "eror")
    with pytest.raises(DefinitionError, match="secant: there is no row 4 of 4"):
        found.row(4)


def test_steps_far_below_the_scale_of_x_keep_the_curve_short() -> None:
    """Down to 1e-200 there are at most 97 steps."""
    case = replace(CASES["exp-2x"], points=(np.asarray(0.5),), special_points={})

    found = read_errors(case, stencils=[gc.COMPLEX_STEP], steps=[1e-2, 1e-200])

    curve = found.by_stencil["complex-step"].curve
    assert len(curve) <= 97
    assert all(row.rel_error < 1e-15 for row in curve if row.h < 1e-9)
    assert np.isinf(found.by_stencil["complex-step"].rows[1].scaled)
