"""The formula cards, their derivations in every language, slopes, and limits."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradcheck as gc
from gradcheck import calculus
from gradcheck.errors import DefinitionError
from gradcheck.lessons.definition import read
from gradcheck.lessons.instruments import limits
from gradcheck.lessons.instruments.cards import instrument as cards
from gradcheck.lessons.instruments.cards.small_plot import Frame, small_plot
from gradcheck.lessons.instruments.slopes import instrument as slopes
from gradcheck.lessons.parts.derivations import derivation, is_known, translated
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import lessons_folder, words_of
from gradcheck.model.case import Case, DerivationStep
from gradcheck.output.toml_file import Value

FILE = Path("lesson.toml")
BUILT_IN = gc.load_cases()
OF_LESSONS = gc.load_cases(lessons_folder() / "cases")
KNOWN = gc.Registry([*BUILT_IN.values(), *OF_LESSONS.values()])
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

CHAIN = {
    "name": "chain",
    "case": "chain-rule",
    "x": 1.0,
    "rule": "f'(u) u'",
    "wrong": "inner-derivative-lost",
}
PRODUCT = {
    "name": "product",
    "case": "product-x2-exp",
    "x": 1.0,
    "rule": "f' g + f g'",
    "derivation": "product-rule",
    "wrong": "product-of-the-derivatives",
}


def setting(**block: Any) -> Setting:
    """Make a block."""
    return Setting(Value(FILE, "block", block), {}, KNOWN)


def card(**values: Any) -> cards.CardView:
    """Measure one card and return its view."""
    found = cards.measure(
        setting(card=[values], steps=[1e-1, 1e-2], stencils=["forward", "central"])
    )
    return found.view(words_of("en"))[values["name"]]


def texts(markup: str) -> list[str]:
    """Return the cells of the body of a table, without their elements."""
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", markup.split("<tbody>")[1])
    return [re.sub(r"<[^>]+>", "", cell) for cell in cells]


# Cards.


def test_a_card_has_the_errors_of_the_engine() -> None:
    """For (3x + 4)² the forward error is 9h, and the central one is rounding."""
    found = card(**CHAIN)

    assert found.true == 42.0
    assert found.error(1e-2, "forward") == pytest.approx(0.09, rel=1e-10)
    assert 0 < found.error(1e-2, "central") < 1e-12
    assert texts(found.table) == ["10⁻¹", "9.0e-01", "6.4e-14", "10⁻²", "9.0e-02", "1.7e-13"]


def test_a_card_tells_the_derivation_of_its_case() -> None:
    """Every step has its rule, its text and its formula."""
    told = card(**CHAIN).derivation

    steps = BUILT_IN["chain-rule"].derivation
    assert told.count("<li>") == told.count("<math") == len(steps) == 4
    assert all(step.text in told for step in steps)


def test_the_tool_names_the_wrong_rule() -> None:
    """14 instead of 42: a factor 3 is missing at every point."""
    found = card(**CHAIN)

    assert found.claimed == 14.0
    assert found.ratio == pytest.approx(1 / 3, rel=1e-12)
    assert "1/3 of the derivative" in found.finding
    assert texts(found.wrong_table)[3::5] == ["0.333333"] * 3


def test_of_the_parts_of_a_product_one_is_the_gap() -> None:
    """The term f g' is what f' g' lacks, and the table marks that row alone."""
    found = card(**PRODUCT)
    product = found.product

    assert product.both == pytest.approx(2 * math.e, rel=1e-15)
    assert product.gap == pytest.approx(product.second, rel=1e-15) == pytest.approx(math.e)
    assert found.true == pytest.approx(product.true, rel=1e-15)
    assert re.findall(r'<tr( class="\w+")?>', found.products.split("<tbody>")[1]) == [
        "", ' class="good"', ' class="bad"', "", "",
    ]  # fmt: skip


def test_the_tool_is_told_the_factors_of_a_product() -> None:
    """So it names the product rule; with e^x as a factor two versions of it compete."""
    found = card(**PRODUCT)

    assert found.certainties == ["A", "A"]
    assert "df is (x^2)' (e^x)', but" in found.finding.unescape()


def test_a_card_of_two_inputs_has_columns_for_both() -> None:
    """The plane is exact up to rounding, whichever input is moved."""
    found = card(
        name="partial", case="partial-derivatives", x=[1.3, -0.7], rule="3, 4",
        derivation="first-input-alone", wrong="partial-derivatives-swapped",
    )  # fmt: skip

    cells = texts(found.table)
    assert len(cells) == 2 * 5
    assert found.error(1e-2, "central", input=1) < 1e-13
    assert "∂/∂x₂" in found.table
    assert "exchanges the derivatives" in found.finding


