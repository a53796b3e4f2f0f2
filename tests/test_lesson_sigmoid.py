"""The instruments of the lesson on the sigmoid, on functions that the lesson does not use."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gradcheck as gc
from gradcheck.errors import DefinitionError
from gradcheck.lessons.parts.scalar import numbered, relative_error, scalar
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import LANGUAGES, words_of
from gradcheck.model.registry import Registry
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Verdict

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def nested(layers: int) -> gc.Case:
    """Make a case of so many layers, each of which multiplies by a thousandth."""

    def f(x: Any) -> Any:
        return 1.0 + 1e-3**layers * np.sin(x)

    return gc.Case(f"nested-{layers}", f=f, df=lambda x: 1e-3**layers * np.cos(x), points=[0.3])


OWN = (
    gc.Case("wrong-sine", f=np.sin, df=lambda x: -np.cos(x), points=[0.3]),
    gc.Case("lucky-sine", f=np.sin, df=lambda x: 1.0 - x, points=[0.3]),
    gc.Case("plane", f=lambda x: x[0], df=lambda _: np.array([1.0, 0.0]), points=[[1.0, 2.0]]),
    gc.Case("fan", f=lambda x: np.array([x, x]), df=lambda _: np.ones(2), points=[1.0]),
    *(nested(layers) for layers in range(1, 7)),
)


@cache
def known() -> Registry:
    """Load the built-in cases once."""
    return Registry([*gc.load_cases().values(), *OWN])


def setting(kind: str, **block: Any) -> Setting:
    """Return a block of a lesson's file."""
    return Setting(Value(Path("lesson.toml"), "block", {"kind": kind, **block}), {}, known())


BLOCKS: dict[str, dict[str, Any]] = {
    "overlay": {
        "case": "tanh", "start": -2.0, "stop": 2.0, "spacing": 0.5, "h": 1e-4, "rows": [0.0, 1.0],
    },
    "scan": {"cases": ["sin"], "points": [0.2, 0.9]},
    "candidates": {
        "case": "sin", "candidates": ["wrong-sine", "lucky-sine"], "labels": ["−cos", "1 − x"],
        "points": [0.0, 0.5], "alone": 0.0, "together": [0.4, 1.1, 2.0],
        "view": [-2.0, 2.0, -1.5, 1.5],
    },
    "checked": {"cases": ["sin", "wrong-sine"], "variables": ["t", "t"]},
    "peak": {
        "case": "sin", "start": -1.0, "stop": 1.0, "count": 201, "rows": [0.0, 0.5], "h": 1e-3,
        "level": 0.6,
    },
    "formulas": {
        "case": "tanh", "formulas": ["tanh"], "labels": ["1 − tanh²"], "points": [1.0, 18.0],
        "reach": 30, "h": 1e-5, "checks": [1.0], "at": 5.0, "steps": [1e-2, 1e-4],
    },
    "family": {
        "cases": [f"nested-{n}" for n in range(1, 7)], "x": 0.3, "h": 1e-5, "bound": 1e-3,
        "shown": [1, 3, 6],
    },
}  # fmt: skip
"""A block for each instrument, none about the sigmoid."""


def ask(wanted: Setting) -> Any:
    """Measure with the instrument that a block names."""
    return import_module(f"gradcheck.lessons.instruments.{wanted.text('kind')}").measure(wanted)


@cache
def measured(kind: str) -> Any:
    """Measure the block of an instrument once."""
    return ask(setting(kind, **BLOCKS[kind]))


def view(kind: str, lang: str = "en") -> Any:
    """Return what a text uses."""
    return measured(kind).view(words_of(lang))


@cache
def shown(kind: str, lang: str) -> str:
    """Return all tables and figures of an instrument."""
    names = {
        "overlay": ("table", "curves", "errors"),
        "scan": ("table",),
        "candidates": ("values", "diagnosis", "figure"),
        "checked": ("table",),
        "peak": ("table", "figure"),
        "formulas": ("table", "checks", "quotients", "figure", "strip"),
        "family": ("table", "figure"),
    }
    return "\n".join(str(getattr(view(kind, lang), name)) for name in names[kind])


@pytest.mark.parametrize("kind", BLOCKS)
def test_tables_and_figures_carry_the_same_numbers_in_both_languages(kind: str) -> None:
    """What differs between the languages is words; numbers and drawings are the same."""
    values = [re.findall(r'<data value="([^"]*)"', shown(kind, lang)) for lang in LANGUAGES]
    drawings = [re.findall(r' d="([^"]*)"', shown(kind, lang)) for lang in LANGUAGES]

    assert values[0] == values[1]
    assert len(values[0]) > 2 or kind == "checked"
    assert drawings[0] == drawings[1]


