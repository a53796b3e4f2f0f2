"""The famous exercise on gradient checking: the numbers of the course, and three shapes."""

from pathlib import Path

import numpy as np
import pytest

from gradcheck.errors import DefinitionError
from gradcheck.lessons.definition import read
from gradcheck.lessons.instruments.shapes.instrument import Shapes, ShapesView, measure
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import lessons_folder, words_of
from gradcheck.model.loading import load_cases
from gradcheck.output.toml_file import Value
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Verdict

COURSE, STABLE, PLANTED = "course-network", "course-network-stable", "course-network-planted"
STEPS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
SIZES = {"W1": 20, "b1": 5, "W2": 15, "b2": 3, "W3": 3, "b3": 1}


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    """Measure what the lesson on the sigmoid measures."""
    return measure(read("sigmoid").settings()["network"])


@pytest.fixture
def view(shapes: Shapes) -> ShapesView:
    """Show it in English."""
    return shapes.view(words_of("en"))


def test_two_lessons_show_the_same_exercise() -> None:
    """The blocks of both say the same, so that what is true of one is true of the other."""
    game, sigmoid = read("find-the-bug").blocks["exercise"], read("sigmoid").blocks["network"]

    assert game.value == sigmoid.value


@pytest.mark.parametrize(
    ("case", "h", "printed"),
    [
        (COURSE, 1e-3, "1.7e-08"),
        (COURSE, 1e-4, "1.9e-10"),
        (STABLE, 1e-4, "1.7e-10"),
        (PLANTED, 1e-3, "2.9e-01"),
    ],
)
def test_truncation_has_the_printed_digits(
    view: ShapesView, case: str, h: float, printed: str
) -> None:
    """Where rounding does not reach, the digits depend on mathematics alone."""
    assert printed == f"{view.at(case, h):.1e}"


@pytest.mark.parametrize(
    ("case", "h", "printed"),
    [
        (COURSE, 1e-5, 9.3e-10),
        (COURSE, 1e-6, 8.3e-9),
        (COURSE, 1e-7, 1.19e-7),
        (COURSE, 1e-8, 1.2e-6),
        (STABLE, 1e-5, 1.2e-11),
        (STABLE, 1e-6, 1.2e-10),
        (STABLE, 1e-7, 1.1e-9),
    ],
)
def test_rounding_has_the_printed_size(
    view: ShapesView, case: str, h: float, printed: float
) -> None:
    """To a quarter, for the last bits of exp, log and products differ between processors."""
    assert printed == pytest.approx(view.at(case, h), rel=0.25)


@pytest.mark.parametrize("h", STEPS)
def test_the_planted_bugs_are_a_flat_line(view: ShapesView, h: float) -> None:
    """The difference is the same for every h, to eight digits."""
    assert f"{view.at(PLANTED, h):.8f}" == "0.28509315"


def test_three_shapes_have_three_slopes(view: ShapesView) -> None:
    """Ten times smaller steps: a hundredth by truncation, ten times as much by rounding."""
    assert view.growth(STABLE, 1e-3, 1e-4) == pytest.approx(0.01, rel=0.02)
    assert view.growth(COURSE, 1e-5, 1e-8) == pytest.approx(1000, rel=0.5)
    assert view.growth(PLANTED, 1e-3, 1e-8) == pytest.approx(1, rel=1e-7)


def test_the_ratios_name_the_blocks(view: ShapesView) -> None:
    """a/n is 2 in W2, 4 in b1 and 1 elsewhere, in every entry that is not 0."""
    wanted = dict.fromkeys(SIZES, 1.0) | {"W2": 2.0, "b1": 4.0}

    for name, ratio in wanted.items():
        block = view.block(name)
        np.testing.assert_allclose(block.ratios, ratio, rtol=1e-6)
        assert block.entries == SIZES[name]
        assert (block.wrong > 0) == (ratio != 1)
    assert view.entries == sum(SIZES.values())


def test_a_doubled_zero_is_no_error(shapes: Shapes, view: ShapesView) -> None:
    """Of W2, only entries with a derivative are found wrong; all others are 0 on both sides."""
    entries = shapes.result.entries
    doubled = slice(25, 40)
    zero = entries.numeric[doubled] == 0

    assert view.block("W2").wrong == np.count_nonzero(~zero) == 4
    assert not entries.analytic[doubled][zero].any()


def test_the_tool_finds_both_factors(shapes: Shapes) -> None:
    """The check fails, and says that each block has its own constant factor."""
    (finding,) = shapes.result.findings

    assert shapes.result.verdict is Verdict.FAIL
    assert finding.code == "block-factor"
    assert "(4, 2)" in finding.message
    assert len(finding.entries) == np.count_nonzero(shapes.result.entries.verdict)


@pytest.mark.parametrize("name", [COURSE, STABLE])
def test_the_right_gradient_passes(name: str) -> None:
    """With either loss, and without any limit to choose."""
    assert check(load_cases(lessons_folder() / "cases")[name])


def test_both_losses_are_the_same_function() -> None:
    """They differ by rounding only."""
    cases = load_cases(lessons_folder() / "cases")
    x = cases[COURSE].points[0]

    assert cases[COURSE].f(x) == pytest.approx(cases[STABLE].f(x), rel=1e-12)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_figures_say_what_they_show(shapes: Shapes, lang: str) -> None:
    """Each shape is named once in the figure, and the map has a cell an entry, with its ratio."""
    view = shapes.view(words_of(lang))

    figure, bars = view.figure, view.bars
    for shape in ("flat", "truncation", "rounding"):
        assert figure.count(view.words(f"shapes.{shape}")) == 1
    assert view.map.count("<rect") == view.entries
    assert view.map.count('class="wrong"') == view.wrong
    assert "2.000" in bars
    assert "4.000" in bars


def test_the_table_shows_every_difference(view: ShapesView) -> None:
    """A row a case, a column a step, and behind each number what was computed."""
    for case in (COURSE, STABLE, PLANTED):
        for h in STEPS:
            assert f'value="{view.at(case, h)!r}"' in view.table


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ({"W": [5, 4]}, "blocks of 47 numbers together.*these have 20"),
        ({"W": [0, 4]}, r"block.blocks.W: expected a list of sizes, such as \[5, 4\]"),
        ([47], "expected the shape of each block"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(blocks: object, message: str) -> None:
    """The message names file, block and key, and says what was expected."""
    table = {"kind": "shapes", "cases": [PLANTED], "planted": PLANTED, "blocks": blocks,
             "steps": [1e-3, 1e-4]}  # fmt: skip
    cases = load_cases(lessons_folder() / "cases")
    setting = Setting(Value(Path("a.toml"), "block", table), {}, cases)

    with pytest.raises(DefinitionError, match=message):
        measure(setting)