def test_a_card_measures_both_parts_at_smaller_steps_as_well() -> None:
    """The table of the card keeps its own steps; the folded one has both formulas and all steps."""
    block = setting(
        card=[CHAIN], steps=[1e-1, 1e-2], smaller=[1e-2, 1e-7], stencils=["forward", "central"]
    )

    found = cards.measure(block).view(words_of("en"))["chain"]

    assert texts(found.table)[::3] == ["10⁻¹", "10⁻²"]
    assert texts(found.parts)[::7][:3] == ["10⁻¹", "10⁻²", "10⁻⁷"]
    assert found.parts.count("<table") == 2
    assert texts(found.parts)[6::7][:3] == ["truncation"] * 3
    assert found.parts in found.shown
    assert found.parts.startswith("<details>")


def test_a_card_of_two_inputs_has_both_parts_for_each() -> None:
    """One fold an input, which the words name."""
    parts = card(
        name="partial", case="partial-derivatives", x=[1.3, -0.7], rule="3, 4",
        derivation="first-input-alone",
    ).parts  # fmt: skip

    assert parts.count("<details>") == 2
    assert "x₁ = 1.3" in parts
    assert "x₂ = −0.7" in parts


def test_the_constant_passes_though_it_has_no_relative_error() -> None:
    """0 against 0 is judged absolutely, and the tool says so."""
    found = card(name="c", case="constant", x=2.0, rule="0", derivation="rule-constant")

    assert "PASS" in found.verdict
    assert "nothing can be said about relative errors" in found.verdict


def test_the_small_plots_of_all_cards_share_their_axes() -> None:
    """All are drawn into one frame, and each is told in words."""
    block = setting(card=[CHAIN, PRODUCT], steps=[1e-1, 1e-2], stencils=["forward", "central"])

    found = cards.measure(block).view(words_of("ja"))

    assert len(found) == 2
    plots = re.findall(r'<svg [^>]*aria-label="([^"]+)"', found.all_plots)
    assert len(plots) == 2
    assert all(JAPANESE.search(label) for label in plots)
    assert len({each.frame for each in found}) == 1


def test_a_small_plot_puts_an_error_of_zero_into_the_strip() -> None:
    """It stands below all others, and no line leads there."""
    block = setting(
        card=[{"name": "c", "case": "constant", "x": 2.0, "rule": "0",
               "derivation": "rule-constant"}],
        steps=[1e-1], stencils=["forward"],
    )  # fmt: skip
    readings = cards.measure(block).cards["c"].readings[0]
    frame = Frame.around([readings])

    drawn = small_plot(readings, frame, label="all zero", axes=("h", "error"))

    assert frame.y(0.0) > frame.y(1e-16) > frame.y(1.0)
    assert '<path d="" fill="none"' in drawn


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"case": "chain-rul"}, r"block\.card\[0\]\.case: .*did you mean 'chain-rule'"),
        ({"rule": None}, r"block\.card\[0\]\.rule: missing"),
        ({"colour": "red"}, r"block\.card\[0\]\.colour: unknown key"),
        ({"case": "square"}, r"block\.card\[0\]: expected a case with a derivation"),
        ({"x": "a"}, r"block\.card\[0\]\.x: expected a point"),
    ],
)
def test_a_wrong_card_is_named(values: dict[str, Any], message: str) -> None:
    """The message tells file, card and key."""
    changed = {key: value for key, value in {**CHAIN, **values}.items() if value is not None}

    with pytest.raises(DefinitionError, match=f"lesson.toml: {message}"):
        card(**changed)


def test_two_cards_of_one_name_are_refused() -> None:
    """A text could not tell them apart."""
    block = setting(card=[CHAIN, CHAIN], steps=[1e-1], stencils=["forward"])

    with pytest.raises(DefinitionError, match="a name that no other card has, got 'chain'"):
        cards.measure(block)


def test_every_wrong_rule_of_the_lesson_fails_and_is_named() -> None:
    """The check says FAIL, and its findings name more than the place."""
    found = cards.measure(read("derivative-basics").settings()["cards"])

    wrong = {name: each.wrong for name, each in found.cards.items() if each.wrong is not None}
    assert len(wrong) == 7
    for name, result in wrong.items():
        assert result.verdict is gc.Verdict.FAIL, name
        assert {finding.certainty for finding in result.findings} <= {"A", "B"}, name
    assert all(each.result.verdict is gc.Verdict.PASS for each in found.cards.values())


# Derivations.


def steps_of(cases: gc.Registry) -> list[DerivationStep]:
    """Return all steps of all derivations."""
    return [step for case in cases.values() for step in case.derivation]


ALL_RULES = gc.Registry(
    [
        calculus.logarithm(name="ln"),
        calculus.sine(name="sin"),
        calculus.cosine(name="cos"),
        calculus.scale(3, calculus.power(2), name="scaled"),
        calculus.subtract(calculus.sine(), calculus.power(2), name="without-constant"),
        calculus.divide(calculus.sine(), calculus.cosine(), name="tan"),
        calculus.polynomial(4, 3, 2, name="polynomial"),
    ]
)