@pytest.mark.parametrize("kind", BLOCKS)
def test_the_japanese_of_an_instrument_is_japanese(kind: str) -> None:
    """Every caption and label of a table or figure is in the language of the page."""
    english, japanese = (
        re.findall(r'aria-label="([^"]*)"|<figcaption>([^<]*)|<caption>([^<]*)', shown(kind, lang))
        for lang in LANGUAGES
    )

    assert len(english) == len(japanese) > 0
    assert all(JAPANESE.search("".join(each)) for each in japanese)
    assert not any(JAPANESE.search("".join(each)) for each in english)


@pytest.mark.parametrize("kind", ["overlay", "candidates", "peak", "formulas", "family"])
def test_a_figure_says_what_it_shows(kind: str) -> None:
    """Every drawing has a name for those who cannot see it, and takes its colours of the page."""
    drawings = re.findall(r"<svg[^>]*>", shown(kind, "en"))

    assert drawings
    assert all('role="img" aria-label="' in each for each in drawings)
    assert "var(--series" in shown(kind, "en")


def test_an_overlay_names_the_largest_differences() -> None:
    """They are those between the formula and central differences by NumPy."""
    z = np.arange(-2.0, 2.0, 0.5)
    difference = abs((np.tanh(z + 1e-4) - np.tanh(z - 1e-4)) / 2e-4 - (1 - np.tanh(z) ** 2))
    overlay = view("overlay")

    assert overlay.count == 8
    assert overlay.most == pytest.approx(difference.max(), rel=1e-3)
    assert overlay.most_at == z[difference.argmax()]
    assert overlay.numeric_error < 1e-7
    assert overlay.formula_error < 1e-15


def test_a_scan_shows_a_verdict_for_each_point() -> None:
    """Every point is checked by itself, and all of them together."""
    scan = view("scan")

    assert str(scan.table).count('class="verdict pass"') == 2
    assert scan.verdict.striptags().startswith("PASS: the derivative of sin agrees")
    assert scan.says(2).striptags().startswith("PASS")
    assert scan.widest_bar < 1e-10


def test_a_claim_that_is_right_at_one_point_is_highlighted() -> None:
    """1 - x is cos x at 0, and nowhere else among the points: it passes there, and fails."""
    claims = view("candidates")

    assert claims.unnoticed == 1
    assert claims.noticed_together == 2
    assert "PASS" in claims.alone_verdict(2)
    assert claims.at(2, 0.5) == 0.5
    assert "wrong sign" in claims.says(1)
    assert str(claims.values).count("(agrees!)") == 1
    assert words_of("ja")("finding.sign") in view("candidates", "ja").diagnosis


def test_steps_are_checked_one_by_one() -> None:
    """A right step passes, a wrong one fails and is named, in the language of the page."""
    steps = view("checked")

    assert (steps.passed, steps.count) == (1, 2)
    assert "wrong sign" in steps.says(2)
    assert steps.explained(2) == "wrong sign"
    assert view("checked", "ja").explained(2) == words_of("ja")("finding.sign")
    assert not steps.derivation


def test_a_peak_is_found_and_certified() -> None:
    """The slope of the sine is greatest at 0: f″ = 0 and f‴ = -1; it is 0.6 at ±arccos 0.6."""
    peak = view("peak")

    assert (peak.at, peak.value) == (0.0, 1.0)
    assert (peak.second, peak.third) == (0.0, -1.0)
    assert peak.crossings == pytest.approx((-np.arccos(0.6), np.arccos(0.6)), rel=1e-12)


def test_a_wall_is_found_where_a_formula_says_0() -> None:
    """1 - tanh² is exactly 0 from 20 on, on both sides, and never without a value."""
    formulas = view("formulas")

    assert 1 - np.tanh(18.0) ** 2 != 0 == 1 - np.tanh(20.0) ** 2
    assert formulas.zero_from(1, 1) == -formulas.zero_from(1, -1)
    assert formulas.value(1, formulas.zero_from(1, 1) - 1) != 0
    assert formulas.value(1, formulas.zero_from(1, 1)) == 0
    assert formulas.worst(1) == 1.0
    with pytest.raises(DefinitionError, match=r"formulas: the text tells where formula 1 breaks"):
        formulas.lost_from(1, 1)


def test_a_difference_is_tried_with_every_step() -> None:
    """The best step is the one whose quotient is nearest to the certified slope."""
    formulas = view("formulas")
    truth = 1 / np.cosh(5.0) ** 2

    assert formulas.at_truth == pytest.approx(truth, rel=1e-14)
    assert formulas.best_step == 1e-4
    assert formulas.best_error == abs(formulas.quotient(1e-4) - formulas.at_truth)
    with pytest.raises(DefinitionError, match=r"the text shows the step 0.5"):
        formulas.quotient(0.5)


def test_a_family_sinks_below_the_floor() -> None:
    """The first derivative that the rounding of f exceeds is named, and so is the verdict."""
    family = view("family")
    floors = [np.finfo(float).eps / 1e-5 / 1e-3**n for n in range(1, 7)]
    first = next(n for n, floor in enumerate(floors, start=1) if floor >= 1)

    assert family.crossing == first
    assert family.limit(2) == 1e-6
    assert family.factor(3) == pytest.approx(1e-3)
    assert family.failures == 0
    found = measured("family").members[family.undecided - 1].result
    assert found.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("overlay", {"stop": -3.0}, r"block.stop: expected a number above start, -2, got -3"),
        ("overlay", {"spacing": 1e-9}, r"block.spacing: expected a number that gives 1 to 2000"),
        ("overlay", {"h": 0.0}, r"block.h: expected a step above 0, got 0"),
        ("overlay", {"color": "red"}, r"block.color: unknown key"),
        ("overlay", {"case": "plane"}, r"block.case: expected a case of one number, got 'plane'"),
        ("overlay", {"case": "fan"}, r"block.case: expected a case that returns one number"),
        ("overlay", {"case": "sinus"}, r"block.case: .*sinus"),
        ("scan", {"points": []}, r"block.points: expected a list of numbers, got \[\]"),
        ("scan", {"variable": "zz"}, r"block.variable: expected a letter, such as \"z\""),
        ("scan", {"cases": ["log"], "points": [-1.0]}, r"block.cases\[0\]: .*log"),
        ("candidates", {"labels": ["one"]}, r"block.labels: expected 2 labels"),
        ("candidates", {"view": [1, 2, 3]}, r"block.view: expected left, right, bottom and top"),
        ("checked", {"variables": ["t"]}, r"block.variables: expected 2 letters"),
        ("peak", {"count": 2.5}, r"block.count: expected a whole number from 3"),
        ("peak", {"level": 5.0}, r"block.level: expected a level that the derivative crosses"),
        ("peak", {"stop": -1.0}, r"block.stop: expected a number above start"),
        ("peak", {"h": -1.0}, r"block.h: expected a step above 0"),
        ("formulas", {"reach": 1e9}, r"block.reach: expected a number from 10 to 5000"),
        ("formulas", {"labels": []}, r"block.labels: expected a list of texts"),
        ("formulas", {"case": "relu", "points": [0.0]}, r"block.case: relu: not certifiable"),
        ("family", {"shown": [9]}, r"block.shown: expected whole numbers from 1 to 6"),
        ("family", {"bound": 0.0}, r"block.bound: expected a number above 0"),
    ],
)
def test_a_block_that_cannot_be_used_is_named(
    kind: str, change: dict[str, Any], message: str
) -> None:
    """File, block and key stand in the message, with what was expected and what came."""
    with pytest.raises(DefinitionError, match=rf"lesson\.toml: {message}"):
        ask(changed(kind, change))


def changed(kind: str, change: dict[str, Any]) -> Setting:
    """Return the block of an instrument with some keys changed."""
    return setting(kind, **{**BLOCKS[kind], **change})


def test_a_text_that_asks_for_too_much_is_told_so() -> None:
    """The message names the key that lists too few."""
    short = changed("family", {"cases": ["nested-1"], "shown": [1]})

    with pytest.raises(DefinitionError, match=r"block.candidates: the text asks for number 7, but"):
        view("candidates").says(7)
    with pytest.raises(DefinitionError, match=r"block.cases: .* derivative that falls below"):
        assert ask(short).view(words_of("en")).crossing
    with pytest.raises(DefinitionError, match=r"number 0, but there are 2"):
        numbered("ab", 0, Value(Path("x.toml"), "key", []))


def test_formulas_are_written_in_the_variable_of_the_lesson() -> None:
    """Every x that stands alone becomes the letter; commands that contain one stay."""
    subject = scalar(setting("scan", case="sigmoid"))
    exponential = scalar(setting("scan", case="relu"))

    assert "<mi>z</mi>" in subject.formula("z")
    assert "<mi>x</mi>" not in subject.formula("z")
    assert "max" in exponential.formula("z")


def test_relative_errors_know_zero_and_nothing() -> None:
    """Two zeros agree, a value beside a zero is infinitely wrong, no value has no error."""
    errors = relative_error([0.0, 1.0, np.nan, 1.5], [0.0, 0.0, 1.0, 1.0])

    assert errors[:2].tolist() == [0.0, np.inf]
    assert np.isnan(errors[2])
    assert errors[3] == 0.5