@pytest.mark.parametrize(
    "cases", [BUILT_IN, OF_LESSONS, ALL_RULES], ids=["cases", "lessons", "all"]
)
def test_every_step_of_every_derivation_is_translated(cases: gc.Registry) -> None:
    """Rule and text have an entry: English stays, Japanese has Japanese in both."""
    assert steps_of(cases)
    for step in steps_of(cases):
        assert is_known(step.rule), step.rule
        assert is_known(step.text), step.text
        assert translated(step, words_of("en")) == (step.rule, step.text)
        rule, text = translated(step, words_of("ja"))
        assert JAPANESE.search(rule), step.rule
        assert JAPANESE.search(text), step.text


def test_formulas_within_a_step_stay_as_they_are() -> None:
    """The chain rule names the inner function and the outer one."""
    (outer, *_) = BUILT_IN["chain-rule"].derivation

    assert translated(outer, words_of("ja"))[1].startswith("3x + 4 を u とおき、u^2 を")


def test_a_derivation_of_ones_own_stays_in_its_language() -> None:
    """What the calculus did not write is not touched, but escaped."""
    own = Case(
        "own", f=np.sin, df=np.cos, points=[1.0],
        derivation=[DerivationStep("look", "See <Euler>.", "x")],
    )  # fmt: skip

    assert "See &lt;Euler&gt;." in derivation(own, words_of("ja"))


# Slopes.


def slopes_view(lang: str = "en", **block: Any) -> slopes.SlopesView:
    """Measure slopes and return their view."""
    return slopes.measure(setting(**block)).view(words_of(lang))


def test_the_table_of_slopes_tells_where_the_graph_goes() -> None:
    """Positive: up to the right; negative: down; 0 at the bottom: up on both sides."""
    found = slopes_view(case="bowl", points=[3.5, 1.5, 2.0])

    up, down = words_of("en")("slopes.up"), words_of("en")("slopes.down")
    assert texts(found.table) == [
        "3.5", "3", "+", up, down,
        "1.5", "−1", "−", down, up,
        "2", "0", "0", up, up,
    ]  # fmt: skip
    assert [found.at(x).sign for x in (3.5, 1.5, 2.0)] == [1, -1, 0]


def test_the_neighbours_tell_what_a_level_point_is() -> None:
    """Slope 0 each time: a minimum, a maximum, and neither."""
    found = slopes_view(cases=["bowl", "dome", "terrace"], points=[2.0], near=0.5)

    assert [found.at(2.0, number).kind for number in range(3)] == ["minimum", "maximum", "neither"]
    assert all(found.at(2.0, number).is_level for number in range(3))
    assert texts(found.levels)[6::7] == ["a minimum", "a maximum", "neither of the two"]


def test_at_a_corner_there_is_no_slope_but_one_from_each_side() -> None:
    """The table has a row for each step; the figure shows the invented slope as well."""
    found = slopes_view(case="corner", points=[2.0], steps=[0.5, 0.25])

    assert not found.at(2.0).has_tangent
    assert [found.side(name) for name in ("backward", "central", "forward")] == [-1.0, 0.0, 1.0]
    assert texts(found.sides) == ["0.5", "−1", "0", "1", "0.25", "−1", "0", "1"]
    assert words_of("en")("slopes.legend-central") in found.figure


def test_the_label_of_several_curves_tells_them_apart() -> None:
    """The same point on three curves is told three times, with the number of the curve."""
    label = slopes_view(cases=["bowl", "dome"], points=[2.0]).figure.split(">")[1]
    words = words_of("en")

    for number in (1, 2):
        assert words("slopes.figure-curve", number=number) in label


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_figure_of_slopes_is_told_in_words(lang: str) -> None:
    """Its label gives every slope, its texts are those of the language."""
    figure = slopes_view(lang, case="bowl", points=[1.5, 2.0]).figure
    words = words_of(lang)

    assert words("slopes.figure-point", x="1.5", slope="-1") in figure
    assert words("slopes.figure-point", x="2", slope="0") in figure
    assert words("slopes.legend-arrow") in figure


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"case": "bowl", "points": [2.0], "near": 0.0}, r"block\.near: expected a distance above"),
        ({"case": "bowl"}, r"block\.points: missing"),
        ({"case": "rosenbrock", "points": [1.0]}, r"block\.case: expected a case of one number"),
    ],
)
def test_a_wrong_block_of_slopes_is_named(block: dict[str, Any], message: str) -> None:
    """The message tells file and key."""
    with pytest.raises(DefinitionError, match=f"lesson.toml: {message}"):
        slopes_view(**block)


# Limits.


def test_the_last_row_of_the_limits_puts_in_zero() -> None:
    """3h and 2h³ are 0 there, the slope of the secant is 0/0."""
    found = limits.measure(
        setting(limits=["limit-3h", "limit-2h3"], case="square", x=1.0, steps=[1.0, 0.1])
    ).view(words_of("en"))

    assert found.values_at_zero == [0.0, 0.0]
    assert texts(found.table) == [
        "1", "3", "2", "3", "10⁻¹", "0.3", "0.002", "2.1", "0", "0", "0", "0 / 0: no number",
    ]  # fmt: skip
    assert "<mi>h</mi>" in found.formulas[1]
    assert "<mi>x</mi>" not in found.formulas[1]
